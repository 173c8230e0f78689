"""From the tape to a take: what belongs to it, in the order of time, from its own zero on."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from midimon_live.events import NOTE_OFF, NOTE_ON, MidiEvent, control_key
from midimon_live.show import as_text
from midimon_live.takes.lines import EMITTED, FIRED, IN, MODE, PANIC, SENT, SKIPPED, Line
from midimon_live.takes.take import Take
from midimon_live.takes.tape import Item

_ON_TO_OFF = (NOTE_ON - NOTE_OFF) << 11
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
_TAIL_S = 1.0
_SAME_S = 1e-6

Place = tuple[str, int]


class Cut:
    """Makes lines of items, which come in the order in which they happened.

    Left out is what began before: a release whose press is not in it, and what comes of that; and
    whatever comes of an event from before, such as the end of a sequence.

    Args:
        began: the moment of its zero.
        held: the notes that were down then, by (port, `control_key`).
    """

    def __init__(self, began: float, held: Iterable[Place] = ()) -> None:
        self._began = began
        self._held = set(held)
        self._causes: set[int] = set()
        self.lines: list[Line] = []

    def add(self, items: Iterable[Item]) -> "Cut":
        """Take them in; returns this."""
        for item in items:
            if isinstance(item, MidiEvent):
                self._event(item)
            elif item[1] >= self._began and (not item[2] or item[2] in self._causes):
                line = _LINES[item[0]](self._t(item[1]), *item[3:])
                if line is not None:
                    self.lines.append(line)
        return self

    def _t(self, moment: float) -> float:
        return round(moment - self._began, 6)

    def _event(self, event: MidiEvent) -> None:
        if self._is_left_out(event):
            return
        self._causes.add(event.serial)
        t = self._t(event.time)
        if event.name:
            line = Line(t, EMITTED, event.name, port=event.port, values=event.values)
        else:
            line = Line(t, IN, port=event.port, data=event.data)
        self.lines.append(line)

    def _is_left_out(self, event: MidiEvent) -> bool:
        key = -1 if event.name else control_key(event.data)
        early = event.time < self._began
        if key >> 11 == NOTE_ON:
            place = event.port, key
            (self._held.add if early else self._held.discard)(place)
        elif key >> 11 == NOTE_OFF:
            place = event.port, key + _ON_TO_OFF
            if place in self._held:
                self._held.discard(place)
                return True
        return early


def _fired(t: float, steps: Any, index: int) -> Line | None:
    if index >= len(steps):  # interrupted before it had a verdict
        return None
    step = steps[index]
    error = _ADDRESS.sub("0x...", as_text(step.error))
    what = _ADDRESS.sub("0x...", str(step.mapping))
    return Line(t, FIRED, what, verdict=step.verdict, error=error)


def _sent(t: float, port: str, data: bytes, by_hand: bool) -> Line:  # noqa: FBT001 - as it is on the tape
    return Line(t, SENT, port=port, data=data, by_hand=by_hand)


def _mode(t: float, before: str, mode: str, by_hand: bool) -> Line:  # noqa: FBT001 - the same
    del before
    return Line(t, MODE, mode, by_hand=by_hand)


def _panic(t: float) -> Line:
    return Line(t, PANIC, by_hand=True)


def _skipped(t: float, port: str, size: int) -> Line:
    return Line(t, SKIPPED, f"a message of {size} bytes", port=port)


_LINES: dict[str, Callable[..., Line | None]] = {
    FIRED: _fired,
    SENT: _sent,
    MODE: _mode,
    PANIC: _panic,
    SKIPPED: _skipped,
}


def made(cut: Cut, seconds: float, *, mode: str, clock: str, epoch_ms: int) -> Take:
    """Return the take of a cut, with its head."""
    from midimon_live import __version__

    lines = sorted(cut.lines, key=lambda line: line.t)
    recorded = datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return Take(
        tuple(lines),
        max(round(seconds, 6), lines[-1].t if lines else 0.0),
        mode,
        clock,
        recorded.replace("+00:00", "Z"),
        f"midimon_live {__version__}",
    )


def latest(
    items: list[Item],
    since: float,
    now: float,
    *,
    mode: str,
    clock: str,
    epoch_ms: Callable[[float], int],
) -> Take:
    """Return what is on the tape since a moment, from the first line of it on.

    Args:
        items: all that is on the tape.
        since: the moment, in monotonic seconds.
        now: the present one.
        mode: the mode that is active now.
        clock: "real" or "virtual".
        epoch_ms: brings a moment to wall-clock time.
    """
    cut = Cut(since).add(items)
    if not cut.lines:
        return made(cut, 0.0, mode=mode, clock=clock, epoch_ms=epoch_ms(now))
    first = min(line.t for line in cut.lines)
    last = max(line.t for line in cut.lines)
    cut.lines = [replace(line, t=round(line.t - first, 6)) for line in cut.lines]
    began = since + first
    return made(
        cut,
        min(now - began, last - first + _TAIL_S),
        mode=_mode_at(items, began, mode),
        clock=clock,
        epoch_ms=epoch_ms(began),
    )


def _mode_at(items: list[Item], moment: float, now: str) -> str:
    """Return the mode that was active at a moment."""
    for item in items:
        if not isinstance(item, MidiEvent) and item[0] == MODE and item[1] > moment - _SAME_S:
            return str(item[3])
    return now
