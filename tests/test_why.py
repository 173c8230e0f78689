"""`why` for gestures: what a press became, and for each considered mapping how its test went."""

from typing import Any

import pytest

from midimon_live import (
    cc,
    chord,
    double_tap,
    encoder,
    long_press,
    note,
    release,
    send,
    sequence,
    sequence_of,
    when,
)
from midimon_live.testing import TestSession, press, released, session, turn
from midimon_live.triggers import Trigger

WAITS = "waits for what becomes of the gesture"


def do_nothing(_context: Any) -> None:
    """Be mapped."""


def mapped(midi: TestSession, *triggers: Trigger, all: bool = False) -> None:  # noqa: A002
    """Map triggers, in order."""
    for trigger in triggers:
        midi.map(trigger, do_nothing, all=all)


def results(midi: TestSession, event: int | None = None) -> list[str]:
    """Return the result of each considered mapping."""
    return [row[2] for row in midi.why(event).rows]


EVERYTHING = (
    note(36),
    double_tap(36),
    long_press(36, duration_ms=500),
    chord(36, 40),
    sequence_of(30, 36),
)


def test_why_says_that_a_gesture_is_open() -> None:
    """For each mapping it may still become."""
    with session() as midi:
        mapped(midi, *EVERYTHING)
        midi.play(press(36))
        assert midi.why().title.split("; ")[1].startswith("waiting")
        assert results(midi) == [WAITS] * 5


@pytest.mark.parametrize(
    ("events", "serial", "became"),
    [
        ([press(36), released(36, time=0.1)], 1, "a single press"),
        ([press(36), press(36, time=0.1)], 1, "the first tap of a double tap"),
        ([press(36), press(36, time=0.1)], 2, "a double tap"),
        ([press(36), released(36, time=0.9)], 1, "a long press"),
        ([press(36), press(40, time=0.01)], 1, "part of a chord"),
        ([press(30), press(36, time=0.1)], 2, "the end of a sequence"),
        ([press(36), turn(123, 0)], 1, "cancelled by all notes off"),
    ],
)
def test_why_says_what_a_press_became(events: list[Any], serial: int, became: str) -> None:
    """To every mapping that wanted something else; the one that fired says ok."""
    kinds = ["a single press", "a double tap", "a long press", "part of a chord"]
    kinds.append("the end of a sequence")
    with session() as midi:
        mapped(midi, *EVERYTHING)
        midi.play(*events)
        midi.advance(2)
        fired = "fired when event 2 completed it" if "chord" in became else "ok"
        wanted = [fired if kind == became else f"it was {became}" for kind in kinds]
        assert results(midi, serial) == wanted


@pytest.mark.parametrize(
    ("triggers", "events", "reasons"),
    [
        (
            (double_tap(1, timeout_ms=100), double_tap(1), double_tap(1, timeout_ms=400)),
            [press(1), press(1, time=0.2)],
            ["the second tap came too late for it", "ok", "not tried: one before it fired"],
        ),
        (
            (long_press(1, duration_ms=900), long_press(1, duration_ms=400), long_press(1)),
            [press(1)],
            ["not tried: one before it fired", "ok", "not tried: one before it fired"],
        ),
        (
            (chord(1, 2), chord(1, 3), chord(1, 2, match="superset")),
            [press(2), press(1)],
            [
                "ok",
                "it was another chord, or not all of its notes came in time",
                "not tried: one before it fired",
            ],
        ),
        (
            (sequence_of(2, 1, gap_ms=50), sequence_of(3, 1), sequence_of(2, 1)),
            [press(2), press(1, time=0.1)],
            [
                "it was another sequence, or came too slowly for it",
                "it was another sequence, or came too slowly for it",
                "ok",
            ],
        ),
        (
            (note(1), note(1, eager=True), double_tap(1)),
            [press(1)],
            ["not tried: one before it fired", "ok", "it was a single press"],
        ),
        (
            (note(1, velocity_min=101), double_tap(1), note(1)),
            [press(1)],
            ["velocity 100 is outside 101-127", "it was a single press", "ok"],
        ),
    ],
    ids=["double", "long", "chord", "sequence", "eager", "range"],
)
def test_why_tells_mappings_to_one_kind_of_gesture_apart(
    triggers: tuple[Trigger, ...], events: list[Any], reasons: list[str]
) -> None:
    """Too late, too short, not all there, or only not tried."""
    with session() as midi:
        mapped(midi, *triggers)
        midi.play(*events)
        midi.advance(3)
        assert results(midi) == reasons


