"""A short example of everything a configuration may hold; `docs/configuration.md` shows them."""

from collections.abc import Mapping

_SAY = '{ type = "SendMidi", note = 60, duration_ms = 200 }'

WHOLE = """[device]
name = "Launchpad Mini"

[[modes]]
name = "Drums"
color = "orange"

[[modes.mappings]]
description = "Kick, as loud as the pad was hit"
trigger = { type = "Note", note = 36 }
action = { type = "SendMidi", channel = 9, note = 36, velocity = "pass", until_release = true }

[[global_mappings]]
description = "Next mode"
trigger = { type = "CC", cc = 104, value_min = 1 }
action = { type = "ModeChange", mode = "next" }

[advanced_settings]
hold_threshold_ms = 600
"""

SECTIONS: Mapping[str, str] = {
    "device": '[device]\nname = "nanoKONTROL2"\nauto_connect = true\n',
    "devices": """[[devices]]
id = "pads"
name = "Launchpad Mini"

[[devices]]
id = "faders"
name = "nanoKONTROL2"

[[global_mappings]]
trigger = { type = "CC", cc = 0, device = "faders" }
action = { type = "SendMidi", message_type = "CC", controller = 7, value = "pass" }
""",
    "modes": '[[modes]]\nname = "Drums"\ncolor = "#ff8800"\n',
    "mappings": f"""[[modes]]
name = "Drums"

[[modes.mappings]]
description = "A note, and whatever else note 36 is mapped to"
all = true
trigger = {{ type = "Note", note = 36 }}
action = {_SAY}
""",
    "advanced_settings": "[advanced_settings]\ndouble_tap_timeout_ms = 250\n",
    "logging": '[logging]\nlevel = "debug"\nfile = "midimon.log"\n',
}

TRIGGERS: Mapping[str, str] = {
    "Note": 'type = "Note", note = 36, velocity_min = 20',
    "VelocityRange": 'type = "VelocityRange", note = 36, level = "hard"',
    "Release": 'type = "Release", note = 36',
    "LongPress": 'type = "LongPress", note = 36, duration_ms = 600',
    "DoubleTap": 'type = "DoubleTap", note = 36, timeout_ms = 250',
    "NoteChord": 'type = "NoteChord", notes = [60, 64, 67], match = "superset"',
    "SequenceOf": 'type = "SequenceOf", notes = [60, 62, 64], gap_ms = 400',
    "EncoderTurn": 'type = "EncoderTurn", cc = 16, mode = "relative_twos", direction = "Clockwise"',
    "CC": 'type = "CC", cc = 7, value_min = 64, edge = "rising"',
    "Aftertouch": 'type = "Aftertouch", pressure_min = 64, edge = "rising"',
    "PolyAftertouch": 'type = "PolyAftertouch", note = 36, pressure_min = 100',
    "PitchBend": 'type = "PitchBend", value_min = 4096, value_max = 8191',
    "ProgramChange": 'type = "ProgramChange", program = 5',
    "GamepadButton": 'type = "GamepadButton", button = 128',
    "GamepadButtonChord": 'type = "GamepadButtonChord", buttons = [128, 129]',
    "GamepadAnalogStick": 'type = "GamepadAnalogStick", axis = 130, direction = "Clockwise"',
    "GamepadTrigger": 'type = "GamepadTrigger", trigger = 132, threshold = 64',
    "Plugin": 'type = "Plugin", plugin = "weather", event = "rain"',
}

