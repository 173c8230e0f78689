"""Plugins from modules that are edited: run anew, refused, in order. Without threads."""

import gc
import importlib
import os
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from midimon_live import note, plugin
from midimon_live.testing import TestSession, press, session
from tests.support.pad import noticed, played

CODE = """
from midimon_live import ActionPlugin, note

class Blink(ActionPlugin):
    capabilities = {{"midi"}}
    def initialize(self):
        {first}
    def execute(self, params, context):
        self.host.midi.send("note_on", note={note})

def tap(context):
    return {note}
"""


class Folder:
    """A folder of modules that can be imported; their names end with a number of their own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._suffix = f"_{abs(hash(path)) % 10**9}"

    def name(self, short: str) -> str:
        """Return what a module is called in full."""
        return short + self._suffix

    def write(self, short: str, text: str) -> Path:
        """Write a module; `{short}` in it stands for the full name of that module."""
        for other in ("helper", "lights", "pads"):
            text = text.replace(f"<{other}>", self.name(other))
        path = self.path / f"{self.name(short)}.py"
        path.write_text(text)
        return path

    def save(self, short: str = "lights", note: object = 1, first: str = "pass") -> Path:
        """Write a module with a plugin that plays a note."""
        return self.write(short, CODE.format(note=note, first=first))

    def load(self, short: str = "lights") -> ModuleType:
        """Import a module, or return the one in memory."""
        importlib.invalidate_caches()
        return importlib.import_module(self.name(short))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """Give an empty folder on the path; what was imported from it goes afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield Folder(tmp_path)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """Give a session."""
    with session() as made:
        yield made


def mapped(midi: TestSession, folder: Folder, note_: int = 1) -> ModuleType:
    """Map pad 36 to the plugin of a new module that plays this note."""
    folder.save(note=note_)
    module = folder.load()
    midi.map(note(36), module.Blink)
    midi.look()
    return module


def test_a_saved_module_plays_its_new_class(midi: TestSession, folder: Folder) -> None:
    """Once for each content; the mapping, the plugin's name and its statistics stay."""
    mapped(midi, folder)
    assert played(midi) == [1]
    folder.save(note=2)
    midi.look()
    midi.look()
    assert played(midi) == [2]
    assert midi.counters()["modules reloaded"] == 1
    assert [str(one.action) for one in midi.mappings()] == ["blink"]
    assert midi.plugins.get_stats("blink").executions == 2


def test_whoever_imports_it_then_gets_what_plays(midi: TestSession, folder: Folder) -> None:
    """Mapping that class makes no other version."""
    mapped(midi, folder)
    folder.save(note=2)
    midi.look()
    again = folder.load()
    midi.map(note(36), again.Blink)
    assert midi.plugins.definitions()["blink"].source is again.Blink
    assert played(midi) == [2]


def test_edits_within_a_second_are_not_taken_for_one_another(
    midi: TestSession, folder: Folder
) -> None:
    """Same time, same size: Python's own import would take the `.pyc` of the one before."""
    path = folder.save(note=1)
    os.utime(path, (1e9, 1e9))
    midi.map(note(36), folder.load().Blink)
    midi.look()
    for number in (2, 3, 4):
        os.utime(folder.save(note=number), (1e9, 1e9))
        midi.look()
        assert played(midi) == [number]


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("class Blink(", "SyntaxError"),
        ("LIGHT = 1\n1/0", "line 2"),
        ("raise SystemExit(1)", "take sys.exit out of it"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        (CODE.format(note=2, first="1/0"), "blink: not live: ZeroDivisionError"),
    ],
)
def test_a_broken_module_changes_nothing_and_says_why(
    midi: TestSession, folder: Folder, broken: str, complaint: str
) -> None:
    """What was live plays on, and who imports gets what plays; the next save repairs."""
    module = mapped(midi, folder)
    before = dict(vars(module))
    folder.write("lights", broken)
    midi.look()
    midi.look()
    assert played(midi) == [1]
    assert complaint in noticed(midi)
    assert midi.counters()["modules refused"] == 1
    assert folder.load() is module
    assert vars(module) == before
    folder.save(note=3)
    midi.look()
    assert played(midi) == [3]
    assert complaint not in noticed(midi)


