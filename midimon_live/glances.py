"""The looking half of a session: tables, traces, counters. Nothing here changes anything."""

from functools import partial

from midimon_live import explain, report, views
from midimon_live.activity import Activity
from midimon_live.assembly import Assembly
from midimon_live.events import check_range
from midimon_live.mappings import Mapping
from midimon_live.monitor import Trace
from midimon_live.show import Table
from midimon_live.stalls import Stall


class Glances:
    """What can be seen of a running engine. Any thread may call anything.

    Args:
        parts: the engine's.

    Attributes:
        plugins: the `PluginManager`.
        virtual: the built-in port: play on it, and look at what was sent to it.
        running: which handler runs.
        stall_meter: learns from the cells which of them runs.
    """

    def __init__(self, parts: Assembly) -> None:
        self._monitor = parts.monitor
        self._modes = parts.modes
        self._ports = parts.ports
        self._pump = parts.pump
        self._runs = parts.runs
        self._tempo = parts.tempo
        self._now = parts.clock.now
        self._errors = parts.errors
        self._activity = parts.activity
        self._home = parts.home
        self._closed = False
        self.virtual = parts.virtual
        self.plugins = parts.plugins
        self.running = parts.running
        self.stall_meter = parts.stalls

    def mappings(self) -> list[Mapping]:
        """Return the mappings in force, in the order they are tried."""
        return list(self._modes.table)

    def modes(self) -> Table:
        """Return a table of the modes: index, name, colour, how much is mapped, which is active."""
        return views.modes(self._modes)

    def actions(self) -> Table:
        """Return a table of the actions under way, with the numbers that `cancel` takes."""
        return views.actions(self._runs.under_way())

    def report(self) -> Table:
        """Return a table of mappings that never fire, or not always: shadowed, dead, clashing."""
        return report.report(self._modes.table, self.plugins)

    def ports(self) -> Table:
        """Return a table of all ports there are."""
        return views.ports(self._ports)

    def traces(self, last: int | None = None) -> list[Trace]:
        """Return what is remembered of the last events, oldest first; at most 10,000."""
        return self._monitor.traces(last)

    def counters(self) -> dict[str, int]:
        """Return how often something out of the ordinary happened, by its name."""
        return dict(self._monitor.counters)

    def monitor(self, last: int = 20) -> Table:
        """Return a table of the last events and what they fired."""
        return views.monitor(self._monitor.traces(last))

    def why(self, event: int | None = None) -> Table:
        """Explain why an event fired what it fired, or nothing.

        Args:
            event: its number, as `monitor` shows it. Without, the last one; after a tap that is the
                press, unless something is mapped to the release.
        """
        table = self._modes.table
        remarks = partial(report.hints, table, self.plugins)
        return explain.why(self._monitor, table, self._modes.name, remarks, event)

    def stats(self, plugin: str | None = None, *, sort: str = "plugin") -> Table:
        """Return a table of the statistics of one plugin, or of all.

        Args:
            plugin: its name.
            sort: by which column, as "runs" or "p99"; with a minus before it, largest first.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: no column is called that.
        """
        names = self.plugins.list_loaded() if plugin is None else [plugin]
        return views.stats({name: self.plugins.get_stats(name) for name in names}, sort)

    def activity(self, last: int | None = None) -> list[Activity]:
        """Return how many events, executions and failures there were, by the second, oldest first.

        Seconds in which there was nothing are left out. The newest 600 others are kept one by one,
        720 times ten seconds before them, and 1,440 minutes before those. For a table of it:
        `pandas.DataFrame(midi.activity())`.

        Args:
            last: only what was in the last so many whole seconds; by default all there is.

        Raises:
            InvalidValue: `last` is no whole number, or negative.
        """
        if last is not None:
            check_range("last", last, 0, 10**9)
        return self._activity.activity(last)

    def status(self) -> Table:
        """Return one glance at everything."""
        return views.status(
            handled=self._pump.handled(),
            monitor=self._monitor,
            ports=self._ports,
            plugins=self.plugins,
            mappings=len(self._modes.table),
            under_way=len(self._runs.under_way()),
            mode=self._modes.name,
            stalls=self.stalls(),
            clock=self._tempo.position(),
            on_the_beat=views.waiting(self._tempo.waiting(), self._now()),
            errors=self._errors.all(),
        )

    def stalls(self) -> list[Stall]:
        """Return the last 100 times that nothing could run, and because of which cell."""
        return self.stall_meter.stalls()

    def __repr__(self) -> str:
        return "<midimon_live session, closed>" if self._closed else repr(self.status())

    def _repr_html_(self) -> str | None:
        return None if self._closed else self.status()._repr_html_()
