"""Lesson 8: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

MAP = 'handle = midi.map(note(38), send("note_on", note=70, duration_ms=50))'
RHYTHM = "midi.play(press(38, 100), press(38, 60, time=0.5), press(38, 110, time=0.3))"
PLAY = f"with midi.record() as recording:\n    {RHYTHM}\n    midi.advance(0.2)"
FASTER = "midi.replay(recording.take, speed=2)"
OTHER = 'handle.remove()\nmidi.map(note(38), send("note_on", note=82, duration_ms=50))'
BY_HAND = "midi.play(press(38, 100), press(38, 60, time=0.2), press(38, 110, time=0.2))"


def test_the_model_answer_passes() -> None:
    """Recorded, faster, and on another note."""
    assert verdict("lesson-8", MAP, PLAY, FASTER, OTHER, FASTER).passed


@pytest.mark.parametrize(
    "again",
    ["midi.replay(midi.take(60), speed=2)", "midi.replay(recording.take, speed=0.5)"],
    ids=["all of it, whatever that was", "slowly"],
)
def test_the_last_replay_may_have_any_speed(again: str) -> None:
    """And what was played lately is a take as well."""
    cells = [MAP, PLAY, FASTER, OTHER, again]
    found = verdict("lesson-8", *cells)
    assert found.passed, found


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([MAP], "no press", "press it three times"),
        ([PLAY], "fired nothing", "midi.map(note(38)"),
        ([MAP, "midi.play(press(38))"], "1 of 3", "three times"),
        ([MAP, "midi.play(press(38), press(38), press(38))"], "at once", "time.sleep(0.2)"),
        ([MAP, PLAY], "not heard again", "midi.replay(take, speed=2)"),
        ([MAP, PLAY, BY_HAND], "another rhythm", "played by hand"),
        ([MAP, PLAY, "midi.replay(recording.take)"], "1 times as fast", "speed=2"),
        ([MAP, PLAY, FASTER], "nothing was played after that", "another note"),
        ([MAP, PLAY, FASTER, FASTER], "notes 70, 70, 70 again", "%midi why"),
        ([MAP, PLAY, FASTER, "handle.remove()", FASTER], "fired nothing", "mend its mapping"),
        (
            [MAP, PLAY, FASTER, OTHER.replace("handle.remove()", ""), FASTER],
            "notes 70, 70, 70 again",
            "the older one stands before",
        ),
    ],
    ids=[
        "not played",
        "played before it was mapped",
        "once",
        "no rhythm",
        "not replayed",
        "by hand",
        "same speed",
        "not changed",
        "not mapped anew",
        "taken out",
        "shadowed",
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-8", cells, heard, hint)


def test_a_mended_answer_passes() -> None:
    """Who replayed at the same speed first, and played nonsense, begins again."""
    wrong = ["midi.replay(recording.take)", "midi.play(press(38, 1))"]
    assert verdict("lesson-8", MAP, PLAY, *wrong, PLAY, FASTER, OTHER, FASTER).passed
