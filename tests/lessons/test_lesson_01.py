"""Lesson 1: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

OCTAVE = """
class Octave(ActionPlugin):
    capabilities = {Capability.MIDI}

    def execute(self, params, context):
        self.host.send("note_on", note=context.note + 12, velocity=context.velocity)
        self.host.schedule(0.2, self.end, context.note + 12)

    def end(self, note):
        self.host.send("note_off", note=note)

midi.map(note(38), Octave)
"""
PLAY = "midi.virtual.press(38, velocity=80)"


def test_the_model_answer_passes() -> None:
    """All of it, by what was played."""
    assert verdict("lesson-1", OCTAVE, PLAY).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([OCTAVE], "no press", "midi.virtual.press(38"),
        ([PLAY, OCTAVE], "fired nothing", "press it again"),
        (["midi.map(note(38), send('note_on', note=50))", PLAY], "note_on", "ActionPlugin"),
        ([OCTAVE.replace("{Capability.MIDI}", "set()"), PLAY], "without declaring it", "%midi why"),
        ([OCTAVE.replace("+ 12", "+ 8"), PLAY], "note 46", "12 semitones"),
        ([OCTAVE.replace("context.velocity", "64"), PLAY], "velocity 64", "context.velocity"),
        ([OCTAVE.replace("self.host.schedule", "print"), PLAY], "sounds on", "schedule"),
    ],
    ids=["not played", "played before", "no plugin", "no capability", "interval", "loud", "hangs"],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-1", cells, heard, hint)


def test_a_mended_answer_passes_without_a_new_start() -> None:
    """The last press counts; one whose mapping has been mended since is told to press again."""
    wrong = OCTAVE.replace("+ 12", "+ 8").replace("midi.map", "wrong = midi.map")
    mended = [wrong, PLAY, "wrong.remove()", OCTAVE]
    told("lesson-1", mended, "note 46", "mapped anew since that press")
    assert verdict("lesson-1", *mended, PLAY).passed