def test_a_module_that_hangs_is_stopped_at_the_deadline(midi: TestSession, folder: Folder) -> None:
    """Also one that sleeps in the operating system."""
    mapped(midi, folder)
    midi.deadline = 0.05
    folder.write("lights", "import time\ntime.sleep(60)")
    midi.look()
    assert "had not ended after 0.05 s" in noticed(midi)
    assert played(midi) == [1]


def test_a_module_that_a_plugin_imports_brings_it_along(midi: TestSession, folder: Folder) -> None:
    """The one that changed first, then what imports it, however it does."""
    folder.write("helper", "NOTE = 1")
    folder.write("pads", "from <helper> import NOTE")
    folder.save(note="pads.NOTE")
    path = folder.path / f"{folder.name('lights')}.py"
    folder.write("lights", f"import <pads> as pads\n{path.read_text()}")
    midi.map(note(36), folder.load().Blink)
    midi.look()
    assert played(midi) == [1]
    folder.write("helper", "NOTE = 2")
    midi.look()
    assert played(midi) == [2]
    files = [f"{folder.name(one)}.py" for one in ("helper", "pads", "lights")]
    assert f"{', '.join(files)} is in force; blink" in noticed(midi)


def test_modules_of_a_package_import_one_another_anew(midi: TestSession, folder: Folder) -> None:
    """With relative imports, and through the package itself."""
    package = folder.path / folder.name("pads")
    package.mkdir()
    (package / "__init__.py").write_text("from .lights import Blink")
    (package / "colours.py").write_text("NOTE = 1")
    code = "from . import colours\n" + CODE.format(note="colours.NOTE", first="pass")
    (package / "lights.py").write_text(code)
    midi.map(note(36), folder.load("pads").Blink)
    midi.look()
    (package / "colours.py").write_text("NOTE = 2")
    midi.look()
    assert played(midi) == [2]
    again = folder.load("pads")
    assert again.colours.NOTE == 2
    assert again.lights.Blink is again.Blink is midi.plugins.definitions()["blink"].source


def test_a_new_helper_with_an_error_is_waited_for(midi: TestSession, folder: Folder) -> None:
    """It is in no module's memory yet; saving it alone brings both into force."""
    mapped(midi, folder)
    folder.write("helper", "NOTE = 2\n1/0")
    path = folder.save(note="NOTE")
    folder.write("lights", f"from <helper> import NOTE\n{path.read_text()}")
    midi.look()
    assert "ZeroDivisionError" in noticed(midi)
    assert played(midi) == [1]
    folder.write("helper", "NOTE = 2")
    midi.look()
    assert played(midi) == [2]


def test_what_the_version_before_still_uses_stays_its_own(
    midi: TestSession, folder: Folder
) -> None:
    """The namespace of the module before is not touched: an execution under way ends on it."""
    path = folder.save(note="NOTE")
    folder.write("lights", f"NOTE = 1\n{path.read_text()}")
    module = folder.load()
    midi.map(note(36), module.Blink)
    midi.look()
    folder.write("lights", f"NOTE = 2\n{CODE.format(note='NOTE', first='pass')}")
    midi.look()
    assert module.NOTE == 1
    assert played(midi) == [2]


def test_functions_are_replaced_like_classes(midi: TestSession, folder: Folder) -> None:
    """The name that mappings use stays."""
    folder.save()
    heard: list[Any] = []
    folder.write("pads", "HEARD = []\ndef tap(context):\n    HEARD.append(1)")
    midi.map(note(36), folder.load("pads").tap)
    midi.look()
    folder.write("pads", "HEARD = []\ndef tap(context):\n    HEARD.append(2)")
    midi.look()
    midi.play(press(36))
    heard = folder.load("pads").HEARD
    assert heard == [2]


def test_an_instance_stays_and_is_named(midi: TestSession, folder: Folder) -> None:
    """Only the cell that made it knows how: the notice says to run that again."""
    folder.save()
    midi.map(note(36), folder.load().Blink())
    midi.look()
    folder.save(note=2)
    midi.look()
    assert played(midi) == [1]
    assert "blink is an instance of before: run what made it again" in noticed(midi)


def test_a_class_that_is_gone_plays_on(midi: TestSession, folder: Folder) -> None:
    """The module is in force otherwise."""
    mapped(midi, folder)
    folder.write("lights", "LIGHT = 2")
    midi.look()
    assert played(midi) == [1]
    assert "blink plays on as it was, for no Blink is there now" in noticed(midi)
    assert folder.load().LIGHT == 2


