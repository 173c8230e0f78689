"""Sessions on a real JACK server: devices that come and go, a server that dies, many ports."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midimon_live import cc, note, release
from midimon_live.errors import PortNotFound
from midimon_live.sessions import Session
from tests.support.far import jack_in, jack_out
from tests.support.jack import JackServer

pytestmark = pytest.mark.jack


def until(condition: Callable[[], object], seconds: float = 8) -> bool:
    """Wait for a condition; True once it holds."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def far_output(name: str) -> Any:
    """A device that plays."""
    port = jack_out(name)
    port.open_virtual_port("play")
    return port


def far_input(name: str) -> Any:
    """A device that listens."""
    port = jack_in(name)
    port.open_virtual_port("record")
    return port


def unplug(port: object) -> None:
    """Take a device away; without `delete` the server would keep its client."""
    port.close_port()
    port.delete()


def received(port: Any) -> list[bytes]:
    """What a listening device has heard since the last call."""
    got = []
    while (message := port.get_message()) is not None:
        got.append(bytes(message[0]))
    return got


@pytest.fixture
def midi(jack: JackServer) -> Session:
    """A session with threads, on JACK."""
    session = Session(backend="rtmidi/jack")
    yield session
    session.close()


def test_connect_by_part_of_a_name_and_by_number(midi: Session) -> None:
    """And a wrong name lists what there is."""
    pads = far_output("Pads")
    assert midi.connect("pads") == "Pads:play"
    index = next(i for i in range(9) if "Pads" in midi.ports().rows[i][1])
    assert midi.connect(index) == "Pads:play"
    with pytest.raises(PortNotFound, match="Pads:play"):
        midi.connect("Keys")
    assert midi.disconnect("Pads") == ["Pads:play"]
    unplug(pads)


def test_two_ports_at_once_keep_their_own_state(midi: Session) -> None:
    """A note held on one device is not released by the other."""
    one, two, held = far_output("One"), far_output("Two"), []
    midi.map(release(60), lambda context: held.append((context.port, context.held is not None)))
    midi.connect("One")
    midi.connect("Two")
    one.send_message([0x90, 60, 9])
    time.sleep(0.05)
    two.send_message([0x80, 60, 0])
    one.send_message([0x80, 60, 0])
    assert until(lambda: len(held) == 2)
    assert sorted(held) == [("One:play", True), ("Two:play", False)]
    unplug(one)
    unplug(two)


def test_a_device_that_vanishes_releases_its_notes_and_reconnects(midi: Session) -> None:
    """Held notes end, status says who is missing, and the device works again when it is back."""
    seen: list[tuple[str, int]] = []
    midi.map(note(60), lambda context: seen.append(("down", context.velocity)))
    midi.map(release(60), lambda context: seen.append(("up", 0)))
    device = far_output("Pads")
    midi.connect("Pads")
    device.send_message([0x90, 60, 80])
    assert until(lambda: seen == [("down", 80)])
    unplug(device)
    assert until(lambda: seen == [("down", 80), ("up", 0)])
    assert "waiting for Pads:play" in repr(midi.status())
    device = far_output("Pads")
    assert until(lambda: "Pads:play is back" in repr(midi.status()))
    device.send_message([0x90, 60, 81])
    assert until(lambda: seen[-1] == ("down", 81))
    unplug(device)


def test_outputs_open_on_first_use_and_closing_ends_what_sounds(midi: Session) -> None:
    """The synthesizer gets the note-offs when the session ends."""
    synth = far_input("Synth")
    midi.send("note_on", note=60, velocity=64, port="synth")
    midi.send("note_on", note=64, velocity=64, channel=3, port="synth")
    midi.send("note_off", note=60, port="synth")
    heard: list[bytes] = []
    assert until(lambda: heard.extend(received(synth)) or len(heard) == 3)
    midi.close()
    assert until(lambda: heard.extend(received(synth)) or len(heard) == 4)
    assert heard[3] == bytes((0x83, 64, 64))
    unplug(synth)


def test_panic_silences_every_channel(midi: Session) -> None:
    """Sustain is released, all notes and all sound go off, from another thread too."""
    synth = far_input("Synth")
    midi.output = "Synth"
    midi.send("note_on", note=60)
    midi.panic()
    heard: list[bytes] = []
    assert until(lambda: heard.extend(received(synth)) or len(heard) >= 2 + 48)
    assert heard[1] == bytes((0x80, 60, 64))
    for channel in range(16):
        for control in (64, 120, 123):
            assert bytes((0xB0 | channel, control, 0)) in heard
    unplug(synth)


def test_ports_of_our_own_can_be_connected_to(midi: Session) -> None:
    """`create_port` makes an input and an output that other programs see."""
    midi.create_port("Stage")
    hits: list[int] = []
    midi.map(cc(7), lambda context: hits.append(context.value))
    other = jack_out("other")
    mine = next(i for i, name in enumerate(other.get_ports()) if name.endswith(":Stage"))
    other.open_port(mine)
    other.send_message([0xB0, 7, 42])
    assert until(lambda: hits == [42])
    midi.send("note_on", note=1, port="Stage")
    midi.close()
    unplug(other)


