"""Files as people have them, each beside the canonical form that it has to mean.

A case is a text, the canonical text, and what has to be remarked on. Rows of the alias tables are
made into cases by `rows`.
"""

from collections.abc import Iterator
from typing import NamedTuple

from midimon_live.config import aliases
from tests.config import examples

SAY = 'action = { type = "Text", text = "a" }'


class Case(NamedTuple):
    """A text and what it means.

    Attributes:
        name: which dialect, and what of it.
        text: as people have it.
        canonical: what it means.
        remarks: a part of each warning, in the order of the file.
    """

    name: str
    text: str
    canonical: str
    remarks: tuple[str, ...] = ()


def mapped(trigger: str, action: str = '{ type = "Text", text = "a" }') -> str:
    """Return a canonical file with one mapping in every mode."""
    return f"[[global_mappings]]\ntrigger = {trigger}\naction = {action}\n"


NOTE = '{ type = "Note", note = 36 }'
NOTE_36 = mapped(NOTE)

CASES = [
    Case(
        "A: tables of their own, several modes",
        """
[device]
name = "Grid"
auto_connect = false

[[modes]]
name = "One"
color = "blue"

[[modes.mappings]]
description = "first"
[modes.mappings.trigger]
type = "Note"
note = 36
[modes.mappings.action]
type = "Keystroke"
keys = "c"
modifiers = ["cmd"]

[[modes]]
name = "Two"

[[global_mappings]]
[global_mappings.trigger]
type = "CC"
cc = 7
[global_mappings.action]
type = "ModeChange"
mode = "Two"
""",
        """
device = { name = "Grid", auto_connect = false }
modes = [
  { name = "One", color = "blue", mappings = [
    { description = "first", trigger = { type = "Note", note = 36 },
      action = { type = "Keystroke", keys = "c", modifiers = ["cmd"] } },
  ] },
  { name = "Two" },
]
global_mappings = [
  { trigger = { type = "CC", cc = 7 }, action = { type = "ModeChange", mode = "Two" } },
]
""",
    ),
    Case(
        "A2: on one line",
        f"[[global_mappings]]\ntrigger = {NOTE}\n{SAY}\n",
        '[[global_mappings]]\ntrigger.type = "Note"\ntrigger.note = 36\n'
        'action.type = "Text"\naction.text = "a"\n',
    ),
    Case(
        "B: the type as key",
        "[[global_mappings]]\ntrigger = { Note = { note = 36 } }\naction = { Text = "
        '{ text = "a" } }\n',
        NOTE_36,
    ),
    Case(
        "B: a bare value in place of the fields",
        '[[global_mappings]]\ntrigger = { Note = 36 }\naction = { VolumeControl = "VolumeUp" }\n',
        mapped(NOTE, '{ type = "VolumeControl", operation = "Up" }'),
    ),
    Case(
        "B: sub-tables named after the type",
        "[[global_mappings]]\n[global_mappings.trigger.Note]\nnote = 36\n"
        '[global_mappings.action.Plugin]\nplugin = "p"\n'
        '[global_mappings.action.Plugin.params]\ntype = "kept"\nn = 1\n',
        mapped(NOTE, '{ type = "Plugin", plugin = "p", params = { type = "kept", n = 1 } }'),
    ),
    Case(
        "B+: with velocity_range",
        "[[global_mappings]]\ntrigger = { Note = { note = 61, velocity_range = [0, 127] } }\n"
        'action = { Plugin = { plugin = "http_request", params = { url = "u" } } }\n',
        mapped(
            '{ type = "Note", note = 61 }',
            '{ type = "Plugin", plugin = "http_request", params = { url = "u" } }',
        ),
    ),
    Case(
        "C: fields of the trigger right in the mapping",
        f"[[mappings]]\nnote = 36\nvelocity = {{ range = [10, 90] }}\n{SAY}\n",
        mapped('{ type = "Note", note = 36, velocity_min = 10, velocity_max = 90 }'),
    ),
    Case(
        "C: a plugin with data",
        '[[mappings]]\nnote = 36\naction = { type = "plugin", plugin = "p", data = { n = 1 } }\n',
        mapped(NOTE, '{ type = "Plugin", plugin = "p", params = { n = 1 } }'),
    ),
    Case(
        "D: WebAssembly",
        f'[[global_mappings]]\ntrigger = {NOTE}\naction = {{ type = "WasmPlugin", '
        'path = "~/plugins/spotify.wasm", params = { action = "play" } }\n',
        mapped(NOTE, '{ type = "Plugin", plugin = "spotify", params = { action = "play" } }'),
        ("WebAssembly is not run here",),
    ),
    Case(
        "F: tables over several lines",
        '[[global_mappings]]\ntrigger = {\n    type = "Note", # a pad\n    note = 36,\n}\n'
        'action = {\n    type = "Text",\n    text = "a",\n}\n',
        NOTE_36,
    ),
    Case(
        "G1: a condition as a table",
        mapped(
            NOTE,
            '{ type = "Conditional", condition = { type = "TimeRange", start = "09:00", '
            'end = "17:00" }, then_action = { type = "Text", text = "a" } }',
        ),
        mapped(
            NOTE,
            '{ Conditional = { condition = { TimeRange = { start = "09:00", end = "17:00" } }, '
            'then = { Text = "a" } } }',
        ),
    ),
    Case(
        "G2: a condition as text",
        mapped(
            NOTE,
            '{ type = "Conditional", condition = "TimeRange:09:00-17:00", '
            'then_action = { type = "Text", text = "a" } }',
        ),
        mapped(
            NOTE,
            '{ type = "Conditional", condition = { type = "TimeRange", start = "09:00", '
            'end = "17:00" }, then_action = { type = "Text", text = "a" } }',
        ),
    ),
    Case(
        "G3: several conditions with an operator, several actions",
        mapped(
            NOTE,
            '{ type = "Conditional", operator = "Or", conditions = [{ type = "Never" }, '
            '{ type = "ModeActive", name = "B" }], then_actions = [{ type = "Delay", ms = 1 }], '
            'else_actions = [{ type = "Delay", ms = 2 }, { type = "Delay", ms = 3 }] }',
        ),
        mapped(
            NOTE,
            '{ type = "Conditional", condition = { type = "Or", conditions = [{ type = "Never" }, '
            '{ type = "ModeIs", mode = "B" }] }, then_action = { type = "Sequence", actions = '
            '[{ type = "Delay", ms = 1 }] }, else_action = { type = "Sequence", actions = '
            '[{ type = "Delay", ms = 2 }, { type = "Delay", ms = 3 }] } }',
        ),
    ),
    Case(
        "H: a velocity mapping beside the action",
        NOTE_36.replace(SAY, 'action = { type = "SendMidi", note = 60 }')
        + 'velocity_mapping = { type = "curve", curve_type = "exponential", intensity = 0.7 }\n',
        mapped(
            NOTE,
            '{ type = "SendMidi", note = 60, velocity_mapping = { type = "Exponential", '
            "intensity = 0.7 } }",
        ),
    ),
    Case(
        "H: in the action, in other words",
        mapped(
            NOTE,
            '{ type = "SendMIDI", message = { NoteOn = { note = 60, velocity = { type = "linear", '
            "output_min = 10, output_max = 90 } } } }",
        ),
        mapped(
            NOTE,
            '{ type = "SendMidi", note = 60, velocity_mapping = { type = "Linear", min = 10, '
            "max = 90 } }",
        ),
    ),
    Case(
        "I: devices with ids",
        f'[[devices]]\nid = "pads"\nname = "Launchpad"\n[[mappings]]\ntrigger = {{ type = "Note", '
        f'note = 36, device_id = "pads" }}\n{SAY}\n',
        'devices = [{ id = "pads", name = "Launchpad" }]\n'
        + mapped('{ type = "Note", note = 36, device = "pads" }'),
    ),
    Case(
        "J: sections without a meaning here",
        "[led]\nscheme = 'x'\n[event_console]\nsize = 3\n" + NOTE_36,
        NOTE_36,
        ("led has no effect here", "event_console has no effect here"),
    ),
    Case(
        "K: the head of a profile",
        'name = "Mine"\nversion = "1.0"\nauthor = "me"\nbundle_ids = ["a"]\n' + NOTE_36,
        NOTE_36,
        ("name has no effect", "version has", "author has", "bundle_ids has"),
    ),
    Case(
        "L: modes by number",
        mapped(NOTE, '{ type = "ModeChange", mode = 1 }'),
        mapped(NOTE, "{ ModeChange = { mode = 1 } }"),
    ),
    Case(
        "L: relative modes",
        mapped(NOTE, '{ type = "ModeChange", relative = -1 }'),
        mapped(NOTE, '{ type = "ModeChange", mode = "previous" }'),
    ),
    Case(
        "modes as tables by name",
        f'[modes.Drums]\ncolor = "red"\n[[modes.Drums.mappings]]\ntrigger = {NOTE}\n{SAY}\n',
        f'[[modes]]\nname = "Drums"\ncolor = "red"\n[[modes.mappings]]\ntrigger = {NOTE}\n{SAY}\n',
    ),
    Case(
        "one mapping alone",
        f"trigger = {NOTE}\n{SAY}\n",
        NOTE_36,
    ),
    Case(
        "a list of actions is a sequence",
        mapped(NOTE, '[{ type = "Delay", ms = 1 }, { type = "Delay", ms = 2 }]'),
        mapped(
            NOTE,
            '{ type = "Sequence", actions = [{ type = "Delay", ms = 1 }, '
            '{ type = "Delay", ms = 2 }] }',
        ),
    ),
]

