"""Triggers that look at one value: control changes, pressure, bend, programs."""

from dataclasses import dataclass
from typing import ClassVar

from midimon_live.calling import explained
from midimon_live.events import (
    AFTERTOUCH,
    CONTROL_CHANGE,
    PITCHWHEEL,
    POLYTOUCH,
    PROGRAM_CHANGE,
    check_range,
)
from midimon_live.triggers import takeover as soft
from midimon_live.triggers.base import (
    SEVEN_BITS,
    Control,
    Controls,
    Trigger,
    check_channel,
    check_choice,
    check_note,
    check_ordered,
)

BEND_CENTRE, BEND_MAX = 8192, 16383
EDGES = ("every", "rising")


@dataclass(frozen=True, slots=True)
class InRange(Trigger):
    """A trigger that asks whether a message's value lies in a range."""

    number: int | None
    low: int
    high: int
    channel: int | None

    kind: ClassVar[int]
    what: ClassVar[str]
    whole: ClassVar[tuple[int, int]] = (0, SEVEN_BITS)

    def controls(self) -> Controls:
        return ((self.kind, self.number),)

    def value_of(self, data: bytes) -> int:
        """Return the value that counts, from a message of its control."""
        return data[2]

    def accepts(self, data: bytes, control: Control | None = None) -> bool:  # noqa: ARG002
        return self.low <= data[2] <= self.high

    def refusal(self, data: bytes, control: Control | None = None) -> str:  # noqa: ARG002
        value = self.value_of(data)
        if self.low <= value <= self.high:
            return ""
        return f"{self.what} {value} is outside {self.low}-{self.high}"

    def __str__(self) -> str:
        number = "" if self.number is None else f" {self.number}"
        full = (self.low, self.high) == self.whole
        limits = "" if full else f", {self.what} {self.low}-{self.high}"
        return f"{self.event}{number}{limits}{self.on_channel()}"


@dataclass(frozen=True, slots=True)
class EdgedRange(InRange):
    """A range that can be entered: with `edge` "rising" it fires once each time it is."""

    edge: str = "every"

    @property
    def stateful(self) -> bool:  # type: ignore[override]
        return self.edge == "rising"

    def accepts(self, data: bytes, control: Control | None = None) -> bool:
        return not self.refusal(data, control)

    def refusal(self, data: bytes, control: Control | None = None) -> str:
        if missed := InRange.refusal(self, data):
            return missed
        if self.edge == "rising" and control is not None:
            control.value, control.delta = self.value_of(data), None
            if control.last is not None and self.low <= control.last <= self.high:
                return f"{self.what} was in {self.low}-{self.high} before"
        return ""

    def __str__(self) -> str:
        return f"{InRange.__str__(self)}{', rising' if self.edge == 'rising' else ''}"


@dataclass(frozen=True, slots=True)
class ControlChange(EdgedRange):
    """A control change whose value is in range."""

    takeover: str = "jump"

    event, kind, what = "cc", CONTROL_CHANGE, "value"

    @property
    def stateful(self) -> bool:  # type: ignore[override]
        return self.edge == "rising" or self.takeover != "jump"

    def accepts(self, data: bytes, control: Control | None = None) -> bool:
        if control is None:
            return self.low <= data[2] <= self.high
        return not self.refusal(data, control)

    def refusal(self, data: bytes, control: Control | None = None) -> str:
        missed = EdgedRange.refusal(self, data, control)
        if missed or control is None or self.takeover == "jump":
            return missed
        return soft.taken_over(self, self.takeover, data[2], control)

    def __str__(self) -> str:
        takeover = "" if self.takeover == "jump" else f", {self.takeover}"
        return f"{EdgedRange.__str__(self)}{takeover}"


class PolyAftertouch(EdgedRange):
    """Pressure on one key."""

    __slots__ = ()
    event, kind, what = "poly_aftertouch", POLYTOUCH, "pressure"


class Aftertouch(EdgedRange):
    """Pressure on a channel."""

    __slots__ = ()
    event, kind, what = "aftertouch", AFTERTOUCH, "pressure"

    def value_of(self, data: bytes) -> int:
        return data[1]


class PitchBend(EdgedRange):
    """The pitch wheel, 0-16383."""

    __slots__ = ()
    event, kind, what, whole = "pitch_bend", PITCHWHEEL, "value", (0, BEND_MAX)

    def value_of(self, data: bytes) -> int:
        return data[1] | data[2] << 7


