"""Plugins from folders through the public API: discovered, loaded, run, reloaded, unloaded."""

import builtins
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from midimon_live import note, plugin
from midimon_live.errors import (
    ChecksumMismatch,
    DiscoveryError,
    InvalidValue,
    LoadError,
    ManifestError,
    PermissionDenied,
    PluginDisabled,
    PluginNotFound,
)
from midimon_live.magics import run
from midimon_live.plugin.version import Kind, PluginState
from midimon_live.testing import TestSession, plugin_session, press, session

PLUGINS = Path(__file__).parents[2] / "plugins"
FOLDERS = sorted(one for one in PLUGINS.iterdir() if (one / "plugin.toml").exists())

MANIFEST = '[plugin]\nname = "{name}"\nversion = "1"\ndescription = "{name} <b>"\n'
CODE = """
from midimon_live import ActionPlugin

LIFE = []

class Blink(ActionPlugin):
    def initialize(self):
        LIFE.append("initialize")
    def execute(self, params, context):
        LIFE.append({answer})
    def shutdown(self):
        LIFE.append("shutdown")
"""


def put(home: Path, name: str, code: str = CODE, manifest: str = MANIFEST, answer: int = 1) -> Path:
    """Write a plugin into the folder of plugins; returns its own."""
    folder = home / "plugins" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.toml").write_text(manifest.format(name=name), "utf-8")
    (folder / "plugin.py").write_text(code.replace("{answer}", str(answer)), "utf-8")
    return folder


def found(home: Path, *names: str) -> Any:
    """Return a session in which these plugins were discovered."""
    for name in names:
        put(home, name)
    midi = TestSession(home)
    midi.plugins.discover_plugins()
    return midi


