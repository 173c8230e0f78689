"""Texts run as IPython runs cells."""

import linecache
import textwrap
from itertools import count
from typing import Any

_numbers = count(1)
_KEPT = 500  # cells whose text is there for tracebacks


def run(text: str, namespace: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run a text under a name that only `linecache` knows, and return its variables.

    Args:
        text: of the cell.
        namespace: the variables of the cells before it.
    """
    text = textwrap.dedent(text)
    number = next(_numbers)
    filename = f"/kernel/cell-{number}.py"
    linecache.cache.pop(f"/kernel/cell-{number - _KEPT}.py", None)
    linecache.cache[filename] = len(text), None, text.splitlines(keepends=True), filename
    if namespace is None:
        namespace = {"__name__": "__main__", "decorated": _decorated}
        exec("from midimon_live import *\nimport functools", namespace)  # noqa: S102 - a cell
    exec(compile(text, filename, "exec", dont_inherit=True), namespace)  # noqa: S102 - the same
    return namespace


def _decorated(*_words: Any, **_more: Any) -> Any:
    return lambda thing: thing
