"""From a definition to a version that could go live: built, rehearsed, initialised, all aside."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from midimon_live.errors import LoadError
from midimon_live.plugin.api import Plugin
from midimon_live.plugin.deadlines import OutOfTime, within
from midimon_live.plugin.guard.guard import Guard
from midimon_live.plugin.handover import carry, shape
from midimon_live.plugin.host import VersionHost
from midimon_live.plugin.rehearsal import Rehearsals
from midimon_live.plugin.rights.grants import Grants
from midimon_live.plugin.runner import Runner
from midimon_live.plugin.services import HostServices
from midimon_live.plugin.state import States
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.plugin.version import Definition, Kind, Version
from midimon_live.plugin.voices import Voices
from midimon_live.versions import Journal, VersionEntry
from midimon_live.watchdog import DEADLINE_S

REHEARSAL_S = 1.0
MIGRATE_S = 0.25  # events wait meanwhile
_LASTING = (Kind.FOLDER, Kind.PACKAGE)
_T = TypeVar("_T")


class Builder:
    """Builds versions. Whoever changes plugins calls, outside of the path of events.

    Args:
        runner: describes what was raised.
        grants: tells what a version may do.
        guard: watches it.
        services: stands behind its host.
        states: has the tables that plugins keep.
        journal: notes each attempt.
        notice: takes one line for the user.
        voices: take what they print.

    Attributes:
        deadline: for how many seconds `initialize` may run.
        rehearsals: tries versions.
        stats: statistics by name, which survive versions.
    """

    def __init__(
        self,
        runner: Runner,
        grants: Grants,
        guard: Guard,
        services: HostServices,
        states: States,
        journal: Journal,
        notice: Callable[[str], None],
        voices: Voices,
    ) -> None:
        self._runner = runner
        self._grants = grants
        self._guard = guard
        self._services = services
        self._states = states
        self._journal = journal
        self._notice = notice
        self._voices = voices
        self.deadline = DEADLINE_S
        self.rehearsals = Rehearsals(services, runner.describe)
        self.stats: defaultdict[str, StatsRecorder] = defaultdict(StatsRecorder)

    def build(
        self,
        definition: Definition,
        before: Version | None,
        update: Callable[[Version], None],
        discard: Callable[[Version], None],
        *,
        rehearse: bool = True,
    ) -> Version:
        """Return a version that could go live.

        Args:
            definition: what makes it.
            before: the version that is live now.
            update: brings what it may do up to date.
            discard: takes back what it has begun when `initialize` raises.
            rehearse: whether it is tried with what reached the version before.

        Raises:
            LoadError: it could not be built, failed in the dry run, or `initialize` raised.
        """
        entry = self._journal.begin(definition)
        try:
            return self._built(definition, before, entry, update, discard, rehearse=rehearse)
        except BaseException as error:
            line = str(error) if isinstance(error, LoadError) else self._runner.describe(error)
            self._journal.failed(entry, line)
            if isinstance(error, LoadError):
                raise
            raise LoadError(definition.name, f"not live: {line}") from error

    def _built(
        self,
        definition: Definition,
        before: Version | None,
        entry: VersionEntry,
        update: Callable[[Version], None],
        discard: Callable[[Version], None],
        *,
        rehearse: bool,
    ) -> Version:
        name = definition.name
        version = Version(definition, self.stats[name], self._voices, entry.number, before)
        entry.shape = version.context.copy().run(shape, version.plugin, version.plugin.keep)
        state = self._states.table(name, lasts=definition.kind in _LASTING)
        version.plugin.host = VersionHost(
            version, self._services, state, str(definition.data or Path.cwd())
        )
        self._grants.declare(name, version.scopes, definition.digest)
        entry.grants = tuple(sorted(map(str, self._grants.spans(name))))
        update(version)
        if definition.kind is not Kind.FUNCTION:
            self._guard.start()
            self._guard.watch(version.subject, *definition.namespaces)
        try:
            if before is not None and rehearse:
                self._rehearse(version, before)
            self._initialize(version)
        except BaseException:
            discard(version)
            raise
        return version

    def hand_over(self, old: Version, new: Version) -> None:
        """Let a version take over what the one before keeps; between two events.

        Raises:
            LoadError: its `migrate` raised, or took too long.
        """
        if not takes_over(old.plugin, new):
            return
        what = "migrate" if new.migrates else "taking over its state"
        call = partial(new.context.copy().run, take_over, old.plugin, new)
        try:
            if new.migrates:  # the author's code, which may not come back
                dropped = self._within(min(self.deadline, MIGRATE_S), new, what, call)
            else:
                dropped = call()
        except LoadError:
            raise
        except BaseException as error:
            line = self._runner.describe(error)
            raise LoadError(new.name, f"not live: {what} raised {line}") from error
        if dropped:
            self._notice(f"{new.name}: state was dropped: {', '.join(dropped)}")

    def _rehearse(self, version: Version, before: Version) -> None:
        """Try a version with what reached the one before; raises LoadError."""
        if self.rehearsals.unfit(version, before):
            return
        seconds = min(self.deadline, REHEARSAL_S)
        with self._guard.aside():
            found = self.rehearsals.play(
                version, before, partial(take_over, before.plugin, version), seconds
            )
        if found.kind in ("ok", "unknown"):
            return
        at = f" with {found.at}" if found.at else ""
        what = f"raised {found.line}" if found.line else f"did not come back within {seconds:g} s"
        raise LoadError(
            version.name,
            f"not live: the dry run{at} {what}; the version before can play that. To go live "
            "without a dry run, write in the class: dry_run = False",
        )

    def _initialize(self, version: Version) -> None:
        """Call `initialize`, where the caller waits for it; raises LoadError past the deadline."""
        inside = version.context.copy()
        if version.definition.kind is Kind.FUNCTION:
            return
        version.subject.drafts = []
        began = self._services.now()
        call = partial(inside.run, version.plugin.initialize)
        self._within(self.deadline, version, "initialize", call)
        version.initialize_s = self._services.now() - began

    def _within(self, seconds: float, version: Version, what: str, call: Callable[[], _T]) -> _T:
        try:
            return within(seconds, call)
        except OutOfTime as error:
            why = f"{what} took longer than {seconds:g} s, and was stopped"
            raise LoadError(version.name, f"not live: {why}") from error


def takes_over(old: Plugin, new: Version) -> bool:
    """Tell whether there is anything that a version takes over from an instance."""
    if old is new.plugin or new.definition.fresh:
        return False
    return new.migrates or (bool(old.keep) and new.definition.kind is not Kind.INSTANCE)


def take_over(old: Plugin, new: Version) -> list[str]:
    """Let a version take over what an instance keeps; returns what was dropped, a line each."""
    if not takes_over(old, new):
        return []
    if new.migrates:
        new.plugin.migrate(old)
        return []
    return carry(old, new.plugin)
