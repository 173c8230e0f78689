"""What every trigger is, and what is remembered of a knob between two of its messages."""

from collections.abc import Callable
from typing import Any, ClassVar

from midimon_live.errors import InvalidValue
from midimon_live.events import check_range
from midimon_live.timers import NEVER

SEVEN_BITS = 127

Controls = tuple[tuple[int, int | None], ...]


class Trigger:
    """What a mapping listens for. Subclasses are frozen dataclasses, made by builders.

    Attributes:
        event: the kind, as `TriggerContext.event` gives it.
        channel: 0-15, or None for any.
        stateful: whether it needs what is remembered of the control.
    """

    __slots__ = ()
    event: ClassVar[str]
    channel: int | None
    stateful: bool = False

    def controls(self) -> Controls:
        """Return the controls it listens to: message kind 0x8-0xE, and number (None for any)."""
        raise NotImplementedError

    def accepts(self, data: bytes, control: "Control | None" = None) -> bool:
        """Tell whether this message of its control fires it."""
        del data, control
        return True

    def refusal(self, data: bytes, control: "Control | None" = None) -> str:
        """Return why the message does not fire it, in words; "" if it does, or may still."""
        del data, control
        return ""

    def on_channel(self) -> str:
        """Return ", channel 9", or nothing when it listens to all of them."""
        return "" if self.channel is None else f", channel {self.channel}"


class Control:
    """What is remembered of one knob, fader or pedal of one port and channel.

    Attributes:
        last: the value before this message, or None.
        moved_at: when that was, in monotonic seconds.
        now: when this message came.
        mode: the mode that is active.
        value: what a stateful trigger makes of the message.
        delta: the same, in steps.
        memory: what triggers keep from message to message.
        news: something to tell the user, or "".
    """

    __slots__ = ("delta", "last", "memory", "mode", "moved_at", "news", "now", "value")

    def __init__(self) -> None:
        self.last: int | None = None
        self.moved_at = -NEVER
        self.now = 0.0
        self.mode = ""
        self.value = 0
        self.delta: int | None = None
        self.memory: dict[Any, Any] = {}
        self.news = ""

    def begin(self, now: float, mode: str) -> None:
        """A message has come."""
        self.now, self.mode = now, mode

    def end(self, value: int) -> None:
        """All mappings have seen the message."""
        self.last, self.moved_at = value, self.now


def check_channel(channel: int | None) -> int | None:
    """Return a channel, 0-15 or None; raises InvalidValue."""
    return None if channel is None else check_range("channel", channel, 0, 15)


def check_note(note: int | None) -> int | None:
    """Return a note, 0-127 or None; raises InvalidValue."""
    return None if note is None else check_range("note", note, 0, SEVEN_BITS)


def check_ordered(what: str, low: int, high: int) -> tuple[int, int]:
    """Return a range; raises InvalidValue when nothing lies in it."""
    if low > high:
        raise InvalidValue(f"{what}_min {low} is above {what}_max {high}: this would never fire")
    return low, high


def check_choice(field: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return a word in lower case if it is one of `allowed`; raises InvalidValue."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word not in allowed:
        raise InvalidValue(f"{field} is {value!r:.80}; allowed are {', '.join(allowed)}")
    return str(word)


def check_ms(field: str, value: Any, low: int, high: int) -> int:
    """Return a time in milliseconds as a whole number; raises InvalidValue."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return check_range(field, value, low, high)


Builder = Callable[..., Trigger]
