"""Actions made of others: one after another, again, later, either or; and changing the mode."""

from collections.abc import Sequence as AnySequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from midimon_live.actions.base import (
    OK,
    Action,
    ActionHost,
    Change,
    Outcome,
    Rest,
    Steps,
    check_nesting,
    perform,
)
from midimon_live.actions.plugins import check_action
from midimon_live.calling import explained
from midimon_live.conditions import Condition, check_condition, decide
from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext, check_range

_LONGEST_MS = 86_400_000
_MOST = 1_000_000
NEXT, PREVIOUS = "next", "previous"
_Flow = TypeVar("_Flow", bound=Action)


@dataclass(frozen=True, slots=True)
class Sequence(Action):
    """Do actions one after another; each ends before the next begins.

    Attributes:
        actions: in order.
        stop_on_error: whether the rest is left out when one fails.
    """

    actions: tuple[Action, ...]
    stop_on_error: bool = False

    def run(self, host: ActionHost, context: TriggerContext) -> Steps:
        failed = OK
        for action in self.actions:
            outcome = yield from attempt(action, host, context)
            if outcome.error:
                failed = outcome
                if self.stop_on_error:
                    break
        return failed

    def inner(self) -> tuple[Action, ...]:
        return self.actions

    def replaced(self, change: Change) -> Action:
        return replace(self, actions=tuple(one.replaced(change) for one in self.actions))

    def doubts(self, modes: AnySequence[str]) -> list[str]:
        return [line for one in self.actions for line in one.doubts(modes)]

    def __str__(self) -> str:
        return ", then ".join(map(str, self.actions))


@dataclass(frozen=True, slots=True)
class Delay(Action):
    """Wait."""

    ms: float

    def run(self, host: ActionHost, context: TriggerContext) -> Steps:
        yield Rest(self.ms / 1000)
        return OK

    def __str__(self) -> str:
        return f"wait {self.ms:g} ms"


@dataclass(frozen=True, slots=True)
class Repeat(Action):
    """Do an action again and again.

    Attributes:
        action: what.
        count: how often.
        delay_ms: wait between two of them, not after the last.
        stop_on_error: whether the rest is left out when one fails.
    """

    action: Action
    count: int
    delay_ms: float = 0
    stop_on_error: bool = False

    def run(self, host: ActionHost, context: TriggerContext) -> Steps:
        failed = OK
        for turn in range(self.count):
            if turn:
                yield self.delay_ms / 1000
            outcome = yield from attempt(self.action, host, context)
            if outcome.error:
                failed = outcome
                if self.stop_on_error:
                    break
        return failed

    def inner(self) -> tuple[Action, ...]:
        return (self.action,)

    def replaced(self, change: Change) -> Action:
        return replace(self, action=self.action.replaced(change))

    def doubts(self, modes: AnySequence[str]) -> list[str]:
        return self.action.doubts(modes)

    def __str__(self) -> str:
        return f"{self.count} \N{MULTIPLICATION SIGN} ({self.action})"


@dataclass(frozen=True, slots=True)
class Conditional(Action):
    """Do one action or another.

    Attributes:
        condition: decides, when the action fires.
        then_action: what to do when it holds.
        else_action: what to do when it does not.
    """

    condition: Condition
    then_action: Action
    else_action: Action | None = None

    def run(self, host: ActionHost, context: TriggerContext) -> Steps:
        holds = yield from decide(self.condition, host, context)
        chosen = self.then_action if holds else self.else_action
        if chosen is None:
            return OK
        return (yield from perform(chosen, host, context))

    def inner(self) -> tuple[Action, ...]:
        return (
            (self.then_action,)
            if self.else_action is None
            else (
                self.then_action,
                self.else_action,
            )
        )

    def replaced(self, change: Change) -> Action:
        other = self.else_action
        return replace(
            self,
            then_action=self.then_action.replaced(change),
            else_action=None if other is None else other.replaced(change),
        )

    def doubts(self, modes: AnySequence[str]) -> list[str]:
        found = self.condition.doubts(modes)
        return found + [line for one in self.inner() for line in one.doubts(modes)]

    def __str__(self) -> str:
        other = "" if self.else_action is None else f", else {self.else_action}"
        return f"if {self.condition}: {self.then_action}{other}"


