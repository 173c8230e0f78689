"""Values that can not be: each is named with its place, what was found, and what is allowed."""

from typing import Any

import pytest

from midimon_live.config import ERROR, WARNING, Loader
from tests.config.words import NOTE, TEXT, mapped, placed, top, typed

HIGH, LOW = "at most 127 is allowed", "at least 0 is allowed"
WHOLE, WORDS = "allowed is a whole number", "allowed is text in quotes"
NEVER = "this would never fire"

TRIGGERS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("Note", {"note": 128}, "note", "128", HIGH),
    ("Note", {"note": -1}, "note", "-1", LOW),
    ("Note", {"note": "C4"}, "note", "'C4'", WHOLE),
    ("Note", {"note": 36.5}, "note", "36.5", WHOLE),
    ("Note", {"note": True}, "note", "true", WHOLE),
    ("Note", {"note": [36]}, "note", "[36]", WHOLE),
    ("Note", {"note": {}}, "note", "{}", WHOLE),
    ("Note", {"velocity_min": 90, "velocity_max": 20}, "velocity_min", "90", NEVER),
    ("Note", {"velocity_range": [90, 20]}, "velocity_range[0]", "90", NEVER),
    ("Note", {"velocity_range": [1]}, "velocity_range", "[1]", "[lowest, highest]"),
    ("Note", {"velocity_range": [0, 300]}, "velocity_range[1]", "300", HIGH),
    ("Note", {"velocity": 300}, "velocity", "300", "[lowest, highest]"),
    ("Note", {"channel": 16}, "channel", "16", "at most 15 is allowed"),
    ("Note", {"device": 5}, "device", "5", WORDS),
    ("Note", {"eager": "yes"}, "eager", "'yes'", "allowed is true or false"),
    ("VelocityRange", {"level": "lout"}, "level", "'lout'", "'soft', 'medium' or 'hard'"),
    ("VelocityRange", {"min": 90, "max": 20}, "min", "90", NEVER),
    ("VelocityRange", {"level": "soft", "min": 5}, "level", "level", "or else min and max"),
    (
        "VelocityRange",
        {"level": "soft", "soft_max": 90, "medium_max": 40},
        "soft_max",
        "90",
        "must be below medium_max 40",
    ),
    ("NoteChord", {"notes": []}, "notes", "[]", "at least 2 are needed"),
    ("NoteChord", {"notes": 36}, "notes", "36", "allowed is a list"),
    ("NoteChord", {"notes": [36, 36]}, "notes", "36, 36", "twice"),
    ("NoteChord", {"notes": [36, 200]}, "notes[1]", "200", HIGH),
    ("NoteChord", {}, "notes", "notes", "is missing; add it"),
    ("SequenceOf", {"notes": [1]}, "notes", "[1]", "at least 2 are needed"),
    ("LongPress", {"duration_ms": 70_000}, "duration_ms", "70000", "at most 60000"),
    ("DoubleTap", {"timeout_ms": 0}, "timeout_ms", "0", "at least 1"),
    ("EncoderTurn", {"cc": 128}, "cc", "128", HIGH),
    ("EncoderTurn", {"cc": 1, "direction": "in"}, "direction", "'in'", "'CounterClockwise'"),
    ("EncoderTurn", {"cc": 1, "mode": "relative"}, "mode", "'relative'", "'relative_twos'"),
    ("CC", {"value_min": 100, "value_max": 5}, "value_min", "100", NEVER),
    ("CC", {"edge": "fall"}, "edge", "'fall'", "'every' or 'rising'"),
    ("PitchBend", {"value_min": 20_000}, "value_min", "20000", "at most 16383"),
    ("PitchBend", {"value_min": -5, "value_max": 9_000}, "value_max", "9000", "-8192 to 8191"),
    ("PitchBend", {"value_min": 9, "value_max": 5}, "value_min", "9", NEVER),
    ("GamepadButton", {"button": 5}, "button", "5", "at least 128"),
    ("GamepadAnalogStick", {"axis": 5}, "axis", "5", "at least 128"),
    ("Notee", {}, "type", "'Notee'", 'did you mean "Note"?'),
]
ACTIONS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("Keystroke", {"keys": ""}, "keys", "''", "it may not be empty"),
    ("Keystroke", {"keys": 5}, "keys", "5", WORDS),
    ("Keystroke", {"keys": ["a", 5]}, "keys[1]", "5", WORDS),
    ("Keystroke", {"keys": "spcae"}, "keys", "'spcae'", "did you mean 'space'?"),
    ("Keystroke", {"keys": "a", "modifiers": ["hyper"]}, "modifiers", "'hyper'", "cmd, ctrl"),
    ("Keystroke", {"keys": "cmd++a"}, "keys", "'cmd++a'", "none left empty"),
    ("Text", {"text": ""}, "text", "''", "it may not be empty"),
    ("Text", {}, "text", "text", "is missing; add it"),
    ("Launch", {"app": "a", "args": "b"}, "args", "'b'", "allowed is a list"),
    ("Shell", {"command": []}, "command", "[]", "a list of texts with a program first"),
    ("Shell", {"command": "a 'b"}, "command", '"a \'b"', "close it"),
    ("Shell", {"command": "a", "timeout": 0}, "timeout", "0", "more than 0 is allowed"),
    ("Delay", {"ms": -1}, "ms", "-1", LOW),
    ("Delay", {"ms": 86_400_001}, "ms", "86400001", "at most 86400000 is allowed"),
    ("MouseClick", {"button": "up"}, "button", "'up'", "'left', 'right' or 'middle'"),
    ("MouseClick", {"x": 5}, "x", "5", "give both"),
    ("VolumeControl", {"operation": "Loud"}, "operation", "'Loud'", "'Unmute', 'Toggle' or 'Set'"),
    ("VolumeControl", {"operation": "Set", "value": 101}, "value", "101", "at most 100"),
    ("ModeChange", {"mode": -1}, "mode", "-1", "at least 0 is allowed"),
    ("ModeChange", {"mode": ""}, "mode", "''", "it may not be empty"),
    ("ModeChange", {"relative": "up"}, "relative", "'up'", "1, -1, next and previous"),
    ("Sequence", {"actions": []}, "actions", "[]", "at least 1 are needed"),
    ("Sequence", {"actions": [5]}, "actions[0]", "5", "an action is a table with a type"),
    ("Repeat", {"count": -1, "action": TEXT}, "count", "-1", "at least 1 is allowed"),
    ("Repeat", {"count": 2}, "action", "action", "is missing; add it"),
    ("Conditional", {"then_action": TEXT}, "condition", "condition", "is missing; add it"),
    (
        "Conditional",
        {"conditions": ["Always"], "operator": "xor", "then_action": TEXT},
        "operator",
        "'xor'",
        "allowed are And and Or",
    ),
    ("SendMidi", {"message_type": "SysEx"}, "message_type", "'SysEx'", "there are: note_on"),
    ("SendMidi", {"note": 128}, "note", "128", f"{HIGH}; or allowed is 'pass'"),
    ("SendMidi", {"channel": -1}, "channel", "-1", LOW),
    ("SendMidi", {"velocity": "loud"}, "velocity", "'loud'", "there are Fixed, PassThrough"),
    ("SendMidi", {"message_type": "PitchBend", "pitch": 9_000}, "pitch", "9000", "at most 8191"),
    ("SendMidi", {"duration_ms": 0}, "duration_ms", "0", "more than 0 is allowed"),
    (
        "SendMidi",
        {"message_type": "CC", "until_release": True},
        "until_release",
        "control_change",
        "only note_on can be ended",
    ),
    ("SendMidi", {"velocity_mapping": 5}, "velocity_mapping", "5", "allowed is a table"),
    ("Plugin", {"plugin": "p", "params": [1]}, "params", "[1]", "allowed is a table"),
    ("Txt", {}, "type", "'Txt'", 'did you mean "Text"?'),
]
CONDITIONS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("TimeRange", {"start": "25:00", "end": "1:00"}, "start", "'25:00'", "'00:00' to '23:59'"),
    ("TimeRange", {"start": "9:00"}, "end", "end", "is missing; add it"),
    ("DayOfWeek", {"days": [8]}, "days", "8", "1 (Monday) to 7 (Sunday)"),
    ("DayOfWeek", {"days": ["Funday"]}, "days", "'Funday'", "and names"),
    ("AppRunning", {"app_name": ""}, "app_name", "''", "it may not be empty"),
    ("ModeIs", {"mode": 5}, "mode", "5", WORDS),
    ("And", {"conditions": 5}, "conditions", "5", "a condition is a table with a type"),
    ("Never2", {}, "type", "'Never2'", 'did you mean "Never"?'),
]
CASES = [
    (kind, *case)
    for kind, cases in (("trigger", TRIGGERS), ("action", ACTIONS), ("condition", CONDITIONS))
    for case in cases
]
FILES = [
    ("modes = 5\n", "modes", "5", "write it as [[modes]] tables"),
    ("modes = [5]\n", "modes[0]", "5", "is a table"),
    ("[[modes]]\nname = ''\n", "modes[0].name", "''", "it may not be empty"),
    ("[[modes]]\nname = 5\n", "modes[0].name", "5", WORDS),
    ("[modes.a]\ncolor = 5\n", "modes.a.color", "5", WORDS),
    ("modes = ['a', 'a']\n", "modes[1]", "'a'", "two modes are called 'a'; rename one"),
    ("[device]\nport = -1\n", "device.port", "-1", LOW),
    ("device = 5\n", "device", "5", "write it as a [device] table"),
    ("[[device]]\n[[device]]\n", "device", "[{}, {}]", "write it as a [device] table"),
    ("devices = [{ id = 'a' }, { id = 'a' }]\n", "devices[1].id", "'a'", "change one"),
    ("[[devices]]\n", "devices[0].id", "id", "is missing; add it"),
    ("[advanced_settings]\nchord_timeout_ms = 0\n", "advanced_settings.chord_timeout_ms", "0", "1"),
    ("[logging]\nlevel = 'inof'\n", "logging.level", "'inof'", 'did you mean "info"?'),
    ("global_mappings = 5\n", "global_mappings", "5", "[[global_mappings]] tables"),
    ("global_mappings = [5]\n", "global_mappings[0]", "5", "is a table"),
    (mapped(description=5), "global_mappings[0].description", "5", WORDS),
    (mapped(5), "global_mappings[0].trigger", "5", "a trigger is a table with a type"),
    (mapped({}), "global_mappings[0].trigger", "type", 'write type = "..." in it'),
    (top({"trigger": NOTE}), "", "no action", "add action"),
]


