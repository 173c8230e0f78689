"""What a cell wants to be different, and how all of it comes into force at once, or not at all.

Building and initialising plugins happens aside. Only when all of it worked are the plugin table and
the mapping table replaced, between two events. What the same cell made before goes.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from inspect import isabstract, signature
from itertools import count
from typing import Any

from midimon_live.actions import PluginAction, is_plugin_class
from midimon_live.engine import Engine
from midimon_live.errors import InvalidValue
from midimon_live.inline import Inline
from midimon_live.mappings import Mapping, MappingTable, Origin
from midimon_live.plugin.api import ActionPlugin, FunctionPlugin
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.version import Definition, Kind
from midimon_live.triggers import Trigger


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
        removals: mappings it wants gone.
    """

    origin: Origin | None = None
    classes: list[type[ActionPlugin]] = field(default_factory=list)
    mappings: list[WantedMapping] = field(default_factory=list)
    removals: list[Mapping] = field(default_factory=list)


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
        self._lambdas = count(1)
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
        wanted = _Definitions(live, change.origin, self._lambdas)
        names = [wanted.name(one.action) for one in change.mappings]
        for cls in change.classes:
            wanted.add_class(cls)
        wanted.check_names(names)
        staged = self._plugins.stage(wanted.new.values())
        # read after `initialize` ran: that may map things itself
        table, live = self._engine.table, self._plugins.definitions()
        mappings = [
            self._made(*pair, change.origin) for pair in zip(change.mappings, names, strict=True)
        ]
        drop = [*change.removals, *_outdated(table, change, mappings)]
        table = table.changed(mappings, drop)
        gone = _unmapped(live, table, staged)
        with self._pump.between_events():
            replaced = self._plugins.swap(staged, gone)
            self._engine.use(table)
        self._plugins.retire(replaced)
        for one, mapping in zip(change.mappings, mappings, strict=True):
            if one.handle is not None:
                one.handle.mapping = mapping
        return _remarks(drop, mappings, change)

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
    """Finds names for what a change mentions, and collects what has to be built anew."""

    def __init__(
        self, live: dict[str, Definition], origin: Origin | None, lambdas: Iterable[int]
    ) -> None:
        self._live = live
        self._origin = origin
        self._lambdas = iter(lambdas)
        self._by_source: dict[int, str] = {id(one.source): name for name, one in live.items()}
        self.new: dict[str, Definition] = {}

    def name(self, action: PluginAction) -> str:
        source: Any = action.plugin
        if isinstance(source, str):
            return source
        known = self._by_source.get(id(source))
        if known is not None:
            return known
        if is_plugin_class(source):
            return self._define(source.name, source, source, Kind.CLASS)
        if isinstance(source, ActionPlugin):
            name = self._free(source.name)
            return self._define(name, source, lambda: source, Kind.INSTANCE)
        name = self._function_name(source)
        return self._define(name, source, lambda: FunctionPlugin(name, source), Kind.FUNCTION)

    def add_class(self, cls: type[ActionPlugin]) -> None:
        """Make a class live that its cell defined, unless only its instances can be."""
        if id(cls) in self._by_source or isabstract(cls) or not _builds_without_arguments(cls):
            return
        if any(type(one.source) is cls for one in self.new.values()):
            return
        self._define(cls.name, cls, cls, Kind.CLASS)

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
        """Return `name`, or it with a number where another cell's instance has it."""
        for attempt in count(1):
            candidate = name if attempt == 1 else f"{name}-{attempt}"
            taken = self._live.get(candidate)
            if candidate not in self.new and (taken is None or self._is_mine(taken)):
                return candidate
        raise AssertionError

    def _is_mine(self, taken: Definition) -> bool:
        mine, theirs = self._origin, taken.origin
        if mine is None or theirs is None:
            return False
        return mine.run == theirs.run or (mine.cell is not None and mine.cell == theirs.cell)

    def _function_name(self, function: Any) -> str:
        name = getattr(function, "__qualname__", type(function).__name__)
        if name.endswith("<lambda>"):
            return f"lambda {next(self._lambdas)}"
        return f"{name}()"


def name_of(action: PluginAction) -> str:
    """Return how an action is called before it has come into force."""
    source: Any = action.plugin
    if isinstance(source, str):
        return source
    if isinstance(source, ActionPlugin) or is_plugin_class(source):
        return str(source.name)
    return f"{getattr(source, '__qualname__', type(source).__name__)}()"


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
        if wanted.redefines and not mapping.plugin.startswith("lambda ")
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


def _unmapped(live: dict[str, Definition], table: MappingTable, staged: Iterable[str]) -> list[str]:
    """Return the instances and functions that nothing fires any more."""
    used = {mapping.plugin for mapping in table}
    return [
        name
        for name, one in live.items()
        if one.kind is not Kind.CLASS and name not in used and name not in staged
    ]