def life(midi: TestSession, name: str = "blink") -> list[Any]:
    """Return what a plugin has lived through."""
    return midi.plugins._live[name].plugin.execute.__globals__["LIFE"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
def test_every_plugin_of_the_repository_keeps_the_contract(folder: Path) -> None:
    """Discovered, loaded, run, reloaded, unloaded; with a README and a test of its own."""
    assert (folder / "README.md").read_text("utf-8").startswith(f"# {folder.name}\n")
    assert list(folder.glob("test_*.py"))
    with plugin_session(folder) as midi:
        name = folder.name
        info = midi.plugins.get_metadata(name)
        assert (info.name, info.kind, info.state) == (name, Kind.FOLDER, PluginState.ENABLED)
        assert info.description
        assert {one.value for one in info.capabilities} == set(info.reasons)
        midi.play(press(1))
        midi.plugins.reload_plugin(name)
        assert midi.plugins.get_stats(name).last_error == ""
        midi.plugins.unload_plugin(name)
        assert midi.plugins.list_loaded() == []
        assert midi.plugins.list_available() == [name]
        assert [one for one in sys.modules if one.startswith(f"midimon_live_plugins.{name}")] == []
        assert midi.status().remarks == []


def test_a_plugin_lives_through_all_of_midimons_operations(tmp_path: Path) -> None:
    """By MIDIMon's method names."""
    midi = found(tmp_path, "blink", "other")
    plugins = midi.plugins
    assert plugins.plugins_dir == tmp_path / "plugins"
    assert plugins.discover_plugins() == 2
    assert plugins.list_available() == ["blink", "other"]
    assert plugins.get_metadata("blink").state is PluginState.AVAILABLE
    with pytest.raises(PluginNotFound, match="not loaded; load it first"):
        plugins.execute_plugin("blink")
    plugins.load_plugin("blink")
    plugins.execute_plugin("blink")
    plugins.disable_plugin("blink")
    with pytest.raises(PluginDisabled):
        plugins.execute_plugin("blink")
    plugins.enable_plugin("blink")
    plugins.execute_plugin("blink")
    assert plugins.get_stats("blink").executions == 2
    lived = life(midi)
    plugins.unload_plugin("blink")
    assert lived == ["initialize", 1, 1, "shutdown"]
    with pytest.raises(PluginNotFound):
        plugins.get_stats("blink")
    midi.close()


def test_load_can_stop_before_it_runs(tmp_path: Path) -> None:
    """enable=False: in memory, initialised, not executable."""
    midi = found(tmp_path, "blink")
    midi.plugins.load_plugin("blink", enable=False)
    assert midi.plugins.get_metadata("blink").state is PluginState.LOADED
    assert life(midi) == ["initialize"]
    with pytest.raises(PluginDisabled):
        midi.plugins.execute_plugin("blink")
    midi.close()


def test_reload_takes_the_new_code_and_keeps_the_statistics(tmp_path: Path) -> None:
    """The old version is shut down after the new one was initialised; a mapping plays the new."""
    midi = found(tmp_path, "blink")
    midi.plugins.load_plugin("blink")
    midi.map(note(36), plugin("blink"))
    midi.play(press(36))
    old = life(midi)
    put(tmp_path, "blink", answer=2)
    midi.plugins.reload_plugin("blink")
    midi.play(press(36))
    assert old == ["initialize", 1, "shutdown"]
    assert life(midi) == ["initialize", 2]
    assert midi.plugins.get_stats("blink").executions == 2
    midi.close()


BROKEN = {
    "an import that raises": ("raise RuntimeError('no')", "RuntimeError: no"),
    "an import that exits": ("import sys\nsys.exit(3)", "ends the program"),
    "an import that replaces builtins": (
        "import builtins\nbuiltins.len = lambda _x: 3\n" + CODE,
        "replaces what every program uses",
    ),
    "no class": ("ANSWER = 3", "defines none"),
    "a syntax error": ("def", "SyntaxError"),
    "initialize that raises": (
        CODE.replace('LIFE.append("initialize")', "1 / 0"),
        "ZeroDivisionError",
    ),
    "a class that takes arguments": (
        CODE.replace(
            "class Blink(ActionPlugin):",
            "class Blink(ActionPlugin):\n    def __init__(self, more):\n        pass",
        ),
        "__init__",
    ),
    "a sibling without the dot": ("import helper\n" + CODE, "from . import helper"),
}


@pytest.mark.parametrize(("code", "said"), BROKEN.values(), ids=BROKEN)
def test_what_can_not_be_loaded_leaves_the_version_before(
    tmp_path: Path, code: str, said: str
) -> None:
    """It plays on, and nothing of the new one stays."""
    midi = found(tmp_path, "blink")
    midi.plugins.load_plugin("blink")
    before = len
    folder = put(tmp_path, "blink", code)
    (folder / "helper.py").write_text("")
    with pytest.raises(LoadError, match=said):
        midi.plugins.load_plugin("blink")
    assert builtins.len is before
    midi.plugins.execute_plugin("blink")
    assert life(midi) == ["initialize", 1]
    midi.close()


def test_a_checksum_that_is_off_by_one_digit_is_refused(tmp_path: Path) -> None:
    """Before anything runs; the right one is shown as verified."""
    midi = found(tmp_path, "blink")
    import hashlib

    right = hashlib.sha256((tmp_path / "plugins/blink/plugin.py").read_bytes()).hexdigest()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    put(tmp_path, "blink", manifest=f'{MANIFEST}checksum = "sha256:{wrong}"\n')
    midi.plugins.discover_plugins()
    with pytest.raises(ChecksumMismatch, match=right):
        midi.plugins.load_plugin("blink")
    put(tmp_path, "blink", manifest=f'{MANIFEST}checksum = "{right.upper()}"\n')
    midi.plugins.discover_plugins()
    midi.plugins.load_plugin("blink")
    assert midi.plugins.get_metadata("blink").verified
    midi.close()


def test_a_manifest_with_every_field_wrong_is_told_whole(tmp_path: Path) -> None:
    """In the status, and when it is loaded."""
    manifest = (
        '[plugin]\nname = "../x"\nversion = 3\ntype = "native"\nbinary = "/etc/passwd.so"\n'
        'checksum = "abc"\n[plugin.capabilities]\nfly = true\nnetwork = 3\n'
    )
    put(tmp_path, "bad", manifest=manifest.replace("{", "{{").replace("}", "}}"))
    midi = found(tmp_path, "good")
    assert midi.plugins.list_available() == ["good"]
    with pytest.raises(ManifestError) as failure:
        midi.plugins.load_plugin("bad")
    text = str(failure.value)
    assert all(word in text for word in ("name", "version", "type", "binary", "checksum", "fly"))
    midi.close()


def test_two_plugins_of_one_name_are_both_told_and_the_first_is_kept(tmp_path: Path) -> None:
    """And the others are found all the same."""
    for folder in ("a", "b"):
        put(tmp_path, folder, manifest=MANIFEST.replace("{name}", "twin", 1))
    midi = found(tmp_path, "good")
    assert midi.plugins.list_available() == ["good", "twin"]
    said = repr(midi.status())
    assert str(tmp_path / "plugins/a") in said
    assert str(tmp_path / "plugins/b") in said
    midi.close()


def test_files_swapped_after_the_check_do_not_run(tmp_path: Path) -> None:
    """What was read is what is run."""
    from midimon_live.plugin.folders.bundle import Bundle
    from midimon_live.plugin.folders.loader import load

    folder = put(tmp_path, "blink")
    bundle = Bundle.read(folder)
    put(tmp_path, "blink", code="raise RuntimeError('swapped')")
    loaded = load(bundle)
    assert loaded.plugin.__name__ == "Blink"
    loaded.unload()


HTML = "<script>alert(1)</script>"


def test_html_in_a_manifest_is_shown_as_text(tmp_path: Path) -> None:
    """In every table that shows plugins."""
    manifest = f'[plugin]\nname = "blink"\nversion = "{HTML}"\ndescription = "{HTML}"\n'
    put(tmp_path, "blink", manifest=manifest)
    midi = TestSession(tmp_path)
    for line in ("discover", "load blink", "plugins", "stats", "status"):
        answer = run(midi, line)
        shown = answer if isinstance(answer, str) else answer._repr_html_()
        assert HTML not in shown
    midi.close()


def test_the_magics_load_reload_and_unload(tmp_path: Path) -> None:
    """As the methods do."""
    put(tmp_path, "blink", manifest=f"{MANIFEST}[plugin.capabilities]\nfilesystem = true\n")
    midi = TestSession(tmp_path)
    assert "blink is loaded\nblink wants filesystem" in run(midi, "load blink")
    assert "may use filesystem" in run(midi, "grant blink filesystem --once")
    assert "blink is reloaded" in run(midi, "reload blink")
    assert "may not use filesystem" in run(midi, "deny blink filesystem")
    assert "may not use it: denied" in run(midi, f"grant blink filesystem read:{tmp_path} --once")
    assert "may not use filesystem:read:" in run(midi, f"revoke blink filesystem read:{tmp_path}")
    assert "is unloaded" in run(midi, "unload blink")
    with pytest.raises(PluginNotFound, match="there are: blink"):
        run(midi, "load nothing")
    midi.close()


def test_what_a_plugin_does_while_it_is_imported_is_guarded_too(tmp_path: Path) -> None:
    """With the rights that it will have."""
    secret = tmp_path / "secret.txt"
    secret.write_text("x")
    midi = found(tmp_path, "good")
    put(tmp_path, "nosy", code=f"TEXT = open({str(secret)!r}).read()\n{CODE}")
    midi.plugins.discover_plugins()
    with pytest.raises(LoadError, match="filesystem:read"):
        midi.plugins.load_plugin("nosy")
    assert midi.plugins.audit_log("nosy")[-1].verdict == "refused"
    midi.close()


READER = """
from midimon_live import ActionPlugin

class Reader(ActionPlugin):
    def execute(self, params, context):
        open(params["path"]).close()
"""


def test_a_revoked_capability_is_gone_at_once_and_the_manifest_counts(tmp_path: Path) -> None:
    """Not what the class says; a grant of one folder is of that folder only."""
    inside, outside = tmp_path / "in" / "a.txt", tmp_path / "b.txt"
    inside.parent.mkdir()
    inside.write_text("a")
    outside.write_text("b")
    scope = f"filesystem:read:{inside.parent}"
    put(tmp_path, "reader", READER, f'{MANIFEST}capabilities = ["filesystem"]\n')
    midi = found(tmp_path)
    midi.plugins.load_plugin("reader")
    midi.plugins.grant_capability("reader", scope)
    midi.plugins.execute_plugin("reader", {"path": str(inside)})
    with pytest.raises(Exception, match="not granted") as failure:
        midi.plugins.execute_plugin("reader", {"path": str(outside)})
    assert isinstance(failure.value.__cause__, PermissionDenied)
    midi.plugins.revoke_capability("reader", scope)
    with pytest.raises(PermissionDenied):
        midi.plugins.execute_plugin("reader", {"path": str(inside)})
    midi.close()


OPENS = """
from midimon_live import ActionPlugin

class Opens(ActionPlugin):
    def initialize(self):
        open({path!r}).close()
    def execute(self, params, context):
        pass
"""


def test_what_loading_needs_is_granted_to_a_plugin_that_was_only_found(tmp_path: Path) -> None:
    """Else a plugin that opens a file in `initialize` could never be granted the file."""
    file = tmp_path / "a.txt"
    file.write_text("a")
    scope = f"filesystem:read:{file}"
    code = OPENS.format(path=str(file))
    put(tmp_path, "opens", code, f'{MANIFEST}capabilities = ["{scope}"]\n')
    midi = found(tmp_path)
    with pytest.raises(LoadError, match="not granted"):
        midi.plugins.load_plugin("opens")
    midi.plugins.grant_capability("opens", scope)
    midi.plugins.load_plugin("opens")
    midi.plugins.unload_plugin("opens")
    midi.plugins.revoke_capability("opens", scope)
    with pytest.raises(LoadError, match="not granted"):
        midi.plugins.load_plugin("opens")
    midi.close()


def test_a_part_of_what_is_granted_as_a_whole_is_not_revoked_in_name_only(tmp_path: Path) -> None:
    """It would be said to be gone and still be allowed: the answer has the line that refuses it."""
    put(tmp_path, "reader", READER, f'{MANIFEST}capabilities = ["filesystem"]\n')
    midi = found(tmp_path)
    midi.plugins.load_plugin("reader")
    midi.plugins.grant_capability("reader", "filesystem")
    part = f"filesystem:read:{tmp_path}/a"
    with pytest.raises(InvalidValue, match=f"%midi deny reader {part}"):
        midi.plugins.revoke_capability("reader", part)
    midi.plugins.deny_capability("reader", part)
    assert midi.plugins.denial("reader", part) == "denied"
    midi.close()


def test_mapping_a_plugin_that_was_only_found_says_to_load_it(tmp_path: Path) -> None:
    """Not that there is none of that name."""
    midi = found(tmp_path, "blink")
    with pytest.raises(ValueError, match="%midi load blink"):
        midi.map(note(36), plugin("blink"))
    midi.close()


def test_only_plugins_from_files_are_reloaded_by_name(tmp_path: Path) -> None:
    """A cell is run again instead."""
    from midimon_live import ActionPlugin

    class Mine(ActionPlugin):
        """Be in a cell."""

        def execute(self, params: Any, context: Any) -> None:
            """Do nothing."""

    with session(tmp_path) as midi:
        midi.activate(Mine)
        with pytest.raises(InvalidValue, match="run that again"):
            midi.plugins.reload_plugin("mine")


def test_nothing_is_written_into_the_folders_of_plugins(tmp_path: Path) -> None:
    """No .pyc, no cache: the digest stays."""
    midi = found(tmp_path, "blink")
    midi.plugins.load_plugin("blink")
    digest = midi.plugins.get_metadata("blink").digest
    midi.plugins.reload_plugin("blink")
    assert midi.plugins.get_metadata("blink").digest == digest
    names = {one.name for one in (tmp_path / "plugins" / "blink").iterdir()}
    assert names == {"plugin.toml", "plugin.py"}
    midi.close()


def test_a_home_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    """And the session plays all the same."""
    (tmp_path / "home").write_text("a file")
    with session(tmp_path / "home") as midi:
        assert midi.plugins.discover_plugins() == 0
        assert "can not be made" in repr(midi.status())


def test_a_plugin_that_was_deleted_is_not_loaded_again(tmp_path: Path) -> None:
    """It plays on until it is unloaded."""
    midi = found(tmp_path, "blink")
    midi.plugins.load_plugin("blink")
    shutil.rmtree(tmp_path / "plugins" / "blink")
    with pytest.raises((DiscoveryError, LoadError, PluginNotFound)):
        midi.plugins.reload_plugin("blink")
    midi.plugins.execute_plugin("blink")
    midi.close()


THREAD = """
import threading
from midimon_live import ActionPlugin

GO = threading.Event()

class Busy(ActionPlugin):
    def initialize(self):
        threading.Thread(target=GO.wait, name="left-behind", daemon=True).start()
    def execute(self, params, context):
        pass
"""


def test_a_thread_that_a_plugin_leaves_behind_is_named(tmp_path: Path) -> None:
    """When it is unloaded."""
    put(tmp_path, "busy", THREAD)
    midi = found(tmp_path)
    midi.plugins.load_plugin("busy")
    go = midi.plugins._live["busy"].plugin.execute.__globals__["GO"]
    midi.plugins.unload_plugin("busy")
    assert "busy left threads running: left-behind" in repr(midi.status())
    go.set()
    midi.close()
