"""Which mappings an event may fire: an immutable table, looked up by control and swapped whole.

Order: the active mode's mappings, then the global ones; each in the order they were made. The first
that accepts the event wins; `all=True` on a mapping lets the search go on.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from midimon_live.events import split_key
from midimon_live.triggers import Trigger

DEFAULT_MODE = "Default"


@dataclass(frozen=True, slots=True)
class Origin:
    """The cell a mapping or plugin came from.

    Attributes:
        cell: the front end's id of the cell; None where it sends none (a terminal).
        label: for people: "In [3]".
        run: tells one run of the cell from the next.
    """

    cell: str | None
    label: str
    run: int


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """A trigger and what it fires.

    Attributes:
        number: its place in the order of making, from 1.
        trigger: from a builder.
        plugin: name of the plugin it executes.
        params: handed to it.
        mode: the mode it belongs to; None is global.
        name: for people.
        all: whether the search goes on after it fired.
        origin: the cell it was made in, if any.
    """

    number: int
    trigger: Trigger
    plugin: str
    params: dict[str, Any]
    mode: str | None
    name: str
    all: bool
    origin: Origin | None

    def __str__(self) -> str:
        where = f" in {self.mode}" if self.mode else ""
        return f"{self.trigger}{where} -> {self.plugin}"


class Lookup(dict[int, tuple[Mapping, ...]]):
    """The candidates for each `control_key` in one mode; each is worked out when first needed."""

    def __init__(self, table: "MappingTable", mode: str) -> None:
        super().__init__()
        self._table = table
        self._mode = mode

    def __missing__(self, key: int) -> tuple[Mapping, ...]:
        found = self[key] = self._table.candidates(key, self._mode)
        return found


class MappingTable:
    """All mappings, immutable; `changed` makes the next table.

    Making one costs a copy of two dictionaries, not a rebuild; looking up costs one dictionary read
    however many mappings there are.
    """

    __slots__ = ("_index", "_lookups", "_mappings", "modes")

    def __init__(self) -> None:
        self._mappings: dict[int, Mapping] = {}
        self._index: dict[tuple[int, int | None, int], tuple[Mapping, ...]] = {}
        self._lookups: dict[str, Lookup] = {}
        self.modes: tuple[str, ...] = (DEFAULT_MODE,)

    def __iter__(self) -> Iterator[Mapping]:
        return iter(self._mappings.values())

    def __len__(self) -> int:
        return len(self._mappings)

    def changed(
        self, add: Iterable[Mapping] = (), drop: Collection[Mapping] = ()
    ) -> "MappingTable":
        """Return a table with the mappings of `add` and without those of `drop`."""
        table = MappingTable()
        table._mappings, table._index = dict(self._mappings), dict(self._index)
        for mapping in drop:
            if table._mappings.pop(mapping.number, None) is not None:
                key = _index_key(mapping)
                kept = tuple(one for one in table._index[key] if one is not mapping)
                table._index[key] = kept
        modes = dict.fromkeys(self.modes)
        for mapping in add:
            table._mappings[mapping.number] = mapping
            key = _index_key(mapping)
            table._index[key] = (*table._index.get(key, ()), mapping)
            if mapping.mode is not None:
                modes.setdefault(mapping.mode)
        table.modes = tuple(modes)
        return table

    def lookup(self, mode: str) -> Lookup:
        """Return the candidates by `control_key` while `mode` is active."""
        return self._lookups.setdefault(mode, Lookup(self, mode))

    def candidates(self, key: int, mode: str) -> tuple[Mapping, ...]:
        """Return the mappings to try for a control, in order; nothing if the key is negative."""
        if key < 0:
            return ()
        kind, channel, number = split_key(key)
        found = self._index.get((kind, channel, number), ()) + self._index.get(
            (kind, None, number), ()
        )
        ordered = sorted(found, key=lambda one: (one.mode is None, one.number))
        return tuple(one for one in ordered if one.mode in (None, mode))


def _index_key(mapping: Mapping) -> tuple[int, int | None, int]:
    trigger = mapping.trigger
    return trigger.kind, trigger.channel, trigger.number
