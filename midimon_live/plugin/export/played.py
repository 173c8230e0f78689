"""What was played last to a plugin, as lines of a test."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mido

from midimon_live.actions import Action, PluginAction
from midimon_live.actions.base import walk
from midimon_live.config.tables import trigger_table
from midimon_live.errors import InvalidValue
from midimon_live.events import (
    AFTERTOUCH,
    NOTE_OFF,
    NOTE_ON,
    PITCHWHEEL,
    PROGRAM_CHANGE,
    control_key,
    split_key,
)
from midimon_live.learned import KINDS, Kind
from midimon_live.mappings import Mapping as Mapped
from midimon_live.monitor import Trace
from midimon_live.plugin.export.values import NotPlain, written
from midimon_live.triggers import TRIGGERS, Control, InRange, Trigger, note

_LAST, _MOST = 8, 40
_BEFORE_S, _LONGEST_S = 3.0, 2.0
_WENT_WELL = ("ok", "started", "deferred")
_SPECIAL = {
    "sequence": ("sequence_of", Kind("SequenceOf", "notes", "notes")),
    "program": ("program", Kind("ProgramChange", "program", "program")),
}


@dataclass(frozen=True)
class Played:
    """What a test maps and plays.

    Attributes:
        mappings: triggers, each with what is handed to the plugin.
        messages: with the seconds that pass before each as their time.
    """

    mappings: list[tuple[Trigger, Mapping[str, Any]]] = field(default_factory=list)
    messages: list[mido.Message] = field(default_factory=list)


def params_for(action: Action, plugin: str) -> Mapping[str, Any] | None:
    """Return what an action hands to a plugin, or None where it does not execute it."""
    found = (one for one in walk(action) if isinstance(one, PluginAction))
    return next((one.params for one in found if one.plugin == plugin), None)


def last_played(plugin: str, traces: Sequence[Trace], mappings: Iterable[Mapped]) -> Played:
    """Return the last events that reached a plugin and went well; without any, one press.

    Args:
        plugin: its name.
        traces: what is remembered, oldest first.
        mappings: those in force: what the press is mapped with, where there is one for it.
    """
    fired = [one for one in traces if _reached(one, plugin)][-_LAST:]
    if not fired:
        return _one_press(plugin, mappings)
    steps = [step.mapping for trace in fired for step in trace.steps]
    chosen: dict[str, tuple[Trigger, Mapping[str, Any]]] = {}
    for mapping in steps:
        params = params_for(mapping.action, plugin)
        if params is not None and (code := mapping_code(mapping.trigger, plugin, params)):
            chosen[code] = mapping.trigger, params
    controls = {_control(one) for one in fired}
    for trigger, _ in chosen.values():
        controls |= {(_merged(kind), number) for kind, number in trigger.controls()}
    since = fired[0].event.time - _BEFORE_S
    events = [
        one.event
        for one in traces
        if one.event.time >= since and not one.event.name and _control(one) in controls
    ][-_MOST:]
    messages, before = [], None
    for event in events:
        pause = 0.0 if before is None else min(max(event.time - before, 0.0), _LONGEST_S)
        before = event.time
        messages.append(event.message.copy(time=round(pause, 3)))
    if not chosen:
        return _one_press(plugin, mappings)
    return Played(list(chosen.values()), messages)


def _reached(trace: Trace, plugin: str) -> bool:
    return not trace.event.name and any(
        plugin in step.mapping.plugins and step.verdict in _WENT_WELL for step in trace.steps
    )


def _control(trace: Trace) -> tuple[int, int | None]:
    key = control_key(trace.event.data)
    if key < 0:
        return key, None
    kind, _, number = split_key(key)
    return _merged(kind), number


def _merged(kind: int) -> int:
    return NOTE_ON if kind == NOTE_OFF else kind


def _one_press(plugin: str, mappings: Iterable[Mapped]) -> Played:
    for mapping in mappings:
        params = params_for(mapping.action, plugin)
        if params is None or not mapping_code(mapping.trigger, plugin, params):
            continue
        if messages := _one_event(mapping.trigger):
            return Played([(mapping.trigger, params)], messages)
    return Played([(note(36), {})], [mido.Message("note_on", note=36, velocity=100)])


def _one_event(trigger: Trigger) -> list[mido.Message]:
    """Return what fires a trigger that one message fires; nothing for the others."""
    if not isinstance(trigger, InRange) or not trigger.controls():
        return []
    kind, number = trigger.controls()[0]
    number = 36 if number is None else number
    status = kind << 4 | (trigger.channel or 0)
    for value in (100, 64, *range(128)):
        single = kind in (PROGRAM_CHANGE, AFTERTOUCH)
        first = value if kind == AFTERTOUCH else 0 if kind == PITCHWHEEL else number
        data = bytes([status, first] if single else [status, first, value])
        if trigger.accepts(data, Control()):
            pressed = mido.Message("note_on", note=number, channel=trigger.channel or 0)
            before = [pressed] if kind == NOTE_OFF else []
            return [*before, mido.Message.from_bytes(data)]
    return []


def trigger_code(trigger: Trigger) -> str | None:
    """Return the builder's call that makes a trigger, or None where it can not be written."""
    try:
        table = trigger_table(trigger)
    except InvalidValue:
        return None
    table.pop("type")
    word, row = _SPECIAL.get(trigger.event, (trigger.event, KINDS.get(trigger.event, Kind(""))))
    given = table.pop(row.key, ()) if row.key else ()
    subject = list(given) if isinstance(given, (list, tuple)) else [given]
    try:
        made = TRIGGERS[word](*subject, **table)
    except (KeyError, TypeError, InvalidValue):
        return None
    if made != trigger:
        return None
    words = [*map(json.dumps, subject)]
    words += [
        f"{key}={value!r}" if isinstance(value, bool) else f"{key}={json.dumps(value)}"
        for key, value in table.items()
    ]
    return f"{word}({', '.join(words)})"


