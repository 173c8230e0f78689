"""The cells that were run, and which of them what is live needs to be made again.

A cell needs others for the names that it takes from them. A cell that made a name counts, and so
does one that has changed what the name stands for: `scale[0] = 3`, `scale.append(7)`.
"""

import ast
import re
import symtable
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from midimon_live.mappings import Origin

_MOST_CELLS = 1_000
_RUNS_EACH = 3
_LOADING = re.compile(r"^([ \t]*)%(?:un|re)?load_ext[ \t]+midimon_live[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ran:
    """A cell that has succeeded.

    Attributes:
        origin: which, and which run of it.
        text: as it stands in the notebook.
        code: as Python.
    """

    origin: Origin
    text: str
    code: str


@dataclass(frozen=True, slots=True)
class _Names:
    """What a cell has to do with names.

    Attributes:
        makes: those that it binds, but for imports.
        imports: those that it imports.
        stars: the modules of which it imports all names.
        needs: those that it takes from elsewhere.
        changes: those whose value it may have changed.
    """

    makes: frozenset[str]
    imports: frozenset[str]
    stars: tuple[str, ...]
    needs: frozenset[str]
    changes: frozenset[str]


class CellBook:
    """The last 1,000 cells that succeeded, three runs of each. Any thread may call.

    Attributes:
        runs: gives the number that tells a run of a cell from all others.
        python: turns a cell's text, which may have magics, into Python.
        count: how many were noted.
    """

    def __init__(self) -> None:
        self.runs: Iterator[int] = count(1)
        self.python: Callable[[str], str] = lambda text: text
        self.count = 0
        self._lock = threading.Lock()
        self._cells: dict[str, list[Ran]] = {}

    def note(self, origin: Origin, text: str) -> None:
        """Note that a cell has succeeded."""
        text = _LOADING.sub(r"\1pass", text)
        ran = Ran(origin, text, self.python(text))
        key = origin.cell or text
        with self._lock:
            runs = self._cells.pop(key, [])
            self._cells[key] = [*runs, ran][-_RUNS_EACH:]
            if len(self._cells) > _MOST_CELLS:
                del self._cells[next(iter(self._cells))]
            self.count += 1

    def needed(self, live: Collection[int]) -> list[Ran]:
        """Return the cells of these runs and those that they need, in the order they were run."""
        with self._lock:
            every = [one for runs in self._cells.values() for one in runs]
        every.sort(key=lambda one: one.origin.run)
        makers, changers = _index(every)
        chosen: dict[int, Ran] = {}
        todo = [one for one in every if one.origin.run in live]
        while todo:
            one = todo.pop()
            if one.origin.run in chosen:
                continue
            chosen[one.origin.run] = one
            for name in _names(one.code).needs:
                made = makers.get(name, [])
                before = [maker for maker in made if maker.origin.run < one.origin.run]
                todo += before[-1:] + made[-1:]  # what it had when it ran, and what it has now
                todo += changers.get(name, []) if made else []
        return [chosen[run] for run in sorted(chosen)]


def _index(every: list[Ran]) -> tuple[dict[str, list[Ran]], dict[str, list[Ran]]]:
    """Return which cells make each name, and which change its value."""
    makers: dict[str, list[Ran]] = {}
    changers: dict[str, list[Ran]] = {}
    imported: set[str] = set()
    for one in every:
        names = _names(one.code)
        given = names.imports | _starred(names.stars)
        imported |= given
        for name in names.makes | given:
            makers.setdefault(name, []).append(one)
        for name in names.changes:
            changers.setdefault(name, []).append(one)
    for name in imported:  # `time.sleep(5)` changes nothing
        changers.pop(name, None)
    return makers, changers


def _starred(modules: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    for module in modules:
        there = sys.modules.get(module)
        if there is not None:
            public = [name for name in vars(there) if not name.startswith("_")]
            found.update(getattr(there, "__all__", public))
    return frozenset(found)


@lru_cache(maxsize=4 * _MOST_CELLS)
def _names(code: str) -> _Names:
    try:
        tree = ast.parse(code)
        table = symtable.symtable(code, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError):  # only IPython can read it
        return _Names(frozenset(), frozenset(), (), frozenset(), frozenset())
    bound, used = _of_table(table)
    used |= {
        one.target.id
        for one in ast.walk(tree)
        if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name)
    } & bound
    first = _first_uses(tree)
    needs = {name for name in used if name not in bound or first.get(name) != "bound"}
    imports, stars = _imports(tree)
    makes = frozenset(bound) - imports
    return _Names(makes, frozenset(imports), stars, frozenset(needs), frozenset(_changes(tree)))


def _of_table(table: symtable.SymbolTable) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds for all, and those that it uses of all."""
    bound, used = set(), set()
    top = table.get_type() == "module"
    for one in table.get_symbols():
        if top or one.is_global():
            if one.is_assigned() or one.is_imported():
                bound.add(one.get_name())
            if one.is_referenced():
                used.add(one.get_name())
    for inner in table.get_children():
        inner_bound, inner_used = _of_table(inner)
        bound |= inner_bound
        used |= inner_used
    return bound, used


def _first_uses(tree: ast.AST) -> dict[str, str]:
    """Return whether each name is bound or used at its first place in the text."""
    places: list[tuple[int, int, str, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            stored = isinstance(node.ctx, ast.Store)
            # `x = f(x)` uses it first, though it stands behind
            places.append((node.lineno, stored, node.id, "bound" if stored else "used"))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            places.append((node.lineno, True, node.name, "bound"))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [(one.asname or one.name).split(".")[0] for one in node.names]
            places += [(node.lineno, True, name, "bound") for name in names]
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            places.append((node.lineno, False, node.target.id, "used"))
    found: dict[str, str] = {}
    for _line, _stored, name, how in sorted(places):
        found.setdefault(name, how)
    return found


def _imports(tree: ast.AST) -> tuple[set[str], tuple[str, ...]]:
    names: set[str] = set()
    stars: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            given = [(one.asname or one.name).split(".")[0] for one in node.names]
            names.update(one for one in given if one != "*")
            if "*" in given and isinstance(node, ast.ImportFrom) and node.module:
                stars.append(node.module)
    return names, tuple(stars)


def _changes(tree: ast.Module) -> set[str]:
    """Return the names whose values a cell stores into, or calls a method of as a statement."""
    found = set()
    for node in ast.walk(tree):
        parts = isinstance(node, (ast.Subscript, ast.Attribute))
        if parts and isinstance(node.ctx, (ast.Store, ast.Del)):  # type: ignore[attr-defined]
            found.add(_root(node))
        elif isinstance(node, ast.AugAssign):
            found.add(_root(node.target))
    for statement in tree.body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            found.add(_root(statement.value.func, bare=False))
    return found - {"", "midi"}


def _root(node: ast.AST, *, bare: bool = True) -> str:
    """Return the name at the beginning of `name.part[0].more`; "" if there is none."""
    if not bare and isinstance(node, ast.Name):
        return ""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
