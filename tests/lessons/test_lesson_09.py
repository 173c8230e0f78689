"""Lesson 9: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

LAMP = """
class Lamp(ActionPlugin):
    capabilities = {"system_control"}

    def execute(self, params, context):
        pass

midi.map(note(44), Lamp)
midi.define_mode("Night")
"""
PRESS = "midi.virtual.press(44)"
GRANT = 'midi.plugins.grant_capability("lamp", "system_control")'
MAP = 'midi.map(note(45), send("note_on", note=33), mode="Night")'
ENTER = 'midi.mode = "Night"'
PLAY = "midi.virtual.press(45)"
SO_FAR = [LAMP, PRESS, GRANT, PRESS]


def test_the_model_answer_passes() -> None:
    """Refused, granted, and a mode."""
    assert verdict("lesson-9", *SO_FAR, MAP, ENTER, PLAY).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([], "nothing is mapped", "Run the cell"),
        ([LAMP], "no press", PRESS),
        ([PRESS, LAMP], "fired nothing", PRESS),
        ([LAMP, GRANT, PRESS], "ok", "Take that back"),
        ([LAMP, PRESS], "not granted system_control", "%midi grant lamp system_control"),
        ([LAMP, PRESS, GRANT], "not pressed since", PRESS),
        ([LAMP.replace("pass", "1 / 0"), PRESS, GRANT, PRESS], "ZeroDivision", "%midi why"),
        (SO_FAR, "in any mode", "Learn"),
        ([*SO_FAR, MAP.replace("Night", "Day")], "in Day", "in mode Night"),
        ([*SO_FAR, MAP, PLAY], "the mode is Default", ENTER),
        ([*SO_FAR, MAP, ENTER, "midi.virtual.press(46)"], "nothing of it", "The monitor"),
        ([*SO_FAR, MAP.replace("33)", "33, port='x')"), ENTER, PLAY], "failed", "%midi why"),
    ],
    ids=[
        "nothing",
        "not pressed",
        "pressed before",
        "granted before",
        "not granted",
        "not pressed again",
        "raises",
        "no mode",
        "another mode",
        "mode not entered",
        "another pad",
        "no such port",
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-9", cells, heard, hint)


def test_a_mended_answer_passes() -> None:
    """Who granted too early takes it back."""
    back = 'midi.plugins.revoke_capability("lamp", "system_control")'
    early = [LAMP, GRANT, PRESS, back, PRESS, GRANT, PRESS]
    assert verdict("lesson-9", *early, MAP, PLAY, ENTER, PLAY).passed
