"""Actions made of others: order, failures, conditions, nesting, and what they are refused for."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest

from midimon_live import ActionPlugin, delay, mode, note, plugin, repeat, send, sequence, when
from midimon_live.actions import check_action
from midimon_live.changes import Change
from midimon_live.conditions import (
    all_of,
    any_of,
    day_of_week,
    mode_is,
    never,
    not_,
    time_range,
)
from midimon_live.errors import InvalidValue
from midimon_live.testing import TestSession, press, released, session


class Log:
    """What happened, each with its moment in milliseconds."""

    def __init__(self, midi: TestSession) -> None:
        self.midi = midi
        self.entries: list[tuple[int, str]] = []

    def __call__(self, word: str) -> Callable[[Any], None]:
        """Return a handler that notes a word."""
        return lambda _context: self.note(word)

    def note(self, word: str) -> None:
        """Note it, now."""
        self.entries.append((round(self.midi.clock.now() * 1000), word))


def breaks(_context: Any) -> None:
    """Raise."""
    raise LookupError("broken")


def played(make: Callable[[Log], Any], seconds: float = 10) -> list[tuple[int, str]]:
    """Return what an action did after one press."""
    with session() as midi:
        log = Log(midi)
        midi.map(note(1), make(log))
        midi.play(press(1))
        midi.advance(seconds)
        return log.entries


# sequence, delay, repeat


def test_sequence_goes_in_order_and_waits_where_it_says_so() -> None:
    """Nothing between the others, and nothing after the last."""
    entries = played(lambda log: sequence(log("a"), log("b"), delay(200), log("c"), delay(1000)))
    assert entries == [(0, "a"), (0, "b"), (200, "c")]


def test_sequence_takes_a_list() -> None:
    """As it is written in configurations."""
    assert played(lambda log: sequence([log("a"), log("b")])) == [(0, "a"), (0, "b")]


def test_a_delay_keeps_no_other_event_waiting() -> None:
    """Everything is a task."""
    with session() as midi:
        log = Log(midi)
        midi.map(note(1), sequence(delay(60_000), log("late")))
        midi.map(note(2), log("now"))
        midi.play(press(1), press(2))
        assert log.entries == [(0, "now")]


def test_the_same_sequence_runs_as_often_as_it_is_fired() -> None:
    """Each for itself."""
    with session() as midi:
        log = Log(midi)
        midi.map(note(1), sequence(delay(100), log("a")))
        midi.play(press(1), press(1, time=0.05))
        midi.advance(1)
        assert log.entries == [(100, "a"), (150, "a")]


def test_repeat_waits_between_and_not_after_the_last() -> None:
    """So the next action follows at once."""
    entries = played(lambda log: sequence(repeat(log("a"), 3, delay_ms=100), log("b")))
    assert entries == [(0, "a"), (100, "a"), (200, "a"), (200, "b")]


def test_repeat_of_a_repeat_of_a_sequence() -> None:
    """Each level with a wait of its own."""
    entries = played(
        lambda log: repeat(repeat(sequence(log("a"), delay(1)), 2, delay_ms=10), 2, delay_ms=100)
    )
    assert entries == [(0, "a"), (11, "a"), (112, "a"), (123, "a")]


def test_repeat_without_delay_lets_events_in() -> None:
    """A million times of something that takes a millisecond is no quarter of an hour of silence."""
    with session() as midi:
        count: list[int] = []

        def slow(_context: Any) -> None:
            count.append(1)
            midi.clock.move_to(midi.clock.now() + 0.001)

        midi.map(note(1), repeat(repeat(slow, 1_000_000), 1_000_000))
        midi.play(press(1))
        assert 1 <= len(count) <= 3
        midi.advance(0.02)
        assert 5 <= len(count) <= 30
        assert midi.cancel() == 1


# failures


@pytest.mark.parametrize(
    ("stop", "words"), [(False, ["a", "b"]), (True, ["a"])], ids=["goes on", "stops"]
)
@pytest.mark.parametrize(
    "bad",
    [breaks, mode(9), sequence(breaks), when(lambda _context: 1 / 0, print), repeat(breaks, 2)],
    ids=["handler", "action", "nested", "condition", "repeated"],
)
def test_failure_in_the_middle(bad: Any, stop: bool, words: list[str]) -> None:
    """The rest is done all the same, unless stop_on_error; `why` says that it failed."""
    with session() as midi:
        log = Log(midi)
        midi.map(note(1), sequence(log("a"), bad, log("b"), stop_on_error=stop))
        midi.play(press(1))
        assert [word for _, word in log.entries] == words
        assert "failed: " in repr(midi.why())


@pytest.mark.parametrize(("stop", "times"), [(False, 3), (True, 1)])
def test_repeat_that_fails(stop: bool, times: int) -> None:
    """It is tried again, unless stop_on_error."""
    with session() as midi:
        tried: list[int] = []

        def breaks(_context: Any) -> None:
            tried.append(1)
            raise LookupError

        midi.map(note(1), repeat(breaks, 3, stop_on_error=stop))
        midi.play(press(1))
        assert len(tried) == times


def test_failure_after_a_wait_shows_in_why() -> None:
    """The step of the event gets its verdict when it ends."""
    with session() as midi:
        midi.map(note(1), sequence(delay(100), breaks))
        midi.play(press(1))
        assert "started" in repr(midi.why())
        midi.advance(1)
        assert "failed: LookupError: broken" in repr(midi.why())
        assert midi.counters()["failed"] == 1


def test_plugin_that_is_unloaded_during_a_sequence_is_missed_and_the_rest_is_done() -> None:
    """With its name."""

    class Blink(ActionPlugin):
        def execute(self, params, context):
            """Do nothing."""

    with session() as midi:
        log = Log(midi)
        midi.map(note(1), sequence(delay(100), plugin(Blink), log("after")))
        midi.play(press(1))
        midi.plugins.unload_plugin("blink")
        midi.advance(1)
        assert log.entries == [(100, "after")]
        assert "no plugin is called 'blink'" in repr(midi.why())


def test_sequence_outlives_its_mapping() -> None:
    """And the functions in it with it; a release that comes later too."""
    with session() as midi:
        log = Log(midi)
        handle = midi.map(note(1), sequence(delay(3000), log("a")))
        midi.play(press(1), released(1))
        handle.remove()
        midi.map(note(2), print)
        midi.advance(5)
        assert log.entries == [(3000, "a")]
        assert midi.plugins.list_loaded() == ["print()"]


def test_async_plugin_in_a_sequence_is_waited_for() -> None:
    """The next action begins when it has ended."""
    order: list[str] = []

    async def slow(_context: Any) -> None:
        order.append("begins")
        await asyncio.sleep(0)
        order.append("ends")

    async def test() -> None:
        with session() as midi:
            midi.map(note(1), sequence(slow, lambda _context: order.append("next")))
            midi.play(press(1))
            await midi.settled()

    asyncio.run(test())
    assert order == ["begins", "ends", "next"]


# conditions


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (True, True),
        (never(), False),
        (lambda context: context.velocity > 99, True),
        (lambda _context: [], False),
        (mode_is("Default"), True),
        (not_(mode_is("Default")), False),
        (all_of(), True),
        (any_of(), False),
        (any_of(never(), lambda _context: True), True),
    ],
)
def test_when_does_the_one_or_the_other(condition: Any, holds: bool) -> None:
    """And nothing where there is no other."""
    words = [word for _, word in played(lambda log: when(condition, log("yes"), log("no")))]
    assert words == ["yes" if holds else "no"]
    assert bool(played(lambda log: when(condition, log("yes")))) is holds


def test_time_of_day_and_day_of_week_are_the_sessions_clocks() -> None:
    """Which stands still in tests."""
    with session() as midi:
        log = Log(midi)
        here = datetime.fromtimestamp(midi.clock.epoch_ms(0) / 1000)  # noqa: DTZ006 - local
        minute = f"{here:%H:%M}"
        midi.map(
            note(1),
            when(
                all_of(time_range(minute, minute), day_of_week(here.isoweekday())),
                log("now"),
                log("then"),
            ),
        )
        midi.play(press(1))
        midi.advance(120)
        midi.play(press(1))
    assert [word for _, word in log.entries] == ["now", "then"]


def test_condition_that_raises_fails_with_its_place() -> None:
    """Neither branch is done."""

    def wrong(_context: Any) -> bool:
        raise LookupError("no such key")

    with session() as midi:
        log = Log(midi)
        midi.map(note(1), when(wrong, log("yes"), log("no")))
        midi.play(press(1))
        assert log.entries == []
        assert "LookupError: no such key (test_flow.py" in repr(midi.why())


def test_condition_is_asked_when_it_is_its_turn() -> None:
    """Not when the sequence begins."""
    with session() as midi:
        midi.define_mode("X")
        log = Log(midi)
        midi.map(note(1), sequence(mode("X"), delay(10), when(mode_is("X"), log("in X"))))
        midi.play(press(1))
        midi.advance(1)
        assert log.entries == [(10, "in X")]


# nesting


@pytest.mark.parametrize(
    "nest",
    [
        lambda action: sequence(action, delay(1)),
        lambda action: repeat(action, 1),
        lambda action: when(True, action),
    ],
    ids=["sequence", "repeat", "when"],
)
def test_nesting_works_up_to_100_levels_and_is_refused_beyond(nest: Callable[[Any], Any]) -> None:
    """Where it is written, in words, and never with a RecursionError when a pad is hit."""
    with session() as midi:
        action: Any = send("note_on")
        for _ in range(99):
            action = nest(action)
        midi.map(note(1), action)
        midi.play(press(1))
        midi.advance(1)
        assert (midi.sent, midi.traces(1)[0].steps[0].verdict) == ([press(60)], "ok")
        with pytest.raises(InvalidValue, match="nested 101 deep"):
            nest(nest(action))


@pytest.mark.parametrize("nest", [not_, all_of, any_of])
def test_conditions_are_nested_up_to_100_levels(nest: Callable[[Any], Any]) -> None:
    """The same for them."""
    condition: Any = mode_is("Default")
    for _ in range(99):
        condition = nest(condition)
    assert len(played(lambda log: when(condition, log("yes"), log("no")))) == 1
    with pytest.raises(InvalidValue, match="conditions are nested 101 deep"):
        nest(condition)


def test_an_action_that_doubles_at_each_level_is_refused() -> None:
    """Before it fills the memory."""

    def doubled(levels: int) -> Any:
        return delay(1) if levels == 0 else sequence(*[doubled(levels - 1)] * 2)

    assert doubled(12)
    with pytest.raises(InvalidValue, match="over 10000 actions"):
        doubled(50)


# bad input


def yields(_context: Any) -> Any:
    """Yield."""
    yield 1


async def yields_later(_context: Any) -> Any:
    """Yield, too."""
    yield 1


class Yields:
    """Something that is called like a function, and yields."""

    def __call__(self, _context: Any) -> Any:
        """Yield."""
        yield 1


@pytest.mark.parametrize("function", [yields, yields_later, Yields(), partial(yields)])
@pytest.mark.parametrize("use", [sequence, lambda one: when(one, print), check_action])
def test_a_generator_is_refused_instead_of_doing_nothing(function: Any, use: Any) -> None:
    """As a handler it would never run, as a condition it would always hold."""
    with pytest.raises(InvalidValue, match=r"is a generator|is async"):
        use(function)


@pytest.mark.parametrize(
    ("build", "complaint"),
    [
        (sequence, "sequence() has no actions"),
        (lambda: sequence([]), "sequence() has no actions"),
        (lambda: sequence(print, 5), "5 is no action"),
        (lambda: sequence(print, lambda: None), "must work with one argument"),
        (lambda: delay(-1), "ms is -1; allowed are 0 to 86400000 milliseconds"),
        (lambda: delay(float("nan")), "ms is nan"),
        (lambda: delay("1"), "ms is '1'"),
        (lambda: delay(True), "ms is True"),
        (lambda: repeat(print, 0), "count is 0; allowed are whole numbers from 1 to 1000000"),
        (lambda: repeat(print, 1.5), "count is 1.5"),
        (lambda: repeat(print, 2, delay_ms=-1), "delay_ms is -1"),
        (lambda: repeat(None, 2), "None is no action"),
        (lambda: when(5, print), "5 is no condition; allowed are always(...)"),
        (lambda: when(print, 5), "5 is no action"),
        (lambda: when(asyncio.sleep, print), "is async; a condition must answer at once"),
    ],
)
def test_what_can_not_be_done_is_refused_where_it_is_written(build: Any, complaint: str) -> None:
    """With the value, and what is allowed."""
    with pytest.raises(InvalidValue) as caught:
        build()
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("action", "remark"),
    [
        (mode("Nope"), "note 1 -> mode Nope: no mode is called 'Nope' yet; there are: Default"),
        (sequence(delay(1), repeat(mode(7), 2)), "no mode is called 7 yet"),
        (when(mode_is("Defualt"), print), "did you mean 'Default'?"),
        (when(day_of_week(), print), "there is no day, so it never holds"),
    ],
)
def test_cell_is_told_at_its_end_what_can_not_work_yet(action: Any, remark: str) -> None:
    """However deep it is; it is mapped all the same, for the mode may come later."""
    with session() as midi:
        midi.begin(Change())
        midi.map(note(1), action)
        assert remark in "".join(midi.end(commit=True))
        assert "dead" in repr(midi.report())
        midi.play(press(1), released(1))
