"""What a cell wants to be different, and how all of it comes into force at once, or not at all.

Building and initialising plugins happens aside. Only when all of it worked are the plugin table and
the mapping table replaced, between two events. What the same cell made before goes.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from inspect import isabstract, signature
from itertools import count
from typing import Any

from midimon_live.actions import Action, PluginAction, function_name, is_plugin_class
from midimon_live.errors import InvalidValue
from midimon_live.inline import Inline
from midimon_live.mappings import Mapping, MappingTable, Origin
from midimon_live.modes import Modes
from midimon_live.plugin.api import FunctionPlugin, Plugin
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.version import Definition, Kind, Version
from midimon_live.triggers import Trigger

_NAME_LENGTH = 100
_SWEEP_S = 1.0


class MappingHandle:
    """What `midi.map` returns: the mapping, once its cell has succeeded.

    Attributes:
        mapping: the mapping in force, or None before that.
    """

    def __init__(self, wanted: "WantedMapping", remove: Callable[["MappingHandle"], None]) -> None:
        self._wanted = wanted
        self._remove = remove
        self.mapping: Mapping | None = None

    def remove(self) -> None:
        """Take the mapping out; again is harmless."""
        self._remove(self)

    def __repr__(self) -> str:
        if self.mapping is not None:
            return str(self.mapping)
        return f"{self._wanted.trigger} -> {self._wanted.action}"


@dataclass(eq=False, slots=True)
class WantedMapping:
    """A mapping as asked for.

    Attributes:
        redefines: whether a mapping to an older function of the same name has to go.
    """

    trigger: Trigger
    action: Action
    mode: str | None
    name: str | None
    all: bool
    port: str | None = None
    redefines: bool = False
    handle: MappingHandle | None = None


@dataclass(slots=True)
class Change:
    """Everything one cell, or one call outside of a cell, wants to be different.

    Attributes:
        origin: the cell; None outside of one.
        classes: plugin classes it defined.
        mappings: mappings it asked for.
        removals: handles of mappings it wants gone.
        modes: modes it defined, with their colours or None.
        over: whether its cell has ended.
        forget: modes that go if nothing is mapped in them any more; None keeps all.
        lenient: whether a plugin may be named that does not exist, as a configuration may.
    """

    origin: Origin | None = None
    classes: list[type[Plugin]] = field(default_factory=list)
    mappings: list[WantedMapping] = field(default_factory=list)
    removals: list[MappingHandle] = field(default_factory=list)
    modes: dict[str, str | None] = field(default_factory=dict)
    over: bool = False
    forget: tuple[str, ...] | None = None
    lenient: bool = False


class Committer:
    """Brings changes into force.

    Args:
        plugins: builds and swaps plugins.
        modes: gets the new mapping table.
        pump: keeps events waiting meanwhile.
        in_use: returns the names of the plugins that gestures and actions under way may still need.
        later: does a job in so many seconds, between two events.
        now: tells the moment.

    Attributes:
        swap_s: for how long the last change kept events waiting, in seconds.
        lock: held by the one who changes something, so that changes come one after another.
    """

    def __init__(
        self,
        plugins: PluginManager,
        modes: Modes,
        pump: Inline,
        in_use: Callable[[], set[str]],
        later: Callable[[float, Callable[[], None]], object],
        now: Callable[[], float],
    ) -> None:
        self._plugins = plugins
        self._modes = modes
        self._pump = pump
        self._in_use = in_use
        self._later = later
        self._now = now
        self.swap_s = 0.0
        self._numbers = count(1)
        self.lock = threading.RLock()

    def commit(self, change: Change) -> list[str]:
        """Bring `change` into force, whole.

        Returns:
            Remarks for the user: what took the place of what.

        Raises:
            LoadError: a plugin could not be built or initialised; nothing was changed.
            InvalidValue: a mapping names a plugin that does not exist; nothing was changed.
        """
        with self.lock:
            return self._commit(change)

    def _commit(self, change: Change) -> list[str]:
        live = self._plugins.definitions()
        wanted = _Definitions(live, change.origin)
        actions = [one.action.replaced(wanted.named) for one in change.mappings]
        for cls in change.classes:
            wanted.add_class(cls)
        if not change.lenient:
            wanted.check_names(self._plugins.unknown)
        staged = self._plugins.stage(wanted.new.values())
        # read after `initialize` ran: that may map things itself
        before, live = self._modes.table, self._plugins.definitions()
        mappings = [
            self._made(*pair, change.origin) for pair in zip(change.mappings, actions, strict=True)
        ]
        removed = [one.mapping for one in change.removals if one.mapping is not None]
        drop = [*removed, *_outdated(before, change, mappings)]
        table = before.changed(mappings, drop, change.modes, change.forget)
        gone = self._not_needed(_unused(live, table, staged, change.origin))
        with self._pump.between_events():
            began = self._now()
            replaced = self._plugins.swap(staged, gone)
            self._modes.use(table)
            self.swap_s = self._now() - began
        self._plugins.retire(replaced)
        self._plugins.end_notes({name for one in drop for name in one.plugins} - set(staged))
        for handle in change.removals:
            handle.mapping = None
        for one, mapping in zip(change.mappings, mappings, strict=True):
            if one.handle is not None:
                one.handle.mapping = mapping
        if change.lenient:  # the report says it all, with places
            return []
        doubts = [
            f"{one.trigger} -> {one.action}: {line}"
            for one in mappings
            for line in one.doubts(table.modes)
        ]
        return _remarks(drop, mappings, change) + self._refusals(staged) + doubts

    def _not_needed(self, unused: list[str]) -> list[str]:
        """Leave out what a gesture or an action that has begun may still execute, for now."""
        needed = self._in_use().intersection(unused)
        if needed:
            self._later(_SWEEP_S, self._sweep)
        return [name for name in unused if name not in needed]

    def _sweep(self) -> None:
        """Drop what was needed for longer than its mapping; the engine calls, and must not wait."""
        if not self.lock.acquire(blocking=False):
            self._later(_SWEEP_S, self._sweep)
            return
        try:
            self._commit(Change())
        finally:
            self.lock.release()

    def _refusals(self, staged: dict[str, Version]) -> list[str]:
        """Say at once what would otherwise show only when a pad stays silent."""
        return [
            f"{name} {self._plugins.how_to_allow(version)}"
            for name, version in staged.items()
            if self._plugins.missing(version)
        ]

    def _made(self, wanted: WantedMapping, action: Action, origin: Origin | None) -> Mapping:
        return Mapping(
            number=next(self._numbers),
            trigger=wanted.trigger,
            action=action,
            mode=wanted.mode,
            name=wanted.name or "",
            all=wanted.all,
            port=wanted.port,
            origin=origin,
        )


class _Definitions:
    """Finds names for what a change mentions, and collects what has to be built anew.

    A class and a named function keep their name, so that defining them again replaces them
    everywhere. What has no name of its own (an instance, a lambda, a function made by another) gets
    a number where the name is taken.
    """

    def __init__(self, live: dict[str, Definition], origin: Origin | None) -> None:
        self._live = live
        self._origin = origin
        self._by_source = {id(one.source): name for name, one in live.items()}
        self._unmapped_classes: set[int] = set()
        self._named: list[str] = []
        self.new: dict[str, Definition] = {}

    def named(self, action: Action) -> Action:
        """Return an action with the name of its plugin in place of the plugin."""
        if not isinstance(action, PluginAction):
            return action
        name = self._name(action.plugin)
        self._named.append(name)
        return PluginAction(name, dict(action.params))

    def _name(self, source: Any) -> str:
        if isinstance(source, str):
            return source
        known = self._by_source.get(id(source))
        if known is not None:
            return known
        if is_plugin_class(source):
            name = _checked(source.name)
            name = self._free(name) if name in self.new else name
            return self._define(name, source, source, Kind.CLASS)
        if isinstance(source, Plugin):
            name = self._free(_checked(source.name))
            return self._define(name, source, lambda: source, Kind.INSTANCE)
        name, own = function_name(source)
        name = name if own and name not in self.new else self._free(name)
        return self._define(name, source, lambda: FunctionPlugin(name, source), Kind.FUNCTION)

    def add_class(self, cls: type[Plugin]) -> None:
        """Make a class live that its cell defined, unless only its instances can be."""
        known = id(cls) in self._by_source or isabstract(cls)
        if known or not _builds_without_arguments(cls):
            return
        if any(type(one.source) is cls for one in self.new.values()):
            return
        name = _checked(cls.name)
        mapped = self.new.get(name)
        if mapped is None or id(mapped.source) in self._unmapped_classes:
            self._unmapped_classes.add(id(cls))
            self._define(name, cls, cls, Kind.CLASS)

    def check_names(self, unknown: Callable[[str], str]) -> None:
        for name in self._named:
            if name not in self._live and name not in self.new:
                raise InvalidValue(unknown(name))

    def _define(self, name: str, source: object, make: Callable[[], Plugin], kind: Kind) -> str:
        self.new[name] = Definition(name, source, make, kind, self._origin)
        self._by_source[id(source)] = name
        return name

    def _free(self, name: str) -> str:
        """Return `name`, or it with a number where it is taken by another cell, or in this one."""
        for attempt in count(1):
            candidate = name if attempt == 1 else f"{name}-{attempt}"
            taken = self._live.get(candidate)
            if candidate not in self.new and (taken is None or self._is_mine(taken)):
                return candidate
        raise AssertionError

    def _is_mine(self, taken: Definition) -> bool:
        """Tell whether an earlier run of this cell made it."""
        mine, theirs = self._origin, taken.origin
        if mine is None or theirs is None or mine.run == theirs.run:
            return False
        return mine.cell is not None and mine.cell == theirs.cell


def _checked(name: Any) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= _NAME_LENGTH:
        raise InvalidValue(
            f"a plugin's name is {name!r:.80}; allowed is text of 1 to {_NAME_LENGTH} characters"
        )
    return name


def _builds_without_arguments(cls: type[Plugin]) -> bool:
    try:
        signature(cls).bind()
    except TypeError:
        return False
    except ValueError:  # no signature to be had: try
        return True
    return True


def _outdated(table: MappingTable, change: Change, new: list[Mapping]) -> list[Mapping]:
    """Return what the same cell made before, and what a newer cell's mappings take the place of."""
    origin = change.origin
    redefined = {
        mapping.plugin
        for wanted, mapping in zip(change.mappings, new, strict=True)
        if wanted.redefines
        and isinstance(wanted.action, PluginAction)
        and function_name(wanted.action.plugin)[1]
    }
    if origin is None:
        return [one for one in table if redefined.intersection(one.plugins)]
    before = [one for one in table if one.origin is None or one.origin.run != origin.run]
    heard: dict[Any, list[Mapping]] = {}
    for one in new:
        heard.setdefault((one.trigger, one.mode, one.port), []).append(one)
    return [
        one
        for one in before
        if (origin.cell and _cell(one) == origin.cell)
        or _taken(one, heard.get((one.trigger, one.mode, one.port), ()))
        or (one.origin is not None and redefined.intersection(one.plugins))
    ]


