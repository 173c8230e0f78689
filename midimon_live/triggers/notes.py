"""Triggers that take more than one message of a note: held, tapped twice, together, in a row.

These only say what is wanted. `midimon_live.gestures` tells which of them a player has made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from midimon_live.calling import explained
from midimon_live.errors import InvalidValue
from midimon_live.events import NOTE_ON, check_range
from midimon_live.triggers.base import (
    SEVEN_BITS,
    Controls,
    Trigger,
    check_channel,
    check_choice,
    check_ms,
    check_note,
)

HOLD_MS, DOUBLE_TAP_MS, CHORD_MS, GAP_MS = 2000, 300, 50, 500
_LONGEST_MS = 60_000
MATCHES = ("exact", "superset", "ordered")
_MOST_NOTES = 32


@dataclass(frozen=True, slots=True)
class LongPress(Trigger):
    """A note that is held; fires once, while it is."""

    number: int | None
    duration_ms: int
    channel: int | None

    event = "long_press"

    def controls(self) -> Controls:
        return ((NOTE_ON, self.number),)

    def __str__(self) -> str:
        return f"long press {_name(self.number)}, {self.duration_ms} ms{self.on_channel()}"


@dataclass(frozen=True, slots=True)
class DoubleTap(Trigger):
    """A note that is pressed twice; fires at the second press."""

    number: int | None
    timeout_ms: int
    channel: int | None

    event = "double_tap"

    def controls(self) -> Controls:
        return ((NOTE_ON, self.number),)

    def __str__(self) -> str:
        return f"double tap {_name(self.number)}, {self.timeout_ms} ms{self.on_channel()}"


@dataclass(frozen=True, slots=True)
class NoteChord(Trigger):
    """Notes that are pressed together; fires when the last of them is."""

    notes: tuple[int, ...]
    timeout_ms: int
    match: str
    pass_through: bool
    channel: int | None

    event = "chord"

    def controls(self) -> Controls:
        return tuple((NOTE_ON, number) for number in self.notes)

    def __str__(self) -> str:
        words = "" if self.match == "exact" else f", {self.match}"
        words += ", pass through" if self.pass_through else ""
        notes = " ".join(map(str, self.notes))
        return f"chord {notes}, {self.timeout_ms} ms{words}{self.on_channel()}"


@dataclass(frozen=True, slots=True)
class SequenceOf(Trigger):
    """Notes that are pressed one after another; fires at the last."""

    notes: tuple[int, ...]
    gap_ms: int
    pass_through: bool
    channel: int | None

    event = "sequence"

    def controls(self) -> Controls:
        return tuple((NOTE_ON, number) for number in dict.fromkeys(self.notes))

    def __str__(self) -> str:
        words = ", pass through" if self.pass_through else ""
        notes = " ".join(map(str, self.notes))
        return f"sequence {notes}, {self.gap_ms} ms{words}{self.on_channel()}"


def _name(number: int | None) -> str:
    return "any" if number is None else str(number)


@explained
def long_press(
    note: int | None = None, *, duration_ms: int = HOLD_MS, channel: int | None = None
) -> LongPress:
    """Fire once while a pad or key is held, when it has been down for `duration_ms`.

    Args:
        note: 0-127; None is any.
        duration_ms: 1-60,000 milliseconds.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range.
    """
    return LongPress(
        check_note(note),
        check_ms("duration_ms", duration_ms, 1, _LONGEST_MS),
        check_channel(channel),
    )


@explained
def double_tap(
    note: int | None = None, *, timeout_ms: int = DOUBLE_TAP_MS, channel: int | None = None
) -> DoubleTap:
    """Fire when a pad or key is pressed again within less than `timeout_ms`, press to press.

    A third press begins anew.

    Args:
        note: 0-127; None is any.
        timeout_ms: 1-60,000 milliseconds.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range.
    """
    return DoubleTap(
        check_note(note), check_ms("timeout_ms", timeout_ms, 1, _LONGEST_MS), check_channel(channel)
    )


@explained
def chord(
    *notes: int | Iterable[int],
    timeout_ms: int = CHORD_MS,
    match: str = "exact",
    pass_through: bool = False,
    channel: int | None = None,
) -> NoteChord:
    """Fire once when all notes are down that were pressed within less than `timeout_ms`.

    While it may still come, what else is mapped to its notes waits, and when it comes, that does
    not fire. A chord that is part of a bigger mapped one waits for that one.

    Args:
        notes: two or more different notes, 0-127: `chord(60, 64, 67)`.
        timeout_ms: from the first press to the last, 1-60,000 milliseconds.
        match: "exact": no other note may be pressed meanwhile; "superset": others may;
            "ordered": exact, and pressed in this order.
        pass_through: let the notes' own mappings fire as well, and at once.
        channel: 0-15; None is any, but the same for all its notes.

    Raises:
        InvalidValue: a value is out of range, or these are not at least two different notes.
    """
    return NoteChord(
        _notes("chord", notes, different=True),
        check_ms("timeout_ms", timeout_ms, 1, _LONGEST_MS),
        check_choice("match", match, MATCHES),
        bool(pass_through),
        check_channel(channel),
    )


@explained
def sequence_of(
    *notes: int | Iterable[int],
    gap_ms: int = GAP_MS,
    pass_through: bool = False,
    channel: int | None = None,
) -> SequenceOf:
    """Fire when notes are pressed one after another, each within less than `gap_ms` of the last.

    Another note in between breaks it. The last press belongs to it; the ones before fire what is
    mapped to them.

    Args:
        notes: two or more notes, 0-127, not all need differ: `sequence_of(60, 60, 67)`.
        gap_ms: 1-60,000 milliseconds.
        pass_through: let the last note's own mappings fire as well.
        channel: 0-15; None is any, but the same for all its notes.

    Raises:
        InvalidValue: a value is out of range, or these are not at least two notes.
    """
    return SequenceOf(
        _notes("sequence_of", notes, different=False),
        check_ms("gap_ms", gap_ms, 1, _LONGEST_MS),
        bool(pass_through),
        check_channel(channel),
    )


def _notes(
    what: str, given: tuple[int | Iterable[int], ...], *, different: bool
) -> tuple[int, ...]:
    """Return the notes of `chord(60, 64)` or `chord([60, 64])`."""
    first: Any = given[0] if len(given) == 1 else given
    if isinstance(first, str) or not isinstance(first, Iterable):
        raise InvalidValue(f"{what} takes at least two notes, as {what}(60, 64); got {first!r:.80}")
    notes = tuple(check_range("note", one, 0, SEVEN_BITS) for one in first)
    if not 2 <= len(notes) <= _MOST_NOTES:
        raise InvalidValue(
            f"{what} has {len(notes)} notes; allowed are 2 to {_MOST_NOTES}"
            + (": for one, use note(...)" if len(notes) == 1 else "")
        )
    if different and len(set(notes)) < len(notes):
        raise InvalidValue(f"{what} has a note twice: {', '.join(map(str, notes))}")
    return notes
