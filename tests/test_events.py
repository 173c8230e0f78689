"""How bytes are read, and built."""

import re

import mido
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midimon_live.errors import InvalidValue
from midimon_live.events import (
    MALFORMED,
    NOTE_OFF,
    NOTE_ON,
    SYSEX,
    SYSTEM,
    MidiEvent,
    check_range,
    control_key,
    key_of,
    message_bytes,
    split_key,
)

SEVEN_BITS = st.integers(0, 127)
KINDS = {
    "note_off": 0x8,
    "note_on": 0x9,
    "polytouch": 0xA,
    "control_change": 0xB,
    "program_change": 0xC,
    "aftertouch": 0xD,
    "pitchwheel": 0xE,
}
# what arrives in practice: mostly a status byte and the right number of data bytes
NEARLY_MIDI = st.binary(max_size=6) | st.builds(
    lambda status, data: bytes([status, *data]),
    st.integers(0x80, 0xFF),
    st.lists(SEVEN_BITS | st.integers(0, 255), max_size=3),
)


def expected_key(data: bytes) -> int:
    """Return the key that mido's parser and the specification give."""
    try:
        message = mido.Message.from_bytes(data)
    except (ValueError, IndexError):  # the latter for a pitch bend that is cut short
        return MALFORMED
    if len(message.bytes()) != len(data):  # mido does not mind a pitch bend that is too long
        return MALFORMED
    if message.type == "sysex":
        return SYSEX
    if message.type not in KINDS:
        return SYSTEM
    kind = KINDS[message.type]
    if kind == NOTE_ON and message.velocity == 0:
        kind = NOTE_OFF
    names = ("note", "control", "program")
    number = next((getattr(message, name) for name in names if hasattr(message, name)), 0)
    return key_of(kind, message.channel, number)


@settings(derandomize=True, deadline=None, max_examples=2000)
@given(NEARLY_MIDI)
@example(b"")
@example(b"\xf0\xf7")
@example(b"\xf0")
@example(b"\xf0\x01\xf8\xf7")
@example(b"\x90\x24\x00")
def test_control_key_agrees_with_mido_on_any_bytes(data: bytes) -> None:
    """No bytes make it raise, and each kind of message is told apart exactly."""
    assert control_key(data) == expected_key(data)


@settings(derandomize=True, deadline=None)
@given(st.integers(0x8, 0xE), st.integers(0, 15), SEVEN_BITS)
def test_split_key_undoes_key_of(kind: int, channel: int, number: int) -> None:
    """Kind, channel and number come back from the key."""
    assert split_key(key_of(kind, channel, number)) == (kind, channel, number)


def test_control_key_is_a_release_when_velocity_is_zero() -> None:
    """Note-on with velocity 0 and note-off are the same control."""
    assert control_key(b"\x93\x24\x00") == control_key(b"\x83\x24\x40") == key_of(NOTE_OFF, 3, 36)


@pytest.mark.parametrize("status", [0xE5, 0xD5])
def test_control_key_ignores_the_value_when_there_is_no_number(status: int) -> None:
    """Pitch bend and channel pressure are one control per channel."""
    data = bytes((status, 9, 9)) if status == 0xE5 else bytes((status, 9))
    assert split_key(control_key(data)) == (status >> 4, 5, 0)


@pytest.mark.parametrize("data", [b"\xf8", b"\xfe", b"\xf2\x00\x01", b"\xf1\x10", b"\xf6"])
def test_control_key_is_system_when_no_channel_is_meant(data: bytes) -> None:
    """Clock, active sensing and song position are complete, and no control."""
    assert control_key(data) == SYSTEM


@pytest.mark.parametrize("data", [b"\x90\x24", b"\x24\x24\x24", b"\xf4", b"\xb0\x07\x80", b"\xf7"])
def test_control_key_is_malformed_when_bytes_are_wrong(data: bytes) -> None:
    """Too short, without a status, undefined, with a status inside, and an end alone."""
    assert control_key(data) == MALFORMED


def test_event_builds_its_message_when_looked_at() -> None:
    """The bytes become a `mido.Message` on demand."""
    event = MidiEvent(0.0, "Virtual", b"\x99\x24\x64", 1)
    assert event.message == mido.Message("note_on", channel=9, note=36, velocity=100)


def test_event_raises_when_its_bytes_are_no_message() -> None:
    """A malformed event is kept, but has no message to show."""
    with pytest.raises(ValueError, match="byte"):
        _ = MidiEvent(0.0, "Virtual", b"\x99\xff", 1).message


@pytest.mark.parametrize("value", [-1, 128, 1.0, "1", None, True])
def test_check_range_refuses_when_value_is_outside(value: object) -> None:
    """The text names the field, what was found, and what is allowed."""
    with pytest.raises(
        InvalidValue, match=r"^note is .*; allowed are whole numbers from 0 to 127$"
    ):
        check_range("note", value, 0, 127)


@pytest.mark.parametrize("value", [0, 127])
def test_check_range_returns_the_value_at_both_ends(value: int) -> None:
    """Both ends belong to the range."""
    assert check_range("note", value, 0, 127) == value


@pytest.mark.parametrize(
    "message",
    [mido.Message("note_on", note=36, velocity=100), b"\x90\x24\x64", [0x90, 36, 100]],
    ids=["mido", "bytes", "list"],
)
def test_message_bytes_takes_whole_messages(message: object) -> None:
    """A mido message, bytes and a list of numbers mean the same."""
    assert message_bytes(message) == b"\x90\x24\x64"


def test_message_bytes_builds_when_given_a_type_and_fields() -> None:
    """The words of mido are the words of `send`."""
    data = message_bytes("pitchwheel", channel=2, pitch=-8192)
    assert data == b"\xe2\x00\x00"


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("note_on", {"note": 128}, "note is 128; allowed are whole numbers from 0 to 127"),
        ("note_on", {"note": "loud"}, "note is 'loud'; allowed are whole numbers from 0 to 127"),
        ("note_on", {"channel": 16}, "channel is 16; allowed are whole numbers from 0 to 15"),
        ("note_on", {"colour": 1}, "note_on has no field 'colour'; it has channel, note, velocity"),
        ("note_on", {"vel": 1}, "did you mean velocity?"),
        ("note", {"note": 1}, "did you mean note_on?"),
        ("pitchwheel", {"pitch": 8192}, "allowed are whole numbers from -8192 to 8191"),
        ("songpos", {"pos": -1}, "'songpos' with {'pos': -1}"),
    ],
)
def test_message_bytes_refuses_when_a_field_is_wrong(
    kind: str, fields: dict[str, object], said: str
) -> None:
    """The text has what was found, what is allowed, and what may be meant."""
    with pytest.raises(InvalidValue, match=re.escape(said)):
        message_bytes(kind, **fields)


@pytest.mark.parametrize(
    "message", [b"", b"\x90", b"\x24", b"\x90\x24\x64\x90", [300], None, 5, 1.5, object()]
)
def test_message_bytes_refuses_when_it_is_no_single_message(message: object) -> None:
    """Nothing incomplete, doubled or foreign gets to a port."""
    with pytest.raises(InvalidValue, match="MIDI message"):
        message_bytes(message)


def test_message_bytes_refuses_fields_beside_a_whole_message() -> None:
    """Fields that would be ignored are an error."""
    with pytest.raises(InvalidValue, match="note only go with a message type"):
        message_bytes(b"\x90\x24\x64", note=5)
