"""What travels: a MIDI event as it arrived, and the context a handler gets.

Events stay raw bytes until somebody looks: `control_key` reads all that the engine needs from them,
and `MidiEvent.message` builds the `mido.Message` on demand.

Message layout: MIDI 1.0 Detailed Specification, tables I to V (status byte, then data bytes 0-127).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

from midimon_live.errors import InvalidValue
from midimon_live.show import did_you_mean, near

if TYPE_CHECKING:
    import mido

NOTE_OFF, NOTE_ON, POLYTOUCH, CONTROL_CHANGE = 0x8, 0x9, 0xA, 0xB
PROGRAM_CHANGE, AFTERTOUCH, PITCHWHEEL = 0xC, 0xD, 0xE

# what `control_key` answers for bytes that are no channel message
MALFORMED, SYSEX, SYSTEM = -1, -2, -3

_NOTE_ON_STATUS, _NOTE_OFF_STEP = 0x90, 0x10 << 7
_SYSTEM_LENGTHS = {0xF1: 2, 0xF2: 3, 0xF3: 2, 0xF6: 1}
_SYSTEM_LENGTHS |= dict.fromkeys((0xF8, 0xFA, 0xFB, 0xFC, 0xFE, 0xFF), 1)

RANGES = dict.fromkeys(("note", "velocity", "control", "value", "program"), (0, 127))
RANGES |= {"channel": (0, 15), "pitch": (-8192, 8191)}
"""mido's names of values, and the lowest and highest that they may be."""


class MidiEvent(NamedTuple):
    """One message as it came in, or an event that a plugin made, which has a name and no bytes.

    Attributes:
        time: when it arrived, in monotonic seconds, as the driver stamped it.
        port: the name of the input port, or the plugin's.
        data: the message's bytes, status byte first.
        serial: its number in the order of arrival over all ports, from 1.
        name: what a plugin calls its event; "" for a message.
        values: plain data that came with that.
    """

    time: float
    port: str
    data: bytes
    serial: int
    name: str = ""
    values: Mapping[str, Any] | None = None

    @property
    def message(self) -> "mido.Message":
        """The event as a `mido.Message`, built anew at each look.

        Raises:
            ValueError: the bytes are no MIDI message.
        """
        import mido

        return mido.Message.from_bytes(self.data)


@dataclass(frozen=True, slots=True)
class TriggerContext:
    """What a handler is told about the event that fired it. Fields that do not apply are None.

    Attributes:
        velocity: 0-127, of the note (for a release: the release velocity).
        current_mode: index of the active mode, from 0.
        mode: name of the active mode.
        timestamp: arrival, in milliseconds since the Unix epoch.
        note: 0-127.
        control: controller number, 0-127.
        value: 0-127; pitch bend 0-16383.
        channel: 0-15.
        port: name of the input port.
        event: the kind of trigger that fired: "note", "release", "cc", ...
        held: for a release, how long the note was down, in seconds.
        delta: for an encoder, the steps it moved.
        data: for an event of a plugin, the values that came with it, its name as "event".
    """

    velocity: int | None = None
    current_mode: int = 0
    mode: str = "Default"
    timestamp: int = 0
    note: int | None = None
    control: int | None = None
    value: int | None = None
    channel: int | None = None
    port: str = ""
    event: str = ""
    held: float | None = None
    delta: int | None = None
    data: Mapping[str, Any] | None = None


def control_key(data: bytes) -> int:
    """Return which control moved, as one number: kind (4 bits), channel (4 bits), number (7 bits).

    Pitch bend and channel pressure have number 0. A note-on with velocity 0 counts as a note-off.

    Returns:
        The key, or MALFORMED, SYSEX or SYSTEM (all negative) for anything but a channel message.
    """
    if len(data) == 3:
        status, number, value = data
        if number < 0x80 and value < 0x80:
            if _NOTE_ON_STATUS <= status < 0xA0:
                key = status << 7 | number
                return key if value else key - _NOTE_OFF_STEP
            if 0x80 <= status < 0xC0:
                return status << 7 | number
            if 0xE0 <= status < 0xF0:
                return status << 7
    return _other_key(data)