# one value for each key that has other names, as TOML, and what else its table needs
VALUES = {
    "note": "36",
    "velocity_min": "20",
    "velocity_max": "90",
    "min": "20",
    "max": "90",
    "duration_ms": "600",
    "timeout_ms": "250",
    "gap_ms": "250",
    "cc": "7",
    "value_min": "3",
    "value_max": "90",
    "pressure_min": "3",
    "pressure_max": "90",
    "button": "130",
    "keys": '"a"',
    "app": '"firefox"',
    "command": '"ls"',
    "text": '"a"',
    "ms": "20",
    "operation": '"Set"',
    "value": "40",
    "mode": '"next"',
    "delay_ms": "20",
    "count": "3",
    "action": '{ type = "Delay", ms = 1 }',
    "then_action": '{ type = "Delay", ms = 1 }',
    "else_action": '{ type = "Delay", ms = 2 }',
    "port": '"Synth"',
    "message_type": '"CC"',
    "controller": "7",
    "velocity_mapping": '{ type = "Linear", min = 1, max = 90 }',
    "plugin": '"p"',
    "params": "{ n = 1 }",
    "app_name": '"Live"',
    "days": '["Mon"]',
}
BESIDE = {
    ("VelocityRange", "note"): 'level = "soft"',
    ("VelocityRange", "min"): "max = 90",
    ("VelocityRange", "max"): "min = 20",
    ("NoteChord", "timeout_ms"): "notes = [60, 64]",
    ("SequenceOf", "gap_ms"): "notes = [60, 64]",
    ("GamepadButton", "velocity_min"): "button = 130",
    ("GamepadButtonChord", "timeout_ms"): "buttons = [130, 131]",
    ("VolumeControl", "operation"): "value = 40",
    ("VolumeControl", "value"): 'operation = "Set"',
    ("Repeat", "delay_ms"): 'count = 2, action = { type = "Delay", ms = 1 }',
    ("Repeat", "count"): 'action = { type = "Delay", ms = 1 }',
    ("Repeat", "action"): "count = 2",
    ("Conditional", "then_action"): 'condition = { type = "Always" }',
    ("Conditional", "else_action"): 'condition = { type = "Always" }, then_action = '
    '{ type = "Delay", ms = 1 }',
    ("SendMidi", "controller"): 'message_type = "CC", value = 3',
    ("SendMidi", "message_type"): "controller = 3, value = 4",
    ("Plugin", "params"): 'plugin = "p"',
}
_TRIGGERS = {*examples.TRIGGERS, "GamepadButton", "GamepadButtonChord"}


