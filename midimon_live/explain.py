"""Why an event fired what it fired: the mappings that were considered, and how each test went."""

from collections.abc import Callable, Sequence

from midimon_live.events import (
    AFTERTOUCH,
    CONTROL_CHANGE,
    MALFORMED,
    NOTE_OFF,
    NOTE_ON,
    PITCHWHEEL,
    POLYTOUCH,
    PROGRAM_CHANGE,
    MidiEvent,
    control_key,
    key_of,
    split_key,
)
from midimon_live.mappings import Mapping, MappingTable
from midimon_live.monitor import BYTES_KEPT, Monitor, Step, Trace
from midimon_live.show import Table, counted
from midimon_live.triggers import LongPress, NoteChord, Trigger

_KINDS = {
    NOTE_OFF: "note off",
    NOTE_ON: "note on",
    POLYTOUCH: "poly pressure",
    CONTROL_CHANGE: "cc",
    PROGRAM_CHANGE: "program",
    AFTERTOUCH: "pressure",
    PITCHWHEEL: "pitch bend",
}
_GESTURES = {
    "note": "single",
    "velocity_range": "single",
    "long_press": "long press",
    "double_tap": "double tap",
    "chord": "chord",
    "sequence": "sequence",
}
_BECAME = {
    "single": "a single press",
    "first tap": "the first tap of a double tap",
    "double tap": "a double tap",
    "long press": "a long press",
    "chord": "part of a chord",
    "sequence": "the end of a sequence",
    "cancelled": "cancelled by all notes off",
}
_MISSED = {
    "long press": "it was not held that long",
    "double tap": "the second tap came too late for it",
    "chord": "it was another chord, or not all of its notes came in time",
    "sequence": "it was another sequence, or came too slowly for it",
}
_HEADINGS = ("", "mapping", "result", "took")


def describe(event: MidiEvent) -> str:
    """Return an event in a few words: "note on 36, velocity 100, channel 9"."""
    if event.name:
        values = ", ".join(f"{name} {value!r:.40}" for name, value in (event.values or {}).items())
        return f"{event.name}{f', {values}' if values else ''}"
    key = control_key(event.data)
    if key < 0:
        return f"{event.data[:12].hex(' ')}{' ...' if len(event.data) > 12 else ''}" or "no bytes"
    kind, channel, number = split_key(key)
    last = event.data[-1]
    if kind in (NOTE_ON, NOTE_OFF):
        return f"{_KINDS[kind]} {number}, velocity {last}, channel {channel}"
    if kind == PITCHWHEEL:
        return f"pitch bend {(event.data[1] | last << 7) - 8192}, channel {channel}"
    if kind in (CONTROL_CHANGE, POLYTOUCH):
        return f"{_KINDS[kind]} {number}, value {last}, channel {channel}"
    return f"{_KINDS[kind]} {last}, channel {channel}"


def as_code(event: MidiEvent) -> str:
    """Return the line that plays an event again on the virtual port; "" where none can.

    None can for an event of a plugin, and for a message of which only the beginning is kept.
    """
    data = event.data
    if control_key(data) == MALFORMED:
        whole = 0 < len(data) < BYTES_KEPT
        return f'midi.virtual.play(bytes.fromhex("{data.hex(" ")}"))' if whole else ""
    fields = event.message.dict()
    del fields["time"]
    values = [f", {name}={value!r}" for name, value in fields.items() if name != "type"]
    return f'midi.virtual.play("{fields["type"]}"{"".join(values)})'


def why(
    monitor: Monitor,
    table: MappingTable,
    mode: str,
    remarks: Callable[[Sequence[Mapping]], list[str]],
    serial: int | None = None,
) -> Table:
    """Return the explanation for the event with that number, or for the last one.

    Args:
        monitor: remembers the events.
        table: the mappings now in force, for a hint at the nearest one.
        mode: the mode that is active now.
        remarks: returns what the report says of mappings.
        serial: the event's number. Without, where the last event is a release to which nothing is
            mapped, it is its press that people ask about.
    """
    trace = _last(monitor) if serial is None else monitor.find(serial)
    if trace is None:
        asked = (
            "no event has come in yet" if serial is None else f"event {serial} is not remembered"
        )
        return Table(asked, (), ())
    event = trace.event
    title = (
        f"event {event.serial}: {describe(event)}, from {event.port}; "
        f"{_verdict(trace)}, {trace.lateness_ms:.1f} ms after it arrived"
    )
    hints = [*_hints(trace, table, mode), *remarks(trace.considered)]
    return Table(title, _HEADINGS, _considered(trace), hints)


