"""The source text of classes and functions, as their cell or file defined them.

`inspect.getsource` finds no class of a notebook before Python 3.13. Code objects know their file
and line, and `linecache` keeps the text of cells, modules and plugins' files; a class is found by
the lines of its methods, and a text that does not fit them is not taken for its source.
"""

import ast
import inspect
import linecache
import re
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import CodeType, FunctionType
from typing import Any

# strings and comments, so that only brackets outside of them are left to be counted
_QUOTED = re.compile(
    r"\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"
    r'|"(?:\\.|[^"\\\n])*"' + r"|'(?:\\.|[^'\\\n])*'|#[^\n]*",
    re.DOTALL,
)
_HEAD = re.compile(r"([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+(\w+)")
_BRACKETS = ("()", "[]", "{}")
_Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """What somebody wrote.

    Attributes:
        text: decorators included, without the indentation that it had; ends with a line feed.
        filename: of the cell or file, as tracebacks have it.
        line: number of its first line there, from 1.
    """

    text: str
    filename: str
    line: int


def source_of(thing: type | Callable[..., Any]) -> Source | None:
    """Return the source text of a class or function; any thread may call, nothing is raised.

    Args:
        thing: a class, function, method or `functools.partial`; of what a decorator has wrapped,
            the inside. Of a lambda it is the statement that holds it, of another object that can
            be called, its class.

    Returns:
        The text and where it is from, or None if that is not known any more.
    """
    try:
        if isinstance(thing, type):
            return _of_class(thing)
        return _of_function(thing)
    except Exception:  # a class may have anything in it, and a file may be gone
        return None


def function_of(thing: Any) -> FunctionType | None:
    """Return the function that somebody wrote behind a method, property, partial or wrapper."""
    for _ in range(100):
        inner = _inside(thing)
        if inner is None:
            break
        thing = inner
    return thing if isinstance(thing, FunctionType) else None


def methods_of(cls: type) -> list[FunctionType]:
    """Return the functions that were written in a class itself."""
    functions = (function_of(value) for value in vars(cls).values())
    return [
        one
        for one in functions
        if one is not None and one.__code__.co_qualname.rpartition(".")[0] == cls.__qualname__
    ]


def _inside(thing: Any) -> Any:
    """Return what is one layer further in, or None."""
    if isinstance(thing, partial):
        return thing.func
    if isinstance(thing, property):
        return thing.fget or thing.fset or thing.fdel
    found = vars(thing).get("__wrapped__") if hasattr(thing, "__dict__") else None
    if found is None and not isinstance(thing, FunctionType):
        found = getattr(thing, "__func__", None) or getattr(thing, "func", None)
    return found


def _of_function(thing: Any) -> Source | None:
    function = function_of(thing)
    if function is None:
        inner = type(thing)
        written_here = not inspect.isbuiltin(thing) and inner.__module__ != "builtins"
        return _of_class(inner) if written_here else None
    code = function.__code__
    lines = _lines(code.co_filename, function.__globals__)
    if code.co_name == "<lambda>":
        return _statement(lines, code.co_filename, code.co_firstlineno)
    return _definition(lines, code.co_filename, code.co_firstlineno, code.co_name, "def")


def _lines(filename: str, namespace: dict[str, Any] | None = None) -> list[str]:
    return linecache.getlines(filename, namespace)


def _of_class(cls: type) -> Source | None:
    name = cls.__qualname__.rpartition(".")[2]
    codes = [one.__code__ for one in methods_of(cls)]
    for filename, line in _places(cls, name, codes):
        lines = _lines(filename)
        source = _definition(lines, filename, line, name, "class")
        if source is not None and _fits(source, cls, codes, lines):
            return source
    return None


def _places(cls: type, name: str, codes: list[CodeType]) -> Iterator[tuple[str, int]]:
    """Yield where the class may begin, the surest first; decorators may be above."""
    if noted := vars(cls).get("_defined_at"):
        yield noted
    first = vars(cls).get("__firstlineno__")
    for code in codes:
        lines = _lines(code.co_filename)
        if line := first or _above(lines, code.co_firstlineno, name):
            yield code.co_filename, line
        for node in _definitions("".join(lines)):
            if node.name == name and node.lineno <= code.co_firstlineno <= (node.end_lineno or 0):
                yield code.co_filename, node.lineno
    if not codes:
        yield from _mentions(cls, name)


def _mentions(cls: type, name: str) -> Iterator[tuple[str, int]]:
    """Yield where a class without methods may be: in its module's file, or the newest cells."""
    own = getattr(sys.modules[cls.__module__], "__file__", None)
    cells = list(reversed(linecache.cache)) if cls.__module__ == "__main__" else []
    for filename in [own, *cells] if own else cells:
        lines = _lines(filename)
        for index in range(len(lines) - 1, -1, -1):
            if _is_head(lines[index], "class", name):
                yield filename, index + 1


