"""Actions that can not be done here: kept and listed, so that a configuration loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from midimon_live.actions.base import Action, ActionHost, Outcome
from midimon_live.events import TriggerContext


@dataclass(frozen=True, slots=True)
class Dormant(Action):
    """An action of another program.

    Attributes:
        what: what it is called there.
        reason: why it is not done.
    """

    what: str
    reason: str

    def run(self, host: ActionHost, context: TriggerContext) -> Outcome:
        return Outcome("failed", f"{self.what} is dormant: {self.reason}")

    def doubts(self, modes: Sequence[str]) -> list[str]:
        return [f"{self.what} is dormant: {self.reason}"]

    def __str__(self) -> str:
        return f"{self.what} (dormant)"
