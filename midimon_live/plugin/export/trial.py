"""Playing to a plugin in a session of its own, in virtual time, to see what it does."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any

import mido

from midimon_live.actions import PluginAction
from midimon_live.clock import ManualClock
from midimon_live.machine import has_threads
from midimon_live.plugin.api import Plugin, TriggerPlugin
from midimon_live.plugin.deadlines import OutOfTime, within
from midimon_live.plugin.export.played import Played
from midimon_live.plugin.version import Definition, Kind
from midimon_live.triggers import plugin_event

AFTER_S = 5.0
HEARD = 10
_DEADLINE_S = 5.0
_quiet: ContextVar[bool] = ContextVar("midimon_live_quiet", default=False)


@dataclass
class Trial:
    """What came of it.

    Attributes:
        sent: what was sent to the virtual port.
        heard: the names of the first events that it made.
        executions: how often it was executed.
        failures: how often that raised.
        error: why it could not be tried, or what the last failure was; "" where all went well.
    """

    sent: list[mido.Message] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    executions: int = 0
    failures: int = 0
    error: str = ""


def tried(
    make: Callable[[ManualClock], Any], name: str, cls: type[Plugin], played: Played
) -> Trial:
    """Return what a plugin does when these events reach it; raises nothing.

    It is done on a thread of its own, where no event loop is in the way, and ends after 5 seconds;
    in a browser here, without a deadline.

    Args:
        make: returns a session without threads, on a clock that is moved by hand.
        name: the plugin's.
        cls: its class.
        played: what is mapped and played.
    """
    trial = Trial()

    def run() -> None:
        _quiet.set(True)
        try:
            within(_DEADLINE_S, lambda: _play(make, name, cls, played, trial))
        except OutOfTime:
            trial.error = f"it had not ended after {_DEADLINE_S:g} s"
        except BaseException as error:
            trial.error = f"{type(error).__name__}: {error}"

    if not has_threads():
        with _hushed():
            copy_context().run(run)
        return trial
    with _hushed():
        thread = threading.Thread(target=run, name="midimon-trial", daemon=True)
        thread.start()
        thread.join(2 * _DEADLINE_S)
    if thread.is_alive():
        trial.error = f"it had not ended after {2 * _DEADLINE_S:g} s"
    return trial


def _play(
    make: Callable[[ManualClock], Any], name: str, cls: type[Plugin], played: Played, trial: Trial
) -> None:
    clock = ManualClock()
    session = make(clock)
    try:
        session.plugins.put(Definition(name, cls, cls, Kind.CLASS, None))
        if issubclass(cls, TriggerPlugin):
            _listen(session, clock, name, cls, trial)
        else:
            for trigger, params in played.mappings:
                session.map(trigger, PluginAction(name, dict(params)))
            for message in played.messages:
                _advance(session, clock, message.time)
                session.virtual.play(message)
            _advance(session, clock, AFTER_S)
        stats = session.plugins.get_stats(name)
        trial.sent = session.virtual.sent
        trial.executions, trial.failures = stats.executions, stats.failures
        trial.error = stats.last_error if stats.failures else ""
    finally:
        session.close()


def _listen(
    session: Any, clock: ManualClock, name: str, cls: type[TriggerPlugin], trial: Trial
) -> None:
    if cls.events is not TriggerPlugin.events:
        trial.error = "it has events(), which need an event loop"
        return
    session.on(plugin_event(name))(lambda context: trial.heard.append(context.data["event"]))
    _advance(session, clock, span_of(cls))
    del trial.heard[HEARD:]


def span_of(cls: type[TriggerPlugin]) -> float:
    """Return for how many seconds a maker of events is listened to."""
    interval = cls.interval if isinstance(cls.interval, (int, float)) else 1.0
    return min(interval * 5, AFTER_S)


def _advance(session: Any, clock: ManualClock, seconds: float) -> None:
    end = clock.now() + seconds
    timers = session._timers  # noqa: SLF001 - time is moved from one to the next
    while timers.next_due <= end:
        clock.move_to(timers.next_due)
        session.settle()
    clock.move_to(end)


@contextmanager
def _hushed() -> Iterator[None]:
    """Let what the trial prints go nowhere; what others print meanwhile is shown as always."""
    before = sys.stdout, sys.stderr
    mine = sys.stdout, sys.stderr = _Sieve(before[0]), _Sieve(before[1])
    try:
        yield
    finally:
        if (sys.stdout, sys.stderr) == mine:
            sys.stdout, sys.stderr = before


class _Sieve:
    """A stream that hands on what is written outside of the trial."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write it, or not."""
        return len(text) if _quiet.get() else int(self._stream.write(text) or 0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