def mapping_code(trigger: Trigger, plugin: str, params: Mapping[str, Any]) -> str | None:
    """Return the arguments of `midi.map`, or None where they can not be written."""
    listens = trigger_code(trigger)
    if listens is None or not all(isinstance(key, str) and key.isidentifier() for key in params):
        return None
    try:
        words = [f"{key}={written(value, _no_name)}" for key, value in params.items()]
    except NotPlain:
        return None
    return f"{listens}, plugin({', '.join([json.dumps(plugin), *words])})"


def _no_name(_value: Any) -> None:
    """Return no name: a test speaks of plain values only."""


_WORDS: dict[str, tuple[str, tuple[str, ...], Callable[[mido.Message], dict[str, Any]]]] = {
    "note_on": ("press", ("note",), lambda one: {"velocity": one.velocity}),
    "note_off": ("released", ("note",), lambda one: {"velocity": one.velocity}),
    "control_change": ("turn", ("control", "value"), lambda _: {}),
    "pitchwheel": ("bend", ("pitch",), lambda _: {}),
    "aftertouch": ("pressure", ("value",), lambda _: {}),
    "polytouch": ("pressure", ("value",), lambda one: {"note": one.note}),
    "program_change": ("chosen", ("program",), lambda _: {}),
}


def message_code(message: mido.Message) -> tuple[str, str]:
    """Return how a test writes a message, and the name that it needs for that."""
    if message.type not in _WORDS:
        fields = {key: value for key, value in message.dict().items() if key != "type"}
        words = [f'"{message.type}"', *(f"{key}={value!r}" for key, value in fields.items())]
        return f"mido.Message({', '.join(words)})", "mido"
    word, plain, more = _WORDS[message.type]
    named = more(message)
    named |= {"channel": message.channel} if message.channel else {}
    named |= {"time": message.time} if message.time else {}
    words = [*(str(getattr(message, one)) for one in plain)]
    words += [f"{key}={value!r}" for key, value in named.items()]
    return f"{word}({', '.join(words)})", word
