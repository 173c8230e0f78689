"""Modes: how they are entered and left, and what is tried in each."""

from collections.abc import Callable
from typing import Any

import pytest

from midimon_live import cc, mode, note, release, repeat, sequence
from midimon_live.errors import InvalidValue
from midimon_live.testing import TestSession, press, released, session, turn
from tests.triggers.play import lose


def with_modes(midi: TestSession) -> TestSession:
    """Give a session the modes X, Y and Z besides the default."""
    for name in "XYZ":
        midi.define_mode(name)
    return midi


@pytest.mark.parametrize(
    ("target", "begin", "end"),
    [
        ("Y", "Default", "Y"),
        (0, "Y", "Default"),
        (3, "Default", "Z"),
        ("next", "Default", "X"),
        ("next", "Z", "Default"),
        ("previous", "Default", "Z"),
        ("previous", "Y", "X"),
        ("X", "X", "X"),
    ],
)
def test_mode_is_changed_by_name_index_next_and_previous(target, begin: str, end: str) -> None:
    """Round and round at both ends."""
    with session() as midi:
        with_modes(midi).mode = begin
        midi.map(note(1), mode(target))
        midi.play(press(1), released(1))
        assert midi.mode == end


def test_a_mode_called_next_is_a_name() -> None:
    """Whoever calls a mode that can go there."""
    with session() as midi:
        for name in ("A", "next"):
            midi.define_mode(name)
        midi.map(note(1), mode("next"))
        midi.play(press(1))
        assert midi.mode == "next"


@pytest.mark.parametrize(
    ("target", "complaint"),
    [("Nope", "no mode is called 'Nope'; there are: Default, X"), (9, "no mode number 9")],
)
def test_why_says_that_a_mode_does_not_exist(target: str | int, complaint: str) -> None:
    """With those there are; the mode stays."""
    with session() as midi:
        with_modes(midi).map(note(1), mode(target))
        midi.play(press(1))
        assert complaint in repr(midi.why())
        assert midi.mode == "Default"


@pytest.mark.parametrize("target", ["", None, True, -1, 1.5, 10_001])
def test_what_can_be_no_mode_is_refused_where_it_is_written(target: object) -> None:
    """Not when a pad is hit."""
    with pytest.raises(InvalidValue, match="mode is"):
        mode(target)  # type: ignore[arg-type]


def test_assigning_a_mode_that_does_not_exist_names_those_there_are() -> None:
    """And changes nothing."""
    with session() as midi, pytest.raises(InvalidValue, match="there are: Default, X, Y, Z"):
        with_modes(midi).mode = "Nope"


@pytest.mark.parametrize("name", ["", " ", 5, True, ["X"], "x" * 101])
def test_a_mapping_is_refused_for_what_can_be_no_mode(name: object) -> None:
    """By `map` and `on`; no such mode comes to be."""
    with session() as midi:
        with pytest.raises(InvalidValue, match="a mode is called"):
            midi.map(note(1), print, mode=name)
        with pytest.raises(InvalidValue, match="a mode is called"):
            midi.on(note(1), mode=name)
        assert len(midi.modes().rows) == 1


# while held


def test_held_mode_ends_with_the_press() -> None:
    """The mode before comes back."""
    with session() as midi:
        with_modes(midi).mode = "Z"
        midi.map(note(1), mode("X", while_held=True))
        midi.play(press(1))
        assert midi.mode == "X"
        midi.play(released(1))
        assert midi.mode == "Z"


@pytest.mark.parametrize("second", ["X", "Y", "next"])
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_two_pads_that_hold_modes_leave_none_behind(second: str, order: tuple[int, int]) -> None:
    """In whichever order they are let go; one that is still held keeps its mode."""
    with session() as midi:
        with_modes(midi).map(note(1), mode("X", while_held=True))
        midi.map(note(2), mode(second, while_held=True))
        midi.play(press(1), press(2))
        held = midi.mode
        midi.play(released(order[0]))
        assert midi.mode == (held if order[0] == 1 else "X")
        midi.play(released(order[1]))
        assert midi.mode == "Default"


def test_two_held_modes_on_one_pad_both_end() -> None:
    """The last one first."""
    with session() as midi:
        with_modes(midi).map(note(1), mode("X", while_held=True), all=True)
        midi.map(note(1), mode("Y", while_held=True))
        midi.play(press(1), released(1))
        assert midi.mode == "Default"


