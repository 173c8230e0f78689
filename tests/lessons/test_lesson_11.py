"""Lesson 11: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

FILE = '''
import tempfile
from pathlib import Path

mine = Path(tempfile.mkdtemp()) / "mine.toml"
mine.write_text("""
[[modes]]
name = "Default"
[[modes.mappings]]
trigger = { type = "VelocityRange", note = 36, level = "soft" }
action = { type = "SendMidi", note = 60, duration_ms = 100 }
[[modes.mappings]]
trigger = { type = "VelocityRange", note = 36, level = "hard" }
action = { type = "SendMidi", note = 72, duration_ms = 100 }
[[modes.mappings]]
trigger = { type = "Note", note = 48 }
action = { type = "ModeChange", mode = "Drums" }
[[modes]]
name = "Drums"
[[modes.mappings]]
trigger = { type = "Note", note = 36 }
action = { type = "SendMidi", channel = 9, note = 38, duration_ms = 100 }
""")
'''
LOAD = """
try:
    midi.config(mine)
except Exception as error:
    print(error)
"""
SOFT, HARD = "midi.virtual.press(36, 20)", "midi.virtual.press(36, 120)"
SWITCH = "midi.virtual.press(48)"
IN_A_CELL = 'midi.map(note(36), send("note_on", note=60), mode="Default")'
PLAY = [SOFT, HARD, SWITCH, SOFT]


def other(old: str, new: str) -> list[str]:
    """Return the cells that load a file with a difference."""
    assert old in FILE
    return [FILE.replace(old, new, 1), LOAD]


def test_the_model_answer_passes() -> None:
    """Loaded, soft, hard, and the other mode."""
    assert verdict("lesson-11", FILE, LOAD, *PLAY).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([FILE], "no mapping comes from a file", "midi.config"),
        (other('"hard"', '"loud"'), "no mapping comes from a file", "Mend them"),
        (other('[[modes]]\nname = "Drums"', ""), "the modes are Default", "Drums"),
        (
            [FILE.replace("note = 36", "note = 40"), LOAD],
            "none of them of pad 36",
            "midi.config(mine)",
        ),
        ([FILE, LOAD], "no soft press", SOFT.replace("20", "velocity=20")),
        ([FILE, LOAD, SWITCH, SOFT], "no soft press", 'midi.mode = "Default"'),
        ([*other('"soft"', '"medium"'), *PLAY], "fired nothing", "%midi why"),
        ([*other("note = 60", "note = 61"), *PLAY], "note_on 61", "note 60"),
        ([FILE, LOAD, SOFT], "no hard press", "velocity=120"),
        (
            ["midi.map(note(36), send('note_on', note=60), mode='Default')", FILE, LOAD, SOFT],
            "cell",
            "unmap",
        ),
        ([FILE, LOAD, SOFT, HARD], "no press of pad 48", SWITCH),
        ([*other('mode = "Drums"', 'mode = "Drum"'), *PLAY], "Drum", "letter by letter"),
        ([FILE, LOAD, SOFT, HARD, SWITCH], "not pressed in Drums", "then pad 36"),
        ([*other("channel = 9", "channel = 10"), *PLAY], "channel 10", "counted from 0"),
    ],
    ids=[
        "not loaded",
        "errors",
        "one mode",
        "another pad",
        "not played",
        "played in the wrong mode",
        "medium",
        "another note",
        "not hard",
        "mapped in a cell",
        "mode not changed",
        "mode misspelt",
        "drums not played",
        "channel",
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-11", cells, heard, hint)


def test_a_mended_answer_passes() -> None:
    """Who reads what is said, mends it and plays again."""
    mended = ['midi.mode = "Default"', FILE, LOAD, *PLAY]
    assert verdict("lesson-11", *other("note = 60", "note = 61"), *PLAY, *mended).passed
