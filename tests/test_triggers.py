"""Builders and recognisers: their ranges, their words."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import cc, note, release
from midimon_live.errors import InvalidValue
from midimon_live.triggers import TRIGGERS, check_trigger

SEVEN_BITS = st.integers(0, 127)


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: note(128), "note is 128"),
        (lambda: note(-1), "note is -1"),
        (lambda: note(36.0), "note is 36.0"),
        (lambda: note("36"), "note is '36'"),
        (lambda: note(36, velocity_min=0), "velocity_min is 0"),
        (lambda: note(36, velocity_max=128), "velocity_max is 128"),
        (lambda: note(36, channel=16), "channel is 16"),
        (lambda: release(True), "note is True"),
        (lambda: release(36, channel=-1), "channel is -1"),
        (lambda: cc(128), "control is 128"),
        (lambda: cc(7, value_min=-1), "value_min is -1"),
        (lambda: cc(7, value_max=200), "value_max is 200"),
    ],
)
def test_builder_refuses_when_a_value_is_out_of_range(build: Callable[[], Any], field: str) -> None:
    """The text names the field, its value and the range."""
    with pytest.raises(InvalidValue, match=f"^{field}; allowed are whole numbers from"):
        build()


@pytest.mark.parametrize(
    "build",
    [lambda: note(36, velocity_min=80, velocity_max=20), lambda: cc(7, value_min=2, value_max=1)],
)
def test_builder_refuses_when_the_range_is_empty(build: Callable[[], Any]) -> None:
    """What can never fire is an error where it is written."""
    with pytest.raises(InvalidValue, match="never fire"):
        build()


@settings(derandomize=True, deadline=None)
@given(SEVEN_BITS, st.integers(1, 127), st.integers(1, 127))
def test_note_accepts_exactly_its_velocities(velocity: int, one: int, other: int) -> None:
    """Both ends included, nothing beyond."""
    low, high = sorted((one, other))
    trigger = note(36, velocity_min=low, velocity_max=high)
    assert trigger.accepts(bytes((0x90, 36, velocity))) == (low <= velocity <= high)


@settings(derandomize=True, deadline=None)
@given(SEVEN_BITS, SEVEN_BITS, SEVEN_BITS)
def test_cc_explains_exactly_what_it_refuses(value: int, one: int, other: int) -> None:
    """There is a reason if and only if the value is outside."""
    low, high = sorted((one, other))
    trigger = cc(7, value_min=low, value_max=high)
    refusal = trigger.refusal(bytes((0xB0, 7, value)))
    assert refusal == ("" if low <= value <= high else f"value {value} is outside {low}-{high}")


@pytest.mark.parametrize(
    ("trigger", "text"),
    [
        (note(36), "note 36"),
        (note(36, velocity_min=20), "note 36, velocity 20-127"),
        (release(36, channel=9), "release 36, channel 9"),
        (cc(7), "cc 7"),
        (cc(7, value_max=63, channel=0), "cc 7, value 0-63, channel 0"),
    ],
)
def test_trigger_reads_like_its_builder(trigger: object, text: str) -> None:
    """Only what narrows it is said."""
    assert str(trigger) == text


def test_triggers_are_equal_when_built_alike() -> None:
    """Two cells that write the same trigger mean the same control."""
    assert note(36, channel=1) == note(36, channel=1)
    assert note(36) != release(36)


@pytest.mark.parametrize("wrong", [300, "drum", None, object(), []])
def test_check_trigger_names_the_builders_when_it_is_none(wrong: object) -> None:
    """Where nothing tells which one was meant."""
    with pytest.raises(InvalidValue) as caught:
        check_trigger(wrong)
    assert all(f"{name}(...)" in str(caught.value) for name in TRIGGERS)


def test_check_trigger_returns_what_a_builder_made() -> None:
    """It goes through unchanged."""
    made = cc(7)
    assert check_trigger(made) is made
