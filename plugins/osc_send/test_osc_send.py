"""Against a real socket on this machine."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pythonosc.osc_message import OscMessage

from midimon_live import cc, note, plugin
from midimon_live.testing import plugin_session, press, turn

HERE = Path(__file__).parent


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    """A socket that listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)
        yield ear


def test_messages_are_heard(ear: socket.socket) -> None:
    """With the event's numbers, shares of them, and what was written."""
    port = ear.getsockname()[1]
    with plugin_session(HERE) as midi:
        args = ["velocity", "velocity/127", 7, 0.5, "'left'", "word"]
        midi.map(note(36), plugin("osc_send", address="/pad", args=args, port=port))
        midi.map(cc(1), plugin("osc_send", address="/knob", port=port))
        midi.play(press(36, velocity=127), turn(1, 64))
        assert midi.plugins.get_stats("osc_send").last_error == ""
    pad, knob = OscMessage(ear.recv(1000)), OscMessage(ear.recv(1000))
    assert (pad.address, pad.params) == ("/pad", [127, 1.0, 7, 0.5, "left", "word"])
    assert (knob.address, knob.params) == ("/knob", [64])


def test_an_address_begins_with_a_slash() -> None:
    """Anything else is refused."""
    with plugin_session(HERE) as midi:
        midi.map(note(36), plugin("osc_send", address="pad"))
        midi.play(press(36))
        assert "begins with /" in midi.plugins.get_stats("osc_send").last_error
