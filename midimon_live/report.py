"""Mappings that never fire, or not always, and why: shadowed, dead, clashing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from midimon_live.mappings import Mapping, MappingTable
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

if TYPE_CHECKING:  # the command line has no plugins, and most notebooks no files
    from midimon_live.config import MappingSpec
    from midimon_live.config.problems import Finding as Remark
    from midimon_live.plugin.manager import PluginManager

SHADOWED, DEAD, CLASHING = "shadowed", "dead", "clashing"
ALWAYS, SOMETIMES = "always", "sometimes"
Finding = tuple[str, Mapping, str]


def report(table: MappingTable, plugins: "PluginManager") -> Table:
    """Return what there is to say about the mappings in force."""
    rows = [
        (kind, f"{mapping.number}.", str(mapping), why)
        for kind, mapping, why in findings(table, table.modes, plugins)
    ]
    if not rows:
        return Table(f"all {len(table)} mappings can fire", (), ())
    title = f"{counted(len(rows), 'remark')} on {counted(len(table), 'mapping')}"
    return Table(title, ("", "", "mapping", "why"), rows)


def findings(
    mappings: Iterable[Mapping], modes: Sequence[str], plugins: "PluginManager"
) -> list[Finding]:
    """Return each finding as (kind, mapping, why), by number of the mapping.

    What is dead may be so for several reasons; of the mappings that take another one's turn the
    first is named.
    """
    mappings = list(mappings)
    found = [*_dead(mappings, modes, plugins), *_pairs(mappings)]
    return sorted(found, key=lambda one: one[1].number)


def shadowed(specs: Sequence["MappingSpec"]) -> list["Remark"]:
    """Return warnings about mappings of a configuration that others always take the turn of."""
    from midimon_live.config.problems import WARNING
    from midimon_live.config.problems import Finding as Remark

    mappings = [
        Mapping(index, one.trigger, one.action, one.mode, one.name, one.all, one.port)
        for index, one in enumerate(specs, 1)
    ]
    return [
        Remark(WARNING, specs[one.number - 1].path, f"{kind}: {why}")
        for kind, one, why in _pairs(mappings)
        if kind == SHADOWED
    ]


def hints(
    table: MappingTable, plugins: "PluginManager", considered: Sequence[Mapping]
) -> list[str]:
    """Return the findings about the mappings that were considered for an event, as lines."""
    numbers = {one.number for one in table}
    left = [one for one in considered if one.number in numbers]
    return [
        f"{kind}: {mapping.number}. {why}"
        for kind, mapping, why in findings(left, table.modes, plugins)
    ]


def _dead(
    mappings: Iterable[Mapping], modes: Sequence[str], plugins: "PluginManager"
) -> Iterator[Finding]:
    for mapping in mappings:
        if isinstance(mapping.trigger, Gamepad):
            yield DEAD, mapping, "dormant: there is no gamepad backend"
        for line in mapping.doubts(modes):
            yield DEAD, mapping, line
        for name in mapping.plugins:
            if (reason := plugins.refusal(name)) != "":
                yield DEAD, mapping, reason


def _pairs(mappings: Iterable[Mapping]) -> Iterator[Finding]:
    """Compare mappings that share a control: few each, however many there are in all."""
    by_control: dict[tuple[int, int | None], list[Mapping]] = {}
    for mapping in mappings:
        for control in mapping.trigger.controls():
            by_control.setdefault(control, []).append(mapping)
    found: dict[int, Finding] = {}
    others: defaultdict[int, set[int]] = defaultdict(set)
    for (kind, number), group in by_control.items():
        any_number = [] if number is None else by_control.get((kind, None), [])
        ordered = sorted({*group, *any_number}, key=lambda one: one.place)
        for index, later in enumerate(ordered):
            for earlier in ordered[:index]:
                if later.number in found and found[later.number][0] == SHADOWED:
                    break  # that says it all
                finding = _compared(earlier, later)
                if finding is not None:
                    which = finding[1].number
                    others[which].add(earlier.number if finding[1] is later else later.number)
                    if finding[0] == SHADOWED or which not in found:
                        found[which] = finding
    for which, (what, mapping, why) in found.items():
        more = len(others[which]) - 1
        yield what, mapping, f"{why}, and {more} more" if more and what == CLASHING else why


def _compared(earlier: Mapping, later: Mapping) -> Finding | None:
    """Return what one of two mappings does to the other; `earlier` is the one tried before it."""
    if not _meet(earlier, later):
        return None
    how = _is_sooner(earlier, later) or _comes_first(earlier, later)
    if how:
        return _finding(how, earlier, later)
    how = _is_sooner(later, earlier)
    return _finding(how, later, earlier) if how else None


def _finding(how: str, first: Mapping, second: Mapping) -> Finding:
    how = how if _hears(first, second) else SOMETIMES
    shadows = how == ALWAYS and first.mode in (None, second.mode)
    where = "" if first.mode in (None, second.mode) else f" while {first.mode} is active"
    kind = SHADOWED if shadows else CLASHING
    return kind, second, f"mapping {first.number} ({first.trigger}) {how} comes first{where}"


def _comes_first(earlier: Mapping, later: Mapping) -> str:
    """Return whether the one that is tried earlier fires instead: always, sometimes, or ""."""
    if earlier.all:
        return ""
    if _covers(earlier.trigger, later.trigger):
        return ALWAYS
    return SOMETIMES if _overlaps(earlier.trigger, later.trigger) else ""


def _is_sooner(one: Mapping, other: Mapping) -> str:
    """Return whether one gesture is made before the other is, whichever is tried first."""
    first, second = one.trigger, other.trigger
    if isinstance(first, LongPress) and isinstance(second, LongPress):
        if one.all or first.duration_ms >= second.duration_ms or not _share_numbers(first, second):
            return ""
        return ALWAYS if _same_place(first, second) else SOMETIMES
    if isinstance(first, SequenceOf) and isinstance(second, SequenceOf):
        if not _is_part(first.notes, second.notes[:-1]):
            return ""
        in_time = first.gap_ms >= second.gap_ms
        return ALWAYS if in_time and _same_place(first, second) else SOMETIMES
    return ""


def _same_place(first: Trigger, second: Trigger) -> bool:
    """Tell whether `first` listens wherever `second` does."""
    return first.channel in (None, second.channel) and (
        isinstance(first, SequenceOf) or _same_numbers(first, second)
    )


def _share_numbers(first: LongPress | DoubleTap, second: LongPress | DoubleTap) -> bool:
    return first.number is None or second.number is None or first.number == second.number


def _is_part(notes: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    """Tell whether notes are played one after another within others."""
    length = len(notes)
    return any(whole[at : at + length] == notes for at in range(len(whole) - length + 1))


def _meet(earlier: Mapping, later: Mapping) -> bool:
    """Tell whether both can be tried for one event."""
    modes = earlier.mode is None or later.mode is None or earlier.mode == later.mode
    one, other = earlier.trigger.channel, later.trigger.channel
    channels = one is None or other is None or one == other
    return modes and channels and (_hears(earlier, later) or _hears(later, earlier))


def _hears(one: Mapping, other: Mapping) -> bool:
    """Tell whether one listens to every port that the other listens to."""
    if one.port is None:
        return True
    return other.port is not None and one.port.lower() in other.port.lower()


def _covers(first: Trigger, second: Trigger) -> bool:
    """Tell whether whatever fires `second` fires `first` before it."""
    if first.channel not in (None, second.channel):
        return False
    if isinstance(first, SequenceOf) and isinstance(second, SequenceOf):
        return _ends_with(second, first) and first.gap_ms >= second.gap_ms
    return _same_numbers(first, second) and _covers_kind(first, second)


def _covers_kind(first: Trigger, second: Trigger) -> bool:
    if isinstance(first, InRange) and isinstance(second, InRange):
        return _covers_range(first, second)
    if isinstance(first, LongPress) and isinstance(second, LongPress):
        return first.duration_ms <= second.duration_ms
    if isinstance(first, DoubleTap) and isinstance(second, DoubleTap):
        return first.timeout_ms >= second.timeout_ms
    if isinstance(first, EncoderTurn) and isinstance(second, EncoderTurn):
        return first.mode == second.mode and first.direction in (None, second.direction)
    if isinstance(first, NoteChord) and isinstance(second, NoteChord):
        return _covers_chord(first, second)
    return False


def _ends_with(whole: SequenceOf, end: SequenceOf) -> bool:
    return whole.notes[-len(end.notes) :] == end.notes


def _covers_range(first: InRange, second: InRange) -> bool:
    within = first.low <= second.low and second.high <= first.high
    if isinstance(first, Press) and isinstance(second, Press):
        return within and (first.eager or not second.eager)
    rising = getattr(first, "edge", "every") == "rising" or _waits(first)
    return within and type(first) is type(second) and not rising


def _covers_chord(first: NoteChord, second: NoteChord) -> bool:
    looser = first.match == "superset" or (first.match, second.match) in (
        ("exact", "exact"),
        ("exact", "ordered"),
    )
    same = first.match == second.match == "ordered" and first.notes == second.notes
    free = first.pass_through or not second.pass_through  # else its notes may be taken already
    return (looser or same) and free and first.timeout_ms >= second.timeout_ms


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
        return _gestures_overlap(first, second)
    numbers = first.number is None or second.number is None or first.number == second.number
    return numbers and first.low <= second.high and second.low <= first.high


def _gestures_overlap(first: Trigger, second: Trigger) -> bool:
    if isinstance(first, NoteChord) and isinstance(second, NoteChord):
        in_order = first.match == second.match == "ordered"
        same = first.notes == second.notes
        return same or (set(first.notes) == set(second.notes) and not in_order)
    if isinstance(first, SequenceOf) and isinstance(second, SequenceOf):
        return _ends_with(first, second) or _ends_with(second, first)
    if isinstance(first, DoubleTap) and isinstance(second, DoubleTap):
        return _share_numbers(first, second)
    if isinstance(first, LongPress) and isinstance(second, LongPress):
        return first.duration_ms <= second.duration_ms and _share_numbers(first, second)
    return False


def _turn_the_same_way(first: Trigger, second: Trigger) -> bool:
    one, other = getattr(first, "direction", None), getattr(second, "direction", None)
    return one is None or other is None or one == other
