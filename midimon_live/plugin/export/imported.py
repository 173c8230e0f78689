"""How a file gets at what a notebook has imported: the import line that yields the same object."""

import ast
import linecache
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from midimon_live.plugin.export.names import attributes_of

_NOTEBOOK = "__main__"
_OF_PLUGINS = "midimon_live_plugins"


class Import(NamedTuple):
    """An import line.

    Attributes:
        module: what it imports, or imports from.
        line: its text.
    """

    module: str
    line: str


class Imports:
    """Finds import lines. It reads the cells' own lines once, and believes no line unchecked.

    Args:
        files: where import lines may stand: cells and files, as `linecache` knows them.
    """

    def __init__(self, files: list[str]) -> None:
        self._files = files
        self._lines: dict[str, list[Import]] | None = None

    def of_module(self, name: str, module: ModuleType, texts: list[str]) -> list[Import] | None:
        """Return the lines that bind a module, and those of its parts that are used, or None.

        Args:
            name: what it is called.
            module: the module.
            texts: the code that uses it.
        """
        full = module.__name__
        outside = full.partition(".")[0] not in (_NOTEBOOK, _OF_PLUGINS)
        if sys.modules.get(full) is not module or not outside:
            return None
        line = f"import {full}" if name == full else f"import {full} as {name}"
        found = [Import(full, line)]
        for text in texts:
            for chain in attributes_of(text, name):
                deepest = _submodule(module, chain)
                if deepest != full:
                    found.append(Import(deepest, f"import {deepest}"))
        return list(dict.fromkeys(found))

    def of(self, name: str, value: Any) -> Import | None:
        """Return the line that binds this very object to a name, or None."""
        for one in self._written(name):
            if not _is_ours(one.module) and _attribute(one) is value:
                return one
        module, own = getattr(value, "__module__", None), getattr(value, "__name__", None)
        if not isinstance(module, str) or not isinstance(own, str) or _is_ours(module):
            return None
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            shorter = ".".join(parts[:length])
            if getattr(sys.modules.get(shorter), own, None) is value:
                word = own if own == name else f"{own} as {name}"
                return Import(shorter, f"from {shorter} import {word}")
        return None

    def _written(self, name: str) -> list[Import]:
        if self._lines is None:
            self._lines = {}
            for file in self._files:
                for bound, one in _import_lines(file):
                    self._lines.setdefault(bound, []).insert(0, one)
        return self._lines.get(name, [])


def _import_lines(file: str) -> Iterator[tuple[str, Import]]:
    """Yield the names that `from ... import ...` lines of a file bind."""
    text = "".join(linecache.getlines(file))
    if "import" not in text:
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                word = one.name if one.asname is None else f"{one.name} as {one.asname}"
                line = f"from {node.module} import {word}"
                yield one.asname or one.name, Import(node.module, line)


def _is_ours(module: str) -> bool:
    """Tell whether a module is the notebook, or a plugin's: neither can be imported elsewhere."""
    return module.partition(".")[0] in (_NOTEBOOK, _OF_PLUGINS)


def _attribute(one: Import) -> Any:
    word = one.line.rpartition(" import ")[2].partition(" as ")[0]
    return getattr(sys.modules.get(one.module), word, _Nothing)


class _Nothing:
    """What a module has not."""


def _submodule(module: ModuleType, chain: list[str]) -> str:
    """Return the name of the deepest module in `module.a.b.c`."""
    inner: Any = module
    name = module.__name__
    for word in chain:
        inner = getattr(inner, word, None)
        if not isinstance(inner, ModuleType) or inner.__name__ != f"{name}.{word}":
            break
        name = inner.__name__
    return name


def cells_and(file: str | None) -> list[str]:
    """Return the names of the cells that `linecache` knows, and one more file's, oldest first."""
    cells = [one for one in list(linecache.cache) if not Path(one).exists()]
    return cells if file is None else [*cells, file]


def needed(modules: set[str]) -> tuple[list[str], list[str]]:
    """Tell what has to be there for some imports, beside Python and midimon_live.

    Returns:
        Packages with their versions here, as "numpy 2.1.0"; and files of the user's own, as
        "helpers (/home/me/helpers.py)".
    """
    tops = {one.partition(".")[0] for one in modules} - set(sys.stdlib_module_names)
    tops.discard("midimon_live")
    if not tops:
        return [], []
    offered = metadata.packages_distributions()
    packages: set[str] = set()
    own: list[str] = []
    for top in sorted(tops):
        if top in offered:
            packages |= {f"{one} {metadata.version(one)}" for one in set(offered[top])}
        else:
            where = getattr(sys.modules.get(top), "__file__", None)
            own.append(f"{top} ({where})" if where else top)
    return sorted(packages), own
