"""Lesson 0: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

ANSWER = 'midi.map(note(37), send("note_on", note=64, duration_ms=500))'
PLAY = "midi.virtual.press(37)"


def test_the_model_answer_passes() -> None:
    """By code, or by a hand that lets go at once."""
    assert verdict("lesson-0", ANSWER, PLAY).passed
    assert verdict("lesson-0", ANSWER, "midi.play(press(37), released(37, time=0.05))").passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([], "nothing is mapped to note 37", "pad 36"),
        ([ANSWER], "no press of note 37", "midi.virtual.press(37)"),
        ([ANSWER, "midi.virtual.press(36)"], "last press was of note 36", "midi.virtual.press(37)"),
        ([PLAY, ANSWER], "fired nothing", "press it again"),
        ([ANSWER.replace("(37)", "(37, channel=9)"), PLAY], "on channel 9", "all channels"),
        (
            [ANSWER.replace("(37)", "(37, velocity_min=110)"), PLAY],
            "outside 110-127",
            "%midi why 1",
        ),
        ([ANSWER.replace("64", "65"), PLAY], "note 65 was sent", "should be 64"),
        ([ANSWER.replace("64", "65"), PLAY, ANSWER], "note 65 was sent", "press again"),
        (["midi.map(note(37), print)", PLAY], "nothing was sent", "send("),
        ([ANSWER.replace(", duration_ms=500", ""), PLAY], "it sounds on", "duration_ms=500"),
        ([ANSWER.replace("500", "5000"), PLAY], "after 5.0 s", "duration_ms=500"),
        (
            [
                ANSWER.replace("duration_ms=500", "until_release=True"),
                "midi.play(press(37), released(37, time=0.4))",
            ],
            "when the pad was let go",
            "duration_ms=500",
        ),
        (["midi.map(note(37), lambda context: 1 / 0)", PLAY], "ZeroDivisionError", "%midi why"),
        (
            [ANSWER.replace("64", "65").replace("(37)", "(37, channel=0)"), ANSWER, PLAY],
            "note 65 was sent",
            "%midi unmap 1",
        ),
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-0", cells, heard, hint)


def test_a_mended_answer_passes_without_a_new_start() -> None:
    """The last attempt counts, however many wrong ones there were before."""
    wrong = 'wrong = midi.map(note(37), send("note_on", note=60))'
    assert verdict("lesson-0", PLAY, wrong, PLAY, "wrong.remove()", ANSWER, PLAY).passed
