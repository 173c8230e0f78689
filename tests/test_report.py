"""The report: mappings that never fire, or not always, and nothing about those that are well."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import (
    ActionPlugin,
    aftertouch,
    cc,
    chord,
    double_tap,
    encoder,
    long_press,
    mode,
    note,
    pitch_bend,
    poly_aftertouch,
    program,
    release,
    repeat,
    send,
    sequence,
    sequence_of,
    shell,
    triggers,
    velocity_range,
    when,
)
from midimon_live.conditions import mode_is
from midimon_live.magics import run
from midimon_live.testing import (
    TestSession,
    bend,
    chosen,
    press,
    pressure,
    released,
    session,
    turn,
)
from midimon_live.triggers import Trigger


def do_nothing(_context: Any) -> None:
    """Be mapped."""


def remarks(midi: TestSession) -> list[tuple[str, int]]:
    """Return the kind and the number of each remark."""
    return [(row[0], int(row[1].rstrip("."))) for row in midi.report().rows]


def found(*mapped: Trigger, **options: Any) -> list[tuple[str, int]]:
    """Return the remarks on triggers that are mapped in order."""
    with session() as midi:
        for trigger in mapped:
            midi.map(trigger, do_nothing, **options)
        return remarks(midi)


# pairs


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (note(1), note(1)),
        (note(), note(1)),
        (note(1), note(1, velocity_min=100)),
        (note(1), note(1, channel=5)),
        (note(1), velocity_range(1, level="hard")),
        (note(1, eager=True), note(1)),
        (release(1), release(1)),
        (long_press(1, duration_ms=400), long_press(1, duration_ms=800)),
        (double_tap(1, timeout_ms=400), double_tap(1, timeout_ms=200)),
        (chord(1, 2), chord(2, 1)),
        (chord(1, 2, match="superset"), chord(1, 2)),
        (chord(1, 2), chord(1, 2, match="ordered")),
        (chord(1, 2, timeout_ms=90), chord(1, 2, timeout_ms=50)),
        (sequence_of(1, 2), sequence_of(1, 2)),
        (sequence_of(2, 3), sequence_of(1, 2, 3)),
        (sequence_of(1, 2), sequence_of(1, 2, 3)),
        (sequence_of(2, 3), sequence_of(1, 2, 3, 4)),
        (encoder(1), encoder(1, direction="Clockwise")),
        (cc(1), cc(1, value_min=64)),
        (cc(), cc(1, edge="rising")),
        (aftertouch(), aftertouch(pressure_min=9)),
        (poly_aftertouch(1), poly_aftertouch(1)),
        (pitch_bend(), pitch_bend(value_min=9000)),
        (program(), program(5)),
    ],
    ids=str,
)
def test_one_that_never_gets_its_turn_is_shadowed(first: Trigger, second: Trigger) -> None:
    """By one before it; not if that goes on with all=True."""
    assert found(first, second) == [("shadowed", 2)]
    gone_anyway = isinstance(first, triggers.SequenceOf) and first.notes != second.notes[-2:]
    assert found(first, second, all=True) == ([("shadowed", 2)] if gone_anyway else [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (long_press(1, duration_ms=800), long_press(1, duration_ms=400)),
        (sequence_of(1, 2, 3), sequence_of(1, 2)),
        (sequence_of(1, 2, 3, 4), sequence_of(2, 3)),
    ],
    ids=str,
)
def test_one_that_is_made_sooner_shadows_what_was_mapped_before_it(first, second) -> None:
    """The shorter long press, and the sequence within a longer one."""
    assert found(first, second) == [("shadowed", 1)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (note(1, velocity_max=64), note(1)),
        (note(1), note()),
        (note(1, channel=5), note(1)),
        (note(1), note(1, eager=True)),
        (long_press(1, duration_ms=400), long_press(duration_ms=800)),
        (long_press(1), long_press()),
        (double_tap(1, timeout_ms=200), double_tap(1, timeout_ms=400)),
        (chord(1, 2), chord(1, 2, match="superset")),
        (chord(1, 2), chord(1, 2, timeout_ms=90)),
        (chord(1, 2, match="ordered"), chord(1, 2)),
        (chord(1, 2), chord(1, 2, pass_through=True)),
        (sequence_of(1, 2, gap_ms=100), sequence_of(1, 2)),
        (sequence_of(1, 2, 3), sequence_of(2, 3)),
        (sequence_of(1, 2, gap_ms=100), sequence_of(1, 2, 3)),
        (sequence_of(1, 2, channel=5), sequence_of(1, 2, 3)),
        (encoder(1, direction="Clockwise"), encoder(1)),
        (encoder(1), cc(1)),
        (cc(1, edge="rising"), cc(1)),
        (cc(1, takeover="pickup"), cc(1)),
        (cc(1, value_max=64), cc(1, value_min=64)),
        (pitch_bend(value_min=-1), pitch_bend()),
    ],
    ids=str,
)
def test_one_that_gets_its_turn_only_sometimes_is_clashing(first, second) -> None:
    """And not where the first goes on with all=True."""
    assert found(first, second) == [("clashing", 2)]


@pytest.mark.parametrize(
    "pair",
    [
        (note(1), note(2)),
        (note(1), release(1)),
        (note(1, channel=1), note(1, channel=2)),
        (note(1, velocity_max=63), note(1, velocity_min=64)),
        (velocity_range(1, level="soft"), velocity_range(1, level="medium")),
        (note(1), double_tap(1)),
        (note(1), long_press(1)),
        (double_tap(1), long_press(1)),
        (note(1), chord(1, 2)),
        (note(2), sequence_of(1, 2)),
        (chord(1, 2), chord(1, 2, 3)),
        (chord(1, 2), chord(1, 3)),
        (chord(1, 2, match="ordered"), chord(2, 1, match="ordered")),
        (sequence_of(1, 2, 3), sequence_of(1, 3)),
        (sequence_of(1, 2), sequence_of(2, 1)),
        (encoder(1, direction="Clockwise"), encoder(1, direction="CounterClockwise")),
        (encoder(1), encoder(2)),
        (cc(1, value_max=63), cc(1, value_min=64)),
        (cc(1), cc(2)),
        (program(1), program(2)),
        (aftertouch(), poly_aftertouch(1)),
        (pitch_bend(value_max=-1, value_min=-8192), pitch_bend(value_min=8192)),
    ],
    ids=lambda pair: " and ".join(map(str, pair)),
)
def test_nothing_is_said_of_what_goes_together(pair: tuple[Trigger, Trigger]) -> None:
    """In either order."""
    assert found(*pair) == found(*reversed(pair)) == []


def test_a_mode_shadows_the_global_mappings_only_while_it_is_active() -> None:
    """So they clash; modes among themselves do nothing to each other."""
    with session() as midi:
        midi.map(note(1), do_nothing)
        midi.map(note(1), do_nothing, mode="X")
        midi.map(note(1), do_nothing, mode="Y")
        assert remarks(midi) == [("clashing", 1)]
        assert "always comes first while X is active, and 1 more" in repr(midi.report())


def test_a_global_long_press_shadows_the_longer_one_of_a_mode() -> None:
    """It is over before that one's time has come."""
    with session() as midi:
        midi.map(long_press(1, duration_ms=400), do_nothing)
        midi.map(long_press(1, duration_ms=800), do_nothing, mode="X")
        assert remarks(midi) == [("shadowed", 2)]


