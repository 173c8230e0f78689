"""Statistics: how much was played and run, by the second; how long it took; what became of it."""

from collections.abc import Hashable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from midimon_live.durations import BUCKETS, filled, percentiles, sorted_into
from midimon_live.monitor import percentile
from midimon_live.panels.base import Frame, Panel, packed
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.show import Table

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

_SHARES = (0.50, 0.95, 0.99)
_LATE_EVERY_S = 1.0
_RECENT_S = 130  # what a row's small curve shows, and a little more
_LONGEST_ERROR = 500
_MOST_PLUGINS = 8  # in a frame; with more, each has its turn a little later

# of each plugin: its counts when it was told last, and when its newest second began
Told = dict[str, tuple[tuple[int, ...], float]]


class View(Panel):
    """The statistics of a session. A frame has what is new since the one before it.

    Moments are seconds of the engine's own clock, which never jumps; `now` in each frame lets a
    browser tell the time by it.
    """

    name = "stats"
    hertz = 4.0

    def __init__(self, desk: "Desk") -> None:
        self._known: Told = {}
        self._names: Sequence[str] = ()
        self._newest = 0.0
        self._sequence = 0
        self._waiting = False  # whether there is more to tell of plugins than was told
        self._late: Mapping[str, Any] = _distribution([0] * BUCKETS, [None] * len(_SHARES))
        self._late_of = self._late_shown = 0
        self._late_at = float("-inf")
        super().__init__(desk)

    def state(self) -> Mapping[str, Any]:
        """Return all of it, as somebody gets it who has seen nothing."""
        return self._picture({}, (), 0.0, len(self.parts.plugins.builder.stats))

    def table(self) -> Table:
        """Return what `midi.stats()` shows."""
        return self.session.stats()

    def version(self) -> Hashable:
        """Return what has been counted, and what was counted in the last whole second."""
        counted = sum(sum(_counts(one)) for one in list(self.parts.plugins.builder.stats.values()))
        names = self.parts.plugins.list_loaded()
        late, waiting = self._lateness_of(), self._sequence if self._waiting else 0
        return counted, self.parts.activity.events, tuple(names), self._rate(), late, waiting

    def frame(self, *, whole: bool) -> Frame | None:
        """Return what is new, or all of it."""
        version = self.version()
        if version == self._version and not whole:
            return None
        self._version = version
        if whole:
            self._known, self._names, self._newest = {}, (), 0.0
        most = len(self.parts.plugins.builder.stats) if whole else _MOST_PLUGINS
        state = self._picture(self._known, self._names, self._newest, most)
        self._waiting = not whole and len(state["plugins"]) >= most
        self._names = self.parts.plugins.list_loaded() if "names" in state else self._names
        self._newest = state["history"][-1][0] if state["history"] else self._newest
        told = {**state, "follows": 0 if whole else self._sequence}
        self._sequence += 1
        return Frame(packed({**told, "sequence": self._sequence}))

    def _picture(
        self, told: Told, names: Sequence[str], newest: float, most: int
    ) -> dict[str, Any]:
        """Return what was not yet told, of so many plugins at most, and note it in `told`."""
        activity, plugins = self.parts.activity, self.parts.plugins
        recorders, loaded = plugins.builder.stats, plugins.list_loaded()
        state = {
            "now": round(self.parts.clock.now(), 3),
            "began": int(activity.began),
            "events": activity.events,
            "rate": self._rate(),
            "late": self._lateness(),
            "total": _total(list(recorders.values())),
            "history": [(row.start, row.seconds, *row.counts) for row in activity.rows(newest)],
            "plugins": self._plugins({name: recorders[name] for name in loaded}, told, most),
        }
        return {**state, "names": loaded} if loaded != names else state

    def _plugins(
        self, recorders: Mapping[str, StatsRecorder], told: Told, most: int
    ) -> dict[str, Any]:
        for gone in told.keys() - recorders:
            del told[gone]
        since = self.parts.clock.now() - _RECENT_S
        new: dict[str, Any] = {}
        # those that were told longest ago first
        for name in [*(recorders.keys() - told), *told]:
            one = recorders[name]
            counts = _counts(one)
            before, newest = told.get(name, (None, since))
            if before == counts:
                continue
            if len(new) == most:
                break
            rows = one.rows(max(newest, since))
            told.pop(name, None)
            told[name] = counts, rows[-1].start if rows else newest
            new[name] = {
                **_outcomes(counts),
                **_distribution(one.buckets, percentiles(one.buckets, _SHARES)),
                "last": one.last_ms,
                "error": one.last_error[:_LONGEST_ERROR],
                "rows": [(row.start, row.seconds, row.counts[0]) for row in rows],
            }
        return new

    def _rate(self) -> tuple[int, ...]:
        """Return how many events, executions and failures there were in the last whole second."""
        second = int(self.parts.clock.now()) - 1
        rows = self.parts.activity.rows(second)
        return next((row.counts for row in rows if row.start == second), (0, 0, 0))

    def _lateness_of(self) -> int:
        """Return of how many events lateness is shown: it costs too much for every frame."""
        now, events = self.parts.clock.now(), self.parts.activity.events
        if events != self._late_of and now - self._late_at >= _LATE_EVERY_S:
            self._late_of, self._late_at = events, now
        return self._late_of

    def _lateness(self) -> Mapping[str, Any]:
        """Return how late the last 2,000 events reached the engine."""
        of = self._lateness_of()
        if of != self._late_shown:
            late = self.parts.monitor.delays()
            exact = [max(percentile(late, share), 0.0) * 1e6 for share in _SHARES]
            self._late, self._late_shown = _distribution(sorted_into(late), exact), of
        return self._late


def _counts(one: StatsRecorder) -> tuple[int, ...]:
    return one.executions, one.failures, one.denied, one.timeouts, one.limited


def _outcomes(counts: tuple[int, ...]) -> dict[str, int]:
    return dict(zip(("runs", "failed", "denied", "timeouts", "limited"), counts, strict=True))


def _total(recorders: Sequence[StatsRecorder]) -> dict[str, Any]:
    """Return the sums over all plugins, unloaded ones too."""
    counts = map(sum, zip(*map(_counts, recorders), strict=True)) if recorders else [0] * 5
    held = [one.buckets for one in recorders if one.executions] or [[0] * BUCKETS]
    summed = reduce(lambda one, other: [*map(add, one, other)], held)
    return {**_outcomes(tuple(counts)), **_distribution(summed, percentiles(summed, _SHARES))}


def _distribution(counts: Sequence[int], marks: Sequence[float | None]) -> dict[str, Any]:
    """Return how many took how long: bucket and count in turns, and p50, p95 and p99 in µs."""
    pairs = [one for number in filled(counts) for one in (number, counts[number])]
    return {"hist": pairs, "marks": [None if one is None else round(one, 1) for one in marks]}
