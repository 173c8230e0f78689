"""Modules under development: which they are, what they import, and how they are run anew.

A module that is run anew is a new module with a namespace of its own, so that what is in use of the
one before stays whole. It is compiled from its source each time: a `.pyc` of the same second and
the same size would be the one before.
"""

import dis
import linecache
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib.util import find_spec, module_from_spec, resolve_name, spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

_INSTALLED = {"site-packages", "dist-packages"}
_OURS = {"midimon_live", "midimon_live_plugins"}


def module_of(source: Any) -> str:
    """Return the name of the module that a class or function is from, or ""."""
    name = getattr(source, "__module__", "")
    return name if isinstance(name, str) else ""


def file_of(name: str) -> Path | None:
    """Return the file of a module under development; None for all others.

    That is one in memory whose file ends with .py and is neither installed, nor part of Python, nor
    of this package.
    """
    if _is_somebody_elses(name):
        return None
    file = getattr(sys.modules.get(name), "__file__", None)
    return Path(file).absolute() if isinstance(file, str) and _is_developed(Path(file)) else None


def _is_somebody_elses(name: str) -> bool:
    top = name.partition(".")[0]
    return top in _OURS or top in sys.stdlib_module_names or top in ("", "__main__", "__mp_main__")


def _is_developed(path: Path) -> bool:
    return path.suffix == ".py" and not _INSTALLED.intersection(path.parts)


def developed() -> list[str]:
    """Return the names of all modules under development that are in memory."""
    return [name for name in list(sys.modules) if file_of(name) is not None]


def imported_by(name: str, source: bytes) -> set[str]:
    """Return which modules under development a module imports, anywhere in its source."""
    return {one for one in _imports(name, source) if file_of(one) is not None}


def missing_in(name: str, source: bytes) -> dict[str, Path]:
    """Return the files of what a module imports that is not in memory, by the module's name."""
    found = {}
    for one in _imports(name, source) - set(sys.modules):
        parent = one.rpartition(".")[0]
        if _is_somebody_elses(one) or (parent and parent not in sys.modules):
            continue  # looking for the latter would import its parent
        with suppress(Exception):  # somebody else's finder
            spec = find_spec(one)
            if spec is not None and spec.origin and _is_developed(Path(spec.origin)):
                found[one] = Path(spec.origin).absolute()
    return found


def _imports(name: str, source: bytes) -> set[str]:
    """Return what may be the names of modules in a module's imports.

    They are read from its bytecode: in CPython 3.11 a thread that makes a syntax tree can break the
    tree of a cell that is being compiled ("AST constructor recursion depth mismatch").
    """
    try:
        code = compile(source, "<imports>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    module = sys.modules.get(name)
    package = name if hasattr(module, "__path__") else name.rpartition(".")[0]
    found: set[str] = set()
    for level, base, names in _import_statements(code):
        if not level and not names:
            found.add(base)
            continue
        with suppress(ImportError):  # more dots than there are packages
            full = resolve_name("." * level + base, package)
            found.update((full, *(f"{full}.{one}" for one in names)))
    return found - {name}


def _import_statements(code: CodeType) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield level, module and names of each import, which are loaded just before it."""
    loaded: list[Any] = []
    for one in dis.get_instructions(code):
        if one.opname == "IMPORT_NAME":
            level, names = loaded[-2:]
            yield level, one.argval, names or ()
        elif one.opname.startswith("LOAD_"):
            loaded.append(one.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _import_statements(inner)


def in_order(changed: Iterable[str], imports: Mapping[str, set[str]]) -> list[str]:
    """Return what has to run anew: what changed and what imports it, each after what it imports.

    Args:
        changed: names of modules.
        imports: the modules there are, and what each of them imports.
    """
    affected = set(changed)
    while more := {one for one, needs in imports.items() if needs & affected} - affected:
        affected |= more
    ordered: dict[str, None] = {}
    under_way: set[str] = set()

    def add(name: str) -> None:
        if name in under_way:  # a circle has no order
            return
        under_way.add(name)
        for needed in sorted(imports.get(name, set()) & affected):
            add(needed)
        ordered[name] = None

    for name in sorted(affected):
        add(name)
    return list(ordered)


class Renewal:
    """Modules that run anew, in place of those in `sys.modules`; one renewal at a time.

    Args:
        sources: name → the bytes of its file, in the order in which they are to run.

    Attributes:
        before: the modules that were there.
        after: those that have run.
    """

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources
        self.before: dict[str, ModuleType] = {}
        self.after: dict[str, ModuleType] = {}

    def run(self) -> None:
        """Run them; raises whatever they do."""
        writes = sys.dont_write_bytecode
        sys.dont_write_bytecode = True  # of what they import first: it may be edited next
        try:
            for name, source in self._sources.items():
                self.before[name] = sys.modules[name]
                self.after[name] = _run(name, source)
        finally:
            sys.dont_write_bytecode = writes

    def undo(self) -> None:
        """Let those before be back, as they were."""
        for name, module in self.before.items():
            _put(name, module)


def _run(name: str, source: bytes) -> ModuleType:
    old = sys.modules[name]
    places = getattr(old, "__path__", None)
    spec = spec_from_file_location(
        name, old.__file__, submodule_search_locations=None if places is None else list(places)
    )
    if spec is None:
        raise ImportError(f"{name} is no module that can be run anew", name=name)
    code = compile(source, str(old.__file__), "exec", dont_inherit=True)
    module = module_from_spec(spec)
    _put(name, module)
    linecache.checkcache(str(old.__file__))
    exec(code, vars(module))  # noqa: S102 - this is what importing is
    module = sys.modules[name]  # it may have put something else in its place
    for inner, one in list(sys.modules.items()):
        if places is not None and inner.rpartition(".")[0] == name:
            vars(module).setdefault(inner.rpartition(".")[2], one)
    return module


def _put(name: str, module: ModuleType) -> None:
    """Let a module be the one of that name, for whoever imports it."""
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], last, module)


def at(module: Any, qualname: str) -> Any:
    """Return what is called that in a module: "Blink", "Lights.Blink"; None if nothing is."""
    found = module
    for part in qualname.split("."):
        found = getattr(found, part, None)
    return found


def renew(namespace: dict[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Let names lead to what is new: the modules themselves, their classes and functions.

    Args:
        namespace: whose names.
        old: the modules before, by name.
        new: the modules now.
    """
    for name, value in list(namespace.items()):
        if isinstance(value, ModuleType):
            replacement = new.get(value.__name__)
            same = old.get(value.__name__) is value
        elif isinstance(value, (type, FunctionType)):
            where, called = module_of(value), value.__qualname__
            replacement = at(new.get(where), called)
            same = at(old.get(where), called) is value
        else:
            continue
        if same and replacement is not None:
            namespace[name] = replacement
