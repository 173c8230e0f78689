"""Lesson 3: one pad with two meanings, each with notes that end."""

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played, shown
from midimon_live.lessons.looks import (
    Sound,
    described,
    is_mapped,
    older_first,
    sounds,
    was_pressed,
)

_PAD, _CHORD, _MODE, _NOTE = 56, {60, 64, 67}, "Bass", 36
_TOGETHER_S, _SHORTEST_S, _LONGEST_S = 0.1, 0.3, 0.8
_AGAIN = "play(press(56, 80), 1)"
_IN_BASS = f'midi.mode = "{_MODE}", then play(press(56, 80), released(56))'


def _mapped(evidence: Evidence) -> Finding:
    finding = is_mapped(
        evidence, _PAD, "Map pad 56: midi.map(note(56), send(...)), and run that cell."
    )
    if not finding.done:
        return finding
    modes = dict.fromkeys(one.mode for one in evidence.on_note(_PAD))
    if _MODE not in modes:
        return missing(
            "nothing is mapped to pad 56 in mode Bass",
            'Give its mapping mode="Bass": midi.map(note(56), ..., mode="Bass"); run that cell.',
        )
    if set(modes) == {_MODE}:
        return missing(
            "pad 56 is mapped in mode Bass alone",
            "The chord needs mappings without mode=. Add them, and run that cell.",
        )
    return found("in mode Bass, and everywhere else")


def _presses(evidence: Evidence, *, bass: bool) -> list[Played]:
    return [one for one in evidence.presses(_PAD) if (one.mode == _MODE) == bass]


def _chord_pressed(evidence: Evidence) -> Finding:
    where = f'midi.mode = "Default", then {_AGAIN}' if evidence.presses(_PAD) else _AGAIN
    presses = _presses(evidence, bass=False)
    if not presses and evidence.presses(_PAD):
        return missing("it was pressed in mode Bass alone", f"Press it: {where}")
    return was_pressed(evidence, _PAD, where, presses)


def _chord(evidence: Evidence) -> Finding:
    press = _presses(evidence, bass=False)[-1]
    played = sounds(press)
    numbers = {one.note for one in played}
    if len(numbers) == 1 and numbers <= _CHORD:
        return missing(
            f"{described(played)} alone",
            "The first mapping that fits ends the search. With all=True it goes on: map each note "
            "of the chord so. Run the cell, and press again.",
        )
    if numbers != _CHORD:
        return missing(
            f"{described(played)} ({shown(press.sent)})" if not played else described(played),
            f"{older_first(evidence, _PAD, press)}"
            "The chord is 60, 64 and 67. Mend it, run the cell, and press again.",
        )
    spread = max(one.began for one in played) - min(one.began for one in played)
    if spread > _TOGETHER_S:
        return missing(
            f"the notes came one after another, over {spread:.1f} s",
            "A sequence waits for each note's end. Three mappings with all=True sound together.",
        )
    hit = press.event.data[2]
    if any(one.velocity != hit for one in played):
        return missing(
            f"{described(played)}, for a pad hit with {hit}",
            'velocity="pass" hands on how hard it was hit. Run the cell, and press again.',
        )
    return found(described(played))


def _chord_ends(evidence: Evidence) -> Finding:
    played = sounds(_presses(evidence, bass=False)[-1])
    on = [one for one in played if one.ended is None]
    if on:
        return missing(
            f"{_numbers(on)} sounds on",
            "Wait a second and check again. If it sounds on even then: duration_ms=500.",
        )
    if any(one.let_go or not _SHORTEST_S <= one.seconds <= _LONGEST_S for one in played):
        return missing(
            ", ".join(f"note {one.note} ended after {one.seconds:.1f} s" for one in played),
            "Half a second is duration_ms=500, for each of them. Run the cell, and press again.",
        )
    return found("after " + ", ".join(f"{one.seconds:.1f} s" for one in played))


def _bass(evidence: Evidence) -> Finding:
    presses = _presses(evidence, bass=True)
    if not presses:
        return missing("pad 56 was not pressed in mode Bass", f"Press it there: {_IN_BASS}")
    pressed = was_pressed(evidence, _PAD, _IN_BASS, presses)
    if not pressed.done:
        return pressed
    played = sounds(presses[-1])
    numbers = {one.note for one in played}
    if _NOTE in numbers and len(numbers) > 1:
        return missing(
            described(played),
            "The chord sounds as well: the mapping in Bass must end the search, so leave out its "
            "all=True. Run the cell, and press again.",
        )
    if numbers != {_NOTE}:
        return missing(
            described(played),
            f"{older_first(evidence, _PAD, presses[-1])}"
            f'In Bass it is note {_NOTE}: midi.map(note(56), send(...), mode="Bass"). '
            f"Run the cell, then {_IN_BASS}",
        )
    return found(described(played))


def _bass_ends(evidence: Evidence) -> Finding:
    press = _presses(evidence, bass=True)[-1]
    sound = sounds(press)[0]
    if sound.ended is not None and not sound.let_go:
        return missing(
            f"it ended by itself, after {sound.seconds:.1f} s",
            "until_release=True in place of duration_ms=. Run the cell, and press again.",
        )
    if press.release is None:
        return missing("the pad was not let go", f"Let go of it: {_IN_BASS}")
    if sound.ended is None:
        return missing(
            "the pad was let go, and the note sounds on",
            f"until_release=True in send(...) ends it. Run the cell, then {_IN_BASS}",
        )
    return found("when the pad was let go")


def _numbers(played: list[Sound]) -> str:
    return ", ".join(f"note {one.note}" for one in played)


LESSON = Lesson(
    number=3,
    title="actions and modes",
    notebook="03_actions_and_modes.ipynb",
    task="pad 56 plays a chord for half a second, and in mode Bass one note for as long as it is "
    "held.",
    steps=(
        Step("pad 56 is mapped, and mapped again in mode Bass", _mapped),
        Step("it is pressed outside of Bass", _chord_pressed),
        Step("it plays notes 60, 64 and 67 together, as loud as it was hit", _chord),
        Step("each of them ends after half a second", _chord_ends),
        Step("in mode Bass it plays note 36, and nothing else", _bass),
        Step("that note ends when the pad is let go", _bass_ends),
    ),
)
