"""Lesson 10: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

THERE = 'there = midi.map(note(60), send("note_on", note=72), port="web")'
HERE = 'here = midi.map(note(60), send("note_on", note=48), port="Virtual")'
ANY = 'anywhere = midi.map(note(60), send("note_on", note=48))'
PRESS = "midi.virtual.press(60)"
AS_THERE = 'midi.replay(midi.take(seconds=10), port="Launchpad (web)")'


@pytest.mark.parametrize("others", [HERE, ANY], ids=["named", "all others"])
def test_the_model_answer_passes(others: str) -> None:
    """Two ports, two notes."""
    assert verdict("lesson-10", THERE, others, PRESS, AS_THERE, PRESS).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([], "nothing is mapped", 'port="web"'),
        ([ANY], "from any port", "port="),
        ([HERE], "from Virtual", "for a controller"),
        ([THERE], "has no mapping", 'port="Virtual"'),
        ([THERE, HERE, PRESS], "from a controller", "midi.replay"),
        ([PRESS, AS_THERE, THERE, HERE], "fired nothing", "before that was mapped"),
        ([ANY, THERE, PRESS, AS_THERE], "played 48", "the first that fits"),
        ([THERE.replace("web", "Akai"), ANY, PRESS, AS_THERE], "played 48", "listens to “Akai”"),
        ([PRESS, THERE, HERE, AS_THERE], "on the screen that fired", PRESS),
        ([THERE, HERE.replace("48", "72"), PRESS, AS_THERE], "played 72", "Both play the same"),
    ],
    ids=[
        "nothing",
        "no port",
        "only the screen",
        "only the controller",
        "one of two played",
        "played before",
        "shadowed",
        "misspelt",
        "screen played before",
        "alike",
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-10", cells, heard, hint)


def test_a_mended_answer_passes() -> None:
    """Who had mapped them the wrong way round turns them."""
    turned = ["anywhere.remove()", ANY]
    assert verdict("lesson-10", ANY, THERE, PRESS, AS_THERE, *turned, PRESS, AS_THERE).passed
