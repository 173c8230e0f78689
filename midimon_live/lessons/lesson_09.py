"""Lesson 9: what panels show and do, seen from what came of it."""

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played
from midimon_live.lessons.looks import NOTHING, OK, error_of, has_plugin, outcome, plugin_on, ran

_PAD = 44
_MODE = "Night"
_PRESS = "Press pad 44, in the panel or with midi.virtual.press(44)"


def _denied(evidence: Evidence) -> Finding:
    mapped = has_plugin(evidence, _PAD)
    if not mapped.done:
        return missing(mapped.heard, "Run the cell of the exercise: it has the plugin `lamp`.")
    outcomes = [outcome(one) for one in evidence.presses(_PAD)]
    if "denied" in outcomes:
        return found("a press was denied")
    plugin = plugin_on(evidence, _PAD)
    if not outcomes:
        return missing("no press of note 44", f"{_PRESS}: it is refused, and that is right.")
    if outcomes[-1] == NOTHING:
        return missing("a press that fired nothing", f"It was not mapped then. {_PRESS}.")
    name = "lamp" if plugin is None else plugin.name
    return missing(
        f"note 44: {outcomes[-1]}",
        "It was granted before it was pressed. Take that back in the grants panel, or with "
        f'midi.plugins.revoke_capability({name!r}, "system_control"). Then press.',
    )


def _granted(evidence: Evidence) -> Finding:
    presses = evidence.presses(_PAD)
    first = next(place for place, one in enumerate(presses) if outcome(one) == "denied")
    later = presses[first + 1 :]
    if any(outcome(one) == OK for one in later):
        return found("a press after that ran")
    plugin = plugin_on(evidence, _PAD)
    if plugin is not None and plugin.missing:
        wanted = sorted(one.value for one in plugin.missing)
        return missing(
            f"{plugin.name} is not granted {', '.join(wanted)}",
            f"Click it in the grants panel, or say %midi grant {plugin.name} {wanted[0]}.",
        )
    if later and outcome(later[-1]) != "denied":
        return missing(error_of(later[-1]), "%midi why says why; mend it and press again.")
    return missing("granted, and not pressed since", f"{_PRESS} once more.")


def _in_mode(evidence: Evidence) -> Finding:
    mapped = [one for one in evidence.session.mappings() if one.mode == _MODE]
    if mapped:
        return found(str(mapped[0]))
    others = sorted({one.mode for one in evidence.session.mappings() if one.mode} - {"Default"})
    heard = (
        f"there are mappings in {', '.join(others)}" if others else "all mappings are in any mode"
    )
    return missing(
        heard,
        "In the mappings panel: Learn, press a pad, choose “in mode Night”, Map it. "
        'Or: midi.map(note(45), send("note_on", note=33, duration_ms=300), mode="Night").',
    )


def _played_there(evidence: Evidence) -> Finding:
    played = [
        one for one in evidence.inputs if any(step.mapping.mode == _MODE for step in one.steps)
    ]
    if any(_ran(one) for one in played):
        return found(f"{next(one for one in played[::-1] if _ran(one)).message}")
    if played:
        return missing(error_of(played[-1]), "%midi why says why; mend it and play it again.")
    if evidence.session.mode != _MODE:
        return missing(
            f"the mode is {evidence.session.mode}",
            'Enter it: choose Night in the overview, or say midi.mode = "Night". '
            "Then play what you have mapped.",
        )
    return missing(
        "nothing of it has fired yet",
        "The mode is Night: now play the very pad that is mapped there. Was it another one? "
        "The monitor shows its note, and why it fired nothing.",
    )


def _ran(played: Played) -> bool:
    return any(one.mode == _MODE for one in ran(played))


LESSON = Lesson(
    number=9,
    title="panels",
    notebook="09_panels.ipynb",
    task="a press was refused, allowed, and ran; and a mapping of the mode Night was played.",
    steps=(
        Step("pad 44 is pressed, and its plugin is refused", _denied),
        Step("it is granted what it wants, and runs", _granted),
        Step("something is mapped in the mode Night", _in_mode),
        Step("it is played in that mode", _played_there),
    ),
)
