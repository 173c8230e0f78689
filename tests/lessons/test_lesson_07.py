"""Lesson 7: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

FIRST = """
class Climb(ActionPlugin):
    capabilities = {"midi"}
    keep = ("count",)

    def initialize(self):
        self.count = 0

    def execute(self, params, context):
        self.count += 1
        self.host.midi.send("note_on", note=60 + self.count)

midi.map(note(52), Climb)
"""
SECOND = FIRST.replace("+= 1", "+= 2")
PRESS = "midi.virtual.press(52)"
BACK, BEFORE = 'midi.rollback("climb", 1)', 'midi.rollback("climb")'


def forgetful(cell: str) -> str:
    """Return a version that takes nothing over."""
    return cell.replace('keep = ("count",)', "keep = ()")


LOST = [forgetful(FIRST), PRESS, PRESS, forgetful(SECOND), PRESS]


def test_the_model_answer_passes() -> None:
    """Up, two at a time, and back."""
    assert verdict("lesson-7", FIRST, PRESS, PRESS, SECOND, PRESS, BEFORE, PRESS).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([], "nothing is mapped", "midi.map(note(52), ...)"),
        ([FIRST], "no press", PRESS),
        ([PRESS, FIRST], "fired nothing", "press it again"),
        ([FIRST.replace('{"midi"}', "set()"), PRESS], "without declaring it", "{'midi'}"),
        ([FIRST, PRESS], "once", "once more"),
        ([FIRST.replace("+= 1", "= 1"), PRESS, PRESS], "notes 61, 61", "count"),
        ([FIRST, PRESS, PRESS, PRESS], "one version", "two notes at a time"),
        ([forgetful(FIRST), PRESS, PRESS, forgetful(SECOND), PRESS], "began anew", "keep ="),
        ([FIRST, PRESS, PRESS, SECOND], "notes 62", "once the new version is live"),
        ([FIRST, PRESS, PRESS, SECOND, PRESS], "no version was", "midi.rollback("),
        ([FIRST, PRESS, PRESS, SECOND, PRESS, BACK], "notes 62, 64", "once more after that"),
        ([*LOST, FIRST, PRESS, SECOND, PRESS, BACK, PRESS], "61, 63, 61", "midi.history"),
        ([FIRST, PRESS, PRESS, SECOND, PRESS, FIRST, PRESS], "no version was", "midi.rollback("),
    ],
    ids=[
        "nothing",
        "not played",
        "played before",
        "no capability",
        "played once",
        "does not climb",
        "one version",
        "state is lost",
        "second not played",
        "not rolled back",
        "not played after that",
        "back to a version that forgets",
        "written anew",
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-7", cells, heard, hint)


def test_a_version_that_did_not_come_into_force_is_named() -> None:
    """With its reason, as the cell had it."""
    broken = "try:\n    midi.activate(Broken)\nexcept Exception:\n    pass"
    cell = SECOND.replace("class Climb", "class Broken").replace("midi.map(note(52), Climb)", "")
    cell = cell.replace("self.count = 0", "1 / 0").replace("keep =", 'name = "climb"\n    keep =')
    hint = "The last version of climb is not live: the dry run raised ZeroDivisionError"
    told("lesson-7", [FIRST, PRESS, PRESS, cell, broken, PRESS], "notes 62, 63", hint)


def test_a_mended_answer_passes() -> None:
    """Who forgot `keep` writes it into both, and plays again."""
    assert verdict("lesson-7", *LOST, FIRST, PRESS, SECOND, PRESS, BEFORE, PRESS).passed
