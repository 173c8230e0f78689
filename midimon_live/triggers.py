"""When a mapping fires: recognisers without input, output or sleeping.

A trigger names the one control it listens to and tests the bytes of its messages. Builders check
their ranges, so that a mapping that can never fire is an error where it is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from midimon_live.errors import InvalidValue
from midimon_live.events import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, check_range

SEVEN_BITS = 127


class Trigger(Protocol):
    """What a mapping listens for.

    Attributes:
        event: the kind, as `TriggerContext.event` gives it.
        kind: the message kind, 0x8-0xE.
    """

    event: ClassVar[str]
    kind: ClassVar[int]

    @property
    def channel(self) -> int | None:
        """0-15, or None for any."""

    @property
    def number(self) -> int:
        """The note or controller, 0-127."""

    def accepts(self, data: bytes) -> bool:
        """Tell whether this message of that control fires it."""

    def refusal(self, data: bytes) -> str:
        """Return why the message does not fire it, in words; "" if it does."""


@dataclass(frozen=True, slots=True)
class _ValueInRange:
    """A trigger that asks whether a message's last byte lies in a range."""

    number: int
    low: int
    high: int
    channel: int | None

    what: ClassVar[str]

    def accepts(self, data: bytes) -> bool:
        return self.low <= data[2] <= self.high

    def refusal(self, data: bytes) -> str:
        if self.accepts(data):
            return ""
        return f"{self.what} {data[2]} is outside {self.low}-{self.high}"

    def __str__(self) -> str:
        where = "" if self.channel is None else f", channel {self.channel}"
        full = (self.low, self.high) in ((0, SEVEN_BITS), (1, SEVEN_BITS))
        limits = "" if full else f", {self.what} {self.low}-{self.high}"
        return f"{self.event} {self.number}{limits}{where}"  # type: ignore[attr-defined]


class Note(_ValueInRange):
    """A note-on whose velocity is in range."""

    __slots__ = ()
    event, kind, what = "note", NOTE_ON, "velocity"


class Release(_ValueInRange):
    """A note-off, or a note-on with velocity 0; the context carries `held`."""

    __slots__ = ()
    event, kind, what = "release", NOTE_OFF, "velocity"


class ControlChange(_ValueInRange):
    """A control change whose value is in range."""

    __slots__ = ()
    event, kind, what = "cc", CONTROL_CHANGE, "value"


def note(
    note: int, *, velocity_min: int = 1, velocity_max: int = SEVEN_BITS, channel: int | None = None
) -> Note:
    """Fire when a pad or key is pressed.

    Args:
        note: 0-127.
        velocity_min: softest velocity that counts, 1-127.
        velocity_max: hardest velocity that counts, 1-127.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range, or the range is empty.
    """
    number = check_range("note", note, 0, SEVEN_BITS)
    low = check_range("velocity_min", velocity_min, 1, SEVEN_BITS)
    high = check_range("velocity_max", velocity_max, 1, SEVEN_BITS)
    return Note(number, *_ordered("velocity", low, high), _channel(channel))


def release(note: int, *, channel: int | None = None) -> Release:
    """Fire when a pad or key is let go; `context.held` says for how many seconds it was down.

    Args:
        note: 0-127.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range.
    """
    return Release(check_range("note", note, 0, SEVEN_BITS), 0, SEVEN_BITS, _channel(channel))


def cc(
    control: int, *, value_min: int = 0, value_max: int = SEVEN_BITS, channel: int | None = None
) -> ControlChange:
    """Fire at every message of a knob, fader or pedal whose value is in range.

    Args:
        control: controller number, 0-127.
        value_min: lowest value that counts, 0-127.
        value_max: highest value that counts, 0-127.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range, or the range is empty.
    """
    number = check_range("control", control, 0, SEVEN_BITS)
    low = check_range("value_min", value_min, 0, SEVEN_BITS)
    high = check_range("value_max", value_max, 0, SEVEN_BITS)
    return ControlChange(number, *_ordered("value", low, high), _channel(channel))


def _channel(channel: int | None) -> int | None:
    return None if channel is None else check_range("channel", channel, 0, 15)


def _ordered(what: str, low: int, high: int) -> tuple[int, int]:
    if low > high:
        raise InvalidValue(f"{what}_min {low} is above {what}_max {high}: this would never fire")
    return low, high


TRIGGERS: dict[str, Callable[..., Any]] = {"note": note, "release": release, "cc": cc}


def check_trigger(trigger: Any) -> Trigger:
    """Return `trigger` if a builder made it.

    Raises:
        InvalidValue: it is something else; the text names the builders.
    """
    if isinstance(trigger, _ValueInRange):
        return trigger  # type: ignore[return-value]
    builders = ", ".join(f"{name}(...)" for name in TRIGGERS)
    raise InvalidValue(f"{trigger!r:.80} is no trigger; write one of: {builders}")
