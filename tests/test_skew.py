"""A clock far away: whatever it shows, moments of it become moments of ours."""

import pytest

from midimon_live.skew import Skew


@pytest.mark.parametrize("wrong", [0.0, 3600.0, -3600.0, 1.7e9])
def test_a_clock_that_is_wrong_by_an_hour_is_as_good_as_any(wrong: float) -> None:
    """The fastest message tells the difference; the others are late by what they are."""
    skew = Skew()
    assert skew.heard(wrong + 0.0, 0.010) == 0.0
    assert skew.heard(wrong + 1.0, 1.005) == 0.0
    assert skew.heard(wrong + 2.0, 2.305) == pytest.approx(0.3, abs=1e-5)
    assert skew.ours(wrong + 3.0, 3.5) == pytest.approx(3.005, abs=1e-5)


def test_no_moment_is_in_the_future() -> None:
    """Handling a press before it happened would upset every gesture."""
    skew = Skew()
    skew.heard(0.0, 0.5)
    assert skew.ours(10.0, 10.1) == 10.1


def test_clocks_that_drift_apart_are_followed() -> None:
    """Half a second over some hours; what is late is told from the last minute alone."""
    skew = Skew()
    late = [skew.heard(t * (1 - 50e-6), float(t)) for t in range(10_000)]
    assert max(late) < 0.005


def test_a_clock_that_is_set_back_starts_anew() -> None:
    """Not an hour of stale presses."""
    skew = Skew()
    skew.heard(10_000.0, 100.0)
    assert skew.heard(6_400.0, 101.0) == 0.0


def test_a_clock_that_stood_still_starts_anew_and_a_jam_does_not() -> None:
    """A laptop that slept for an hour plays on; what was stuck for ten seconds stays late."""
    slept, jammed = Skew(), Skew()
    for skew in (slept, jammed):
        skew.heard(0.0, 0.0)
    assert [round(slept.heard(t, 3600.0 + t)) for t in (1.0, 1.1, 2.0, 2.1)] == [3600, 3600, 0, 0]
    assert [round(jammed.heard(t, 20.0)) for t in (1.0, 5.0, 10.0)] == [19, 15, 10]
