"""Lesson 10: two controllers, and a mapping for one of them only."""

from typing import TYPE_CHECKING

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played
from midimon_live.lessons.looks import error_of, first_note, ran, shadowed_by

if TYPE_CHECKING:
    from midimon_live.mappings import Mapping

_NOTE = 60
_HERE = "Virtual"
_MAP = 'midi.map(note(60), send("note_on", note=72, duration_ms=200), port="web")'
_REPLAY = 'midi.replay(midi.take(seconds=10), port="Launchpad (web)")'


def _own(evidence: Evidence) -> Finding:
    mappings = evidence.on_note(_NOTE)
    own = _only_there(evidence)
    if own:
        return found(f"{own[0]}, from {own[0].port}")
    if not mappings:
        return missing("nothing is mapped to note 60", f"Map it for one controller: {_MAP}.")
    if all(one.port is None for one in mappings):
        return missing(
            f"{mappings[0]}, from any port", f"Say for which controller, with port=: {_MAP}."
        )
    return missing(
        f"{mappings[0]}, from {mappings[0].port}",
        f"“Virtual” is the pads on the screen. The other one is for a controller: {_MAP}.",
    )


def _others(evidence: Evidence) -> Finding:
    here = [one for one in evidence.on_note(_NOTE) if one.hears(_HERE)]
    if here:
        return found(f"{here[0]}, from {here[0].port or 'any port'}")
    return missing(
        "note 60 of the pads on the screen has no mapping",
        "Map it too, to another note: midi.map(note(60), "
        'send("note_on", note=48, duration_ms=200), port="Virtual").',
    )


def _there(evidence: Evidence) -> Finding:
    presses = [one for one in evidence.presses(_NOTE) if one.event.port != _HERE]
    own = _only_there(evidence)
    connected = [one for one in evidence.session.ports().rows if "(web" in " ".join(one)]
    if not presses:
        what = "Press note 60 of your controller"
        return missing(
            "no press of note 60 from a controller",
            f"{what}."
            if connected
            else f"{what}; or, without one, press it on the screen and "
            f"let it come from a controller of that name: {_REPLAY}.",
        )
    last = presses[-1]
    if not any(mapping in own for mapping in ran(last)):
        return missing(_said(last), _why_not(last, own, evidence))
    return found(_said(last))


def _here(evidence: Evidence) -> Finding:
    there = [one for one in evidence.presses(_NOTE) if one.event.port != _HERE][-1]
    presses = [one for one in evidence.presses(_NOTE) if one.event.port == _HERE and ran(one)]
    if not presses:
        return missing(
            "no press of note 60 on the screen that fired",
            'Press it in midi.panel("pads"), or with midi.virtual.press(60).',
        )
    last = presses[-1]
    if first_note(last) is None or first_note(last) == first_note(there):
        return missing(
            _said(last),
            "Both play the same. Let the mapping for the screen play another note, run its cell, "
            "and press it once more.",
        )
    return found(_said(last))


def _only_there(evidence: Evidence) -> "list[Mapping]":
    """Return the mappings of the note that the pads on the screen do not fire."""
    return [one for one in evidence.on_note(_NOTE) if one.port and not one.hears(_HERE)]


def _why_not(last: Played, own: "list[Mapping]", evidence: Evidence) -> str:
    """Return what to do about a press that did not fire the mapping that was meant for it."""
    port = last.event.port
    meant = next((one for one in own if one.hears(port)), None)
    if meant is None:
        return (
            f"It came from “{port}”, and the mapping listens to “{own[0].port}”. A part of the "
            "port's name is enough, whatever its case: map it for that, and play it again."
        )
    if first := shadowed_by(evidence, meant, port):
        where = "" if first.port else ', or say port="Virtual" there'
        return (
            f"“{first}” stands before it and took it: the first that fits fires. Map the one "
            f"with port= first{where}; then play it again."
        )
    return "It was played before that was mapped, or something failed: %midi why. Play it again."


def _said(played: Played) -> str:
    note = first_note(played)
    wrong = error_of(played)
    what = wrong or ("fired nothing" if not played.steps else f"played {note}")
    return f"note 60 from {played.event.port}: {what}"


LESSON = Lesson(
    number=10,
    title="Web MIDI",
    notebook="10_web_midi.ipynb",
    task="note 60 of a controller plays one note, and that of the pads on the screen another.",
    steps=(
        Step("note 60 of a controller has a mapping of its own", _own),
        Step("note 60 of the pads on the screen has one too", _others),
        Step("the controller is played, and fires its own", _there),
        Step("the screen is played, and fires the other", _here),
    ),
)
