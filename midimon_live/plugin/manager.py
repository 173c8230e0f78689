"""Plugins under MIDIMon's own method names: discovery, lifecycle, grants, execution, statistics."""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midimon_live.capabilities import Capability
from midimon_live.errors import (
    ExecutionError,
    InvalidValue,
    PermissionDenied,
    PluginDisabled,
    PluginNotFound,
)
from midimon_live.events import TriggerContext
from midimon_live.plugin.folders.scaffold import new_plugin
from midimon_live.plugin.guard.subject import Subject
from midimon_live.plugin.info import Party, PluginInfo
from midimon_live.plugin.live import LivePlugins
from midimon_live.plugin.rights.audit import Entry
from midimon_live.plugin.rights.grants import ONCE
from midimon_live.plugin.stats import PluginStats
from midimon_live.plugin.surroundings import Surroundings
from midimon_live.plugin.version import Definition, Kind, PluginState, Version
from midimon_live.scopes import Scope, scope

if TYPE_CHECKING:  # only who loads from folders waits for what that needs
    from midimon_live.plugin.folders.catalog import Catalog

Wanted = Scope | Capability | str


class PluginManager(LivePlugins):
    """The plugins of a session. Any thread may call, unless said.

    Args:
        around: what plugins are run in.
    """

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)

    @cached_property
    def catalog(self) -> "Catalog":
        """The plugins that were found in folders and packages."""
        from midimon_live.plugin.folders.catalog import Catalog

        return Catalog(self._around.home, self._offered, self._inside)

    @property
    def plugins_dir(self) -> Path | None:
        """The folder that users copy plugins into; None where nothing is kept."""
        return self.catalog.folder

    def discover_plugins(self) -> int:
        """Look for plugins in folders and packages; returns how many there are.

        What is wrong with one is noticed (`midi.status()`), and the others are found all the same.
        """
        for problem in self.catalog.discover():
            self._monitor.notice(f"plugins: {problem}")
        return len(self.catalog.names())

    def list_available(self) -> list[str]:
        """Return the names of the plugins that were found, in memory or not."""
        return self.catalog.names()

    def list_loaded(self) -> list[str]:
        """Return the names of the plugins in memory."""
        return sorted(self._live)

    def new_plugin(self, name: str, parent: Path | None = None) -> Path:
        """Write a folder to begin a plugin with, where `discover_plugins` finds it.

        Args:
            name: of the plugin: a small letter, then small letters, digits, _ and -.
            parent: another folder to make it in.

        Raises:
            InvalidValue: the name can not be one, or the folder not be made.
        """
        parent = parent or self.plugins_dir
        if parent is None:
            raise InvalidValue("this session keeps nothing; say in which folder to make it")
        return new_plugin(name, parent)

    def load_plugin(self, name: str, *, enable: bool = True) -> None:
        """Load a plugin that was found, and enable it; again is a reload.

        Every file is read once, verified, and compiled from the very bytes that were read. Any
        error leaves the version before in place.

        Args:
            name: as `list_available` has it.
            enable: False loads and initialises it, and does not let it run.

        Raises:
            PluginNotFound: none of that name was found.
            ManifestError, ChecksumMismatch, LoadError: it can not be; nothing was changed.
        """
        definition = self.catalog.definition(name)
        if not enable:
            self._disabled.add(name)
        elif name not in self._live:
            self._disabled.discard(name)
        self.put(definition)

    def put(self, definition: Definition) -> None:
        """Build a plugin and swap it in; raises LoadError, and nothing was changed then."""
        try:
            staged = self.stage([definition])
        except BaseException:
            definition.release()
            raise
        with self.between_events():
            replaced = self.swap(staged)
        self.retire(replaced)

    def reload_plugin(self, name: str) -> None:
        """Load a plugin from its files again; statistics and grants for the same files stay.

        Raises:
            PluginNotFound: it is not in memory.
            LoadError: as for `load_plugin`, and for one that a cell defined.
        """
        version = self._version(name)
        if version.definition.kind not in (Kind.FOLDER, Kind.PACKAGE):
            raise InvalidValue(f"{name} is defined in a cell; run that again to reload it")
        self.discover_plugins()
        self.load_plugin(name, enable=name not in self._disabled)

    def unload_plugin(self, name: str) -> None:
        """Take a plugin out and call its `shutdown`; raises PluginNotFound.

        What was granted for this session goes too: the next plugin of that name asks for its own.
        """
        version = self._version(name)
        self._live = {kept: one for kept, one in self._live.items() if kept != name}
        self._disabled.discard(name)
        self.grants.forget(name)
        self._runner.cancel(version)
        self.retire([version])
        if (table := self._states.pop(name, None)) is not None:
            table.write()

    def enable_plugin(self, name: str) -> None:
        """Let a plugin run again; raises PluginNotFound."""
        version = self._version(name)
        self._disabled.discard(name)
        self._refresh(version)

    def disable_plugin(self, name: str) -> None:
        """Keep a plugin loaded but do not run it; raises PluginNotFound.

        What it scheduled and its `async` executions are cancelled, its notes ended.
        """
        version = self._version(name)
        self._disabled.add(name)
        self._refresh(version)

    def get_metadata(self, name: str) -> PluginInfo:
        """Return what is known of a plugin, in memory or found.

        Raises:
            PluginNotFound: there is none of that name.
        """
        version = self._live.get(name)
        if version is None and name not in self.catalog:
            self._version(name)
        about = self._about(name)
        if version is None:
            return PluginInfo(name=name, state=PluginState.AVAILABLE, **about)
        own = about if version.definition.digest else {}
        return PluginInfo(
            **{
                **own,
                "name": name,
                "version": version.text,
                "description": str(version.plugin.description),
                "state": PluginState.LOADED if name in self._disabled else PluginState.ENABLED,
                "kind": version.definition.kind,
                "capabilities": version.declared,
                "missing": frozenset(self.missing(version)),
                "origin": version.definition.origin,
                "scopes": version.scopes,
                "rights": version.subject.rights,
                "folder": version.definition.folder,
                "digest": version.definition.digest,
            }
        )

    def _about(self, name: str) -> dict[str, Any]:
        """Return what a manifest says, as far as there is one."""
        found, manifest = self.catalog.found(name), self.catalog.manifest(name)
        in_folder = found is not None and found.kind.value == Kind.FOLDER.value
        kind = Kind.FOLDER if in_folder else Kind.PACKAGE
        about: dict[str, Any] = {
            "version": found.version if found is not None else "",
            "description": "",
            "kind": kind,
            "capabilities": frozenset(),
            "missing": frozenset(),
            "folder": found.folder if found is not None else None,
        }
        if manifest is not None:
            scopes = manifest.scopes()
            about |= {
                "description": manifest.description,
                "capabilities": frozenset(one.capability for one in scopes),
                "scopes": scopes,
                "author": manifest.author,
                "license": manifest.license,
                "homepage": manifest.homepage,
                "verified": self.catalog.is_verified(name),
                "reasons": {one.value: text for one, text in manifest.reasons.items()},
            }
        return about

    @contextmanager
    def _inside(
        self, name: str, declared: frozenset[Scope], folder: Path | None, digest: str
    ) -> Iterator[None]:
        """Let what is done meanwhile be a plugin's, with the rights that it will have."""
        self.guard.start()
        rights = self.grants.rights_for(name, declared, digest)
        subject = Subject(name, rights, folder, digest)
        self.guard.watch(subject)
        try:
            with self.guard.inside(subject):
                yield
        finally:
            self.guard.forget(subject)

    def _offered(self) -> Mapping[str, Any]:
        self._hooks.load_packages()
        return self._hooks.asked("midimon_plugins")

    def get_stats(self, name: str) -> PluginStats:
        """Return a plugin's statistics; they survive new versions of it.

        Raises:
            PluginNotFound: there is none of that name.
        """
        return self._version(name).stats.snapshot()

    def set_auto_grant_safe(self, on: bool) -> None:  # noqa: FBT001 - MIDIMon's signature
        """Say whether capabilities of low risk are granted when a plugin declares them."""
        self.grants.auto_grant_safe = on
        for version in self._live.values():
            self._refresh(version)

    def grant_capability(self, name: str, capability: Wanted, *, until: str | None = None) -> None:
        """Allow a plugin something it declares, or a part of it; in force at once.

        Args:
            name: of a plugin in memory, or of one that was found.
            capability: "network", or a scope such as "network:api.example.com:443".
            until: "once" (for the next execution), "session", or "always", which is kept in
                `~/.midimon/grants.toml` for the very files it has now. Without: always for a plugin
                from a folder or package, this session for one from a cell.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability, the plugin does not declare it, it can not be
                granted for that long, or not be kept.
        """
        one = self._party(name)
        wanted = scope(capability, one.data)
        if not any(mine.covers(wanted) or wanted.covers(mine) for mine in one.scopes):
            declared = ", ".join(sorted(map(str, one.scopes))) or "nothing"
            raise InvalidValue(f"{name} does not declare {wanted}; it declares {declared}")
        span = one.span(until)
        self.grants.grant(name, wanted, span)
        if span == ONCE:
            self._once.add(name)
        self._note(one, wanted, "grant", "granted", span)

    def revoke_capability(self, name: str, capability: Wanted) -> None:
        """Take a capability, or a part of it, back; in force at once.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability, or it can not be kept.
        """
        one = self._party(name)
        wanted = scope(capability, one.data)
        self.grants.revoke(name, wanted)
        self._note(one, wanted, "revoke", "revoked", "")

    def deny_capability(self, name: str, capability: Wanted, *, until: str | None = None) -> None:
        """Refuse a plugin something whatever else it is granted; in force at once.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability, or it can not be kept.
        """
        one = self._party(name)
        unwanted = scope(capability, one.data)
        span = one.span(until)
        self.grants.deny(name, unwanted, span)
        self._note(one, unwanted, "deny", "denied", span)

    def audit_log(self, name: str | None = None, last: int = 50) -> list[Entry]:
        """Return the last decisions about one plugin, or about all, oldest first."""
        return self.audit.entries(name)[-last:]

    def unused_grants(self, name: str) -> tuple[list[str], list[str]]:
        """Return what was granted and not used so far, and the scopes that were used.

        The second is what a smaller grant would be: it covers all that the plugin has done since
        the session began. Raises PluginNotFound.
        """
        version = self._version(name)
        used = list(self.audit.used(name))
        done = [scope(one) for one in used]
        granted = version.subject.rights.granted
        unused = [one for one in granted if not any(one.covers(deed) for deed in done)]
        return sorted(map(str, unused)), used

    def get_state(self, name: str) -> MutableMapping[str, Any]:
        """Return the table that a plugin keeps, its `host.state`; raises PluginNotFound."""
        return self._version(name).plugin.host.state

    def log_lines(self, name: str) -> list[tuple[int, str]]:
        """Return what a plugin noted with `host.log`: (epoch milliseconds, text), oldest first."""
        return list(self._version(name).log)

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
            ExecutionError: it raised, or was executed too often; the cause is chained.
        """
        self._version(name)
        with self.exclusive():
            outcome = self.execute(name, params or {}, context or TriggerContext())
        if outcome.verdict == "disabled":
            raise PluginDisabled(name, "is disabled; %midi enable it")
        if outcome.verdict == "denied":
            raise PermissionDenied(name, outcome.error)
        if outcome.verdict in ("failed", "limited"):
            raise ExecutionError(name, outcome.error) from outcome.cause

    def unknown(self, name: str) -> str:
        """Return what to do about a plugin that is not in memory."""
        if "catalog" in vars(self) and name in self.catalog:  # which does not look for plugins
            return f"{name} was found and is not loaded; load it first: %midi load {name}"
        return super().unknown(name)

    def _refresh(self, version: Version) -> None:
        """Bring what a version may do up to date, and stop or start what that changes."""
        was = version.blocked
        self._update(version)
        if version.blocked:
            self._quieten(version)
        elif was:
            self.later(partial(self._sources.start, version))

    def _party(self, name: str) -> Party:
        """Return a plugin as somebody who is granted something: in memory, or found."""
        version = self._live.get(name)
        if version is not None:
            definition = version.definition
            return Party(name, version.scopes, definition.digest, definition.data, definition.kind)
        party = self.catalog.party(name) if "catalog" in vars(self) else None
        if party is None:
            raise PluginNotFound(name, self.unknown(name))
        self.grants.declare(name, party.scopes, party.digest)
        return party

    def _note(self, one: Party, what: Scope, op: str, verdict: str, why: str) -> None:
        """Bring what was decided into force, and into the log."""
        self.audit.add(one.name, str(what), op, verdict, why=why, digest=one.digest)
        version = self._live.get(one.name)
        if version is not None:
            self._refresh(version)
