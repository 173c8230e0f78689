"""Sending: the ledger of what sounds, silence, outputs that fail."""

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import ActionPlugin, Capability, note
from midimon_live.errors import PortClosed, PortNotFound
from midimon_live.outputs import Ledger, Output, Outputs
from midimon_live.testing import press, released, session, turn


class Port:
    """An output that keeps what it is sent, until it breaks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[bytes] = []
        self.broken = False
        self.closed = 0

    def send(self, data: bytes) -> None:
        """Keep a message, or fail."""
        if self.broken:
            raise PortClosed(f"{self.name} is gone")
        self.sent.append(data)

    def close(self) -> None:
        """Count that it was closed."""
        self.closed += 1


class Rack:
    """Outputs "A synth" and "B synth", and how often each was opened."""

    def __init__(self) -> None:
        self.opened: list[Port] = []
        self.outputs = Outputs(self.find, "A synth")

    def find(self, wanted: str) -> Output:
        """Open the output whose name contains `wanted`, once."""
        name = next((one for one in ("A synth", "B synth") if wanted in one), None)
        if name is None:
            raise PortNotFound(f"no output is called {wanted!r}")
        if opened := self.outputs.opened(name):
            return opened
        self.opened.append(Port(name))
        return Output(name, self.opened[-1])


NOTE_ON, NOTE_OFF = b"\x90\x24\x64", b"\x80\x24\x40"


def test_output_opens_when_first_used() -> None:
    """Once, and only the one that was asked for."""
    rack = Rack()
    assert rack.opened == []
    rack.outputs.send(NOTE_ON)
    rack.outputs.send(NOTE_OFF)
    assert [port.sent for port in rack.opened] == [[NOTE_ON, NOTE_OFF]]


def test_output_is_the_same_when_named_by_a_part_or_whole() -> None:
    """A name, a part of it and the default lead to one port."""
    rack = Rack()
    names = {rack.outputs.send(NOTE_ON, wanted) for wanted in (None, "A", "A synth")}
    assert names == {"A synth"}
    assert len(rack.opened) == 1


def test_sending_raises_when_no_output_fits() -> None:
    """And opens none."""
    rack = Rack()
    with pytest.raises(PortNotFound):
        rack.outputs.send(NOTE_ON, "C")
    assert rack.outputs.names() == []


def test_output_is_opened_anew_when_its_device_was_gone() -> None:
    """The failing call says so; the next one looks for the device again."""
    rack = Rack()
    rack.outputs.send(NOTE_ON)
    rack.opened[0].broken = True
    with pytest.raises(PortClosed, match="A synth is gone"):
        rack.outputs.send(NOTE_ON)
    rack.outputs.send(NOTE_OFF)
    assert rack.opened[1].sent == [NOTE_OFF]


def test_silence_ends_exactly_what_sounds() -> None:
    """One note-off for each sounding note of each output, and nothing for ended ones."""
    rack = Rack()
    for data in (NOTE_ON, b"\x91\x30\x01", b"\x90\x25\x10", b"\x90\x25\x00"):
        rack.outputs.send(data)
    rack.outputs.send(b"\x9f\x7f\x7f", "B")
    assert rack.outputs.silence() == []
    assert rack.opened[0].sent[4:] == [b"\x80\x24\x40", b"\x81\x30\x40"]
    assert rack.opened[1].sent[1:] == [b"\x8f\x7f\x40"]
    assert rack.outputs.sounding() == 0


def test_silence_is_thorough_when_asked() -> None:
    """Sustain, all notes and all sound off on all 16 channels, after the note-offs."""
    rack = Rack()
    rack.outputs.send(NOTE_ON)
    rack.outputs.silence(thoroughly=True)
    ending = {(data[0] & 0xF, data[1], data[2]) for data in rack.opened[0].sent[2:]}
    assert rack.opened[0].sent[1] == NOTE_OFF
    assert ending == {(channel, number, 0) for channel in range(16) for number in (64, 120, 123)}


def test_silence_reaches_the_others_when_one_output_fails() -> None:
    """The failure is reported, not raised."""
    rack = Rack()
    for name in ("A", "B"):
        rack.outputs.send(NOTE_ON, name)
    rack.opened[0].broken = True
    assert rack.outputs.silence() == ["A synth is gone"]
    assert rack.opened[1].sent == [NOTE_ON, NOTE_OFF]


def test_panic_says_what_it_could_not_reach() -> None:
    """As its answer and as a notice in the status."""
    with session() as midi:
        midi.send("note_on", note=36)
        midi.virtual.close()
        (failure,) = midi.panic()
        assert "Virtual is closed" in failure
        assert f"panic: {failure}" in repr(midi.status())


def test_message_is_not_in_the_ledger_when_it_could_not_be_sent() -> None:
    """What never sounded needs no end."""
    rack = Rack()
    output = rack.outputs.get("A")
    rack.opened[0].broken = True
    with pytest.raises(PortClosed):
        output.send(NOTE_ON)
    assert rack.outputs.sounding() == 0


def test_closing_ends_the_notes_and_then_the_ports() -> None:
    """Once; closing again is harmless."""
    rack = Rack()
    rack.outputs.send(NOTE_ON)
    rack.outputs.close()
    rack.outputs.close()
    assert (rack.opened[0].sent, rack.opened[0].closed) == ([NOTE_ON, NOTE_OFF], 1)
    assert rack.outputs.names() == []


def test_forgotten_output_is_not_silenced() -> None:
    """Its device is gone: nothing is sent there any more."""
    rack = Rack()
    rack.outputs.send(NOTE_ON)
    rack.outputs.forget("A synth")
    assert rack.outputs.sounding() == 0
    rack.outputs.silence(thoroughly=True)
    assert rack.opened[0].sent == [NOTE_ON]


def test_added_output_is_the_open_one_when_the_name_is_taken() -> None:
    """Two callers that open the same port share it, and its ledger."""
    rack = Rack()
    first = rack.outputs.get("A")
    assert rack.outputs.add(Output("A synth", Port("A synth"))) is first


@pytest.mark.parametrize("control", [120, 123])
def test_ledger_forgets_a_channel_when_all_of_it_is_ended(control: int) -> None:
    """By the user's own message; other channels sound on."""
    ledger = Ledger()
    for data in (b"\x90\x24\x64", b"\x91\x24\x64", bytes((0xB0, control, 0))):
        ledger.heard(data)
    assert ledger.note_offs() == [b"\x81\x24\x40"]