def rows() -> Iterator[Case]:
    """Yield a case for each row of the alias tables."""
    yield from _types()
    yield from _keys()
    for old, new in aliases.SECTIONS.items():
        shared = _section(new)
        yield Case(f"section {old}", shared.replace(f"[{new}", f"[{old}"), shared)
    for old, new in aliases.MODE.items():
        if new == "mappings":
            mode = f'[[modes]]\nname = "A"\n[[modes.mappings]]\ntrigger = {NOTE}\n{SAY}\n'
            yield Case(f"mode.{old}", mode.replace("modes.mappings", f"modes.{old}"), mode)
        else:
            mode = '[[modes]]\nname = "A"\ncolor = "red"\n'
            yield Case(f"mode.{old}", mode.replace(new, old), mode)
    for old, new in aliases.MAPPING.items():
        whole = f'{NOTE_36}description = "d"\n'
        yield Case(f"mapping.{old}", whole.replace(f"{new} =", f"{old} ="), whole)


def _section(name: str) -> str:
    return {
        "modes": '[[modes]]\nname = "A"\n',
        "global_mappings": NOTE_36,
        "advanced_settings": "[advanced_settings]\nhold_threshold_ms = 600\n"
        + mapped('{ type = "LongPress", note = 3 }'),
        "logging": '[logging]\nlevel = "debug"\n',
    }[name]


