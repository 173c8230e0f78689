"""Triggers that nothing fires here: kept and listed, so that a configuration loses nothing."""

from dataclasses import dataclass

from midimon_live.triggers.base import Controls, Trigger


@dataclass(frozen=True, slots=True)
class Dormant(Trigger):
    """A trigger of another program.

    Attributes:
        what: what it is called there.
        reason: why nothing fires it.
    """

    what: str
    reason: str
    channel: int | None = None

    event = "dormant"

    def controls(self) -> Controls:
        return ()

    def __str__(self) -> str:
        return f"{self.what} (dormant)"
