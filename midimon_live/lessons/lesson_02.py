"""Lesson 2: four gestures on two pads, each of which fires one thing."""

from bisect import bisect
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played
from midimon_live.lessons.looks import has_fired

_PAD, _OTHER = 52, 53
_TOGETHER_S, _TWICE_S, _HELD_S, _HELD_MS = 0.3, 0.3, 0.4, 400
_WORDS = {"note": "tap", "double_tap": "double tap", "long_press": "long press", "chord": "chord"}
_LINES = {
    "note": "@midi.on(note(52))",
    "double_tap": "@midi.on(double_tap(52))",
    "long_press": "@midi.on(long_press(52, duration_ms=400))",
    "chord": "@midi.on(chord(52, 53, timeout_ms=300))",
}
_PLAY = {
    "note": "press(52), released(52)",
    "double_tap": "press(52), released(52), press(52), released(52)",
    "long_press": "press(52), 1.2, released(52)",
    "chord": "press(52), press(53), 0.9, released(52), released(53)",
}


class _Gesture(NamedTuple):
    """What hands have done, whatever came of it.

    Attributes:
        kind: a trigger's event: "note", "double_tap", "long_press" or "chord".
        presses: those it is made of.
    """

    kind: str
    presses: list[Played]


def _gestures(evidence: Evidence) -> list[_Gesture]:
    """Return the gestures in which the pad was played, oldest first."""
    presses, others = evidence.presses(_PAD), evidence.presses(_OTHER)
    moments = [one.event.time for one in others]
    made, at = [], 0
    while at < len(presses):
        press = presses[at]
        moment = press.event.time
        first, last = (bisect(moments, moment + away) for away in (-_TOGETHER_S, _TOGETHER_S))
        near = others[first:last]
        twice = at + 1 < len(presses) and presses[at + 1].event.time - moment < _TWICE_S
        if near:
            made.append(_Gesture("chord", [press, *near]))
        elif twice:
            made.append(_Gesture("double_tap", presses[at : at + 2]))
            at += 1
        else:
            made.append(_Gesture("long_press" if _is_held(press) else "note", [press]))
        at += 1
    return made


def _is_held(press: Played) -> bool:
    release = press.release
    return release is None or release.event.time - press.event.time >= _HELD_S


def _mapped(evidence: Evidence) -> Finding:
    mappings = evidence.on_note(_PAD)
    there = {one.trigger.event: one.trigger for one in mappings}
    missed = next((kind for kind in _LINES if kind not in there), None)
    if missed is not None:
        heard = ", ".join(str(one.trigger) for one in mappings) or "nothing"
        return missing(
            f"{heard} on pad {_PAD}",
            f"The {_WORDS[missed]} is not mapped. Its line is {_LINES[missed]}, with a function "
            "below; then run the cell.",
        )
    held = getattr(there["long_press"], "duration_ms", _HELD_MS)
    if held != _HELD_MS:
        return missing(
            f"the long press takes {held} ms",
            f"Say how long: {_LINES['long_press']}. Change it, and run the cell.",
        )
    notes = set(getattr(there["chord"], "notes", ()))
    if notes != {_PAD, _OTHER}:
        return missing(
            f"the chord is {there['chord']}",
            f"It is of pads {_PAD} and {_OTHER}: {_LINES['chord']}. Change it, and run the cell.",
        )
    return found("tap, double tap, long press, chord")


def _played(kind: str, evidence: Evidence) -> Finding:
    """Look whether the last gesture of a kind fired what is mapped to that kind, and only that."""
    word, line = _WORDS[kind], f"print(await play({_PLAY[kind]}, 0.9))"
    gestures = _gestures(evidence)
    made = [one for one in gestures if one.kind == kind]
    if not made:
        last = f"; the last gesture was a {_WORDS[gestures[-1].kind]}" if gestures else ""
        return missing(f"no {word}{last}", f"Play one: {line}")
    presses = made[-1].presses
    fired = list(dict.fromkeys(step.mapping.trigger.event for one in presses for step in one.steps))
    if fired == [kind]:
        playing = next(one for one in presses if one.steps)
        return has_fired(evidence, playing, line)
    if not fired:
        return has_fired(evidence, presses[0], line)
    if kind in fired:
        return missing(
            f"one {word} fired {_named(fired)}",
            "Exactly one of them should fire: leave out eager=True, all=True and "
            f"pass_through=True. Run the cell, and play it again: {line}",
        )
    return missing(
        f"the last {word} fired {_named(fired)}",
        f"When it was played, the {word} was not mapped, or came too slowly. "
        f"Run the cell with {_LINES[kind]}, and play it again: {line}",
    )


def _named(events: list[str]) -> str:
    return " and ".join(_WORDS.get(one, one) for one in events)


def _look(kind: str) -> Callable[[Evidence], Finding]:
    return partial(_played, kind)


LESSON = Lesson(
    number=2,
    title="triggers",
    notebook="02_triggers.ipynb",
    task="one pad tells a tap, a double tap, a long press and a chord apart.",
    steps=(
        Step("pad 52 has a tap, a double tap, a long press of 400 ms, and a chord", _mapped),
        Step("a tap fires the tap, and nothing else", _look("note")),
        Step("a double tap fires the double tap", _look("double_tap")),
        Step("holding it fires the long press", _look("long_press")),
        Step("pads 52 and 53 together fire the chord", _look("chord")),
    ),
)
