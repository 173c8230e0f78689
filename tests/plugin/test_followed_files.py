"""Plugins that are edited, beside sessions with threads, on a real disk."""

import importlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import watchfiles

from midimon_live import note, plugin, send
from midimon_live.plugin.folders import catalog
from midimon_live.sessions import Session
from tests.support.pad import noticed

MANIFEST = '[plugin]\nname = "{name}"\nversion = "1"\n[plugin.capabilities]\nmidi = true\n'
CODE = """
from midimon_live import ActionPlugin
{before}
class {name}(ActionPlugin):
    def execute(self, params, context):
        self.host.midi.send("note_on", note={note})
"""
LONGEST = 20.0


def put(home: Path, name: str = "blink", answer: int = 1, before: str = "") -> Path:
    """Write a plugin into the folder of plugins; returns its plugin.py."""
    folder = home / "plugins" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.toml").write_text(MANIFEST.format(name=name))
    code = folder / "plugin.py"
    code.write_text(CODE.format(name=name.title(), note=answer, before=before))
    return code


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.005)


def loaded(home: Path) -> Session:
    """Return a session in which `blink` was loaded and pad 36 plays it."""
    midi = Session(backend="virtual", home=home)
    midi.plugins.discover_plugins()
    midi.plugins.load_plugin("blink")
    midi.map(note(36), plugin("blink"))
    return midi


@pytest.fixture
def midi(tmp_path: Path) -> Iterator[Session]:
    """Give such a session."""
    put(tmp_path)
    made = loaded(tmp_path)
    yield made
    made.close()


def played(midi: Session, pad: int = 36) -> int:
    """Hit a pad; returns the note that begins."""
    midi.virtual.clear()
    midi.virtual.press(pad)
    midi.virtual.release(pad)
    midi.settle()
    return next(one.note for one in midi.virtual.sent if one.type == "note_on")


def test_a_saved_plugin_is_loaded_again_by_itself(tmp_path: Path, midi: Session) -> None:
    """Written in place, or renamed over; broken between."""
    put(tmp_path, answer=2)
    until(lambda: played(midi) == 2)
    code = put(tmp_path, answer=2)
    code.write_text("class Blink(")
    until(lambda: "the version before plays on" in noticed(midi))
    assert played(midi) == 2
    beside = code.with_name("new~")
    beside.write_text(CODE.format(name="Blink", note=3, before=""))
    beside.replace(code)
    until(lambda: played(midi) == 3)


def test_a_hundred_saves_in_a_second_end_with_the_last(tmp_path: Path, midi: Session) -> None:
    """No event is lost meanwhile, and there are fewer loads than saves."""
    for number in range(100):
        put(tmp_path, answer=number % 2 + 1)
        midi.virtual.press(36)
        time.sleep(0.01)
    put(tmp_path, answer=3)
    until(lambda: played(midi) == 3)
    stats = midi.plugins.get_stats("blink")
    assert stats.failures == 0
    presses = [one for one in midi.traces() if one.event.data[0] == 0x90]
    assert stats.executions == len(presses)
    assert midi.counters()["plugins reloaded"] < 100


def test_a_plugin_that_is_copied_into_the_folder_is_found(tmp_path: Path, midi: Session) -> None:
    """And said to be gone when it is; one that is loaded then is followed too."""
    put(tmp_path, "strum")
    until(lambda: "found: strum" in noticed(midi))
    midi.plugins.load_plugin("strum")
    midi.map(note(37), plugin("strum"))
    put(tmp_path, "strum", answer=4)
    until(lambda: played(midi, 37) == 4)
    shutil.rmtree(tmp_path / "plugins" / "strum")
    until(lambda: "strum" in noticed(midi) and "gone" in noticed(midi))
    assert played(midi, 37) == 4


def test_the_whole_place_may_go_and_come_back(tmp_path: Path, midi: Session) -> None:
    """The folder that is watched is another one then."""
    shutil.rmtree(tmp_path / "plugins")
    until(lambda: "gone" in noticed(midi))
    put(tmp_path, answer=5)
    until(lambda: played(midi) == 5)


def test_one_that_hangs_as_it_is_loaded_keeps_nothing_waiting(
    tmp_path: Path, midi: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pads play on meanwhile; the next save is taken over when it has been stopped."""
    monkeypatch.setattr(catalog, "load", partial(catalog.load, deadline_s=0.5))
    put(tmp_path, before="while True: pass\n")
    until(lambda: any("blink@" in one for one in list(sys.modules)))
    assert played(midi) == 1
    put(tmp_path, answer=2)
    until(lambda: played(midi) == 2)


def test_two_sessions_follow_the_same_folder(tmp_path: Path, midi: Session) -> None:
    """Each loads what was saved."""
    other = loaded(tmp_path)
    try:
        put(tmp_path, answer=2)
        until(lambda: played(midi) == 2 and played(other) == 2)
    finally:
        other.close()


def test_off_follows_nothing_and_on_catches_up(tmp_path: Path, midi: Session) -> None:
    """What was saved meanwhile comes into force then."""
    midi.follow(on=False)
    put(tmp_path, answer=2)
    assert "nothing is followed" in repr(midi.follow())
    assert "it is off" in repr(midi.status())
    assert played(midi) == 1
    midi.follow(on=True)
    until(lambda: played(midi) == 2)


def test_where_the_system_refuses_to_watch_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is said; `reload` works all the same."""

    def refuses(*_paths: str, **_options: object) -> Iterator[None]:
        raise OSError(28, "OS file watch limit reached.")

    monkeypatch.setattr(watchfiles, "watch", refuses)
    put(tmp_path)
    midi = loaded(tmp_path)
    try:
        until(lambda: "watch limit reached" in noticed(midi))
        put(tmp_path, answer=2)
        midi.plugins.reload_plugin("blink")
        assert played(midi) == 2
        put(tmp_path, answer=3)
        until(lambda: played(midi) == 3)
    finally:
        midi.close()


def test_a_module_that_hangs_keeps_no_change_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cells map comes into force meanwhile; the module before plays on."""
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "followed_lights.py"
    path.write_text(CODE.format(name="Blink", note=1, before=""))
    midi = Session(backend="virtual", home=None)
    try:
        blink = importlib.import_module(path.stem).Blink
        blink.capabilities = {"midi"}
        midi.map(note(36), blink)
        assert path.stem in repr(midi.follow())
        midi.deadline = 0.2
        path.write_text("import time\nHANGS = True\ntime.sleep(1.5)\n")
        until(lambda: hasattr(sys.modules[path.stem], "HANGS"))
        midi.map(note(37), send("note_on", note=9))
        assert played(midi, 37) == 9
        assert played(midi) == 1
        assert hasattr(sys.modules[path.stem], "HANGS")
        until(lambda: "is not in force" in noticed(midi))
        assert not hasattr(sys.modules[path.stem], "HANGS")
    finally:
        midi.close()
        del sys.modules[path.stem]
