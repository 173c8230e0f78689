"""Plain values as Python text: what of a notebook's variables can be written into a file."""

import math
import re
from collections import namedtuple
from collections.abc import Callable
from enum import Enum
from functools import partial
from pathlib import Path, PurePath
from typing import Any, TypeVar

from midimon_live.capabilities import Capability

LONGEST = 10_000
_TOO_LONG = (
    f"is longer than {LONGEST:,} characters when written out; put it into a file in the plugin's "
    "folder and read it in initialize"
)
_DEEPEST = 20
_WIDTH = 88
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
}
CHANGEABLE = (list, set, dict)
_ATOMS = (bool, int, str, bytes, type(None), type(...), range)
Refer = Callable[[Any], str | None]


class NotPlain(Exception):
    """Raised when a value can not be written; the text says why."""


def written(value: Any, refer: Refer) -> str:
    """Return a value as an expression that makes it again, at most 10,000 characters long.

    Args:
        value: numbers, texts, None, and lists, tuples, sets and tables of such; paths, patterns,
            members of enumerations.
        refer: returns the name under which the text can speak of a class, function or module, or
            None where it can not; also of a list, set or table inside, where None writes it down.

    Raises:
        NotPlain: it is something else, or too much.
    """
    text = _written(value, refer, 0)
    if len(text) > LONGEST:
        raise NotPlain(_TOO_LONG)
    return text


def _written(value: Any, refer: Refer, depth: int) -> str:
    kind = type(value)
    if isinstance(value, (str, bytes, list, tuple, set, frozenset, dict)) and len(value) > LONGEST:
        raise NotPlain(_TOO_LONG)
    if kind is int and value.bit_length() > LONGEST:
        raise NotPlain(_TOO_LONG)
    if kind in _ATOMS:
        return repr(value)
    if kind in (float, complex):
        return _number(value)
    if depth > _DEEPEST:
        raise NotPlain(f"is nested more than {_DEEPEST} deep, or contains itself")
    if depth and kind in CHANGEABLE and (name := refer(value)) is not None:
        return name
    if kind is dict:
        pairs = [
            f"{_written(key, refer, depth + 1)}: {_written(one, refer, depth + 1)}"
            for key, one in value.items()
        ]
        return _joined("{", pairs, "}")
    if kind in _BRACKETS:
        return _several(value, [_written(one, refer, depth + 1) for one in value])
    return _other(value, refer, depth)


def _number(value: complex) -> str:
    parts = [value] if isinstance(value, float) else [value.real, value.imag]
    if all(math.isfinite(one) for one in parts):
        return repr(value)
    return f"float({str(value)!r})" if isinstance(value, float) else f"complex({str(value)!r})"


def _several(value: Any, parts: list[str]) -> str:
    kind = type(value)
    if not parts and kind in (set, frozenset):
        return f"{kind.__name__}()"
    if kind in (set, frozenset):
        parts.sort()  # so that the same set is the same text
    if kind is tuple and len(parts) == 1:
        return f"({parts[0]},)"
    opened, closed = _BRACKETS[kind]
    return _joined(opened, parts, closed)


def _joined(opened: str, parts: list[str], closed: str) -> str:
    line = f"{opened}{', '.join(parts)}{closed}"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    inner = "".join(f"    {part},\n" for one in parts for part in [one.replace("\n", "\n    ")])
    return f"{opened}\n{inner}{closed}"


def is_made_by_call(value: Any) -> bool:
    """Tell whether something is a partial, a type variable or a named tuple's class."""
    return type(value) in (partial, TypeVar) or _is_named_tuple(value)


def _is_named_tuple(value: Any) -> bool:
    fields = getattr(value, "_fields", None)
    plain = isinstance(value, type) and value.__bases__ == (tuple,) and isinstance(fields, tuple)
    return plain and not getattr(value, "__annotations__", None)


def _call(value: Any, refer: Refer, depth: int) -> str:
    if isinstance(value, partial):
        words = [_written(one, refer, depth + 1) for one in (value.func, *value.args)]
        words += [f"{key}={_written(one, refer, depth + 1)}" for key, one in value.keywords.items()]
        return f"{_name(partial, refer)}({', '.join(words)})"
    if isinstance(value, TypeVar):
        if value.__bound__ is not None or value.__constraints__:
            raise NotPlain("is a type variable with bounds; take them away, or leave it out")
        return f"{_name(TypeVar, refer)}({value.__name__!r})"
    defaults = tuple(value._field_defaults.values())
    words = [repr(value.__name__), repr(list(value._fields))]
    words += [f"defaults={_written(defaults, refer, depth + 1)}"] if defaults else []
    made = _name(namedtuple, refer)  # noqa: PYI024 - the user's, not ours
    return f"{made}({', '.join(words)})"


def _other(value: Any, refer: Refer, depth: int) -> str:
    if isinstance(value, Capability):
        return f"{_name(Capability, refer)}.of({value.value!r})"
    if isinstance(value, Enum):
        return f"{_name(type(value), refer)}[{value.name!r}]"
    if isinstance(value, PurePath):
        kind = Path if isinstance(value, Path) else PurePath
        return f"{_name(kind, refer)}({str(value)!r})"
    if isinstance(value, re.Pattern):
        return f"{_name(re, refer)}.compile({value.pattern!r}, {value.flags})"
    if is_made_by_call(value):
        return _call(value, refer, depth)
    if isinstance(value, type) or callable(value):
        return _name(value, refer)
    raise NotPlain(f"is a {_kind(value)}, which can not be written as text; make it in initialize")


def _name(value: Any, refer: Refer) -> str:
    name = refer(value)
    if name is None:
        raise NotPlain(f"has {value!r:.60} in it, which can not be written as text")
    return name


def _kind(value: Any) -> str:
    kind = type(value)
    where = "" if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}."
    return f"{where}{kind.__qualname__}"