@pytest.mark.parametrize("change", ["by hand", "by a pad"])
def test_a_mode_changed_meanwhile_stays(change: str) -> None:
    """The release takes back only what the press did."""
    with session() as midi:
        with_modes(midi).map(note(1), mode("X", while_held=True))
        midi.map(note(2), mode("Z"))
        midi.play(press(1))
        if change == "by hand":
            midi.mode = "Z"
        else:
            midi.play(press(2))
        midi.play(released(1), released(2))
        assert midi.mode == "Z"


def test_a_hold_after_a_change_by_hand_comes_back_to_that() -> None:
    """Whatever was held before it."""
    with session() as midi:
        with_modes(midi).map(note(1), mode("X", while_held=True))
        midi.map(note(2), mode("Y", while_held=True))
        midi.play(press(1))
        midi.mode = "Z"
        midi.play(press(2), released(1))
        assert midi.mode == "Y"
        midi.play(released(2))
        assert midi.mode == "Z"


def test_pressed_again_without_a_release_a_pad_holds_once() -> None:
    """As where a note-off was lost."""
    with session() as midi:
        with_modes(midi).map(note(1), mode("next", while_held=True))
        midi.play(press(1), press(1), press(1))
        assert midi.mode == "X"
        midi.play(released(1))
        assert midi.mode == "Default"


def test_pedal_holds_a_mode_until_it_is_up() -> None:
    """Its way down is many messages."""
    with session() as midi:
        with_modes(midi).map(cc(64), mode("next", while_held=True))
        midi.play(turn(64, 40), turn(64, 90), turn(64, 127), turn(64, 30))
        midi.play(turn(64, 0))
        assert midi.mode == "Default"


def test_a_pedal_that_is_never_quite_up_holds_a_mode_once() -> None:
    """Not once for each of its messages, for hours."""
    with session() as midi:
        with_modes(midi).map(cc(64), mode("X", while_held=True))
        midi.play(*[turn(64, value) for value in range(1, 128)])
        assert len(midi._modes._holds) == 1
        midi.play(turn(64, 0))
        assert midi.mode == "Default"


@pytest.mark.parametrize("down", [press(1), turn(64, 127)])
def test_a_lost_device_lets_go_of_a_held_mode(down: object) -> None:
    """Of pads and pedals."""
    with session() as midi:
        with_modes(midi).map(note(1), mode("X", while_held=True))
        midi.map(cc(64), mode("X", while_held=True))
        midi.play(down)
        assert midi.mode == "X"
        lose(midi)
        assert midi.mode == "Default"


def test_a_reload_does_not_keep_a_held_mode() -> None:
    """Nor does removing the mapping that holds it."""
    with session() as midi:
        handle = with_modes(midi).map(note(1), mode("X", while_held=True))
        midi.play(press(1))
        handle.remove()
        midi.play(released(1))
        assert midi.mode == "Default"


@pytest.mark.parametrize("nest", [sequence, lambda action: repeat(action, 3)])
def test_held_mode_inside_another_action_ends_too(nest: Callable[[Any], Any]) -> None:
    """However often it was entered."""
    with session() as midi:
        with_modes(midi).map(note(1), nest(mode("next", while_held=True)))
        midi.play(press(1), released(1))
        assert midi.mode == "Default"


def test_a_held_mode_of_a_release_ends_at_once() -> None:
    """Nothing is held then."""
    with session() as midi:
        with_modes(midi).map(release(1), mode("X", while_held=True))
        midi.play(press(1), released(1))
        assert midi.mode == "Default"


# what is tried


def test_the_modes_own_mappings_come_before_the_global_ones() -> None:
    """Also when they were made later; the first match wins."""
    hits: list[str] = []
    with session() as midi:
        midi.map(note(1), lambda _context: hits.append("global"))
        midi.map(note(1, velocity_min=64), lambda _context: hits.append("X"), mode="X")
        midi.play(press(1))
        midi.mode = "X"
        midi.play(press(1), press(1, 10))
    assert hits == ["global", "X", "global"]


def test_context_tells_name_and_index_of_the_mode() -> None:
    """Of the moment of firing."""
    seen: list[tuple[str, int]] = []
    with session() as midi:
        with_modes(midi).mode = "Y"
        midi.map(note(1), lambda context: seen.append((context.mode, context.current_mode)))
        midi.play(press(1))
    assert seen == [("Y", 2)]


def test_changing_the_mode_in_a_handler_counts_from_the_next_event_on() -> None:
    """The rest of this event's mappings belong to the mode it came in."""
    hits: list[str] = []
    with session() as midi:
        with_modes(midi).map(note(1), mode("X"), all=True)
        midi.map(note(1), lambda _context: hits.append("global"))
        midi.map(note(1), lambda _context: hits.append("X"), mode="X")
        midi.play(press(1), press(1))
    assert hits == ["global", "X"]
