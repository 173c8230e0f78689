"""An example of every type, and a case for every other word of `midimon_live.config.aliases`."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from midimon_live.config import aliases

Table = Mapping[str, Any]
KEY_NAMES = """
space return enter tab escape esc backspace delete del up down left right
uparrow downarrow leftarrow rightarrow home end pageup pgup pagedown pgdn
volumeup volup volumedown voldown mute playpause play stop nexttrack next
previoustrack previous prev insert ins printscreen prtsc scrolllock scrlk
pause capslock caps numlock numlk LeftShift LeftAlt F1 f20 A + é
"""
TEXT = {"type": "Text", "text": "a"}
NOTE = {"type": "Note", "note": 36}


@dataclass(frozen=True)
class Case:
    """A text, what it means, and what is said of it: a part of each warning, in any order."""

    text: str
    canonical: str
    warnings: tuple[str, ...] = ()


def toml(value: Any) -> str:
    """Return a value as TOML, tables on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml(one) for one in value)}]"
    return json.dumps(value)


def mapped(trigger: Any = NOTE, action: Any = TEXT, **rest: Any) -> str:
    """Return a mapping for every mode."""
    keys = {"trigger": trigger, "action": action} | rest
    return "[[global_mappings]]\n" + "".join(f"{key} = {toml(one)}\n" for key, one in keys.items())


def placed(kind: str, table: Table) -> str:
    """Return a configuration that has this trigger, action or condition."""
    if kind == "condition":
        return mapped(action={"type": "Conditional", "condition": table, "then_action": TEXT})
    return mapped(**{kind: table})


TRIGGERS: Mapping[str, Table] = {
    "Note": {"note": 36, "velocity_min": 20, "velocity_max": 90},
    "VelocityRange": {"note": 36, "min": 20, "max": 90},
    "Release": {"note": 36},
    "LongPress": {"note": 36, "duration_ms": 700},
    "DoubleTap": {"note": 36, "timeout_ms": 250},
    "NoteChord": {"notes": [36, 40], "timeout_ms": 80},
    "SequenceOf": {"notes": [36, 40], "gap_ms": 400},
    "EncoderTurn": {"cc": 16, "direction": "Clockwise"},
    "CC": {"cc": 7, "value_min": 10, "value_max": 100},
    "Aftertouch": {"pressure_min": 10, "pressure_max": 100},
    "PolyAftertouch": {"note": 36, "pressure_min": 10, "pressure_max": 100},
    "PitchBend": {"value_min": 9000, "value_max": 12000},
    "ProgramChange": {"program": 5},
    "GamepadButton": {"button": 128, "velocity_min": 10},
    "GamepadButtonChord": {"buttons": [128, 129], "timeout_ms": 80},
    "GamepadAnalogStick": {"axis": 130, "direction": "Clockwise"},
    "GamepadTrigger": {"trigger": 132, "threshold": 64},
    "Plugin": {"plugin": "weather", "event": "rain"},
}
ACTIONS: Mapping[str, Table] = {
    "Keystroke": {"keys": "p", "modifiers": ["ctrl"]},
    "Text": {"text": "Hello"},
    "Launch": {"app": "firefox", "args": ["--new-window"]},
    "Shell": {"command": "git pull"},
    "Delay": {"ms": 250},
    "MouseClick": {"button": "left", "x": 10, "y": 20},
    "VolumeControl": {"operation": "Set", "value": 40},
    "ModeChange": {"mode": "next"},
    "Sequence": {"actions": [TEXT, {"type": "Delay", "ms": 5}]},
    "Repeat": {"action": TEXT, "count": 3, "delay_ms": 20},
    "Conditional": {"condition": {"type": "Never"}, "then_action": TEXT, "else_action": TEXT},
    "SendMidi": {"port": "Synth", "message_type": "CC", "controller": 7, "value": 9},
    "Plugin": {"plugin": "blink", "params": {"color": "red"}},
}
CONDITIONS: Mapping[str, Table] = {
    "Always": {},
    "Never": {},
    "TimeRange": {"start": "22:00", "end": "06:00"},
    "DayOfWeek": {"days": ["Mon", 2]},
    "AppRunning": {"app_name": "Live"},
    "AppFrontmost": {"app_name": "Live"},
    "ModeIs": {"mode": "Drums"},
    "And": {"conditions": [{"type": "Always"}, {"type": "Never"}]},
    "Or": {"conditions": [{"type": "Always"}, {"type": "Never"}]},
    "Not": {"condition": {"type": "Never"}},
}
KINDS: Mapping[str, Mapping[str, Table]] = {
    "trigger": TRIGGERS,
    "action": ACTIONS,
    "condition": CONDITIONS,
}
ALSO: Mapping[tuple[str, str], Table] = {
    ("SendMidi", "velocity_curve"): {
        "message_type": "NoteOn",
        "velocity_mapping": {"type": "Linear", "min": 10, "max": 90},
    },
}
"""Keys that do not go together with the others of their type."""

