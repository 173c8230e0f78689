"""Plugins under MIDIMon's own method names: discovery, lifecycle, grants, execution, statistics."""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from contextvars import Context
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midimon_live.errors import (
    DiscoveryError,
    ExecutionError,
    InvalidValue,
    LoadError,
    PermissionDenied,
    PluginDisabled,
)
from midimon_live.events import TriggerContext
from midimon_live.plugin.folders.scaffold import new_plugin
from midimon_live.plugin.guard.subject import Subject, acting
from midimon_live.plugin.info import Party, PluginInfo
from midimon_live.plugin.log import NOTED, Log
from midimon_live.plugin.permissions import Permissions
from midimon_live.plugin.rights.audit import Entry
from midimon_live.plugin.stats import PluginStats
from midimon_live.plugin.surroundings import Surroundings
from midimon_live.plugin.version import Definition, Kind, PluginState
from midimon_live.scopes import Scope

if TYPE_CHECKING:  # only who loads from folders waits for what that needs
    from midimon_live.plugin.folders.catalog import Catalog


class PluginManager(Permissions):
    """The plugins of a session. Any thread may call, unless said.

    Args:
        around: what plugins are run in.

    Attributes:
        problems: what the last `discover_plugins` had to say, a line each.
        unread: why the files of a plugin could not be loaded when they were last, by its name.
    """

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self.problems: list[str] = []
        self.unread: dict[str, str] = {}
        self._looked = 0

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
        with self.guard.aside():  # a plugin may have asked for it
            self.problems = self.catalog.discover()
        self._looked += 1
        for problem in self.problems:
            self._monitor.notice(f"plugins: {problem}")
        return len(self.catalog.names())

    def list_available(self) -> list[str]:
        """Return the names of the plugins that were found, in memory or not."""
        return self.catalog.names()

    def found(self) -> tuple[int, list[str]]:
        """Return how often it was looked for plugins, and the names that were found last.

        Nobody has looked where that is (0, []); asking does not.
        """
        return (self._looked, self.catalog.names()) if self._looked else (0, [])

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
        try:
            definition = self.catalog.definition(name)
        except (DiscoveryError, LoadError) as error:
            self.unread[name] = str(error)
            raise
        self.unread.pop(name, None)
        before = set(self._disabled)
        if not enable:
            self._disabled.add(name)
        elif name not in self._live:
            self._disabled.discard(name)
        try:
            with self.lock:
                self.put(definition)
                self.call_off(name)
        except BaseException:
            self._disabled = before
            raise

    def put(self, definition: Definition) -> None:
        """Build a plugin and swap it in; raises LoadError, and nothing was changed then."""
        try:
            self.rollback.in_force.put(definition)
        except BaseException:
            definition.release()
            raise

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

    def context_of(self, name: str) -> Context:
        """Return a context in which output goes where the plugin's does, and nobody is accused.

        Raises PluginNotFound.
        """
        context = self._version(name).context.copy()
        context.run(acting.set, None)
        return context

    def unload_plugin(self, name: str) -> None:
        """Take a plugin out and call its `shutdown`; raises PluginNotFound.

        What was granted for this session goes too: the next plugin of that name asks for its own.
        A version that waits for a beat or bar goes with the mappings that wait for it.
        """
        with self.lock:
            waited = self.call_off(name, mappings=True)
            if waited and name not in self._live:
                self.grants.forget(name)
                return
            version = self._version(name)
            self.retirement.wait_no_longer([name])
            self._disabled = self._disabled - {name}
            self.grants.forget(name)
            self.rollback.in_force.take_out(name)
        self._runner.cancel(version)
        self._states.forget(name)

    def forget(self, name: str) -> None:
        """Forget what a plugin that is gone was granted for this session, has kept and has said."""
        self.grants.forget(name)
        self._states.forget(name)
        self.builder.stats.pop(name, None)
        self.voices.forget(name)
        self.unread.pop(name, None)

    def enable_plugin(self, name: str) -> None:
        """Let a plugin run again; raises PluginNotFound."""
        self._version(name)
        self._able(name, able=True)

    def disable_plugin(self, name: str) -> None:
        """Keep a plugin loaded but do not run it; raises PluginNotFound.

        What it scheduled and its `async` executions are cancelled, its notes ended.
        """
        self._version(name)
        self._able(name, able=False)

    def _able(self, name: str, *, able: bool) -> None:
        was = name not in self._disabled
        self._disabled = self._disabled - {name} if able else self._disabled | {name}
        if (version := self._live.get(name)) is not None:
            self._refresh(version)
        self.decided((name, "enabled"), partial(self._able, name, able=was))

    def disabled(self) -> frozenset[str]:
        """Return the names of the plugins that do not run."""
        return frozenset(self._disabled)

    def reinstate(self, disabled: frozenset[str], decisions: Mapping[str, Any]) -> None:
        """Let what may run, and what it may do, be as it was.

        Raises:
            InvalidValue: a grant can not be kept; those before it in order have been.
        """
        self._disabled = set(disabled)
        for name in {*self.grants.decisions(), *decisions}:
            self.grants.reinstate(name, decisions.get(name))
        self.refresh()

    def get_metadata(self, name: str) -> PluginInfo:
        """Return what is known of a plugin, in memory or found.

        Raises:
            PluginNotFound: there is none of that name.
        """
        version = self._live.get(name)
        if version is None and name not in self.catalog:
            self._version(name)
        if version is None:
            return PluginInfo(name=name, state=PluginState.AVAILABLE, **self._about(name))
        own = self._about(name) if version.definition.digest else {}
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
            scopes = manifest.scopes(self.catalog.data_folder(name))
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
            with self.guard.inside(subject), self.voices.beginning(name):
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
        return self._version(name).stats.snapshot(self._around.clock.epoch_ms)

    def audit_log(self, name: str | None = None, last: int = 50) -> list[Entry]:
        """Return the last decisions about one plugin, or about all, oldest first."""
        return self.audit.entries(name)[-last:]

    def get_state(self, name: str) -> MutableMapping[str, Any]:
        """Return the table that a plugin keeps, its `host.state`; raises PluginNotFound."""
        return self._version(name).plugin.host.state

    def log_lines(self, name: str) -> list[tuple[int, str]]:
        """Return what a plugin noted with `host.log`: (epoch milliseconds, text), oldest first.

        Raises:
            PluginNotFound: there is none of that name, and was none.
        """
        lines = self.log_of(name).lines()
        return [(one.epoch_ms, one.text) for one in lines if one.source == NOTED]

    def log_of(self, name: str) -> Log:
        """Return all that a plugin printed, noted and raised, over all its versions.

        Raises:
            PluginNotFound: there is none of that name, and was none.
        """
        if not self.voices.has_log(name):
            self._version(name)
        return self.voices.log(name)

    def is_aloud(self, name: str) -> bool:
        """Tell whether what a plugin prints is usually shown: that of folders is not."""
        return self._version(name).voice.aloud

    def cell_begins(self, cell: str | None) -> None:
        """Show what the plugins of a cell print under its newest execution, which calls this."""
        for version in self._live.values():
            origin = version.definition.origin
            if cell is not None and origin is not None and origin.cell == cell:
                version.speak_here()

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

    def _found(self, name: str) -> Party | None:
        return self.catalog.party(name) if "catalog" in vars(self) else None
