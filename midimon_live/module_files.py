"""Plugins from modules under development: saved, a module runs anew and its plugins are replaced.

`from my_plugins import Blink; midi.map(note(36), Blink)`: when my_plugins.py is saved, it is run as
a new module, and its `Blink` becomes a new version of the plugin, as if its cell was run again.
"""

import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from inspect import isabstract
from itertools import count
from pathlib import Path
from types import FunctionType
from typing import Any, NamedTuple
from weakref import WeakSet

from midimon_live.actions import is_plugin_class
from midimon_live.assembly import Assembly
from midimon_live.changes import Change
from midimon_live.drafts import Drafts
from midimon_live.errors import MidimonError
from midimon_live.following import Followed
from midimon_live.mappings import Origin
from midimon_live.modules import (
    Renewal,
    at,
    developed,
    file_of,
    imported_by,
    in_order,
    missing_in,
    module_of,
    renew,
)
from midimon_live.plugin.api import FunctionPlugin, defined
from midimon_live.plugin.deadlines import OutOfTime, within
from midimon_live.plugin.failures import Failures
from midimon_live.plugin.version import Definition, Kind
from midimon_live.watcher import WatchedFile


class _Record(NamedTuple):
    """A module as it is in memory.

    Attributes:
        path: its file.
        digest: of the bytes that it was made of.
        imports: the modules under development that it imports.
    """

    path: Path
    digest: bytes
    imports: set[str]


