"""Statistics of one plugin: written at every execution, read as a frozen snapshot."""

from collections import deque
from dataclasses import dataclass

from midimon_live.monitor import copied, percentile

_WINDOW = 1_000


@dataclass(frozen=True, slots=True)
class PluginStats:
    """What a plugin has done so far; times are those of the last 1,000 executions.

    Attributes:
        executions: how often it ran, failures included.
        failures: how often it raised.
        denied: how often it, or something it did, was refused for want of a capability.
        timeouts: how many of the failures were `async` executions that took too long.
        limited: how often it was not executed because it was asked for too often.
        success_rate: share of executions that did not raise, 0-1; 1 before the first.
        avg_us: mean time in `execute`, in microseconds, over all executions.
        p50_us: median, in microseconds.
        p95_us: 95th percentile, in microseconds.
        p99_us: 99th percentile, in microseconds.
        max_us: the longest, in microseconds.
        last_execution_ms: when it last ran, in milliseconds since the Unix epoch; None before.
        last_error: what it last raised, with the line, or "".
    """

    executions: int
    failures: int
    denied: int
    timeouts: int
    limited: int
    success_rate: float
    avg_us: float
    p50_us: float
    p95_us: float
    p99_us: float
    max_us: float
    last_execution_ms: int | None
    last_error: str


class StatsRecorder:
    """Counts for one plugin name; survives new versions of the plugin."""

    __slots__ = (
        "_seconds",
        "denied",
        "executions",
        "failures",
        "last_error",
        "last_ms",
        "limited",
        "timeouts",
        "total",
    )

    def __init__(self) -> None:
        self.executions = 0
        self.failures = 0
        self.denied = 0
        self.timeouts = 0
        self.limited = 0
        self.total = 0.0
        self.last_ms: int | None = None
        self.last_error = ""
        self._seconds: deque[float] = deque(maxlen=_WINDOW)

    def ran(self, seconds: float, epoch_ms: int) -> None:
        """Count one execution that took `seconds` and was fired at `epoch_ms`."""
        self.executions += 1
        self.total += seconds
        self.last_ms = epoch_ms
        self._seconds.append(seconds)

    def failed(self, error: str) -> None:
        """Count that the execution raised."""
        self.failures += 1
        self.last_error = error

    def snapshot(self) -> PluginStats:
        """Return the numbers as they are now."""
        ordered = sorted(copied(self._seconds))
        runs = self.executions
        return PluginStats(
            executions=runs,
            failures=self.failures,
            denied=self.denied,
            timeouts=self.timeouts,
            limited=self.limited,
            success_rate=(runs - self.failures) / runs if runs else 1.0,
            avg_us=self.total / runs * 1e6 if runs else 0.0,
            p50_us=percentile(ordered, 0.50) * 1e6,
            p95_us=percentile(ordered, 0.95) * 1e6,
            p99_us=percentile(ordered, 0.99) * 1e6,
            max_us=max(ordered, default=0.0) * 1e6,
            last_execution_ms=self.last_ms,
            last_error=self.last_error,
        )
