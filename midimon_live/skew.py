"""A clock far away, brought to ours.

What is known of it are messages that carry its time. The fastest of them tells most: the smallest
difference between arrival here and the time it carries is the clocks' difference plus the shortest
way (the idea of NTP's clock filter, RFC 5905, section 10, one way only). Minima are kept for
two halves of a minute, so that clocks that drift apart are followed.
"""

_HALF_S = 30.0
_STOOD_S = 5.0  # so late, and as late again: that clock stood still while its machine slept
_AGAIN_S, _ALIKE_S = 0.5, 0.1


class Skew:
    """The difference between a clock far away and ours, in seconds. One thread at a time."""

    def __init__(self) -> None:
        self._before: float | None = None
        self._now: float | None = None
        self._since = 0.0
        self._last = 0.0
        self._very_late: tuple[float, float] | None = None  # the first in a row, and how late

    def heard(self, theirs: float, ours: float) -> float:
        """Take note of a message and return how late it is compared with the fastest, in seconds.

        Args:
            theirs: the time it carries, in seconds of the clock far away.
            ours: when it arrived, in seconds of our clock.
        """
        difference = ours - theirs
        if theirs < self._last - 1.0:  # that clock was set back: what was known is void
            self._before = self._now = None
        self._last = theirs
        if self._now is None or ours - self._since > _HALF_S:
            self._before, self._now, self._since = self._now, difference, ours
        self._now = min(self._now, difference)
        late = difference - self._offset(difference)
        if self._has_stood(theirs, late):
            self._before, self._now, self._since, late = None, difference, ours, 0.0
        return late

    def ours(self, theirs: float, now: float) -> float:
        """Return a moment of the clock far away as one of ours, never later than `now`."""
        return min(theirs + self._offset(now - theirs), now)

    def _has_stood(self, theirs: float, late: float) -> bool:
        """Tell whether messages come as late as each other; those of a jam come ever less late."""
        if late < _STOOD_S:
            self._very_late = None
            return False
        first = self._very_late
        if first is None or abs(late - first[1]) > _ALIKE_S:
            self._very_late = theirs, late
            return False
        return theirs - first[0] >= _AGAIN_S

    def _offset(self, unknown: float) -> float:
        known = [one for one in (self._before, self._now) if one is not None]
        return min(known, default=unknown)
