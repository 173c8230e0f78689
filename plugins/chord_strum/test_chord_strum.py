"""Notes one after another, in virtual time."""

from pathlib import Path

from midimon_live import note, plugin
from midimon_live.testing import plugin_session, press

HERE = Path(__file__).parent


def test_the_notes_come_one_after_another_and_end() -> None:
    """At their own moments."""
    with plugin_session(HERE) as midi:
        params = {"chord": "minor", "strum_ms": 50, "length_ms": 100}
        midi.map(note(48), plugin("chord_strum", **params))
        midi.play(press(48, velocity=70))
        midi.advance(0.06)
        assert [one.note for one in midi.sent] == [48, 51]
        midi.advance(1)
        began = [one.note for one in midi.sent if one.type == "note_on"]
        ended = [one.note for one in midi.sent if one.type == "note_off"]
        assert began == ended == [48, 51, 55]
        assert {one.velocity for one in midi.sent if one.type == "note_on"} == {70}


def test_down_begins_above() -> None:
    """And a chord that there is not is refused."""
    with plugin_session(HERE) as midi:
        midi.map(note(48), plugin("chord_strum", direction="down", strum_ms=1))
        midi.map(note(49), plugin("chord_strum", chord="devil"))
        midi.play(press(48), press(49))
        midi.advance(0.1)
        assert [one.note for one in midi.sent] == [55, 52, 48]
        assert "allowed are major" in midi.plugins.get_stats("chord_strum").last_error


def test_panic_leaves_nothing_sounding() -> None:
    """Nor anything to come."""
    with plugin_session(HERE) as midi:
        midi.map(note(48), plugin("chord_strum", strum_ms=100))
        midi.play(press(48))
        midi.advance(0.05)
        midi.panic()
        midi.virtual.clear()
        midi.advance(5)
        assert midi.sent == []
