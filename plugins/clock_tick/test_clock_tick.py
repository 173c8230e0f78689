"""Beats, in virtual time."""

from pathlib import Path
from typing import Any

from midimon_live import plugin_event
from midimon_live.testing import plugin_session

HERE = Path(__file__).parent


def beats(seconds: float, bpm: float | None = None) -> list[Any]:
    """Return what is heard of the clock in so many seconds."""
    heard: list[Any] = []
    with plugin_session(HERE, load=False) as midi:
        midi.plugins.load_plugin("clock_tick", enable=False)
        if bpm is not None:
            midi.plugins.get_state("clock_tick")["bpm"] = bpm
        midi.map(plugin_event("clock_tick", "beat"), lambda context: heard.append(context.data))
        midi.plugins.enable_plugin("clock_tick")
        midi.advance(seconds)
        midi.plugins.disable_plugin("clock_tick")
        midi.advance(10)
    return heard


def test_beats_come_in_time_and_in_bars() -> None:
    """Two a second at 120; none after it was disabled."""
    heard = beats(2.4)
    assert [(one["bar"], one["beat"]) for one in heard] == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1)]


def test_the_tempo_is_kept_in_its_state() -> None:
    """And held to what is playable."""
    assert len(beats(1.01, bpm=240)) == 5
    assert beats(0.01, bpm=9999)[0]["bpm"] == 400
