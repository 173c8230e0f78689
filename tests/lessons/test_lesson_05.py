"""Lesson 5: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

STRUM = """
class Strum(ActionPlugin):
    capabilities = {"midi"}

    def execute(self, params, context):
        for place, step in enumerate((0, 4, 7)):
            note = context.note + step
            self.host.schedule(place * 0.03, self.pluck, note, context.velocity)
            self.host.schedule(0.5, self.end, note)

    def pluck(self, note, velocity):
        self.host.midi.send("note_on", note=note, velocity=velocity)

    def end(self, note):
        self.host.midi.send("note_off", note=note)

midi.map(note(50), Strum)
"""
PLAY = "midi.play(press(50, 70))"


def changed(old: str, new: str) -> list[str]:
    """Return the model answer with another text in one place, played."""
    return [STRUM.replace(old, new), PLAY]


def test_the_model_answer_passes() -> None:
    """By what was played."""
    assert verdict("lesson-5", STRUM, PLAY).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([], "nothing is mapped to note 50", "midi.map(note(50), Strum)"),
        (["midi.map(note(50), send('note_on', note=50))", PLAY], "note_on", "ActionPlugin"),
        ([STRUM], "no press of note 50", "press(50, 70)"),
        ([PLAY, STRUM], "fired nothing", "press it again"),
        (changed("context.note +", "context.nte +"), "no attribute 'nte'", "%midi why"),
        (changed('{"midi"}', "set()"), "nothing was sent", "%midi errors"),
        (changed("(0, 4, 7)", "(0, 4)"), "note 54", "4 and 7 above"),
        (changed("(0, 4, 7)", "(7, 4, 0)"), "in another order", "lowest note comes first"),
        (changed("place * 0.03", "place * 0.3"), "300 ms", "0.03"),
        (changed("place * 0.03", "0"), "0 ms", "place from 0 on"),
        (changed("self.host.schedule(0.5", "print(0.5"), "sounds on", "self.end"),
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-5", cells, heard, hint)


def test_a_mended_answer_passes_without_a_new_start() -> None:
    """The class is defined again, mapped again and played again, as a cell does."""
    wrong = STRUM.replace("(0, 4, 7)", "(0, 3, 7)").replace("midi.map", "wrong = midi.map")
    assert verdict("lesson-5", wrong, PLAY, "wrong.remove()", STRUM, PLAY).passed