@pytest.mark.parametrize(("kind", "word", "fields", "at", "found", "allowed"), CASES)
def test_a_bad_value_is_named(
    kind: str, word: str, fields: dict[str, Any], at: str, found: str, allowed: str
) -> None:
    """By its key as it is in the file; it is one error."""
    (error,) = Loader().loads(placed(kind, typed(word, fields))).problems
    around = "action.condition" if kind == "condition" else kind
    assert (error.severity, error.path) == (ERROR, f"global_mappings[0].{around}.{at}")
    assert error.line == (2 if kind == "trigger" else 3)
    assert found in error.text
    assert allowed in error.text


@pytest.mark.parametrize(("text", "path", "found", "allowed"), FILES)
def test_a_bad_structure_is_named(text: str, path: str, found: str, allowed: str) -> None:
    """Sections, modes, devices and the mappings themselves."""
    (error,) = Loader().loads(text).problems
    assert (error.severity, error.path) == (ERROR, path)
    assert found in error.text
    assert allowed in error.text


@pytest.mark.parametrize(
    ("text", "path", "meant"),
    [
        ("[device]\nnaem = 'a'\n", "device.naem", "name"),
        ("[advanced_setings]\n", "advanced_setings", "advanced_settings"),
        ("[[modes]]\nname = 'a'\ncolr = 'red'\n", "modes[0].colr", "color"),
        (mapped(descripton="a"), "global_mappings[0].descripton", "description"),
        (mapped({**NOTE, "velocty_min": 5}), "global_mappings[0].trigger.velocty_min", None),
        (mapped(action={**TEXT, "txet": "b"}), "global_mappings[0].action.txet", "text"),
    ],
)
def test_an_unknown_key_is_a_warning_with_what_may_be_meant(
    text: str, path: str, meant: str | None
) -> None:
    """The rest of the file counts."""
    loaded = Loader().loads(text)
    (warning,) = loaded.problems
    assert (warning.severity, warning.path) == (WARNING, path)
    assert f'did you mean "{meant or "velocity_min"}"?' in warning.text
    assert loaded.config is not None


