"""Lifecycle, execution and statistics of plugins, under MIDIMon's own method names.

A new version is built aside and swapped in by one assignment, so an event sees the old table or the
new one, never a half-built plugin.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from shlex import quote
from typing import Any

from midimon_live.actions.base import Outcome, Pending
from midimon_live.capabilities import Capability
from midimon_live.clock import Clock
from midimon_live.errors import (
    ExecutionError,
    InvalidValue,
    LoadError,
    PermissionDenied,
    PluginDisabled,
    PluginNotFound,
    PortError,
)
from midimon_live.events import TriggerContext
from midimon_live.mappings import Origin
from midimon_live.plugin.grants import Grants
from midimon_live.plugin.runner import Runner
from midimon_live.plugin.stats import PluginStats, StatsRecorder
from midimon_live.plugin.version import Definition, Kind, PluginState, Version
from midimon_live.timers import Timer, Timers

_LAST_WORDS_S = 5.0


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """What is known of one plugin.

    Attributes:
        name: how mappings call it.
        version: as its author states it.
        description: one line.
        state: loaded (will not run) or enabled.
        kind: class, instance or function.
        capabilities: what it declares.
        missing: what it declares and was not granted; with any, it is refused.
        origin: the cell that defined it, if any.
    """

    name: str
    version: str
    description: str
    state: PluginState
    kind: Kind
    capabilities: frozenset[Capability]
    missing: frozenset[Capability]
    origin: Origin | None


class PluginManager:
    """The plugins of a session.

    Args:
        runner: calls them.
        clock: tells the moment to schedule from.
        timers: keeps what they schedule.
        send: sends bytes to an output (the default one for None) and returns its name.

    Attributes:
        grants: who may do what.
        defer: takes a job for the main thread; False means it can not be reached from here.
        later: takes a job to be done between two events.
        exclusive: keeps events waiting meanwhile.
    """

    def __init__(
        self,
        runner: Runner,
        clock: Clock,
        timers: Timers,
        send: Callable[[bytes, str | None], str],
    ) -> None:
        self._runner = runner
        self._now = clock.now
        self._timers = timers
        self._live: dict[str, Version] = {}
        self._disabled: set[str] = set()
        self._stats: defaultdict[str, StatsRecorder] = defaultdict(StatsRecorder)
        self.send = send
        self.grants = Grants()
        self.defer: Callable[[Callable[[], None]], bool] = lambda _job: False
        self.later: Callable[[Callable[[], None]], None] = lambda job: job()
        self.exclusive: Callable[[], AbstractContextManager[None]] = nullcontext
        runner.ended = self._shut_down

    def list_loaded(self) -> list[str]:
        """Return the names of the plugins in memory."""
        return sorted(self._live)

    def get_metadata(self, name: str) -> PluginInfo:
        """Return what is known of a plugin.

        Raises:
            PluginNotFound: there is none of that name.
        """
        version = self._version(name)
        plugin = version.plugin
        return PluginInfo(
            name=name,
            version=version.text,
            description=str(plugin.description),
            state=PluginState.LOADED if name in self._disabled else PluginState.ENABLED,
            kind=version.definition.kind,
            capabilities=version.declared,
            missing=frozenset(self.missing(version)),
            origin=version.definition.origin,
        )

    def get_stats(self, name: str) -> PluginStats:
        """Return a plugin's statistics; they survive new versions of it.

        Raises:
            PluginNotFound: there is none of that name.
        """
        return self._version(name).stats.snapshot()

    def enable_plugin(self, name: str) -> None:
        """Let a plugin run again; raises PluginNotFound."""
        version = self._version(name)
        self._disabled.discard(name)
        self._update(version)

    def disable_plugin(self, name: str) -> None:
        """Keep a plugin loaded but do not run it; raises PluginNotFound.

        What it scheduled and its `async` executions are cancelled, its notes ended.
        """
        version = self._version(name)
        self._disabled.add(name)
        self._update(version)
        self._quieten(version)

    def grant_capability(self, name: str, capability: Capability | str) -> None:
        """Allow a plugin something it declares, from its next execution on.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability, or the plugin does not declare it.
        """
        version, wanted = self._version(name), Capability.of(capability)
        if wanted not in version.declared:
            declared = ", ".join(sorted(one.value for one in version.declared)) or "nothing"
            raise InvalidValue(f"{name} does not declare {wanted.value}; it declares {declared}")
        self.grants.grant(name, wanted)
        self._update(version)

    def revoke_capability(self, name: str, capability: Capability | str) -> None:
        """Take a capability back, in force at the plugin's next execution.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability.
        """
        version = self._version(name)
        self.grants.revoke(name, Capability.of(capability))
        self._update(version)
        if version.blocked:
            self._quieten(version)

    def execute_plugin(
        self,
        name: str,
        params: Mapping[str, Any] | None = None,
        context: TriggerContext | None = None,
    ) -> None:
        """Execute a plugin now, in the calling thread, with the checks that an event takes.

        Raises:
            PluginNotFound: there is none of that name.
            PluginDisabled: it is disabled.
            PermissionDenied: it declares a capability that was not granted.
            ExecutionError: it raised; the cause is chained.
        """
        self._version(name)
        with self.exclusive():
            outcome = self.execute(name, params or {}, context or TriggerContext())
        if outcome.verdict == "disabled":
            raise PluginDisabled(name, "is disabled; %midi enable it")
        if outcome.verdict == "denied":
            raise PermissionDenied(name, outcome.error)
        if outcome.verdict == "failed":
            raise ExecutionError(name, outcome.error) from outcome.cause

    def unload_plugin(self, name: str) -> None:
        """Take a plugin out and call its `shutdown`; raises PluginNotFound.

        Its grants go too: the next plugin of that name asks for its own.
        """
        version = self._version(name)
        self._live = {kept: one for kept, one in self._live.items() if kept != name}
        self._disabled.discard(name)
        self.grants.forget(name)
        self._runner.cancel(version)
        self.retire([version])

    def execute(self, name: str, params: Mapping[str, Any], context: TriggerContext) -> Outcome:
        """Check and run a plugin for an event; never raises. Whoever holds the baton calls."""
        version = self._live.get(name)
        if version is None:
            return Outcome("not found", f"no plugin is called {name!r}")
        if version.blocked:
            return self._refused(version)
        if version.main_thread and threading.current_thread() is not threading.main_thread():
            return self._deferred(version, params, context)
        return self._runner.run(version, params, context)

    def stage(self, definitions: Iterable[Definition]) -> dict[str, Version]:
        """Build and initialise new versions, none of them live yet.

        Raises:
            LoadError: one could not be built; those before it were shut down again.
        """
        staged: dict[str, Version] = {}
        for definition in definitions:
            try:
                staged[definition.name] = self._build(definition)
            except BaseException as error:
                self.retire(reversed(staged.values()))
                if isinstance(error, LoadError):
                    raise
                line = self._runner.describe(error)
                raise LoadError(definition.name, f"not live: {line}") from error
        return staged

    def swap(self, staged: Mapping[str, Version], drop: Iterable[str] = ()) -> list[Version]:
        """Make staged versions live, by one assignment; returns the ones that are so no more."""
        gone = {name for name in (*staged, *drop) if name in self._live}
        replaced = [self._live[name] for name in gone]
        kept = {name: one for name, one in self._live.items() if name not in gone}
        self._live = {**kept, **staged}
        return replaced

    def retire(self, versions: Iterable[Version], *, at_once: bool = False) -> None:
        """Take versions out of service: what they scheduled is cancelled, `shutdown` is called.

        Executions under way may end first, within 5 seconds; `at_once` does not wait for them.
        """
        for version in versions:
            version.retired = True
            _cancel_timers(version)
            if at_once or not version.in_flight:
                self.later(partial(self._shut_down, version))
            else:
                cancel = partial(self._runner.cancel, version)
                self._timers.schedule(self._now() + _LAST_WORDS_S, cancel)

    def end_notes(self, names: Iterable[str]) -> None:
        """End the notes that these plugins began, for instance because a mapping is gone."""
        for name in names:
            if (version := self._live.get(name)) is not None:
                self._end_notes(version)

    def missing(self, version: Version) -> list[Capability]:
        """Return what a version declares and was not granted."""
        return sorted(version.declared - self.grants.granted(version.name), key=lambda c: c.value)

    def refusal(self, name: str) -> str:
        """Return why a plugin would not run now, or ""."""
        version = self._live.get(name)
        if version is None:
            return f"no plugin is called {name!r}"
        if version.blocked == "disabled":
            return f"{name} is disabled"
        return f"{name} {self.how_to_allow(version)}" if version.blocked else ""

    def how_to_allow(self, version: Version) -> str:
        """Return what a version misses, and the lines that would allow it."""
        missing = self.missing(version)
        name = quote(version.name)
        allow = "; ".join(f"%midi grant {name} {one.value}" for one in missing)
        wants = ", ".join(f"{one.value} ({one.risk.value} risk)" for one in missing)
        return f"wants {wants}, not granted; to allow it: {allow}"

    def definitions(self) -> dict[str, Definition]:
        """Return what defined each live plugin, by name."""
        return {name: version.definition for name, version in self._live.items()}

    def cancel_timers(self) -> None:
        """Cancel everything that plugins scheduled."""
        for version in self._live.values():
            _cancel_timers(version)

    def close(self) -> None:
        """Unload all, newest first."""
        gone, self._live = self._live, {}
        self.retire(reversed(gone.values()), at_once=True)

    def schedule(
        self, version: Version, delay: float, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> Timer:
        """Keep `function` for `version`; it runs like a handler."""

        def ring() -> None:
            if not version.blocked and not version.retired:
                self._runner.call(version, function, *args)

        timer = self._timers.schedule(self._now() + delay, ring)
        version.timers.add(timer)
        return timer

    def _version(self, name: str) -> Version:
        version = self._live.get(name)
        if version is None:
            known = ", ".join(sorted(self._live)) or "none"
            raise PluginNotFound(name, f"no plugin is called {name!r}; there are: {known}")
        return version

    def _build(self, definition: Definition) -> Version:
        name = definition.name
        version = Version(definition, self._stats[name], self)
        self.grants.declare(name, version.declared)
        self._update(version)
        version.context.copy().run(version.plugin.initialize)
        return version

    def _update(self, version: Version) -> None:
        denied = "denied" if self.missing(version) else ""
        version.blocked = "disabled" if version.name in self._disabled else denied

    def _refused(self, version: Version) -> Outcome:
        if version.blocked == "disabled":
            return Outcome("disabled", f"{version.name} is disabled")
        version.stats.denied += 1
        return Outcome("denied", self.how_to_allow(version))

    def _deferred(
        self, version: Version, params: Mapping[str, Any], context: TriggerContext
    ) -> Outcome:
        version.in_flight += 1
        called_off = threading.Event()
        pending = Pending("the main thread", called_off.set)

        def run() -> None:
            version.in_flight -= 1
            if called_off.is_set():
                outcome = Outcome("cancelled")
            elif version.blocked:
                outcome = self._refused(version)
            else:
                outcome = self._runner.run(version, params, context)
            if version.retired and not version.in_flight:
                self._shut_down(version)
            if outcome.pending is None:
                pending.finish(outcome)
            else:
                outcome.pending.then(pending.finish)

        if self.defer(run):
            return Outcome("deferred", pending=pending)
        version.in_flight -= 1
        return self._runner.run(version, params, context)

    def _quieten(self, version: Version) -> None:
        _cancel_timers(version)
        self._runner.cancel(version)
        self._end_notes(version)

    def _end_notes(self, version: Version) -> None:
        notes, version.notes = version.notes, set()
        for output, channel, note in sorted(notes):
            with suppress(PortError):  # gone: nothing sounds there any more
                self.send(bytes((0x80 | channel, note, 64)), output)

    def _shut_down(self, version: Version) -> None:
        if version.closed:
            return
        version.closed = True
        self._runner.call(version, version.plugin.shutdown)
        self._end_notes(version)


def _cancel_timers(version: Version) -> None:
    for timer in list(version.timers):
        timer.cancel()
    version.timers.clear()
