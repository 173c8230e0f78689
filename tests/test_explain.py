"""`why`: what was considered for an event, and how each test went."""

import re
from typing import Any

import pytest

from midimon_live import ActionPlugin, cc, note
from midimon_live.events import MidiEvent
from midimon_live.explain import as_code, describe
from midimon_live.testing import TestSession, press, session, turn


def why(midi: TestSession, *events: Any) -> str:
    """Play events and return the explanation of the last one as text."""
    midi.play(*events)
    return repr(midi.why())


def test_why_shows_the_mapping_that_fired_and_those_it_kept_from_trying() -> None:
    """The verdict of the one, and why the other was not tried."""
    with session() as midi:
        midi.map(note(36), lambda _context: midi.clock.move_to(0.002))
        midi.map(note(36), lambda _context: None)
        text = why(midi, press(36, channel=9))
    assert text.startswith("event 1: note on 36, velocity 100, channel 9, from Virtual; fired")
    fired, kept, remark = text.splitlines()[2:]
    assert re.fullmatch(r"  1\.  note 36 -> lambda    ok  +2000 .s", fired)
    assert re.fullmatch(r"  2\.  note 36 -> lambda-2  not tried: one before it fired", kept)
    assert remark == "shadowed: 2. mapping 1 (note 36) always comes first"


def test_why_says_what_a_plugin_raised() -> None:
    """With the one-line form of the error."""

    class Breaks(ActionPlugin):
        def execute(self, params, context):
            raise LookupError("no such pad")

    with session() as midi:
        midi.map(note(36), Breaks)
        assert "failed: LookupError: no such pad" in why(midi, press(36))


def test_why_says_which_range_was_missed() -> None:
    """The value found and the range allowed."""
    with session() as midi:
        midi.map(note(36, velocity_min=100), print)
        text = why(midi, press(36, velocity=99))
    assert "no match" in text
    assert "velocity 99 is outside 100-127" in text


def test_why_counts_the_mappings_when_nothing_is_mapped_there() -> None:
    """So that a forgotten cell shows."""
    with session() as midi:
        midi.map(note(37), print)
        assert why(midi, press(36)).endswith("nothing is mapped to note on 36; 1 mapping in all")


def test_why_names_the_other_channel_when_that_was_missed() -> None:
    """And the mapping that listens there."""
    with session() as midi:
        midi.map(note(36, channel=9), lambda _context: None)
        text = why(midi, press(36, channel=0))
    assert text.endswith("mapping 1 listens on channel 9: note 36, channel 9 -> lambda")


def test_why_names_the_other_mode_when_that_is_not_active() -> None:
    """And the one that is."""
    with session() as midi:
        midi.map(cc(7), print, mode="Mix")
        assert why(midi, turn(7, 1)).endswith("mapping 1 is for mode Mix; active is Default")


def test_why_explains_with_the_mappings_of_that_moment() -> None:
    """What was mapped or removed since does not change the past."""
    with session() as midi:
        handle = midi.map(note(36), lambda _context: None)
        midi.play(press(36))
        handle.remove()
        midi.map(note(37), print)
        assert "note 36 -> lambda" in repr(midi.why(1))


@pytest.mark.parametrize(
    ("serial", "text"), [(None, "no event has come in yet"), (7, "event 7 is not remembered")]
)
def test_why_says_so_when_there_is_no_such_event(serial: int | None, text: str) -> None:
    """Before the first, and with a number nobody has."""
    with session() as midi:
        assert repr(midi.why(serial)) == text


@pytest.mark.parametrize("data", [b"\xff\x01", b"\xf0\x01\xf7", b"\xf8", b""])
def test_why_shows_the_bytes_when_they_are_no_control(data: bytes) -> None:
    """Broken, sysex, clock and nothing at all."""
    with session() as midi:
        midi.map(note(36), print)
        assert f"event 1: {data.hex(' ') or 'no bytes'}, from Virtual" in why(midi, data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x99\x24\x64", "note on 36, velocity 100, channel 9"),
        (b"\x90\x24\x00", "note off 36, velocity 0, channel 0"),
        (b"\xb0\x07\x41", "cc 7, value 65, channel 0"),
        (b"\xa1\x24\x05", "poly pressure 36, value 5, channel 1"),
        (b"\xe0\x00\x40", "pitch bend 0, channel 0"),
        (b"\xe0\x00\x00", "pitch bend -8192, channel 0"),
        (b"\xc2\x05", "program 5, channel 2"),
        (b"\xd0\x7f", "pressure 127, channel 0"),
        (b"\xf0" + bytes(20) + b"\xf7", "f0" + " 00" * 11 + " ..."),
    ],
)
def test_describe_says_an_event_in_words(data: bytes, words: str) -> None:
    """Kind, number, value and channel; of other bytes the beginning."""
    assert describe(MidiEvent(0.0, "Virtual", data, 1)) == words


def test_why_names_an_event_of_a_plugin_that_nothing_listens_for() -> None:
    """It has no bytes in which to look for the nearest control."""
    with session() as midi:
        midi._pump.emit("tick", "beat", {"velocity": 3})
        title, remark = repr(midi.why(1)).splitlines()
    assert title.startswith("event 1: beat, velocity 3, from tick; unmapped")
    assert remark == "nothing is mapped to 'beat' of tick; 0 mappings in all"


@pytest.mark.parametrize(
    "data",
    [
        b"\x99\x24\x64",
        b"\x90\x24\x00",
        b"\xb0\x07\x41",
        b"\xe0\x01\x40",
        b"\xc2\x05",
        b"\xf8",
        b"\xf0\x01\x02\xf7",
        b"\x90",
    ],
)
def test_the_line_that_plays_an_event_again_plays_the_same_bytes(data: bytes) -> None:
    """Broken ones too."""
    with session() as midi:
        midi.play(data)
        exec(as_code(midi.traces()[0].event), {"midi": midi})  # noqa: S102 - it is code
        first, second = midi.traces()
    assert second.event.data == first.event.data == data


@pytest.mark.parametrize("data", [b"", b"\xf0" + bytes(1000) + b"\xf7"])
def test_there_is_no_line_where_not_all_bytes_are_remembered(data: bytes) -> None:
    """Half a message played would be another message."""
    with session() as midi:
        midi.virtual.play(data)
        assert as_code(midi.traces()[0].event) == ""
