"""Mappings that never fire, or not always, and why: shadowed, dead, clashing."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from midimon_live.mappings import Mapping, MappingTable
from midimon_live.plugin.manager import PluginManager
from midimon_live.show import Table, counted
from midimon_live.triggers import (
    DoubleTap,
    EncoderTurn,
    Gamepad,
    InRange,
    LongPress,
    NoteChord,
    Press,
    SequenceOf,
    Trigger,
)

SHADOWED, DEAD, CLASHING = "shadowed", "dead", "clashing"
Finding = tuple[str, Mapping, str]


def report(table: MappingTable, plugins: PluginManager) -> Table:
    """Return what there is to say about the mappings in force."""
    rows = [
        (kind, f"{mapping.number}.", str(mapping), why)
        for kind, mapping, why in findings(table, plugins)
    ]
    if not rows:
        return Table(f"all {len(table)} mappings can fire", (), ())
    title = f"{counted(len(rows), 'remark')} on {counted(len(table), 'mapping')}"
    return Table(title, ("", "", "mapping", "why"), rows)


def findings(table: MappingTable, plugins: PluginManager) -> list[Finding]:
    """Return each finding as (kind, mapping, why), by number of the mapping."""
    found = [*_dead(table, table.modes, plugins), *_pairs(table)]
    return sorted(found, key=lambda one: one[1].number)


def hints(
    considered: Sequence[Mapping],
    fired: Collection[int],
    modes: Sequence[str],
    plugins: PluginManager,
) -> list[str]:
    """Return the findings about mappings that were considered for an event and did not fire."""
    found = list(_dead(considered, modes, plugins))
    for index, later in enumerate(considered):
        found += filter(None, (_compared(earlier, later) for earlier in considered[:index]))
    return [
        f"{kind}: {mapping.number}. {why}"
        for kind, mapping, why in found
        if mapping.number not in fired and kind != CLASHING
    ]


def _dead(
    mappings: Iterable[Mapping], modes: Sequence[str], plugins: PluginManager
) -> Iterator[Finding]:
    for mapping in mappings:
        if isinstance(mapping.trigger, Gamepad):
            yield DEAD, mapping, "dormant: there is no gamepad backend"
        for line in mapping.action.doubts(modes):
            yield DEAD, mapping, line
        for name in mapping.plugins:
            if (reason := plugins.refusal(name)) != "":
                yield DEAD, mapping, reason


def _pairs(table: MappingTable) -> Iterator[Finding]:
    """Compare mappings that share a control: few each, however many there are in all."""
    by_control: dict[tuple[int, int | None], list[Mapping]] = {}
    for mapping in table:
        for control in mapping.trigger.controls():
            by_control.setdefault(control, []).append(mapping)
    seen: set[tuple[int, int]] = set()
    for (kind, number), group in by_control.items():
        any_number = [] if number is None else by_control.get((kind, None), [])
        ordered = sorted({*group, *any_number}, key=lambda one: (one.mode is None, one.number))
        for index, later in enumerate(ordered):
            for earlier in ordered[:index]:
                pair = (earlier.number, later.number)
                finding = None if pair in seen else _compared(earlier, later)
                seen.add(pair)
                if finding is not None:
                    yield finding


def _compared(earlier: Mapping, later: Mapping) -> Finding | None:
    """Return what a mapping that is tried earlier does to one that is tried later."""
    if earlier.all or not _meet(earlier, later):
        return None
    first, second = earlier.trigger, later.trigger
    where = "" if earlier.mode == later.mode else f" while {earlier.mode} is active"
    if _covers(first, second):
        kind = SHADOWED if earlier.mode == later.mode else CLASHING
        return kind, later, f"mapping {earlier.number} ({first}) always comes first{where}"
    if _overlaps(first, second):
        return CLASHING, later, f"mapping {earlier.number} ({first}) sometimes comes first{where}"
    return None


def _meet(earlier: Mapping, later: Mapping) -> bool:
    """Tell whether both can be tried for one event."""
    modes = earlier.mode is None or later.mode is None or earlier.mode == later.mode
    one, other = earlier.trigger.channel, later.trigger.channel
    return modes and (one is None or other is None or one == other)


def _covers(first: Trigger, second: Trigger) -> bool:
    """Tell whether whatever fires `second` fires `first` before it."""
    if first.channel not in (None, second.channel) or not _same_numbers(first, second):
        return False
    if isinstance(first, InRange) and isinstance(second, InRange):
        return _covers_range(first, second)
    if isinstance(first, LongPress) and isinstance(second, LongPress):
        return first.duration_ms <= second.duration_ms
    if isinstance(first, DoubleTap) and isinstance(second, DoubleTap):
        return first.timeout_ms >= second.timeout_ms
    if isinstance(first, EncoderTurn) and isinstance(second, EncoderTurn):
        return first.mode == second.mode and first.direction in (None, second.direction)
    return _covers_group(first, second)


def _covers_range(first: InRange, second: InRange) -> bool:
    within = first.low <= second.low and second.high <= first.high
    if isinstance(first, Press) and isinstance(second, Press):
        return within and (first.eager or not second.eager)
    rising = getattr(first, "edge", "every") == "rising" or _waits(first)
    return within and type(first) is type(second) and not rising


def _covers_group(first: Trigger, second: Trigger) -> bool:
    if isinstance(first, NoteChord) and isinstance(second, NoteChord):
        looser = first.match == "superset" or (first.match, second.match) in (
            ("exact", "exact"),
            ("exact", "ordered"),
        )
        same = first.match == second.match == "ordered" and first.notes == second.notes
        return (looser or same) and first.timeout_ms >= second.timeout_ms
    if isinstance(first, SequenceOf) and isinstance(second, SequenceOf):
        return first.notes == second.notes and first.gap_ms >= second.gap_ms
    return False


def _waits(trigger: Trigger) -> bool:
    return getattr(trigger, "takeover", "jump") == "pickup"


def _same_numbers(first: Trigger, second: Trigger) -> bool:
    if isinstance(first, NoteChord) and isinstance(second, NoteChord):
        return set(first.notes) == set(second.notes)
    controls = first.controls()
    return all(
        (kind, number) in controls or (kind, None) in controls for kind, number in second.controls()
    )


def _overlaps(first: Trigger, second: Trigger) -> bool:
    """Tell whether some event fires either, and only the first of them is done."""
    turned = (isinstance(first, EncoderTurn), isinstance(second, EncoderTurn))
    if any(turned):
        return turned != (True, True) or _turn_the_same_way(first, second)
    comparable = (isinstance(first, Press) and isinstance(second, Press)) or (
        isinstance(first, InRange) and type(first) is type(second)
    )
    if not comparable or not isinstance(first, InRange) or not isinstance(second, InRange):
        return False
    numbers = first.number is None or second.number is None or first.number == second.number
    return numbers and first.low <= second.high and second.low <= first.high


def _turn_the_same_way(first: Trigger, second: Trigger) -> bool:
    one, other = getattr(first, "direction", None), getattr(second, "direction", None)
    return one is None or other is None or one == other
