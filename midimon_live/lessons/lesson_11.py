"""Lesson 11: a setup of MIDIMon's, brought along, mended and played."""

from typing import NamedTuple

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played, shown
from midimon_live.lessons.looks import error_of, first_note

_PAD, _SWITCH = 36, 48
_FIRST, _SECOND = "Default", "Drums"
_SOFT_UP_TO, _HARD_FROM = 40, 81
_SOFT_NOTE, _HARD_NOTE, _DRUM = 60, 72, 38
_DRUM_CHANNEL = 9


class _Strength(NamedTuple):
    """How hard a pad is hit: in a word, and a velocity 1-127."""

    word: str
    velocity: int


def _loaded(evidence: Evidence) -> Finding:
    of_file = [one for one in evidence.session.mappings() if one.of_file]
    if not of_file:
        return missing(
            "no mapping comes from a file",
            "Load it: midi.config(mine). With an error in it nothing of it comes into "
            "force: the answer names each line. Mend them, save, and load it again.",
        )
    if not any(one.of_file for one in evidence.on_note(_PAD)):
        return missing(
            f"{len(of_file)} mappings of a file, none of them of pad 36",
            "Load the file of the exercise: midi.config(mine). With an error in it the "
            "file before stays in force: the answer names each line to mend.",
        )
    modes = [row[1] for row in evidence.session.modes().rows]
    if _SECOND not in modes:
        return missing(
            f"the modes are {', '.join(modes)}", "The second mode of the file is called Drums."
        )
    label = next(one.origin.label for one in of_file if one.origin is not None)
    return found(f"{label}: {len(of_file)} mappings")


def _soft(evidence: Evidence) -> Finding:
    presses = [one for one in _pressed(evidence) if one.event.data[2] <= _SOFT_UP_TO]
    return _plays(presses, _SOFT_NOTE, _Strength("soft", 20), evidence)


def _hard(evidence: Evidence) -> Finding:
    presses = [one for one in _pressed(evidence) if one.event.data[2] >= _HARD_FROM]
    return _plays(presses, _HARD_NOTE, _Strength("hard", 120), evidence)


def _switched(evidence: Evidence) -> Finding:
    presses = evidence.presses(_SWITCH)
    if not presses:
        return missing("no press of pad 48", "It changes the mode: midi.virtual.press(48).")
    last = presses[-1]
    if _SECOND in [mode for one in presses for mode in one.modes]:
        return found("pad 48 enters Drums")
    if not last.steps:
        return missing(
            "pad 48 fired nothing",
            "Is it mapped, in the mode that is active? %midi why tells; midi.mode is the mode.",
        )
    return missing(
        error_of(last) or f"pad 48: {last.steps[0].mapping.action}",
        "The mode that it names has to be one of the file's, letter by letter. Mend the line, "
        "save, and press it again.",
    )


def _drums(evidence: Evidence) -> Finding:
    presses = [
        one
        for one in evidence.presses(_PAD)
        if any(step.mapping.mode == _SECOND for step in one.steps)
    ]
    if not presses:
        return missing(
            f"pad 36 was not pressed in Drums; the mode is {evidence.session.mode}",
            "Press pad 48, then pad 36. What the mode does not map itself is not in it.",
        )
    last = presses[-1]
    ons = [one for one in last.sent if one.message.type == "note_on"]
    if not ons or (ons[0].message.note, ons[0].message.channel) != (_DRUM, _DRUM_CHANNEL):
        heard = f"{shown(last.sent)}, channel {ons[0].message.channel}" if ons else shown(last.sent)
        return missing(
            error_of(last) or heard,
            "Drums are note 38 on channel 9, counted from 0, which is called channel 10 on many "
            "devices. Mend the line, save, and press pad 36 again.",
        )
    return found(f"{shown(ons)}, channel 9")


def _pressed(evidence: Evidence) -> list[Played]:
    """Return the presses of the pad that the file's first mode, or none, has taken."""
    return [
        one
        for one in evidence.presses(_PAD)
        if not any(step.mapping.mode == _SECOND for step in one.steps)
    ]


def _plays(presses: list[Played], note: int, strength: _Strength, evidence: Evidence) -> Finding:
    """Find whether the last of these presses played a note by a mapping of the file."""
    word, line = strength.word, f"midi.virtual.press(36, velocity={strength.velocity})"
    if not presses:
        active = evidence.session.mode
        back = "" if active == _FIRST else f' after midi.mode = "{_FIRST}"'
        return missing(f"no {word} press of pad 36 in {_FIRST}", f"Press it{back}: {line}.")
    last = presses[-1]
    if not last.steps:
        return missing(
            f"a {word} press of pad 36 that fired nothing",
            "%midi why tells how soft or hard each mapping wants it, and in which mode. Mend the "
            f"line, save, and press again: {line}.",
        )
    if not any(step.mapping.of_file for step in last.steps):
        return missing(
            f"{last.steps[0].mapping}, of a cell",
            "A cell's mapping stands before the file's. Take it out (%midi unmap); press again.",
        )
    if first_note(last) != note:
        return missing(
            error_of(last) or f"a {word} press of pad 36 sent {shown(last.sent)}",
            f"It has to be note {note}. Mend the line, save, and press again: {line}.",
        )
    return found(f"a {word} press of pad 36: note {note}")


LESSON = Lesson(
    number=11,
    title="bring your MIDIMon setup",
    notebook="11_bring_your_midimon.ipynb",
    task="a file of MIDIMon's was mended and loaded, and plays soft, hard and in its second mode.",
    steps=(
        Step("a file is in force that maps pad 36, with the mode Drums", _loaded),
        Step("a soft press of pad 36 plays note 60", _soft),
        Step("a hard press of pad 36 plays note 72", _hard),
        Step("pad 48 enters the mode Drums", _switched),
        Step("there, pad 36 plays note 38 on channel 9", _drums),
    ),
)
