"""The parts of an exported file: in which order they stand, and what of them is one thing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from midimon_live.plugin.export.values import CHANGEABLE, Refer, written


@dataclass(eq=False)
class Piece:
    """A part of the file.

    Attributes:
        name: what it binds.
        text: its lines.
        at_once: names that have to be there before it.
        later: names that have to be there when it is called.
        plain: whether it is a value that was written down.
    """

    name: str
    text: str
    at_once: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    plain: bool = False


@dataclass(eq=False)
class Value:
    """A variable of the notebook that is written down.

    Attributes:
        piece: where.
        value: what it is.
        refer: finds names for what can not be written; see `written`.
        names: the variables that there are around it.
        place: the line that uses it.
    """

    piece: Piece
    value: Any
    refer: Refer
    names: Mapping[str, Any]
    place: str


def unnamed(values: list[Value]) -> list[tuple[Value, Any]]:
    """Return the lists, sets and tables that are inside of values twice and have no name there.

    Written down they would be two: what changes one of them would not change the other.
    """
    own = {id(one.value) for one in values}
    seen: set[int] = set()
    found: list[tuple[Value, Any]] = []

    def look_at(one: Value, part: Any) -> str | None:
        if type(part) not in CHANGEABLE:
            return one.refer(part)
        if id(part) in seen:
            found.append((one, part))
        if id(part) in seen or id(part) in own:
            return one.piece.name  # any name will do: what is inside is looked at once
        seen.add(id(part))
        return None

    for one in values:
        written(one.value, partial(look_at, one))
    return found


def write(values: list[Value]) -> None:
    """Write values into their pieces, each list, set and table under its first name."""
    own: dict[int, str] = {}
    for one in values:
        if type(one.value) in CHANGEABLE:
            own.setdefault(id(one.value), one.piece.name)

    def name_of(one: Value, part: Any) -> str | None:
        if type(part) not in CHANGEABLE:
            return one.refer(part)
        name = own.get(id(part))
        if name is not None:
            one.piece.at_once.add(name)
        return name

    for one in values:
        name = own.get(id(one.value), one.piece.name)
        if name != one.piece.name:
            one.piece.at_once.add(name)
            text = name
        else:
            text = written(one.value, partial(name_of, one))
        one.piece.text = f"{one.piece.name} = {text}\n"


def ordered(pieces: list[Piece], last: str) -> list[Piece]:
    """Put each piece behind what it needs at once, values first and the class itself last."""
    by_name = {one.name: one for one in pieces}
    placed: dict[str, Piece] = {}
    begun: set[str] = set()

    def place(name: str) -> None:
        piece = by_name.get(name)
        if piece is None or name in begun:
            return
        begun.add(name)
        for one in [one for one in by_name if one in piece.at_once]:
            place(one)
        placed[name] = piece
        for one in [one for one in by_name if one in piece.later]:
            place(one)

    plain = [one.name for one in pieces if one.plain and not one.at_once]
    others = [one.name for one in reversed(pieces) if one.name != last]
    for name in (*plain, *others, last):
        place(name)
    return list(placed.values())
