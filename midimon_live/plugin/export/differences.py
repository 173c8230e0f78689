"""What the notebook's classes and functions have that their text does not give them."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

_PLAIN = (bool, int, float, str, bytes, type(None))
_OF_PYTHON = ("__", "_abc_", "_defined_at")


def differences(
    copied: Mapping[str, Any], texts: Iterable[str], loaded: Mapping[str, Any]
) -> tuple[list[str], list[str]]:
    """Compare what was copied into a file with what running the file has made of it.

    Args:
        copied: classes and functions of the notebook, by name.
        texts: of the file; what they set themselves is there in time.
        loaded: the variables of the file's module.

    Returns:
        Attributes that were set after the definition and are not in the file, and plain values that
        are others now, a line each.
    """
    problems, remarks = [], []
    itself = {name for text in texts for name in _set_in(text)}
    for name, thing in copied.items():
        mine, theirs = _attributes(thing), _attributes(loaded.get(name))
        for one, value in mine.items():
            if one not in theirs and one not in itself:
                inside = "the class" if isinstance(thing, type) else "what uses it"
                problems.append(
                    f"{name}.{one} was set after the definition; write it into {inside}, "
                    "and run its cell again"
                )
            elif one in theirs and _is_another(value, theirs[one]):
                remarks.append(
                    f"{name}.{one} is {value!r:.60} here; the folder begins with "
                    f"{theirs[one]!r:.60}, as its text says"
                )
    return problems, remarks


def _attributes(thing: Any) -> dict[str, Any]:
    """Return what was given to a class or function itself, but for what Python gives it."""
    found = getattr(thing, "__dict__", {})
    return {name: value for name, value in found.items() if not name.startswith(_OF_PYTHON)}


def _set_in(text: str) -> set[str]:
    """Return the attributes that a text assigns."""
    nodes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute))
    return {node.attr for node in nodes if isinstance(node.ctx, ast.Store)}


def _is_another(mine: Any, theirs: Any) -> bool:
    return type(mine) in _PLAIN and type(mine) is type(theirs) and mine != theirs
