"""How much a session did, by the second: events that were handled, and executions of plugins."""

from collections.abc import Mapping
from typing import NamedTuple

from midimon_live.clock import Clock
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.rates import Rates, Row


class Activity(NamedTuple):
    """What a session did in some seconds.

    Attributes:
        epoch_ms: when they began, in milliseconds since the Unix epoch.
        seconds: how many: 1 of late, 10 or 60 for what is older.
        events: how many events were handled.
        executions: how often plugins and functions ran, failures included.
        failures: how often they raised.
    """

    epoch_ms: int
    seconds: int
    events: int
    executions: int
    failures: int


class ActivityMeter:
    """Counts by the second; whoever runs the engine looks, anybody reads.

    Args:
        clock: tells when a row was.
        recorders: the statistics of all plugins there are and were, by name.

    Attributes:
        events: how many events were handled so far.
        began: moment of the first look, in monotonic seconds.
    """

    def __init__(self, clock: Clock, recorders: Mapping[str, StatsRecorder]) -> None:
        self._clock = clock
        self._recorders = recorders
        self._rates = Rates(3)
        self.events = 0
        self.began = clock.now()

    def look(self, moment: float, events: int) -> None:
        """Note how many events were handled until `moment`; the pump's reader, or its caller."""
        if moment >= self._rates.until:
            # what came since the last look belongs to the second that ends here
            self._rates.reach(moment, events, *self.executed())
        self.events = events

    def executed(self) -> tuple[int, int]:
        """Return how often plugins ran and how often they raised, so far."""
        recorders = list(self._recorders.values())
        return sum(one.executions for one in recorders), sum(one.failures for one in recorders)

    def rows(self, since: float = 0.0) -> list[Row]:
        """Return counts of events, executions and failures, oldest first.

        Args:
            since: moment in monotonic seconds; 0 is from the beginning.
        """
        return self._rates.rows(since, self.events, *self.executed())

    def activity(self, last: float | None) -> list[Activity]:
        """Return what was done in the last `last` seconds, or in all of them, oldest first."""
        since = 0.0 if last is None else self._clock.now() - last
        told = self._clock.epoch_ms
        return [Activity(told(row.start), row.seconds, *row.counts) for row in self.rows(since)]
