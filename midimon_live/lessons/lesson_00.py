"""Lesson 0: a pad that plays a note."""

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, shown
from midimon_live.lessons.looks import Sound, is_mapped, older_first, sounds, was_pressed

_PAD, _NOTE = 37, 64
_SHORTEST_S, _LONGEST_S = 0.3, 0.8
_PRESS = "midi.virtual.press(37)"


def _mapped(evidence: Evidence) -> Finding:
    return is_mapped(
        evidence,
        _PAD,
        "Write a line like the one for pad 36, with 37 in its place, and run its cell.",
    )


def _pressed(evidence: Evidence) -> Finding:
    return was_pressed(evidence, _PAD, f"{_PRESS}, or click on the pad")


def _plays(evidence: Evidence) -> Finding:
    last = evidence.presses(_PAD)[-1]
    played = sounds(last)
    older = older_first(evidence, _PAD, last)
    if not played:
        return missing(
            f"{shown(last.sent)} was sent",
            f'{older}Its action is send("note_on", note={_NOTE}, ...). '
            "Change the line, run its cell, and press again.",
        )
    wrong = [one for one in played if one.note != _NOTE]
    if wrong:
        return missing(
            f"note {wrong[0].note} was sent",
            f"{older}The number behind note= in send(...) is what is played: it should be {_NOTE}. "
            "Change it, run the cell, and press again.",
        )
    return found(str(played[0]))


def _ends(evidence: Evidence) -> Finding:
    sound: Sound = sounds(evidence.presses(_PAD)[-1])[0]
    if sound.ended is None:
        return missing(
            "it sounds on",
            "Wait a second and check again. If it sounds on even then, write duration_ms=500 into "
            "send(...), run the cell, and press again.",
        )
    if sound.let_go or not _SHORTEST_S <= sound.seconds <= _LONGEST_S:
        how = ", when the pad was let go" if sound.let_go else ""
        return missing(
            f"it ended after {sound.seconds:.1f} s{how}",
            "Half a second is duration_ms=500. Change it, run the cell, and press again.",
        )
    return found(f"after {sound.seconds:.1f} s")


LESSON = Lesson(
    number=0,
    title="start here",
    notebook="00_start_here.ipynb",
    task="pad 37 plays note 64 for half a second.",
    steps=(
        Step("something is mapped to pad 37", _mapped),
        Step("pad 37 is pressed, and that fires it", _pressed),
        Step("it plays note 64", _plays),
        Step("the note ends by itself, after half a second", _ends),
    ),
)