class Program(InRange):
    """A program change."""

    __slots__ = ()
    event, kind, what = "program", PROGRAM_CHANGE, "program"

    def value_of(self, data: bytes) -> int:
        return data[1]

    def accepts(self, data: bytes, control: Control | None = None) -> bool:  # noqa: ARG002
        return self.low <= data[1] <= self.high


@explained
def cc(
    control: int | None = None,
    *,
    value_min: int = 0,
    value_max: int = SEVEN_BITS,
    edge: str = "every",
    takeover: str = "jump",
    channel: int | None = None,
) -> ControlChange:
    """Fire when a knob, fader or pedal sends a value in a range.

    Args:
        control: controller number, 0-127; None is any.
        value_min: lowest value that counts, 0-127.
        value_max: highest value that counts, 0-127.
        edge: "every" message in the range, or "rising": only the one that enters it.
        takeover: what happens when the knob is not where its value was left, in another mode or
            before a reload: "jump" to the knob, "pickup" (nothing until the knob passes the
            value), or "scale" (the value moves along, and meets the knob at the end of its way).
            The value is remembered for each mode; `context.value` has it.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range, or the range is empty.
    """
    number = None if control is None else check_range("control", control, 0, SEVEN_BITS)
    check_range("value_min", value_min, 0, SEVEN_BITS)
    check_range("value_max", value_max, 0, SEVEN_BITS)
    low, high = check_ordered("value", value_min, value_max)
    return ControlChange(
        number,
        low,
        high,
        check_channel(channel),
        check_choice("edge", edge, EDGES),
        check_choice("takeover", takeover, soft.TAKEOVERS),
    )


def _pressures(low: int, high: int) -> tuple[int, int]:
    check_range("pressure_min", low, 0, SEVEN_BITS)
    check_range("pressure_max", high, 0, SEVEN_BITS)
    return check_ordered("pressure", low, high)


@explained
def aftertouch(
    *,
    pressure_min: int = 0,
    pressure_max: int = SEVEN_BITS,
    edge: str = "every",
    channel: int | None = None,
) -> Aftertouch:
    """Fire at channel pressure in a range; 0-127, `edge` as for `cc`, channel 0-15 or any.

    Raises:
        InvalidValue: a value is out of range, or the range is empty.
    """
    low, high = _pressures(pressure_min, pressure_max)
    edge = check_choice("edge", edge, EDGES)
    return Aftertouch(None, low, high, check_channel(channel), edge)


@explained
def poly_aftertouch(
    note: int | None = None,
    *,
    pressure_min: int = 0,
    pressure_max: int = SEVEN_BITS,
    edge: str = "every",
    channel: int | None = None,
) -> PolyAftertouch:
    """Fire at the pressure on one key (0-127; None is any); the rest as for `aftertouch`.

    Raises:
        InvalidValue: a value is out of range, or the range is empty.
    """
    low, high = _pressures(pressure_min, pressure_max)
    edge = check_choice("edge", edge, EDGES)
    return PolyAftertouch(check_note(note), low, high, check_channel(channel), edge)


@explained
def pitch_bend(
    *,
    value_min: int | None = None,
    value_max: int | None = None,
    edge: str = "every",
    channel: int | None = None,
) -> PitchBend:
    """Fire when the pitch wheel is in a range.

    Args:
        value_min: lowest value that counts.
        value_max: highest value that counts. 0-16383 with the centre at 8192; if either of the two
            is negative, both are -8192 to 8191 with the centre at 0. `context.value` is 0-16383.
        edge: as for `cc`.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range, or the range is empty.
    """
    given = {"value_min": value_min, "value_max": value_max}
    signed = any(isinstance(one, int) and one < 0 for one in given.values())
    shift = BEND_CENTRE if signed else 0
    for name, one in given.items():
        if one is not None:
            check_range(name, one, -shift, BEND_MAX - shift)
    low = 0 if value_min is None else value_min + shift
    high = BEND_MAX if value_max is None else value_max + shift
    check_ordered("value", low - shift, high - shift)
    return PitchBend(None, low, high, check_channel(channel), check_choice("edge", edge, EDGES))


@explained
def program(program: int | None = None, *, channel: int | None = None) -> Program:
    """Fire at a program change; `context.value` is the program.

    Args:
        program: 0-127; None is any.
        channel: 0-15; None is any.

    Raises:
        InvalidValue: a value is out of range.
    """
    number = None if program is None else check_range("program", program, 0, SEVEN_BITS)
    return Program(number, 0, SEVEN_BITS, check_channel(channel))
