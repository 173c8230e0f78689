"""Velocity mappings: monotone, from end to end, and MIDIMon's own values where asked for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midimon_live.curves import CURVES, Curve, Fixed, PassThrough, check_velocity, curve, linear
from midimon_live.errors import InvalidValue

HITS = (0, 1, 16, 32, 64, 96, 127)
names = st.sampled_from(sorted(CURVES))
intensities = st.floats(0, 1)
velocities = st.integers(0, 127)


@given(names, intensities, st.booleans())
def test_every_curve_is_monotone_and_goes_from_end_to_end(
    name: str, intensity: float, upstream: bool
) -> None:
    """0 stays 0 and 127 stays 127, at every intensity, in both formulas."""
    mapped = [curve(name, intensity, upstream=upstream)(hit) for hit in range(128)]
    assert mapped == sorted(mapped)
    assert (mapped[0], mapped[-1]) == (0, 127)


@given(velocities, velocities)
def test_linear_is_monotone_between_its_ends(low: int, high: int) -> None:
    """Falling where `low` is above `high`."""
    mapped = [linear(low, high)(hit) for hit in range(128)]
    assert mapped == sorted(mapped, reverse=low > high)
    assert (mapped[0], mapped[-1]) == (low, high)


@given(names, st.floats(0, 0.009), st.booleans(), velocities)
def test_no_intensity_is_the_straight_line(
    name: str, intensity: float, upstream: bool, hit: int
) -> None:
    """Or as good as none."""
    intensity = intensity / 10 if upstream else intensity
    assert abs(curve(name, intensity, upstream=upstream)(hit) - hit) <= 1


@given(intensities, velocities)
def test_curves_bend_as_they_say(intensity: float, hit: int) -> None:
    """Exponential softer, logarithmic louder; the s-curve softer below the middle, louder above."""
    assert curve("exponential", intensity)(hit) <= hit <= curve("logarithmic", intensity)(hit)
    bent = curve("s_curve", intensity)(hit)
    assert bent <= hit if hit < 64 else bent >= hit


@given(intensities, velocities)
def test_logarithmic_undoes_exponential(intensity: float, hit: int) -> None:
    """As far as 128 steps can tell: the steep end of one is the flat end of the other."""
    there = curve("logarithmic", intensity)(hit)
    assert abs(curve("exponential", intensity)(there) - hit) <= 3


@pytest.mark.parametrize(
    ("name", "intensity", "values"),
    [
        ("exponential", 0.5, (0, 5, 32, 51, 80, 105, 127)),
        ("exponential", 1, (0, 11, 45, 64, 90, 110, 127)),
        ("logarithmic", 0.5, (0, 0, 0, 0, 2, 24, 127)),
        ("logarithmic", 1, (0, 0, 0, 0, 0, 6, 127)),
        ("s_curve", 0.5, (0, 0, 9, 22, 64, 106, 127)),
        ("s_curve", 1, (0, 0, 2, 9, 65, 119, 127)),
    ],
)
def test_upstream_gives_midimons_values(name: str, intensity: float, values: Any) -> None:
    """As measured there, for velocities 0, 1, 16, 32, 64, 96, 127."""
    mapped = curve(name, intensity, upstream=True)
    assert tuple(map(mapped, HITS)) == values


@pytest.mark.parametrize(("hit", "value"), [(0, 100), (64, 60), (127, 20)])
def test_linear_can_be_turned_round(hit: int, value: int) -> None:
    """Hard hits become soft ones."""
    assert linear(100, 20)(hit) == value


@given(velocities, velocities)
def test_fixed_and_pass_through(fixed: int, hit: int) -> None:
    """Always the same, and as it was hit."""
    assert check_velocity(fixed) == Fixed(fixed)
    assert check_velocity(fixed)(hit) == fixed
    assert check_velocity("pass")(hit) == hit


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("pass", PassThrough()),
        ("Pass-Through", PassThrough()),
        ("PassThrough", PassThrough()),
        ("exp", Curve("exponential", 0.5)),
        ("Logarithmic", Curve("logarithmic", 0.5)),
        ("s-curve", Curve("s_curve", 0.5)),
        ("SCurve", Curve("s_curve", 0.5)),
        ("S Curve", Curve("s_curve", 0.5)),
    ],
)
def test_words_stand_for_mappings(word: str, meant: object) -> None:
    """In any case, with hyphens or without."""
    assert check_velocity(word) == meant


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (lambda: curve("cubic"), "curve is 'cubic'; allowed are exponential, logarithmic, s_curve"),
        (lambda: curve("exp", 1.01), "intensity is 1.01; allowed are 0 to 1"),
        (lambda: curve("exp", -0.1), "intensity is -0.1"),
        (lambda: curve("exp", float("nan")), "intensity is nan"),
        (lambda: curve("exp", True), "intensity is True"),
        (lambda: curve("exp", "1"), "intensity is '1'"),
        (lambda: linear(-1, 5), "low is -1; allowed are whole numbers from 0 to 127"),
        (lambda: linear(0, 128), "high is 128"),
        (lambda: linear(0.5, 9), "low is 0.5"),
        (lambda: check_velocity(128), "velocity is 128"),
        (lambda: check_velocity(1.5), "velocity is 1.5"),
        (lambda: check_velocity(None), "velocity is None"),
        (lambda: check_velocity("loud"), "velocity is 'loud'; allowed are 0 to 127, pass, exp"),
    ],
)
def test_what_is_no_mapping_is_refused(build: Any, complaint: str) -> None:
    """With the value, and what is allowed."""
    with pytest.raises(InvalidValue) as caught:
        build()
    assert complaint in str(caught.value)
