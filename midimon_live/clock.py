"""What "now" is. No other module asks the operating system for the time.

Moments are seconds (float) on a monotonic scale that is only good for comparing with itself; they
become wall-clock time in `epoch_ms` alone.
"""

import time
from typing import Protocol

sleep = time.sleep


class Clock(Protocol):
    """Where the engine gets its time from; any thread may ask."""

    def now(self) -> float:
        """Return the present moment in monotonic seconds."""

    def epoch_ms(self, moment: float) -> int:
        """Return the wall-clock time of `moment` in milliseconds since the Unix epoch."""


class SystemClock:
    """The machine's own clock.

    On Linux `now` is CLOCK_MONOTONIC, so moments of two processes can be compared.
    """

    now = staticmethod(time.perf_counter)

    def epoch_ms(self, moment: float) -> int:
        """Return the wall-clock time of `moment` in milliseconds since the Unix epoch."""
        return int((time.time() - time.perf_counter() + moment) * 1000)


class ManualClock:
    """A clock that stands still until a test moves it.

    Args:
        start: the first moment, in seconds.
        epoch_ms: the wall-clock time at moment 0, in milliseconds since the Unix epoch.
    """

    def __init__(self, start: float = 0.0, epoch_ms: int = 1_700_000_000_000) -> None:
        self._now = start
        self._epoch_ms = epoch_ms

    def now(self) -> float:
        """Return the present moment in seconds."""
        return self._now

    def epoch_ms(self, moment: float) -> int:
        """Return the wall-clock time of `moment` in milliseconds since the Unix epoch."""
        return self._epoch_ms + round(moment * 1000)

    def move_to(self, moment: float) -> None:
        """Move the clock forward to `moment` (seconds); it never runs backwards."""
        self._now = max(self._now, moment)
