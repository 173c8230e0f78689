"""Keys, text, clicks and volume: first with a sender that remembers, then on a real display."""

import gc
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from midimon_live import desktop
from midimon_live.actions import desktop as actions
from midimon_live.actions.base import Action, Pending
from midimon_live.actions.desktop import keys, mouse, text, volume
from midimon_live.errors import InvalidValue
from tests.support.host import FakeHost, outcome_of
from tests.support.xvfb import Display


class Recorder:
    """A sender that remembers what it was told, and breaks at a key."""

    def __init__(self, broken: str = "") -> None:
        self.log: list[str] = []
        self._broken = broken

    def press(self, key: str) -> None:
        """Remember it, then break if it is the broken one."""
        self.log.append(f"+{key}")
        if key == self._broken:
            raise OSError(f"{key} is stuck")

    def release(self, key: str) -> None:
        """Remember it."""
        self.log.append(f"-{key}")

    def type(self, character: str) -> None:
        """Remember it."""
        self.log.append(character)

    def move(self, x: int, y: int) -> None:
        """Remember it."""
        self.log.append(f"to {x},{y}")

    def click(self, button: str, clicks: int) -> None:
        """Remember it."""
        self.log.append(f"{button} {clicks}")


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """The sender of all actions."""
    one = Recorder()
    monkeypatch.setattr(desktop, "sender", lambda: one)
    return one


@pytest.mark.parametrize(
    ("action", "log"),
    [
        (keys("cmd+shift+a"), "+cmd +shift +a -a -shift -cmd"),
        (keys("a+b", modifiers="ctrl"), "+ctrl +a -a +b -b -ctrl"),
        (keys("shift"), "+shift -shift"),
        (text("Hé"), "H é"),
        (mouse("Right"), "right 1"),
        (mouse(x=-5, y=7, clicks=2), "to -5,7 left 2"),
    ],
)
def test_actions_send_in_order(recorder: Recorder, action: Action, log: str) -> None:
    """Modifiers go down in order and up in reverse."""
    assert outcome_of(action).verdict == "ok"
    assert " ".join(recorder.log) == log


@pytest.mark.parametrize("broken", ["ctrl", "shift", "a", "b"])
def test_no_key_stays_down_when_one_fails(broken: str) -> None:
    """Whatever may have gone down goes up, and the error goes on."""
    recorder = Recorder(broken)
    with pytest.raises(OSError, match=f"{broken} is stuck"):
        desktop.strike(recorder, ["a", "b"], ["ctrl", "shift"])
    down = [one[1:] for one in recorder.log if one[0] == "+"]
    up = [one[1:] for one in recorder.log if one[0] == "-"]
    assert sorted(down) == sorted(up)


def test_all_share_one_lane(recorder: Recorder) -> None:
    """So that they are done in the order in which they fired."""
    host = FakeHost()
    for action in (keys("a"), text("a"), mouse(), volume("up")):
        outcome_of(action, host)
    assert host.lanes == [actions.LANE] * 4


def test_a_text_can_be_ended_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled while the second character is typed, the third is not."""
    recorder, pendings = Recorder(), []

    class Host(FakeHost):
        def beside(self, about: str, job: Callable[[], Any], **options: Any) -> Pending:
            pendings.append(Pending(about, options["cancel"]))
            pendings[0].finish(job())
            return pendings[0]

    def type_and_cancel(character: str) -> None:
        recorder.log.append(character)
        if character == "b":
            pendings[0].cancel()

    monkeypatch.setattr(recorder, "type", type_and_cancel)
    monkeypatch.setattr(desktop, "sender", lambda: recorder)
    assert outcome_of(text("abc"), Host()).verdict == "cancelled"
    assert recorder.log == ["a", "b"]


@pytest.mark.parametrize(
    ("build", "error"),
    [
        (lambda: text(""), "text is ''; allowed is text of one character or more"),
        (lambda: text(7), "text is 7"),
        (lambda: mouse("back"), "button is 'back'; allowed are left, right, middle"),
        (lambda: mouse(x=5), "x is 5 and y is None; give both"),
        (lambda: mouse(x=5, y=40000), "y is 40000; allowed are whole numbers from -32768 to"),
        (lambda: mouse(clicks=0), "clicks is 0; allowed are whole numbers from 1 to 10"),
        (lambda: keys("hyperspace"), "key 'hyperspace' is unknown; did you mean"),
    ],
)
def test_builders_refuse_what_can_not_work(build: Callable[[], Any], error: str) -> None:
    """Where it is written, not when it fires."""
    with pytest.raises(InvalidValue, match=error):
        build()


@pytest.mark.parametrize("action", [keys("a"), text("a"), mouse()])
def test_without_pynput_loading_works_and_firing_says_what_is_missing(
    action: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, at load and at firing, with the command that helps."""
    monkeypatch.delitem(sys.modules, "pynput", raising=False)
    monkeypatch.setattr(desktop, "find_spec", lambda name: None)
    line = "keyboard and mouse need pynput: pip install 'midimon_live[desktop]'"
    assert action.doubts([]) == [f"{action}: {line}"]
    assert outcome_of(action)[:2] == ("failed", line)


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="there is always a display")
def test_without_a_display_firing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server, in a container, over ssh."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(desktop, "find_spec", lambda name: True)
    assert "DISPLAY is not set" in keys("a").doubts([])[0]
    assert "DISPLAY is not set" in outcome_of(keys("a")).error