def _other_key(data: bytes) -> int:
    if not data:
        return MALFORMED
    status = data[0]
    if status == 0xF0:
        return SYSEX if data[-1] == 0xF7 and max(data[1:-1], default=0) < 0x80 else MALFORMED
    if max(data[1:], default=0) >= 0x80:
        return MALFORMED
    kind = status >> 4
    if len(data) == 2 and kind == PROGRAM_CHANGE:
        return status << 7 | data[1]
    if len(data) == 2 and kind == AFTERTOUCH:
        return status << 7
    return SYSTEM if _SYSTEM_LENGTHS.get(status) == len(data) else MALFORMED


def key_of(kind: int, channel: int, number: int) -> int:
    """Return the `control_key` of a control: kind 0x8-0xE, channel 0-15, number 0-127."""
    return (kind << 4 | channel) << 7 | number


def split_key(key: int) -> tuple[int, int, int]:
    """Return kind, channel and number of a `control_key`."""
    return key >> 11, key >> 7 & 0xF, key & 0x7F


def check_range(field: str, value: Any, low: int, high: int) -> int:
    """Return `value` if it is a whole number from `low` to `high`.

    Raises:
        InvalidValue: it is not; the text names the field, the value and the range.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidValue(f"{field} is {value!r}; allowed are whole numbers from {low} to {high}")
    return value


def no_field(kind: str, name: str, known: Sequence[str], others: Sequence[str] = ()) -> str:
    """Return that messages of a type have no such field, and which one was probably meant.

    Args:
        kind: mido's name of the type.
        name: what was written.
        known: the fields that it has.
        others: what else may have been meant.
    """
    meant = did_you_mean(near(name, (*known, *others)))
    return f"{kind} has no field {name!r:.80}; it has {', '.join(known) or 'none'}{meant}"


def message_bytes(message: Any, **fields: Any) -> bytes:
    """Return the bytes of an outgoing message.

    Args:
        message: a mido message type ("note_on", "control_change", ...) whose values are in
            `fields`, a `mido.Message`, or the bytes themselves (bytes, or a list of 0-255).
        fields: mido's attribute names and values: note=60, velocity=64, channel=0, ...

    Raises:
        InvalidValue: it is no complete MIDI message, or a value is out of its range.
    """
    if isinstance(message, str):
        return _built(message, fields)
    if fields:
        raise InvalidValue(f"{', '.join(fields)} only go with a message type such as 'note_on'")
    try:
        data = bytes(message.bytes() if hasattr(message, "bytes") else message)
    except Exception as error:
        raise InvalidValue(f"{message!r:.80} is no MIDI message: {error}") from None
    if isinstance(message, int) or control_key(data) == MALFORMED:
        raise InvalidValue(f"{data.hex(' ')[:80]!r} is not one complete MIDI message")
    return data


def _built(kind: str, fields: dict[str, Any]) -> bytes:
    import mido

    try:
        return bytes(mido.Message(kind, **fields).bytes())
    except (LookupError, TypeError, ValueError) as error:
        wrong = _what_is_wrong(kind, fields) or f"{kind!r:.80} with {fields!r:.200}: {error}"
        raise InvalidValue(wrong) from None


def _what_is_wrong(kind: str, fields: dict[str, Any]) -> str:
    """Return why there is no message of that type with those fields; "" where only mido knows."""
    from mido.messages.specs import SPEC_BY_TYPE

    if kind not in SPEC_BY_TYPE:
        there = ", ".join(SPEC_BY_TYPE)
        meant = did_you_mean(near(kind, SPEC_BY_TYPE))
        return f"{kind!r:.80} is no message type; there are: {there}{meant}"
    known = SPEC_BY_TYPE[kind]["value_names"]
    for name, value in fields.items():
        if name not in known:
            return no_field(kind, name, known)
        low, high = RANGES.get(name, (0, -1))
        if low <= high and not (isinstance(value, Integral) and low <= int(value) <= high):
            return f"{name} is {value!r:.80}; allowed are whole numbers from {low} to {high}"
    return ""
