"""Soft takeover: what a fader does that is not where its value was left.

Modes of it as other controller mappers have them: "jump" follows the fader at once, "pickup" waits
until the fader reaches or passes the value, "scale" moves the value in proportion to the way that
is left on either side, so that both arrive at the end together.
"""

from collections.abc import Hashable

from midimon_live.triggers.base import SEVEN_BITS, Control

TAKEOVERS = ("jump", "pickup", "scale")


class Driven:
    """A value that a fader drives in one mode: where it is, and where the fader was then."""

    __slots__ = ("at", "value")

    def __init__(self, value: int) -> None:
        self.value = float(value)
        self.at = value


def taken_over(trigger: Hashable, takeover: str, moved_to: int, control: Control) -> str:
    """Let the fader drive the value that `trigger` has in this mode.

    Args:
        trigger: whose value it is.
        takeover: "pickup" or "scale".
        moved_to: where the fader is now, 0-127.
        control: knows where it was; gets the value.

    Returns:
        "" if the value moved, else why it did not.
    """
    driven: Driven | None = control.memory.get((trigger, control.mode))
    if driven is None:
        driven = control.memory[trigger, control.mode] = Driven(moved_to)
    came_from = moved_to if control.last is None else control.last
    if takeover == "scale":
        driven.value = _scaled(driven.value, came_from, moved_to)
    elif driven.at == came_from or _reached(driven.value, came_from, moved_to):
        driven.value = moved_to
    else:
        return f"waits to be picked up at {round(driven.value)}"
    driven.at = moved_to
    control.value, control.delta = round(driven.value), None
    return ""


def _reached(value: float, came_from: int, moved_to: int) -> bool:
    """Tell whether the fader arrived at the value or passed it, however fast it was moved."""
    return (came_from - value) * (moved_to - value) <= 0


def _scaled(value: float, came_from: int, moved_to: int) -> float:
    if moved_to > came_from:
        return value + (SEVEN_BITS - value) * (moved_to - came_from) / (SEVEN_BITS - came_from)
    if moved_to < came_from:
        return value - value * (came_from - moved_to) / came_from
    return value
