"""Lesson 3: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

MODES = 'midi.define_mode("Bass")'
TONE = 'send("note_on", note=number, velocity="pass", duration_ms=500)'
CHORD = f"for number in (60, 64, 67): midi.map(note(56), {TONE}, all=True)"
BASS = 'midi.map(note(56), send("note_on", note=36, until_release=True), mode="Bass")'
PLAY = "midi.play(press(56, 80)); midi.advance(1); midi.play(released(56))"
IN_BASS = 'midi.mode = "Bass"'
BACK = 'midi.mode = "Default"'
WHOLE = [MODES, CHORD, BASS, PLAY, IN_BASS, PLAY, BACK]


def changed(old: str, new: str) -> list[str]:
    """Return the model answer with another text in one place."""
    return [cell.replace(old, new) for cell in WHOLE]


def test_the_model_answer_passes() -> None:
    """Also where a pad changes the mode, and where Bass is played first."""
    assert verdict("lesson-3", *WHOLE).passed
    shift = 'midi.map(note(51), mode("Bass", while_held=True))'
    held = ["midi.play(press(51))", PLAY, "midi.play(released(51))"]
    assert verdict("lesson-3", MODES, BASS, CHORD, shift, *held, PLAY).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([MODES], "nothing is mapped to note 56", "midi.map(note(56)"),
        ([MODES, CHORD, PLAY], "in mode Bass", 'mode="Bass"'),
        ([MODES, BASS, PLAY], "in mode Bass alone", "without mode="),
        ([MODES, CHORD, BASS], "no press of note 56", "press(56, 80)"),
        ([MODES, CHORD, BASS, IN_BASS, PLAY], "in mode Bass alone", 'midi.mode = "Default"'),
        (changed(", all=True", ""), "note 60, velocity 80 alone", "all=True"),
        (changed("67", "68"), "note 68", "60, 64 and 67"),
        (
            [
                *(MODES, BASS),
                f"midi.map(note(56), sequence(*[{TONE} for number in (60, 64, 67)]))",
                "midi.play(press(56, 80)); midi.advance(2)",
            ],
            "one after another",
            "all=True",
        ),
        (changed('"pass"', "100"), "for a pad hit with 80", 'velocity="pass"'),
        (changed(", duration_ms=500", ""), "sounds on", "duration_ms=500"),
        (changed("500", "900"), "note 60 ended after 0.9 s", "duration_ms=500"),
        ([MODES, CHORD, BASS, PLAY], "not pressed in mode Bass", 'midi.mode = "Bass"'),
        (changed('mode="Bass")', 'mode="Bass", all=True)'), "note 60", "leave out its all=True"),
        (changed("note=36", "note=35"), "note 35", "note 36"),
        (changed("until_release=True", "duration_ms=500"), "by itself", "until_release=True"),
        (changed(", until_release=True", ""), "sounds on", "until_release=True"),
        ([*WHOLE[:5], "midi.play(press(56, 80))"], "not let go", "released(56)"),
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-3", cells, heard, hint)


def test_a_mended_answer_passes_without_a_new_start() -> None:
    """The last press in each mode counts."""
    wrong = 'wrong = midi.map(note(56), send("note_on", note=61))'
    assert verdict("lesson-3", MODES, wrong, PLAY, "wrong.remove()", *WHOLE).passed
