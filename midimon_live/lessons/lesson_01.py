"""Lesson 1: a plugin of one's own on a pad."""

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played, shown
from midimon_live.show import counted

_PAD, _HIGHER = 38, 12


def _mapped(evidence: Evidence) -> Finding:
    mappings = evidence.on_note(_PAD)
    if not mappings:
        return missing(
            "nothing is mapped to note 38",
            "Write a class with `execute`, and end its cell with midi.map(note(38), ...).",
        )
    executing = [mapping for mapping in mappings if mapping.plugins]
    if not executing:
        return missing(
            str(mappings[0]),
            "An action without a plugin is mapped there: map an ActionPlugin of your own.",
        )
    return found(str(executing[0]))


def _pressed(evidence: Evidence) -> Finding:
    presses = evidence.presses(_PAD)
    if not presses:
        return missing("no press of note 38", "Press it: midi.virtual.press(38, velocity=80).")
    failed = [step for step in presses[-1].steps if step.verdict != "ok"]
    if failed:
        return missing(
            f"{failed[0].verdict}: {failed[0].error or failed[0].mapping}",
            "The plugin did not run to its end. %midi why says why; mend it and press again.",
        )
    if not presses[-1].fired:
        return missing(
            "a press that fired nothing",
            "It was pressed before it was mapped: press it again.",
        )
    return found(f"{counted(len(presses), 'press')}".replace("presss", "presses"))


def _octave(evidence: Evidence) -> Finding:
    last = _last(evidence)
    played = last.event.data[2]
    ons = [one for one in last.sent if one.message.type == "note_on"]
    if not ons:
        return missing(
            f"{shown(last.sent)} was sent",
            "Send with self.host.send('note_on', ...); it needs capabilities = {Capability.MIDI}.",
        )
    note, velocity = ons[0].message.note, ons[0].message.velocity
    if note != _PAD + _HIGHER:
        return missing(
            f"note {note} was sent for note {_PAD}",
            "An octave is 12 semitones: note=context.note + 12.",
        )
    if velocity != played:
        return missing(
            f"velocity {velocity} was sent for {played}",
            "Pass on how hard it was hit: velocity=context.velocity.",
        )
    return found(shown(ons))


def _ended(evidence: Evidence) -> Finding:
    last = _last(evidence)
    offs = [
        one
        for one in last.sent
        if one.message.type == "note_off" and one.message.note == _PAD + _HIGHER
    ]
    if not offs:
        return missing(
            "the note is never ended",
            "End it a moment later: self.host.schedule(0.2, self.end, context.note + 12), "
            "where end sends 'note_off'. Then press again and wait that long.",
        )
    return found(shown(offs))


def _last(evidence: Evidence) -> Played:
    return evidence.presses(_PAD)[-1]


LESSON = Lesson(
    number=1,
    title="your first pad",
    notebook="01_first_pad.ipynb",
    task="note 38 plays the note an octave above, as loud as it is hit, and ends it.",
    steps=(
        Step("note 38 executes a plugin of yours", _mapped),
        Step("note 38 is pressed, and the plugin runs to its end", _pressed),
        Step("it sends note 50, as loud as the pad was hit", _octave),
        Step("it ends that note by itself", _ended),
    ),
)
