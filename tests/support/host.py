"""A host that does what an action asks at once, and remembers it."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread
from typing import Any

from midimon_live.actions.base import OK, Action, ActionHost, Outcome, Pending, perform
from midimon_live.events import TriggerContext


@dataclass
class FakeHost:
    """A host without an engine.

    Attributes:
        mode: the active mode.
        modes: all modes.
        now: the time of day that it tells.
        threads: whether jobs run on a thread instead of at once.
        lanes: the lanes of the jobs, in order.
        notices: what the user was told.
        sent: bytes and port of what was sent.
    """

    mode: str = "Default"
    modes: Sequence[str] = ("Default", "Drums")
    now: datetime = field(default_factory=lambda: datetime(2024, 2, 5, 12, 0))  # noqa: DTZ001 - local
    threads: bool = False
    lanes: list[str | None] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    sent: list[tuple[bytes, str | None]] = field(default_factory=list)

    def change_mode(self, mode: str) -> None:
        """Make it the active one."""
        self.mode = mode

    def send(self, data: bytes, port: str | None) -> str:
        """Remember it."""
        self.sent.append((data, port))
        return port or "out"

    def execute(self, plugin: str, params: Mapping[str, Any], context: TriggerContext) -> Outcome:
        """Do nothing, well."""
        return OK

    def ask(
        self, function: Callable[[TriggerContext], Any], context: TriggerContext, inside: Context
    ) -> Any:
        """Call it."""
        return inside.run(function, context)

    def local_time(self) -> datetime:
        """Return `now`."""
        return self.now

    def on_release(self, context: TriggerContext, owner: Action, undo: Callable[[], None]) -> None:
        """Undo at once."""
        undo()

    def beside(
        self,
        about: str,
        job: Callable[[], Any],
        *,
        lane: str | None = None,
        cancel: Callable[[], None] = lambda: None,
    ) -> Pending:
        """Do the job now, or on a thread."""
        self.lanes.append(lane)
        pending = Pending(about, cancel)
        if self.threads:
            Thread(target=_finish, args=(pending, job), daemon=True).start()
        else:
            _finish(pending, job)
        return pending

    def notice(self, text: str) -> None:
        """Remember it."""
        self.notices.append(text)


def _finish(pending: Pending, job: Callable[[], Any]) -> None:
    try:
        result = job()
    except Exception as error:
        result = Outcome("failed", str(error), error)
    pending.finish(result)


def outcome_of(
    action: Action, host: ActionHost | None = None, context: TriggerContext | None = None
) -> Outcome:
    """Perform an action to its end, each wait being over at once, and return how it went."""
    steps = perform(action, host or FakeHost(), context or TriggerContext())
    try:
        waited = next(steps)
        while True:
            results: list[Any] = [None]
            if isinstance(waited, Pending):
                waited.then(results.append)
            waited = steps.send(results[-1])
    except StopIteration as ended:
        return ended.value