ACTIONS: Mapping[str, str] = {
    "Keystroke": '{ type = "Keystroke", keys = "p", modifiers = ["ctrl", "shift"] }',
    "Text": '{ type = "Text", text = "Hello" }',
    "Launch": '{ type = "Launch", app = "firefox", args = ["--private-window"] }',
    "Shell": '{ type = "Shell", command = ["git", "pull"], timeout = 20 }',
    "Delay": '{ type = "Delay", ms = 250 }',
    "MouseClick": '{ type = "MouseClick", button = "left", x = 10, y = 20 }',
    "VolumeControl": '{ type = "VolumeControl", operation = "Set", value = 40 }',
    "ModeChange": '{ type = "ModeChange", mode = "next", while_held = true }',
    "Sequence": f'{{ type = "Sequence", actions = [{_SAY}, {{ type = "Delay", ms = 250 }}] }}',
    "Repeat": f'{{ type = "Repeat", count = 4, delay_ms = 250, action = {_SAY} }}',
    "Conditional": (
        '{ type = "Conditional", condition = { type = "AppRunning", app_name = "Live" }, '
        'then_action = { type = "Text", text = "Live" } }'
    ),
    "SendMidi": (
        '{ type = "SendMidi", message_type = "NoteOn", port = "Synth", note = "pass", '
        'velocity_mapping = { type = "Linear", min = 20, max = 110 }, until_release = true }'
    ),
    "Plugin": '{ type = "Plugin", plugin = "blink", params = { color = "red" } }',
}

CONDITIONS: Mapping[str, str] = {
    "Always": '{ type = "Always" }',
    "Never": '{ type = "Never" }',
    "TimeRange": '{ type = "TimeRange", start = "22:00", end = "06:00" }',
    "DayOfWeek": '{ type = "DayOfWeek", days = ["Mon", 2] }',
    "AppRunning": '{ type = "AppRunning", app_name = "Live" }',
    "AppFrontmost": '{ type = "AppFrontmost", app_name = "Live" }',
    "ModeIs": '{ type = "ModeIs", mode = "Drums" }',
    "And": (
        '{ type = "And", conditions = [{ type = "DayOfWeek", days = ["Sat"] }, '
        '{ type = "ModeIs", mode = "Drums" }] }'
    ),
    "Or": (
        '{ type = "Or", conditions = [{ type = "ModeIs", mode = "Drums" }, '
        '{ type = "ModeIs", mode = "Keys" }] }'
    ),
    "Not": '{ type = "Not", condition = { type = "AppFrontmost", app_name = "Live" } }',
}

_SAME_ACTION = 'action = { type = "Text", text = "a" }'
CANONICAL_SHAPE = f'[[global_mappings]]\ntrigger = {{ type = "Note", note = 36 }}\n{_SAME_ACTION}\n'
SHAPES: Mapping[str, str] = {
    "Tables of their own": (
        '[[global_mappings]]\n[global_mappings.trigger]\ntype = "Note"\nnote = 36\n'
        '[global_mappings.action]\ntype = "Text"\ntext = "a"\n'
    ),
    "The type as the key": (
        '[[global_mappings]]\ntrigger = { Note = { note = 36 } }\naction = { Text = "a" }\n'
    ),
    "The trigger's keys right in the mapping": (
        f"[[global_mappings]]\nnote = 36\n{_SAME_ACTION}\n"
    ),
    "Tables and lists over several lines": (
        '[[global_mappings]]\ntrigger = {\n    type = "Note",\n    note = 36,\n}\n'
        f"{_SAME_ACTION}\n"
    ),
    "`mappings` at the top": (
        f'[[mappings]]\ntrigger = {{ type = "Note", note = 36 }}\n{_SAME_ACTION}\n'
    ),
    "Words in any spelling": (
        '[[global_mappings]]\ntrigger = { type = "midi_note", key = 36 }\n'
        'action = { type = "TypeText", content = "a" }\n'
    ),
}
"""Ways to write `CANONICAL_SHAPE`."""

WRONG = """[[modes]]
name = "Drums"
colour_of_leds = "red"

[[modes.mappings]]
trigger = { type = "Note", note = 136 }
action = { type = "Keystrok", keys = "a" }
"""


def with_trigger(words: str) -> str:
    """Return a configuration with a trigger."""
    return f"[[global_mappings]]\ntrigger = {{ {words} }}\naction = {_SAY}\n"


def with_action(words: str) -> str:
    """Return a configuration with an action."""
    return f'[[global_mappings]]\ntrigger = {{ type = "Note", note = 36 }}\naction = {words}\n'


def with_condition(words: str) -> str:
    """Return a configuration with a condition."""
    return (
        '[[global_mappings]]\ntrigger = { type = "Note", note = 36 }\n\n'
        '[global_mappings.action]\ntype = "Conditional"\n'
        f'condition = {words}\nthen_action = {{ type = "Text", text = "yes" }}\n'
    )
