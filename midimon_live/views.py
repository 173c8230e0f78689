"""The tables that `midi` and `%midi` show."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from shlex import quote
from typing import Any

from midimon_live import controllers
from midimon_live.boundaries import ClockPosition, Waiter
from midimon_live.errors import InvalidValue
from midimon_live.explain import describe
from midimon_live.modes import Modes
from midimon_live.monitor import Monitor, Trace
from midimon_live.plugin.groups import ErrorGroup
from midimon_live.plugin.info import PluginInfo
from midimon_live.plugin.log import LogLine
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.rights.audit import Entry
from midimon_live.plugin.stats import PluginStats
from midimon_live.plugin.version import Kind, PluginState
from midimon_live.ports import Ports
from midimon_live.runs import RunInfo
from midimon_live.scopes import Scope
from midimon_live.show import Table, counted
from midimon_live.stalls import Stall
from midimon_live.versions import VersionEntry

_SHOWN_NOTICES = 5
_GUARDED = "guarded: what they do is checked, and that is not a sandbox"


def status(
    *,
    handled: Mapping[str, int],
    monitor: Monitor,
    ports: Ports,
    plugins: PluginManager,
    mappings: int,
    under_way: int,
    mode: str,
    stalls: Sequence[Stall],
    clock: ClockPosition | None,
    on_the_beat: str,
    errors: Sequence[ErrorGroup],
) -> Table:
    """Return one glance at everything."""
    late = monitor.lateness()
    events = monitor.traces(1)
    connected = ", ".join(ports.connected()) or "none"
    waiting = ports.waiting()
    sounding = ports.outputs.sounding()
    rows = [
        ("events", f"{events[0].event.serial if events else 0} so far"),
        ("handled", ", ".join(f"{times} on the {where}" for where, times in handled.items())),
        (
            "lateness",
            f"p50 {late.p50_ms:.1f} ms, p99 {late.p99_ms:.1f} ms, max {late.max_ms:.1f} ms",
        ),
        ("inputs", connected + (f"; waiting for {', '.join(waiting)}" if waiting else "")),
        ("output", f"{ports.outputs.default}; {sounding} notes sounding"),
        ("hardware", ports.status),
        ("mappings", f"{mappings} (mode {mode})"),
        ("actions", f"{under_way} under way"),
        ("plugins", _in_memory(plugins)),
    ]
    rows += [("clock", str(clock))] if clock is not None else []
    rows += [("waiting", on_the_beat)] if on_the_beat else []
    if monitor.counters:
        counted = sorted(monitor.counters.items())
        rows.append(("counted", ", ".join(f"{what}: {times}" for what, times in counted)))
    if errors:
        rows.append(("errors", f"{_raised(errors)}; %midi errors shows them"))
    if stalls:
        last = stalls[-1]
        rows.append(("last stall", f"{last.seconds * 1000:.0f} ms, {last.where}"))
    remarks = [notice.text for notice in monitor.notices()[-_SHOWN_NOTICES:]]
    return Table("midimon_live", ("", ""), rows, remarks)


def waiting(waiters: Sequence[Waiter], now: float) -> str:
    """Return what waits for a beat or bar, and for how long."""
    return "; ".join(f"{one.about}, for the next {one.span} ({one.when(now)})" for one in waiters)


def _raised(errors: Sequence[ErrorGroup]) -> str:
    times: Counter[str] = Counter()
    for one in errors:
        times[one.plugin] += one.times
    return ", ".join(f"{name} \N{MULTIPLICATION SIGN}{count}" for name, count in times.items())


def _in_memory(plugins: PluginManager) -> str:
    kinds = {name: one.kind for name, one in plugins.definitions().items()}
    guarded = sorted(name for name, kind in kinds.items() if kind is not Kind.FUNCTION)
    functions = len(kinds) - len(guarded)
    said = [f"{len(guarded)} guarded: {', '.join(guarded)}"] if guarded else []
    said += [counted(functions, "function")] if functions else []
    return "; ".join(said) or "none"


def ports(ports: Ports) -> Table:
    """Return a table of all ports there are."""
    infos = ports.infos()
    rows = [(one.index, one.name, one.direction, one.backend, one.state) for one in infos]
    headings = ("#", "port", "", "system", "")
    offers = [
        f'there is a template for {port}: midi.template("{name}")'
        for name, port in controllers.there(
            [one.name for one in infos if one.index is not None]
        ).items()
    ]
    return Table("ports", headings, rows, [f"hardware: {ports.status}", *offers])


def templates(ports: Ports) -> Table:
    """Return a table of the templates, and which of the controllers are there."""
    there = controllers.there([one.name for one in ports.infos() if one.index is not None])
    rows = [
        (one.name, one.what, f"here, as {there[one.name]}" if one.name in there else "")
        for one in controllers.CONTROLLERS
    ]
    return Table("templates", ("controller", "", ""), rows, ['midi.template("NAME") loads one'])


def plugins(manager: PluginManager) -> Table:
    """Return a table of the plugins and what they may do."""
    rows = []
    for name in manager.list_loaded():
        info = manager.get_metadata(name)
        missing = ", ".join(sorted(one.value for one in info.missing))
        state = "enabled" if info.state is PluginState.ENABLED else "disabled"
        may = ", ".join(sorted(map(str, _effective(info))))
        wants = f"refused: wants {missing}" if missing else ""
        where = info.origin.label if info.origin else info.kind.value if info.folder else ""
        rows.append((name, state, info.kind.value, where, may, wants, info.description))
    if not rows:
        return Table("no plugins yet: define an ActionPlugin in a cell, or %midi load one", (), ())
    headings = ("plugin", "state", "is a", "from", "may use", "", "")
    return Table(f"plugins ({_GUARDED})", headings, rows)


def _effective(info: PluginInfo) -> set[Scope]:
    """Return what a plugin may really use: the smaller of what it declares and was granted."""
    if info.rights is None:
        return set()
    granted, declared = info.rights.granted, info.rights.declared
    return {one for one in granted if any(d.covers(one) for d in declared)} | {
        one for one in declared if any(g.covers(one) for g in granted)
    }


def available(manager: PluginManager) -> Table:
    """Return a table of the plugins that were found in folders and packages."""
    rows = []
    for name in manager.list_available():
        info = manager.get_metadata(name)
        wants = ", ".join(sorted(map(str, info.scopes)))
        checked = "verified" if info.verified else "unverified"
        rows.append((name, info.version, info.state.value, wants, checked, info.description))
    folder = manager.plugins_dir
    remarks = [f"plugins are folders in {folder}"] if folder is not None else []
    remarks += manager.problems
    if not rows:
        return Table("no plugins were found", (), (), remarks)
    headings = ("plugin", "version", "state", "declares", "", "")
    return Table("plugins that were found", headings, rows, remarks)


def audit(entries: Sequence[Entry]) -> Table:
    """Return a table of decisions, newest last."""
    rows = [
        (_clock(one.t), one.plugin, one.scope, one.op, one.verdict, _times(one.n), one.why, one.at)
        for one in entries
    ]
    if not rows:
        return Table("nothing has been decided yet", (), ())
    headings = ("", "plugin", "scope", "by", "", "", "", "where")
    return Table(f"the last {len(rows)} decisions ({_GUARDED})", headings, rows)


def unused(manager: PluginManager, name: str) -> Table:
    """Return a table of what a plugin was granted and has not used, with a smaller grant."""
    granted, used = manager.unused_grants(name)
    rows = [("not used", one, f"%midi revoke {quote(name)} {quote(one)}") for one in granted]
    rows += [("used", one, f"%midi grant {quote(name)} {quote(one)}") for one in used]
    title = f"{name} has used {counted(len(used), 'scope')} since the session began"
    return Table(title, ("", "scope", "") if rows else (), rows)


def all_unused(manager: PluginManager) -> Table:
    """Return a table of what plugins in memory were granted and have not used."""
    rows = [
        (name, one, f"%midi revoke {quote(name)} {quote(one)}")
        for name in manager.list_loaded()
        for one in manager.unused_grants(name)[0]
    ]
    if not rows:
        return Table("all that was granted has been used since the session began", (), ())
    title = f"{counted(len(rows), 'scope')} granted and not used since the session began"
    return Table(title, ("plugin", "scope", ""), rows)


def log(name: str, lines: Sequence[LogLine]) -> Table:
    """Return a table of what a plugin printed, noted and raised."""
    rows = [
        (
            _clock(one.epoch_ms / 1000),
            one.version,
            f"event {one.event}" if one.event else "",
            "" if one.source == "stdout" else one.source,
            one.text,
        )
        for one in lines
    ]
    return Table(f"log of {name}" if rows else f"{name} has printed nothing", (), rows)


def errors(groups: Sequence[ErrorGroup], plugin: str | None) -> Table:
    """Return a table of what plugins raised, the newest first."""
    rows = [
        (
            f"\N{MULTIPLICATION SIGN}{one.times}",
            one.plugin,
            one.version,
            one.line,
            _clock(one.first_ms / 1000),
            _clock(one.last_ms / 1000) if one.times > 1 else "",
            f"event {one.event.serial}: {describe(one.event)}" if one.event is not None else "",
        )
        for one in groups
    ]
    if not rows:
        title = f"{plugin} has raised nothing" if plugin else "no plugin has raised anything"
        return Table(title, (), ())
    whose = repr(plugin) if plugin else ""
    remarks = [f"print(midi.errors({whose})[0].traceback) shows where the newest came from"]
    headings = ("", "plugin", "version", "", "first", "last", "the last because of")
    return Table("what plugins raised, the newest first", headings, rows, remarks)


def history(entries: Sequence[VersionEntry]) -> Table:
    """Return a table of the versions of a plugin."""
    rows = [
        (
            one.number,
            _clock(one.made_ms / 1000),
            one.where,
            f"version {one.again} again" if one.again is not None else "",
            one.outcome,
            "; ".join(one.mappings),
            ", ".join(one.grants),
            one.shape,
            one.why,
        )
        for one in entries
    ]
    headings = ("#", "", "from", "", "", "mapped", "granted", "keeps", "")
    name = entries[-1].plugin if entries else ""
    lines = [f"%midi rollback {quote(name)} NUMBER plays one of them again"]
    return Table(f"versions of {name}", headings, rows, lines)


def diff(old: VersionEntry, new: VersionEntry, lines: Sequence[str]) -> Table:
    """Return a table of what has changed from one version to another."""
    title = f"{new.plugin}: from version {old.number} to version {new.number}"
    if not lines:
        return Table(f"{title}, the text is the same", (), ())
    return Table(title, ("",), [(line,) for line in lines[2:]])


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds):%H:%M:%S}"  # noqa: DTZ006 - the machine's own zone


def _times(number: int) -> str:
    return "" if number == 1 else f"\N{MULTIPLICATION SIGN}{number}"


_STATS: dict[str, Callable[[str, PluginStats], Any]] = {
    "plugin": lambda name, _one: name,
    "runs": lambda _name, one: one.executions,
    "success": lambda _name, one: one.success_rate if one.executions else None,
    "failed": lambda _name, one: one.failures,
    "denied": lambda _name, one: one.denied,
    "timeouts": lambda _name, one: one.timeouts,
    "limited": lambda _name, one: one.limited,
    "avg": lambda _name, one: one.avg_us if one.executions else None,
    "p50": lambda _name, one: one.p50_us if one.executions else None,
    "p95": lambda _name, one: one.p95_us if one.executions else None,
    "p99": lambda _name, one: one.p99_us if one.executions else None,
    "error": lambda _name, one: one.last_error,
}


def stats(snapshots: Mapping[str, PluginStats], sort: str = "plugin") -> Table:
    """Return a table of statistics.

    Args:
        snapshots: by name.
        sort: by which column; with a minus before it, largest first. What has none comes last.

    Raises:
        InvalidValue: no column is called that.
    """
    column = sort.removeprefix("-") if isinstance(sort, str) else ""
    if column not in _STATS:
        raise InvalidValue(f"sort is {sort!r:.40}; allowed are {', '.join(_STATS)}, and -p99, ...")
    values = {name: _STATS[column](name, one) for name, one in snapshots.items()}
    there = sorted(
        (name for name, value in values.items() if value is not None),
        key=lambda name: values[name],
        reverse=sort.startswith("-"),
    )
    names = [*there, *(name for name, value in values.items() if value is None)]
    rows = [
        [_figure(key, of(name, snapshots[name])) for key, of in _STATS.items()] for name in names
    ]
    headings = [_HEADINGS.get(one, one) for one in _STATS]
    return Table("statistics", headings, rows) if rows else Table("no plugins yet", (), ())


_HEADINGS = {one: f"{one} \N{MICRO SIGN}s" for one in ("avg", "p50", "p95", "p99")} | {"error": ""}


def _figure(column: str, value: Any) -> str:
    if value is None:
        return "\N{EN DASH}"
    if column == "success":
        return f"{value:.1%}"
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def modes(modes: Modes) -> Table:
    """Return a table of the modes."""
    table, active = modes.table, modes.name
    mapped = Counter(mapping.mode for mapping in table)
    rows = [
        (index, name, table.colors.get(name, ""), mapped[name], "active" if name == active else "")
        for index, name in enumerate(table.modes)
    ]
    verb = "works" if mapped[None] == 1 else "work"
    remarks = [f"{counted(mapped[None], 'mapping')} {verb} in every mode"] if mapped[None] else []
    return Table("modes", ("#", "mode", "colour", "mappings", ""), rows, remarks)


def actions(runs: Sequence[RunInfo]) -> Table:
    """Return a table of what is under way."""
    rows = [(one.number, one.mapping, f"{one.seconds:.1f} s", one.waits) for one in runs]
    if not rows:
        return Table("no action is under way", (), ())
    return Table("actions under way", ("#", "mapping", "since", "waits for"), rows)


def monitor(traces: Sequence[Trace]) -> Table:
    """Return a table of events and what they fired, newest last."""
    rows = []
    for trace in traces:
        fired = ", ".join(f"{step.mapping.action}: {step.verdict}" for step in trace.steps)
        late = f"{trace.lateness_ms:.1f} ms"
        rows.append(
            (
                trace.event.serial,
                trace.event.port,
                describe(trace.event),
                late,
                fired or trace.verdict,
            )
        )
    if not rows:
        return Table("no event has come in yet", (), ())
    return Table(f"last {len(rows)} events", ("#", "port", "event", "late", "fired"), rows)
