"""Lesson 5: a plugin that does something later."""

from itertools import pairwise

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played, shown
from midimon_live.lessons.looks import (
    described,
    executes_plugin,
    older_first,
    sounds,
    was_pressed,
)

_PAD, _STEPS = 50, (0, 4, 7)
_SHORTEST_S, _LONGEST_S = 0.015, 0.06
_AGAIN = "play(press(50, 70), wait=1)"


def _mapped(evidence: Evidence) -> Finding:
    return executes_plugin(
        evidence,
        _PAD,
        "Write the class Strum, end its cell with midi.map(note(50), Strum), and run it.",
    )


def _pressed(evidence: Evidence) -> Finding:
    return was_pressed(evidence, _PAD, _AGAIN)


def _chord(evidence: Evidence) -> Finding:
    press = _last(evidence)
    wanted = [_PAD + step for step in _STEPS]
    played = sounds(press)
    numbers = [one.note for one in played]
    older = older_first(evidence, _PAD, press)
    if numbers == wanted:
        return found(described(played))
    if sorted(numbers) == wanted:
        return missing(
            f"{described(played)}: in another order",
            f"The lowest note comes first. Change it, run the cell, and {_AGAIN}",
        )
    if not played:
        return missing(
            f"{shown(press.sent)} was sent",
            f"{older}self.host.schedule(SECONDS, self.pluck, note, velocity) calls pluck later, "
            "and pluck sends 'note_on'. %midi errors tells what went wrong there. "
            f"Then {_AGAIN}",
        )
    return missing(
        described(played),
        f"{older}It is the note of the pad, and 4 and 7 above it: context.note + step. "
        f"If notes are missing, wait a second and check again; else change it, and {_AGAIN}",
    )


def _one_after_another(evidence: Evidence) -> Finding:
    moments = [one.began for one in sounds(_last(evidence))]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    heard = ", ".join(f"{gap * 1000:.0f} ms" for gap in gaps)
    if all(_SHORTEST_S <= gap <= _LONGEST_S for gap in gaps):
        return found(heard)
    return missing(
        f"{heard} from one note to the next",
        "0, 0.03 and 0.06 seconds after the press: self.host.schedule(place * 0.03, ...), with "
        f"place from 0 on. time.sleep would keep all other pads waiting. Then {_AGAIN}",
    )


def _ended(evidence: Evidence) -> Finding:
    on = [one for one in sounds(_last(evidence)) if one.ended is None]
    if on:
        return missing(
            f"note {', '.join(str(one.note) for one in on)} sounds on",
            "Wait a second and check again. If it sounds on even then, schedule its end as well: "
            f"self.host.schedule(0.5, self.end, note), where end sends 'note_off'. Then {_AGAIN}",
        )
    return found("all three")


def _last(evidence: Evidence) -> Played:
    return evidence.presses(_PAD)[-1]


LESSON = Lesson(
    number=5,
    title="plugins",
    notebook="05_plugins.ipynb",
    task="a plugin strums three notes, one every 30 ms, and ends them.",
    steps=(
        Step("note 50 executes a plugin of yours", _mapped),
        Step("note 50 is pressed, and the plugin runs to its end", _pressed),
        Step("it sends notes 50, 54 and 57, in that order", _chord),
        Step("one every 30 ms", _one_after_another),
        Step("each of them ends", _ended),
    ),
)
