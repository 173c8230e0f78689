"""Handlers that do not come back: named, and stopped at their deadline."""

import threading

import pytest

from midimon_live import note
from midimon_live.errors import HandlerTimeout, InvalidValue
from midimon_live.monitor import Monitor
from midimon_live.running import Running
from midimon_live.sessions import Session
from midimon_live.testing import ManualClock
from midimon_live.watchdog import Watchdog


def test_a_handler_that_hangs_is_named_once() -> None:
    """After a second, with its place; not at every look."""
    clock = ManualClock()
    monitor, running = Monitor(clock), Running(clock)
    dog = Watchdog(running, monitor, lambda _thread: "In [3], line 2: while True: pass")

    def hang() -> None:
        clock.move_to(1.5)
        dog.look()
        clock.move_to(2.5)
        dog.look()

    running.call("spinner", hang)
    assert [notice.text[:29] for notice in monitor.notices()] == ["spinner has not come back for"]
    assert "In [3], line 2" in monitor.notices()[0].text
    assert monitor.counters["hanging"] == 1


def test_a_handler_that_comes_back_is_not_mentioned() -> None:
    """Nothing runs, or not for long."""
    clock = ManualClock()
    monitor, running = Monitor(clock), Running(clock)
    dog = Watchdog(running, monitor, lambda _thread: "")
    dog.look()
    running.call("quick", dog.look)
    assert monitor.notices() == []


def test_a_callable_that_never_returns_is_stopped_and_the_next_event_is_served() -> None:
    """At its deadline, with an error that says so; the engine goes on."""
    heard = threading.Event()

    def spin(_context: object) -> None:
        while True:
            pass

    midi = Session(backend="virtual")
    try:
        midi.deadline = 1.1
        midi.map(note(36), spin)
        midi.map(note(37), lambda _context: heard.set())
        midi.virtual.press(36)
        midi.virtual.press(37)
        assert heard.wait(20)
        trace = midi.traces()[0]
        assert trace.steps[0].verdict == "failed"
        assert "HandlerTimeout" in trace.steps[0].error
    finally:
        midi.close()


def test_the_deadline_must_be_a_time() -> None:
    """The text says what is allowed."""
    midi = Session(threads=False, backend="virtual")
    with pytest.raises(InvalidValue, match="deadline is 0; allowed are seconds above 0"):
        midi.deadline = 0
    midi.close()


def test_the_error_says_what_happened() -> None:
    """It is raised without arguments, from outside."""
    assert "deadline" in str(HandlerTimeout())
    assert isinstance(HandlerTimeout(), TimeoutError)
