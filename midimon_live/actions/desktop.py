"""Actions on this desktop: keys, text, clicks, the volume. They are done one after another."""

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from midimon_live import desktop
from midimon_live.actions.base import OK, Action, ActionHost, Outcome, Steps
from midimon_live.actions.beside import beside
from midimon_live.calling import explained
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.events import TriggerContext, check_range
from midimon_live.keynames import parse_keys
from midimon_live.mixer import change_volume, check_volume, mixer_missing, volume_keys

LANE = "desktop"
_BUTTONS = ("left", "right", "middle")
Cancelled = Callable[[], bool]


class _DesktopAction(Action):
    """Something that is done to the desktop on its own thread, in the order of firing."""

    __slots__ = ()

    def run(self, host: ActionHost, context: TriggerContext) -> Steps:
        """Do it after whatever else is being done to the desktop."""
        del context
        stop = threading.Event()
        result = yield from beside(
            host, str(self), lambda: self._attempt(stop.is_set), lane=LANE, cancel=stop.set
        )
        return result if isinstance(result, Outcome) else OK

    def _attempt(self, cancelled: Cancelled) -> Outcome:
        try:
            if not cancelled():
                self.act(cancelled)
        except MidimonError as error:
            return Outcome("failed", str(error), error)
        return Outcome("cancelled", f"{self} was ended early") if cancelled() else OK

    def act(self, cancelled: Cancelled) -> None:
        """Do it, on the desktop's thread.

        Raises:
            MidimonError: something is missing; the text says what to do.
        """
        raise NotImplementedError

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return what keeps it from working here, in one line each."""
        del modes
        lack = desktop.missing()
        return [f"{self}: {one}" for one in ([lack] if lack else self.limits())]

    def limits(self) -> list[str]:
        """Return what will not work although nothing is missing."""
        return desktop.limits((), sys.platform)


@dataclass(frozen=True, slots=True)
class Keystroke(_DesktopAction):
    """Press keys one after another while modifiers are held.

    Attributes:
        keys: names as `keynames` has them, or single characters.
        modifiers: names as `keynames` has them.
    """

    keys: tuple[str, ...]
    modifiers: tuple[str, ...] = ()

    def act(self, cancelled: Cancelled) -> None:
        """Press and release."""
        del cancelled
        desktop.strike(desktop.sender(), self.keys, self.modifiers)

    def limits(self) -> list[str]:
        """Return which keys this system does not have."""
        return desktop.limits(self.keys, sys.platform)

    def __str__(self) -> str:
        return f"keys {'+'.join((*self.modifiers, *self.keys))}"


@dataclass(frozen=True, slots=True)
class Text(_DesktopAction):
    """Type a text."""

    text: str

    def act(self, cancelled: Cancelled) -> None:
        """Type character by character, until cancelled."""
        out = desktop.sender()
        for character in self.text.replace("\r\n", "\n"):
            if cancelled():
                return
            out.type(character)

    def __str__(self) -> str:
        return f"text {self.text!r:.40}"


@dataclass(frozen=True, slots=True)
class MouseClick(_DesktopAction):
    """Click, at a place or where the pointer is.

    Attributes:
        button: "left", "right" or "middle".
        at: pixels from the left and from the top.
        clicks: how often.
    """

    button: str = "left"
    at: tuple[int, int] | None = None
    clicks: int = 1

    def act(self, cancelled: Cancelled) -> None:
        """Move, if there is a place, and click."""
        del cancelled
        out = desktop.sender()
        if self.at is not None:
            out.move(*self.at)
        out.click(self.button, self.clicks)

    def __str__(self) -> str:
        where = "" if self.at is None else f" at {self.at[0]},{self.at[1]}"
        times = "" if self.clicks == 1 else f" {self.clicks} times"
        return f"{self.button} click{times}{where}"


@dataclass(frozen=True, slots=True)
class VolumeControl(_DesktopAction):
    """Change the volume of the default output.

    Attributes:
        operation: "up", "down", "mute", "unmute", "set" or "toggle".
        value: percent: the volume for "set", the step for "up" and "down".
    """

    operation: str
    value: int | None = None

    def act(self, cancelled: Cancelled) -> None:
        """Ask the system's mixer, or press the keys for it where there is none."""
        del cancelled
        if sys.platform == "win32":
            desktop.strike(desktop.sender(), volume_keys(self.operation, self.value), ())
        else:
            change_volume(self.operation, self.value, sys.platform)

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return that there is no mixer, if so."""
        del modes
        lack = desktop.missing() if sys.platform == "win32" else mixer_missing(sys.platform)
        return [f"{self}: {lack}"] if lack else []

    def __str__(self) -> str:
        return f"volume {self.operation}{'' if self.value is None else f' {self.value}'}"


@explained
def keys(keys: str | Sequence[str], *, modifiers: str | Sequence[str] = ()) -> Keystroke:
    """Press keys, one after another: `keys("cmd+shift+a")`, `keys(["down", "enter"])`.

    Names, in any case: space, enter, tab, esc, backspace, delete, up, down, left, right, home, end,
    pageup, pagedown, insert, printscreen, scrolllock, pause, capslock, numlock, volumeup,
    volumedown, mute, playpause, stop, nexttrack, previoustrack, f1 to f20, plus, minus, and any
    single character. Modifiers: cmd (command, meta, super, win), ctrl (control), alt (option),
    shift, each also with left or right before it, and altgr; they are held while the rest is
    pressed. fn is refused: the keyboard keeps it to itself.

    Args:
        keys: names joined by "+", or a list of them; "ctrl++" is ctrl and plus.
        modifiers: modifiers that are not in `keys`.

    Raises:
        InvalidValue: there is no key, or a name is unknown; the text names the nearest.
    """
    return Keystroke(*parse_keys(keys, modifiers))


@explained
def text(text: str) -> Text:
    r"""Type a text; "\n" is the enter key and "\t" the tab key.

    Raises:
        InvalidValue: it is empty, or no text.
    """
    if isinstance(text, str) and text:
        return Text(text)
    raise InvalidValue(f"text is {text!r:.80}; allowed is text of one character or more")


@explained
def mouse(
    button: str = "left", *, x: int | None = None, y: int | None = None, clicks: int = 1
) -> MouseClick:
    """Click where the pointer is, or at a place: `mouse("right", x=100, y=200)`.

    Args:
        button: "left", "right" or "middle", in any case.
        x: pixels from the left of the desktop, -32768 to 32767; goes with `y`.
        y: pixels from its top, -32768 to 32767; goes with `x`.
        clicks: how often, 1-10.

    Raises:
        InvalidValue: there is no such button, or a number is out of range or missing.
    """
    name = button.lower() if isinstance(button, str) else button
    if name not in _BUTTONS:
        raise InvalidValue(f"button is {button!r:.80}; allowed are {', '.join(_BUTTONS)}")
    times = check_range("clicks", clicks, 1, 10)
    if x is None and y is None:
        return MouseClick(name, None, times)
    if x is None or y is None:
        raise InvalidValue(f"x is {x!r} and y is {y!r}; give both to click there, or none")
    place = (check_range("x", x, -32768, 32767), check_range("y", y, -32768, 32767))
    return MouseClick(name, place, times)


@explained
def volume(operation: str, value: int | None = None) -> VolumeControl:
    """Change the volume of the default output: `volume("set", 40)`, `volume("up")`.

    Args:
        operation: "up", "down", "mute", "unmute", "toggle" or "set", in any case.
        value: percent, 0-100: the volume for "set", which needs it; the step for "up" and "down",
            10 if not given.

    Raises:
        InvalidValue: there is no such operation, or the value is out of range or misplaced.
    """
    return VolumeControl(*check_volume(operation, value))
