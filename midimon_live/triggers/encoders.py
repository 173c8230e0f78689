"""Encoders: endless knobs, in the five ways they say how far they were turned, and the guess at it.

A relative encoder sends steps, not positions:

========================  ==============================  ==============================
mode                      clockwise n                     counterclockwise n
========================  ==============================  ==============================
relative_twos             n (1-63)                        128 - n (127-64)
relative_offset64         64 + n (65-127)                 64 - n (63-0)
relative_signbit          n (1-63)                        64 + n (65-127)
relative_01_7f            1                               127
absolute                  the position rises              the position falls
========================  ==============================  ==============================

The same table is in the manuals of most controllers, under changing names ("2's complement",
"binary offset", "sign magnitude").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from midimon_live.calling import explained
from midimon_live.errors import InvalidValue
from midimon_live.events import CONTROL_CHANGE, check_range
from midimon_live.triggers.base import (
    SEVEN_BITS,
    Control,
    Controls,
    Trigger,
    check_channel,
    check_choice,
)

DIRECTIONS = ("clockwise", "counterclockwise")
_FAST_S, _SLOW_S = 0.010, 0.080
_LOOKED_AT = 8
_RUN = 4
_FEW = 8  # steps that one message says at most while somebody turns to let it be learned


def _absolute(value: int, last: int | None) -> int:
    if last is None:
        return 0
    moved = value - last
    if abs(moved) > SEVEN_BITS // 2 + 1:  # an endless one came round
        moved -= 128 if moved > 0 else -128
    return moved


def _twos(value: int, _last: int | None) -> int:
    return value if value < 64 else value - 128


def _offset64(value: int, _last: int | None) -> int:
    return value - 64


def _signbit(value: int, _last: int | None) -> int:
    return value if value < 64 else 64 - value


def _single_steps(value: int, _last: int | None) -> int:
    return {1: 1, 127: -1}.get(value, 0)


ENCODINGS: dict[str, Callable[[int, int | None], int]] = {
    "absolute": _absolute,
    "relative_twos": _twos,
    "relative_offset64": _offset64,
    "relative_signbit": _signbit,
    "relative_01_7f": _single_steps,
}
AUTO = "auto"
MODES = (*ENCODINGS, AUTO)


def guess(values: Sequence[int]) -> str | None:
    """Return which encoding sends these values, in order, while a knob is turned slowly.

    Values of one direction alone can be ambiguous: a run of 65 is a step up or down. After eight of
    them the likelier is taken.

    Returns:
        A mode, or None while it can not be told.
    """
    seen = set(values)
    low = any(0 < one <= _FEW for one in seen)
    high = any(one >= 128 - _FEW for one in seen)
    below = any(64 - _FEW <= one < 64 for one in seen)
    above = any(64 < one <= 64 + _FEW for one in seen)
    if _runs(values):
        return "absolute"
    near_the_ends, near_the_middle = low or high, below or above
    enough = len(values) >= _LOOKED_AT
    if near_the_ends and not near_the_middle and (enough or (low and high)):
        return "relative_twos"
    if near_the_middle and not near_the_ends and (enough or (below and above)):
        return "relative_offset64"
    if low and above and not (high or below):
        return "relative_signbit"
    return "absolute" if enough else None


def _runs(values: Sequence[int]) -> bool:
    """Tell whether a position goes by: always another one, near the last, one way."""
    if len(values) < _RUN:
        return False
    moves = [later - earlier for earlier, later in pairwise(values)]
    one_way = all(0 < one <= _FEW for one in moves) or all(-_FEW <= one < 0 for one in moves)
    return one_way and len(set(values)) == len(values)


class Guesser:
    """Collects what one knob sends until its encoding can be told."""

    def __init__(self) -> None:
        self.mode: str | None = None
        self._values: list[int] = []
        self._at: float | None = None
        self._step = 0

    def step(self, value: int, control: Control) -> int:
        """Return the steps of this message, 0 while it can not be told; once for each message."""
        if self._at != control.now or self._at is None:
            self._at = control.now
            self._step = self._next(value, control)
        return self._step

    def _next(self, value: int, control: Control) -> int:
        if self.mode is not None:
            return ENCODINGS[self.mode](value, control.last)
        self._values.append(value)
        self.mode = guess(self._values)
        if self.mode is None:
            return 0
        control.news = f"turns like {self.mode}; write mode={self.mode!r} to keep it so"
        return ENCODINGS[self.mode](value, control.last)


@dataclass(frozen=True, slots=True)
class EncoderTurn(Trigger):
    """An encoder that is turned; the context carries `delta`, positive when clockwise."""

    number: int
    mode: str
    direction: str | None
    acceleration: int
    channel: int | None

    event = "encoder"

    @property
    def stateful(self) -> bool:  # type: ignore[override]
        return True

    def controls(self) -> Controls:
        return ((CONTROL_CHANGE, self.number),)

    def accepts(self, data: bytes, control: Control | None = None) -> bool:
        return control is not None and not self.refusal(data, control)

    def refusal(self, data: bytes, control: Control | None = None) -> str:
        if control is None:
            return ""
        value = data[2]
        if self.mode == AUTO:
            guesser = control.memory.setdefault(AUTO, Guesser())
            step = guesser.step(value, control)
            if guesser.mode is None:
                return "turn it a little more, both ways: its encoding is not clear yet"
        else:
            step = ENCODINGS[self.mode](value, control.last)
        if step == 0:
            return f"value {value} is no step"
        turned = DIRECTIONS[step < 0]
        if self.direction not in (None, turned):
            return f"it was turned {turned}"
        control.value, control.delta = value, step * self._factor(control.now - control.moved_at)
        return ""

    def _factor(self, gap: float) -> int:
        """Return how many times a step counts, by the seconds since the last message."""
        slowness = min(max((gap - _FAST_S) / (_SLOW_S - _FAST_S), 0.0), 1.0)
        return round(self.acceleration - (self.acceleration - 1) * slowness)

    def __str__(self) -> str:
        parts = [f"encoder {self.number}", self.mode]
        parts += [self.direction] if self.direction else []
        parts += [f"acceleration {self.acceleration}"] if self.acceleration > 1 else []
        return ", ".join(parts) + self.on_channel()


@explained
def encoder(
    control: int,
    *,
    mode: str = "absolute",
    direction: str | None = None,
    acceleration: int = 1,
    channel: int | None = None,
) -> EncoderTurn:
    """Fire when an encoder is turned; `context.delta` says how far, negative for counterclockwise.

    Args:
        control: controller number, 0-127.
        mode: how it says so: "absolute", "relative_twos", "relative_offset64",
            "relative_signbit", "relative_01_7f"; or "auto", which watches a few turns first. An
            absolute one's first message only tells where it is.
        direction: "clockwise" or "counterclockwise", in any case; None is both.
        acceleration: how many times a step counts, at most, when turned fast, 1-32: all of it for
            messages up to 10 ms apart, none from 80 ms on.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range, or there is no such mode or direction.
    """
    number = check_range("control", control, 0, SEVEN_BITS)
    mode = check_choice("mode", mode, MODES)
    if direction is not None:
        if not isinstance(direction, str):
            raise InvalidValue(f"direction is {direction!r}; allowed are {', '.join(DIRECTIONS)}")
        direction = check_choice(
            "direction", direction.replace("-", "").replace("_", ""), DIRECTIONS
        )
    acceleration = check_range("acceleration", acceleration, 1, 32)
    return EncoderTurn(number, mode, direction, acceleration, check_channel(channel))
