"""What can be waited for in music: the next beat, the next bar, the next multiple of so many."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from midimon_live.errors import InvalidValue
from midimon_live.pulse import TICKS_PER_BEAT
from midimon_live.timers import Timer

_SPAN = re.compile(r"(?:([1-9]\d{0,2})\s+)?(beat|bar)s?")


class Span(NamedTuple):
    """What to wait for: the next beat or bar, or the next multiple of so many."""

    number: int
    unit: str

    def ticks(self, meter: int) -> int:
        """Return how long it is, where a bar has so many beats."""
        return self.number * TICKS_PER_BEAT * (meter if self.unit == "bar" else 1)

    def __str__(self) -> str:
        return self.unit if self.number == 1 else f"{self.number} {self.unit}s"


def span_of(text: Any) -> Span | None:
    """Return what "beat", "bar", "4 beats" or "2 bars" means; None for "now".

    Raises:
        InvalidValue: it is something else.
    """
    found = _SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is not None:
        return Span(int(found[1] or 1), found[2])
    if text == "now":
        return None
    raise InvalidValue(
        f'a change is to wait for {text!r:.40}; allowed are "now", "beat", "bar", and 1 to 999 of '
        'them, as in "2 bars"'
    )


class ClockPosition(NamedTuple):
    """Where the music is.

    Attributes:
        bar: from 1.
        beat: from 1, with its fraction; below `meter` + 1.
        meter: beats per bar.
        bpm: quarter notes a minute.
        source: the input whose MIDI clock it is; "" is the internal tempo.
    """

    bar: int
    beat: float
    meter: int
    bpm: float
    source: str

    def __str__(self) -> str:
        whose = f", from {self.source}" if self.source else ""
        beat = int(self.beat * 10) / 10  # never rounded up to a beat that has not come
        return f"bar {self.bar}, beat {beat} of {self.meter}, {self.bpm:.1f} bpm{whose}"


@dataclass(eq=False, slots=True)
class Waiter:
    """What waits for a boundary.

    Attributes:
        about: what it is, in words.
        span: which boundary.
        timer: calls it; its `due` is the moment of the boundary as far as that is known.
        fleeting: whether a panic cancels it.
        target: the position of the boundary, in ticks; None until the clock begins.
    """

    about: str
    span: Span
    timer: Timer
    fleeting: bool
    target: int | None = None

    def when(self, now: float) -> str:
        """Return when that is, in words; `now` is the moment."""
        if self.target is None:
            return "when the clock begins"
        return f"in {max(self.timer.due - now, 0.0):.1f} s"