def _last(monitor: Monitor) -> Trace | None:
    """Return the last event; the press before it where it is a release that nothing listens for."""
    traces = monitor.traces()
    last = traces[-1] if traces else None
    if last is None or last.verdict != "unmapped":
        return last
    kind, channel, number = split_key(control_key(last.event.data))
    if kind != NOTE_OFF:
        return last
    pressed = last.event.port, key_of(NOTE_ON, channel, number)
    return next((one for one in reversed(traces) if _place(one.event) == pressed), last)


def _place(event: MidiEvent) -> tuple[str, int]:
    return event.port, control_key(event.data)


def _verdict(trace: Trace) -> str:
    if trace.verdict == "gesture":
        return _BECAME[trace.gesture]
    return trace.verdict


def _considered(trace: Trace) -> list[tuple[str, ...]]:
    fired = {step.mapping.number: step for step in trace.steps}
    rows: list[tuple[str, ...]] = []
    for mapping in trace.considered:
        step = fired.get(mapping.number)
        result = _result(step) if step else _reason(mapping, trace)
        took = f"{(step.finished - step.started) * 1e6:.0f} \N{MICRO SIGN}s" if step else ""
        rows.append((f"{mapping.number}.", str(mapping), result, took))
    return rows


def _reason(mapping: Mapping, trace: Trace) -> str:
    """Return why a mapping that was considered did not fire."""
    if mapping.number in trace.refused:
        return trace.refused[mapping.number]
    if refusal := mapping.trigger.refusal(trace.event.data):
        return refusal
    if trace.verdict == "waiting":
        return "waits for what becomes of the gesture"
    wanted = _GESTURES.get(mapping.trigger.event)
    if trace.gesture and wanted not in (None, trace.gesture):
        return f"it was {_BECAME[trace.gesture]}"
    if wanted in _MISSED and not _was_kept_from_trying(mapping, trace):
        return _MISSED[wanted]
    return "not tried: one before it fired"


def _was_kept_from_trying(mapping: Mapping, trace: Trace) -> bool:
    """Tell whether another mapping to the same gesture fired first and ended the search."""
    trigger = mapping.trigger
    for step in trace.steps:
        other = step.mapping.trigger
        if step.mapping.all or other.event != trigger.event:
            continue
        if isinstance(trigger, LongPress) and isinstance(other, LongPress):
            sooner = other.duration_ms <= trigger.duration_ms
        else:
            sooner = trace.considered.index(step.mapping) < trace.considered.index(mapping)
        if sooner and _same_notes(other, trigger):
            return True
    return False


def _same_notes(one: Trigger, other: Trigger) -> bool:
    if isinstance(one, NoteChord) and isinstance(other, NoteChord):
        return set(one.notes) == set(other.notes)
    return True


def _result(step: Step) -> str:
    return f"{step.verdict}: {step.error}" if step.error else step.verdict


def _hints(trace: Trace, table: MappingTable, mode: str) -> list[str]:
    if trace.verdict != "unmapped":
        return []
    if trace.event.name:
        event = f"{trace.event.name!r:.40} of {trace.event.port}"
        return [f"nothing is mapped to {event}; {counted(len(table), 'mapping')} in all"]
    return [_nearest(table, control_key(trace.event.data), mode)]


def _nearest(table: MappingTable, key: int, mode: str) -> str:
    kind, channel, number = split_key(key)
    for mapping in table:
        trigger = mapping.trigger
        if (kind, number) not in trigger.controls():
            continue
        if trigger.channel not in (None, channel):
            return f"mapping {mapping.number} listens on channel {trigger.channel}: {mapping}"
        if mapping.mode not in (None, mode):
            return f"mapping {mapping.number} is for mode {mapping.mode}; active is {mode}"
    return f"nothing is mapped to {_KINDS[kind]} {number}; {counted(len(table), 'mapping')} in all"
