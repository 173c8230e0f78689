"""Following MIDI clock: tempo and next tick from ticks that come early and late."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midimon_live.pulse import CONTINUE, POSITION, START, STOP, TICK, Follower, MidiClock, period_of


def least_squares(moments: list[float]) -> tuple[float, float]:
    """Return the last moment and the period on the straight line through evenly counted moments."""
    count = len(moments)
    middle, mean = (count - 1) / 2, sum(moments) / count
    spread = sum((one - middle) ** 2 for one in range(count))
    period = sum((one - middle) * (at - mean) for one, at in enumerate(moments)) / spread
    return mean + period * (count - 1 - middle), period


@given(st.lists(st.floats(-0.0009, 0.0009), min_size=2, max_size=48), st.floats(40, 240))
def test_it_begins_as_the_line_of_least_squares(jitter: list[float], bpm: float) -> None:
    """Up to two beats, where jitter is small, no estimate from the same ticks is better."""
    moments = [3 + one * period_of(bpm) + late for one, late in enumerate(jitter)]
    follower = Follower()
    for moment in moments:
        follower.take(moment)
    moment, period = least_squares(moments)
    assert follower.moment == pytest.approx(moment, abs=1e-9)
    assert follower.period == pytest.approx(period, abs=1e-9)


@given(st.floats(40, 240), st.integers(0, 2**32))
def test_jitter_of_2_ms_is_smoothed_to_less(bpm: float, seed: int) -> None:
    """From the second beat on, the next tick is told better than any single tick tells it."""
    jitter = random.Random(seed)  # noqa: S311 - the same ticks each time
    period, follower = period_of(bpm), Follower()
    for tick in range(24 * 8):
        follower.take(tick * period + jitter.uniform(-0.002, 0.002))
        if tick >= 47:
            assert abs(follower.moment + follower.period - (tick + 1) * period) < 0.002
            assert 60 / (24 * follower.period) == pytest.approx(bpm, rel=0.05)


@pytest.mark.parametrize(("before", "after"), [(120, 60), (60, 180), (120, 126), (140, 130)])
def test_another_tempo_is_followed(before: float, after: float) -> None:
    """Two beats after a change of tempo, sudden or small, the next tick is where it is."""
    moment, follower = 0.0, Follower()
    for bpm in [before] * 96 + [after] * 48:
        moment += period_of(bpm)
        follower.take(moment)
    assert follower.moment + follower.period == pytest.approx(moment + period_of(after), abs=0.002)
    assert 60 / (24 * follower.period) == pytest.approx(after, rel=0.02)


def test_a_slow_change_of_tempo_is_followed_closely() -> None:
    """A ritardando from 140 to 70 in eight bars: no tick is further off than 6 ms."""
    moment, follower = 0.0, Follower()
    for tick in range(24 * 32):
        moment += period_of(140 - 70 * tick / (24 * 32))
        if tick > 24:
            assert abs(follower.moment + follower.period - moment) < 0.006
        follower.take(moment)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_no_ticks_however_they_come_break_it(steps: list[float]) -> None:
    """Bursts and gaps: the period stays one that a clock can have, and time does not stop."""
    moment, follower = 0.0, Follower()
    for step in steps:
        moment += step
        follower.take(moment)
        assert follower.period >= period_of(999)


def song(*messages: bytes | int) -> MidiClock:
    """Return a clock that has taken these messages, and for each number as many ticks, in order."""
    clock, moment = MidiClock(), 0.0
    for one in messages:
        for data in [bytes((TICK,))] * one if isinstance(one, int) else [one]:
            moment += period_of(120)
            clock.take(data, moment)
    return clock


@pytest.mark.parametrize(
    ("messages", "tick", "rank"),
    [
        ([], None, 1),
        ([1], 0, 1),
        ([30], 29, 1),
        ([30, bytes((START,))], None, 2),
        ([30, bytes((START,)), 1], 0, 2),
        ([bytes((START,)), 96], 95, 2),
        ([bytes((START,)), 5, bytes((STOP,))], None, 0),
        ([bytes((START,)), 5, bytes((STOP,)), 9], None, 0),
        ([bytes((START,)), 5, bytes((STOP,)), 9, bytes((CONTINUE,)), 1], 5, 2),
        ([bytes((STOP,)), bytes((POSITION, 16, 0)), bytes((CONTINUE,)), 1], 96, 2),
        ([bytes((STOP,)), bytes((POSITION, 0, 1)), bytes((CONTINUE,)), 3], 128 * 6 + 2, 2),
        ([bytes((START,)), 5, bytes((POSITION, 4, 0)), 1], 24, 2),
        ([bytes((STOP,)), bytes((POSITION, 4, 0))], None, 0),
        ([bytes((STOP,)), bytes((POSITION, 4, 0)), bytes((START,)), 1], 0, 2),
    ],
)
def test_where_the_song_is(messages: list[bytes | int], tick: int | None, rank: int) -> None:
    """Start, stop, continue and song position as the MIDI specification has them."""
    clock = song(*messages)
    assert (clock.tick, clock.rank) == (tick, rank)
