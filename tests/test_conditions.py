"""Conditions: what holds when, what is refused, what is asked where."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from midimon_live import applications, conditions
from midimon_live.actions.base import Pending
from midimon_live.conditions import (
    CONDITIONS,
    Condition,
    all_of,
    always,
    any_of,
    app_frontmost,
    app_running,
    check_condition,
    day_of_week,
    decide,
    mode_is,
    never,
    not_,
    time_range,
)
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.events import TriggerContext
from tests.support.host import FakeHost

CONTEXT = TriggerContext(velocity=100)


def at(clock: str, day: int = 5) -> FakeHost:
    """Return a host at a time of a day in February 2024; the 5th is a Monday."""
    return FakeHost(now=datetime.fromisoformat(f"2024-02-{day:02}T{clock}"))


@pytest.mark.parametrize(
    ("start", "end", "clock", "held"),
    [
        ("09:00", "17:00", "08:59:59", False),
        ("09:00", "17:00", "09:00:00", True),
        ("09:00", "17:00", "17:00:59", True),
        ("09:00", "17:00", "17:01:00", False),
        ("22:00", "06:00", "21:59:59", False),
        ("22:00", "06:00", "23:30:00", True),
        ("22:00", "06:00", "00:00:00", True),
        ("22:00", "06:00", "06:00:30", True),
        ("22:00", "06:00", "06:01:00", False),
        ("12:00", "12:00", "12:00:59", True),
        ("9:05", "9:06", "09:05:00", True),
    ],
)
def test_time_range_holds_in_its_minutes(start: str, end: str, clock: str, held: bool) -> None:
    """Both ends belong to it, and an end before the start is on the next day."""
    assert time_range(start, end).holds(at(clock), CONTEXT) is held


@pytest.mark.parametrize(
    "text", ["24:00", "12:60", "12", "aa:bb", "12:5", " 12:00", "\uff11\uff12:00", 9]
)
def test_time_range_refuses_what_is_no_time(text: Any) -> None:
    """Nothing becomes midnight in silence."""
    with pytest.raises(
        InvalidValue, match=r"end is .*; allowed is 'HH:MM' from '00:00' to '23:59'"
    ):
        time_range("09:00", text)


@pytest.mark.parametrize("day", ["mon", "Monday", "MON", 1])
def test_day_of_week_knows_names_and_numbers(day: str | int) -> None:
    """Names in any case, whole or cut; 1 is Monday."""
    assert day_of_week(day).days == (1,)


def test_day_of_week_holds_on_its_days_only() -> None:
    """The first week of its month, day by day."""
    weekend = day_of_week("sun", days=[6])
    assert [weekend.holds(at("12:00", day), CONTEXT) for day in range(5, 12)] == [False] * 5 + [
        True,
        True,
    ]
    assert str(weekend) == "on Sat, Sun"


@pytest.mark.parametrize("day", [0, 8, True, "mo", "someday", 1.0, None])
def test_day_of_week_refuses_what_is_no_day(day: Any) -> None:
    """The text says what was found and what is allowed."""
    with pytest.raises(InvalidValue, match=r"day is .*; allowed are 1 \(Monday\) to 7 \(Sunday\)"):
        day_of_week(day)


def test_day_of_week_without_a_day_is_doubted() -> None:
    """It loads, as in MIDIMon, and says that it never holds."""
    assert not day_of_week().holds(FakeHost(), CONTEXT)
    assert "never holds" in day_of_week().doubts([])[0]


def test_mode_is_holds_in_its_mode() -> None:
    """It asks the host, not the context, which may be older."""
    assert mode_is("Drums").holds(FakeHost(mode="Drums"), CONTEXT)
    assert not mode_is("Drums").holds(FakeHost(), CONTEXT)


def test_doubts_are_gathered_from_within() -> None:
    """A mode that is not there is found through Not, Or and And, with the nearest name."""
    nested = not_(any_of(all_of(mode_is("Drum")), mode_is("Drums")))
    assert nested.doubts(["Default", "Drums"]) == [
        "there is no mode 'Drum'; there are: Default, Drums; did you mean 'Drums'?"
    ]


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        (always(), True),
        (never(), False),
        (all_of(), True),
        (any_of(), False),
        (all_of(True, False), False),
        (any_of(conditions=[False, True]), True),
        (not_(False), True),
        (all_of(lambda context: context.velocity > 64), True),
        (any_of(lambda context: [], lambda context: "yes"), True),
    ],
)
def test_conditions_combine(condition: Condition, held: bool) -> None:
    """And of nothing holds, Or of nothing does not; any answer counts as true or false."""
    assert condition.holds(FakeHost(), CONTEXT) is held
    assert condition.settled(FakeHost(), CONTEXT).holds(FakeHost(), CONTEXT) is held


def test_and_asks_no_further_than_needed() -> None:
    """The function behind a condition that does not hold is not called."""
    called: list[TriggerContext] = []
    assert not all_of(never(), called.append).holds(FakeHost(), CONTEXT)
    assert called == []


async def _later(context: TriggerContext) -> bool:
    return True


class _Later:
    async def __call__(self, context: TriggerContext) -> bool:
        return True


@pytest.mark.parametrize("function", [_later, _Later()])
def test_an_async_function_is_no_condition(function: Callable[..., Any]) -> None:
    """It could not answer at once."""
    with pytest.raises(InvalidValue, match="is async; a condition must answer at once"):
        check_condition(function)


def test_an_answer_to_await_is_an_error() -> None:
    """A lambda hides that it is async: its answer would always count as true."""
    with pytest.raises(InvalidValue, match="gave something to await"):
        check_condition(lambda context: _later(context) or False).holds(FakeHost(), CONTEXT)


def test_a_function_must_take_the_context() -> None:
    """One that can not be called is refused at once, rather than at each event."""
    with pytest.raises(InvalidValue, match="must work with one argument, the context"):
        check_condition(lambda: True)


@pytest.mark.parametrize("thing", [None, 1, "Always", FakeHost, {"TimeRange": {}}])
def test_what_is_no_condition_is_refused(thing: Any) -> None:
    """The text lists what is allowed."""
    with pytest.raises(InvalidValue, match=r"is no condition; allowed are always\(...\), never"):
        check_condition(thing)


def test_check_passes_conditions_and_bools() -> None:
    """True and False have their conditions."""
    known = mode_is("Drums")
    assert check_condition(known) is known
    assert (check_condition(True), check_condition(False)) == (always(), never())


@pytest.mark.parametrize(
    ("name", "fields", "text"),
    [
        ("Always", {}, "always"),
        ("Never", {}, "never"),
        ("TimeRange", {"start": "9:00", "end": "17:00"}, "09:00-17:00"),
        ("DayOfWeek", {"days": [1, 3]}, "on Mon, Wed"),
        ("AppRunning", {"app_name": "Live"}, "'Live' runs"),
        ("AppFrontmost", {"app_name": "Live"}, "'Live' is in front"),
        ("ModeIs", {"mode": "Drums"}, "mode is 'Drums'"),
        ("And", {"conditions": [True, False]}, "(always and never)"),
        ("Or", {"conditions": [True, False]}, "(always or never)"),
        ("Not", {"condition": True}, "not always"),
    ],
)
def test_every_name_of_midimon_takes_its_fields(
    name: str, fields: dict[str, Any], text: str
) -> None:
    """The fields of a config file are the builders' arguments."""
    assert str(CONDITIONS[name](**fields)) == text


