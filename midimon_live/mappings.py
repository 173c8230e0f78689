"""Which mappings an event may fire: an immutable table, compiled by control and swapped whole.

Order: the active mode's mappings, then the global ones; each in the order they were made. The first
that accepts the event wins; `all=True` on a mapping lets the search go on.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import TypeVar

from midimon_live.actions import Action, PluginAction, walk
from midimon_live.actions.midi import SendMidi
from midimon_live.events import split_key
from midimon_live.triggers import (
    DoubleTap,
    LongPress,
    NoteChord,
    PluginTrigger,
    Press,
    SequenceOf,
    Trigger,
)

DEFAULT_MODE = "Default"
CONFIGURATION = "configuration"  # the "cell" of what the configuration file says


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
        action: what it does; plugins in it are named.
        mode: the mode it belongs to; None is global.
        name: for people: shown before it wherever it is shown.
        all: whether the search goes on after it fired.
        port: a part of the name of the port it listens to, any case; None is any.
        origin: the cell it was made in, if any.
        owner: the version of a plugin that made it, with which it goes, or None.
    """

    number: int
    trigger: Trigger
    action: Action
    mode: str | None = None
    name: str = ""
    all: bool = False
    port: str | None = None
    origin: Origin | None = None
    owner: object = None

    def hears(self, port: str | None) -> bool:
        """Tell whether it listens to the port of that name; None is any."""
        return self.port is None or port is None or self.port.lower() in port.lower()

    @property
    def of_file(self) -> bool:
        """Whether the configuration made it: what cells map stands above it."""
        return self.origin is not None and self.origin.cell == CONFIGURATION

    @property
    def place(self) -> tuple[bool, bool, int]:
        """Where it stands among those that are tried for an event: the mode's come first."""
        return self.mode is None, self.of_file, self.number

    @property
    def plugins(self) -> tuple[str, ...]:
        """The names of the plugins it executes."""
        found = (one.plugin for one in walk(self.action) if isinstance(one, PluginAction))
        return tuple(dict.fromkeys(map(str, found)))

    @property
    def plugin(self) -> str:
        """The name of the first plugin it executes, or what it does instead."""
        return next(iter(self.plugins), str(self.action))

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return what would fail as things are now, in words; `modes` are the names of all."""
        kinds = {kind for kind, _ in self.trigger.controls()}
        sends = [one for one in walk(self.action) if isinstance(one, SendMidi)]
        return self.action.doubts(modes) + [line for one in sends if (line := one.lack(kinds))]

    def __str__(self) -> str:
        name = f"{self.name}: " if self.name else ""
        where = f" in {self.mode}" if self.mode else ""
        return f"{name}{self.trigger}{where} -> {self.action}"


@dataclass(frozen=True, slots=True, eq=False)
class ChordPlan:
    """A chord that one of whose notes is pressed.

    Attributes:
        mapping: the mapping.
        trigger: its trigger.
        timeout: from the first press to the last, in seconds.
        bigger: the mapped chords that it is a part of.
    """

    mapping: Mapping
    trigger: NoteChord
    timeout: float
    bigger: tuple[NoteChord, ...]


class NotePlan:
    """All gestures that one note may become in one mode, in the order they are tried.

    Attributes:
        singles: what one press fires.
        eager: those of them that do not wait.
        doubles: what two presses fire, each with the seconds in which the second may come.
        longs: what holding it fires, each with its seconds, the shortest first.
        chords: those it belongs to.
        sequences: those it belongs to, each with its trigger.
        double_s: for how long a second press may come, in seconds.
        chord_s: for how long the rest of a chord may come that keeps its notes waiting, in seconds.
    """

    __slots__ = (
        "chord_s",
        "chords",
        "double_s",
        "doubles",
        "eager",
        "longs",
        "sequences",
        "singles",
    )

    def __init__(self, mappings: Iterable[Mapping], chords: Iterable[NoteChord]) -> None:
        mappings = tuple(mappings)
        presses = _with(mappings, Press)
        self.eager = tuple(one for one, trigger in presses if trigger.eager)
        self.singles = tuple(one for one, trigger in presses if not trigger.eager)
        self.doubles = tuple(
            (trigger.timeout_ms / 1000, one) for one, trigger in _with(mappings, DoubleTap)
        )
        longs = [(trigger.duration_ms / 1000, one) for one, trigger in _with(mappings, LongPress)]
        self.longs = tuple(sorted(longs, key=lambda long: long[0]))
        self.sequences = tuple(_with(mappings, SequenceOf))
        self.chords = tuple(
            _chord_plan(one, trigger, chords) for one, trigger in _with(mappings, NoteChord)
        )
        self.double_s = max((seconds for seconds, _ in self.doubles), default=0.0)
        waits = [one.timeout for one in self.chords if not one.trigger.pass_through]
        self.chord_s = max(waits, default=0.0)

    @property
    def is_plain(self) -> bool:
        """Whether a press can be decided at once."""
        return not (self.doubles or self.longs or self.chords or self.sequences)


_Kind = TypeVar("_Kind", bound=Trigger)


def _with(mappings: Iterable[Mapping], kind: type[_Kind]) -> list[tuple[Mapping, _Kind]]:
    """Return the mappings whose trigger is of one kind, each with it."""
    return [(one, one.trigger) for one in mappings if isinstance(one.trigger, kind)]


def _chord_plan(mapping: Mapping, trigger: NoteChord, chords: Iterable[NoteChord]) -> ChordPlan:
    notes = set(trigger.notes)
    bigger = tuple(
        one
        for one in chords
        if notes < set(one.notes) and (one.channel is None or one.channel == trigger.channel)
    )
    return ChordPlan(mapping, trigger, trigger.timeout_ms / 1000, bigger)


class Plan:
    """What one control may fire in one mode.

    Attributes:
        mappings: all that listen to it, in order.
        tests: those that one message decides.
        notes: the gestures, where a press can not be decided at once.
        stateful: whether what is remembered of the control is needed.
    """

    __slots__ = ("mappings", "notes", "stateful", "tests")

    def __init__(self, mappings: tuple[Mapping, ...], chords: Iterable[NoteChord]) -> None:
        self.mappings = mappings
        gestures = NotePlan(mappings, chords)
        self.notes = None if gestures.is_plain else gestures
        self.tests = mappings if self.notes is None else ()
        self.stateful = any(one.trigger.stateful for one in mappings)


class Lookup(dict[int, Plan]):
    """The plan for each `control_key` in one mode; each is worked out when first needed.

    Attributes:
        mode: the mode.
        sequences: whether any notes in a row are mapped, so that each press has to be looked at.
        ported: whether any mapping is for one port only, so that `of_port` has to be asked.
    """

    def __init__(self, table: "MappingTable", mode: str, port: str | None = None) -> None:
        super().__init__()
        self._table = table
        self._port = port
        self._of_ports: dict[str, Lookup] = {}
        self.mode = mode
        self.ported = port is None and table.ported
        reachable = [one for one in table.grouped if one.mode in (None, mode) and one.hears(port)]
        self._chords = [one.trigger for one in reachable if isinstance(one.trigger, NoteChord)]
        self.sequences = any(isinstance(one.trigger, SequenceOf) for one in reachable)

    def __missing__(self, key: int) -> Plan:
        found = self._table.candidates(key, self.mode)
        heard = tuple(one for one in found if one.hears(self._port))
        plan = self[key] = Plan(heard, self._chords)
        return plan

    def of_port(self, port: str) -> "Lookup":
        """Return the plans for the events of one port."""
        found = self._of_ports.get(port)
        if found is None:
            found = self._of_ports[port] = Lookup(self._table, self.mode, port)
        return found


_IndexKey = tuple[int, int | None, int | None]


class MappingTable:
    """All mappings, immutable; `changed` makes the next table.

    Making one costs a copy of two dictionaries, not a rebuild; looking up costs one dictionary read
    however many mappings there are.

    Attributes:
        modes: the names of the modes, in order.
        colors: the colours of those that have one, by name.
        grouped: the chords and sequences, which concern more than one control.
        ported: whether any mapping is for one port only.
        of_plugins: those that listen to events of plugins.
    """

    __slots__ = (
        "_index",
        "_lookups",
        "_mappings",
        "colors",
        "grouped",
        "modes",
        "of_plugins",
        "ported",
    )

    def __init__(self) -> None:
        self._mappings: dict[int, Mapping] = {}
        self._index: dict[_IndexKey, tuple[Mapping, ...]] = {}
        self._lookups: dict[str, Lookup] = {}
        self.grouped: tuple[Mapping, ...] = ()
        self.modes: tuple[str, ...] = (DEFAULT_MODE,)
        self.colors: AnyMapping[str, str] = {}
        self.ported = False
        self.of_plugins: tuple[tuple[Mapping, PluginTrigger], ...] = ()

    def __iter__(self) -> Iterator[Mapping]:
        return iter(self._mappings.values())

    def __len__(self) -> int:
        return len(self._mappings)

    def changed(
        self,
        add: Iterable[Mapping] = (),
        drop: Collection[Mapping] = (),
        modes: AnyMapping[str, str | None] | None = None,
        forget: Collection[str] | None = None,
    ) -> "MappingTable":
        """Return a table with the mappings of `add` and without those of `drop`.

        Args:
            add: mappings with numbers of their own.
            drop: mappings of this table; others do not matter.
            modes: modes that must exist, with their colours or None.
            forget: modes that go if nothing is mapped in them; then those of `modes` come first.
        """
        table = MappingTable()
        table._mappings, table._index = dict(self._mappings), dict(self._index)
        dropped = {one.number for one in drop}
        for mapping in drop:
            if table._mappings.pop(mapping.number, None) is not None:
                for key in _index_keys(mapping):
                    table._index[key] = tuple(
                        one for one in table._index[key] if one is not mapping
                    )
        known = dict.fromkeys((*self.modes, *(modes or {})))
        if forget is not None:
            used = {one.mode for one in table._mappings.values()}
            kept = (one for one in self.modes if one not in forget or one in used)
            known = dict.fromkeys((*(modes or {}), *kept))
        colors = {name: color for name, color in (modes or {}).items() if color is not None}
        grouped = [one for one in self.grouped if one.number not in dropped]
        for mapping in add:
            table._mappings[mapping.number] = mapping
            for key in _index_keys(mapping):
                table._index[key] = (*table._index.get(key, ()), mapping)
            if isinstance(mapping.trigger, NoteChord | SequenceOf):
                grouped.append(mapping)
            if mapping.mode is not None:
                known.setdefault(mapping.mode)
        table.grouped = tuple(grouped)
        table.ported = any(one.port is not None for one in table._mappings.values())
        table.of_plugins = tuple(_with(table._mappings.values(), PluginTrigger))
        known = known or {DEFAULT_MODE: None}
        table.modes, table.colors = tuple(known), {**self.colors, **colors}
        return table

    def lookup(self, mode: str) -> Lookup:
        """Return the plans by `control_key` while `mode` is active."""
        found = self._lookups.get(mode)
        if found is None:
            found = self._lookups[mode] = Lookup(self, mode)
        return found

    def heard(self, plugin: str, event: str, mode: str) -> list[Mapping]:
        """Return the mappings to try for an event of a plugin, in order."""
        found = [one for one, trigger in self.of_plugins if trigger.hears(plugin, event)]
        ordered = sorted(found, key=lambda one: (one.mode is None, one.number))
        return [one for one in ordered if one.mode in (None, mode)]

    def candidates(self, key: int, mode: str) -> tuple[Mapping, ...]:
        """Return the mappings to try for a control, in order; nothing if the key is negative."""
        if key < 0:
            return ()
        kind, channel, number = split_key(key)
        places = ((c, n) for c in (channel, None) for n in (number, None))
        found = [one for c, n in places for one in self._index.get((kind, c, n), ())]
        ordered = sorted(found, key=lambda one: one.place)
        return tuple(one for one in ordered if one.mode in (None, mode))


def _index_keys(mapping: Mapping) -> list[_IndexKey]:
    trigger = mapping.trigger
    return [(kind, trigger.channel, number) for kind, number in trigger.controls()]