SECTIONS: Mapping[str, Any] = {
    "modes": [{"name": "Drums"}],
    "global_mappings": [{"trigger": NOTE, "action": TEXT}],
    "advanced_settings": {"hold_threshold_ms": 700},
    "logging": {"level": "debug"},
}
MODE: Table = {"name": "Drums", "color": "red", "mappings": [{"trigger": NOTE, "action": TEXT}]}
MAPPING: Table = {"trigger": NOTE, "action": TEXT, "description": "Kick"}


def typed(word: str, table: Table) -> dict[str, Any]:
    """Return a table with its type."""
    return {"type": word, **table}


def renamed(table: Table, canonical: str, other: str) -> dict[str, Any]:
    """Return a table with one key called otherwise."""
    return {other if key == canonical else key: value for key, value in table.items()}


def top(table: Table) -> str:
    """Return a file that holds these keys."""
    return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in table.items())


def other_types() -> Iterator[tuple[str, Case]]:
    """Yield a case for each type that has another name."""
    for kind, table in (
        ("trigger", aliases.TRIGGER_TYPES),
        ("action", aliases.ACTION_TYPES),
        ("condition", aliases.CONDITION_TYPES),
    ):
        for other, canonical in table.items():
            fields = KINDS[kind][canonical]
            if kind == "action" and other in aliases.SENDS:
                sent = aliases.SENDS[other]
                fields = {"note": 40} if sent.startswith("Note") else {"controller": 7, "value": 9}
                text = placed(kind, typed(other, fields))
                fields |= {"message_type": sent}
            else:
                text = placed(kind, typed(other, fields))
            yield f"{kind} {other}", Case(text, placed(kind, typed(canonical, fields)))


def other_keys() -> Iterator[tuple[str, Case]]:
    """Yield a case for each key that has another name."""
    for word, table in aliases.KEYS.items():
        for other, canonical in table.items():
            for kind in [kind for kind, known in KINDS.items() if word in known]:
                if (kind, word) == ("trigger", "Plugin") and canonical == "params":
                    continue  # a plugin's events have none
                fields = typed(word, ALSO.get((word, other), KINDS[kind][word]))
                if canonical not in fields:
                    raise KeyError(f"the example of {word} lacks {canonical}")
                text = placed(kind, renamed(fields, canonical, other))
                yield f"{kind} {word}.{other}", Case(text, placed(kind, fields))
    for other, canonical in aliases.SECTIONS.items():
        section = {canonical: SECTIONS[canonical]}
        yield f"[{other}]", Case(top(renamed(section, canonical, other)), top(section))
    for other, canonical in aliases.MODE.items():
        mode = {"modes": [renamed(MODE, canonical, other)]}
        yield f"modes.{other}", Case(top(mode), top({"modes": [MODE]}))
    for other, canonical in aliases.MAPPING.items():
        mapping = {"global_mappings": [renamed(MAPPING, canonical, other)]}
        yield f"mappings.{other}", Case(top(mapping), top({"global_mappings": [MAPPING]}))


def without_effect() -> Iterator[tuple[str, Case]]:
    """Yield a case for each key that means nothing here; its reason is the warning."""
    for word, table in aliases.MEANINGLESS.items():
        for key, reason in table.items():
            name = f"{word or 'file'}.{key}"
            if word == "":
                yield name, Case(top({key: "x", "modes": []}), top({"modes": []}), (reason,))
                continue
            if word == "devices":
                device = {"id": "pads", "name": "Pad"}
                known = top({"devices": [device]})
                yield name, Case(top({"devices": [device | {key: True}]}), known, (reason,))
                continue
            kind = "trigger" if word in ("Aftertouch", "PitchBend") else "action"
            fields = typed(word, KINDS[kind][word])
            text = placed(kind, {**fields, key: 36})
            yield name, Case(text, placed(kind, fields), (reason,))


_UNFINISHED = (
    ("no cc", "trigger", {"type": "EncoderTurn"}, "it has no cc"),
    ("held button", "trigger", {"type": "LongPress", "note": 130}, "no backend"),
    ("no volume", "action", {"type": "VolumeControl", "operation": "Set"}, "it has no value"),
    ("no repeat", "action", {"type": "Repeat", "count": 0, "action": TEXT}, "count is 0"),
    ("no key", "action", {"type": "Keystroke", "keys": []}, "no key that can be pressed"),
)


def dormant() -> Iterator[tuple[str, str, str]]:
    """Yield a name, a text and the reason for each type that is kept and does nothing."""
    for kind, table in (
        ("trigger", aliases.NO_TRIGGERS),
        ("action", aliases.NO_ACTIONS),
        ("condition", aliases.NO_CONDITIONS),
    ):
        for word, reason in table.items():
            yield f"{kind} {word}", placed(kind, typed(word, {"soft_max": 9})), reason
    for name, kind, table, reason in _UNFINISHED:
        yield name, placed(kind, table), reason
