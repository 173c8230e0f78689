"""The plugins: their state, errors, logs and versions; and the switches that go with them."""

import struct
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from midimon_live import views
from midimon_live.panels.base import Command, Frame, Panel
from midimon_live.plugin.groups import ErrorGroup
from midimon_live.plugin.info import PluginInfo
from midimon_live.plugin.version import Kind, PluginState
from midimon_live.show import Table, as_text

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

_ERRORS = 50
_LINES, _LINE = 200, 300
_DIFF = 400
_REMARKS = 20
_FILES = (Kind.FOLDER, Kind.PACKAGE)


class View(Panel):
    """The plugins of a session.

    A frame has the table where that has changed, and beside it how much each plugin has raised and
    printed so far, as two float64 for each row: a plugin that prints sends no table.
    """

    name = "plugins"
    hertz = 4.0

    def __init__(self, desk: "Desk") -> None:
        self._names: list[str] = []
        self._counts = b""
        self._rows_of: Hashable = None
        self._rows: list[dict[str, Any]] = []
        super().__init__(desk)

    def state(self) -> Mapping[str, Any]:
        """Return the table: what is in memory, then what was found besides."""
        plugins = self.session.plugins
        if self._rows_of != (of := self._of_rows()):
            self._rows, self._rows_of = self._all_rows(), of
            self._names = [row["name"] for row in self._rows]
        newest: dict[str, ErrorGroup] = {}
        for group in self.parts.errors.all():
            newest.setdefault(group.plugin, group)
        return {
            "closed": self.session.closed,
            "looked": plugins.found()[0],
            "problems": [as_text(one) for one in plugins.problems[:_REMARKS]],
            "rows": [{**row, "error": _last(newest.get(row["name"]))} for row in self._rows],
        }

    def version(self) -> Hashable:
        """Return what differs when a plugin comes, goes, changes its state or raises."""
        return (*self._of_rows(), self.parts.errors.changes)

    def _of_rows(self) -> tuple[Hashable, ...]:
        plugins, session = self.session.plugins, self.session
        granted = plugins.grants.changes, plugins.grants.auto_grant_safe
        found = plugins.found()[0]
        return plugins.journal.changes, plugins.disabled(), *granted, found, session.closed

    def frame(self, *, whole: bool) -> Frame | None:
        """Return what is new of the table, and of the counts beside it."""
        frame = super().frame(whole=whole)
        counts = self._count()
        if frame is None and counts == self._counts:
            return None
        self._counts = counts
        return Frame(b"" if frame is None else frame.state, (counts,))

    def _count(self) -> bytes:
        """Return how often each plugin of the table has raised, and how many lines it has said."""
        voices, times = self.session.plugins.voices, self.parts.errors.times()
        counts = []
        for name in self._names:
            lines = voices.log(name).count if voices.has_log(name) else 0
            counts += [times.get(name, 0), lines]
        return struct.pack(f"<{len(counts)}d", *counts)

    def table(self) -> Table:
        """Return what `%midi plugins` shows."""
        return views.plugins(self.session.plugins)

    def _all_rows(self) -> list[dict[str, Any]]:
        plugins = self.session.plugins
        loaded = plugins.list_loaded()
        others = [name for name in plugins.found()[1] if name not in loaded]
        return [self._row(plugins.get_metadata(name)) for name in [*loaded, *others]]

    def _row(self, info: PluginInfo) -> dict[str, Any]:
        plugins = self.session.plugins
        history = plugins.journal.history(info.name)
        available = info.state is PluginState.AVAILABLE
        why = "" if available else plugins.refusal(info.name)
        state = info.state.value
        if info.state is not PluginState.AVAILABLE:
            disabled = info.state is PluginState.LOADED
            state = "disabled" if disabled else "refused" if why else "enabled"
        return {
            "name": info.name,
            "version": as_text(info.version),
            "about": as_text(info.description),
            "state": state,
            "why": as_text(why) if state == "refused" else "",
            "kind": info.kind.value,
            "where": info.origin.label if info.origin is not None else "",
            "folder": str(info.folder or ""),
            "files": info.kind in _FILES,
            "scopes": sorted(map(str, info.scopes))[:_REMARKS],
            "author": as_text(info.author),
            "license": as_text(info.license),
            "verified": info.verified,
            "versions": history[-1].number if history else 0,
        }

    def enable(self, name: str) -> str:
        """Let a plugin run."""
        plugins = self.session.plugins
        plugins.enable_plugin(name)
        return plugins.refusal(name) or f"{name} is enabled"

    def disable(self, name: str) -> str:
        """Keep a plugin, but do not run it."""
        self.session.plugins.disable_plugin(name)
        return f"{name} is disabled"

    def discover(self) -> str:
        """Look for plugins in folders and packages."""
        found = self.session.plugins.discover_plugins()
        return f"{found} found in folders and packages" if found else "no plugins were found"

    def load(self, name: str) -> str:
        """Load a plugin that was found."""
        plugins = self.session.plugins
        plugins.load_plugin(name)
        return plugins.refusal(name) or f"{name} is loaded"

    def unload(self, name: str) -> str:
        """Take a plugin out."""
        self.session.plugins.unload_plugin(name)
        return f"{name} is unloaded"

    def reload(self, name: str) -> str:
        """Load a plugin from its files again."""
        plugins = self.session.plugins
        plugins.reload_plugin(name)
        return plugins.refusal(name) or f"{name} is reloaded"

    def roll_back(self, name: str, version: int) -> str:
        """Play a version of a plugin again."""
        return self.session.rollback(name, version).title

    def versions(self, name: str) -> list[dict[str, Any]]:
        """Return the versions of a plugin, the newest first."""
        return [
            {
                "number": one.number,
                "at": one.made_ms,
                "where": as_text(one.where),
                "outcome": one.outcome,
                "again": one.again,
                "why": as_text(one.why),
                "text": bool(one.source),
                "back": one.definition is not None and one.outcome != "live",
            }
            for one in reversed(self.session.plugins.journal.history(name))
        ]

    def diff(self, name: str, old: int, new: int) -> Mapping[str, Any]:
        """Return what has changed from one version to another."""
        table = self.session.diff(name, old, new)
        lines = [row[0] for row in table.rows[:_DIFF]]
        return {"title": table.title, "lines": lines, "more": len(table.rows) - len(lines)}

    def errors(self, name: str) -> list[dict[str, Any]]:
        """Return the last kinds of errors of a plugin, the newest first."""
        return [
            {
                **(_last(one) or {}),
                "version": one.version,
                "times": one.times,
                "first": one.first_ms,
                "last": one.last_ms,
                "event": one.event.serial if one.event is not None else None,
            }
            for one in self.parts.errors.all(name)[:_ERRORS]
        ]

    def traceback(self, name: str, version: str, error: str, place: str) -> str:
        """Return the traceback of the last error of a kind."""
        for one in self.parts.errors.all(name):
            if (one.version, one.error, one.place) == (version, error, place):
                return one.traceback
        return "these errors were forgotten meanwhile"

    def forget_errors(self, name: str) -> str:
        """Forget what a plugin raised."""
        self.session.clear_errors(name)
        return f"the errors of {name} are forgotten"

    def read_log(self, name: str, before: int | None, after: int | None) -> Mapping[str, Any]:
        """Return at most 200 lines of a plugin's log, oldest first, each of 300 characters."""
        voices = self.session.plugins.voices
        if not voices.has_log(name):
            return {"first": 0, "oldest": 0, "lines": []}
        log = voices.log(name)
        first, lines = log.page(_LINES, before=before, after=after or 0)
        said: Sequence[Any] = [
            [one.epoch_ms, one.version, one.source, one.event, as_text(one.text)] for one in lines
        ]
        return {"first": first, "oldest": log.oldest, "lines": said}

    def clear_log(self, name: str) -> str:
        """Forget what a plugin printed."""
        self.session.clear_log(name)
        return f"the log of {name} is empty"

    _of_one: ClassVar[Mapping[str, Any]] = {"name": str}
    commands: ClassVar[Mapping[str, Command]] = {
        "enable": Command(enable, _of_one),
        "disable": Command(disable, _of_one),
        "discover": Command(discover),
        "load": Command(load, _of_one),
        "unload": Command(unload, _of_one),
        "reload": Command(reload, _of_one),
        "roll back": Command(roll_back, {"name": str, "version": int}),
        "versions": Command(versions, _of_one),
        "diff": Command(diff, {"name": str, "old": int, "new": int}),
        "errors": Command(errors, _of_one),
        "traceback": Command(traceback, {"name": str, "version": str, "error": str, "place": str}),
        "forget errors": Command(forget_errors, _of_one),
        "log": Command(read_log, {"name": str, "before": (int, None), "after": (int, None)}),
        "clear log": Command(clear_log, _of_one),
    }


def _last(group: ErrorGroup | None) -> dict[str, Any] | None:
    """Return what is shown of an error."""
    if group is None:
        return None
    return {"error": group.error, "line": as_text(group.line), "place": group.place}
