"""One heap for everything that has to happen later."""

import heapq
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

from midimon_live.events import MidiEvent

NEVER = float("inf")
_SMALL = 256


class Timer:
    """Something that happens at `due` (monotonic seconds) unless it is cancelled."""

    __slots__ = ("__weakref__", "action", "cause", "due")

    def __init__(
        self, due: float, action: Callable[[], Any] | None, cause: MidiEvent | None = None
    ) -> None:
        self.due = due
        self.action = action
        self.cause = cause

    def cancel(self) -> None:
        """Do not run it; after it ran this does nothing. Any thread may call."""
        self.action = None


def ring(timer: Timer) -> None:
    """Call what a timer is for, once, unless it was cancelled."""
    action, timer.action = timer.action, None
    if action is not None:
        action()


class Timers:
    """Pending timers, soonest first. Any thread may schedule; the baton's holder runs them.

    Attributes:
        next_due: when the soonest is due, in monotonic seconds; infinite when there is none.
        moment: that of the event or timer whose turn it is; None between turns.
        cause: the event whose consequence is done now; None is none.
        changed: called, on the scheduling thread, when `next_due` came nearer.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._ticket = count()
        self._lock = threading.Lock()
        self._full_at = _SMALL
        self.next_due = NEVER
        self.moment: float | None = None
        self.cause: MidiEvent | None = None
        self.changed: Callable[[], None] = lambda: None

    def serial(self) -> int:
        """Return the number of `cause`; 0 without one."""
        return 0 if self.cause is None else self.cause.serial

    def schedule(self, due: float, action: Callable[[], Any]) -> Timer:
        """Run `action` once the clock has reached `due` (monotonic seconds)."""
        timer = Timer(due, action, self.cause)
        with self._lock:
            if len(self._heap) >= self._full_at:
                self._forget_cancelled()
            heapq.heappush(self._heap, (due, next(self._ticket), timer))
            nearer = due < self.next_due
            self.next_due = self._heap[0][0]
        if nearer:
            self.changed()
        return timer

    def pop_due(self, moment: float) -> Timer | None:
        """Take out the soonest timer if it is due at `moment`; cancelled ones are passed over."""
        with self._lock:
            while self._heap and self._heap[0][0] <= moment:
                timer = heapq.heappop(self._heap)[2]
                if timer.action is not None:
                    self._note_next()
                    return timer
            self._note_next()
            return None

    def __len__(self) -> int:
        with self._lock:
            return sum(timer.action is not None for _, _, timer in self._heap)

    def _forget_cancelled(self) -> None:
        """Keep only what is still to happen: a cancelled timer may not be due for a day."""
        self._heap = [one for one in self._heap if one[2].action is not None]
        heapq.heapify(self._heap)
        self._full_at = max(2 * len(self._heap), _SMALL)

    def _note_next(self) -> None:
        self.next_due = self._heap[0][0] if self._heap else NEVER
