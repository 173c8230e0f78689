"""From triggers and actions back to the tables of the canonical form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from midimon_live import conditions as c
from midimon_live.actions import Action, Dormant, PluginAction
from midimon_live.actions import desktop as d
from midimon_live.actions import flow as f
from midimon_live.actions.midi import TYPES, SendMidi
from midimon_live.actions.system import Launch, Shell
from midimon_live.conditions import Condition
from midimon_live.curves import Curve, Fixed, Linear, PassThrough, VelocityMapping
from midimon_live.errors import InvalidValue
from midimon_live.triggers import (
    DoubleTap,
    EncoderTurn,
    Gamepad,
    InRange,
    LongPress,
    NoteChord,
    PluginTrigger,
    SequenceOf,
    Trigger,
)

Table = dict[str, Any]

_RANGES = {
    "note": ("Note", "note", "velocity"),
    "release": ("Release", "note", None),
    "cc": ("CC", "cc", "value"),
    "aftertouch": ("Aftertouch", None, "pressure"),
    "poly_aftertouch": ("PolyAftertouch", "note", "pressure"),
    "pitch_bend": ("PitchBend", None, "value"),
    "program": ("ProgramChange", "program", None),
}
_DEFAULTS = {"edge": "every", "takeover": "jump", "eager": False}
_MESSAGES = {
    "note_on": "NoteOn",
    "note_off": "NoteOff",
    "control_change": "CC",
    "program_change": "ProgramChange",
    "pitchwheel": "PitchBend",
    "aftertouch": "Aftertouch",
    "polytouch": "PolyAftertouch",
}
_FIRST = {"control": "controller"}
_GAMEPADS = {
    "gamepad_button": ("GamepadButton", "button"),
    "gamepad_chord": ("GamepadButtonChord", "buttons"),
    "gamepad_stick": ("GamepadAnalogStick", "axis"),
    "gamepad_trigger": ("GamepadTrigger", "trigger"),
}
_FUNCTION = re.compile(r"^lambda|\(\)(-\d+)?$")
_CURVES = {"exponential": "Exponential", "logarithmic": "Logarithmic", "s_curve": "SCurve"}


def trigger_table(trigger: Trigger) -> Table:
    """Return a trigger in canonical form.

    Raises:
        InvalidValue: it has none.
    """
    write = next((one for kind, one in _TRIGGERS.items() if isinstance(trigger, kind)), None)
    if write is None:
        raise InvalidValue(f"{trigger} can not be written as TOML")
    table = write(trigger)
    if trigger.channel is not None:
        table["channel"] = trigger.channel
    return table


def _range(trigger: InRange) -> Table:
    if trigger.event == "velocity_range":
        table = _with_note("VelocityRange", trigger.number, min=trigger.low, max=trigger.high)
    else:
        name, number, what = _RANGES[trigger.event]
        table = {"type": name}
        if number is not None and trigger.number is not None:
            table[number] = trigger.number
        if what is not None:
            low, high = trigger.whole
            table |= {f"{what}_min": trigger.low} if trigger.low != low else {}
            table |= {f"{what}_max": trigger.high} if trigger.high != high else {}
    for key, usual in _DEFAULTS.items():
        value = getattr(trigger, key, usual)
        table |= {} if value == usual else {key: value}
    return table


def _chord(trigger: NoteChord) -> Table:
    table: Table = {"type": "NoteChord", "notes": list(trigger.notes)}
    table |= {"timeout_ms": trigger.timeout_ms}
    table |= {} if trigger.match == "exact" else {"match": trigger.match}
    return table | ({"pass_through": True} if trigger.pass_through else {})


def _in_a_row(trigger: SequenceOf) -> Table:
    table = {"type": "SequenceOf", "notes": list(trigger.notes), "gap_ms": trigger.gap_ms}
    return table | ({"pass_through": True} if trigger.pass_through else {})


def _plugin_event(trigger: PluginTrigger) -> Table:
    event = {} if trigger.name is None else {"event": trigger.name}
    return {"type": "Plugin", "plugin": trigger.plugin, **event}


def _gamepad(trigger: Gamepad) -> Table:
    name, key = _GAMEPADS[trigger.what]
    ids: Any = list(trigger.ids) if name == "GamepadButtonChord" else trigger.ids[0]
    options = {key: value for key, value in trigger.options if value is not None}
    return {"type": name, key: ids} | {one: _direction(value) for one, value in options.items()}


def _encoder(trigger: EncoderTurn) -> Table:
    table: Table = {"type": "EncoderTurn", "cc": trigger.number}
    table |= {} if trigger.mode == "absolute" else {"mode": trigger.mode}
    table |= {} if trigger.direction is None else {"direction": _direction(trigger.direction)}
    return table | ({} if trigger.acceleration == 1 else {"acceleration": trigger.acceleration})


def _with_note(name: str, note: int | None, **rest: Any) -> Table:
    return {"type": name} | ({} if note is None else {"note": note}) | rest


def _direction(value: Any) -> Any:
    words = {"clockwise": "Clockwise", "counterclockwise": "CounterClockwise"}
    return words.get(value, value) if isinstance(value, str) else value


_TRIGGERS: Mapping[type[Trigger], Callable[[Any], Table]] = {
    InRange: _range,
    LongPress: lambda one: _with_note("LongPress", one.number, duration_ms=one.duration_ms),
    DoubleTap: lambda one: _with_note("DoubleTap", one.number, timeout_ms=one.timeout_ms),
    NoteChord: _chord,
    SequenceOf: _in_a_row,
    EncoderTurn: _encoder,
    Gamepad: _gamepad,
    PluginTrigger: _plugin_event,
}


def action_table(action: Action) -> Table:
    """Return an action in canonical form.

    Raises:
        InvalidValue: it has none, as a function.
    """
    write = _ACTIONS.get(type(action))
    if write is None:
        raise InvalidValue(f"{action} can not be written as TOML")
    return write(action)


def condition_table(condition: Condition) -> Table:
    """Return a condition in canonical form; raises InvalidValue when it is a function."""
    name = type(condition).__name__
    if isinstance(condition, (c.And, c.Or)):
        return {"type": name, "conditions": [condition_table(one) for one in condition.conditions]}
    if isinstance(condition, c.Not):
        return {"type": name, "condition": condition_table(condition.condition)}
    if name not in c.CONDITIONS:
        raise InvalidValue(f"the condition {condition} can not be written as TOML")
    given = {one.name: getattr(condition, one.name) for one in fields(condition)}  # type: ignore[arg-type]
    return {"type": name} | {
        key: list(value) if isinstance(value, tuple) else value for key, value in given.items()
    }


def _plain(number: float) -> float:
    """Return 300 for 300.0: what people write."""
    return int(number) if float(number).is_integer() else number


def _plugin(action: PluginAction) -> Table:
    name = action.plugin
    if not isinstance(name, str) or _FUNCTION.search(name):
        raise InvalidValue(
            f"{action} is a function, which can not be written as TOML; make it a plugin"
        )
    return {"type": "Plugin", "plugin": name} | (
        {"params": dict(action.params)} if action.params else {}
    )


def _send(action: SendMidi) -> Table:
    table: Table = {"type": "SendMidi"}
    table |= {} if action.type == "note_on" else {"message_type": _MESSAGES[action.type]}
    table |= {} if action.port is None else {"port": action.port}
    table |= {} if action.channel == 0 else {"channel": action.channel}
    names = TYPES[action.type][1]
    if names[0] in ("note", "control", "program"):
        table[_FIRST.get(names[0], names[0])] = action.first
    if "velocity" in names:
        table |= _velocity(action.velocity)
    elif names[-1] in ("value", "pitch"):
        pressure = action.type in ("aftertouch", "polytouch")
        table["pressure" if pressure else names[-1]] = action.value
    table |= {} if action.duration_ms is None else {"duration_ms": _plain(action.duration_ms)}
    return table | ({"until_release": True} if action.until_release else {})


def _velocity(velocity: VelocityMapping) -> Table:
    if isinstance(velocity, Fixed):
        return {"velocity": velocity.velocity}
    if isinstance(velocity, PassThrough):
        return {"velocity": "pass"}
    if isinstance(velocity, Linear):
        return {"velocity_mapping": {"type": "Linear", "min": velocity.low, "max": velocity.high}}
    return {"velocity_mapping": _curve(velocity)}


def _curve(velocity: Curve) -> Table:
    table: Table = {"type": _CURVES[velocity.name], "intensity": velocity.intensity}
    return table | ({"upstream": True} if velocity.upstream else {})


def _sequence(action: f.Sequence) -> Table:
    table: Table = {"type": "Sequence", "actions": [action_table(one) for one in action.actions]}
    return table | ({"stop_on_error": True} if action.stop_on_error else {})


def _repeat(action: f.Repeat) -> Table:
    table: Table = {"type": "Repeat", "count": action.count, "action": action_table(action.action)}
    table |= {"delay_ms": _plain(action.delay_ms)} if action.delay_ms else {}
    return table | ({"stop_on_error": True} if action.stop_on_error else {})


def _conditional(action: f.Conditional) -> Table:
    table = {
        "type": "Conditional",
        "condition": condition_table(action.condition),
        "then_action": action_table(action.then_action),
    }
    other = action.else_action
    return table | ({} if other is None else {"else_action": action_table(other)})


def _mode(action: f.ModeChange) -> Table:
    held = {"while_held": True} if action.while_held else {}
    return {"type": "ModeChange", "mode": action.mode} | held


def _shell(action: Shell) -> Table:
    if action.env:
        raise InvalidValue(f"{action} has variables of its own, which can not be written as TOML")
    through = isinstance(action.command, str)
    command = action.command if through else list(action.command)
    table: Table = {"type": "Shell", "command": command} | ({"shell": True} if through else {})
    table |= {} if action.timeout is None else {"timeout": _plain(action.timeout)}
    return table | ({} if action.cwd is None else {"cwd": action.cwd})


def _keys(action: d.Keystroke) -> Table:
    modifiers = {"modifiers": list(action.modifiers)} if action.modifiers else {}
    return {"type": "Keystroke", "keys": list(action.keys)} | modifiers


def _launch(action: Launch) -> Table:
    args = {"args": list(action.args)} if action.args else {}
    return {"type": "Launch", "app": action.app} | args


def _mouse(action: d.MouseClick) -> Table:
    place = {} if action.at is None else {"x": action.at[0], "y": action.at[1]}
    clicks = {} if action.clicks == 1 else {"clicks": action.clicks}
    return {"type": "MouseClick", "button": action.button} | place | clicks


def _volume(action: d.VolumeControl) -> Table:
    value = {} if action.value is None else {"value": action.value}
    return {"type": "VolumeControl", "operation": action.operation.capitalize()} | value


def _not_dormant(action: Dormant) -> Table:
    raise InvalidValue(f"{action} stays where it is")


_ACTIONS: Mapping[type[Action], Callable[[Any], Table]] = {
    PluginAction: _plugin,
    SendMidi: _send,
    f.Sequence: _sequence,
    f.Delay: lambda action: {"type": "Delay", "ms": _plain(action.ms)},
    f.Repeat: _repeat,
    f.Conditional: _conditional,
    f.ModeChange: _mode,
    Shell: _shell,
    Launch: _launch,
    d.Keystroke: _keys,
    d.Text: lambda action: {"type": "Text", "text": action.text},
    d.MouseClick: _mouse,
    d.VolumeControl: _volume,
    Dormant: _not_dormant,
}


def mapping_table(
    trigger: Trigger,
    action: Action,
    *,
    name: str = "",
    all: bool = False,  # noqa: A002 - the field's name
    port: str | None = None,
) -> Table:
    """Return a mapping in canonical form.

    Raises:
        InvalidValue: it has none; the text says why.
    """
    listens = trigger_table(trigger)
    listens |= {} if port is None else {"device": port}
    table: Table = {"description": name} if name else {}
    table |= {"trigger": listens, "action": action_table(action)}
    return table | ({"all": True} if all else {})
