"""Gamepad controls under MIDIMon's numbers: kept and listed, dormant without a gamepad backend."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from midimon_live.calling import explained
from midimon_live.errors import InvalidValue
from midimon_live.events import check_range
from midimon_live.triggers.base import Controls, Trigger, check_choice, check_ms
from midimon_live.triggers.encoders import DIRECTIONS
from midimon_live.triggers.notes import CHORD_MS

BUTTONS, AXES, SQUEEZED = (128, 255), (128, 131), (132, 133)


@dataclass(frozen=True, slots=True)
class Gamepad(Trigger):
    """A button, buttons together, a stick or a squeezed trigger; nothing sends these yet.

    Attributes:
        what: "gamepad_button", "gamepad_chord", "gamepad_stick" or "gamepad_trigger".
        ids: MIDIMon's numbers of the controls, 128-255.
        options: the other fields, as (name, value).
    """

    what: str
    ids: tuple[int, ...]
    options: tuple[tuple[str, int | str | None], ...] = ()
    channel: int | None = None

    event = "gamepad"

    def controls(self) -> Controls:
        return ()

    def __str__(self) -> str:
        return f"{self.what.replace('_', ' ')} {' '.join(map(str, self.ids))} (dormant)"


@explained
def gamepad_button(button: int, *, velocity_min: int = 1) -> Gamepad:
    """Stand for a gamepad's button, 128-255; `velocity_min` 1-127. Raises InvalidValue."""
    ids = (check_range("button", button, *BUTTONS),)
    velocity = check_range("velocity_min", velocity_min, 1, 127)
    return Gamepad("gamepad_button", ids, (("velocity_min", velocity),))


@explained
def gamepad_chord(*buttons: int | Iterable[int], timeout_ms: int = CHORD_MS) -> Gamepad:
    """Stand for two or more buttons together, each 128-255. Raises InvalidValue."""
    given: Any = buttons[0] if len(buttons) == 1 else buttons
    if not isinstance(given, Iterable) or isinstance(given, str):
        raise InvalidValue(f"gamepad_chord takes at least two buttons; got {given!r:.80}")
    ids = tuple(check_range("button", one, *BUTTONS) for one in given)
    if len(ids) < 2:
        raise InvalidValue("gamepad_chord takes at least two buttons")
    timeout = check_ms("timeout_ms", timeout_ms, 1, 60_000)
    return Gamepad("gamepad_chord", ids, (("timeout_ms", timeout),))


@explained
def gamepad_stick(axis: int, *, direction: str | None = None) -> Gamepad:
    """Stand for a stick's axis, 128-131, and the direction it moves in. Raises InvalidValue."""
    ids = (check_range("axis", axis, *AXES),)
    if direction is not None:
        direction = check_choice("direction", direction, DIRECTIONS)
    return Gamepad("gamepad_stick", ids, (("direction", direction),))


@explained
def gamepad_trigger(trigger: int, *, threshold: int = 0) -> Gamepad:
    """Stand for a squeezed trigger, 132 or 133, from `threshold`, 0-127. Raises InvalidValue."""
    ids = (check_range("trigger", trigger, *SQUEEZED),)
    squeezed = check_range("threshold", threshold, 0, 127)
    return Gamepad("gamepad_trigger", ids, (("threshold", squeezed),))
