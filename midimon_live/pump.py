"""Where the engine runs beside a kernel: on its loop, or on the stand-in thread.

The reader, a daemon thread, polls the open inputs about every millisecond and fills the inbox.
While the kernel's loop turns, the inbox is drained there, on the main thread, by a callback that
the reader posts. While a cell holds the loop the callback does not come, and the reader, as
stand-in, drains the same inbox itself; the callback, when it runs at last, takes over again.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable

from midimon_live.clock import sleep
from midimon_live.events import MidiEvent
from midimon_live.inline import POLL_S, Inline, Job, Parts
from midimon_live.interpreter import Interpreter
from midimon_live.stalls import StallMeter
from midimon_live.watchdog import Watchdog

_GRACE_S = 0.003
_TURN_S = 0.01  # how long to drain before looking at ports, or the kernel's other work, again
_IDLE_S = 0.1
_PLAYING_S = 1.0
_PLAYING_POLL_S = 0.00075  # a reply catches the next cycle of a server that runs every 1.3 ms
_CONTENDED_S = 0.0003  # waking up takes longer than this beside a cell that keeps computing


class Pump(Inline):
    """The engine beside a kernel: on its loop when that turns, on the stand-in thread when not.

    Args:
        parts: what it works with.
        find_loop: returns the kernel's loop, or None.
        stalls: is told when the reader woke up late.
        watchdog: looks after handlers that hang.
    """

    def __init__(
        self,
        parts: Parts,
        find_loop: Callable[[], asyncio.AbstractEventLoop | None],
        stalls: StallMeter,
        watchdog: Watchdog,
    ) -> None:
        super().__init__(parts)
        self._find_loop = find_loop
        self._stalls = stalls
        self._watchdog = watchdog
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main_jobs: deque[tuple[MidiEvent | None, Job]] = deque()
        self._arrived = threading.Event()
        self._rounds = 0
        self._by_loop = 0
        self._by_stand_in = 0
        self._on_loop = False
        self._posted_at: float | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._interpreter = Interpreter()
        self._played_at = 0.0
        self._contended = False

    def receives_meanwhile(self) -> bool:
        """Tell that what somebody plays arrives while the caller waits for it."""
        return True

    rings_meanwhile = receives_meanwhile

    def handled(self) -> dict[str, int]:
        """Return how many events were handled, by where that was."""
        return {"kernel loop": self._by_loop, "stand-in thread": self._by_stand_in}

    def start(self) -> None:
        """Start the reader."""
        self._interpreter.enter()
        self._post()
        self._thread = threading.Thread(target=self._serve, name="midimon-reader", daemon=True)
        self._thread.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Stop the reader and handle what is left here; again is harmless."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping = True
        self._arrived.set()
        if thread is not threading.current_thread():
            thread.join(1.0)
            # a handler that hangs is stopped then; until then what is left would not be done
            thread.join(self._watchdog.deadline)
        self._on_loop = False
        if threading.current_thread() is threading.main_thread():
            self._do_main_jobs()
        self._drain_at_last()
        self._watchdog.stop()  # until here: a `shutdown` that hangs is stopped too
        self._interpreter.leave()

    def wake(self) -> None:
        """Let the reader look now; any thread may call."""
        self._arrived.set()

    def defer(self, job: Job) -> bool:
        """Take a job for the main thread; False means that there is no loop to run it."""
        if self._current_loop() is None:
            return False
        self._main_jobs.append((self._timers.cause, job))
        return True

    def cell_begins(self) -> None:
        """Do not wait for the loop to be late: a cell is about to hold it. Main thread."""
        self._on_loop = False
        self._post()

    def settle(self, timeout: float = 5.0) -> None:
        """Return once everything received is handled; without a kernel, async handlers too.

        Raises:
            SettleTimeout: it was not within `timeout` seconds.
            MidimonError: called inside a handler, which would wait for itself.
        """
        self._refuse_waiting_for_itself("settle")
        until = self._now() + timeout
        seen = self._rounds
        while not self._is_settled(seen):
            self._arrived.set()  # the reader has to look twice
            if threading.current_thread() is threading.main_thread():
                self._do_main_jobs()
            self._check_time(until)
            sleep(POLL_S / 2)

    async def settled(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - same as settle's
        """Return once everything received is handled, tasks of `async` handlers included.

        Raises:
            SettleTimeout: it was not within `timeout` seconds.
        """
        self._refuse_waiting_for_itself("settled")
        until = self._now() + timeout
        seen = self._rounds
        while not self._is_settled(seen) or self._tasks.pending():
            self._arrived.set()
            self._check_time(until)
            await asyncio.sleep(POLL_S)

    def _is_settled(self, seen: int) -> bool:
        """Tell whether the reader has looked twice since and nothing waits or runs.

        The inbox is asked first: an event taken from it is handled while the baton is held.
        """
        waiting_tasks = self._loop is None and self._tasks.pending()
        return (
            self._rounds - seen >= 2
            and not self._work_waits()
            and not self._main_jobs
            and not waiting_tasks
            and not self._baton.locked()
        )

    def _serve(self) -> None:
        """Be the reader, until stopped."""
        while not self._stopping:
            try:
                before = self._now()
                self._ports.check()
                self._ingest()
                self._rounds += 1
                looked = self._now()
                self._activity.look(looked, self._by_loop + self._by_stand_in)
                if self._work_waits() or self._main_jobs:
                    self._played_at = looked
                    self._offer()
                rested = self._rest()
                # what handlers took is not the interpreter's fault
                self._stalls.missed(rested + looked - before)
            except BaseException as error:
                self._survived(error)

    def _rest(self) -> float:
        """Sleep until it is worth looking again; returns how many seconds too long that took."""
        before = self._now()
        self._interpreter.reader_sleeps()
        if self._ports.polled:
            # beside a busy cell each look costs that cell, and catches no cycle anyway
            playing = before - self._played_at < _PLAYING_S and not self._contended
            span = _PLAYING_POLL_S if playing else POLL_S
            sleep(span)
        else:
            waiting = self._work_waits() or self._main_jobs
            span = POLL_S if waiting else min(_IDLE_S, self._timers.next_due - before)
            self._arrived.wait(span)
        self._interpreter.reader_works()
        self._arrived.clear()
        late = self._now() - before - span
        self._contended = late > _CONTENDED_S
        return late

    def _offer(self) -> None:
        """Let the loop handle what waits, or handle it here if the loop does not answer."""
        self._post()
        posted_at = self._posted_at  # None again as soon as the loop has answered
        late = posted_at is not None and self._now() - posted_at > _GRACE_S
        if late or self._loop is None:
            self._on_loop = False
        if not self._on_loop:
            self._by_stand_in += self._drain(until=self._now() + _TURN_S)

    def _post(self) -> None:
        """Ask the loop to take over as soon as it turns; any thread may call."""
        loop = self._current_loop()
        if loop is None or self._posted_at is not None:
            return
        self._posted_at = self._now()
        try:
            loop.call_soon_threadsafe(self._answer)
        except RuntimeError:  # closed since we looked
            self._loop, self._posted_at = None, None

    def _answer(self) -> None:
        """Take over on the kernel's loop; runs there, on the main thread."""
        self._posted_at = None
        if self._stopping:
            return
        self._on_loop = True
        with self._running.interruptible():
            self._do_main_jobs()
            self._by_loop += self._drain(until=self._now() + _TURN_S)
        if self._work_waits():
            self._arrived.set()

    def _do_main_jobs(self) -> None:
        while self._main_jobs:
            if not self._baton.acquire(blocking=False):
                return
            try:
                self._timers.cause, job = self._main_jobs.popleft()
                job()
            except BaseException as error:
                self._survived(error)
            finally:
                self._timers.cause = None
                self._baton.release()

    def _current_loop(self) -> asyncio.AbstractEventLoop | None:
        if self._loop is None or self._loop.is_closed():
            self._posted_at = None
            self._loop = self._find_loop()
        return self._loop