@pytest.mark.parametrize("build", [app_running, app_frontmost, mode_is])
def test_a_name_is_needed(build: Callable[[Any], Any]) -> None:
    """An empty name would fit everything, or nothing."""
    for name in ("", "  ", 3):
        with pytest.raises(InvalidValue, match="allowed is a name, as text"):
            build(name)


def test_slow_is_what_asks_the_system_and_what_holds_it() -> None:
    """So that the engine never waits for it."""
    slow = all_of(True, any_of(not_(app_running("x"))))
    assert slow.slow
    assert app_frontmost("x").slow
    assert not all_of(mode_is("x"), not_(time_range("1:00", "2:00")), lambda context: True).slow


def _decided(condition: Condition, host: FakeHost) -> tuple[bool, int]:
    """Return the answer, and how often it was waited for."""
    steps, waits, result = decide(condition, host, CONTEXT), 0, None
    try:
        while True:
            waited = steps.send(result)
            waits += 1
            results: list[Any] = []
            assert isinstance(waited, Pending)
            waited.then(results.append)
            result = results[0]
    except StopIteration as ended:
        return ended.value, waits


def test_decide_waits_only_if_the_answer_depends_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What decides the rest is asked first, and here: a function must not run elsewhere."""
    monkeypatch.setattr(applications, "is_running", lambda name: True)
    runs = app_running("Live")
    assert _decided(all_of(runs, never()), FakeHost()) == (False, 0)
    assert _decided(any_of(runs, lambda context: True), FakeHost()) == (True, 0)
    assert _decided(not_(all_of(runs, lambda context: True)), FakeHost()) == (False, 1)
    assert _decided(any_of(runs, never()), FakeHost()) == (True, 1)


def test_decide_says_why_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that breaks is an error, not a no."""

    def broken(name: str) -> bool:
        raise OSError("no /proc")

    monkeypatch.setattr(applications, "is_running", broken)
    with pytest.raises(MidimonError, match="whether 'Live' runs could not be found out: no /proc"):
        _decided(app_running("Live"), FakeHost())


def test_what_is_public_is_what_the_table_builds() -> None:
    """No builder is forgotten."""
    assert {build.__name__ for build in CONDITIONS.values()} <= set(conditions.__all__)
