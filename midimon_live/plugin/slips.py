"""Slips in a plugin's class: names that nobody will ever look for, and what was probably meant."""

import inspect
from collections.abc import Iterator
from difflib import get_close_matches
from types import CodeType
from typing import Any

from midimon_live.plugin.api import Plugin
from midimon_live.show import near

_ALIKE, _SHORTEST = 0.85, 7  # of shorter words many are alike by chance


def no_execute(source: Any) -> str:
    """Return what to do about an action's class that does not say what it does; "" else."""
    if not _lacks_execute(source):
        return ""
    if meant := nearly_execute(source):
        return f"{source.__name__} has {meant}, and no execute; did you mean execute?"
    return f"{source.__name__} has no execute; write in it: def execute(self, params, context):"


def nearly_execute(source: Any) -> str:
    """Return the method that was meant to be `execute` in a class without it; "" for none."""
    if not _lacks_execute(source):
        return ""
    return near("execute", [name for name, one in vars(source).items() if inspect.isfunction(one)])


def misspelled(cls: type[Plugin]) -> list[str]:
    """Return a remark on each name in a class that is nearly one that the engine looks for.

    A name that the class or one of its bases has or uses is its own business.
    """
    own, looked_for = vars(cls), _looked_for(cls)
    used = {name for one in own.values() for name in _names(getattr(one, "__code__", None))}
    known = [name for name in looked_for - set(own) if len(name) >= _SHORTEST]
    said = []
    for name in sorted(own):
        meant = get_close_matches(name, known, 1, _ALIKE)
        if meant and name not in looked_for | used and name != f"{meant[0]}s":
            said.append(f"{cls.__name__}: nothing looks for {name}; did you mean {meant[0]}?")
    return said


def _lacks_execute(source: Any) -> bool:
    return isinstance(source, type) and "execute" in getattr(source, "__abstractmethods__", ())


def _looked_for(cls: type[Plugin]) -> set[str]:
    names = {name for base in cls.__mro__[1:-1] for name in vars(base)}
    return {name for name in names if not name.startswith("_")}


def _names(code: CodeType | None) -> Iterator[str]:
    """Go through the names that a function mentions, also in functions inside of it."""
    if code is not None:
        yield from code.co_names
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                yield from _names(inner)
