"""What is sent is heard: every message reaches the browsers that listen, and nobody else."""

import struct
from typing import Any

import pytest

from midimon_live.errors import InvalidValue
from midimon_live.panels.sounds import Sounds
from midimon_live.testing import TestSession, session
from tests.support.panels import Onlooker


class Listener(Onlooker):
    """A view of the pads that lets sound what is sent; `batches` has what came beside frames."""

    def __init__(self, midi: TestSession) -> None:
        self.batches: list[tuple[dict[str, Any], list[tuple[float, bytes]]]] = []
        super().__init__(midi, "pads", on=False)
        midi.panel("pads").sound = True
        self.say("listen", on=True)

    def _framed(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        if "frame" in content:
            super()._framed(content, buffers or [])
        else:
            self.batches.append((content, unpacked((buffers or [b""])[0])))

    def heard(self) -> list[bytes]:
        """Let a second pass and return all that came since the last time."""
        for _ in range(100):
            self.look(0.01)
        batches, self.batches = self.batches, []
        return [data for _, messages in batches for _, data in messages]


def unpacked(packed: bytes) -> list[tuple[float, bytes]]:
    """Return what a page takes out of a batch: milliseconds after the first, and bytes."""
    found, at = [], 0
    while at < len(packed):
        _, after, length = struct.unpack_from("<HfI", packed, at)
        found.append((after, packed[at + 10 : at + 10 + length]))
        at += 10 + length
    return found


def test_each_of_ten_thousand_notes_is_told_in_order_whatever_frames_do() -> None:
    """Frames are pictures and may miss a short note; sound does not."""
    with session() as midi:
        view = Listener(midi)
        sent = []
        for number in range(10_000):
            note = number % 128
            midi.send("note_on", note=note, velocity=1 + number % 127)
            midi.send("note_off", note=note)
            sent += [bytes((0x90, note, 1 + number % 127)), bytes((0x80, note, 64))]
            if not number % 500:
                view.look(0.01)
        told = view.heard()
        assert len(told) == 20_000
        assert told == sent
        assert midi.panel("pads").sounds.lost == 0


def test_a_flood_that_nobody_takes_is_bounded_and_counted() -> None:
    """20,000 notes may wait; what comes after them is lost, and said to be."""
    with session() as midi:
        view = Listener(midi)
        for _ in range(20_100):
            midi.send("note_on", note=60)
        view.look(0.1)
        assert [content["lost"] for content, _ in view.batches if "lost" in content] == [100]


def test_the_first_note_leaves_at_once_and_those_together_keep_their_distance() -> None:
    """What is sent 20 ms apart is played 20 ms apart, however the batches fall."""
    with session() as midi:
        view = Listener(midi)
        midi.send("note_on", note=60)
        view.look(0.0)
        assert len(view.batches) == 2  # how it is set, and the note
        midi.send("note_on", note=61)
        midi.advance(0.02)
        midi.send("note_on", note=62)
        view.look(0.02)
        assert [round(after) for after, _ in view.batches[-1][1]] == [0, 20]


def test_batches_are_numbered_so_that_a_page_knows_what_it_has_missed() -> None:
    """Each tells the number of its first message."""
    with session() as midi:
        view = Listener(midi)
        numbers = []
        for count in (1, 3, 2):
            for note in range(count):
                midi.send("note_on", note=note)
            view.look(0.1)
            numbers.append(view.batches[-1][0]["sound"])
        assert numbers == [0, 1, 4]


def test_nobody_who_listens_no_message() -> None:
    """Neither before, nor after the view has gone, nor where it is switched off."""
    with session() as midi:
        view = Listener(midi)
        view.say("listen", on=False)
        view.heard()
        midi.send("note_on", note=60)
        assert view.heard() == []
        view.say("listen", on=True)
        view.heard()
        view.say("bye")
        midi.send("note_on", note=60)
        assert view.heard() == []


def test_switching_it_off_ends_what_sounds_and_on_again_lets_it_be_heard() -> None:
    """Also for a view that is off the screen and gets no frames."""
    with session() as midi:
        view = Listener(midi)
        panel: Any = midi.panel("pads")
        midi.send("note_on", note=60)
        view.heard()
        panel.sound = False
        midi.send("note_on", note=61)
        assert view.heard() == [bytes((0xB0 | channel, 120, 0)) for channel in range(16)]
        panel.sound = True
        midi.send("note_on", note=62)
        assert view.heard() == [bytes((0x90, 62, 64))]


def test_who_begins_to_listen_is_told_how_the_sound_is_set() -> None:
    """Program, volume, pedal and bend that were sent before; not the notes."""
    with session() as midi:
        midi.panel("pads")
        midi.send("program_change", program=5, channel=2)
        midi.send("control_change", control=7, value=50)
        midi.send("control_change", control=1, value=50)
        midi.send("note_on", note=60)
        midi.send("pitchwheel", pitch=0)
        view = Listener(midi)
        assert view.heard() == [b"\xc2\x05", b"\xb0\x07\x32", b"\xe0\x00\x40"]


def test_a_view_that_listens_again_is_answered_and_a_dead_one_forgotten() -> None:
    """So a page knows that the kernel lives, and the kernel that the page does."""
    with session() as midi:
        view = Listener(midi)
        view.say("listen", on=True)
        assert view.batches[-1][0] == {"alive": True, "view": view.view}
        sounds: Sounds = midi.panel("pads").sounds
        for _ in range(600):
            midi.send("note_on", note=60)
            view.look(0.1)
        assert sounds.listeners == 0


@pytest.mark.parametrize("message", [b"\xf0\x01\xf7", b"\xf8"])
def test_what_has_no_sound_is_not_told(message: bytes) -> None:
    """System exclusive, and the clock."""
    with session() as midi:
        view = Listener(midi)
        midi.send(message)
        assert view.heard() == []


def test_the_switch_is_in_the_panel_and_an_environment_variable_begins_with_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On by itself; off in tests and wherever MIDIMON_SOUND says so."""
    for variable, expected in (("off", False), ("", True)):
        monkeypatch.setenv("MIDIMON_SOUND", variable)
        with session() as midi:
            view = Onlooker(midi, "pads")
            assert view.look(0.0)["settings"]["sound"] is expected
            assert view.ask("set", name="sound", value=not expected).startswith("sound: o")
            assert view.look()["settings"]["sound"] is not expected
            assert "True and False" in view.refused("set", name="sound", value="loud")
            with pytest.raises(InvalidValue):
                midi.panel("pads").sound = 1
