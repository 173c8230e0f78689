"""Files that are edited beside real kernels: modules, autoreload, two notebooks with one home."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kernel import Kernel

pytestmark = pytest.mark.kernel

MODULE = """
from midimon_live import ActionPlugin
SCALE = {note}

class Blink(ActionPlugin):
    begun = 0
    def initialize(self):
        self.begun = {note}
    def execute(self, params, context):
        print("plays", {note}, self.begun, SCALE)

def scale():
    return {note}
"""
MANIFEST = '[plugin]\nname = "blink"\nversion = "1"\n'
FOLDER = """
from midimon_live import ActionPlugin

class Blink(ActionPlugin):
    def execute(self, params, context):
        self.host.state["{who}"] = {note}
        print("folder plays", {note})
"""
PRESS = "midi.virtual.press(36); midi.settle()"
WAIT = """
import time
end = time.monotonic() + 20
while {what!r} not in repr(midi.status()) and time.monotonic() < end:
    time.sleep(0.02)
print(midi.status())
"""


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel whose working folder has `lights.py`."""
    save(tmp_path, 1)
    with Kernel({"MIDIMON_BACKEND": "virtual"}, cwd=tmp_path) as started:
        started.run("%load_ext midimon_live\nfrom midimon_live import *", cell_id="load")
        yield started


def save(folder: Path, note: int, code: str = MODULE) -> None:
    """Save the module so that it plays this note."""
    (folder / "lights.py").write_text(code.format(note=note))


def test_a_saved_module_plays_and_prints_where_its_plugin_was_mapped(
    kernel: Kernel, tmp_path: Path
) -> None:
    """By itself, while no cell runs; the notebook's names lead to what is new."""
    mapped = kernel.run("from lights import Blink, scale\nmidi.map(note(36), Blink)", cell_id="a")
    save(tmp_path, 2)
    kernel.run(WAIT.format(what="lights.py is in force"), cell_id="b")
    kernel.run(PRESS, cell_id="c")
    assert "plays 2 2 2" in kernel.wait_late(mapped, "plays 2")
    assert kernel.json("[scale(), Blink is midi.plugins.definitions()['blink'].source]") == [
        2,
        True,
    ]


@pytest.mark.parametrize("mode", ["2", "2 --full", "3", "1"])
@pytest.mark.parametrize("first", ["autoreload", "midimon_live"])
def test_beside_autoreload_a_version_is_whole(tmp_path: Path, mode: str, first: str) -> None:
    """Saved, and a cell run at once: the new version has begun, and the one before was not patched.

    autoreload leaves the module alone, and names that were imported are new all the same.
    """
    save(tmp_path, 1)
    loads = ["%load_ext midimon_live", f"%load_ext autoreload\n%autoreload {mode}"]
    with Kernel({"MIDIMON_BACKEND": "virtual"}, cwd=tmp_path) as kernel:
        for cell in loads if first == "midimon_live" else reversed(loads):
            kernel.run(cell)
        kernel.run("from midimon_live import *\nfrom lights import Blink, scale\nimport lights")
        kernel.run("midi.map(note(36), Blink)")
        kernel.run("old = midi.plugins._live['blink'].plugin")
        code = "type(old).execute.__code__.co_consts, vars(old)"
        before = kernel.json(f"repr(({code}))")
        save(tmp_path, 2)
        reply = kernel.run(f"print(scale(), lights.scale())\n{PRESS}")
        assert "2 2" in reply.stdout
        assert kernel.json(f"repr(({code}))") == before
        new = "midi.plugins._live['blink'].plugin"
        assert kernel.json(f"[{new}.begun, {new} is old, len(midi.mappings())]") == [2, False, 1]
        assert "now plays" not in kernel.run("print(midi.status())").stdout


def test_a_broken_module_beside_autoreload_leaves_the_version_before(
    kernel: Kernel, tmp_path: Path
) -> None:
    """It plays on, with the code and the globals that it had."""
    kernel.run("%load_ext autoreload\n%autoreload 2", cell_id="a")
    mapped = kernel.run("from lights import Blink\nmidi.map(note(36), Blink)", cell_id="b")
    save(tmp_path, 2, MODULE + "1/0")
    kernel.run(PRESS, cell_id="c")
    assert "plays 1 1 1" in kernel.wait_late(mapped, "plays")
    assert "ZeroDivisionError" in kernel.run("print(midi.status())").stdout