def test_each_mapping_has_one_remark_however_many_take_its_turn() -> None:
    """A thousand to one pad are no half a million remarks."""
    assert found(*[note()] * 1000) == [("shadowed", number) for number in range(2, 1001)]


# dead


@pytest.mark.parametrize(
    ("trigger", "action", "why"),
    [
        (triggers.gamepad_button(128), do_nothing, "dormant: there is no gamepad backend"),
        (note(1), mode("Nope"), "no mode is called 'Nope' yet"),
        (note(1), sequence(repeat(mode(5), 2)), "no mode is called 5 yet"),
        (note(1), when(mode_is("Nope"), do_nothing), "there is no mode 'Nope'"),
        (cc(1), sequence(send("note_on", note="pass")), 'note="pass" passes on the note, and'),
        (note(1), send("cc", control="pass"), 'control="pass" passes on the control, and'),
        (note(1), shell("no-such-program-here"), "is not on the PATH"),
    ],
)
def test_what_can_do_nothing_as_things_are_is_dead(trigger, action, why: str) -> None:
    """With the reason."""
    with session() as midi:
        midi.map(trigger, action)
        assert remarks(midi) == [("dead", 1)]
        assert why in repr(midi.report())


class Risky(ActionPlugin):
    """Ask for what is not granted by itself."""

    capabilities = {"filesystem"}

    def execute(self, params, context):
        """Do nothing."""


def test_plugins_that_would_be_refused_are_dead() -> None:
    """Not granted, disabled, unloaded; until that changes."""
    with session() as midi:
        midi.map(note(1), sequence(Risky))
        assert "%midi grant risky filesystem" in repr(midi.report())
        midi.plugins.grant_capability("risky", "filesystem")
        assert remarks(midi) == []
        midi.plugins.disable_plugin("risky")
        assert "risky is disabled" in repr(midi.report())
        midi.plugins.unload_plugin("risky")
        assert "no plugin is called 'risky'" in repr(run(midi, "report"))


