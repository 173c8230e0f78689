"""Counts by the second: fine for what is recent, coarser for what is older, bounded for ever."""

import threading
from collections import deque
from typing import NamedTuple

_TIERS = ((1, 600), (10, 720), (60, 1440))  # seconds in a row, and how many rows are kept


class Row(NamedTuple):
    """What was counted in `seconds` (1, 10 or 60), from moment `start` on, in monotonic seconds."""

    start: int
    seconds: int
    counts: tuple[int, ...]


class Rates:
    """How much was counted in each second in which there was something to count.

    The newest 600 seconds are kept one by one, 720 times ten seconds before them, and 1,440
    minutes before those; what is older is dropped. Whoever counts compares the moment with `until`
    and calls `reach` when that has come: once a second at most. Any thread may read.

    Args:
        kinds: how many things are counted.

    Attributes:
        until: moment at which the present second ends; 0 before the first.
    """

    __slots__ = ("_before", "_lock", "_second", "_tiers", "until")

    def __init__(self, kinds: int) -> None:
        self.until = 0.0
        self._second = 0
        self._before = (0,) * kinds
        self._tiers: tuple[deque[Row], ...] = tuple(deque() for _ in _TIERS)
        self._lock = threading.Lock()

    def reach(self, moment: float, *totals: int) -> None:
        """Begin another second.

        Args:
            moment: now, in monotonic seconds.
            totals: what was counted before it, since the beginning.
        """
        with self._lock:
            if moment >= self.until:
                self._add(self._open(totals))
                self._before = totals
                self._second = int(moment)
                self.until = float(self._second + 1)

    def rows(self, since: float, *totals: int) -> list[Row]:
        """Return the rows that end after moment `since`, oldest first.

        Args:
            since: in monotonic seconds; 0 is from the beginning.
            totals: what was counted so far; what `reach` has not yet heard of is the last row.
        """
        found = []
        with self._lock:
            present = self._open(totals)
            if any(present.counts) and present.start + 1 > since:
                found.append(present)
            for rows in self._tiers:
                for row in reversed(rows):
                    if row.start + row.seconds <= since:
                        return found[::-1]
                    found.append(row)
        return found[::-1]

    def _open(self, totals: tuple[int, ...]) -> Row:
        counts = tuple(now - before for now, before in zip(totals, self._before, strict=True))
        return Row(self._second, 1, counts)

    def _add(self, row: Row) -> None:
        if not any(row.counts):
            return
        for (seconds, most), rows in zip(_TIERS, self._tiers, strict=True):
            start = row.start - row.start % seconds
            if rows and rows[-1].start == start:
                sums = map(sum, zip(rows[-1].counts, row.counts, strict=True))
                rows[-1] = Row(start, seconds, tuple(sums))
                return
            rows.append(Row(start, seconds, row.counts))
            if len(rows) <= most:
                return
            row = rows.popleft()
