"""The plugins in memory: built aside, swapped in by one assignment, executed, and taken out again.

An event sees the old table or the new one, never a half-built plugin.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from midimon_live.actions.base import Outcome, Pending
from midimon_live.capabilities import Capability
from midimon_live.errors import PluginNotFound
from midimon_live.events import TriggerContext
from midimon_live.plugin.building import Builder
from midimon_live.plugin.guard.guard import Decision, Guard
from midimon_live.plugin.guard.subject import Subject
from midimon_live.plugin.retirement import Retirement, cancel_timers
from midimon_live.plugin.rights.audit import Audit
from midimon_live.plugin.rights.grantfile import GrantFile
from midimon_live.plugin.rights.grants import Grants
from midimon_live.plugin.rollback import Rollback
from midimon_live.plugin.services import HostServices, grant_line
from midimon_live.plugin.sources import Sources
from midimon_live.plugin.state import States
from midimon_live.plugin.surroundings import Surroundings
from midimon_live.plugin.version import Definition, Version
from midimon_live.timers import Timer
from midimon_live.versions import Journal


class LivePlugins:
    """The engine's side of the plugin manager.

    Args:
        around: what plugins are run in.

    Attributes:
        grants: who may do what.
        audit: what was allowed and refused.
        guard: watches what plugins do.
        defer: takes a job for the main thread; False means it can not be reached from here.
        later: takes a job to be done between two events.
        decided: is told what was decided about a plugin, and what takes that back.
        call_off: lets go of what waits of a plugin, since the user has decided otherwise, and with
            `mappings` of those that fire it; tells whether there was any.
        exclusive: keeps events waiting meanwhile.
        between_events: keeps events waiting for a swap.
        services: what stands behind every `host`.
        voices: take what plugins print.
        builder: makes versions aside.
        journal: what each plugin was.
        rollback: puts versions back.
        retirement: ends versions.
        lock: held by the one who changes something, so that changes come one after another.
        beside: does on another thread what may take long.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._runner = around.runner
        self._now = around.clock.now
        self._timers = around.timers
        self._monitor = around.monitor
        self._hooks = around.hooks
        self.voices = around.voices
        self._live: dict[str, Version] = {}
        self._disabled: set[str] = set()
        self._once: set[str] = set()
        self._using_once: set[str] = set()
        notice, home = around.monitor.notice, around.home
        self.grants = Grants(GrantFile(home / "grants.toml", notice) if home else None, notice)
        folder = home / "audit" if home else None
        self.audit = Audit(
            folder, lambda: self.services.epoch_ms() / 1000, notice, threads=around.threads
        )
        self.services = HostServices(around, self.audit)
        self.audit.told = lambda entry: self._hooks.tell("midimon_decision", entry=entry)
        self.guard = Guard(self._decided, around.name_place)
        folder = home / "state" if home else None
        self._states = States(folder, self._beside_in_seconds, notice, self.guard.aside)
        self.journal = Journal(self.services.epoch_ms)
        self.builder = Builder(
            around.runner,
            self.grants,
            self.guard,
            self.services,
            self._states,
            self.journal,
            notice,
            around.voices,
        )
        self.lock = threading.RLock()
        self.defer: Callable[[Callable[[], None]], bool] = lambda _job: False
        self.later: Callable[[Callable[[], None]], None] = lambda job: job()
        self.decided: Callable[[tuple[str, str], Callable[[], None]], None] = lambda *_what: None
        self.call_off: Callable[..., bool] = lambda _name, **_more: False
        self.exclusive: Callable[[], AbstractContextManager[None]] = nullcontext
        self.between_events: Callable[[], AbstractContextManager[None]] = nullcontext
        self.beside: Callable[[Callable[[], None]], None] = lambda job: job()
        self.rollback = Rollback(self.journal, self._monitor, around.runner.describe, self.lock)
        self.rollback.beside = lambda job: self.later(partial(self.beside, job))
        self._runner.troubled = self.rollback.failed
        self._sources = Sources(self._runner, self._in_seconds, notice)
        self.retirement = Retirement(around, self.services, self._sources, self.guard)
        self._runner.ended = self.retirement.shut_down

    def execute(self, name: str, params: Mapping[str, Any], context: TriggerContext) -> Outcome:
        """Check and run a plugin for an event; never raises. Whoever holds the baton calls."""
        version = self._live.get(name)
        if name in self.retirement.lingering and context.event == "release":
            version = self.retirement.of_release(name, context) or version
        if version is None:
            return Outcome("not found", f"no plugin is called {name!r}")
        if version.blocked:
            return self._refused(version)
        if name in self._using_once:
            return Outcome("denied", f"{name} was granted one execution, which is under way")
        if version.rate is not None and not version.rate.take(self._now()):
            version.stats.limited += 1
            return Outcome("limited", f"{name} is executed more often than it may")
        if version.main_thread and threading.current_thread() is not threading.main_thread():
            return self._deferred(version, params, context)
        return self._run(version, params, context)

    def stage(
        self, definitions: Iterable[Definition], untried: Collection[str] = ()
    ) -> dict[str, Version]:
        """Build and initialise new versions, none of them live yet.

        Args:
            definitions: what makes them.
            untried: names of those that are not played what reached the version before.

        Raises:
            LoadError: one could not be built; those before it were shut down again.
        """
        staged: dict[str, Version] = {}
        before = {}
        for definition in definitions:
            before[definition.name] = self.grants.remember(definition.name)
            try:
                staged[definition.name] = self.builder.build(
                    definition,
                    self._live.get(definition.name),
                    self._update,
                    self.retirement.discard,
                    rehearse=definition.name not in untried,
                )
            except BaseException:
                for name, entry in before.items():
                    self.grants.restore(name, entry)
                self.drop(staged, "another plugin of the same change failed")
                raise
        return staged

    def drop(self, staged: Mapping[str, Version], why: str) -> None:
        """Shut down versions that were staged and do not go live."""
        for version in staged.values():
            self.journal.failed(self.journal.find(version.name, version.number), why)
            if (live := self._live.get(version.name)) is not None:  # what that declares counts
                self.grants.declare(live.name, live.scopes, live.definition.digest)
        self.retirement.retire(reversed(list(staged.values())))

    def swap(self, staged: Mapping[str, Version], drop: Iterable[str] = ()) -> list[Version]:
        """Make staged versions live, by one assignment; returns the ones that are so no more.

        Raises:
            LoadError: one could not take over the state of the version before; nothing was changed.
        """
        gone = {name for name in (*staged, *drop) if name in self._live}
        for name, version in staged.items():
            if name in gone:
                self.builder.hand_over(self._live[name], version)
                version.recent.extend(self._live[name].recent)
        replaced = [self._live[name] for name in gone]
        kept = {name: one for name, one in self._live.items() if name not in gone}
        self._live = {**kept, **staged}
        for version in replaced:
            self._sources.stop(version)
            if version.name in staged:
                self.retirement.linger(version)
        for version in staged.values():
            if not version.blocked:
                self.later(partial(self._sources.start, version))
            self.journal.live(self.journal.find(version.name, version.number))
            self._hooks.tell("midimon_reloaded", plugin=version.name, version=version.text)
        for name in drop:
            self.journal.gone(name)
        return replaced

    def subjects(self, names: Iterable[str]) -> set[Subject]:
        """Return the live versions of some plugins, as the guard knows them."""
        return {self._live[name].subject for name in names if name in self._live}

    def note_mappings(self, staged: Mapping[str, Version], mappings: Iterable[object]) -> None:
        """Note which mappings came with new versions."""
        for name in staged:
            entry = self.journal.current(name)
            if entry is not None:
                mine = (one for one in mappings if name in getattr(one, "plugins", ()))
                entry.mappings = tuple(map(str, mine))

    def end_notes(self, names: Iterable[str]) -> None:
        """End the notes that these plugins began, for instance because a mapping is gone."""
        for name in names:
            if (version := self._live.get(name)) is not None:
                self.retirement.end_notes(version)

    def missing(self, version: Version) -> list[Capability]:
        """Return what a version declares and was granted nothing of."""
        return version.subject.rights.missing()

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
        wanted = [one for one in version.scopes if one.capability in missing]
        lines = [grant_line(version.name, one) for one in sorted(wanted, key=str)]
        wants = ", ".join(f"{one.value} ({one.risk.value} risk)" for one in missing)
        return f"wants {wants}, not granted; to allow it: {'; '.join(lines)}"

    def definitions(self) -> dict[str, Definition]:
        """Return what defined each live plugin, by name."""
        return {name: version.definition for name, version in self._live.items()}

    def cancel_timers(self) -> None:
        """Cancel everything that plugins scheduled."""
        for version in self._live.values():
            cancel_timers(version)

    def close(self) -> None:
        """Unload all, newest first."""
        gone, self._live = self._live, {}
        self.retirement.wait_no_longer()
        self.retirement.retire(reversed(gone.values()), at_once=True)

    def finish(self) -> None:
        """Write what is left to write, and watch no more, once all are shut down."""
        self.guard.stop()
        self._states.write()
        self.audit.close()

    def unknown(self, name: str) -> str:
        """Return what to say of a name that no plugin in memory has."""
        known = ", ".join(sorted(self._live)) or "none"
        return f"no plugin is called {name!r}; there are: {known}"

    def _version(self, name: str) -> Version:
        version = self._live.get(name)
        if version is None:
            raise PluginNotFound(name, self.unknown(name))
        return version

    def _update(self, version: Version) -> None:
        """Bring what a version may do up to date."""
        version.subject.rights = self.grants.rights(version.name, version.scopes)
        denied = "denied" if self.missing(version) else ""
        version.blocked = "disabled" if version.name in self._disabled else denied
        if version.blocked:
            self._sources.stop(version)

    def _run(self, version: Version, params: Mapping[str, Any], context: TriggerContext) -> Outcome:
        outcome = self._runner.run(version, params, context)
        if "midimon_executed" in self._hooks.heard:
            verdict, error = outcome.verdict, outcome.error
            self._hooks.tell("midimon_executed", plugin=version.name, verdict=verdict, error=error)
        if self._once and version.name in self._once:
            self._use_up(version, outcome)
        return outcome

    def _use_up(self, version: Version, outcome: Outcome) -> None:
        """End what was granted for one execution, when that has ended."""
        self._once.discard(version.name)
        self._using_once.add(version.name)

        def end(_result: Any = None) -> None:
            self._using_once.discard(version.name)
            self.grants.used_once(version.name)
            if (live := self._live.get(version.name)) is not None:
                self._update(live)

        if outcome.pending is None:
            end()
        else:
            outcome.pending.then(end)

    def _refused(self, version: Version) -> Outcome:
        if version.blocked == "disabled":
            return Outcome("disabled", f"{version.name} is disabled")
        version.stats.denied += 1
        digest = version.subject.digest
        for one in self.missing(version):
            why = "not granted"
            self.audit.add(version.name, one.value, "execute", "refused", why=why, digest=digest)
        return Outcome("denied", self.how_to_allow(version))

    def _decided(self, decision: Decision) -> None:
        """Note what the guard has decided; on whatever thread that was."""
        subject = decision.subject
        if decision.verdict == "refused":
            self.builder.stats[subject.name].denied += 1
            subject.refused = (
                f"it was refused {decision.scope or decision.operation}: {decision.why}"
            )
        self.audit.add(
            subject.name,
            str(decision.scope or "native code"),
            decision.operation,
            decision.verdict,
            why=decision.why,
            at=decision.place,
            digest=subject.digest,
        )

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
                outcome = self._run(version, params, context)
            if version.retired and not version.in_flight:
                self.retirement.shut_down(version)
            if outcome.pending is None:
                pending.finish(outcome)
            else:
                outcome.pending.then(pending.finish)

        if self.defer(run):
            return Outcome("deferred", pending=pending)
        version.in_flight -= 1
        return self._run(version, params, context)

    def _beside_in_seconds(self, delay: float, job: Callable[[], None]) -> Timer:
        return self._in_seconds(delay, partial(self.beside, job))

    def _in_seconds(self, delay: float, job: Callable[[], None]) -> Timer:
        return self._timers.schedule(self._now() + delay, job)
