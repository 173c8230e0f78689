"""What several checks look for: a plugin on a pad, what became of a press, what it played."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from midimon_live.lessons.base import Finding
from midimon_live.lessons.evidence import Evidence, Played
from midimon_live.lessons.looks import executes_plugin

if TYPE_CHECKING:
    from midimon_live.mappings import Mapping
    from midimon_live.plugin.info import PluginInfo

OK, NOTHING = "ok", "fired nothing"
_WELL = (OK, "started", "deferred")  # a note that ends later has begun


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
