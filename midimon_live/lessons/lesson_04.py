"""Lesson 4: two pads that a configuration file maps."""

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played, shown
from midimon_live.lessons.looks import sounds, was_pressed

_FIRST, _SECOND, _NOTE, _PROGRAM = 60, 61, 72, 5
_SHORTEST_S, _LONGEST_S = 0.05, 0.2
_LOAD = "midi.config(mine)"


def _mapped(evidence: Evidence) -> Finding:
    for pad in (_FIRST, _SECOND):
        mappings = evidence.on_note(pad)
        of_cells = [one for one in mappings if not one.of_file]
        if of_cells:
            return missing(
                f"a cell maps note {pad}: {of_cells[0]}",
                f"%midi unmap {of_cells[0].number} takes that out. What cells map comes first; "
                f"here it is to stand in the file. Load that: {_LOAD}",
            )
        if not mappings:
            return missing(
                f"no file maps note {pad} ({evidence.session.config().title})",
                f"Write a [[global_mappings]] for it into mine.toml, and load that: {_LOAD}",
            )
    return found(evidence.session.config().title)


def _clean(evidence: Evidence) -> Finding:
    now = evidence.session.config()
    if now.rows:
        _, line, where, what = now.rows[0]
        return missing(
            f"line {line}: {where}: {what}", f"Mend that line, and load the file again: {_LOAD}"
        )
    refused = next((one for one in now.remarks if ": error: " in one), "")
    if refused:
        return missing(
            f"what was saved last is not in force: {refused}",
            f"Mend that, and load the file again: {_LOAD}",
        )
    return found("no warning")


def _last(evidence: Evidence, pad: int) -> Played:
    return evidence.presses(pad)[-1]


def _pressed(pad: int, evidence: Evidence) -> Finding:
    """Look whether the file's mapping fired at the last press of a pad."""
    line = f"play(press({pad}))"
    finding = was_pressed(evidence, pad, line)
    if not finding.done:
        return finding
    fired = _last(evidence, pad).steps[0].mapping
    if not fired.of_file:
        return missing(
            f"what a cell had mapped fired: {fired}",
            f"That mapping has gone since. Press it again: {line}",
        )
    return finding


def _note(evidence: Evidence) -> Finding:
    pressed = _pressed(_FIRST, evidence)
    if not pressed.done:
        return pressed
    last = _last(evidence, _FIRST)
    played = sounds(last)
    if [one.note for one in played] != [_NOTE]:
        return missing(
            f"{shown(last.sent)} was sent",
            f'Its action is {{ type = "SendMidi", note = {_NOTE}, ... }}. '
            f"Change the file, load it, and press again: play(press({_FIRST}))",
        )
    return found(str(played[0]))


def _ends(evidence: Evidence) -> Finding:
    sound = sounds(_last(evidence, _FIRST))[0]
    if sound.ended is None:
        return missing(
            "it sounds on",
            "Wait a second and check again. If it sounds on even then: the action wants "
            "duration_ms = 100. Load the file, and press again.",
        )
    if not _SHORTEST_S <= sound.seconds <= _LONGEST_S:
        return missing(
            f"it ended after {sound.seconds * 1000:.0f} ms",
            "The action wants duration_ms = 100. Load the file, and press again.",
        )
    return found(f"after {sound.seconds * 1000:.0f} ms")


def _program(evidence: Evidence) -> Finding:
    pressed = _pressed(_SECOND, evidence)
    if not pressed.done:
        return pressed
    last = _last(evidence, _SECOND)
    changes = [one for one in last.sent if one.message.type == "program_change"]
    if not changes:
        return missing(
            f"{shown(last.sent)} was sent",
            'Its action wants message_type = "ProgramChange". Load the file, and press again: '
            f"play(press({_SECOND}))",
        )
    if changes[0].message.program != _PROGRAM:
        return missing(
            f"program {changes[0].message.program} was sent",
            f"The action wants program = {_PROGRAM}. Load the file, and press again.",
        )
    return found(f"program {_PROGRAM}")


LESSON = Lesson(
    number=4,
    title="configuration files",
    notebook="04_configuration.ipynb",
    task="a file maps two pads: one plays a note, the other chooses a program.",
    steps=(
        Step("a configuration file in force maps notes 60 and 61", _mapped),
        Step("there is nothing to say about it", _clean),
        Step("note 60 is pressed and sends note 72", _note),
        Step("that note ends after 100 ms", _ends),
        Step("note 61 is pressed and sends program 5", _program),
    ),
)