@dataclass(frozen=True, slots=True)
class ModeChange(Action):
    """Make another mode active.

    Attributes:
        mode: a name, an index from 0, "next" or "previous" (round and round).
        while_held: whether the mode before comes back when the control is let go.
    """

    mode: str | int
    while_held: bool = False

    def run(self, host: ActionHost, context: TriggerContext) -> Outcome:
        target = self._target(host.mode, host.modes)
        if self.while_held:
            host.on_release(context, self, host.hold_mode(target))
        else:
            host.change_mode(target)
        return OK

    def _target(self, active: str, modes: AnySequence[str]) -> str:
        if isinstance(self.mode, int):
            if self.mode < len(modes):
                return modes[self.mode]
            raise InvalidValue(
                f"there is no mode number {self.mode}; there are 0 to {len(modes) - 1}: "
                + ", ".join(modes)
            )
        if self.mode in (NEXT, PREVIOUS) and self.mode not in modes:
            step = 1 if self.mode == NEXT else -1
            return modes[(modes.index(active) + step) % len(modes)]
        return self.mode

    def doubts(self, modes: AnySequence[str]) -> list[str]:
        there_is = (
            self.mode < len(modes)
            if isinstance(self.mode, int)
            else self.mode in (*modes, NEXT, PREVIOUS)
        )
        if there_is:
            return []
        return [f"no mode is called {self.mode!r} yet; there are: {', '.join(modes)}"]

    def __str__(self) -> str:
        return f"mode {self.mode}{' while held' if self.while_held else ''}"


def attempt(action: Action, host: ActionHost, context: TriggerContext) -> Steps:
    """Do an action whose failure does not end the one it is part of."""
    try:
        return (yield from perform(action, host, context))
    except Exception as error:
        host.notice(f"{action}: {error}")
        return Outcome("failed", str(error), error)


@explained
def sequence(*actions: Any, stop_on_error: bool = False) -> Sequence:
    """Do actions one after another: `sequence(send(...), delay(200), function)`.

    Args:
        actions: builders' results, plugins, functions.
        stop_on_error: leave out the rest when one fails.

    Raises:
        InvalidValue: there is none, or one of them is no action.
    """
    if len(actions) == 1 and isinstance(actions[0], (list, tuple)):
        actions = tuple(actions[0])
    if not actions:
        raise InvalidValue("sequence() has no actions; give at least one")
    return _checked(Sequence(tuple(map(check_action, actions)), bool(stop_on_error)))


@explained
def delay(ms: float) -> Delay:
    """Wait, without keeping anything else waiting; 0-86,400,000 milliseconds.

    Raises:
        InvalidValue: it is out of range.
    """
    return Delay(_milliseconds("ms", ms))


@explained
def repeat(action: Any, count: int, *, delay_ms: float = 0, stop_on_error: bool = False) -> Repeat:
    """Do an action `count` times.

    Args:
        action: a builder's result, a plugin, a function.
        count: 1-1,000,000.
        delay_ms: wait between two of them, 0-86,400,000 milliseconds.
        stop_on_error: leave out the rest when one fails.

    Raises:
        InvalidValue: a value is out of range, or it is no action.
    """
    repeated = Repeat(
        check_action(action),
        check_range("count", count, 1, _MOST),
        _milliseconds("delay_ms", delay_ms),
        bool(stop_on_error),
    )
    return _checked(repeated)


@explained
def when(condition: Any, then: Any, otherwise: Any = None) -> Conditional:
    """Do `then` when the condition holds at the moment of firing, else `otherwise`.

    Args:
        condition: from `midimon_live.conditions`, or a function of the context that says yes or no.
        then: a builder's result, a plugin, a function.
        otherwise: the same; None does nothing.

    Raises:
        InvalidValue: one of them can not be used.
    """
    decided = Conditional(
        check_condition(condition),
        check_action(then),
        None if otherwise is None else check_action(otherwise),
    )
    return _checked(decided)


@explained
def mode(mode: str | int, *, while_held: bool = False) -> ModeChange:
    """Make another mode active, from the next event on.

    Args:
        mode: its name, its index from 0, "next" or "previous".
        while_held: go back when the pad, key or pedal is let go.

    Raises:
        InvalidValue: it is neither.
    """
    if isinstance(mode, bool) or not isinstance(mode, (str, int)) or mode == "":
        raise InvalidValue(f'mode is {mode!r}; allowed are a name, an index, "next", "previous"')
    if isinstance(mode, int):
        check_range("mode", mode, 0, 10_000)
    return ModeChange(mode, bool(while_held))


def _checked(action: _Flow) -> _Flow:
    check_nesting("actions", action)
    return action


def _milliseconds(field: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidValue(f"{field} is {value!r}; allowed are 0 to {_LONGEST_MS} milliseconds")
    if not 0 <= value <= _LONGEST_MS:
        raise InvalidValue(f"{field} is {value!r}; allowed are 0 to {_LONGEST_MS} milliseconds")
    return float(value)
