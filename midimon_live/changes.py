"""What a cell wants to be different, and how all of it comes into force at once, or not at all.

Building and initialising plugins happens aside. Only when all of it worked are the plugin table and
the mapping table replaced, between two events. What the same cell made before goes.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from inspect import isabstract, isfunction, signature
from itertools import count
from typing import Any

from midimon_live.actions import PluginAction, is_plugin_class
from midimon_live.engine import Engine
from midimon_live.errors import InvalidValue
from midimon_live.inline import Inline
from midimon_live.mappings import Mapping, MappingTable, Origin
from midimon_live.plugin.api import ActionPlugin, FunctionPlugin
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.version import Definition, Kind, Version
from midimon_live.triggers import Trigger

_NAME_LENGTH = 100


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
        return f"{self._wanted.trigger} -> {name_of(self._wanted.action)}"


@dataclass(eq=False, slots=True)
class WantedMapping:
    """A mapping as asked for.

    Attributes:
        redefines: whether a mapping to an older function of the same name has to go.
    """

    trigger: Trigger
    action: PluginAction
    mode: str | None
    name: str | None
    all: bool
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
        over: whether its cell has ended.
    """

    origin: Origin | None = None
    classes: list[type[ActionPlugin]] = field(default_factory=list)
    mappings: list[WantedMapping] = field(default_factory=list)
    removals: list[MappingHandle] = field(default_factory=list)
    over: bool = False