def _taken(old: Mapping, new: Sequence[Mapping]) -> bool:
    """Tell whether a mapping of another cell goes because of those on the same trigger now.

    Alone, it does; one of several (`all`), one that no cell made, and one of the configuration only
    if it is there again.
    """
    return any(
        (one.action == old.action and one.all == old.all)
        or not (one.all or old.all or old.origin is None or one.of_file != old.of_file)
        for one in new
    )


def _cell(mapping: Mapping) -> str | None:
    return mapping.origin.cell if mapping.origin else None


def _remarks(drop: list[Mapping], new: list[Mapping], change: Change) -> list[str]:
    origin = change.origin
    if origin is None or origin.cell is None:
        return []
    heirs = {(one.trigger, one.mode): one for one in new}
    same = [(one.trigger, one.mode, one.action) for one in new]
    return [
        f"{one.trigger} now plays {heirs[one.trigger, one.mode].action} (was {one.action}, "
        f"{one.origin.label})"
        for one in drop
        if one.origin is not None
        and _cell(one) != origin.cell
        and (one.trigger, one.mode) in heirs
        and (one.trigger, one.mode, one.action) not in same
    ]


def _unused(
    live: dict[str, Definition],
    table: MappingTable,
    staged: Iterable[str],
    origin: Origin | None,
) -> list[str]:
    """Return what nothing fires any more: instances, functions, classes that left their cell."""
    used = {name for mapping in table for name in mapping.plugins}
    return [
        name
        for name, one in live.items()
        if name not in used
        and name not in staged
        and one.kind not in (Kind.FOLDER, Kind.PACKAGE)
        and (one.kind is not Kind.CLASS or _left_its_cell(one, origin))
    ]


def _left_its_cell(plugin: Definition, origin: Origin | None) -> bool:
    if origin is None or plugin.origin is None or origin.cell is None:
        return False
    return plugin.origin.cell == origin.cell and plugin.origin.run != origin.run
