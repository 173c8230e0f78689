"""Triggers that look at one message of a note: pressed, pressed soft or hard, let go."""

from dataclasses import dataclass

from midimon_live.calling import explained
from midimon_live.errors import InvalidValue
from midimon_live.events import NOTE_OFF, NOTE_ON, check_range
from midimon_live.triggers.base import (
    SEVEN_BITS,
    check_channel,
    check_choice,
    check_note,
    check_ordered,
)
from midimon_live.triggers.values import InRange

SOFT_MAX, MEDIUM_MAX = 40, 80
LEVELS = ("soft", "medium", "hard")


@dataclass(frozen=True, slots=True)
class Press(InRange):
    """A note-on whose velocity is in range.

    Attributes:
        eager: whether it fires at once where a double tap or long press is mapped as well.
    """

    eager: bool = False

    kind, what, whole = NOTE_ON, "velocity", (1, SEVEN_BITS)


class Note(Press):
    """A press of a pad or key."""

    __slots__ = ()
    event = "note"


class VelocityRange(Press):
    """A press of a pad or key, soft, medium or hard."""

    __slots__ = ()
    event, whole = "velocity_range", (0, 0)  # its range is always worth saying


class Release(InRange):
    """A note-off, or a note-on with velocity 0; the context carries `held`."""

    __slots__ = ()
    event, kind, what = "release", NOTE_OFF, "velocity"


def _velocities(low: int, high: int) -> tuple[int, int]:
    check_range("velocity_min", low, 1, SEVEN_BITS)
    check_range("velocity_max", high, 1, SEVEN_BITS)
    return check_ordered("velocity", low, high)


@explained
def note(
    note: int | None = None,
    *,
    velocity_min: int = 1,
    velocity_max: int = SEVEN_BITS,
    eager: bool = False,
    channel: int | None = None,
) -> Note:
    """Fire when a pad or key is pressed.

    Where a double tap or long press of the same note is mapped, it waits until it is clear that the
    gesture is neither, and only that long.

    Args:
        note: 0-127; None is any.
        velocity_min: softest velocity that counts, 1-127.
        velocity_max: hardest velocity that counts, 1-127.
        eager: fire at once all the same; the longer gesture fires too.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range, or the range is empty.
    """
    low, high = _velocities(velocity_min, velocity_max)
    return Note(check_note(note), low, high, check_channel(channel), bool(eager))


@explained
def velocity_range(
    note: int | None = None,
    *,
    level: str | None = None,
    soft_max: int = SOFT_MAX,
    medium_max: int = MEDIUM_MAX,
    min: int | None = None,  # noqa: A002 - the field's name in configurations
    max: int | None = None,  # noqa: A002 - the field's name in configurations
    eager: bool = False,
    channel: int | None = None,
) -> VelocityRange:
    """Fire when a pad or key is pressed soft, medium or hard.

    Args:
        note: 0-127; None is any.
        level: "soft" (1 to `soft_max`), "medium" (up to `medium_max`) or "hard" (above).
        soft_max: hardest velocity that is soft, 1-126.
        medium_max: hardest velocity that is medium, above `soft_max`, up to 126.
        min: softest velocity that counts, 1-127, instead of a level.
        max: hardest velocity that counts, 1-127, instead of a level.
        eager: as for `note`.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range, neither or both of level and min/max are given.
    """
    check_range("soft_max", soft_max, 1, SEVEN_BITS - 1)
    check_range("medium_max", medium_max, 1, SEVEN_BITS - 1)
    if soft_max >= medium_max:
        raise InvalidValue(f"soft_max {soft_max} must be below medium_max {medium_max}")
    if (level is None) == (min is None and max is None):
        raise InvalidValue('say level="soft", "medium" or "hard", or else min and max')
    if level is None:
        low, high = _velocities(1 if min is None else min, SEVEN_BITS if max is None else max)
    else:
        ranges = ((1, soft_max), (soft_max + 1, medium_max), (medium_max + 1, SEVEN_BITS))
        low, high = ranges[LEVELS.index(check_choice("level", level, LEVELS))]
    return VelocityRange(check_note(note), low, high, check_channel(channel), bool(eager))


@explained
def release(note: int | None = None, *, channel: int | None = None) -> Release:
    """Fire when a pad or key is let go; `context.held` says for how many seconds it was down.

    It belongs to the press: the release mapping of the mode and table in which the press was taken
    fires, and never before the press has been decided.

    Args:
        note: 0-127; None is any.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range.
    """
    return Release(check_note(note), 0, SEVEN_BITS, check_channel(channel))
