"""Actions under way: started, resumed when what they wait for is over, listed, and cancelled.

An action that takes time is a generator (see `midimon_live.actions.base`). It is resumed by the
engine's one timer or by what it waited for, between two events, and never keeps an event waiting.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import NamedTuple

from midimon_live.actions.base import ActionHost, Outcome, Pending, Rest, Steps
from midimon_live.clock import Clock
from midimon_live.errors import MidimonError
from midimon_live.events import MidiEvent, TriggerContext
from midimon_live.mappings import Mapping
from midimon_live.monitor import Monitor, Step
from midimon_live.running import Running
from midimon_live.timers import Timer, Timers

# an action that never waits, such as a repeat without delay, lets events in after so many seconds
_TURN_S, _BREATH_S = 0.002, 0.0005

_ON_TIME_S = 0.02


class RunInfo(NamedTuple):
    """One action under way.

    Attributes:
        number: what `midi.cancel` takes.
        mapping: what started it.
        seconds: for how long it has been under way.
        waits: what it waits for, in words.
    """

    number: int
    mapping: Mapping
    seconds: float
    waits: str


class _Run:
    __slots__ = (
        "cause",
        "index",
        "label",
        "mapping",
        "moment",
        "number",
        "over",
        "pending",
        "since",
        "steps",
        "timer",
        "trace",
    )

    def __init__(
        self, number: int, mapping: Mapping, steps: Steps | None, since: float, trace: list[Step]
    ) -> None:
        self.number = number
        self.mapping = mapping
        self.label = str(mapping.plugin)
        self.steps = steps
        self.since = self.moment = since
        self.trace = trace
        self.index = len(trace)
        self.timer: Timer | None = None
        self.pending: Pending | None = None
        self.over: Outcome | None = None
        self.cause: MidiEvent | None = None

    def is_over(self) -> bool:
        return self.over is not None


class Runs:
    """All actions under way. The consumer that holds the baton starts; any thread may cancel.

    Args:
        host: what actions may do.
        clock: times them.
        timers: wake them.
        running: knows which handler runs.
        monitor: gets a notice when one fails.
        describe: returns one line about an exception, with the author's place.

    Attributes:
        later: takes a job to be done between two events.
    """

    def __init__(
        self,
        host: ActionHost,
        clock: Clock,
        timers: Timers,
        running: Running,
        monitor: Monitor,
        describe: Callable[[BaseException], str],
    ) -> None:
        self._host = host
        self._now = clock.now
        self._timers = timers
        self._running = running
        self._monitor = monitor
        self._describe = describe
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._active: dict[int, _Run] = {}
        self.later: Callable[[Callable[[], None]], None] = lambda job: job()

    def start(self, mapping: Mapping, context: TriggerContext, trace: list[Step]) -> Outcome:
        """Start what a mapping does; nothing it raises gets out.

        Args:
            mapping: says what.
            context: the event that fired it.
            trace: gets the step from the caller, and its final verdict from here.
        """
        try:
            done = mapping.action.run(self._host, context)
        except BaseException as error:
            return self._failed(mapping, error)
        if isinstance(done, Outcome):
            if done.pending is not None:
                run = self._begin(mapping, None, trace)
                self._wait(run, done.pending)
                return run.over or done
            return done
        run = self._begin(mapping, done, trace)
        self._advance(run, None)
        return run.over or Outcome("started")

    def under_way(self) -> list[RunInfo]:
        """Return what is under way, oldest first."""
        now = self._now()
        with self._lock:
            runs = list(self._active.values())
        return [RunInfo(one.number, one.mapping, now - one.since, _waits(one, now)) for one in runs]

    def plugins(self) -> set[str]:
        """Return the names of the plugins that the actions under way may execute."""
        with self._lock:
            runs = list(self._active.values())
        return {name for run in runs for name in run.mapping.plugins}

    def cancel(self, number: int | None = None) -> int:
        """Cancel one action, or all; what it began is ended. Returns how many there were."""
        with self._lock:
            chosen = [
                one for one in self._active.values() if number is None or one.number == number
            ]
        for run in chosen:
            self._cancel(run)
        return len(chosen)

    def _begin(self, mapping: Mapping, steps: Steps | None, trace: list[Step]) -> _Run:
        run = _Run(next(self._numbers), mapping, steps, self._now(), trace)
        run.cause = self._timers.cause
        with self._lock:
            self._active[run.number] = run
        return run

    def _advance(self, run: _Run, value: object) -> None:
        """Go on until the action waits for something, or is over, or has had its turn."""
        until = self._now() + _TURN_S
        while not run.is_over() and run.steps is not None:
            run.timer = run.pending = None
            try:
                wait = self._running.call(run.label, run.steps.send, value)
            except StopIteration as end:
                self._end(run, end.value or Outcome("ok"))
                return
            except BaseException as error:
                self._end(run, self._failed(run.mapping, error))
                return
            value = None
            if isinstance(wait, Pending):
                self._wait(run, wait)
            elif wait > 0:
                run.moment = self._due(run.moment, wait)
                run.timer = self._timers.schedule(run.moment, partial(self._advance, run, None))
            elif (now := self._now()) >= until:
                breath = now + _BREATH_S
                run.timer = self._timers.schedule(breath, partial(self._advance, run, None))
            else:
                continue
            if run.is_over():  # cancelled meanwhile, from another thread
                self._let_go(run)
            return

    def _due(self, moment: float, wait: float) -> float:
        """Return when a wait ends that should begin at `moment`: a beat does not drift.

        A rest begins after what took long before it, though.
        """
        now = self._now()
        if isinstance(wait, Rest) and now - moment > _ON_TIME_S:
            return now + wait
        return max(moment + wait, now)

    def _wait(self, run: _Run, pending: Pending) -> None:
        run.pending = pending
        pending.then(lambda result: self.later(partial(self._resume, run, result)))

    def _resume(self, run: _Run, result: object) -> None:
        run.moment = self._now()
        if run.over is not None:
            return
        before, self._timers.cause = self._timers.cause, run.cause
        try:
            if run.steps is None:
                self._end(run, result if isinstance(result, Outcome) else Outcome("ok"))
            else:
                self._advance(run, result)
        finally:
            self._timers.cause = before

    def _end(self, run: _Run, outcome: Outcome) -> None:
        with self._lock:
            if run.over is not None:  # cancelled during its last step
                return
            run.over = outcome
            self._active.pop(run.number, None)
        if run.index < len(run.trace):  # else it ended before its step was written
            step = run.trace[run.index]
            run.trace[run.index] = step._replace(
                verdict=outcome.verdict, finished=self._now(), error=outcome.error
            )
            if outcome.error:
                self._monitor.went_wrong(run.mapping.number, outcome.verdict)

    def _cancel(self, run: _Run) -> None:
        if run.over is not None:
            return
        self._end(run, Outcome("cancelled"))
        self._let_go(run)

    def _let_go(self, run: _Run) -> None:
        """End what a cancelled action waits for, and let it end what it began."""
        if run.timer is not None:
            run.timer.cancel()
        if run.pending is not None:
            run.pending.cancel()
        if run.steps is not None:
            with suppress(ValueError):  # it runs just now, on another thread; then once it waits
                run.steps.close()

    def _failed(self, mapping: Mapping, error: BaseException) -> Outcome:
        line = str(error) if isinstance(error, MidimonError) else self._describe(error)
        self._monitor.notice(f"{mapping}: {line}", about=f"mapping {mapping.number}")
        return Outcome("failed", line, error)


def _waits(run: _Run, now: float) -> str:
    if run.pending is not None:
        return run.pending.about
    return f"{max(run.moment - now, 0):.1f} s more" if run.timer is not None else "running"
