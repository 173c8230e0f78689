"""Lesson 4: the model answer passes, and wrong ones are told what to do."""

from pathlib import Path

import pytest

from tests.support.answers import told, verdict

MINE = """
[[global_mappings]]
trigger = { type = "Note", note = 60 }
action = { type = "SendMidi", note = 72, duration_ms = 100 }

[[global_mappings]]
trigger = { type = "Note", note = 61 }
action = { type = "SendMidi", message_type = "ProgramChange", program = 5 }
"""
LOAD = 'midi.config("mine.toml")'
PLAY = "midi.play(press(60), press(61))"
CELL = "cell = midi.map(note(60), send('note_on', note=72))"


def write(text: str) -> str:
    """Return a cell that writes the file and loads it."""
    return f"import pathlib; pathlib.Path('mine.toml').write_text({text!r}); {LOAD}"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Answers write their file here."""
    monkeypatch.chdir(tmp_path)


def test_the_model_answer_passes() -> None:
    """A file without a warning, and both pads pressed."""
    assert verdict("lesson-4", write(MINE), PLAY).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([PLAY], "no configuration is loaded", "mine.toml"),
        (
            [f"import pathlib; pathlib.Path('mine.toml').write_text({MINE!r})", PLAY],
            "no configuration is loaded",
            "midi.config(mine)",
        ),
        ([write(MINE[: MINE.index("[[", 10)]), PLAY], "no file maps note 61", "[[global_mappings"),
        ([CELL, PLAY], "a cell maps note 60", "%midi unmap 1"),
        ([write(MINE.replace("note = 60 }", "note = 60, nte = 1 }")), PLAY], "nte", "Mend that"),
        ([write(MINE)], "no press of note 60", "play(press(60))"),
        ([PLAY, write(MINE)], "fired nothing", "press it again"),
        ([CELL, write(MINE), PLAY], "a cell maps note 60", "%midi unmap 1"),
        ([CELL, write(MINE), PLAY, "cell.remove()"], "what a cell had mapped", "play(press(60))"),
        ([write(MINE.replace("72", "73")), PLAY], "note_on 73", "note = 72"),
        ([write(MINE.replace(", duration_ms = 100", "")), PLAY], "sounds on", "duration_ms = 100"),
        ([write(MINE.replace("= 100", "= 1000")), PLAY], "after 1000 ms", "duration_ms = 100"),
        ([write(MINE), "midi.play(press(60))"], "no press of note 61", "play(press(61))"),
        ([write(MINE.replace("program = 5", "program = 6")), PLAY], "program 6", "program = 5"),
        (
            [write(MINE.replace('message_type = "ProgramChange", program', "note")), PLAY],
            "note_on 5",
            "ProgramChange",
        ),
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-4", cells, heard, hint)


def test_a_mended_answer_passes_without_a_new_start() -> None:
    """The file in force and the last presses count."""
    assert verdict("lesson-4", write(MINE.replace("72", "1")), PLAY, write(MINE), PLAY).passed
