"""The port inside this process."""

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live.backends import open_backend
from midimon_live.backends.virtual import VirtualBackend, VirtualPort
from midimon_live.clock import ManualClock
from midimon_live.errors import BackendUnavailable, InvalidValue, PortClosed, PortNotFound
from midimon_live.testing import press, released, session, turn


def port() -> VirtualPort:
    """Return an open port whose clock stands at 2 seconds."""
    return VirtualPort("Virtual", ManualClock(start=2.0))


def test_played_messages_are_polled_once_in_order_with_their_moment() -> None:
    """Stamped when they were played."""
    clock = ManualClock()
    played = VirtualPort("Virtual", clock)
    played.press(36)
    clock.move_to(1.5)
    played.release(36)
    assert played.poll() == [(0.0, b"\x90\x24\x64"), (1.5, b"\x80\x24\x40")]
    assert played.poll() == []


@pytest.mark.parametrize(
    ("play", "message"),
    [
        (lambda one: one.press(36, 99, channel=9), press(36, 99, channel=9)),
        (lambda one: one.release(36, 7, channel=9), released(36, 7, channel=9)),
        (lambda one: one.turn(7, 65, channel=3), turn(7, 65, channel=3)),
        (lambda one: one.play("pitchwheel", pitch=-1), mido.Message("pitchwheel", pitch=-1)),
        (lambda one: one.play(press(1)), press(1)),
        (lambda one: one.play(bytearray(b"\xf8")), mido.Message("clock")),
    ],
)
def test_gestures_arrive_as_their_messages(play, message: mido.Message) -> None:
    """Like hardware's bytes."""
    played = port()
    play(played)
    assert [bytes(one.data) for one in played.poll()] == [bytes(message.bytes())]


@pytest.mark.parametrize(
    "play",
    [
        lambda one: one.press(128),
        lambda one: one.press(36, velocity=0),
        lambda one: one.press(36, channel=16),
        lambda one: one.release(-1),
        lambda one: one.turn(7, 128),
        lambda one: one.play("note_on", note=1.5),
        lambda one: one.play("nothing"),
        lambda one: one.play(None),
    ],
)
def test_impossible_gestures_are_refused(play) -> None:
    """Nothing arrives."""
    played = port()
    with pytest.raises(InvalidValue):
        play(played)
    assert played.poll() == []


def test_sent_messages_are_kept_as_mido_messages_until_cleared() -> None:
    """Oldest first."""
    heard = port()
    heard.send(b"\x90\x24\x64")
    heard.send(b"\xb0\x07\x01")
    assert heard.sent == [press(36), turn(7, 1)]
    heard.clear()
    assert heard.sent == []


def test_oldest_sent_messages_are_forgotten_when_there_are_many() -> None:
    """10,000 are kept."""
    heard = port()
    for number in range(10_050):
        heard.send(bytes((0xB0, number % 100, 0)))
    assert (len(heard.sent), heard.sent[0].control) == (10_000, 50)


def test_arrival_is_announced_on_the_playing_thread() -> None:
    """After it can be polled."""
    played, seen = port(), []
    played.announce_to(lambda: seen.append(played.poll()))
    played.press(36)
    assert seen == [[(2.0, b"\x90\x24\x64")]]


def test_closed_port_refuses_and_announces_no_more() -> None:
    """Both ways; closing again is harmless."""
    ended = port()
    ended.close()
    ended.close()
    for act in (lambda: ended.press(36), lambda: ended.send(b"\xf8")):
        with pytest.raises(PortClosed, match="Virtual is closed"):
            act()


def test_port_says_what_it_holds() -> None:
    """In a notebook, for example."""
    heard = port()
    heard.send(b"\xf8")
    assert repr(heard) == "<VirtualPort 'Virtual': 1 messages sent to it>"


def test_backend_has_only_the_ports_that_were_made() -> None:
    """Opening one that is not there is an error."""
    backend = VirtualBackend(ManualClock(), lambda: None)
    with pytest.raises(PortNotFound, match="'Pad'; create it first"):
        backend.open_input("Pad")
    made = backend.open_input("Pad", virtual=True)
    assert backend.open_output("Pad") is made
    assert backend.inputs() == backend.outputs() == ["Pad"]


def test_backend_makes_a_port_anew_when_it_was_closed() -> None:
    """The closed one stays closed."""
    backend = VirtualBackend(ManualClock(), lambda: None)
    first = backend.open_input("Pad", virtual=True)
    first.close()
    assert backend.inputs() == []
    second = backend.open_input("Pad", virtual=True)
    assert (first.open, second.open) == (False, True)


def test_backend_rings_for_each_of_its_ports() -> None:
    """Whichever is played."""
    rings = []
    backend = VirtualBackend(ManualClock(), lambda: rings.append(1))
    for name in ("A", "B"):
        backend.open_input(name, virtual=True).press(36)
    assert len(rings) == 2


def test_backend_closes_all_ports() -> None:
    """And lives as long as the process."""
    backend = VirtualBackend(ManualClock(), lambda: None)
    opened = [backend.open_input(name, virtual=True) for name in "AB"]
    backend.close()
    backend.close()
    assert not any(one.open for one in opened)
    assert backend.alive()


def test_backend_is_found_by_its_name() -> None:
    """The same table as for hardware; it has no systems to choose from."""
    opened = open_backend("virtual", ManualClock(), lambda: None)
    assert isinstance(opened, VirtualBackend)
    with pytest.raises(BackendUnavailable, match="knows no 'alsa'"):
        open_backend("virtual/alsa", ManualClock(), lambda: None)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.binary(max_size=8), max_size=20))
def test_any_bytes_can_be_fed_and_each_piece_is_counted_as_one_event(pieces: list[bytes]) -> None:
    """No piece raises, none is split, joined, lost or changed."""
    with session() as midi:
        for piece in pieces:
            midi.virtual.feed(piece)
        assert [trace.event.data for trace in midi.traces()] == pieces


def test_what_is_sent_is_told_as_it_is_sent() -> None:
    """Whoever shows lights needs no second look at 10,000 messages."""
    told: list[bytes] = []
    played = port()
    played.send(b"\x90\x24\x64")
    played.told = told.append
    played.send(b"\x80\x24\x40")
    assert told == [b"\x80\x24\x40"]
    assert played.kept() == [b"\x90\x24\x64", b"\x80\x24\x40"]
