"""Lesson 1: a plugin of one's own on a pad."""

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played, shown
from midimon_live.lessons.looks import executes_plugin, older_first, sounds, was_pressed

_PAD, _HIGHER = 38, 12


def _mapped(evidence: Evidence) -> Finding:
    return executes_plugin(
        evidence,
        _PAD,
        "Write a class with `execute`, end its cell with midi.map(note(38), ...), and run it.",
    )


def _pressed(evidence: Evidence) -> Finding:
    return was_pressed(evidence, _PAD, "midi.virtual.press(38, velocity=80)")


def _octave(evidence: Evidence) -> Finding:
    last = _last(evidence)
    hit = last.event.data[2]
    played = sounds(last)
    older = older_first(evidence, _PAD, last)
    if not played:
        return missing(
            f"{shown(last.sent)} was sent",
            f"{older}Send with self.host.send('note_on', ...); "
            "it needs capabilities = {Capability.MIDI}.",
        )
    if played[0].note != _PAD + _HIGHER:
        return missing(
            f"note {played[0].note} was sent for note {_PAD}",
            f"{older}An octave is 12 semitones: note=context.note + 12. Then press again.",
        )
    if played[0].velocity != hit:
        return missing(
            f"velocity {played[0].velocity} was sent for {hit}",
            f"{older}Pass on how hard it was hit: velocity=context.velocity. Then press again.",
        )
    return found(str(played[0]))


def _ended(evidence: Evidence) -> Finding:
    sound = sounds(_last(evidence))[0]
    if sound.ended is None:
        return missing(
            "it sounds on",
            "Wait a second and check again. If it sounds on even then, end it a moment later: "
            "self.host.schedule(0.2, self.end, context.note + 12), where end sends 'note_off'. "
            "Then press again.",
        )
    return found(f"note_off {sound.note}, after {sound.seconds:.1f} s")


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
