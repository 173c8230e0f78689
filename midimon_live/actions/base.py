"""What an action is, and what it may ask of the engine.

An action that is done at once returns an `Outcome`. One that takes time is a generator: it yields
what it waits for, seconds or a `Pending`, and returns its `Outcome` at the end. The engine goes on
with the next event meanwhile; closing the generator cancels it, so `finally` ends what it began.
"""

import inspect
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextvars import Context
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext

Change = Callable[["Action"], "Action"]
_DEEPEST, _MOST = 100, 10_000


class Pending:
    """Something that goes on beside the engine: an `async` execution, a process, a slow question.

    Args:
        about: what it is, for people: "its process".
        cancel: ends it early; any thread may call.
    """

    def __init__(self, about: str, cancel: Callable[[], None] = lambda: None) -> None:
        self.about = about
        self.cancel = cancel
        self._lock = threading.Lock()
        self._over = False
        self._result: Any = None
        self._resume: list[Callable[[Any], None]] = []

    def finish(self, result: Any) -> None:
        """Say that it is over, with what came of it; any thread may call, once."""
        with self._lock:
            self._over, self._result = True, result
            waiting, self._resume = self._resume, []
        for resume in waiting:
            resume(result)

    def then(self, resume: Callable[[Any], None]) -> None:
        """Call `resume(result)` once it is over, at once if it is; on the finishing thread.

        Several may wait; they are called in the order in which they asked.
        """
        with self._lock:
            over = self._over
            if not over:
                self._resume.append(resume)
        if over:
            resume(self._result)


class Outcome(NamedTuple):
    """How an action went.

    Attributes:
        verdict: "ok", "started" (it goes on), "deferred" (waits for the main thread), "cancelled",
            "failed", "denied", "disabled" or "not found".
        error: one line, or "".
        cause: what was raised, if anything.
        pending: what goes on, if anything.
    """

    verdict: str
    error: str = ""
    cause: BaseException | None = None
    pending: Pending | None = None


OK = Outcome("ok")


class Rest(float):
    """Seconds that begin when the step before has really ended; a plain number keeps the beat."""

    __slots__ = ()


Wait = float | Pending
Steps = Generator[Wait, Any, Outcome]


class ActionHost(Protocol):
    """What actions may do; the consumer that holds the baton calls."""

    @property
    def mode(self) -> str:
        """The active mode's name."""

    @property
    def modes(self) -> Sequence[str]:
        """The names of all modes, in order."""

    def change_mode(self, mode: str) -> None:
        """Make a mode active, from the next event on; raises InvalidValue."""

    def hold_mode(self, mode: str) -> Callable[[], None]:
        """Make a mode active, and return what brings the one before back; raises InvalidValue."""

    def send(self, data: bytes, port: str | None) -> str:
        """Send bytes to an output (the default one for None) and return its name."""

    def hold_note(self, note_on: bytes, port: str | None) -> Callable[[], None]:
        """Send a note-on and return what ends the note; one that sounds there is ended before."""

    def execute(self, plugin: str, params: Mapping[str, Any], context: TriggerContext) -> Outcome:
        """Execute a plugin; nothing it raises gets out."""

    def ask(
        self, function: Callable[[TriggerContext], Any], context: TriggerContext, inside: Context
    ) -> Any:
        """Call a user's function like a handler, in `inside`; what it raises goes on.

        Returns:
            Its answer.
        """

    def local_time(self) -> datetime:
        """Return the wall-clock time here."""

    def on_release(
        self, context: TriggerContext, owner: "Action", undo: Callable[[], None]
    ) -> None:
        """Call `undo` when the control that fired is let go; at once if it is already.

        What the owner began there before, at an earlier message of a fader, is undone now.
        """

    def beside(
        self,
        about: str,
        job: Callable[[], Any],
        *,
        lane: str | None = None,
        cancel: Callable[[], None] = lambda: None,
    ) -> Pending:
        """Do a job that may take long on another thread.

        Args:
            about: what it is, for people.
            job: what it returns becomes the result; what it raises, a failed `Outcome`.
            lane: jobs of one lane are done one after another.
            cancel: ends it early.
        """

    def notice(self, text: str) -> None:
        """Tell the user something that belongs to no cell, in one line."""


class Action:
    """Something that a mapping does. Subclasses are frozen dataclasses."""

    __slots__ = ()

    def run(self, host: ActionHost, context: TriggerContext) -> Outcome | Steps:
        """Do it, or return the steps of doing it.

        Raises:
            MidimonError: it could not be done; the text says why.
        """
        raise NotImplementedError

    def inner(self) -> "tuple[Action, ...]":
        """Return the actions it is made of."""
        return ()

    def replaced(self, change: Change) -> "Action":
        """Return it with `change` applied to itself, or to the actions it is made of."""
        return change(self)

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return what would fail as things are now, in words: a missing program, mode or extra."""
        del modes
        return []


def perform(action: Action, host: ActionHost, context: TriggerContext) -> Steps:
    """Do an action to its end as part of another one, with `yield from`."""
    done = action.run(host, context)
    outcome = done if isinstance(done, Outcome) else (yield from done)
    if outcome.pending is not None:
        result = yield outcome.pending
        return result if isinstance(result, Outcome) else OK
    return outcome


class _Nested(Protocol):
    def inner(self) -> Sequence["_Nested"]: ...


def check_nesting(what: str, whole: _Nested) -> None:
    """Raise InvalidValue when something is nested too deep to be done, or made of too much."""
    left, seen = [(whole, 1)], 0
    while left:
        one, depth = left.pop()
        seen += 1
        if depth > _DEEPEST:
            raise InvalidValue(f"{what} are nested {depth} deep; allowed are {_DEEPEST} levels")
        if seen > _MOST:
            raise InvalidValue(f"these are over {_MOST} {what}; use repeat(...), or a function")
        left += [(part, depth + 1) for part in one.inner()]


def walk(action: Action) -> list[Action]:
    """Return an action and all that it is made of."""
    found = [action]
    for one in action.inner():
        found += walk(one)
    return found


def check_takes_context(function: Callable[..., Any]) -> None:
    """Raise InvalidValue when a function can not take the context alone, or would never run."""
    called = (function, getattr(function, "__call__", None))  # noqa: B004 - its code
    if any(inspect.isgeneratorfunction(one) or inspect.isasyncgenfunction(one) for one in called):
        name = getattr(function, "__qualname__", type(function).__name__)
        raise InvalidValue(f"{name} is a generator, which nobody runs; take `yield` out of it")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a C function without a signature: try it and see
        return
    try:
        signature.bind(TriggerContext())
    except TypeError as error:
        name = getattr(function, "__qualname__", repr(function))
        raise InvalidValue(
            f"{name}{signature} must work with one argument, the context: {error}"
        ) from None
