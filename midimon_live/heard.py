"""What was heard while learning: which gesture the presses are, and which control was meant.

Rules without a clock of their own; `midimon_live.learn` collects and says what time it is. Moments
are those of the events, in seconds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from midimon_live.events import (
    AFTERTOUCH,
    CONTROL_CHANGE,
    PITCHWHEEL,
    POLYTOUCH,
    PROGRAM_CHANGE,
)
from midimon_live.learned import Choice, Learned
from midimon_live.triggers.base import SEVEN_BITS
from midimon_live.triggers.encoders import DIRECTIONS, ENCODINGS, guess
from midimon_live.triggers.notes import CHORD_MS, DOUBLE_TAP_MS
from midimon_live.triggers.presses import LEVELS, MEDIUM_MAX, SOFT_MAX
from midimon_live.triggers.values import BEND_CENTRE, BEND_MAX

HOLD_S, LONGEST_S = 0.5, 3.0
TAP_S, CHORD_S = 0.45, 0.1
QUIET_S, QUIET_AFTER_NOTE_S = 0.6, 0.35
_QUIET_AFTER_ONE_S = 1.5  # a noisy fader may send the second value that gives it away
_ENOUGH = 128
_NOISE = 4  # within this a value only trembles
_BIGGEST_STEP = 16
_LEAST_MS = 300
_NAMES = {
    POLYTOUCH: "pressure on note",
    CONTROL_CHANGE: "control",
    PROGRAM_CHANGE: "program",
    AFTERTOUCH: "channel pressure",
    PITCHWHEEL: "pitch bend",
}


@dataclass(slots=True)
class Struck:
    """One press of a note while learning.

    Attributes:
        port: its input.
        channel: 0-15.
        note: 0-127.
        velocity: 1-127.
        at: when it was pressed.
        released_at: when it was let go, or None.
    """

    port: str
    channel: int
    note: int
    velocity: int
    at: float
    released_at: float | None = None

    def held(self, moment: float) -> float:
        """Return for how many seconds it was down, or has been by `moment`."""
        return _between(self.at, moment if self.released_at is None else self.released_at)

    def down_at(self, moment: float) -> bool:
        """Tell whether it was still down at `moment`."""
        return self.released_at is None or self.released_at > moment


class Moved:
    """One control that sent something while learning.

    Args:
        port: its input.
        kind: of its messages, 0xA-0xE.
        channel: 0-15.
        number: 0-127; 0 for pressure and bend.
        before: what it sent last before learning began, or None.

    Attributes:
        values: what it sent, in order.
        moved_at: when it did last.
    """

    def __init__(
        self, port: str, kind: int, channel: int, number: int, before: int | None = None
    ) -> None:
        self.port = port
        self.kind = kind
        self.channel = channel
        self.number = number
        self.before = before
        self.values: list[int] = []
        self.moved_at = 0.0

    def add(self, number: int, value: int, at: float) -> None:
        """Keep a message; of a control that trembles for long, the last ones will do."""
        self.values.append(value)
        if len(self.values) > _ENOUGH:
            del self.values[: _ENOUGH // 2]
        self.number, self.moved_at = number, at

    @property
    def over_at(self) -> float:
        """When it has been quiet for long enough."""
        if len(self.values) >= _ENOUGH:
            return self.moved_at
        lonely = self.kind != PROGRAM_CHANGE and len(self.values) == 1
        unclear = lonely and self.values[0] not in (SEVEN_BITS, BEND_MAX)
        return self.moved_at + (_QUIET_AFTER_ONE_S if unclear else QUIET_S)

    @property
    def trembles(self) -> bool:
        """Whether it only goes back and forth around where it is, as noisy faders do."""
        if self.kind == PROGRAM_CHANGE:
            return False
        noise = _NOISE << 7 if self.kind == PITCHWHEEL else _NOISE
        if len(self.values) == 1:
            return self.before is not None and 0 < abs(self.values[0] - self.before) <= noise
        few = 0 < max(self.values) - min(self.values) <= noise
        return few and encoding(self.values) is None

    @property
    def travel(self) -> int:
        """How far it was moved, in steps of 7 bits; 0 is no gesture."""
        if self.trembles:
            return 0
        if self.kind == PROGRAM_CHANGE:
            return 1000  # nothing drifts into a program change
        if self.kind == PITCHWHEEL:
            away = max(abs(one - BEND_CENTRE) for one in self.values)
            return away >> 6 if away > _NOISE << 7 else 0
        top = max(self.values)
        if self.kind == CONTROL_CHANGE:
            return self._turned(top)
        return top if top > _NOISE else 0

    def _turned(self, top: int) -> int:
        if (mode := encoding(self.values)) is not None:
            return min(sum(abs(ENCODINGS[mode](one, None)) for one in self.values) * 4, SEVEN_BITS)
        if switched_at(self.values) is not None:
            return top if len(self.values) > 1 or top == SEVEN_BITS else min(top, _NOISE + 1)
        return top - min(self.values)

    def __str__(self) -> str:
        number = "" if self.kind in (AFTERTOUCH, PITCHWHEEL) else f" {self.number}"
        return f"{_NAMES[self.kind]}{number}"


def encoding(values: Sequence[int]) -> str | None:
    """Return the relative encoding of an endless knob; None if these are positions or a button.

    Positions are only sent when they change, steps are sent again and again.
    """
    if len(values) < 2 or (set(values) == {SEVEN_BITS} and len(values) < 4):  # that is a button
        return None
    repeats = any(one == other for one, other in pairwise(values))
    mode = guess(values)
    if mode is None and repeats:
        mode = guess([*values] * 8)
    if mode is None or mode == "absolute":
        return None
    steps = [ENCODINGS[mode](one, None) for one in values]
    both_ways = min(steps) < 0 < max(steps) and not _trembling(values)
    small = all(0 < abs(step) <= _BIGGEST_STEP for step in steps)
    return mode if small and (repeats or both_ways) else None


def _trembling(values: Sequence[int]) -> bool:
    return max(values) - min(values) <= _NOISE


def switched_at(values: Sequence[int]) -> int | None:
    """Return the least value that is "on" if a button sent these, else None."""
    low, high = min(values), max(values)
    on = [one for one in values if one] or [0]
    turns = len(values) > 1 and all((one == 0) != (other == 0) for one, other in pairwise(values))
    pair = len(set(values)) == 2 and high - low >= 32
    if low == high or turns:
        return min(64, *on)
    if pair:
        return 64 if low < 64 <= high else high
    return None


def members(struck: Sequence[Struck]) -> list[Struck]:
    """Return the presses that make up the gesture: of a chord, of a double tap, or the first."""
    first, together = struck[0], [struck[0]]
    for one in struck[1:]:
        if (one.port, one.channel) != (first.port, first.channel):
            continue
        gap = _between(first.at, one.at)
        if one.note == first.note and len(together) == 1 and gap <= TAP_S:
            return [first, one]
        new = one.note not in [other.note for other in together]
        if new and gap <= CHORD_S and all(other.down_at(one.at) for other in together):
            together.append(one)
    return together


def notes_over_at(struck: Sequence[Struck]) -> float:
    """Return when the gesture of these presses is over, as far as is known."""
    gesture = members(struck)
    first, last = gesture[0], gesture[-1]
    if last is not first and last.note == first.note:
        return last.at
    released = [one.released_at for one in gesture if one.released_at is not None]
    if len(released) < len(gesture):
        return first.at + LONGEST_S
    if len(gesture) > 1 or first.held(released[0]) >= HOLD_S:
        return max(released)
    return max(released[0] + QUIET_AFTER_NOTE_S, first.at + TAP_S + 0.01)


def learn_notes(struck: Sequence[Struck], moment: float) -> Learned:
    """Return the proposal for presses, as far as they have got at `moment`."""
    gesture = members(struck)
    first, last = gesture[0], gesture[-1]
    if last is first:
        return _single(first, moment)
    place = {"channel": first.channel}
    gap = _between(first.at, last.at) * 1000
    where = f"channel {first.channel} of {first.port}"
    one = Choice("note", {"note": first.note, **place}, "each press of it")
    if last.note == first.note:
        fields = {"note": first.note, "timeout_ms": max(_up(gap + 20, 50), DOUBLE_TAP_MS), **place}
        heard = f"note {first.note} pressed twice within {gap:.0f} ms, {where}"
        return Learned.of(heard, Choice("double_tap", fields), one)
    notes = sorted(one.note for one in gesture)
    chord = {"notes": notes, "timeout_ms": max(_up(gap + 10, 10), CHORD_MS), **place}
    heard = f"notes {', '.join(map(str, notes))} pressed within {gap:.0f} ms, {where}"
    return Learned.of(heard, Choice("chord", chord))


def _single(struck: Struck, moment: float) -> Learned:
    place = {"channel": struck.channel}
    level = LEVELS[(struck.velocity > SOFT_MAX) + (struck.velocity > MEDIUM_MAX)]
    held = struck.held(moment)
    heard = (
        f"note {struck.note} pressed once, velocity {struck.velocity} ({level}), "
        f"held for {held:.2f} s, channel {struck.channel} of {struck.port}"
    )
    note = Choice("note", {"note": struck.note, **place}, "each press of it")
    ranged = {"note": struck.note, "level": level, **place}
    velocity = Choice("velocity_range", ranged, f"only when pressed {level}")
    release = Choice("release", {"note": struck.note, **place}, "when it is let go")
    if held < HOLD_S:
        return Learned.of(heard, note, velocity, release)
    ms = held * 1000
    fires = max(int(min(ms - 50, ms * 0.95)) // 100 * 100, _LEAST_MS)
    fields = {"note": struck.note, "duration_ms": fires, **place}
    return Learned.of(heard, Choice("long_press", fields), note, velocity, release)


def chosen(moved: Collection[Moved]) -> Moved | None:
    """Return the control that was meant: the one that moved by far the most; None of those.

    A fader that sends 14 bits uses a second control for the fine part, 32 above the first.
    """
    places = {(one.port, one.kind, one.channel, one.number) for one in moved if one.travel}
    coarse = [
        one
        for one in moved
        if one.kind != CONTROL_CHANGE
        or not 32 <= one.number < 64
        or (one.port, one.kind, one.channel, one.number - 32) not in places
    ]
    best = max(coarse, key=lambda one: one.travel, default=None)
    return best if best is not None and best.travel else None


def learn_control(moved: Moved) -> Learned:
    """Return the proposal for a control."""
    place = {"channel": moved.channel}
    low, high, count = min(moved.values), max(moved.values), len(moved.values)
    sent = f"{low} to {high} in {count} messages" if count > 1 else str(low)
    heard = f"{moved}: {sent}, channel {moved.channel} of {moved.port}"
    if moved.kind == CONTROL_CHANGE:
        return Learned.of(heard, *_knob(moved))
    if moved.kind == PROGRAM_CHANGE:
        fields = {"program": moved.values[-1], **place}
        return Learned.of(heard, Choice("program", fields))
    if moved.kind == PITCHWHEEL:
        return Learned.of(heard, *_bend(low, high, moved.channel))
    note = {"note": moved.number} if moved.kind == POLYTOUCH else {}
    kind = "poly_aftertouch" if note else "aftertouch"
    half = Choice(kind, {**note, "pressure_min": (high + 1) // 2, **place})
    once = half.but("once each time it is reached", edge="rising")
    return Learned.of(heard, half, once, half.but("all of it", pressure_min=None))


def _bend(low: int, high: int, channel: int) -> list[Choice]:
    up, down = max(high - BEND_CENTRE, 0), max(BEND_CENTRE - low, 0)
    whole = Choice("pitch_bend", {"channel": channel}, "the whole wheel")
    if min(up, down) * 2 > max(up, down):
        return [whole]
    half = BEND_CENTRE + (up - down) // 2
    pushed = Choice(
        "pitch_bend", {f"value_{'min' if up > down else 'max'}": half, "channel": channel}
    )
    return [pushed, pushed.but("once each time it is pushed", edge="rising"), whole]


def _knob(moved: Moved) -> list[Choice]:
    place = {"channel": moved.channel}
    plain = Choice("cc", {"control": moved.number, **place}, "each value that it sends")
    if (mode := encoding(moved.values)) is not None:
        steps = [ENCODINGS[mode](one, None) for one in moved.values]
        turned = {step < 0 for step in steps}
        both = {"control": moved.number, "mode": mode, **place}
        turn = Choice("encoder", both, "turned either way")
        if len(turned) > 1:
            return [turn, plain]
        way = {"control": moved.number, "mode": mode, "direction": DIRECTIONS[turned.pop()]}
        return [Choice("encoder", {**way, **place}), turn, plain]
    if (threshold := switched_at(moved.values)) is not None:
        fields = {"control": moved.number, "value_min": threshold, "edge": "rising", **place}
        return [Choice("cc", fields), plain, *_one_click(moved)]
    fields = {"control": moved.number, "mode": "absolute", **place}
    return [plain, Choice("encoder", fields, "by how far it was turned")]


def _one_click(moved: Moved) -> list[Choice]:
    """Return the encoder that a single value may be a click of."""
    mode = guess([*moved.values] * 8)
    if mode is None or mode == "absolute" or set(moved.values) == {SEVEN_BITS}:
        return []
    fields = {"control": moved.number, "mode": mode, "channel": moved.channel}
    return [Choice("encoder", fields, "if it is an endless knob")]


def nothing(moved: Collection[Moved], ignored: Collection[str]) -> str:
    """Return what was heard instead of a gesture.

    Args:
        moved: the controls that sent something.
        ignored: what was not taken, in words.
    """
    words = []
    for one in moved:
        low, high = min(one.values), max(one.values)
        what = f"drifting between {low} and {high}" if low < high else f"that stayed at {low}"
        words.append(f"{one} {what}")
    words += ignored
    if words:
        return f"nothing but {' and '.join(words)}; play a pad, or move a control further"
    return "nothing was heard; is the right port connected? %midi ports lists them"


def _between(earlier: float, later: float) -> float:
    """Return seconds, without what floating point adds to them."""
    return round(later - earlier, 5)


def _up(value: float, step: int) -> int:
    return ceil(round(value, 3) / step) * step
