"""Odd playing: lost note-offs, one note on several ports, and everything on one note."""

from typing import Any

import pytest

from midimon_live import chord, double_tap, long_press, note, release, send, sequence_of
from midimon_live.testing import TestSession, press, released, session


class Hits(list[str]):
    """The names of what fired, in order."""

    def __init__(self, midi: TestSession, **mapped: Any) -> None:
        super().__init__()
        for name, trigger in mapped.items():
            midi.map(trigger, lambda _context, name=name: self.append(name))


def test_a_note_pressed_again_without_a_release_leaves_no_ghost_in_a_chord() -> None:
    """The chord needs the note to be down, not an earlier press of it."""
    with session() as midi:
        both = chord(60, 64, timeout_ms=1000, pass_through=True)
        hits = Hits(midi, chord=both, double=double_tap(60))
        midi.play(press(60), press(60, time=0.1), released(60, time=0.1))
        midi.play(press(64, time=0.1))
        midi.advance(2)
        assert hits == ["double"]


@pytest.mark.parametrize("apart", ["port", "channel"])
def test_gestures_of_one_note_are_kept_apart(apart: str) -> None:
    """A double tap is of one pad; so is a chord."""
    with session() as midi:
        hits = Hits(midi, single=note(36), double=double_tap(36), chord=chord(40, 41))
        for number, other in ((36, 36), (40, 41)):
            for second, hit in enumerate((number, other)):
                port = "B" if apart == "port" and second else "A"
                channel = 1 if apart == "channel" and second else 0
                midi._pump.inject(port, bytes((0x90 | channel, hit, 90)))
        midi.advance(1)
        assert hits == ["single", "single"]


def test_thousands_of_presses_without_a_release() -> None:
    """As from a controller that sends no note-offs: singles, each once."""
    with session() as midi:
        hits = Hits(midi, single=note(36), double=double_tap(36), long=long_press(36))
        for _ in range(2000):
            midi.play(press(36, time=0.5))
        midi.advance(5)
        assert (hits.count("single"), hits.count("long"), len(hits)) == (1999, 1, 2000)
        assert len(midi._engine._surface.pressed) == 1


def test_chord_sequence_double_and_long_on_one_note() -> None:
    """Each is told from the others."""
    with session() as midi:
        hits = Hits(
            midi,
            single=note(60),
            double=double_tap(60),
            long=long_press(60, duration_ms=500),
            chord=chord(60, 64),
            code=sequence_of(50, 60),
        )
        midi.play(press(60), released(60), press(60), released(60))
        midi.play(press(60, time=1), press(64), released(60), released(64))
        midi.play(press(50, time=1), press(60, time=0.1), released(60), released(50))
        midi.play(press(60, time=1), released(60, time=0.6))
        midi.play(press(60, time=1), released(60))
        midi.advance(1)
        assert hits == ["double", "chord", "code", "long", "single"]


def test_chord_of_retriggered_notes_fires_once_each_time() -> None:
    """Whether or not their note-offs come."""
    with session() as midi:
        hits = Hits(midi, chord=chord(60, 64), root=note(60))
        for _ in range(3):
            midi.play(press(60, time=0.2), press(64, time=0.01))
        midi.play(press(60, time=0.2), press(60, time=0.01), press(64, time=0.01))
        midi.advance(1)
        assert hits == ["chord", "chord", "chord", "root", "chord"]


@pytest.mark.parametrize("ms", [1, 60_000])
def test_shortest_and_longest_times(ms: int) -> None:
    """Within the time, and at its end."""
    with session() as midi:
        hits = Hits(midi, double=double_tap(1, timeout_ms=ms), long=long_press(2, duration_ms=ms))
        just = ms / 1000 - 0.0005
        midi.play(press(1), press(1, time=just), press(2), released(2, time=just))
        midi.play(press(1), press(1, time=ms / 1000), press(2), released(2, time=ms / 1000))
        assert hits == ["double", "long"]


def test_long_press_that_was_open_when_its_mapping_went_still_fires() -> None:
    """A gesture ends as it began; the function it needs lives until then."""
    with session() as midi:
        hits: list[str] = []
        handle = midi.map(long_press(1, duration_ms=3000), lambda _context: hits.append("long"))
        midi.play(press(1))
        handle.remove()
        midi.advance(2)
        midi.play(press(1, channel=1))
        midi.advance(5)
        midi.play(released(1))
        midi.advance(5)
        assert hits == ["long"]
        assert midi.plugins.list_loaded() == []


def test_release_of_a_gesture_whose_mappings_went_is_theirs() -> None:
    """And not that of what was mapped meanwhile."""
    with session() as midi:
        hits = Hits(midi, old=release(1))
        handle = midi.map(note(1), send("note_on", until_release=True))
        midi.play(press(1))
        handle.remove()
        midi.map(note(1), print)
        midi.play(released(1))
        assert hits == ["old"]
        assert "0 notes sounding" in repr(midi.status())


def test_a_longer_sequence_goes_on_when_the_shorter_one_says_all() -> None:
    """Its first notes are not forgotten."""
    with session() as midi:
        log: list[str] = []
        midi.map(sequence_of(1, 2), lambda _context: log.append("short"), all=True)
        midi.map(sequence_of(1, 2, 3), lambda _context: log.append("long"))
        midi.play(press(1), press(2), press(3))
    assert log == ["short", "long"]
