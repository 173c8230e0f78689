"""Looks that exercises share: is it mapped, was it played, did it fire, what sounded, how long."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from midimon_live.lessons.base import Finding, found, missing
from midimon_live.lessons.evidence import Evidence, Played, Sent

if TYPE_CHECKING:
    from midimon_live.mappings import Mapping
    from midimon_live.plugin.info import PluginInfo

OK, NOTHING = "ok", "fired nothing"
_WELL = (OK, "started", "deferred")  # a note that ends later has begun
_WAITS = "waits for"


class Sound(NamedTuple):
    """A note that was sent because of a press.

    Attributes:
        note: 0-127.
        velocity: 1-127.
        began: the moment, in monotonic seconds.
        ended: likewise; None where it has not ended so far.
        let_go: whether letting go of the pad has ended it.
    """

    note: int
    velocity: int
    began: float
    ended: float | None
    let_go: bool

    @property
    def seconds(self) -> float:
        """How long it was; 0 where it has not ended."""
        return 0.0 if self.ended is None else self.ended - self.began

    def __str__(self) -> str:
        """Say it in a few words."""
        return f"note {self.note}, velocity {self.velocity}"


def is_mapped(evidence: Evidence, note: int, hint: str) -> Finding:
    """Look whether a note 0-127 fires anything at all; `hint` is for where it does not."""
    mappings = evidence.on_note(note)
    if mappings:
        return found(str(mappings[0]))
    return missing(f"nothing is mapped to note {note}", hint)


def executes_plugin(evidence: Evidence, note: int, hint: str) -> Finding:
    """Look whether a note 0-127 executes a plugin; `hint` is for where it fires nothing at all."""
    mapped = is_mapped(evidence, note, hint)
    executing = [mapping for mapping in evidence.on_note(note) if mapping.plugins]
    if executing:
        return found(str(executing[0]))
    if mapped.done:
        return missing(
            mapped.heard,
            "An action without a plugin is mapped there: map an ActionPlugin of your own.",
        )
    return mapped


def was_pressed(
    evidence: Evidence, note: int, line: str, presses: Sequence[Played] | None = None
) -> Finding:
    """Look whether the last press of a note fired something that ran without a failure.

    Args:
        evidence: what was played.
        note: 0-127.
        line: of Python, that presses it.
        presses: among which the last one is looked at; None is all of that note.
    """
    presses = evidence.presses(note) if presses is None else presses
    if not presses:
        return missing(_pressed_instead(evidence, note), f"Press it: {line}")
    finding = has_fired(evidence, presses[-1], line)
    times = "once" if len(presses) == 1 else f"{len(presses)} times"
    return found(f"pressed {times}") if finding.done else finding


def has_fired(evidence: Evidence, played: Played, line: str) -> Finding:
    """Look whether an input fired something that ran without a failure; `line` plays it again."""
    if wrong := error_of(played):
        return missing(
            wrong,
            "It did not run to its end; %midi why says why. "
            f"Mend it, run its cell, and play it again: {line}",
        )
    if played.steps:
        return found(", ".join(dict.fromkeys(str(step.mapping) for step in played.steps)))
    return _silent(evidence, played, line)


def sounds(press: Played) -> list[Sound]:
    """Return the notes that were sent because of a press, each with its end, in that order."""
    later = [] if press.release is None else press.release.sent
    return [
        _sound(one, press.sent[place + 1 :], later)
        for place, one in enumerate(press.sent)
        if one.message.type == "note_on" and one.message.velocity > 0
    ]


def older_first(evidence: Evidence, note: int, played: Played) -> str:
    """Return what to do where a press did not fire the newest mapping of its note 0-127.

    Returns:
        A sentence, or "" where it has.
    """
    if not played.steps:
        return ""
    fired = played.steps[0].mapping
    alike = [
        one.number for one in evidence.on_note(note, fired.trigger.event) if one.mode == fired.mode
    ]
    if not alike or max(alike) in [step.mapping.number for step in played.steps]:
        return ""
    if fired.number not in alike:
        return "It was mapped anew since that press, so press it again. Otherwise: "
    return (
        f"An older mapping fired, and of two alike the first one wins: "
        f"%midi unmap {fired.number} takes it out. "
    )


def described(played: Sequence[Sound]) -> str:
    """Return sounds in a few words; "no note" for none."""
    return listed(played) if played else "no note"


def outcome(played: Played) -> str:
    """Return what became of a press: "ok", "denied", "failed", ..., or "fired nothing"."""
    verdicts = [OK if step.verdict in _WELL else step.verdict for step in played.steps]
    return next((one for one in verdicts if one != OK), verdicts[0] if verdicts else NOTHING)


def ran(played: Played) -> "list[Mapping]":
    """Return the mappings that an input has fired without a failure so far."""
    return [step.mapping for step in played.steps if step.verdict in _WELL]


def error_of(played: Played) -> str:
    """Return what went wrong, in one line, with the verdict; "" where nothing did."""
    wrong = next((step for step in played.steps if step.verdict not in _WELL), None)
    return "" if wrong is None else f"{wrong.verdict}: {wrong.error or wrong.mapping}"


def silence_of(played: Played) -> str:
    """Return what to say of a press of which nothing was heard."""
    nothing = "sent nothing" if played.steps else NOTHING
    return error_of(played) or f"a press that {nothing}"


def first_note(played: Played) -> int | None:
    """Return the first note that was played because of an input, 0-127; None for none."""
    ons = (one.message for one in played.sent if one.message.type == "note_on")
    return next((one.note for one in ons if one.velocity), None)


def plugin_on(evidence: Evidence, note: int) -> "PluginInfo | None":
    """Return what is known of the first plugin that a note, 0-127, executes; None for none."""
    names = [name for mapping in evidence.on_note(note) for name in mapping.plugins]
    plugins = evidence.session.plugins
    loaded = [name for name in names if name in plugins.list_loaded()]
    return plugins.get_metadata(loaded[0]) if loaded else None


def name_on(evidence: Evidence, note: int) -> str:
    """Return the name of that plugin; raises LookupError where there is none any more."""
    plugin = plugin_on(evidence, note)
    if plugin is None:
        raise LookupError(f"note {note} executes no plugin any more")
    return plugin.name


def has_plugin(evidence: Evidence, note: int) -> Finding:
    """Find whether a note, 0-127, executes a plugin."""
    return executes_plugin(
        evidence,
        note,
        f"Write a class with `execute`, and end its cell with midi.map(note({note}), ...). "
        "Is it there? Then run the cell.",
    )


def listed(words: Sequence[object]) -> str:
    """Return "a, b, c"; "nothing" for none."""
    return ", ".join(map(str, words)) or "nothing"


def shadowed_by(evidence: Evidence, mapping: "Mapping", port: str) -> "Mapping | None":
    """Return the mapping that takes the presses of another one away, from a port; or None."""
    numbers = [number for _, number in mapping.trigger.controls() if number is not None]
    for one in evidence.on_note(numbers[0]) if numbers else ():
        if one is mapping:
            return None
        if one.hears(port) and not one.all:
            return one
    return None


def _sound(one: Sent, following: Sequence[Sent], after_release: Sequence[Sent]) -> Sound:
    message = one.message
    by_itself = _end_of(one, following)
    end = _end_of(one, after_release) if by_itself is None else by_itself
    moment = None if end is None else end.time
    return Sound(message.note, message.velocity, one.time, moment, end is not by_itself)


def _end_of(one: Sent, following: Sequence[Sent]) -> Sent | None:
    message = one.message
    for other in following:
        last = other.message
        ends = last.type == "note_off" or (last.type == "note_on" and last.velocity == 0)
        if ends and (last.note, last.channel) == (message.note, message.channel):
            return other
    return None


def _pressed_instead(evidence: Evidence, note: int) -> str:
    others = evidence.presses()
    if not others or others[-1].message is None:
        return f"no press of note {note}"
    return f"no press of note {note}; the last press was of note {others[-1].message.note}"


def _silent(evidence: Evidence, played: Played, line: str) -> Finding:
    number = played.event.serial
    why = evidence.session.why(number)
    reason = next((row[2] for row in why.rows), "")
    if reason.startswith(_WAITS):
        return missing(f"so far it fired nothing: it {reason}", "Wait a second and check again.")
    if reason:
        return missing(
            f"it fired nothing: {reason}",
            f"%midi why {number} tells more. Mend it, and press it again: {line}",
        )
    elsewhere = next((one for one in why.remarks if one.startswith("mapping ")), "")
    if elsewhere:
        return missing(
            f"it fired nothing: {elsewhere}",
            f"Play it there, or map it for all channels and modes, and press it again: {line}",
        )
    return missing(
        "it fired nothing", f"It was pressed before it was mapped: press it again: {line}"
    )
