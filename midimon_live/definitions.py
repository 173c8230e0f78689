"""From what a change mentions, a class, an instance or a function, to a plugin with a name."""

from collections.abc import Callable, Collection
from inspect import isabstract, signature
from itertools import count
from shlex import quote
from typing import Any

from midimon_live.actions import Action, PluginAction, function_name, is_plugin_class
from midimon_live.errors import InvalidValue
from midimon_live.mappings import Origin
from midimon_live.plugin.api import FunctionPlugin, Plugin
from midimon_live.plugin.slips import misspelled, nearly_execute, no_execute
from midimon_live.plugin.version import Definition, Kind

_NAME_LENGTH = 100


class Definitions:
    """Finds names for what a change mentions, and collects what has to be built anew.

    A class and a named function keep their name, so that defining them again replaces them
    everywhere. What has no name of its own (an instance, a lambda, a function made by another) gets
    a number where the name is taken.

    Args:
        live: what there is already, by name.
        origin: the cell that wants it.
        taken: names that others will have.

    Attributes:
        mentioned: the names of plugins in actions.
        remarks: what the user may not expect, a line each.
        new: what has to be built, by name.
    """

    def __init__(
        self,
        live: dict[str, Definition],
        origin: Origin | None,
        taken: Collection[str] = (),
    ) -> None:
        self._live = live
        self._origin = origin
        self._by_source = {id(one.source): name for name, one in live.items()}
        self._unmapped_classes: set[int] = set()
        self._taken = taken
        self.mentioned: list[str] = []
        self.remarks: list[str] = []
        self.new: dict[str, Definition] = {}

    def named(self, action: Action) -> Action:
        """Return an action with the name of its plugin in place of the plugin."""
        if not isinstance(action, PluginAction):
            return action
        name = self._name(action.plugin)
        self.mentioned.append(name)
        return PluginAction(name, dict(action.params))

    def _name(self, source: Any) -> str:
        if isinstance(source, str):
            return source
        known = self._by_source.get(id(source))
        if known is not None:
            return known
        if is_plugin_class(source):
            name = wanted = _checked(source.name)
            if name in self.new:
                name = self._free(name)
                self.remarks.append(f"two classes are called {wanted}: the second one is {name}")
            return self._define(name, source, source, Kind.CLASS)
        if isinstance(source, Plugin):
            name = self._free(_checked(source.name))
            return self._define(name, source, lambda: source, Kind.INSTANCE)
        name, own = function_name(source)
        name = name if own and name not in self.new else self._free(name)
        return self._define(name, source, lambda: FunctionPlugin(name, source), Kind.FUNCTION)

    def add_class(self, cls: type[Plugin]) -> None:
        """Make a class live that its cell defined, unless only its instances can be."""
        if nearly_execute(cls):  # without a word like it, it may be a base of others
            self.remarks.append(f"{no_execute(cls)} It is not live")
        else:
            self.remarks += misspelled(cls)
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
        """Raise InvalidValue where a mapping names a plugin that does not exist."""
        for name in self.mentioned:
            if name not in self._live and name not in self.new:
                raise InvalidValue(unknown(name))

    def _define(self, name: str, source: object, make: Callable[[], Plugin], kind: Kind) -> str:
        there = self._live.get(name)
        if there is not None and there.kind in (Kind.FOLDER, Kind.PACKAGE):
            self.remarks.append(
                f"{name} takes the place of the one in {there.folder or 'a package'}; "
                f"%midi load {quote(name)} brings that back"
            )
        self.new[name] = Definition(name, source, make, kind, self._origin)
        self._by_source[id(source)] = name
        return name

    def _free(self, name: str) -> str:
        """Return `name`, or it with a number where it is taken by another cell, or in this one."""
        for attempt in count(1):
            candidate = name if attempt == 1 else f"{name}-{attempt}"
            taken = self._live.get(candidate)
            free = candidate not in self.new and candidate not in self._taken
            if free and (taken is None or self._is_mine(taken)):
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
