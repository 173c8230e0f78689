"""The journal of versions: what each plugin was, since when, from where, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any

from midimon_live.errors import InvalidValue, PluginNotFound
from midimon_live.plugin.sourcecode import source_of
from midimon_live.plugin.version import Definition

LIVE, REPLACED, FAILED, ROLLED_BACK, GONE = "live", "replaced", "failed", "rolled back", "unloaded"
_GOOD = (LIVE, REPLACED, GONE)
_KEPT = 20
_MOST_PLUGINS = 500


@dataclass(eq=False, slots=True)
class VersionEntry:
    """One version of a plugin.

    Attributes:
        plugin: its name.
        number: counts the versions of that name, from 1.
        definition: what makes it again; None for one that failed.
        source: its text, or "" where that is not to be had.
        made_ms: when, in milliseconds since the Unix epoch.
        where: the cell or folder it came from, for people.
        digest: of its files, or "".
        mappings: those that execute it since it came, as text.
        grants: what it was granted when it came.
        shape: the names and types of the state that it keeps.
        outcome: LIVE, REPLACED, FAILED, ROLLED_BACK or GONE.
        why: what it failed with, or was rolled back for.
        again: the number of the version that it is once more, or None.
    """

    plugin: str
    number: int
    definition: Definition | None
    source: str
    made_ms: int
    where: str
    digest: str
    mappings: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()
    shape: str = ""
    outcome: str = FAILED
    why: str = ""
    again: int | None = None

    @property
    def refused(self) -> bool:
        """Whether it can not be had; one that waits for a beat or bar can still go live."""
        return self.outcome == FAILED and self.definition is None

    def anew(self) -> Definition:
        """Return what makes it again; raises InvalidValue where it failed."""
        if self.definition is None:
            which = f"version {self.number} of {self.plugin}"
            raise InvalidValue(f"{which} never went live: {self.why}")
        return self.definition.anew() if self.definition.anew is not None else self.definition


@dataclass(slots=True)
class _Story:
    entries: list[VersionEntry] = field(default_factory=list)
    last: int = 0

    def trim(self) -> None:
        """Forget the oldest that failed, or else the oldest that is not live."""
        while len(self.entries) > _KEPT:
            failed = [one for one in self.entries if one.outcome == FAILED]
            others = [one for one in self.entries if one.outcome not in (FAILED, LIVE)]
            self.entries.remove((failed if len(failed) > _KEPT // 2 else others or failed)[0])


class Journal:
    """The last 20 versions of each plugin. Whoever changes plugins calls; any thread may look.

    Args:
        epoch_ms: tells the moment, in milliseconds since the Unix epoch.

    Attributes:
        changes: how often anything in it has changed.
    """

    def __init__(self, epoch_ms: Callable[[], int]) -> None:
        self._epoch_ms = epoch_ms
        self._stories: dict[str, _Story] = {}
        self.changes = 0

    def begin(self, definition: Definition) -> VersionEntry:
        """Note that somebody wants a version; it has failed unless `live` is called."""
        self.changes += 1
        story = self._stories.pop(definition.name, None) or _Story()
        self._stories[definition.name] = story  # the newest last
        if len(self._stories) > _MOST_PLUGINS:
            del self._stories[next(iter(self._stories))]
        before = next((one for one in story.entries if same(one.definition, definition)), None)
        source = _source(definition) if before is None else ""
        story.last += 1
        entry = VersionEntry(
            definition.name,
            story.last,
            definition,
            before.source if before is not None else source,
            self._epoch_ms(),
            _where(definition),
            definition.digest,
            again=None if before is None else before.again or before.number,
        )
        story.trim()
        story.entries.append(entry)
        return entry

    def failed(self, entry: VersionEntry, why: str) -> None:
        """Note that a version did not come into force."""
        self.changes += 1
        entry.definition, entry.outcome, entry.why = None, FAILED, why

    def live(self, entry: VersionEntry) -> None:
        """Note that a version is in force, in place of the one before."""
        self.changes += 1
        for one in self._stories[entry.plugin].entries:
            if one.outcome == LIVE:
                one.outcome = REPLACED
        entry.outcome = LIVE

    def gone(self, name: str) -> None:
        """Note that a plugin has no version in force any more."""
        self.changes += 1
        for one in self.history(name):
            if one.outcome == LIVE:
                one.outcome = GONE

    def leave(self, entry: VersionEntry, why: str) -> None:
        """Note that a version was left for failing; it is not gone back to by itself."""
        self.changes += 1
        for one in self.history(entry.plugin):
            if entry.definition is not None and same(one.definition, entry.definition):
                one.outcome, one.why = ROLLED_BACK, why

    def history(self, name: str) -> list[VersionEntry]:
        """Return the versions of a plugin, oldest first."""
        story = self._stories.get(name)
        return [] if story is None else list(story.entries)

    def never_live(self) -> list[str]:
        """Return the plugins that were refused whenever somebody wanted one, the newest last."""
        return [
            name
            for name, story in list(self._stories.items())
            if all(one.refused for one in story.entries)
        ]

    def forget_refused(self) -> None:
        """Forget the plugins that were refused whenever somebody wanted one."""
        self.changes += 1
        for name in self.never_live():
            del self._stories[name]

    def current(self, name: str) -> VersionEntry | None:
        """Return the version in force."""
        return next((one for one in self.history(name) if one.outcome == LIVE), None)

    def number(self, definition: Definition) -> int | None:
        """Return the first number of the version that a definition makes; None if not known."""
        for one in self.history(definition.name):
            if same(one.definition, definition):
                return one.again or one.number
        return None

    def find(self, name: str, number: int) -> VersionEntry:
        """Return one version.

        Raises:
            PluginNotFound: there is no plugin of that name.
            InvalidValue: there is no version of that number.
        """
        found = self.history(name)
        if not found:
            raise PluginNotFound(name, f"no plugin called {name!r} has a history")
        for one in found:
            if one.number == number:
                return one
        known = ", ".join(str(one.number) for one in found)
        raise InvalidValue(f"{name} has no version {number}; there are: {known}")

    def before(self, name: str, number: int) -> VersionEntry | None:
        """Return the last version before one that did not fail."""
        told = self.history(name)
        bad = [one.definition for one in told if one.outcome == ROLLED_BACK or one.number == number]
        for one in reversed(told):
            mine = one.definition
            if one.number >= number or mine is None or one.outcome not in _GOOD:
                continue
            if not any(same(other, mine) for other in bad):
                return one
        return None

    def last(self, name: str) -> VersionEntry:
        """Return the newest version; raises PluginNotFound where there was none."""
        return self.find(name, max((one.number for one in self.history(name)), default=0))


def diff(old: VersionEntry, new: VersionEntry) -> list[str]:
    """Return what has changed in the text, as lines of a unified diff; none where it is the same.

    Raises:
        InvalidValue: the text of one of them is not known.
    """
    for one in (old, new):
        if not one.source:
            raise InvalidValue(f"the text of version {one.number} of {one.plugin} is not known")
    lines = unified_diff(
        old.source.splitlines(), new.source.splitlines(), _title(old), _title(new), lineterm=""
    )
    return list(lines)


def _title(entry: VersionEntry) -> str:
    return f"{entry.plugin} {entry.number} ({entry.where})"


def _source(definition: Definition) -> str:
    thing: Any = definition.source
    found = source_of(thing if callable(thing) else type(thing))
    return "" if found is None else found.text


def same(one: Definition | None, other: Definition) -> bool:
    """Tell whether two definitions make the same."""
    if one is None:
        return False
    return one.source is other.source or (bool(one.digest) and one.digest == other.digest)


def _where(definition: Definition) -> str:
    if definition.origin is not None:
        return definition.origin.label
    return str(definition.folder) if definition.folder is not None else definition.kind.value
