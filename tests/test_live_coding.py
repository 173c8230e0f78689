"""Plugins that are defined again and again, rightly and wrongly, while events arrive."""

import threading
from collections.abc import Iterator

import pytest

from midimon_live.sessions import Session
from tests.support.livecoding import mutate_under_events, reload_under_events, session


@pytest.fixture
def midi() -> Iterator[Session]:
    """A session with threads."""
    midi = session()
    yield midi
    midi.close()


def test_reloads_under_events_lose_nothing(midi: Session) -> None:
    """Each press is echoed once, by a whole version, and no note is left sounding."""
    threads = set(threading.enumerate())
    played = reload_under_events(midi, 200, rate=1000)
    assert played.notes > 100
    assert (played.lost, played.doubled) == (0, 0)
    assert midi.plugins.get_stats("echo").failures == 0
    assert midi.plugins.journal.current("echo").number == 201
    assert midi._ports.outputs.sounding() == 0
    assert set(threading.enumerate()) <= threads
    assert len(midi._timers) <= midi.plugins.get_stats("echo").executions


@pytest.mark.parametrize("seed", [1, 2])
def test_broken_plugins_change_nothing(midi: Session, seed: int) -> None:
    """The last good version serves every event, whatever the cells are broken by."""
    came = mutate_under_events(midi, 60, rate=500, seed=seed)
    assert came.played.notes > 50
    assert (came.played.lost, came.played.doubled, came.failures) == (0, 0, 0)
    assert sum(came.refused.values()) + len(came.passed) == 60
    assert all(count for count in came.refused.values())
