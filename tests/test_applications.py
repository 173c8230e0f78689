"""Which applications run and which is in front: what is read from other programs' words."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from midimon_live import applications
from midimon_live.conditions import app_frontmost, app_running
from midimon_live.events import TriggerContext
from tests.support.host import FakeHost

LONG = "MidimonTestProgramWithALongName"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a program that can be renamed")
def test_a_running_program_is_found_by_any_part_of_its_name(tmp_path: Path) -> None:
    """In any case, and beyond the 15 characters that Linux keeps of a process name."""
    program = tmp_path / LONG
    shutil.copy2(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([program, "60"]) as process:
        try:
            assert app_running(LONG.upper()).holds(FakeHost(), TriggerContext())
            assert app_running("withalongname").holds(FakeHost(), TriggerContext())
        finally:
            process.kill()
    assert not app_running(LONG).holds(FakeHost(), TriggerContext())


def test_a_process_that_tells_nothing_has_no_name() -> None:
    """Foreign and dying processes keep their names to themselves."""
    assert applications.names_of({"name": None, "exe": None, "cmdline": None}) == set()
    assert applications.names_of({"name": "a", "exe": "/x/b.bin", "cmdline": ["c"]}) == {
        "a",
        "b",
        "c",
    }


def test_the_active_window_is_read_from_xprop() -> None:
    """No window, or no window manager, gives none."""
    told = "_NET_ACTIVE_WINDOW(WINDOW): window id # 0x1e00003"
    assert applications.active_window(told) == "0x1e00003"
    assert applications.active_window("_NET_ACTIVE_WINDOW(WINDOW): window id # 0x0") == ""
    assert applications.active_window("_NET_ACTIVE_WINDOW:  not found.") == ""


def test_a_windows_names_are_read_from_xprop() -> None:
    """Both names of the class count."""
    told = 'WM_CLASS(STRING) = "navigator", "Firefox"\n_NET_WM_PID(CARDINAL) = 4711\n'
    assert applications.window_names(told) == ({"navigator", "Firefox"}, 4711)
    assert applications.window_names("WM_CLASS:  not found.\n") == (set(), 0)


def test_frontmost_compares_whole_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """In any case, as MIDIMon does."""
    monkeypatch.setattr(applications, "frontmost", lambda: {"Ableton Live"})
    assert app_frontmost("ableton live").holds(FakeHost(), TriggerContext())
    assert not app_frontmost("Live").holds(FakeHost(), TriggerContext())


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="there it is always known")
def test_without_a_display_nothing_is_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not hold, raises nothing, and says so when it is loaded."""
    monkeypatch.delenv("DISPLAY", raising=False)
    condition = app_frontmost("Live")
    assert not condition.holds(FakeHost(), TriggerContext())
    assert "DISPLAY is not set" in condition.doubts([])[0]
