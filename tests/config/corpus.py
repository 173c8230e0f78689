"""What people have, in every shape, and the same in canonical form; `test_corpus` compares them."""

from collections.abc import Mapping
from typing import Any

from tests.config.words import NOTE, TEXT, Case, Table, mapped, placed, top, typed

SEND = {"type": "SendMidi", "port": "Synth", "channel": 2}
_THREE = [(1, 40, "soft"), (41, 90, "medium"), (91, 127, "hard")]
_PLUGIN = {"type": "Plugin", "plugin": "player", "params": {"type": "pause"}}


def _note(low: int, high: int) -> dict[str, Any]:
    return {**NOTE, "velocity_min": low, "velocity_max": high}


def _say(text: str) -> dict[str, Any]:
    return {"type": "Text", "text": text}


def _when(condition: Any) -> dict[str, Any]:
    return {"type": "Conditional", "condition": condition, "then_action": TEXT}


_EVENING = {"type": "TimeRange", "start": "18:00", "end": "23:30"}
_WEEKEND = {"type": "DayOfWeek", "days": [6, 7]}


def _shaped(curve: Any) -> str:
    return mapped(action={**SEND, "velocity_mapping": curve})


DIALECTS: Mapping[str, Case] = {
    "A": Case(
        '[device]\nname = "Pad"\nauto_connect = true\n\n[[modes]]\nname = "One"\n\n'
        '[[modes.mappings]]\ndescription = "Say"\n[modes.mappings.trigger]\ntype = "Note"\n'
        'note = 36\n[modes.mappings.action]\ntype = "Text"\ntext = "a"\n\n'
        '[[global_mappings]]\n[global_mappings.trigger]\ntype = "CC"\ncc = 7\n'
        '[global_mappings.action]\ntype = "Sequence"\nactions = [\n'
        '    { type = "Text", text = "b" },\n    { type = "Delay", ms = 20 },\n]\n',
        top(
            {
                "device": {"name": "Pad", "auto_connect": True},
                "modes": [
                    {
                        "name": "One",
                        "mappings": [{"description": "Say", "trigger": NOTE, "action": TEXT}],
                    }
                ],
                "global_mappings": [
                    {
                        "trigger": {"type": "CC", "cc": 7},
                        "action": {
                            "type": "Sequence",
                            "actions": [_say("b"), {"type": "Delay", "ms": 20}],
                        },
                    }
                ],
            }
        ),
    ),
    "A2": Case(
        '[[modes]]\nname = "One"\n[[modes.mappings]]\ntrigger = { type = "Note", note = 36 }\n'
        'action = { type = "Text", text = "a" }\n',
        top({"modes": [{"name": "One", "mappings": [{"trigger": NOTE, "action": TEXT}]}]}),
    ),
    "B": Case(
        mapped({"Note": {"note": 36}}, {"Plugin": {"plugin": "p", "params": {"n": 1}}})
        + mapped({"CC": {"cc": 7}}, {"Launch": {"app_path": "/usr/bin/gedit"}})
        + mapped({"NoteChord": {"notes": [1, 2]}}, {"VolumeControl": "VolumeUp"}),
        mapped(NOTE, {"type": "Plugin", "plugin": "p", "params": {"n": 1}})
        + mapped({"type": "CC", "cc": 7}, {"type": "Launch", "app": "/usr/bin/gedit"})
        + mapped(
            {"type": "NoteChord", "notes": [1, 2]}, {"type": "VolumeControl", "operation": "Up"}
        ),
    ),
    "B+": Case(
        mapped({"Note": {"note": 36, "velocity_range": [20, 90]}}),
        mapped({**NOTE, "velocity_min": 20, "velocity_max": 90}),
    ),
    "C": Case(
        "".join(
            f"[[modes.mappings]]\nnote = 36\nvelocity = {{ range = [{low}, {high}] }}\n"
            f'action = {{ type = "text", text = "{word}" }}\n'
            for low, high, word in _THREE
        )
        + '[[modes.mappings]]\nnote = 37\n[modes.mappings.action]\ntype = "plugin"\n'
        'plugin = "player"\ndata = { type = "pause" }\n'
        '[[modes.mappings]]\ncc = 7\n[modes.mappings.action]\ntype = "sequence"\n'
        'actions = [{ type = "delay", ms = 5 }, { type = "text", text = "a" }]\n',
        "[[modes]]\nname = 'Default'\n"
        + "".join(
            mapped(_note(low, high), _say(word)).replace("global_mappings", "modes.mappings")
            for low, high, word in _THREE
        )
        + mapped({"type": "Note", "note": 37}, _PLUGIN).replace("global_", "modes.")
        + mapped(
            {"type": "CC", "cc": 7},
            {"type": "Sequence", "actions": [{"type": "Delay", "ms": 5}, TEXT]},
        ).replace("global_", "modes."),
        ("no name",),
    ),
    "D": Case(
        mapped(
            action={
                "type": "WasmPlugin",
                "path": "~/plugins/lamp.wasm",
                "params": {"on": True},
                "max_fuel": 9,
            }
        ),
        mapped(action={"type": "Plugin", "plugin": "lamp", "params": {"on": True}}),
        ("WebAssembly is not run here", "max_fuel has no effect here"),
    ),
    "F": Case(
        "[[global_mappings]]\ntrigger = {\n    Note = { # the kick\n        note = 36,\n    },\n}\n"
        'action = {\n    type = "Plugin",\n    plugin = "p",\n    params = {\n'
        '        url = "http://localhost/{velocity}",\n        list = [\n1,\n2,\n],\n    },\n}\n',
        mapped(
            action={
                "type": "Plugin",
                "plugin": "p",
                "params": {"url": "http://localhost/{velocity}", "list": [1, 2]},
            }
        ),
    ),
    "G1": Case(
        mapped(action=_when({"TimeRange": {"start": "18:00", "end": "23:30"}}))
        + mapped(action=_when("Always"))
        + mapped(
            action=_when(
                {
                    "And": {
                        "conditions": [
                            {"DayOfWeek": {"days": [6, 7]}},
                            {"Not": {"condition": {"AppRunning": {"app_name": "Live"}}}},
                        ]
                    }
                }
            )
        ),
        mapped(action=_when(_EVENING))
        + mapped(action=_when({"type": "Always"}))
        + mapped(
            action=_when(
                {
                    "type": "And",
                    "conditions": [
                        _WEEKEND,
                        {
                            "type": "Not",
                            "condition": {"type": "AppRunning", "app_name": "Live"},
                        },
                    ],
                }
            )
        ),
    ),
    "G2": Case(
        '[[global_mappings]]\ntrigger = { type = "Note", note = 36 }\n[global_mappings.action]\n'
        'type = "Conditional"\nthen_action = { type = "Text", text = "a" }\n'
        '[global_mappings.action.condition]\ntype = "TimeRange"\nstart = "18:00"\n'
        'end = "23:30"\n',
        mapped(action=_when(_EVENING)),
    ),
    "G3": Case(
        mapped(
            action={
                "type": "Conditional",
                "conditions": [_EVENING, _WEEKEND],
                "operator": "Or",
                "then_action": TEXT,
            }
        ),
        mapped(action=_when({"type": "Or", "conditions": [_EVENING, _WEEKEND]})),
    ),
    "H": Case(
        _shaped("PassThrough")
        + _shaped({"Fixed": {"velocity": 90}})
        + _shaped({"type": "Curve", "curve_type": "Exponential", "intensity": 0.7})
        + mapped(
            action={
                **SEND,
                "velocity_curve": {
                    "type": "Linear",
                    "input_min": 0,
                    "input_max": 127,
                    "output_min": 30,
                    "output_max": 120,
                },
            }
        )
        + mapped(action=SEND, velocity_mapping={"type": "SCurve", "intensity": 0.2}),
        _shaped({"type": "PassThrough"})
        + _shaped({"type": "Fixed", "velocity": 90})
        + _shaped({"type": "Exponential", "intensity": 0.7})
        + _shaped({"type": "Linear", "min": 30, "max": 120})
        + _shaped({"type": "SCurve", "intensity": 0.2}),
        ("input_min has no effect", "input_max has no effect"),
    ),
    "I": Case(
        '[[devices]]\nid = "pads"\nname = "Launchpad"\n\n[[devices]]\nid = "keys"\n\n'
        + mapped({"type": "Note", "note": 36, "device": "pads"})
        + mapped({"type": "Note", "note": 37, "device_id": "keys"})
        + mapped({"type": "Note", "note": 38, "device_group": "all"}),
        'devices = [{ id = "Launchpad" }, { id = "keys" }]\n'
        + mapped({"type": "Note", "note": 36, "device": "Launchpad"})
        + mapped({"type": "Note", "note": 37, "device": "keys"})
        + mapped({"type": "Note", "note": 38}),
        ("device_group has no effect here",),
    ),
    "J": Case(
        "[profiles]\nactive = 'a'\n[led_settings]\nbrightness = 5\n[led]\n[event_console]\n"
        "[midi_output]\n" + mapped({**NOTE, "element": "pad"}),
        mapped(),
        ("profiles", "led_settings", "led ", "event_console", "midi_output", "element"),
    ),
    "K": Case(
        'name = "Editing"\nbundle_ids = ["org.example.editor"]\n' + mapped(),
        mapped(),
        ("name has no effect", "bundle_ids has no effect"),
    ),
    "L": Case(
        'modes = ["One", "Two"]\n' + mapped(action={"ModeChange": 1}),
        'modes = [{ name = "One" }, { name = "Two" }]\n'
        + mapped(action={"type": "ModeChange", "mode": 1}),
    ),
}
"""Each shape that people have, by its letter; E is no TOML."""