def test_code_of_a_plugin_from_a_folder_is_never_patched(tmp_path: Path) -> None:
    """What was checked is what runs: autoreload would take functions from the disk, unchecked."""
    home = tmp_path / "home"
    put(home, 1)
    with Kernel({"MIDIMON_BACKEND": "virtual", "MIDIMON_HOME": str(home)}) as kernel:
        kernel.run("%load_ext autoreload\n%autoreload 2\n%load_ext midimon_live", cell_id="a")
        kernel.run("midi.follow(False)\n%midi load blink", cell_id="b")
        kernel.run("plays = midi.plugins._live['blink'].plugin.execute", cell_id="c")
        before = kernel.json("repr(plays.__code__.co_consts)")
        put(home, 2)
        kernel.run("1", cell_id="d")
        kernel.run("2", cell_id="e")
        assert kernel.json("repr(plays.__code__.co_consts)") == before


def test_reloading_a_module_by_hand_makes_a_new_version(kernel: Kernel, tmp_path: Path) -> None:
    """After `importlib.reload` the class of that name is another one, and plays."""
    kernel.run("import lights\nmidi.map(note(36), lights.Blink)", cell_id="a")
    kernel.run("import importlib\nimportlib.reload(lights)", cell_id="b")
    same = "midi.plugins.definitions()['blink'].source is lights.Blink"
    assert kernel.json(same)


def test_a_version_that_was_put_back_stays_though_cells_run(kernel: Kernel, tmp_path: Path) -> None:
    """Until the module is saved again."""
    begun = "midi.plugins._live['blink'].plugin.begun"
    kernel.run("import lights\nmidi.map(note(36), lights.Blink)", cell_id="a")
    for note in (2, 3):
        save(tmp_path, note)
        kernel.run("1")
        assert kernel.json(begun) == note
        kernel.run("%midi rollback blink")
        kernel.run("2")
        assert kernel.json(begun) == 1


def test_the_magic_switches_it_off_and_on(kernel: Kernel, tmp_path: Path) -> None:
    """What was saved meanwhile is in force afterwards."""
    kernel.run("import lights\nmidi.map(note(36), lights.Blink)", cell_id="a")
    assert "nothing is followed" in kernel.run("print(repr(midi.follow(False)))").stdout
    save(tmp_path, 2)
    kernel.run("1")
    assert kernel.json("midi.plugins._live['blink'].plugin.begun") == 1
    kernel.run("%midi follow on", cell_id="b")
    kernel.run("2", cell_id="c")
    assert kernel.json("midi.plugins._live['blink'].plugin.begun") == 2


def put(home: Path, note: int, who: str = "x") -> None:
    """Write the plugin `blink` into a home."""
    folder = home / "plugins" / "blink"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.toml").write_text(MANIFEST)
    (folder / "plugin.py").write_text(FOLDER.format(note=note, who=who))


def test_two_kernels_with_one_home_follow_the_same_folder(tmp_path: Path) -> None:
    """Both play what was saved; the table of its state and the file of grants stay whole."""
    put(tmp_path, 1)
    env = {"MIDIMON_BACKEND": "virtual", "MIDIMON_HOME": str(tmp_path)}
    with Kernel(env) as one, Kernel(env) as two:
        for kernel in (one, two):
            kernel.run("%load_ext midimon_live\nfrom midimon_live import *", cell_id="a")
            kernel.run("%midi load blink", cell_id="b")
            kernel.run("midi.map(note(36), plugin('blink'))", cell_id="c")
        put(tmp_path, 2)
        for kernel in (one, two):
            status = kernel.run(WAIT.format(what="blink is reloaded"), cell_id="d").stdout
            assert "blink is reloaded" in status
        for _ in range(3):
            one.run(PRESS, cell_id="e")
            two.run(PRESS, cell_id="e")
        one.run("midi.plugins.deny_capability('blink', 'network', until='always')", cell_id="f")
        two.run("midi.plugins.deny_capability('blink', 'midi', until='always')", cell_id="f")
        for kernel in (one, two):
            assert kernel.json("midi.plugins.get_stats('blink').executions") == 3
            assert kernel.json("dict(midi.plugins.get_state('blink'))") == {"x": 2}
            kernel.run("%unload_ext midimon_live", cell_id="g")
    assert json.loads((tmp_path / "state" / "blink.json").read_text()) == {"x": 2}
    grants = (tmp_path / "grants.toml").read_text()
    assert '"midi"' in grants
    assert '"network"' in grants
