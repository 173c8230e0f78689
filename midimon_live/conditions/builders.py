"""How conditions are written, checked and asked."""

import inspect
import re
from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeVar

from midimon_live.actions.base import (
    ActionHost,
    Outcome,
    Wait,
    check_nesting,
    check_takes_context,
)
from midimon_live.actions.beside import beside
from midimon_live.calling import explained
from midimon_live.conditions.kinds import (
    DAYS,
    Always,
    And,
    AppFrontmost,
    AppRunning,
    Condition,
    DayOfWeek,
    Function,
    ModeIs,
    Never,
    Not,
    Or,
    TimeRange,
)
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.events import TriggerContext

_Made = TypeVar("_Made", bound=Condition)


def always() -> Always:
    """Hold."""
    return Always()


def never() -> Never:
    """Do not hold."""
    return Never()


@explained
def time_range(start: str, end: str) -> TimeRange:
    """Hold from one minute of the day to another: `time_range("22:00", "06:00")`.

    Args:
        start: the first minute, "00:00" to "23:59", local time.
        end: the last minute, to its last second; before `start` it is on the next day.

    Raises:
        InvalidValue: one is no time of day.
    """
    return TimeRange(_time("start", start), _time("end", end))


def _time(field: str, value: Any) -> str:
    if isinstance(value, str):
        found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", value)
        if found:
            return f"{int(found[1]):02}:{found[2]}"
    raise InvalidValue(f"{field} is {value!r:.80}; allowed is 'HH:MM' from '00:00' to '23:59'")


@explained
def day_of_week(*day: int | str, days: Iterable[int | str] = ()) -> DayOfWeek:
    """Hold on some days: `day_of_week("sat", "sun")` or `day_of_week(6, 7)`.

    Args:
        day: a day: 1 = Monday ... 7 = Sunday, or its English name, its first three
            letters or more.
        days: more of them.

    Raises:
        InvalidValue: one is no day.
    """
    more = [days] if isinstance(days, (str, int)) else list(days)
    return DayOfWeek(tuple(sorted({_day(one) for one in (*day, *more)})))


def _day(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 7:
        return value
    if isinstance(value, str) and len(value) >= 3:
        for number, name in enumerate(DAYS, 1):
            if name.startswith(value.lower()):
                return number
    raise InvalidValue(
        f"day is {value!r:.80}; allowed are 1 (Monday) to 7 (Sunday), and names: 'mon', 'Friday'"
    )


@explained
def app_running(app_name: str) -> AppRunning:
    """Hold while a process runs whose name, or whose program's name, contains `app_name`.

    Raises:
        InvalidValue: it is empty, or no text.
    """
    return AppRunning(_name("app_name", app_name))


@explained
def app_frontmost(app_name: str) -> AppFrontmost:
    """Hold while the application of that name has the focus.

    On macOS it is the application's name, on Windows the program's, on X11 the window's class or
    the program's name.

    Raises:
        InvalidValue: it is empty, or no text.
    """
    return AppFrontmost(_name("app_name", app_name))


@explained
def mode_is(mode: str) -> ModeIs:
    """Hold while the mode of that name is active.

    Raises:
        InvalidValue: it is empty, or no text.
    """
    return ModeIs(_name("mode", mode))


def _name(field: str, value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise InvalidValue(f"{field} is {value!r:.80}; allowed is a name, as text")


def all_of(*condition: Any, conditions: Iterable[Any] = ()) -> And:
    """Hold while all do: conditions, functions of the context, True or False.

    Raises:
        InvalidValue: one is none of these.
    """
    return _nested(And(_checked(condition, conditions)))


def any_of(*condition: Any, conditions: Iterable[Any] = ()) -> Or:
    """Hold while one does: conditions, functions of the context, True or False.

    Raises:
        InvalidValue: one is none of these.
    """
    return _nested(Or(_checked(condition, conditions)))


def _checked(*groups: Iterable[Any]) -> tuple[Condition, ...]:
    return tuple(check_condition(one) for group in groups for one in group)


def _nested(condition: _Made) -> _Made:
    check_nesting("conditions", condition)
    return condition


@explained
def not_(condition: Any) -> Not:
    """Hold while a condition, or a function of the context, does not.

    Raises:
        InvalidValue: it is none of these.
    """
    return _nested(Not(check_condition(condition)))


CONDITIONS: dict[str, Callable[..., Condition]] = {
    "Always": always,
    "Never": never,
    "TimeRange": time_range,
    "DayOfWeek": day_of_week,
    "AppRunning": app_running,
    "AppFrontmost": app_frontmost,
    "ModeIs": mode_is,
    "And": all_of,
    "Or": any_of,
    "Not": not_,
}


def check_condition(condition: Any) -> Condition:
    """Return a condition: as it is, or what True, False or a function of the context stand for.

    Raises:
        InvalidValue: it is none of these, has to be awaited, or does not take the context.
    """
    if isinstance(condition, Condition):
        return condition
    if isinstance(condition, bool):
        return Always() if condition else Never()
    if isinstance(condition, type) or not callable(condition):
        builders = ", ".join(f"{build.__name__}(...)" for build in CONDITIONS.values())
        raise InvalidValue(
            f"{condition!r:.80} is no condition; allowed are {builders}, True, False, and a "
            "function that takes the context"
        )
    call = getattr(condition, "__call__", None)  # noqa: B004 - its code, not whether it has any
    if any(map(_is_async, (condition, call))):
        raise InvalidValue(
            f"{condition!r:.80} is async; a condition must answer at once: use `def`"
        )
    check_takes_context(condition)
    return Function(condition)


def _is_async(function: Any) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def decide(
    condition: Condition, host: ActionHost, context: TriggerContext
) -> Generator[Wait, Any, bool]:
    """Find out whether a condition holds.

    To be written as `held = yield from decide(...)`. The consumer calls. Modes, times and
    functions are asked here, first; only what asks the operating system is asked beside the engine.

    Raises:
        MidimonError: it could not be asked.
    """
    rest = condition.settled(host, context)
    if not rest.slow:
        return rest.holds(host, context)
    held = yield from beside(host, f"whether {rest}", lambda: rest.holds(host, context))
    if isinstance(held, Outcome):
        raise MidimonError(f"whether {rest} could not be found out: {held.error or held.verdict}")
    return bool(held)
