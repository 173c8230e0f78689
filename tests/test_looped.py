"""The engine on one loop and without threads, as in a browser."""

import _thread
import asyncio
import heapq
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import Context
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live import ActionPlugin, Capability, delay, long_press, machine, note, send, sequence
from midimon_live.clock import ManualClock
from midimon_live.errors import MidimonError
from midimon_live.plugin.deadlines import within
from midimon_live.plugin.guard.subject import acting
from midimon_live.plugin.offspring import speaking
from midimon_live.sessions import Session
from tests.support.panels import Onlooker


class StillLoop:
    """A loop that turns only while a test lets time pass.

    Attributes:
        clock: tells its time.
        contexts: in which things were asked for, oldest first.
    """

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.contexts: list[Context] = []
        self._waiting: list[tuple[float, int, SimpleNamespace]] = []
        self._tickets = count()

    def call_later(self, wait: float, call: Callable[[], Any], *, context: Context) -> Any:
        """Keep something for later; what is returned has `cancel`."""
        self.contexts.append(context)
        one = SimpleNamespace(call=lambda: context.run(call), cancel=lambda: None)
        one.cancel = lambda: setattr(one, "call", lambda: None)
        heapq.heappush(self._waiting, (self.clock.now() + wait, next(self._tickets), one))
        return one

    def turn(self, seconds: float) -> None:
        """Let time pass, and call what falls due."""
        end = self.clock.now() + seconds
        while self._waiting and self._waiting[0][0] <= end:
            due, _, one = heapq.heappop(self._waiting)
            self.clock.move_to(due)
            one.call()
        self.clock.move_to(end)


@pytest.fixture
def loop() -> StillLoop:
    """A loop whose time stands still."""
    return StillLoop()


@pytest.fixture
def midi(loop: StillLoop) -> Iterator[Session]:
    """A session on that loop."""
    session = Session(clock=loop.clock, loop=loop, backend="virtual", home=None)
    yield session
    session.close()


@pytest.fixture
def threadless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python that can start no thread and says so, as a browser's does."""

    def refuse(*_words: Any, **_more: Any) -> None:
        raise RuntimeError("can't start new thread")

    browser = SimpleNamespace(pthreads=False)
    monkeypatch.setattr(sys, "_emscripten_info", browser, raising=False)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(_thread, "start_new_thread", refuse)


def sent(midi: Session) -> list[tuple[str, int]]:
    """Return what was sent, in short."""
    return [(one.type, one.note) for one in midi.virtual.sent]


def test_what_is_played_is_handled_at_once(midi: Session) -> None:
    """Also while a cell runs, which keeps the loop from turning."""
    heard = []
    midi.on(note(36))(lambda context: heard.append(context.velocity))
    midi.virtual.press(36, velocity=70)
    assert heard == [70]
    assert "1 on the kernel loop" in repr(midi)


def test_delays_are_rung_by_the_loop(midi: Session, loop: StillLoop) -> None:
    """Each step of a sequence at its moment, without another event or `settle`."""
    steps = send("note_on", note=60), delay(250), send("note_on", note=64), delay(500)
    midi.map(note(36), sequence(*steps, send("note_on", note=67)))
    midi.virtual.press(36)
    assert sent(midi) == [("note_on", 60)]
    loop.turn(0.25)
    assert sent(midi) == [("note_on", 60), ("note_on", 64)]
    loop.turn(0.49)
    assert len(sent(midi)) == 2
    loop.turn(0.02)
    assert sent(midi)[2:] == [("note_on", 67)]


def test_gestures_are_decided_by_the_loop(midi: Session, loop: StillLoop) -> None:
    """A long press while the pad is held; a release before cancels it."""
    fired = []
    midi.map(long_press(36, duration_ms=400), lambda context: fired.append(context.event))
    midi.virtual.press(36)
    loop.turn(0.2)
    midi.virtual.release(36)
    loop.turn(1.0)
    assert fired == []
    midi.virtual.press(36)
    loop.turn(0.41)
    assert fired == ["long_press"]


