"""Lesson 7: a new version while it is played, and the way back."""

from collections.abc import Sequence
from itertools import pairwise

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence
from midimon_live.lessons.looks import (
    first_note,
    has_plugin,
    listed,
    name_on,
    silence_of,
)
from midimon_live.versions import VersionEntry

_PAD = 52
_PRESS = "midi.virtual.press(52)"


def _mapped(evidence: Evidence) -> Finding:
    return has_plugin(evidence, _PAD)


def _climbs(evidence: Evidence) -> Finding:
    notes = _notes(evidence)
    if not evidence.presses(_PAD):
        return missing("no press of note 52", f"Press it twice: {_PRESS}.")
    if not notes:
        last = evidence.presses(_PAD)[-1]
        hint = (
            "It was pressed before it was mapped: press it again."
            if not last.steps
            else "Send with self.host.midi.send('note_on', note=...); it needs "
            "capabilities = {'midi'}. %midi why says what went wrong."
        )
        return missing(silence_of(last), hint)
    if len(notes) == 1:
        return missing(f"note {notes[0]}, once", "Press it once more: the next note is one higher.")
    if _step(notes, 1, 0) is None:
        return missing(
            f"notes {listed(notes[-4:])}",
            "Each press has to play one note higher than the one before: count in `execute` "
            "(self.count += 1), and begin the count in `initialize`.",
        )
    return found(f"notes {listed(notes[: (_step(notes, 1, 0) or 0) + 1])}")


def _two_at_a_time(evidence: Evidence) -> Finding:
    notes, entries = _notes(evidence), _history(evidence)
    after = notes[(_step(notes, 1, 0) or 0) :]
    if _step(after, 2, 0) is not None:
        return found(f"notes {listed(after[:4])}")
    if len(entries) < 2:
        return missing(
            "there is one version so far",
            "Change the class, so that it climbs two notes at a time, and run its cell again.",
        )
    back = [later for earlier, later in pairwise(after) if later <= earlier]
    if back:
        return missing(
            f"notes {listed(after[-4:])}: it began anew",
            'Let the next version take the count over: keep = ("count",) in both classes, '
            "with the name that you count in. Run both cells, press after each.",
        )
    return missing(
        f"notes {listed(after[-4:])}",
        f"Press it once the new version is live: {_PRESS}. It should play two notes higher.",
    )


def _back_again(evidence: Evidence) -> Finding:
    notes, name = _notes(evidence), _name(evidence)
    one = _step(notes, 1, 0) or 0
    two = _step(notes, 2, one) or one
    if not any(entry.again is not None for entry in _history(evidence)):
        return missing(
            "no version was brought back", f"Go back to the one before: midi.rollback({name!r})."
        )
    third = _step(notes, 1, two)
    if third is None:
        began_anew = notes[-1] < max(notes[two:])
        which = (
            f"That version begins anew. midi.history({name!r}) has the numbers: go back to the one "
            f"that keeps its count, and press: {_PRESS}."
        )
        press = f"Press it once more after that: {_PRESS}. It climbs one note at a time again."
        return missing(f"notes {listed(notes[two - 1 :][-4:])}", which if began_anew else press)
    return found(f"notes {listed(notes[two - 1 : third + 1][-4:])}")


def _step(notes: Sequence[int], by: int, start: int) -> int | None:
    """Return where, after `start`, a note is higher than the one before it by so much."""
    places = range(start + 1, len(notes))
    return next((place for place in places if notes[place] - notes[place - 1] == by), None)


def _notes(evidence: Evidence) -> list[int]:
    played = (first_note(one) for one in evidence.presses(_PAD))
    return [note for note in played if note is not None]


def _name(evidence: Evidence) -> str:
    return name_on(evidence, _PAD)


def _history(evidence: Evidence) -> list[VersionEntry]:
    return evidence.session.plugins.journal.history(_name(evidence))


LESSON = Lesson(
    number=7,
    title="live coding",
    notebook="07_live_coding.ipynb",
    task="note 52 climbs note by note, then two at a time without beginning anew, and back.",
    steps=(
        Step("note 52 executes a plugin of yours", _mapped),
        Step("each press plays one note higher than the one before", _climbs),
        Step("a second version goes on from there, two notes at a time", _two_at_a_time),
        Step("the first version, brought back, climbs one note at a time", _back_again),
    ),
)
