"""Which names a piece of code takes from around it, and on which line."""

import ast
import dis
import inspect
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple

_LOADS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
_STORES = ("STORE_NAME", "STORE_GLOBAL", "DELETE_GLOBAL")
# these are run where they stand, though they are functions to the interpreter
_RUN_AT_ONCE = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<generic")
_OF_MODULES = frozenset(
    ("__name__", "__file__", "__doc__", "__builtins__", "__debug__", "__annotations__")
)


class Use(NamedTuple):
    """A name that a text takes from its module.

    Attributes:
        name: as it is looked up.
        line: of the first use, from 1.
        at_once: whether it is looked up when the text is run, not only when a function is called.
        set: whether a function assigns it, with `global`.
        read: whether it is read.
    """

    name: str
    line: int
    at_once: bool
    set: bool
    read: bool


def uses_of(text: str, *, flags: int = 0) -> list[Use]:
    """Return the names that a definition needs from around it, in the order of their lines.

    Args:
        text: of a class, a function or an assignment.
        flags: of `from __future__`, as the compiler takes them.

    Raises:
        SyntaxError: the text can not stand by itself, as one with `nonlocal`.
    """
    code = compile(text, "<source>", "exec", flags=flags, dont_inherit=True)
    found: dict[str, Use] = {}
    for use in _uses(code, at_once=True):
        before = found.get(use.name, use)
        found[use.name] = Use(
            use.name,
            min(before.line, use.line),
            before.at_once or use.at_once,
            before.set or use.set,
            before.read or use.read,
        )
    return sorted(found.values(), key=lambda use: use.line)


def _uses(code: CodeType, *, at_once: bool) -> Iterator[Use]:
    own: set[str] = set()  # what this text, or this class's body, has assigned so far
    in_function = bool(code.co_flags & inspect.CO_OPTIMIZED)
    for one in dis.get_instructions(code):
        name = str(one.argval)
        line = (one.positions.lineno if one.positions else None) or code.co_firstlineno
        if one.opname in _LOADS and name not in own and name not in _OF_MODULES:
            yield Use(name, line, at_once, set=False, read=True)
        elif one.opname in _STORES and not in_function and one.opname != "STORE_GLOBAL":
            own.add(name)
        elif one.opname in _STORES:
            yield Use(name, line, at_once, set=True, read=False)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            is_class = not inner.co_flags & inspect.CO_OPTIMIZED
            now = is_class or inner.co_name.startswith(_RUN_AT_ONCE)
            yield from _uses(inner, at_once=at_once and now)


def imports_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield the modules that a text itself imports, with their lines; relative ones are left out.

    Raises:
        SyntaxError: it is no Python.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield one.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno


def attributes_of(text: str, name: str) -> Iterator[list[str]]:
    """Yield what is read of a name, as ["etree", "ElementTree"] for `xml.etree.ElementTree`."""
    for node in ast.walk(ast.parse(text)):
        chain: list[str] = []
        inner: ast.expr | ast.AST = node
        while isinstance(inner, ast.Attribute):
            chain.insert(0, inner.attr)
            inner = inner.value
        if chain and isinstance(inner, ast.Name) and inner.id == name:
            yield chain


class Definition(NamedTuple):
    """What a text defines.

    Attributes:
        name: of its class, function or variable; "" where it is something else.
        decorators: each with its first and last line, from 1, and the name it begins with.
        is_async: whether it is an `async def`.
    """

    name: str
    decorators: tuple[tuple[int, int, str], ...] = ()
    is_async: bool = False


def definition_in(text: str) -> Definition:
    """Return what a text defines, which is its last statement; raises SyntaxError."""
    node = ast.parse(text).body[-1]
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        rows = [(one.lineno, one.end_lineno or 0, _root(one)) for one in node.decorator_list]
        return Definition(node.name, tuple(rows), isinstance(node, ast.AsyncFunctionDef))
    simple = isinstance(node, ast.Assign) and len(node.targets) == 1
    target = node.targets[0] if isinstance(node, ast.Assign) and simple else None
    value = node.value if isinstance(node, ast.Assign) else None
    if isinstance(target, ast.Name) and isinstance(value, ast.Lambda):
        return Definition(target.id)
    return Definition("")


def without_lines(text: str, spans: list[tuple[int, int]]) -> str:
    """Return a text without some of its lines; spans are first and last, from 1."""
    gone = {line for first, last in spans for line in range(first, last + 1)}
    lines = text.splitlines(keepends=True)
    return "".join(line for number, line in enumerate(lines, 1) if number not in gone)


def _root(node: ast.expr) -> str:
    inner: ast.expr = node
    while isinstance(inner, (ast.Attribute, ast.Call)):
        inner = inner.func if isinstance(inner, ast.Call) else inner.value
    return inner.id if isinstance(inner, ast.Name) else ""
