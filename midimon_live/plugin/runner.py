"""Calling a plugin inside the kernel: caught, timed and counted, whatever it does."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any

from midimon_live.actions.base import OK, Outcome, Pending
from midimon_live.clock import Clock
from midimon_live.errors import HandlerTimeout, PermissionDenied
from midimon_live.events import MidiEvent, TriggerContext
from midimon_live.loops import Tasks
from midimon_live.monitor import Monitor
from midimon_live.plugin.failures import Failures
from midimon_live.plugin.offspring import began_with
from midimon_live.plugin.streams import cover
from midimon_live.plugin.version import Version
from midimon_live.running import Running
from midimon_live.timers import Timers

SLOW_S = 0.05


class Runner:
    """Runs versions of plugins; the consumer that holds the baton calls.

    Args:
        clock: times executions.
        monitor: gets a notice about slow handlers.
        running: knows which handler runs.
        timers: know the event that is acted on.
        tasks: runs `async` handlers.
        failures: shows what plugins raise.

    Attributes:
        ended: called when a retired version's last execution has ended.
        troubled: called when an execution of a version has failed, with what it raised.
    """

    def __init__(
        self,
        clock: Clock,
        monitor: Monitor,
        running: Running,
        timers: Timers,
        tasks: Tasks,
        failures: Failures,
    ) -> None:
        self._clock = clock
        self._now = clock.now
        self._monitor = monitor
        self._running = running
        self._timers = timers
        self._tasks = tasks
        self._failures = failures
        self.ended: Callable[[Version], None] = lambda _version: None
        self.troubled: Callable[[Version, BaseException], None] = lambda *_trouble: None

    @property
    def lasting(self) -> bool:
        """Whether an `async` call that does not end can be made here."""
        return self._tasks.lasting()

    def run(self, version: Version, params: Mapping[str, Any], context: TriggerContext) -> Outcome:
        """Execute `version`; nothing it raises gets out.

        Args:
            version: the one to run.
            params: a copy of them is handed over.
            context: the event that fired it.
        """
        started = self._now()
        cover()
        inside = version.context.copy()
        try:
            result = self._running.call(
                version.name, inside.run, version.execute, dict(params), context
            )
            if result is not None and isawaitable(result):
                return Outcome("started", pending=self._start(version, result, inside, context))
        except BaseException as error:
            ended = self._now()
            version.stats.ran(ended - started, context.timestamp, ended)
            return self._failed(version, error, self._timers.cause)
        ended = self._now()
        seconds = ended - started
        version.stats.ran(seconds, context.timestamp, ended)
        version.failing, version.succeeded = 0, True
        version.recent.append((params, context))
        if seconds > SLOW_S:
            self._note_slow(version, seconds)
        return OK

    def call(self, version: Version, function: Callable[..., Any], *args: Any) -> Outcome:
        """Call what else belongs to `version` (a timer, `shutdown`) under the same care."""
        cover()
        inside = version.context.copy()
        try:
            result = self._running.call(version.name, inside.run, function, *args)
            if result is not None and isawaitable(result):
                self._start(version, result, inside, None)
        except BaseException as error:
            return self._failed(version, error, self._timers.cause)
        if not version.is_executed:
            version.failing = 0
        return OK

    def listen(self, version: Version, function: Callable[..., Any], *args: Any) -> None:
        """Call an `async` function that goes on until the version is cancelled."""
        inside = version.context.copy()
        self._start(version, function(*args), inside, None, lasting=True)

    def describe(self, error: BaseException) -> str:
        """Return one line about an exception, with the author's place."""
        try:
            return self._failures.line(error)
        except Exception as second:
            return f"{type(error).__name__} (and describing it raised {type(second).__name__})"

    def cancel(self, version: Version) -> None:
        """Cancel the `async` executions of a version."""
        self._tasks.cancel(version)

    def _start(
        self,
        version: Version,
        result: Awaitable[Any],
        inside: Any,
        context: TriggerContext | None,
        *,
        lasting: bool = False,
    ) -> Pending:
        started = self._now()
        event = self._timers.cause
        inside.run(began_with.set, event)
        version.in_flight += 1
        pending = Pending(f"{version.name}, async")
        longest = None if context is None else version.timeout

        def done(error: BaseException | None) -> None:
            version.in_flight -= 1
            if hasattr(result, "close"):
                result.close()  # one that was cancelled before it began
            if context is not None:
                ended = self._now()
                version.stats.ran(ended - started, context.timestamp, ended)
            outcome = OK
            if error is None and context is not None:
                version.failing, version.succeeded = 0, True
            if isinstance(error, asyncio.CancelledError):
                outcome = Outcome("cancelled")
            elif isinstance(error, HandlerTimeout):
                version.stats.timeouts += 1
                outcome = self._failed(version, error, event)
            elif error is not None:
                outcome = self._failed(version, getattr(error, "contained", error), event)
            pending.finish(outcome)
            if version.retired and not version.in_flight:
                self.ended(version)

        contained = _contained(result, longest)
        pending.cancel = self._tasks.spawn(version, contained, inside, done, lasting=lasting)
        return pending

    def _failed(self, version: Version, error: BaseException, event: MidiEvent | None) -> Outcome:
        try:
            line = self._failures.show(version.voice, error, event, version.lines)
        except BaseException as second:  # its __str__ raised, or the cell's output is closed
            line = f"{type(error).__name__} (and showing it raised {type(second).__name__})"
        # a library may have made something else of the refusal
        refused, version.subject.refused = version.subject.refused, ""
        if refused and not isinstance(error, PermissionDenied):
            line = f"{line}; {refused}"
        version.stats.failed(line)
        self.troubled(version, error)
        return Outcome("failed", line, error)

    def _note_slow(self, version: Version, seconds: float) -> None:
        code = version.code_place()
        where = f", {self._failures.place(code)}" if code is not None else ""
        self._monitor.counters["slow"] += 1
        self._monitor.notice(
            f"{version.name}{where} took {seconds * 1000:.0f} ms; "
            "events behind it had to wait: make execute async, or use host.schedule"
        )


class _Contained(Exception):
    """Carries what would end the event loop, and with it the kernel, out of a task."""

    def __init__(self, contained: BaseException) -> None:
        self.contained = contained
        super().__init__(repr(contained))


async def _contained(awaitable: Awaitable[Any], longest: float | None) -> None:
    try:
        async with asyncio.timeout(longest) as limit:
            await awaitable
    except (KeyboardInterrupt, SystemExit, GeneratorExit) as error:
        raise _Contained(error) from None
    except TimeoutError:
        if not limit.expired():
            raise
    if limit.expired():  # also where it caught its own cancellation
        raise HandlerTimeout(f"it took longer than {longest:g} s, and was cancelled")
