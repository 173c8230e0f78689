"""Sending MIDI: fixed values, or those of the event that fired it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from midimon_live.actions.base import OK, Action, ActionHost, Outcome, Steps
from midimon_live.calling import explained
from midimon_live.curves import Fixed, VelocityMapping, check_velocity
from midimon_live.errors import InvalidValue
from midimon_live.events import (
    AFTERTOUCH,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PITCHWHEEL,
    POLYTOUCH,
    PROGRAM_CHANGE,
    RANGES,
    TriggerContext,
    check_range,
    no_field,
)
from midimon_live.show import did_you_mean, near

PASS = "pass"  # noqa: S105 - a word of the user's, no password
_ON, _OFF = 100, 64  # velocities where the event has none
_LONGEST_MS = 3_600_000
_AS_ALWAYS = Fixed(_ON)

TYPES: dict[str, tuple[int, tuple[str, ...]]] = {
    "note_on": (NOTE_ON, ("note", "velocity")),
    "note_off": (NOTE_OFF, ("note", "velocity")),
    "polytouch": (POLYTOUCH, ("note", "value")),
    "control_change": (CONTROL_CHANGE, ("control", "value")),
    "program_change": (PROGRAM_CHANGE, ("program",)),
    "aftertouch": (AFTERTOUCH, ("value",)),
    "pitchwheel": (PITCHWHEEL, ("pitch",)),
}
"""mido's message types: the kind in the status byte, and the fields."""

_SAME = {
    "noteon": "note_on",
    "noteoff": "note_off",
    "cc": "control_change",
    "controlchange": "control_change",
    "programchange": "program_change",
    "pc": "program_change",
    "pitchbend": "pitchwheel",
    "pitch_bend": "pitchwheel",
    "pb": "pitchwheel",
    "at": "aftertouch",
    "channel_pressure": "aftertouch",
    "channelpressure": "aftertouch",
    "polypressure": "polytouch",
    "poly_pressure": "polytouch",
    "poly_aftertouch": "polytouch",
    "polyaftertouch": "polytouch",
    "polyphonicaftertouch": "polytouch",
}
_FIELD_SAME = {"controller": "control", "cc": "control", "pressure": "value"}
_DEFAULTS: dict[str, Any] = {
    "note": 60,
    "control": 0,
    "value": 0,
    "program": 0,
    "pitch": 0,
}

Number = int | str


@dataclass(frozen=True, slots=True)
class SendMidi(Action):
    """Send one message; a note with a duration, or until the release, is ended by itself.

    Attributes:
        type: one of `TYPES`.
        first: note, control or program, or "pass"; 0 where the type has none.
        value: value or pitch, or "pass"; unused for notes.
        velocity: for notes.
        channel: 0-15, or "pass".
        port: a part of an output's name; None is the session's default.
        duration_ms: for how long a note sounds; None leaves the note-off to somebody else.
        until_release: whether a note ends when the control that fired it is let go.
    """

    type: str
    first: Number = 0
    value: Number = 0
    velocity: VelocityMapping = _AS_ALWAYS
    channel: Number = 0
    port: str | None = None
    duration_ms: float | None = None
    until_release: bool = False

    def run(self, host: ActionHost, context: TriggerContext) -> Outcome | Steps:
        data = self.message(context)
        if self.duration_ms is not None and data[2]:
            return self._for_a_while(host, data)
        if self.until_release and data[2]:
            host.on_release(context, self, host.hold_note(data, self.port))
            return OK
        host.send(data, self.port)
        return OK

    def lack(self, kinds: Collection[int]) -> str:
        """Return what it is to pass on and messages of these kinds never have, or ""."""
        what = TYPES[self.type][1][0]
        having = {"note": (NOTE_ON, NOTE_OFF, POLYTOUCH), "control": (CONTROL_CHANGE,)}
        if self.first != PASS or what not in having or set(having[what]) & set(kinds):
            return ""
        return f'{what}="pass" passes on the {what}, and what fires this has none; give a number'

    def message(self, context: TriggerContext) -> bytes:
        """Return the bytes to send for an event.

        Raises:
            InvalidValue: it passes something on that the event does not have.
        """
        kind = TYPES[self.type][0]
        channel = self._channel(context)
        status = kind << 4 | channel
        if kind in (NOTE_ON, NOTE_OFF):
            return bytes((status, self._note(context), self._velocity(context, kind)))
        if kind == PROGRAM_CHANGE:
            program = _seven_bits(context) if self.first == PASS else self.first
            return bytes((status, int(program)))
        if kind == AFTERTOUCH:
            return bytes((status, self._value(context)))
        if kind == PITCHWHEEL:
            bend = _fourteen_bits(context) if self.value == PASS else int(self.value) + 8192
            return bytes((status, bend & 0x7F, bend >> 7))
        first = self._note(context) if kind == POLYTOUCH else self._control(context)
        return bytes((status, first, self._value(context)))

    def _for_a_while(self, host: ActionHost, data: bytes) -> Steps:
        end = host.hold_note(data, self.port)
        try:
            yield (self.duration_ms or 0) / 1000
        finally:
            end()
        return OK

    def _channel(self, context: TriggerContext) -> int:
        return int(self.channel) if self.channel != PASS else context.channel or 0

    def _note(self, context: TriggerContext) -> int:
        return _passed("note", context.note) if self.first == PASS else int(self.first)

    def _control(self, context: TriggerContext) -> int:
        return _passed("control", context.control) if self.first == PASS else int(self.first)

    def _value(self, context: TriggerContext) -> int:
        return _seven_bits(context) if self.value == PASS else int(self.value)

    def _velocity(self, context: TriggerContext, kind: int) -> int:
        fallback = _ON if kind == NOTE_ON else _OFF
        hit = context.velocity if context.velocity is not None else context.value
        if hit is None or context.event == "pitch_bend":
            hit = fallback
        velocity = self.velocity(hit)
        # a curve must not turn a soft hit into a note-off
        return (
            max(velocity, 1) if kind == NOTE_ON and hit and self.velocity != Fixed(0) else velocity
        )

    def __str__(self) -> str:
        fields = TYPES[self.type][1]
        words = [f"send {self.type}"]
        if fields[0] in ("note", "control", "program"):
            words.append(str(self.first))
        if "velocity" in fields:
            words.append(f"velocity {self.velocity}")
        elif fields[-1] in ("value", "pitch"):
            words.append(str(self.value))
        words += [f"{self.duration_ms:g} ms"] if self.duration_ms is not None else []
        words += ["until release"] if self.until_release else []
        words += [f"to {self.port}"] if self.port else []
        return " ".join(words)