_RANGE = {"type": "VelocityRange", "note": 36}
_APP = {"type": "AppRunning", "app_name": "org.example.editor"}
_OUT = {"message_type": "CC", "controller": 7, "value": 9}
_CLICK = {"type": "Keystroke", "keys": "p"}


def _one(kind: str, given: Any, meant: Any, *warnings: str) -> Case:
    return Case(placed(kind, given), placed(kind, meant), warnings)


def _trigger(word: str, given: Table, meant: Table, *warnings: str) -> Case:
    return _one("trigger", typed(word, given), typed(word, meant), *warnings)


def _action(word: str, given: Table, meant: Table, *warnings: str) -> Case:
    return _one("action", typed(word, given), typed(word, meant), *warnings)


def _keys(modifier: str) -> Table:
    return {"type": "Keystroke", "keys": "p", "modifiers": [modifier]}


ROWS: Mapping[str, Case] = {
    "velocity_min and _max": _one("trigger", _note(20, 90), _note(20, 90)),
    "velocity_range": _one("trigger", {**NOTE, "velocity_range": [20, 90]}, _note(20, 90)),
    "velocity range": _one("trigger", {**NOTE, "velocity": {"range": [0, 90]}}, _note(1, 90)),
    "velocity min max": _one(
        "trigger", {**NOTE, "velocity": {"min": 20, "max": 90}}, _note(20, 90)
    ),
    "min_velocity": _one(
        "trigger",
        {**_RANGE, "min_velocity": 0, "max_velocity": 40},
        {**_RANGE, "min": 1, "max": 40},
    ),
    "range": _one("trigger", {**_RANGE, "range": [5, 40]}, {**_RANGE, "min": 5, "max": 40}),
    "soft_max without a level": _one(
        "trigger",
        {**_RANGE, "soft_max": 30, "medium_max": 70},
        {**_RANGE, "min": 1},
        "no level is given",
    ),
    "level": _one(
        "trigger",
        {**_RANGE, "soft_max": 30, "level": "Soft"},
        {**_RANGE, "min": 1, "max": 30},
    ),
    "ranges without actions": _one(
        "trigger",
        {**_RANGE, "ranges": [[1, 40], [41, 127]]},
        {**_RANGE, "min": 1},
        "one mapping for each range",
        "no level is given",
    ),
    "ranges with actions": Case(
        mapped(
            {
                **_RANGE,
                "ranges": [{"min": a, "max": b, "action": _say(word)} for a, b, word in _THREE],
            }
        ),
        "".join(mapped({**_RANGE, "min": a, "max": b}, _say(word)) for a, b, word in _THREE),
    ),
    "an action for each level": Case(
        mapped(
            NOTE,
            {
                "type": "VelocityRange",
                "medium_max": 90,
                **{f"{word}_action": _say(word) for _, _, word in _THREE},
            },
        ),
        "".join(mapped({**_RANGE, "min": a, "max": b}, _say(word)) for a, b, word in _THREE),
    ),
    "NoteChord without a window": _trigger("NoteChord", {"notes": [1, 2]}, {"notes": [1, 2]}),
    "encoder, any direction": _trigger(
        "EncoderTurn",
        {"encoder": 3, "direction": "COUNTER_clockwise"},
        {"cc": 3, "direction": "CounterClockwise"},
    ),
    "Aftertouch note": _trigger(
        "Aftertouch",
        {"note": 36, "min_pressure": 9, "max_pressure": 99},
        {"pressure_min": 9, "pressure_max": 99},
        "PolyAftertouch",
    ),
    "PitchBend": _trigger(
        "PitchBend",
        {"min_value": 9, "max_value": 99, "center_deadzone": 5, "throttle_ms": 9},
        {"value_min": 9, "value_max": 99},
        "center_deadzone",
        "throttle_ms",
    ),
    "PitchBend to 8192": _trigger(
        "PitchBend",
        {"value_min": -8192, "value_max": 8192},
        {"value_min": -8192, "value_max": 8191},
    ),
    "Not around a condition": _one(
        "action",
        _when({"Not": {"AppRunning": {"app_name": "org.example.editor"}}}),
        _when({"type": "Not", "condition": _APP}),
    ),
    "conditions": _one(
        "action",
        {"type": "Conditional", "conditions": [_EVENING, _WEEKEND], "then_action": TEXT},
        _when({"type": "And", "conditions": [_EVENING, _WEEKEND]}),
    ),
    "one of conditions": _one(
        "action",
        {"type": "Conditional", "conditions": [_EVENING], "operator": "And", "then_action": TEXT},
        _when(_EVENING),
    ),
    "operator beside condition": _one(
        "action", {**_when(_EVENING), "operator": "And"}, _when(_EVENING), "operator"
    ),
    "bundle_id": _one("condition", {"type": "AppRunning", "bundle_id": "org.example.editor"}, _APP),
    "keys as a list": _action("Keystroke", {"key": ["a", "b"]}, {"keys": ["a", "b"]}),
    "app_path": _one("action", {"Launch": {"app_path": "vim"}}, typed("Launch", {"app": "vim"})),
    "path": _action("Launch", {"path": "/bin/vim"}, {"app": "/bin/vim"}),
    "volume action": _action(
        "VolumeControl", {"action": "up", "amount": 5}, {"operation": "Up", "value": 5}
    ),
    "volume direction": _action(
        "VolumeControl", {"direction": "VolumeDown"}, {"operation": "Down"}
    ),
    "volume": _action(
        "VolumeControl", {"operation": "set", "volume": 5}, {"operation": "Set", "value": 5}
    ),
    "volume Toggle": _action("VolumeControl", {"action": "toggle"}, {"operation": "Toggle"}),
    "mode integer": _one("action", {"ModeChange": 2}, typed("ModeChange", {"mode": 2})),
    "relative 1": _action("ModeChange", {"relative": 1}, {"mode": "next"}),
    "relative -1": _action("ModeChange", {"relative": -1}, {"mode": "previous"}),
    "relative word": _action("ModeChange", {"relative": "Previous"}, {"mode": "previous"}),
    "transition_effect": _action(
        "ModeChange",
        {"mode": 0, "transition_effect": {"type": "fade", "ms": 9}},
        {"mode": 0},
        "transition_effect",
    ),
    "delay_between_ms": _action(
        "Repeat",
        {"count": 2, "action": TEXT, "delay_between_ms": 9, "stop_on_error": True},
        {"count": 2, "action": TEXT, "delay_ms": 9, "stop_on_error": True},
    ),
    "SendMIDI message": _one(
        "action",
        {"type": "SendMIDI", "port": "Synth", "message": {"type": "CC", "cc": 7, "value": 9}},
        typed("SendMidi", {"port": "Synth", **_OUT}),
    ),
    "SendMIDI message by its type": _one(
        "action",
        {"type": "SendMIDI", "message": {"NoteOn": {"note": 40, "channel": 3}}},
        typed("SendMidi", {"message_type": "NoteOn", "note": 40, "channel": 3}),
    ),
    "SendMIDI message word": _one(
        "action",
        {"type": "SendMIDI", "message": "note_on", "note": 40},
        typed("SendMidi", {"message_type": "NoteOn", "note": 40}),
    ),
    "MidiOutput": _one(
        "action",
        typed("MidiOutput", {"device": "Synth", **_OUT}),
        typed("SendMidi", {"port": "Synth", **_OUT}),
    ),
    "MIDIOut": _one("action", typed("MIDIOut", _OUT), typed("SendMidi", _OUT)),
    "SendMIDI velocity_curve": _one(
        "action",
        {
            "type": "SendMIDI",
            "message": {"type": "NoteOn", "note": 40, "velocity_curve": {"type": "Linear"}},
        },
        typed("SendMidi", {"note": 40, "velocity_mapping": {"type": "Linear"}}),
    ),
    "value_from_pressure": _one(
        "action",
        {
            "type": "SendMIDI",
            "message": {"type": "CC", "controller": 1, "value_from_pressure": True},
        },
        typed("SendMidi", {**_OUT, "controller": 1, "value": "pass"}),
    ),
    "Plugin external": _one(
        "action", {"Plugin": {"plugin": "player", "params": {"type": "pause"}}}, _PLUGIN
    ),
    "plugin data": _one(
        "action", {"type": "plugin", "plugin": "player", "data": {"type": "pause"}}, _PLUGIN
    ),
    "modifiers in any case": _one("action", _keys("Cmd"), _keys("cmd")),
    "command": _one("action", _keys("command"), _keys("cmd")),
    "option": _one("action", _keys("option"), _keys("alt")),
    "control": _one("action", _keys("Control"), _keys("ctrl")),
    "meta": _one("action", _keys("meta"), _keys("cmd")),
    "super": _one("action", _keys("super"), _keys("cmd")),
    "fn": _one("action", _keys("fn"), _CLICK, "fn has no effect"),
}
"""What documents and plugins write, besides other words: one case or more for each habit."""