def test_keys_that_a_system_lacks_are_doubted() -> None:
    """MIDIMon typed a NUL for them."""
    assert desktop.limits(["insert", "a"], "darwin") == ["macOS has no key 'insert'"]


def test_wayland_is_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys reach only part of the windows there."""
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "reach only windows that use X" in desktop.limits([], "linux")[0]


def test_a_missing_mixer_is_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    """And fails with the same words."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "platform", "linux")
    assert "none of wpctl, pactl, amixer" in volume("up").doubts([])[0]
    assert "none of wpctl, pactl, amixer" in outcome_of(volume("up")).error


def test_importing_loads_neither_pynput_nor_a_display() -> None:
    """It is imported when keys are sent, and not before."""
    code = (
        "import sys, midimon_live.actions.desktop, midimon_live.conditions\n"
        "from midimon_live.actions.desktop import keys\n"
        "keys('cmd+a').doubts([])\n"
        "print(sorted({'pynput', 'Xlib', 'psutil'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.desktop
def test_a_chord_arrives_at_a_window(display: Display) -> None:
    """Pressed in order, released in reverse, with the modifiers in force."""
    assert keys("ctrl+shift+a").doubts([]) == []
    assert outcome_of(keys("ctrl+shift+a")).verdict == "ok"
    pressed = ["Control_L", "Shift_L", "A"]
    expected = [["down", name] for name in pressed] + [["up", name] for name in reversed(pressed)]
    assert display.events() == expected


@pytest.mark.desktop
def test_a_text_arrives_at_a_window(display: Display) -> None:
    """Capitals, signs, the enter key, and what is on no key here (0x20ac is X11's euro)."""
    assert outcome_of(text("Hi, 9!\né€")).verdict == "ok"
    events = [event for event in display.events() if event[1] != "Shift_L"]
    pressed = [name for kind, name in events if kind == "down"]
    assert pressed == ["H", "i", ",", " ", "9", "!", "\r"]
    assert [name for kind, name in events if kind == "synthetic down"] == ["é", "0x20ac"]


@pytest.mark.desktop
@pytest.mark.parametrize("key", ["plus", "ü", "f12", "pageup", "playpause", "stop", "cmd", "altgr"])
def test_every_sort_of_key_arrives(display: Display, key: str) -> None:
    """One press and one release."""
    assert outcome_of(keys(key)).error == ""
    assert [str(kind).split()[-1] for kind, _ in display.events()] == ["down", "up"]


@pytest.mark.desktop
def test_clicks_arrive_where_they_should(display: Display) -> None:
    """The pointer is moved first."""
    assert outcome_of(mouse("right", x=30, y=40, clicks=2)).verdict == "ok"
    assert display.events() == [["click", 3, 30, 40]] * 2


@pytest.mark.desktop
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_display_that_is_gone_is_told(display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text names it."""
    monkeypatch.setenv("DISPLAY", ":987")
    verdict, error, _, _ = outcome_of(keys("a"))
    assert verdict == "failed"
    assert error.startswith("display :987 takes no keys: ")
    gc.collect()  # python-xlib leaves the sockets of its attempts to the collector


@pytest.mark.desktop
def test_actions_leave_no_connection_behind(display: Display) -> None:
    """A display takes a few hundred clients at most."""
    outcome_of(text("a"))
    before = psutil.Process().num_fds()
    for _ in range(5):
        outcome_of(text("a"))
        outcome_of(mouse())
    assert psutil.Process().num_fds() == before
