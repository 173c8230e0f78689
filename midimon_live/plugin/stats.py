"""Statistics of one plugin: written at every execution, read as a frozen snapshot."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from midimon_live.durations import BUCKETS, Bucket, bucket_of, buckets
from midimon_live.monitor import copied, percentile
from midimon_live.rates import Rates, Row

_WINDOW = 1_000


class Executions(NamedTuple):
    """How often a plugin ran in some seconds.

    Attributes:
        epoch_ms: when they began, in milliseconds since the Unix epoch.
        seconds: how many: 1 of late, 10 or 60 for what is older.
        executions: how often it ran, failures included; an `async` execution counts when it ends.
        failures: how often it raised.
    """

    epoch_ms: int
    seconds: int
    executions: int
    failures: int


@dataclass(frozen=True, slots=True)
class PluginStats:
    """What a plugin has done so far, over all its versions.

    Percentiles and `max_us` are those of the last 1,000 executions.

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
        histogram: how many executions of the whole session took how long: the buckets that hold
            some, four to the octave, in microseconds.
        history: how often it ran by the second, oldest first, where it did: the last 600 seconds,
            7,200 in tens before them, 86,400 by the minute before those.
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
    histogram: tuple[Bucket, ...] = field(default=(), repr=False)
    history: tuple[Executions, ...] = field(default=(), repr=False)


class StatsRecorder:
    """Counts for one plugin name; survives new versions of the plugin.

    Attributes:
        buckets: how many executions took how long, by the number of `durations.bucket_of`.
    """

    __slots__ = (
        "_rates",
        "_seconds",
        "buckets",
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
        self._rates = Rates(2)
        self.buckets = [0] * BUCKETS

    def ran(self, seconds: float, epoch_ms: int, moment: float) -> None:
        """Count one execution.

        Args:
            seconds: how long it took.
            epoch_ms: when the event was that fired it.
            moment: when it ended, in monotonic seconds.
        """
        if moment >= self._rates.until:
            self._rates.reach(moment, self.executions, self.failures)
        self.executions += 1
        self.buckets[bucket_of(seconds)] += 1
        self.total += seconds
        self.last_ms = epoch_ms
        self._seconds.append(seconds)

    def failed(self, error: str) -> None:
        """Count that the execution raised."""
        self.failures += 1
        self.last_error = error

    def rows(self, since: float = 0.0) -> list[Row]:
        """Return executions and failures by the second since moment `since`, oldest first."""
        return self._rates.rows(since, self.executions, self.failures)

    def snapshot(self, epoch_ms: Callable[[float], int]) -> PluginStats:
        """Return the numbers as they are now.

        Args:
            epoch_ms: tells the wall-clock time of a moment.
        """
        ordered = sorted(copied(self._seconds))
        runs = self.executions
        return PluginStats(
            executions=runs,
            failures=self.failures,
            denied=self.denied,
            timeouts=self.timeouts,
            limited=self.limited,
            # timers of it may have raised too
            success_rate=max(runs - self.failures, 0) / runs if runs else 1.0,
            avg_us=self.total / runs * 1e6 if runs else 0.0,
            p50_us=percentile(ordered, 0.50) * 1e6,
            p95_us=percentile(ordered, 0.95) * 1e6,
            p99_us=percentile(ordered, 0.99) * 1e6,
            max_us=max(ordered, default=0.0) * 1e6,
            last_execution_ms=self.last_ms,
            last_error=self.last_error,
            histogram=buckets(self.buckets),
            history=tuple(
                Executions(epoch_ms(row.start), row.seconds, *row.counts) for row in self.rows()
            ),
        )
