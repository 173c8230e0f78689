"""Lesson 2: the model answer passes, and wrong ones are told what to do."""

import pytest

from tests.support.answers import told, verdict

TAP = "midi.map(note(52), print)"
DOUBLE = "midi.map(double_tap(52), print)"
LONG = "midi.map(long_press(52, duration_ms=400), print)"
CHORD = "midi.map(chord(52, 53, timeout_ms=300), print)"
MAPPED = [TAP, DOUBLE, LONG, CHORD]
A_TAP = "midi.play(press(52), released(52, time=0.05)); midi.advance(1)"
TWO_TAPS = "midi.play(press(52), released(52), press(52, time=0.1), released(52)); midi.advance(1)"
A_HOLD = "midi.play(press(52), released(52, time=0.5)); midi.advance(1)"
BOTH = (
    "midi.play(press(52), press(53, time=0.02), released(52, time=0.9), released(53))"
    "; midi.advance(1)"
)
PLAYED = [A_TAP, TWO_TAPS, A_HOLD, BOTH]


def test_the_model_answer_passes() -> None:
    """Four mappings, four gestures, in any order."""
    assert verdict("lesson-2", *MAPPED, *PLAYED).passed
    assert verdict("lesson-2", *MAPPED[::-1], *PLAYED[::-1]).passed


@pytest.mark.parametrize(
    ("cells", "heard", "hint"),
    [
        ([TAP, LONG, CHORD, *PLAYED], "note 52, long press 52", "double_tap(52)"),
        ([TAP, DOUBLE, "midi.map(long_press(52), print)", CHORD], "2000 ms", "duration_ms=400"),
        ([TAP, DOUBLE, LONG, CHORD.replace("53", "54")], "chord 52 54", "chord(52, 53"),
        (MAPPED, "no tap", "press(52), released(52)"),
        ([*MAPPED, "midi.play(press(52))"], "the last gesture was a long press", "released(52)"),
        ([A_TAP, *MAPPED], "fired nothing", "press it again"),
        ([*MAPPED, A_TAP], "no double tap", "press(52), released(52), press(52)"),
        ([TAP, TWO_TAPS, DOUBLE, LONG, CHORD, A_TAP], "double tap fired tap", "double_tap(52)"),
        ([TAP.replace("52", "52, eager=True"), *MAPPED[1:], A_TAP, TWO_TAPS], "tap and", "eager"),
        ([*MAPPED[:3], CHORD.replace("300", "10"), *PLAYED], "chord fired long", "chord(52, 53"),
    ],
)
def test_a_wrong_answer_is_told_what_to_do(cells: list[str], heard: str, hint: str) -> None:
    """What was heard is named, and the hint leads on."""
    told("lesson-2", cells, heard, hint)


def test_a_mended_answer_passes_without_a_new_start() -> None:
    """The last gesture of each kind counts."""
    assert verdict("lesson-2", *PLAYED, TAP, *PLAYED, DOUBLE, LONG, CHORD, *PLAYED).passed


def test_many_taps_are_no_trouble() -> None:
    """A class that hammers on its pads is answered all the same."""
    hammer = "for _ in range(500): midi.play(press(52), released(52, time=0.05))"
    assert verdict("lesson-2", *MAPPED, hammer, "midi.advance(1)", *PLAYED).passed