def _types() -> Iterator[Case]:
    for old, new in aliases.TRIGGER_TYPES.items():
        words = examples.TRIGGERS[new].replace(f'"{new}"', f'"{old}"', 1)
        yield Case(
            f"trigger {old}",
            examples.with_trigger(words),
            examples.with_trigger(examples.TRIGGERS[new]),
        )
    for old, new in aliases.ACTION_TYPES.items():
        words = examples.ACTIONS[new]
        if old in aliases.SENDS:
            sent = "controller = 7, value = 3" if aliases.SENDS[old] == "CC" else "note = 60"
            words = f'{{ type = "SendMidi", message_type = "{aliases.SENDS[old]}", {sent} }}'
            other = f'{{ type = "{old}", {sent} }}'
        else:
            other = words.replace(f'"{new}"', f'"{old}"', 1)
        yield Case(f"action {old}", examples.with_action(other), examples.with_action(words))
    for old, new in aliases.CONDITION_TYPES.items():
        words = examples.CONDITIONS[new]
        other = words.replace(f'"{new}"', f'"{old}"', 1)
        yield Case(
            f"condition {old}", examples.with_condition(other), examples.with_condition(words)
        )


def _keys() -> Iterator[Case]:
    for kind, table in aliases.KEYS.items():
        for old, new in table.items():
            beside = BESIDE.get((kind, new), "")
            rest = f", {beside}" if beside else ""
            words = f'type = "{kind}", KEY = {VALUES[new]}{rest}'
            yield Case(
                f"{kind}.{old}",
                _around(kind, words.replace("KEY", old, 1)),
                _around(kind, words.replace("KEY", new, 1)),
            )


def _around(kind: str, words: str) -> str:
    if kind == "Plugin" or kind in examples.ACTIONS:
        return examples.with_action(f"{{ {words} }}")
    if kind in _TRIGGERS:
        return examples.with_trigger(words)
    return examples.with_condition(f"{{ {words} }}")