def _above(lines: list[str], line: int, name: str) -> int | None:
    """Return the line of the nearest `class NAME` above a method, or None."""
    if line > len(lines):
        return None
    depth = _depth(lines[line - 1])
    for index in range(line - 1, -1, -1):
        if _depth(lines[index]) < depth and _is_head(lines[index], "class", name):
            return index + 1
    return None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_head(line: str, word: str, name: str) -> bool:
    found = _HEAD.match(line) if word in line else None
    return (
        found is not None
        and found[2] == word
        and unicodedata.normalize("NFKC", found[3]) == name  # as Python reads it
    )


def _definition(lines: list[str], filename: str, line: int, name: str, word: str) -> Source | None:
    """Return the definition at a line, which is that of its head or of one of its decorators."""
    if not 0 < line <= len(lines):
        return None
    indent = _depth(lines[line - 1])
    first = _first_decorator(lines, line - 1, indent)
    end = _end(lines, first, indent, word, name)
    if end is None:
        nodes = (one for one in _definitions("".join(lines)) if one.name == name)
        node = next((one for one in nodes if line in (one.lineno, _begin(one))), None)
        if node is None:
            return None
        first, end = _begin(node) - 1, node.end_lineno or 0
    return Source(textwrap.dedent("".join(lines[first:end]).rstrip() + "\n"), filename, first + 1)


def _first_decorator(lines: list[str], index: int, indent: int) -> int:
    """Return the index of the first decorator above a head; without one, the head's."""
    first = index
    for above in range(index - 1, -1, -1):
        line = lines[above].strip()
        depth = _depth(lines[above])
        if line.startswith("@") and depth == indent:
            first = above
        elif line and depth <= indent and line[0] not in ")]}#":
            break
    return first


def _end(lines: list[str], first: int, indent: int, word: str, name: str) -> int | None:
    """Return the index behind a definition, told by its indentation; None where that fails."""
    head = next(
        (
            index
            for index in range(first, len(lines))
            if _depth(lines[index]) == indent and _is_head(lines[index], word, name)
        ),
        None,
    )
    if head is None or not _is_whole("".join(lines[first:head])):
        return None
    for index in range(head + 1, len(lines)):
        line = lines[index].strip()
        outside = line and line[0] != "#" and _depth(lines[index]) <= indent
        if outside and _is_whole("".join(lines[first:index])):
            return _without_remarks(lines, index)
    return _without_remarks(lines, len(lines)) if _is_whole("".join(lines[first:])) else None


def _without_remarks(lines: list[str], end: int) -> int:
    """Return the index behind the last line that is neither blank nor a comment."""
    while lines[end - 1].strip()[:1] in ("", "#"):
        end -= 1
    return end


def _is_whole(text: str) -> bool:
    """Tell whether no string, bracket or line is open at the end of a text."""
    bare = _QUOTED.sub("", text)
    if '"' in bare or "'" in bare or bare.rstrip(" \t\n").endswith("\\"):
        return False
    return all(bare.count(one[0]) == bare.count(one[1]) for one in _BRACKETS)


def _fits(source: Source, cls: type, codes: list[CodeType], lines: list[str]) -> bool:
    """Tell whether a class may come from this text: its methods are where they should be."""
    last = source.line + source.text.count("\n")
    for code in codes:
        if code.co_filename != source.filename or not source.line <= code.co_firstlineno < last:
            return False
        line = lines[code.co_firstlineno - 1]
        name = code.co_name
        if not (line.lstrip().startswith("@") or _is_head(line, "def", name) or "lambda" in line):
            return False
    return bool(codes) or _values_fit(source.text, cls)


def _values_fit(text: str, cls: type) -> bool:
    """Tell whether the names and constants in a class's text are those that it has."""
    (node,) = ast.parse(text).body
    known: Mapping[str, Any] = vars(cls)
    noted = {**known.get("__annotations__", {}), **known.get("__dataclass_fields__", {})}
    for one in node.body if isinstance(node, ast.ClassDef) else ():
        targets = one.targets if isinstance(one, ast.Assign) else []
        targets = [one.target] if isinstance(one, ast.AnnAssign) else targets
        value = getattr(one, "value", None)
        for target in targets:
            if not isinstance(target, ast.Name):
                continue
            if target.id not in known and target.id not in noted:
                return False
            found = known.get(target.id)
            plain = isinstance(found, (str, int, float, bytes))
            if plain and isinstance(value, ast.Constant) and value.value != found:
                return False
    return True


def _statement(lines: list[str], filename: str, line: int) -> Source | None:
    """Return the innermost statement around a lambda."""
    found: ast.stmt | None = None
    for node in ast.walk(_tree("".join(lines))):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            found = node  # those further in come later
    if found is None or not any(
        isinstance(one, ast.Lambda) and one.lineno == line for one in ast.walk(found)
    ):
        return None
    first = _begin(found) - 1
    text = textwrap.dedent("".join(lines[first : found.end_lineno]).rstrip() + "\n")
    return Source(text, filename, first + 1)


def _begin(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min((one.lineno for one in decorators), default=node.lineno)


@lru_cache(maxsize=8)
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


@lru_cache(maxsize=8)
def _definitions(text: str) -> tuple[_Definition, ...]:
    """Return the classes and functions of a text, outermost first."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return tuple(node for node in ast.walk(_tree(text)) if isinstance(node, kinds))
