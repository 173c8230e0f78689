"""All that a class or function of a notebook needs, as the text of one file.

What was imported becomes an import, what was defined in the notebook is copied, plain values are
written down as they are now. What can not come along is said, with the line that uses it.
"""

import __future__

import builtins
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

from midimon_live.glances import Glances
from midimon_live.plugin.export.imported import Import, Imports, cells_and
from midimon_live.plugin.export.names import (
    Definition,
    Use,
    definition_in,
    imports_in,
    uses_of,
    without_lines,
)
from midimon_live.plugin.export.pieces import Piece, Value, ordered, unnamed, write
from midimon_live.plugin.export.values import CHANGEABLE, NotPlain, is_made_by_call, written
from midimon_live.plugin.sourcecode import Source, function_of, methods_of, source_of

NamePlace = Callable[[str, int], str]
_MISSING = object()
_HOST = (
    "is the notebook's session, which a plugin does not have; use self.host.midi.send(...), "
    "self.host.schedule(...) or self.host.emit(...)"
)


@dataclass
class Gathered:
    """What was found.

    Attributes:
        name: what the class or function is called in the file.
        is_async: whether it is an `async` function.
        imports: the import lines.
        modules: all that is imported, also inside functions.
        pieces: values and definitions, each behind what it needs.
        future: whether annotations are texts.
        problems: what keeps it from being a file of its own, a line each.
        remarks: what is good to know, a line each.
        copied: the classes and functions that were copied, by their names in the file.
    """

    name: str = ""
    is_async: bool = False
    imports: list[Import] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    pieces: list[Piece] = field(default_factory=list)
    future: bool = False
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    copied: dict[str, Any] = field(default_factory=dict)


def gather(thing: type | FunctionType, name_place: NamePlace) -> Gathered:
    """Return what a class or function needs. Runs nothing.

    Args:
        thing: of a notebook, or of a module.
        name_place: turns file and line into words such as "In [3], line 7".
    """
    return _Gatherer(thing, name_place).gathered()


