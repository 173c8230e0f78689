"""Which binding of RtMidi is taken, and that both behave alike from there on."""

import sys
from types import ModuleType
from typing import Any

import pytest

from midimon_live.backends.driver import load_driver
from midimon_live.backends.rtmidi import RtMidiOutput
from midimon_live.errors import BackendUnavailable, PortClosed


class Refused(Exception):
    """What the binding raises."""


class Client:
    """A stand-in for a client of supriya-midi."""

    def __init__(self, api: int, client_name: str, queue_size_limit: int = 1024) -> None:
        self.made = (api, client_name, queue_size_limit)

    def get_ports(self) -> list[str]:
        """Fail where the system does not answer, as making one does not."""
        if self.made[0] == 3:
            raise Refused("no server")
        return []


def binding(name: str, **members: Any) -> ModuleType:
    """Return a module that looks like a binding."""
    module = ModuleType(name)
    module.__file__ = f"/nowhere/{name}/__init__.py"
    vars(module).update(
        MidiIn=Client,
        MidiOut=Client,
        RtMidiError=Refused,
        get_api_name=str,
        get_api_display_name=str,
        **members,
    )
    return module


@pytest.fixture
def only_supriya(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python-rtmidi is not installed."""
    module = binding("supriya_midi", get_compiled_apis=lambda: [2, 3])
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    monkeypatch.setitem(sys.modules, "supriya_midi", module)


def test_python_rtmidi_is_taken_where_both_are(
    monkeypatch: pytest.MonkeyPatch, only_supriya: None
) -> None:
    """It is the one that was measured longest."""
    module = binding("rtmidi", get_compiled_api=lambda: [7])
    monkeypatch.setitem(sys.modules, "rtmidi", module)
    assert load_driver().get_compiled_api() == [7]


def test_supriya_midi_takes_its_place(only_supriya: None) -> None:
    """Clients are made by the same words."""
    found = load_driver()
    assert found.get_compiled_api() == [2, 3]
    assert found.MidiIn(2, "in", queue_size_limit=5).made == (2, "in", 5)


def test_a_system_that_does_not_answer_is_noticed_at_once(only_supriya: None) -> None:
    """Making a client only warns there; that must not look like an answer."""
    found = load_driver()
    with pytest.raises(found.errors, match="no server"):
        found.MidiOut(3, "out")


def test_a_binding_that_does_not_load_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where libasound is missing; and what to do."""
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    monkeypatch.setitem(sys.modules, "supriya_midi", None)
    with pytest.raises(BackendUnavailable, match="midimon-live doctor says what to install"):
        load_driver()


def test_what_the_binding_raises_on_sending_is_a_closed_port() -> None:
    """A server that has gone is no traceback in a cell."""

    class Gone:
        def send_message(self, data: bytes) -> None:
            raise Refused("the server has shut down")

    output = RtMidiOutput("Synth", Gone(), lambda _size: True, (Refused,))
    with pytest.raises(PortClosed, match="Synth does not take messages: the server has shut down"):
        output.send(b"\x90\x01\x01")
