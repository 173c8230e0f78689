"""What a session did, by the second."""

import time

import pytest

from midimon_live import note
from midimon_live.errors import InvalidValue
from midimon_live.sessions import Session
from midimon_live.testing import press, released, session


def breaks(_context):
    """Raise."""
    raise ValueError


def test_events_executions_and_failures_belong_to_their_seconds() -> None:
    """Those of an unloaded plugin stay; what is not mapped counts as event."""
    with session() as midi:
        handle = midi.map(note(36), breaks)
        midi.map(note(37), lambda _context: None)
        midi.play(press(36), released(36), press(37))
        midi.advance(61.5)
        midi.play(press(37), press(99))
        midi.plugins.unload_plugin(handle.mapping.plugin)
        began = midi.clock.epoch_ms(0)
        assert midi.activity() == [(began, 1, 3, 2, 1), (began + 61_000, 1, 2, 1, 0)]


def test_only_the_last_seconds_when_they_are_asked_for() -> None:
    """Up to now."""
    with session() as midi:
        midi.play(press(36))
        midi.advance(100)
        midi.play(press(36))
        assert [one.events for one in midi.activity(50)] == [1]
        assert len(midi.activity(101)) == 2
        assert midi.activity(0) in ([], midi.activity(1))


@pytest.mark.parametrize("last", [-1, 0.5, "60", True])
def test_seconds_that_can_not_be_are_refused(last: object) -> None:
    """With what is allowed."""
    with session() as midi, pytest.raises(InvalidValue, match=r"last is .*; allowed are whole"):
        midi.activity(last)


def test_the_reader_notes_events_beside_a_kernel() -> None:
    """With threads, nobody has to ask."""
    midi = Session(backend="virtual", home=None)
    try:
        midi.map(note(36), lambda _context: None)
        for _ in range(3):
            midi.virtual.press(36)
        midi.settle()
        give_up = time.monotonic() + 5
        while sum(one.events for one in midi.activity()) < 3 and time.monotonic() < give_up:
            time.sleep(0.01)
        assert sum(one.events for one in midi.activity()) == 3
        assert sum(one.executions for one in midi.activity()) == 3
    finally:
        midi.close()