def test_long_press_that_does_not_end_the_search_leaves_the_longer_one_its_reason() -> None:
    """With all=True both may fire; let go between them, one did."""
    with session() as midi:
        mapped(midi, long_press(1, duration_ms=400), long_press(1, duration_ms=900), all=True)
        midi.play(press(1), released(1, time=0.5))
        assert results(midi, 1) == ["ok", "it was not held that long"]


def test_each_member_of_a_chord_says_when_that_fired() -> None:
    """Also where the notes act themselves."""
    with session() as midi:
        mapped(midi, chord(1, 2, pass_through=True), note(1))
        midi.play(press(1), press(2))
        assert results(midi, 1) == ["fired when event 2 completed it", "ok"]
        assert results(midi, 2) == ["ok"]


def test_release_of_an_open_gesture_waits_too() -> None:
    """Then it says what it did."""
    with session() as midi:
        mapped(midi, double_tap(1), release(1))
        midi.play(press(1), released(1))
        assert results(midi) == [WAITS]
        midi.advance(1)
        assert results(midi) == ["ok"]


def test_a_note_without_mappings_is_unmapped_where_sequences_are_mapped() -> None:
    """And the hint says what is missing."""
    with session() as midi:
        mapped(midi, sequence_of(1, 2))
        midi.play(press(77))
        assert "unmapped" in midi.why().title
        assert "nothing is mapped to note on 77" in repr(midi.why())


def test_why_remembers_what_only_the_knob_knew() -> None:
    """Its state has changed since; and what was asked for is what was refused then."""
    with session() as midi:
        mapped(midi, cc(1, value_min=64, edge="rising"), encoder(1, mode="relative_twos"))
        midi.play(turn(1, 100), turn(1, 110), turn(1, 3), turn(1, 127))
        assert results(midi, 2)[0] == "value was in 64-127 before"
        assert results(midi, 3)[0] == "value 3 is outside 64-127"
        assert results(midi, 1)[0] == results(midi, 4)[0] == "ok"


def test_why_remembers_that_a_fader_was_to_be_picked_up() -> None:
    """And at which value."""
    with session() as midi:
        midi.define_mode("Other")
        mapped(midi, cc(1, takeover="pickup"))
        midi.play(turn(1, 100))
        midi.mode = "Other"
        midi.play(turn(1, 20))
        midi.mode = "Default"
        midi.play(turn(1, 30), turn(1, 120))
        assert results(midi, 3) == ["waits to be picked up at 100"]
        assert results(midi, 4) == ["ok"]


def test_a_fader_that_was_turned_while_unplugged_is_picked_up_again() -> None:
    """Its value stays where it was left."""
    with session() as midi:
        mapped(midi, cc(1, takeover="pickup"))
        midi.play(turn(1, 100))
        midi._ports.lost("Virtual")
        midi.play(turn(1, 10), turn(1, 50), turn(1, 101), turn(1, 60))
        assert [results(midi, number)[0] for number in (2, 3, 4, 5)] == [
            "waits to be picked up at 100",
            "waits to be picked up at 100",
            "ok",
            "ok",
        ]


def test_why_shows_how_long_a_step_took_that_waited() -> None:
    """From its beginning to its end."""
    with session() as midi:
        midi.map(note(1), send("note_on", duration_ms=250))
        midi.play(press(1))
        assert results(midi) == ["started"]
        midi.advance(1)
        assert midi.why().rows[0][2:] == ["ok", "250000 \N{MICRO SIGN}s"]


def test_why_shows_each_of_several_that_fired() -> None:
    """With all=True, and the one that failed among them."""
    with session() as midi:
        midi.map(note(1), lambda _context: 1 / 0, all=True)
        midi.map(note(1), sequence(do_nothing), all=True)
        midi.map(note(1), when(lambda _context: False, do_nothing))
        midi.play(press(1))
        first, *rest = results(midi)
        assert first.startswith("failed: ZeroDivisionError")
        assert rest == ["ok", "ok"]


def test_the_last_ten_thousand_events_are_explained() -> None:
    """And no more."""
    with session() as midi:
        mapped(midi, note(1))
        midi.play(*[press(1)] * 10_001)
        assert results(midi, 2) == ["ok"]
        assert midi.why(1).title == "event 1 is not remembered"