def test_a_mode_that_comes_later_ends_the_remark() -> None:
    """It was dead only until then."""
    with session() as midi:
        midi.map(note(1), mode("X"))
        midi.define_mode("X")
        assert repr(midi.report()) == "all 1 mappings can fire"


# whatever is mapped

numbers = st.sampled_from([60, 61, 62])
times = st.sampled_from([100, 300, 500])
channels = st.sampled_from([None, None, 0, 1])
notes = st.lists(numbers, min_size=2, max_size=3, unique=True)
any_trigger = st.one_of(
    st.builds(
        note,
        st.one_of(st.none(), numbers),
        velocity_min=st.sampled_from([1, 64]),
        eager=st.booleans(),
        channel=channels,
    ),
    st.builds(velocity_range, numbers, level=st.sampled_from(["soft", "hard"]), channel=channels),
    st.builds(release, numbers, channel=channels),
    st.builds(long_press, st.one_of(st.none(), numbers), duration_ms=times, channel=channels),
    st.builds(double_tap, st.one_of(st.none(), numbers), timeout_ms=times, channel=channels),
    st.builds(
        lambda members, **options: chord(*members, **options),
        notes,
        timeout_ms=times,
        match=st.sampled_from(["exact", "superset", "ordered"]),
        pass_through=st.booleans(),
        channel=channels,
    ),
    st.builds(
        lambda members, **options: sequence_of(*members, **options),
        st.lists(numbers, min_size=2, max_size=3),
        gap_ms=times,
        pass_through=st.booleans(),
        channel=channels,
    ),
    st.builds(
        cc,
        st.sampled_from([None, 1]),
        value_min=st.sampled_from([0, 64]),
        edge=st.sampled_from(["every", "rising"]),
        takeover=st.sampled_from(["jump", "pickup", "scale"]),
        channel=channels,
    ),
    st.builds(
        encoder,
        st.just(1),
        mode=st.sampled_from(["absolute", "relative_twos", "auto"]),
        direction=st.sampled_from([None, "Clockwise"]),
        channel=channels,
    ),
    st.builds(program, st.sampled_from([None, 5]), channel=channels),
    st.builds(aftertouch, edge=st.sampled_from(["every", "rising"]), channel=channels),
    st.builds(pitch_bend, value_min=st.sampled_from([0, 9000]), channel=channels),
)
any_mapping = st.tuples(any_trigger, st.sampled_from([None, None, "X"]), st.booleans())
gaps = st.sampled_from([0.0, 0.02, 0.15, 0.35, 0.6])
some_channel = st.sampled_from([0, 1])
any_event = st.one_of(
    st.builds(press, numbers, st.sampled_from([30, 100]), channel=some_channel, time=gaps),
    st.builds(press, numbers, st.just(100), time=gaps),
    st.builds(released, numbers, channel=some_channel, time=gaps),
    st.builds(turn, st.just(1), st.sampled_from([0, 1, 65, 100, 127]), time=gaps),
    st.builds(chosen, st.sampled_from([5, 6]), time=gaps),
    st.builds(pressure, st.sampled_from([1, 90]), time=gaps),
    st.builds(bend, st.sampled_from([-5, 5000]), time=gaps),
    st.sampled_from(["X", "Default"]),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(any_mapping, min_size=2, max_size=6), st.lists(any_event, max_size=30))
def test_a_mapping_that_is_reported_as_shadowed_never_fires(
    mapped: list[tuple[Trigger, str | None, bool]], stream: list[Any]
) -> None:
    """Whatever is mapped, and whatever is played."""
    fired: Counter[int] = Counter()
    with session() as midi:
        midi.define_mode("X")
        for number, (trigger, where, on) in enumerate(mapped, 1):
            handler = lambda _context, number=number: fired.update([number])  # noqa: E731
            midi.map(trigger, handler, mode=where, all=on)
        for event in stream:
            if isinstance(event, str):
                midi.mode = event
            else:
                midi.play(event)
        midi.advance(2)
        shadowed = {number for kind, number in remarks(midi) if kind == "shadowed"}
        assert not shadowed & set(fired)
        assert "engine errors" not in midi.counters()


@settings(max_examples=200, deadline=None)
@given(any_trigger)
def test_nothing_is_said_of_one_mapping_alone(trigger: Trigger) -> None:
    """Whatever it listens to."""
    assert found(trigger) == []
