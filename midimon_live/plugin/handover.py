"""What a new version takes over from the one before: the attributes that both of them keep.

The rule is that of a declared shape: a value is carried over while both versions keep its name and
the new one begins with a value of the same kind. What is not carried over is told.
"""

from collections import deque
from collections.abc import Iterable
from copy import copy
from numbers import Real
from typing import Any

from midimon_live.errors import InvalidValue

_NOTHING = object()
# what both versions would go on changing: the old one while it is shut down
_COPIED = (list, dict, set, bytearray, deque)


def check_keep(keep: Any) -> tuple[str, ...]:
    """Return the names that a plugin keeps; raises InvalidValue."""
    names = tuple(keep) if isinstance(keep, (tuple, list, set, frozenset)) else None
    if names is None or not all(isinstance(one, str) and one.isidentifier() for one in names):
        raise InvalidValue(f'keep is {keep!r:.80}; it has to be a tuple of names: ("count",)')
    if "host" in names:
        raise InvalidValue("keep has host, which each version has of its own")
    return names


def shape(plugin: Any, keep: Iterable[str]) -> str:
    """Return the names that a plugin keeps, with the kinds of their first values."""
    found = ((name, getattr(plugin, name, _NOTHING)) for name in keep)
    return ", ".join(
        name if value is _NOTHING else f"{name}: {_kind(value)}" for name, value in found
    )


def carry(old: Any, new: Any) -> list[str]:
    """Set on `new` what it and `old` keep; returns what was dropped, and why, a line each.

    Lists, tables and sets are copied, one level deep; what both names held is one copy still.
    """
    dropped: list[str] = []
    copies: dict[int, Any] = {}
    for name in old.keep:
        value = getattr(old, name, _NOTHING)
        if value is _NOTHING:
            continue
        if name not in new.keep:
            dropped.append(f"{name} (the new version does not keep it)")
            continue
        first = getattr(new, name, _NOTHING)
        if first is not _NOTHING and not _alike(value, first):
            dropped.append(f"{name} (was {_kind(value)}, is {_kind(first)} now)")
            continue
        if isinstance(value, _COPIED):
            value = copies.setdefault(id(value), copy(value))
        try:
            setattr(new, name, value)
        except AttributeError as error:
            dropped.append(f"{name} ({error})")
    return dropped


def _alike(old: Any, new: Any) -> bool:
    """Tell whether two values are of one kind; a class of the same name counts, as cells remake."""
    if old is None or new is None or isinstance(old, type(new)) or isinstance(new, type(old)):
        return True
    numbers = isinstance(old, Real) and isinstance(new, Real)
    return numbers or (type(old).__module__, _kind(old)) == (type(new).__module__, _kind(new))


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__qualname__