def test_a_cell_that_kept_the_loop_settles_what_fell_due(midi: Session, loop: StillLoop) -> None:
    """Time has passed and nothing has rung: `settle` does it, each at its own moment."""
    midi.map(note(36), sequence(delay(100), send("note_on", note=60)))
    midi.virtual.press(36)
    loop.clock.move_to(5.0)
    assert sent(midi) == []
    midi.settle()
    assert sent(midi) == [("note_on", 60)]


class Later(ActionPlugin):
    """Print and play a little later."""

    capabilities = {Capability.MIDI}

    def execute(self, params: Any, context: Any) -> None:
        """Ask for it."""
        self.host.schedule(0.1, self.play)

    def play(self) -> None:
        """Do it."""
        self.host.send("note_on", note=61)


def test_the_loop_is_asked_in_nobodys_name(midi: Session, loop: StillLoop) -> None:
    """A callback inherits the context of who asks, and a plugin may answer for no other's deeds."""
    midi.map(note(36), Later)
    midi.virtual.press(36)
    loop.turn(0.1)
    assert sent(midi) == [("note_on", 61)]
    assert loop.contexts
    assert {one.get(acting) for one in loop.contexts} <= {None}
    assert {one.get(speaking) for one in loop.contexts} <= {None}


def test_panels_are_fed_by_the_loop(midi: Session, loop: StillLoop) -> None:
    """As soon as somebody looks, when something changes, and no more once it is closed."""
    look = Onlooker(midi, "pads")
    loop.turn(0.05)
    assert len(look.frames) == 1
    midi.map(note(36), Later)
    loop.turn(0.5)
    after = len(look.frames)
    assert after > 1
    midi.close()
    loop.turn(5.0)
    assert len(look.frames) == after


def test_nothing_is_planned_for_a_session_that_has_ended(midi: Session, loop: StillLoop) -> None:
    """What was scheduled is not done, and the loop is not asked again."""
    midi.map(note(36), Later)
    midi.virtual.press(36)
    midi.close()
    asked = len(loop.contexts)
    loop.turn(1.0)
    assert (sent(midi), len(loop.contexts)) == ([], asked)


def test_waiting_for_what_can_not_come_is_refused(midi: Session, threadless: None) -> None:
    """Where the loop can not turn while Python waits, learning and replays say what to do."""
    with pytest.raises(MidimonError, match=r"learn\(wait=False\)"):
        midi.learn()
    with pytest.raises(MidimonError, match="wait=False"):
        midi.replay(midi.take())


def test_a_browser_that_can_put_python_aside_lets_it_wait(
    threadless: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pyodide says whether it can."""
    assert not machine.can_wait()
    monkeypatch.setitem(sys.modules, "pyodide.ffi", SimpleNamespace(can_run_sync=lambda: True))
    assert machine.can_wait()


def test_code_without_a_deadline_is_run_all_the_same(threadless: None) -> None:
    """No thread and no signal could end it."""
    assert within(1.0, lambda: "done") == "done"


CELLS = """
from midimon_live import ActionPlugin, Capability, note, plugin_event

class Blink(ActionPlugin):
    capabilities = {Capability.MIDI}
    def initialize(self):
        self.host.schedule(0, self.again)
    async def execute(self, params, context):
        print("pad", context.note)
    def again(self):
        self.host.schedule(0, self.again)

midi.map(note(36), Blink)
====
midi.virtual.press(36)
midi.panel()
====
midi.plugins.grant_capability("blink", "midi")
====
midi.learn(wait=False).cancel()
====
midi.record().stop()
====
%midi
====
%unload_ext midimon_live
"""


def test_everything_is_done_without_a_thread(
    shell: InteractiveShell, threadless: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cells, an `async` plugin, one that always wants to be called again, panels, a recording."""

    async def run() -> None:
        for cell in ["%load_ext midimon_live", *CELLS.split("====")]:
            shell.run_cell(cell).raise_error()
            await asyncio.sleep(0.03)

    asyncio.run(run())
    printed = capsys.readouterr().out
    assert "pad 36" in printed
    assert "kernel loop" in printed
    assert "none in a browser; midi.web()" in printed
