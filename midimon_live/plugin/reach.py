"""What code reaches beside its own instance: whether a dry run of a plugin could leave a trace.

Only plugins are tried that use nothing but themselves, MIDI, constants, functions of which the same
is true, and modules without side effects. What is not known to be harmless counts as a trace.
"""

import builtins
import dis
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from importlib.util import find_spec
from inspect import iscoroutinefunction
from random import Random
from re import Pattern
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from midimon_live.capabilities import Capability
from midimon_live.plugin.api import ActionPlugin, Plugin
from midimon_live.plugin.version import Kind, Version

_PURE = frozenset(
    "bisect collections colorsys copy dataclasses datetime decimal enum fractions functools heapq "  # noqa: SIM905 - reads better than a column
    "itertools json math mido midimon_live numpy operator random re statistics string textwrap "
    "time typing".split()
)
_FAR = frozenset(
    "__import__ breakpoint compile delattr eval exec exit globals input locals open quit setattr "  # noqa: SIM905
    "type vars".split()
)
_OURS = ("midimon_live", "builtins", "abc", "typing", "enum")
_CONSTANTS = (str, bytes, int, float, complex, type(None), range, Enum, Pattern)
_MOMENTS = (date, time, timedelta, Decimal, Fraction)
# what a class says of itself
_STATED = frozenset((*vars(Plugin), *vars(ActionPlugin))) - {"execute"}


def trace_of(version: Version) -> str:
    """Return why a version can not be tried without leaving a trace, or ""."""
    plugin = version.plugin
    if version.definition.kind not in (Kind.CLASS, Kind.FOLDER, Kind.PACKAGE):
        return "only classes are tried"
    if not plugin.dry_run:
        return "it says dry_run = False"
    if not isinstance(plugin, ActionPlugin) or iscoroutinefunction(plugin.execute):
        return "it is async, or makes events"
    if version.declared - {Capability.MIDI}:
        return "it may do more than send MIDI"
    return _Reach().of_class(type(plugin))


class _Reach:
    """Finds what code reaches; each class and function is looked at once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def of_class(self, cls: type) -> str:
        """Return the first thing that a class reaches and that is not harmless, or ""."""
        found = ((one, name, value) for one in cls.__mro__ for name, value in self._members(one))
        return _first(self._of_value(f"{one.__name__}.{name}", value) for one, name, value in found)

    def _members(self, cls: type) -> Iterator[tuple[str, Any]]:
        if id(cls) in self._seen or _home(cls) in _OURS:
            return
        self._seen.add(id(cls))
        for name, value in vars(cls).items():
            stated = name in _STATED or name.startswith(("__", "_abc_", "_defined_at"))
            if not stated or isinstance(value, FunctionType):
                yield name, value

    def _of_value(self, name: str, value: Any) -> str:
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        if isinstance(value, property):
            return _first(self._of_value(name, one) for one in (value.fget, value.fset) if one)
        if isinstance(value, (tuple, frozenset)):
            return _first(self._of_value(name, one) for one in value)
        if isinstance(value, FunctionType):
            return self._of_function(value)
        if isinstance(value, type):
            return self._of_type(name, value)
        return "" if _is_harmless(value) else f"it uses {name}"

    def _of_type(self, name: str, cls: type) -> str:
        if _home(cls) in ("builtins", *_PURE):
            return ""
        return f"it uses {name}" if issubclass(cls, Plugin) else self.of_class(cls)

    def _of_function(self, function: FunctionType) -> str:
        if id(function) in self._seen or _home(function) in _PURE:
            return ""
        self._seen.add(id(function))
        code = function.__code__
        cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
        inside = [(name, _inside(cell)) for name, cell in cells if name != "__class__"]
        inside += [("a default value", one) for one in function.__defaults__ or ()]
        return (
            _first(self._of_value(*one) for one in inside)
            or _first(_of_module(name) for name in _imported(code))
            or _first(self._of_name(name, function) for name in _reached(code))
        )

    def _of_name(self, name: str, function: FunctionType) -> str:
        if name in function.__globals__:
            return self._of_value(name, function.__globals__[name])
        if hasattr(builtins, name):
            return f"it uses {name}" if name in _FAR else ""
        # what there is none of raises when it is tried, and does nothing else
        return f"it uses {name}" if name.startswith("global ") or name == "__class__" else ""


def _first(found: Iterable[str]) -> str:
    return next(filter(None, found), "")


def _of_module(name: str) -> str:
    """Return what a module's import would be, or "" where it is harmless, or there is none."""
    if name in _PURE:
        return ""
    try:
        return f"it imports {name}" if find_spec(name) is not None else ""
    except (ImportError, ValueError):  # half-imported, or no module's name
        return f"it imports {name}"


def _imported(code: CodeType) -> Iterator[str]:
    """Yield the names of the modules that code imports; "." for its own package."""
    for one in _instructions(code):
        if one.opname == "IMPORT_NAME":
            yield str(one.argval).partition(".")[0] or "."


def _instructions(code: CodeType) -> Iterator[dis.Instruction]:
    yield from dis.get_instructions(code)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _instructions(inner)


def _reached(code: CodeType) -> Iterator[str]:
    """Yield the names of globals that code uses; "global NAME" for one that it sets."""
    for one in _instructions(code):
        if one.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(one.argval)
        elif one.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            yield f"global {one.argval}"
        elif one.argval == "__class__" and one.opname in ("LOAD_ATTR", "STORE_ATTR"):
            yield "__class__"


def _is_harmless(value: Any) -> bool:
    """Tell whether a value can not be changed, or is a module or function that changes nothing."""
    if isinstance(value, ModuleType):
        return value.__name__.partition(".")[0] in _PURE
    if isinstance(value, (BuiltinFunctionType, MethodType)):
        return value.__self__ is None or isinstance(value.__self__, (ModuleType, Random))
    return isinstance(value, (*_CONSTANTS, *_MOMENTS)) or type(value).__name__ == "ufunc"


def _inside(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing yet
        return None


def _home(thing: Any) -> str:
    return str(getattr(thing, "__module__", "") or "").partition(".")[0]