def test_two_sessions_on_one_port_both_hear_it(midi: Session, jack: JackServer) -> None:
    """As two kernels on one controller do; neither finds the other's ports instead of its own."""
    pads = far_output("Pads")
    second = Session(backend="rtmidi/jack")
    heard: list[str] = []
    for name, session in (("first", midi), ("second", second)):
        session.map(note(1), lambda _context, name=name: heard.append(name))
        session.connect("Pads")
    pads.send_message([0x90, 1, 1])
    assert until(lambda: sorted(heard) == ["first", "second"])
    second.close()
    unplug(pads)


def test_a_flood_of_sysex_and_clock_is_counted_and_loses_no_note(midi: Session) -> None:
    """Long and frequent messages never get in a note's way."""
    pads, hits = far_output("Pads"), []
    midi.map(note(36), lambda context: hits.append(context.velocity))
    midi.connect("Pads")
    dump = [0xF0, *[i & 0x7F for i in range(500)], 0xF7]
    for i in range(100):
        pads.send_message(dump)
        pads.send_message([0xF8])
        pads.send_message([0x90, 36, i + 1])
        time.sleep(0.003)
    assert until(lambda: hits and hits[-1] == 100)
    assert hits == sorted(set(hits))
    assert len(hits) >= 97  # the server may drop a few
    assert midi.counters()["sysex"] >= 97
    assert midi.counters()["system"] >= 97
    assert max(len(trace.event.data) for trace in midi.traces()) <= 64
    unplug(pads)


def test_opening_ports_writes_nothing_to_stderr(
    jack: JackServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """What ALSA and JACK have to say does not land in a cell."""
    session = Session(backend="rtmidi")
    session.connect("Virtual")
    session.ports()
    session.close()
    assert capfd.readouterr().err == ""


def test_no_midi_system_is_one_status_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a traceback nor noise: the line says what is missing, and the virtual port plays."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"no-such-server-{os.getpid()}")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    session = Session(backend="rtmidi/jack")
    hits: list[int] = []
    session.map(note(36), lambda context: hits.append(context.note))
    session.virtual.press(36)
    session.settle()
    status = dict(session.status().rows)["hardware"]
    session.close()
    assert hits == [36]
    assert "no hardware MIDI on this machine" in status
    assert "JACK server" in status
    assert "\n" not in status
    assert capfd.readouterr().err == ""


DEVICES = """
[device]
name = "Grid"

[[devices]]
id = "keys"
name = "Piano"

[[global_mappings]]
trigger = { type = "Note", note = 60, device = "keys" }
action = { type = "SendMidi", note = 1, port = "Virtual" }

[[global_mappings]]
trigger = { type = "Note", note = 60, device = "grid" }
action = { type = "SendMidi", note = 2, port = "Virtual" }
"""


def test_devices_of_a_configuration_are_connected_when_they_come(
    midi: Session, tmp_path: Path
) -> None:
    """The one that is there at once, the other later; each plays its own mapping of one note."""
    path = tmp_path / "devices.toml"
    path.write_text(DEVICES)
    grid = far_output("Grid 8x8")
    table = midi.config(path)
    assert table.remarks[0] == "device: Grid 8x8:play"
    assert "'Piano' is not there yet" in table.remarks[1]
    piano = far_output("Stage Piano")
    assert until(lambda: "Stage Piano:play" in repr(midi.status()) and "waiting" not in repr(midi))
    grid.send_message([0x90, 60, 100])
    assert until(lambda: [one.note for one in midi.virtual.sent] == [2])
    piano.send_message([0x90, 60, 100])
    assert until(lambda: [one.note for one in midi.virtual.sent] == [2, 1])
    unplug(grid)
    assert until(lambda: "waiting for Grid" in repr(midi.status()))
    grid = far_output("Grid 8x8")
    assert until(lambda: "waiting" not in repr(midi.status()))
    unplug(grid)
    unplug(piano)


def test_a_device_that_shall_not_reconnect_is_let_go(midi: Session, tmp_path: Path) -> None:
    """auto_reconnect = false: gone is gone."""
    path = tmp_path / "device.toml"
    path.write_text('[device]\nname = "Grid"\nauto_reconnect = false\n')
    grid = far_output("Grid")
    assert midi.config(path).remarks == ["device: Grid:play"]
    unplug(grid)
    assert until(lambda: "Grid" not in repr(midi.ports()))
    assert "waiting" not in repr(midi.status())


def test_a_template_is_offered_for_a_port_and_connects_to_it(midi: Session) -> None:
    """Also one whose template names no device."""
    keyboard = far_output("MPK mini 3")
    assert 'midi.template("25-key keyboard")' in repr(midi.ports())
    assert "device: MPK mini 3:play" in midi.template("25-key").remarks
    keyboard.send_message([0x90, 55, 100])
    assert until(lambda: [one.note for one in midi.virtual.sent] == [55])
    unplug(keyboard)
