"""What is played comes back."""

from pathlib import Path
from typing import Any

from midimon_live import cc, note, plugin, release
from midimon_live.testing import plugin_session, press, released, turn

HERE = Path(__file__).parent


def echoed(*events: Any, **params: Any) -> list[Any]:
    """Return what is sent for some events."""
    with plugin_session(HERE) as midi:
        for trigger in (note(), release(), cc()):
            midi.map(trigger, plugin("midi_echo", **params))
        midi.play(*events)
        return list(midi.sent)


def test_notes_are_transposed_and_end() -> None:
    """With their velocities."""
    assert echoed(press(60, 80), released(60, 5), transpose=7) == [press(67, 80), released(67, 5)]


def test_velocity_channel_and_knobs() -> None:
    """Are passed on, or changed."""
    assert echoed(press(60, 80, channel=3), velocity_factor=0.5) == [press(60, 40, channel=3)]
    assert echoed(turn(7, 9), channel=4) == [turn(7, 9, channel=4)]


def test_notes_beyond_the_keyboard_are_left_out() -> None:
    """Rather than refused: a whole keyboard is mapped at once."""
    assert echoed(press(120), transpose=12) == []