class Committer:
    """Brings changes into force.

    Args:
        plugins: builds and swaps plugins.
        engine: gets the new mapping table.
        pump: keeps events waiting meanwhile.
    """

    def __init__(self, plugins: PluginManager, engine: Engine, pump: Inline) -> None:
        self._plugins = plugins
        self._engine = engine
        self._pump = pump
        self._numbers = count(1)
        self._one_at_a_time = threading.RLock()

    def commit(self, change: Change) -> list[str]:
        """Bring `change` into force, whole.

        Returns:
            Remarks for the user: what took the place of what.

        Raises:
            LoadError: a plugin could not be built or initialised; nothing was changed.
            InvalidValue: a mapping names a plugin that does not exist; nothing was changed.
        """
        with self._one_at_a_time:
            return self._commit(change)

    def _commit(self, change: Change) -> list[str]:
        live = self._plugins.definitions()
        wanted = _Definitions(live, change.origin)
        names = [wanted.name(one.action) for one in change.mappings]
        for cls in change.classes:
            wanted.add_class(cls)
        wanted.check_names(names)
        staged = self._plugins.stage(wanted.new.values())
        # read after `initialize` ran: that may map things itself
        before, live = self._engine.table, self._plugins.definitions()
        mappings = [
            self._made(*pair, change.origin) for pair in zip(change.mappings, names, strict=True)
        ]
        removed = [one.mapping for one in change.removals if one.mapping is not None]
        drop = [*removed, *_outdated(before, change, mappings)]
        table = before.changed(mappings, drop)
        gone = _unused(live, table, staged, change.origin)
        with self._pump.between_events():
            replaced = self._plugins.swap(staged, gone)
            self._engine.use(table)
        self._plugins.retire(replaced)
        self._plugins.end_notes({one.plugin for one in drop} - set(staged))
        for handle in change.removals:
            handle.mapping = None
        for one, mapping in zip(change.mappings, mappings, strict=True):
            if one.handle is not None:
                one.handle.mapping = mapping
        return _remarks(drop, mappings, change) + self._refusals(staged)

    def _refusals(self, staged: dict[str, Version]) -> list[str]:
        """Say at once what would otherwise show only when a pad stays silent."""
        return [
            f"{name} {self._plugins.how_to_allow(version)}"
            for name, version in staged.items()
            if self._plugins.missing(version)
        ]

    def _made(self, wanted: WantedMapping, plugin: str, origin: Origin | None) -> Mapping:
        return Mapping(
            number=next(self._numbers),
            trigger=wanted.trigger,
            plugin=plugin,
            params=dict(wanted.action.params),
            mode=wanted.mode,
            name=wanted.name or "",
            all=wanted.all,
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
        self.new: dict[str, Definition] = {}

    def name(self, action: PluginAction) -> str:
        source: Any = action.plugin
        if isinstance(source, str):
            return source
        known = self._by_source.get(id(source))
        if known is not None:
            return known
        if is_plugin_class(source):
            name = _checked(source.name)
            name = self._free(name) if name in self.new else name
            return self._define(name, source, source, Kind.CLASS)
        if isinstance(source, ActionPlugin):
            name = self._free(_checked(source.name))
            return self._define(name, source, lambda: source, Kind.INSTANCE)
        name, own = function_name(source)
        name = name if own and name not in self.new else self._free(name)
        return self._define(name, source, lambda: FunctionPlugin(name, source), Kind.FUNCTION)

    def add_class(self, cls: type[ActionPlugin]) -> None:
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

    def check_names(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._live and name not in self.new:
                known = ", ".join(sorted({*self._live, *self.new})) or "none"
                raise InvalidValue(f"no plugin is called {name!r}; there are: {known}")

    def _define(
        self, name: str, source: object, make: Callable[[], ActionPlugin], kind: Kind
    ) -> str:
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


def function_name(function: Any) -> tuple[str, bool]:
    """Return what to call a function, and whether that name is its own.

    A lambda, a function made inside another, a method, a partial and `_` are told apart by number.
    """
    name = getattr(function, "__qualname__", type(function).__name__)
    if name.endswith("<lambda>"):
        return "lambda", False
    plain = isfunction(function) and "<" not in name and not name.startswith("_")
    return f"{name.rpartition('.')[2]}()", plain


def name_of(action: PluginAction) -> str:
    """Return how an action is called before it has come into force."""
    source: Any = action.plugin
    if isinstance(source, str):
        return source
    if isinstance(source, ActionPlugin) or is_plugin_class(source):
        return str(source.name)
    return function_name(source)[0]


def _builds_without_arguments(cls: type[ActionPlugin]) -> bool:
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
        if wanted.redefines and function_name(wanted.action.plugin)[1]
    }
    if origin is None:
        return [one for one in table if one.plugin in redefined]
    earlier = [one for one in table if one.origin is not None and one.origin.run != origin.run]
    same_cell = [one for one in earlier if origin.cell and _cell(one) == origin.cell]
    going = {one.number for one in same_cell}
    taken = {(one.trigger, one.mode) for one in new if not one.all}
    others = [
        one
        for one in earlier
        if one.number not in going
        and ((not one.all and (one.trigger, one.mode) in taken) or one.plugin in redefined)
    ]
    return same_cell + others


def _cell(mapping: Mapping) -> str | None:
    return mapping.origin.cell if mapping.origin else None


def _remarks(drop: list[Mapping], new: list[Mapping], change: Change) -> list[str]:
    origin = change.origin
    if origin is None or origin.cell is None:
        return []
    heirs = {(one.trigger, one.mode): one for one in new}
    return [
        f"{one.trigger} now plays {heirs[one.trigger, one.mode].plugin} (was {one.plugin}, "
        f"{one.origin.label})"
        for one in drop
        if one.origin is not None and _cell(one) != origin.cell and (one.trigger, one.mode) in heirs
    ]


def _unused(
    live: dict[str, Definition],
    table: MappingTable,
    staged: Iterable[str],
    origin: Origin | None,
) -> list[str]:
    """Return what nothing fires any more: instances, functions, classes that left their cell."""
    used = {mapping.plugin for mapping in table}
    return [
        name
        for name, one in live.items()
        if name not in used
        and name not in staged
        and (one.kind is not Kind.CLASS or _left_its_cell(one, origin))
    ]


def _left_its_cell(plugin: Definition, origin: Origin | None) -> bool:
    if origin is None or plugin.origin is None or origin.cell is None:
        return False
    return plugin.origin.cell == origin.cell and plugin.origin.run != origin.run