class _Gatherer:
    def __init__(self, thing: type | FunctionType, name_place: NamePlace) -> None:
        self._thing = thing
        self._name_place = name_place
        self._found = Gathered()
        self._values: dict[str, Any] = {}
        self._pieces: dict[str, Piece] = {}
        self._texts: list[str] = []
        self._modules: dict[str, ModuleType] = {}
        self._assigned: set[str] = set()
        self._undefined: dict[str, str] = {}
        self._plain: list[Value] = []
        self._home = thing.__module__
        self._globals = _globals_of(thing)
        source = source_of(thing)
        own = getattr(sys.modules.get(self._home), "__file__", None)
        notebook = self._home == "__main__"
        file = source.filename if source and not notebook else own
        self._imports = Imports(cells_and(file) if notebook else [file] if file else [])

    def gathered(self) -> Gathered:
        found, source = self._found, source_of(self._thing)
        if source is None:
            found.problems.append(
                f"the text of {self._thing.__name__} is not known any more; run its cell again"
            )
            return found
        self._copy(self._thing.__name__, self._thing, source, self._place(source, 1))
        self._write_values()
        for name, module in self._modules.items():
            lines = self._imports.of_module(name, module, self._texts)
            found.imports += lines or []
        gone = "is not there; it was deleted, or is of a function that has ended"
        found.problems += [
            f"{place}: {name} {gone}"
            for name, place in self._undefined.items()
            if name not in self._assigned
        ]
        found.imports = list(dict.fromkeys(found.imports))
        found.modules |= {one.module for one in found.imports}
        found.pieces = ordered(list(self._pieces.values()), found.name)
        return found

    def _place(self, source: Source, line: int) -> str:
        return self._name_place(source.filename, source.line + line - 1)

    def _copy(self, name: str, value: Any, source: Source, place: str) -> bool:
        """Take a definition along, and all it needs; False if it can not be."""
        root = value is self._thing
        names = {**self._globals, **_around(value)}
        flags = _future_flags(value)
        self._found.future |= bool(flags)
        try:
            definition = definition_in(source.text)
            text = self._without_mappings(source, definition, names)
            uses = uses_of(text, flags=flags)
        except SyntaxError as error:
            what = f"{name} can not stand by itself ({error.msg}); define it outside of functions"
            self._found.problems.append(f"{place}: {what}")
            return False
        if not definition.name or (not root and not _is_as_written(value, definition, name, names)):
            what = f"{name} was made by an expression; define it with `def`, `class` or a decorator"
            self._found.problems.append(f"{place}: {what}")
            return False
        if root:
            self._found.name, self._found.is_async = definition.name, definition.is_async
        if not self._is_free(definition.name, value, place):
            return False
        piece = self._pieces[definition.name] = Piece(definition.name, text)
        self._values[definition.name] = self._values[name] = value
        self._found.copied[definition.name] = value
        self._texts.append(text)
        self._found.modules |= {module for module, _ in imports_in(text)}
        shift = source.text.count("\n") - text.count("\n")  # decorators are above all else
        for use in uses:
            if use.set:
                self._assigned.add(use.name)
            if use.read and use.name != definition.name:
                self._need(piece, use, names, self._place(source, use.line + shift))
        if definition.name != name:
            alias = Piece(name, f"{name} = {definition.name}\n", {definition.name})
            self._pieces[name] = alias
        return True

    def _without_mappings(
        self, source: Source, definition: Definition, names: Mapping[str, Any]
    ) -> str:
        """Return the text without decorators such as `@midi.on(...)`, which map it."""
        spans = []
        for first, last, root in definition.decorators:
            if isinstance(names.get(root), Glances):
                spans.append((first, last))
                what = f"`{source.text.splitlines()[first - 1]}` stays in the notebook"
                self._found.remarks.append(f"{self._place(source, first)}: {what}")
        return without_lines(source.text, spans)

    def _need(self, piece: Piece, use: Use, names: Mapping[str, Any], place: str) -> None:
        """Bring a name along that a piece uses."""
        value = names.get(use.name, _MISSING)
        if use.name == "get_ipython":
            what = f"{use.name} is the notebook's; a plugin runs without one"
            self._found.problems.append(f"{place}: {what}")
            return
        if value is _MISSING or _stands_for_builtin(use.name, value):
            value = getattr(builtins, use.name, _MISSING)
            if value is _MISSING:
                self._undefined.setdefault(use.name, place)
            if use.name != "display" or value is _MISSING:
                return
        if self._bring(use.name, value, place, names):
            (piece.at_once if use.at_once else piece.later).add(use.name)

    def _is_free(self, name: str, value: Any, place: str) -> bool:
        """Tell whether a name can mean this value in the file; if not, that is said."""
        if self._values.get(name, value) is value:
            return True
        what = f"{name} is two different things here; give one of them another name"
        self._found.problems.append(f"{place}: {what}")
        return False

    def _bring(self, name: str, value: Any, place: str, names: Mapping[str, Any]) -> bool:
        """Let a name mean this value in the file; False if that can not be, which is said."""
        if not self._is_free(name, value, place):
            return False
        if name in self._values:
            return True
        why = self._bring_new(name, value, place, names)
        if why:
            self._found.problems.append(f"{place}: {name} {why}")
        return why is None

    def _bring_new(self, name: str, value: Any, place: str, names: Mapping[str, Any]) -> str | None:
        """Return None where it worked, "" where what is wrong was said already, or that."""
        if isinstance(value, Glances):
            return _HOST
        if isinstance(value, ModuleType):
            if self._imports.of_module(name, value, []) is None:
                return f"is the module {value.__name__}, which can not be imported elsewhere"
            self._modules[name] = self._values[name] = value
            return None
        return self._bring_object(name, value, place, names)

    def _bring_object(
        self, name: str, value: Any, place: str, names: Mapping[str, Any]
    ) -> str | None:
        if _is_definition(value) and value.__module__ == self._home:
            source = _source_under(name, value)
            if source is None and is_made_by_call(value):
                return self._write_down(name, value, place, names)
            if source is None:
                return "was defined in a cell whose text is not known any more; run that again"
            return None if self._copy(name, value, source, place) else ""
        line = self._imports.of(name, value)
        if line is not None:
            self._found.imports.append(line)
            self._values[name] = value
            return None
        return self._write_down(name, value, place, names)

    def _write_down(
        self, name: str, value: Any, place: str, names: Mapping[str, Any]
    ) -> str | None:
        piece = Piece(name, "", plain=True)
        known = len(self._found.problems)

        def refer(part: Any) -> str | None:
            if type(part) in CHANGEABLE:
                return None
            own = getattr(part, "__name__", None)
            if not isinstance(own, str) or names.get(own, part) is not part:
                own = ""
            if own and getattr(builtins, own, None) is part:
                return own
            if not own.isidentifier():  # a lambda, or what was imported under another name
                own = next((name for name, value in names.items() if value is part), "")
            if not own or not self._bring(own, part, place, names):
                return None
            piece.at_once.add(own)
            return own

        if not is_made_by_call(value) and (isinstance(value, type) or callable(value)):
            kind = type(value).__qualname__
            return f"is a {kind}, which can not be copied or imported"
        try:
            written(value, refer)
        except NotPlain as error:
            return "" if len(self._found.problems) > known else str(error)
        self._pieces[name], self._values[name] = piece, value
        self._plain.append(Value(piece, value, refer, names, place))
        return None

    def _write_values(self) -> None:
        """Write the notebook's variables down; what is one thing there stays one."""
        known = len(self._found.problems)
        while found := unnamed(self._plain):
            for one, part in found:
                names = (name for name, value in one.names.items() if value is part)
                name = next((name for name in names if not name.startswith("_")), None)
                if name is not None:
                    self._bring(name, part, one.place, one.names)
                else:
                    what = f"{one.piece.name} has one {type(part).__name__} in two places"
                    self._found.problems.append(
                        f"{one.place}: {what}, of which a file would make two; give it a name of "
                        "its own, or make it in initialize"
                    )
            if len(self._found.problems) > known:
                return
        write(self._plain)
        for one in self._plain:
            line = one.piece.text.rstrip("\n")
            shown = line if len(line) <= 60 else f"{line[:57]}..."
            self._found.remarks.append(
                f"{' '.join(shown.split())}: the notebook's variable, as it is now ({one.place})"
            )