def test_everything_is_said_at_once_and_in_order() -> None:
    """Errors and warnings of sections, modes, triggers, actions and conditions."""
    text = (
        "[device]\nname = 5\nnaem = 'a'\n[logging]\nlevel = 'x'\n[[modes]]\nname = 'a'\n"
        "[[modes.mappings]]\ntrigger = { type = 'Note', note = 200, channel = 99 }\n"
        "action = { type = 'Delay' }\n[[modes]]\nname = 'a'\n[[modes.mappings]]\n"
        "trigger = 'Nothing'\naction = [{ ms = -1 }, { type = 'Oops' }, 5]\n"
    )
    said = Loader().loads(text).problems
    assert [one.line for one in said] == [2, 3, 5, 9, 9, 10, 12, 14, 15, 15, 15]


def test_a_mode_that_there_is_not_is_a_warning() -> None:
    """Whether it is changed to or asked for; it may be defined in a cell."""
    modes = "[[modes]]\nname = 'Drums'\n"
    change = mapped(action={"type": "ModeChange", "mode": "Drumz"})
    inner = {"type": "Not", "condition": {"type": "ModeIs", "mode": "Keyz"}}
    asked = placed("condition", inner)
    said = Loader().loads(modes + change + asked).problems
    assert [one.severity for one in said] == [WARNING, WARNING]
    assert all(word in one.text for word, one in zip(("'Drumz'", "'Keyz'"), said, strict=True))
    assert all("there are: Drums" in one.text for one in said)


def test_values_are_shown_short_and_as_people_write_them() -> None:
    """However long they are."""
    text = placed("trigger", {"type": "Note", "note": ["x" * 100_000] * 100})
    (problem,) = Loader().loads(text).problems
    assert len(str(problem)) < 300