class ModuleFiles:
    """Follows the modules of live plugins, and those that they import.

    Args:
        parts: the engine's.
        drafts: bring into force what came of a module, with what it maps itself.
        lock: held by the one who changes something.
    """

    def __init__(self, parts: Assembly, drafts: Drafts, lock: threading.RLock) -> None:
        self._plugins = parts.plugins
        self._monitor = parts.monitor
        self._drafts = drafts
        self._lock = lock
        self._failures = Failures()
        self._records: dict[str, _Record] = {}
        self._sources: WeakSet[Any] = WeakSet()
        self._refused: dict[str, bytes] = {}
        self._awaited: dict[str, Path] = {}
        self._unread: set[str] = set()
        self._runs = count(-2, -2)  # apart from those of cells and of configurations

    def wants(self) -> bool:
        """Tell whether a live plugin comes from a module under development."""
        return any(file_of(name) is not None for name in self._in_use())

    def watched(self) -> dict[str, WatchedFile]:
        """Return the files of those modules, by the module's name."""
        self._note_sources()
        files = {name: one.path for name, one in self._modules().items()}
        return {name: WatchedFile(path) for name, path in {**self._awaited, **files}.items()}

    def followed(self) -> list[Followed]:
        """Return those files."""
        return [Followed(f"module {name}", str(one.path)) for name, one in self._modules().items()]

    def changed(self, keys: Collection[str]) -> None:
        """Run those anew that were saved, and whatever imports them, and replace their plugins."""
        modules = self._modules()
        if self._drafts.collecting:
            return
        if self._awaited.keys() & set(keys):
            self._refused = {}
        contents = {name: self._read(name, one.path) for name, one in modules.items()}
        saved = [
            name
            for name, content in contents.items()
            if content is not None and _digest(content) != modules[name].digest
        ]
        order = in_order(saved, {name: one.imports for name, one in modules.items()})
        sources = {name: content for name in order if (content := contents[name]) is not None}
        digests = {name: _digest(content) for name, content in sources.items()}
        if not saved or self._refused == digests:
            return
        self._renew(sources, digests)

    def catch_up(self) -> None:
        """Replace plugins in whose modules another class stands now, as `importlib.reload` does it.

        One that has played, or was refused, is not tried again: another may have been put back.
        """
        self._note_sources()
        stale = []
        for one in self._plugins.definitions().values():
            source = _source(one)
            if _can_go_stale(one) and source in self._sources:
                now = at(sys.modules.get(module_of(source)), source.__qualname__)
                if _fits(one, now) and now not in self._sources:
                    stale.append(_redefined(one, now))
        if not stale:
            return
        self._sources.update(_source(one) for one in stale)
        names = ", ".join(one.name for one in stale)
        try:
            self._plugins.context_of(stale[0].name).run(self._commit, stale)
        except Exception as error:
            self._say(f"{names}: {self._why(error)}; what was live plays on")
        else:
            self._say(f"{names}: what the module has under that name now plays")

    def _in_use(self) -> set[str]:
        definitions = self._plugins.definitions().values()
        return {module_of(_source(one)) for one in definitions if _is_from_module(one)}

    def _modules(self) -> dict[str, _Record]:
        """Return the modules of live plugins and all that they import, as they are in memory."""
        found: dict[str, _Record] = {}
        waiting = sorted(self._in_use())
        while waiting:
            name = waiting.pop()
            if name in found or (path := file_of(name)) is None:
                continue
            record = self._records.get(name)
            if record is None or record.path != path:
                content = self._read(name, path)
                if content is None:
                    continue
                new = _Record(path, _digest(content), imported_by(name, content))
                if record is not None:
                    self._records[name] = new
                record = self._records.setdefault(name, new)  # the first who looked is right
            found[name] = record
            waiting += sorted(record.imports)
        return found

    def _note_sources(self) -> None:
        """Remember the classes and functions that their modules still have under their name."""
        for one in self._plugins.definitions().values():
            source = _source(one)
            if not _can_go_stale(one) or file_of(module_of(source)) is None:
                continue
            if at(sys.modules.get(module_of(source)), source.__qualname__) is source:
                self._sources.add(source)

    def _commit(self, definitions: list[Definition]) -> list[str]:
        self._drafts.begin(Change(definitions=definitions))
        return self._drafts.end(commit=True)

    def _read(self, name: str, path: Path) -> bytes | None:
        try:
            with self._plugins.guard.aside():  # a plugin may have asked what is followed
                content = path.read_bytes()
        except OSError as error:
            self._unread.add(name)
            why = error.strerror or error
            self._say(f"{path.name} can not be read: {why}; what was live plays on", name)
            return None
        if name in self._unread:
            self._unread.discard(name)
            self._say(f"{path.name} can be read again", name)
        return content

    def _renew(self, sources: Mapping[str, bytes], digests: dict[str, bytes]) -> None:
        """Take over what was saved, or say why not."""
        affected = [
            one
            for one in self._plugins.definitions().values()
            if _is_from_module(one) and module_of(_source(one)) in sources
        ]
        files = ", ".join(self._records[name].path.name for name in sources)
        renewal = Renewal(sources)
        take_over = partial(self._take_over, renewal, affected, files)
        try:
            if affected:
                said = self._plugins.context_of(affected[0].name).run(take_over)
            else:
                said = take_over()
        except BaseException as error:
            renewal.undo()
            self._refused = digests
            self._awaited = {
                new: path
                for name in sources
                for new, path in missing_in(name, sources[name]).items()
            }
            self._monitor.counters["modules refused"] += 1
            self._say(f"{files} is not in force: {self._why(error)}; what was live plays on")
            return
        self._refused, self._awaited = {}, {}
        self._monitor.counters["modules reloaded"] += 1
        for name, content in sources.items():
            imports = imported_by(name, content)
            self._records[name] = _Record(self._records[name].path, digests[name], imports)
        self._note_sources()
        self._renew_names(renewal)
        self._say("; ".join([f"{files} is in force", *said]))

    def _take_over(self, renewal: Renewal, affected: list[Definition], files: str) -> list[str]:
        """Run the modules and bring their plugins into force; returns what there is to say."""
        change = Change(Origin(f"module {files}", files, next(self._runs)))
        self._drafts.begin(change)
        try:
            with self._as_whom(affected):
                within(self._plugins.builder.deadline, renewal.run)
        except BaseException:
            self._drafts.end(commit=False)
            raise
        finally:
            _forget_classes(renewal.before)
        with self._lock:
            live = self._plugins.definitions()
            said = [
                line
                for one in affected
                if live.get(one.name) is one  # else a cell has replaced it meanwhile
                and (line := self._redefine(one, renewal, change.definitions))
            ]
            remarks = self._drafts.end(commit=True)
        names = ", ".join(one.name for one in change.definitions)
        return [*([names] if names else ()), *said, *remarks]

    def _as_whom(self, affected: Iterable[Definition]) -> AbstractContextManager[None]:
        """A package's module is run as its plugin, as it was when it was first imported."""
        for one in affected:
            if one.kind is Kind.PACKAGE:
                return self._plugins.catalog.importing(one.name)
        return nullcontext()

    def _redefine(self, one: Definition, renewal: Renewal, new: list[Definition]) -> str:
        """Add the new version of a plugin to `new`; returns why there is none, or ""."""
        source = _source(one)
        if one.kind is Kind.INSTANCE:
            cell = one.origin.label if one.origin is not None else "what made it"
            return f"{one.name} is an instance of before: run {cell} again"
        now = at(renewal.after[module_of(source)], source.__qualname__)
        if source in self._sources and _fits(one, now):
            self._sources.add(now)
            new.append(_redefined(one, now))
            return ""
        return f"{one.name} plays on as it was, for no {source.__qualname__} is there now"

    def _renew_names(self, renewal: Renewal) -> None:
        """Let the notebook's names, and those of other modules, lead to what is new."""
        in_use = self._modules()
        for name in ["__main__", *developed()]:
            if name not in in_use and name not in renewal.after and name in sys.modules:
                renew(vars(sys.modules[name]), renewal.before, renewal.after)

    def _why(self, error: BaseException) -> str:
        if isinstance(error, MidimonError):
            return str(error)
        if isinstance(error, OutOfTime):
            return f"it had not ended after {self._plugins.builder.deadline:g} s, and was stopped"
        hint = "; take sys.exit out of it" if isinstance(error, SystemExit) else ""
        return f"{self._failures.line(error)}{hint}"

    def _say(self, text: str, about: str = "") -> None:
        self._monitor.notice(text, about=f"module {about}" if about else "modules")


def _digest(content: bytes) -> bytes:
    return sha256(content).digest()


def _source(one: Definition) -> Any:
    return type(one.source) if one.kind is Kind.INSTANCE else one.source


def _is_from_module(one: Definition) -> bool:
    """Tell whether a plugin is what Python imported, not one that was loaded from files."""
    return one.folder is None and one.kind is not Kind.FOLDER


def _can_go_stale(one: Definition) -> bool:
    """Tell whether what a plugin was made of can be found again under its name."""
    return one.kind is not Kind.INSTANCE and isinstance(one.source, (type, FunctionType))


def _fits(one: Definition, now: Any) -> bool:
    if one.kind is Kind.FUNCTION:
        return isinstance(now, FunctionType)
    return is_plugin_class(now) and not isabstract(now)


def _redefined(one: Definition, now: Any) -> Definition:
    make: Callable[[], Any] = (
        partial(FunctionPlugin, one.name, now) if one.kind is Kind.FUNCTION else now
    )
    return replace(one, source=now, make=make)


def _forget_classes(modules: Collection[str]) -> None:
    """Hold none of the classes that were defined; those of cells are not among them."""
    for cls in list(defined):
        if cls.__module__ in modules:
            with suppress(ValueError):  # a cell has begun
                defined.remove(cls)
