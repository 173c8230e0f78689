"""The engine on one event loop, where threads can not be started: in a browser.

What arrives is handled at once, by whoever brings it: a message of the page, or the cell that plays
it. What is due later is rung by the loop. While a cell keeps the loop, timers wait, and are rung at
the next event or `settle`; each is still handled at its own moment.
"""

import asyncio
from contextvars import copy_context

from midimon_live.inline import Inline, Parts
from midimon_live.machine import can_wait
from midimon_live.timers import NEVER

_TURN_S = 0.01  # how long to handle events before the loop's other work has its turn


class Looped(Inline):
    """The engine in its caller's turn, and on a loop; it starts no thread.

    Args:
        parts: what it works with.
        loop: rings the timers; everything happens on its thread.
    """

    turn_s = _TURN_S
    loop: asyncio.AbstractEventLoop

    def __init__(self, parts: Parts, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(parts)
        self.loop = loop
        # a callback has the context of whoever asked for it, who may be a plugin
        self._context = copy_context()
        self._planned: asyncio.TimerHandle | None = None
        self._rings_at = NEVER
        self._stopped = False

    def wake(self) -> None:
        """Handle what has arrived and what is due; the loop's thread calls."""
        super().wake()
        self._plan()

    def settle(self, timeout: float = 5.0) -> None:
        """Return once everything received is handled, and what is due by now.

        Raises:
            SettleTimeout: it was not within `timeout` seconds.
            MidimonError: called inside a handler, which would wait for itself.
        """
        until = self._now() + timeout
        super().settle(timeout)
        while self._work_waits():
            self._check_time(until)
            self.wake()

    def stop(self) -> None:
        """Ring no more, and handle what is left; again is harmless."""
        self._stopped = True
        self._unplan()
        super().stop()

    def rings_meanwhile(self) -> bool:
        """Tell whether the loop turns while the caller sleeps; what is played does not arrive."""
        return can_wait()

    def handled(self) -> dict[str, int]:
        """Return how many events were handled, by where that was."""
        return {"kernel loop": self._handled}

    def _plan(self) -> None:
        """Be rung when the next timer is due, or at once where something is left."""
        if self._stopped or self._baton.locked():  # whoever holds it wakes us at the end
            return
        due = self._now() if self._inbox else self._timers.next_due
        if due == NEVER or self._rings_at <= due:
            return
        self._unplan()
        self._rings_at = due
        wait, context = max(due - self._now(), 0.0), self._context.copy()
        self._planned = self.loop.call_later(wait, self._ring, context=context)

    def _unplan(self) -> None:
        planned, self._planned, self._rings_at = self._planned, None, NEVER
        if planned is not None:
            planned.cancel()

    def _ring(self) -> None:
        self._planned, self._rings_at = None, NEVER
        self.wake()