def test_what_a_module_maps_itself_is_replaced_not_doubled(
    midi: TestSession, folder: Folder
) -> None:
    """As if it were a cell; and one that fails after mapping has mapped nothing."""
    module = mapped(midi, folder)
    own = "\nMIDI.map(note({pad}), lambda context: None)\n"
    code = f"import sys\nMIDI = sys.modules[{__name__!r}].MIDI\n{CODE.format(note=2, first='pass')}"
    global MIDI  # noqa: PLW0603 - how a module finds the session
    MIDI = midi
    folder.write("lights", code + own.format(pad=50))
    midi.look()
    folder.write("lights", code + own.format(pad=51))
    midi.look()
    folder.write("lights", code + own.format(pad=52) + "1/0")
    midi.look()
    assert sorted(str(one.trigger) for one in midi.mappings()) == ["note 36", "note 51"]
    assert module.Blink is not midi.plugins.definitions()["blink"].source


MIDI: Any = None


@pytest.mark.parametrize("away", [Path.unlink, lambda path: (path.unlink(), path.mkdir())])
def test_a_file_that_can_not_be_read_is_said_and_waited_for(
    midi: TestSession, folder: Folder, away: Callable[[Path], Any]
) -> None:
    """Deleted, or a folder in its place."""
    mapped(midi, folder)
    path = folder.path / f"{folder.name('lights')}.py"
    away(path)
    midi.look()
    assert played(midi) == [1]
    assert f"{path.name} can not be read" in noticed(midi)
    if path.is_dir():
        path.rmdir()
    folder.save(note=2)
    midi.look()
    assert played(midi) == [2]
    assert "can not be read" not in noticed(midi)


def test_versions_that_can_not_be_gone_back_to_are_not_kept(
    midi: TestSession, folder: Folder
) -> None:
    """Neither their classes nor their modules: 50 steps can be undone."""
    mapped(midi, folder)
    seen = []
    for number in range(2, 57):
        folder.save(note=number)
        midi.look()
        seen.append(weakref.ref(midi.plugins.definitions()["blink"].source))
    gc.collect()
    assert [one() is None for one in seen[:3]] == [True, True, True]


def test_a_version_that_was_put_back_stays(midi: TestSession, folder: Folder) -> None:
    """Until the module is saved again; each save is one step to undo."""
    mapped(midi, folder)
    folder.save(note=2)
    midi.look()
    midi.rollback("blink")
    assert played(midi) == [1]
    midi.look()
    midi.cell_is_over()
    assert played(midi) == [1]
    folder.save(note=3)
    midi.look()
    assert played(midi) == [3]
    assert f"undo: {folder.name('lights')}.py" in repr(midi.undo())
    assert played(midi) == [1]


def test_installed_modules_and_those_of_python_are_not_followed(
    midi: TestSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not under development."""
    installed = Folder(tmp_path / "site-packages")
    installed.path.mkdir()
    monkeypatch.syspath_prepend(str(installed.path))
    installed.save()
    midi.map(note(36), installed.load().Blink)
    midi.map(note(37), print)
    assert "module" not in repr(midi.follow())
    del sys.modules[installed.name("lights")]


def test_a_saved_module_waits_for_the_bar_as_a_cell_does(midi: TestSession, folder: Folder) -> None:
    """Of two saves before it the last one counts; nothing is brought twice."""
    mapped(midi, folder)
    midi.tempo = 120
    midi.apply = "bar"
    for number in (2, 3):
        folder.save(note=number)
        midi.look()
    assert "it comes into force at the next bar" in noticed(midi)
    assert played(midi) == [1]
    midi.advance(2.1)
    assert played(midi) == [3]
    assert len(midi.plugins.journal.history("blink")) == 3


def test_a_package_that_is_installed_for_editing_is_followed_and_stays_guarded(
    tmp_path: Path, folder: Folder
) -> None:
    """Its module is run anew as its plugin: what that was not granted is refused then too."""
    folder.save()
    name = folder.name("lights")
    info = tmp_path / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[midimon_live]\nlights = {name}:Blink\n")
    with session(tmp_path / "home") as midi:
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("lights")
        midi.map(note(36), plugin("lights"))
        midi.look()
        folder.save(note=2)
        midi.look()
        assert played(midi) == [2]
        outside = tmp_path / "outside.txt"
        folder.write("lights", f"open({str(outside)!r}, 'w')")
        midi.look()
        assert "wanted filesystem:write" in noticed(midi)
        assert not outside.exists()
        assert played(midi) == [2]