def _stands_for_builtin(name: str, value: Any) -> bool:
    """Tell whether IPython has put something of its own in the place of a builtin, as `open`."""
    original = getattr(builtins, name, _MISSING)
    if original is _MISSING:
        return False
    theirs = str(getattr(value, "__module__", "")).partition(".")[0] == "IPython"
    return theirs or getattr(value, "__wrapped__", value) is original


def _functions_of(thing: Any) -> list[FunctionType]:
    if isinstance(thing, type):
        return methods_of(thing)
    function = function_of(thing)
    return [] if function is None else [function]


def _globals_of(thing: Any) -> Mapping[str, Any]:
    """Return the variables of the module, or the notebook, that a definition is from."""
    related = thing.__mro__ if isinstance(thing, type) else [thing]
    for one in related:
        for function in _functions_of(one) if one.__module__ == thing.__module__ else ():
            return function.__globals__
    module = sys.modules.get(thing.__module__)
    return {} if module is None else vars(module)


def _around(thing: Any) -> dict[str, Any]:
    """Return what a definition sees of the variables of functions around it."""
    names = {}
    for function in _functions_of(thing):
        pairs = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        for name, cell in pairs:
            try:
                names[name] = cell.cell_contents
            except ValueError:  # not assigned yet, or not any more
                continue
    names.pop("__class__", None)
    return names


def _future_flags(thing: Any) -> int:
    future = __future__.annotations.compiler_flag
    codes = [one.__code__ for one in _functions_of(thing)]
    return future if any(one.co_flags & future for one in codes) else 0


def _is_definition(value: Any) -> bool:
    wrapped = hasattr(value, "__dict__") and "__wrapped__" in vars(value)
    return isinstance(value, (type, FunctionType)) or (wrapped and hasattr(value, "__module__"))


def _is_as_written(value: Any, definition: Definition, name: str, names: Mapping[str, Any]) -> bool:
    """Tell whether running the definition gives this value, or one like it."""
    if isinstance(value, type):
        return bool(definition.name == value.__name__)
    if function_of(value) is not value:  # a wrapper: its decorator has to be in the text
        return bool(definition.decorators) and definition.name == name
    if isinstance(value, FunctionType) and "<locals>" in value.__qualname__:
        return bool(definition.decorators) or definition.name == value.__name__
    written_as = (name, getattr(value, "__name__", name))
    return definition.name in written_as or names.get(definition.name) is value


def _source_under(name: str, value: Any) -> Source | None:
    """Return the text that a name was defined with: for what a decorator made, the inside's."""
    if isinstance(value, FunctionType) and value.__name__ != name:
        for cell in value.__closure__ or ():
            inner = cell.cell_contents
            if isinstance(inner, FunctionType) and inner.__name__ == name:
                source = source_of(inner)
                if source is not None and definition_in(source.text).decorators:
                    return source
    return source_of(value)
