"""When a mapping fires: what each trigger listens for, and how it tests one message.

Recognisers without input, output or sleeping. A trigger names its controls and tests the bytes of
a message; gestures of several messages are told apart by `midimon_live.gestures`. Builders check
their ranges, so that a mapping that can never fire is an error where it is written.
"""

from typing import Any

from midimon_live.actions.base import Action
from midimon_live.errors import InvalidValue
from midimon_live.show import near
from midimon_live.triggers.base import Builder, Control, Trigger
from midimon_live.triggers.dormant import Dormant
from midimon_live.triggers.encoders import EncoderTurn, encoder
from midimon_live.triggers.gamepad import (
    Gamepad,
    gamepad_button,
    gamepad_chord,
    gamepad_stick,
    gamepad_trigger,
)
from midimon_live.triggers.notes import (
    DoubleTap,
    LongPress,
    NoteChord,
    SequenceOf,
    chord,
    double_tap,
    long_press,
    sequence_of,
)
from midimon_live.triggers.plugins import PluginTrigger, plugin_event
from midimon_live.triggers.presses import (
    Press,
    Release,
    note,
    release,
    velocity_range,
)
from midimon_live.triggers.values import (
    InRange,
    aftertouch,
    cc,
    pitch_bend,
    poly_aftertouch,
    program,
)

__all__ = [
    "TRIGGERS",
    "Control",
    "Dormant",
    "DoubleTap",
    "EncoderTurn",
    "Gamepad",
    "InRange",
    "LongPress",
    "NoteChord",
    "PluginTrigger",
    "Press",
    "Release",
    "SequenceOf",
    "Trigger",
    "aftertouch",
    "cc",
    "check_trigger",
    "chord",
    "double_tap",
    "encoder",
    "long_press",
    "note",
    "pitch_bend",
    "plugin_event",
    "poly_aftertouch",
    "program",
    "release",
    "sequence_of",
    "velocity_range",
]

TRIGGERS: dict[str, Builder] = {
    "note": note,
    "velocity_range": velocity_range,
    "release": release,
    "long_press": long_press,
    "double_tap": double_tap,
    "chord": chord,
    "sequence_of": sequence_of,
    "cc": cc,
    "encoder": encoder,
    "aftertouch": aftertouch,
    "poly_aftertouch": poly_aftertouch,
    "pitch_bend": pitch_bend,
    "program": program,
    "gamepad_button": gamepad_button,
    "gamepad_chord": gamepad_chord,
    "gamepad_stick": gamepad_stick,
    "gamepad_trigger": gamepad_trigger,
    "plugin_event": plugin_event,
}


_HIGHEST = 127


def check_trigger(trigger: Any) -> Trigger:
    """Return `trigger` if a builder made it.

    Raises:
        InvalidValue: it is something else; the text names the builders.
    """
    if isinstance(trigger, Trigger):
        return trigger
    if instead := _meant(trigger):
        raise InvalidValue(f"{trigger!r:.80} is no trigger; {instead}")
    builders = ", ".join(f"{name}(...)" for name in TRIGGERS)
    raise InvalidValue(f"{trigger!r:.80} is no trigger; write one of: {builders}")


def _meant(given: Any) -> str:
    """Return what was probably meant by something that is no trigger; "" where nobody knows."""
    if isinstance(given, Action):
        return "it is an action, which comes second: midi.map(note(36), send(...))"
    if any(given is one for one in TRIGGERS.values()):
        return f"call it: {given.__name__}(...)"
    if isinstance(given, str) and not given.strip().isdecimal():
        kind = near(given.partition("(")[0].partition(" ")[0], TRIGGERS)
        return f"write it without quotes: {kind}(...)" if kind else ""
    given = int(given) if isinstance(given, str) else given
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _HIGHEST:
        return f"did you mean note({given})?"
    if isinstance(given, (list, tuple)) and given and all(isinstance(one, int) for one in given):
        notes = ", ".join(map(str, given[:_HIGHEST]))
        return f"did you mean chord({notes})?" if len(given) > 1 else _meant(given[0])
    return ""