def test_ledger_counts_a_note_once_when_it_is_begun_twice() -> None:
    """One note-off ends it."""
    ledger = Ledger()
    ledger.heard(NOTE_ON)
    ledger.heard(NOTE_ON)
    assert len(ledger) == 1


NUMBERS, CHANNELS = st.integers(0, 3), st.integers(0, 1)
SENT = st.one_of(
    st.builds(press, NUMBERS, st.integers(0, 1), channel=CHANNELS),
    st.builds(released, NUMBERS, channel=CHANNELS),
    st.builds(turn, st.sampled_from([64, 120, 123]), st.integers(0, 127), channel=CHANNELS),
)


def left_sounding(messages: list[mido.Message]) -> set[tuple[int, int]]:
    """Return channel and note of what a synthesizer would still play."""
    sounding = set()
    for one in messages:
        if one.type == "note_on" and one.velocity:
            sounding.add((one.channel, one.note))
        elif one.type in ("note_on", "note_off"):
            sounding.discard((one.channel, one.note))
        elif one.type == "control_change" and one.control in (120, 123):
            sounding = {pair for pair in sounding if pair[0] != one.channel}
    return sounding


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(SENT, max_size=30))
def test_nothing_sounds_after_silence_whatever_was_sent(messages: list[mido.Message]) -> None:
    """Played to a model of a synthesizer: before, it agrees with the ledger; after, it is quiet."""
    rack = Rack()
    for message in messages:
        rack.outputs.send(bytes(message.bytes()))
    assert rack.outputs.sounding() == len(left_sounding(messages))
    rack.outputs.silence()
    heard = [mido.Message.from_bytes(data) for port in rack.opened for data in port.sent]
    assert left_sounding(heard) == set()


def test_panic_ends_what_a_plugin_began() -> None:
    """Its held note gets its note-off at once."""

    class Drone(ActionPlugin):
        capabilities = frozenset({Capability.MIDI})

        def execute(self, params, context):
            self.host.send("note_on", note=50, velocity=1)

    with session() as midi:
        midi.map(note(36), Drone)
        midi.play(press(36))
        assert midi.panic() == []
        assert midi.sent[:2] == [press(50, 1), released(50, 64)]