def _passed(what: str, value: int | None) -> int:
    if value is None:
        raise InvalidValue(
            f'{what}="pass" passes on the {what} of the event, and this event has none; '
            "give a number"
        )
    return value


def _source(context: TriggerContext) -> int:
    value = context.value if context.value is not None else context.velocity
    return _passed("value", value)


def _seven_bits(context: TriggerContext) -> int:
    value = _source(context)
    return value >> 7 if context.event == "pitch_bend" else value


def _fourteen_bits(context: TriggerContext) -> int:
    """Return 0-16383; 7 bits are stretched so that 64 is the centre and 127 the end."""
    value = _source(context)
    if context.event == "pitch_bend":
        return value
    return 8192 + (value - 64) * 8191 // 63 if value > 64 else value << 7


@explained
def send(
    message: str,
    /,
    *,
    channel: int | str = 0,
    port: str | None = None,
    duration_ms: float | None = None,
    until_release: bool = False,
    **fields: Any,
) -> SendMidi:
    """Send a MIDI message: `send("note_on", note=60, velocity="pass", port="Synth")`.

    Args:
        message: mido's type: note_on, note_off, control_change, program_change, pitchwheel,
            aftertouch, polytouch; MIDIMon's names for them (CC, PitchBend, ...) are understood.
        channel: 0-15, or "pass": that of the event.
        port: an output's name or a part of it; `midi.output` without.
        duration_ms: for a note_on: send its note-off after so many milliseconds, up to an hour.
        until_release: for a note_on: send its note-off when the control that fired is let go.
        fields: of the type: note (60 by default), control, value, program: 0-127; pitch: -8192 to
            8191; velocity: 0-127, "pass", or a curve (`midimon_live.curves`); each but velocity
            and program can be "pass" as well, and program too: that of the event.

    Raises:
        InvalidValue: a value is out of range, or the type has no such field.
    """
    kind = _type(message)
    known = TYPES[kind][1]
    _check_names(kind, fields)
    given = {_FIELD_SAME.get(name, name): value for name, value in fields.items()}
    values = {name: _number(name, given.get(name, _DEFAULTS.get(name, 0))) for name in known[:1]}
    last = known[-1] if known[-1] in ("value", "pitch") else None
    _check_end(kind, duration_ms, until_release=until_release)
    if port is not None and not (isinstance(port, str) and port.strip()):
        raise InvalidValue(f"port is {port!r:.80}; allowed is an output's name, or a part of it")
    return SendMidi(
        type=kind,
        first=values[known[0]] if known[0] not in ("value", "pitch") else 0,
        value=0 if last is None else _number(last, given.get(last, 0)),
        velocity=check_velocity(given.get("velocity", _ON if kind == "note_on" else _OFF)),
        channel=PASS if channel == PASS else check_range("channel", channel, 0, 15),
        port=port,
        duration_ms=None if duration_ms is None else float(duration_ms),
        until_release=bool(until_release),
    )


def message_type(message: Any) -> str | None:
    """Return mido's type for a name of it, in any spelling; None when there is none."""
    word = str(message).strip().lower().replace("-", "_").replace(" ", "_")
    word = _SAME.get(word, _SAME.get(word.replace("_", ""), word))
    return word if word in TYPES else None


def _type(message: Any) -> str:
    word = message_type(message)
    if word is None:
        word = str(message).lower()
        meant = near(word, [*TYPES, *_SAME])
        hint = did_you_mean(_SAME.get(meant, meant))
        if not isinstance(message, str):
            hint = '; write the type first, and the rest by name: send("note_on", note=60)'
        raise InvalidValue(
            f"{message!r:.80} is no message type; there are: {', '.join(TYPES)}{hint}"
        )
    return word


def _check_names(kind: str, fields: Collection[str]) -> None:
    """Raise InvalidValue for a field that the type does not have."""
    known = TYPES[kind][1]
    others = ("channel", "port", *(("duration_ms", "until_release") if kind == "note_on" else ()))
    for name in fields:
        if _FIELD_SAME.get(name, name) not in known:
            raise InvalidValue(no_field(kind, name, known, others))


def _number(field: str, value: Any) -> Number:
    if value == PASS:
        return PASS
    return check_range(field, value, *RANGES[field])


def _check_end(kind: str, duration_ms: Any, *, until_release: bool) -> None:
    if (duration_ms is not None or until_release) and kind != "note_on":
        raise InvalidValue(f"only note_on can be ended by itself, {kind} can not")
    if duration_ms is not None and until_release:
        raise InvalidValue("give duration_ms or until_release, not both")
    if duration_ms is not None:
        number = isinstance(duration_ms, (int, float)) and not isinstance(duration_ms, bool)
        if not number or not 0 < duration_ms <= _LONGEST_MS:
            raise InvalidValue(
                f"duration_ms is {duration_ms!r}; allowed are more than 0, up to {_LONGEST_MS}"
            )
