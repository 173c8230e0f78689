"""The engine in the caller's thread, and what every pump shares: one inbox and one baton.

The baton is taken without waiting and held while draining, so events keep their order, each is
handled once, and no handler is nested in another.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from midimon_live.activity import ActivityMeter
from midimon_live.clock import Clock
from midimon_live.engine import Engine
from midimon_live.errors import MidimonError, SettleTimeout
from midimon_live.events import MidiEvent
from midimon_live.loops import Tasks
from midimon_live.monitor import Monitor
from midimon_live.ports import Ports
from midimon_live.running import Running
from midimon_live.timers import NEVER, Timers

Job = Callable[[], None]

POLL_S = 0.001
_SWAP_S = 0.05


@dataclass(frozen=True, slots=True)
class Parts:
    """What a pump works with.

    Attributes:
        engine: handles what is taken from the inbox.
        ports: where events come from.
        timers: tell when the engine wants waking.
        running: knows which handler runs.
        clock: says what is due.
        monitor: gets a notice about what should never happen.
        tasks: runs `async` handlers.
        activity: is shown how many events were handled.
    """

    engine: Engine
    ports: Ports
    timers: Timers
    running: Running
    clock: Clock
    monitor: Monitor
    tasks: Tasks
    activity: ActivityMeter


class Inline:
    """The engine in the caller's thread, at once: for tests.

    Attributes:
        drained_by: the thread that is handling events just now; None is none.
        turn_s: for how many seconds events are handled in one go.
        loop: what does everything, where there are no threads but time goes on.
    """

    turn_s = NEVER
    loop: asyncio.AbstractEventLoop | None = None

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._ports = parts.ports
        self._timers = parts.timers
        self._running = parts.running
        self._now = parts.clock.now
        self._monitor = parts.monitor
        self._tasks = parts.tasks
        self._activity = parts.activity
        self._serial = count(1)
        self._handled = 0
        self._inbox: deque[MidiEvent | Job] = deque()
        self._baton = threading.Lock()
        self._paused_by: int | None = None
        self.drained_by: int | None = None

    def start(self) -> None:
        """Begin to serve."""

    def stop(self) -> None:
        """Handle what is left, then stop; again is harmless."""
        self._drain_at_last()

    def receives_meanwhile(self) -> bool:
        """Tell whether what somebody plays arrives while the caller waits for it."""
        return False

    def rings_meanwhile(self) -> bool:
        """Tell whether what is due is done while the caller waits for it."""
        return False

    def wake(self) -> None:
        """Handle what has arrived; any thread may call."""
        self._activity.look(self._now(), self._handled)
        self._ingest()
        self._handled += self._drain(until=self._now() + self.turn_s)
        self._activity.look(self._now(), self._handled)

    def later(self, job: Job) -> None:
        """Do `job` between two events, in its turn; any thread may call."""
        self._inbox.append(job)
        self.wake()

    def defer(self, job: Job) -> bool:
        """Take a job for the main thread; False means that there is no way to reach it."""
        del job
        return False

    def inject(self, port: str, data: bytes, time: float | None = None) -> None:
        """Put an event into the inbox as if it had arrived on `port`; any thread may call.

        Args:
            port: its name; there need not be such a port.
            data: the message's bytes.
            time: when, in monotonic seconds; None is now.
        """
        moment = self._now() if time is None else time
        self._inbox.append(MidiEvent(moment, port, data, next(self._serial)))
        self.wake()

    def emit(self, plugin: str, name: str, values: Mapping[str, Any]) -> None:
        """Put an event that a plugin made into the inbox; any thread may call."""
        event = MidiEvent(self._now(), plugin, b"", next(self._serial), name, values)
        self._inbox.append(event)
        self.wake()

    def settle(self, timeout: float = 5.0) -> None:
        """Return once everything received is handled.

        Raises:
            SettleTimeout: it was not within `timeout` seconds.
            MidimonError: called inside a handler, which would wait for itself.
        """
        del timeout
        self._refuse_waiting_for_itself("settle")
        self.wake()

    async def settled(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - same as settle's
        """Return once everything received is handled, tasks of `async` handlers included.

        Raises:
            SettleTimeout: it was not within `timeout` seconds.
        """
        self._refuse_waiting_for_itself("settled")
        until = self._now() + timeout
        self.wake()
        while self._tasks.pending():
            self._check_time(until)
            await asyncio.sleep(POLL_S)

    @contextmanager
    def paused(self, timeout: float = 5.0) -> Iterator[None]:
        """Keep events waiting meanwhile; inside a handler they wait anyway.

        Raises:
            SettleTimeout: a handler did not end within `timeout` seconds.
        """
        here = threading.get_ident()
        if self._running.here() or self._paused_by == here:
            yield
            return
        if not self._baton.acquire(timeout=timeout):
            raise SettleTimeout(
                f"{self._running.label or 'another thread'} has kept events waiting "
                f"for over {timeout} s"
            )
        self._paused_by = here
        try:
            yield
        finally:
            self._paused_by = None
            self._baton.release()
            self.wake()

    @contextmanager
    def between_events(self) -> Iterator[None]:
        """Keep events waiting for a swap. A handler that runs on for 50 ms is not waited for.

        It took all it needs from the tables when it began, so swapping beside it is safe.
        """
        here = threading.get_ident()
        mine = self._running.here() or here in (self._paused_by, self.drained_by)
        held = not mine and self._baton.acquire(timeout=_SWAP_S)
        try:
            yield
        finally:
            if held:
                self._baton.release()
                self.wake()

    def _ingest(self) -> None:
        for port in self._ports.reading:
            name = port.name
            for time, data in port.poll():
                self._inbox.append(MidiEvent(time, name, data, next(self._serial)))

    def _work_waits(self) -> bool:
        return bool(self._inbox) or self._timers.next_due <= self._now()

    def handled(self) -> dict[str, int]:
        """Return how many events were handled, by where that was."""
        return {"caller's thread": self._handled}

    def _drain(self, until: float = NEVER) -> int:
        """Handle what waits. If another holds the baton, it sees our events before it lets go.

        Returns:
            How many events were handled here.
        """
        done = 0
        while self._work_waits() and self._now() < until:
            if not self._baton.acquire(blocking=False):
                return done
            self.drained_by = threading.get_ident()
            try:
                while self._inbox and self._now() < until:
                    item = self._inbox.popleft()
                    if type(item) is MidiEvent:
                        done += 1
                        self._engine.handle(item)
                    else:
                        item()  # type: ignore[operator]
                self._engine.run_timers(self._now())
            except BaseException as error:
                self._survived(error)
            finally:
                self.drained_by = None
                self._baton.release()
        return done

    def _drain_at_last(self) -> None:
        """Handle what is left, also where the caller itself keeps events waiting."""
        if self._paused_by == threading.get_ident():
            self._paused_by = None
            self._baton.release()
            self._drain()
            self._baton.acquire()
        else:
            self._drain()

    def _survived(self, error: BaseException) -> None:
        self._monitor.counters["engine errors"] += 1
        self._monitor.notice(f"the engine met {error!r:.200}; it goes on")

    def _refuse_waiting_for_itself(self, what: str) -> None:
        if self._running.here():
            raise MidimonError(f"{what}() inside a handler would wait for itself")
        if self._paused_by == threading.get_ident():
            raise MidimonError(f"{what}() inside paused() would wait for the events it holds back")

    def _check_time(self, until: float) -> None:
        if self._now() > until:
            label = self._running.label
            raise SettleTimeout(
                f"not settled: {label or 'no handler'} is running, {len(self._inbox)} events and "
                f"{self._tasks.pending()} async handlers are waiting"
            )
