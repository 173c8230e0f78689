"""What may hold or not when an event fires: the time, the mode, an application, a function."""

import inspect
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

from midimon_live import applications
from midimon_live.actions.base import ActionHost
from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from midimon_live.plugin.streams import apart
from midimon_live.show import did_you_mean, near

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Condition:
    """Something that holds or not. Subclasses are frozen dataclasses."""

    __slots__ = ()

    @property
    def slow(self) -> bool:
        """Whether it asks the operating system; then any thread may call `holds`."""
        return False

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell whether it holds now."""
        raise NotImplementedError

    def inner(self) -> "tuple[Condition, ...]":
        """Return the conditions it is made of."""
        return ()

    def settled(self, host: ActionHost, context: TriggerContext) -> "Condition":
        """Return what is left to ask the operating system, once all the rest is answered.

        That is `Always` or `Never` if the answer is known already. The consumer calls.
        """
        if self.slow:
            return self
        return Always() if self.holds(host, context) else Never()

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return what can not work as things are now, in words.

        Args:
            modes: the names of all modes.
        """
        del modes
        return []


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """It holds."""

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell that it does."""
        return True

    def __str__(self) -> str:
        return "always"


@dataclass(frozen=True, slots=True)
class Never(Condition):
    """It does not hold."""

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell that it does not."""
        return False

    def __str__(self) -> str:
        return "never"


@dataclass(frozen=True, slots=True)
class TimeRange(Condition):
    """It is a time of day.

    Attributes:
        start: its first minute, "HH:MM", local time.
        end: its last minute, to its last second. An end before the start is on the next day.
    """

    start: str
    end: str

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell whether it is that time here."""
        now = f"{host.local_time():%H:%M}"
        if self.start <= self.end:
            return self.start <= now <= self.end
        return now >= self.start or now <= self.end

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class DayOfWeek(Condition):
    """It is one of some days.

    Attributes:
        days: 1 = Monday ... 7 = Sunday.
    """

    days: tuple[int, ...]

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell whether it is that day here."""
        return host.local_time().isoweekday() in self.days

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return that it never holds, if there is no day."""
        del modes
        return [] if self.days else ["day of week: there is no day, so it never holds"]

    def __str__(self) -> str:
        names = [DAYS[day - 1][:3].capitalize() for day in self.days]
        return f"on {', '.join(names) or 'no day'}"


@dataclass(frozen=True, slots=True)
class AppRunning(Condition):
    """A process runs that has this in its name, in any case."""

    app_name: str

    @property
    def slow(self) -> bool:
        """Whether it asks the operating system: it does."""
        return True

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Look at all processes."""
        return applications.is_running(self.app_name)

    def __str__(self) -> str:
        return f"{self.app_name!r} runs"


@dataclass(frozen=True, slots=True)
class AppFrontmost(Condition):
    """The application with this name, in any case, has the focus; False where nobody knows."""

    app_name: str

    @property
    def slow(self) -> bool:
        """Whether it asks the operating system: it does."""
        return True

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Ask the window system."""
        wanted = self.app_name.casefold()
        return any(name.casefold() == wanted for name in applications.frontmost())

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return why nobody knows, if so."""
        del modes
        doubt = applications.frontmost_doubt()
        return [f"{self}: {doubt}; until then it does not hold"] if doubt else []

    def __str__(self) -> str:
        return f"{self.app_name!r} is in front"


@dataclass(frozen=True, slots=True)
class ModeIs(Condition):
    """The active mode has this name."""

    mode: str

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell whether it has."""
        return host.mode == self.mode

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return that there is no such mode, if so."""
        if self.mode in modes:
            return []
        meant = near(self.mode, modes)
        hint = did_you_mean(repr(meant)) if meant else ""
        return [f"there is no mode {self.mode!r}; there are: {', '.join(modes) or 'none'}{hint}"]

    def __str__(self) -> str:
        return f"mode is {self.mode!r}"


@dataclass(frozen=True, slots=True)
class Function(Condition):
    """A function says so; it is called with the context."""

    function: Callable[[TriggerContext], Any]
    # what it prints appears where it was said
    said_in: Context = field(default_factory=apart, compare=False, repr=False)

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Call it; what it raises goes on. The consumer calls.

        Raises:
            InvalidValue: it answered with something to await.
        """
        answer = host.ask(self.function, context, self.said_in.copy())
        if not inspect.isawaitable(answer):
            return bool(answer)
        if inspect.iscoroutine(answer):
            answer.close()
        raise InvalidValue(f"{self} gave something to await; a condition must answer at once")

    def __str__(self) -> str:
        return f"{getattr(self.function, '__name__', type(self.function).__name__):.80}(context)"


@dataclass(frozen=True, slots=True)
class _Several(Condition):
    conditions: tuple[Condition, ...]

    @property
    def slow(self) -> bool:
        """Whether one of them asks the operating system."""
        return any(one.slow for one in self.conditions)

    def inner(self) -> tuple[Condition, ...]:
        """Return the conditions it is made of."""
        return self.conditions

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return what all of them doubt."""
        return [doubt for one in self.conditions for doubt in one.doubts(modes)]

    def _answered(
        self, host: ActionHost, context: TriggerContext, decisive: type[Condition]
    ) -> list[Condition] | None:
        """Return those that are slow; None once a quick one has decided it all."""
        left = []
        for one in self.conditions:
            rest = one.settled(host, context)
            if isinstance(rest, decisive):
                return None
            if rest.slow:
                left.append(rest)
        return left


@dataclass(frozen=True, slots=True)
class And(_Several):
    """All of them hold; they are asked in order, up to the first that does not."""

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell whether all hold; true if there is none."""
        return all(one.holds(host, context) for one in self.conditions)

    def settled(self, host: ActionHost, context: TriggerContext) -> Condition:
        """Return what is left to ask the operating system."""
        left = self._answered(host, context, Never)
        if left is None:
            return Never()
        return And(tuple(left)) if left else Always()

    def __str__(self) -> str:
        return f"({' and '.join(map(str, self.conditions)) or 'always'})"


@dataclass(frozen=True, slots=True)
class Or(_Several):
    """One of them holds; they are asked in order, up to the first that does."""

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell whether one holds; false if there is none."""
        return any(one.holds(host, context) for one in self.conditions)

    def settled(self, host: ActionHost, context: TriggerContext) -> Condition:
        """Return what is left to ask the operating system."""
        left = self._answered(host, context, Always)
        if left is None:
            return Always()
        return Or(tuple(left)) if left else Never()

    def __str__(self) -> str:
        return f"({' or '.join(map(str, self.conditions)) or 'never'})"


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """It does not hold."""

    condition: Condition

    @property
    def slow(self) -> bool:
        """Whether it asks the operating system."""
        return self.condition.slow

    def holds(self, host: ActionHost, context: TriggerContext) -> bool:
        """Tell whether it does not."""
        return not self.condition.holds(host, context)

    def settled(self, host: ActionHost, context: TriggerContext) -> Condition:
        """Return what is left to ask the operating system."""
        rest = Not(self.condition.settled(host, context))
        if rest.slow:
            return rest
        return Always() if rest.holds(host, context) else Never()

    def inner(self) -> tuple[Condition, ...]:
        """Return the condition it turns round."""
        return (self.condition,)

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return what it doubts."""
        return self.condition.doubts(modes)

    def __str__(self) -> str:
        return f"not {self.condition}"
