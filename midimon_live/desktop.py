"""Keyboard and mouse of this desktop; the only module that knows pynput.

pynput is an extra (`midimon_live[desktop]`) and wants a display, so it is imported when keys are
sent and not before.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec
from typing import Any, Protocol

from midimon_live.errors import MidimonError

_NOT_ON_MACOS = {"insert", "print_screen", "scroll_lock", "pause", "num_lock", "media_stop"}
_TYPED = {"\n": "enter", "\r": "enter", "\t": "tab", "\b": "backspace", "\x1b": "esc"}
# XF86AudioStop, which pynput does not know, and ISO_Level3_Shift, which layouts have today
_X11_SPARE = {"media_stop": 0x1008FF15, "alt_gr": 0xFE03}
_X11_SHIFT = 1


class Sender(Protocol):
    """What sends keys and clicks; one thread at a time calls.

    Keys go by the names of `keynames`, or are single characters.
    """

    def press(self, key: str) -> None:
        """Press a key."""

    def release(self, key: str) -> None:
        """Let a key go."""

    def type(self, character: str) -> None:
        """Type one character, with whatever keys that takes."""

    def move(self, x: int, y: int) -> None:
        """Move the pointer, in pixels from the upper left corner."""

    def click(self, button: str, clicks: int) -> None:
        """Click with "left", "right" or "middle"."""


def missing() -> str:
    """Return one line that says what keeps keys from being sent, or ""."""
    try:
        _find_pynput()
    except ModuleNotFoundError:
        return "keyboard and mouse need pynput: pip install 'midimon_live[desktop]'"
    if sys.platform not in ("darwin", "win32") and not os.environ.get("DISPLAY"):
        return (
            "keyboard and mouse need an X display, and DISPLAY is not set; "
            "start Jupyter from the desktop"
        )
    return ""


@cache
def _find_pynput() -> None:
    """Raise ModuleNotFoundError where it is not installed, which may change; looks again then."""
    if "pynput" not in sys.modules and find_spec("pynput") is None:
        raise ModuleNotFoundError("pynput")


def limits(keys: Sequence[str], platform: str) -> list[str]:
    """Return what will not work here although nothing is missing.

    Args:
        keys: the keys to be pressed.
        platform: as `sys.platform` has it.
    """
    lost = [key for key in keys if key in _NOT_ON_MACOS] if platform == "darwin" else []
    found = [f"macOS has no key {key!r}" for key in lost]
    if platform.startswith("linux") and os.environ.get("WAYLAND_DISPLAY"):
        found.append("under Wayland keyboard and mouse reach only windows that use X (XWayland)")
    return found


def sender() -> Sender:
    """Return what sends keys and clicks to the display of this moment.

    Raises:
        MidimonError: pynput or a display is missing, or the display does not answer.
    """
    if lack := missing():
        raise MidimonError(lack)
    try:
        return PynputSender()
    except Exception as error:
        where = os.environ.get("DISPLAY", sys.platform)
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise MidimonError(f"display {where} takes no keys: {reason:.200}") from error


class PynputSender:
    """Sends through pynput.

    On X11 pynput hands characters to the focused window as synthetic events, which some programs
    and all global shortcuts ignore. So what is on the keyboard is pressed there, like a named key.
    """

    def __init__(self) -> None:
        from pynput import keyboard, mouse

        self._codes = keyboard
        self._buttons = mouse.Button
        self._keyboard = keyboard.Controller()
        self._mouse = mouse.Controller()
        # only the controller for X11 has one: keysym -> (keycode, modifiers)
        self._layout: dict[int, tuple[int, int]] = getattr(self._keyboard, "keyboard_mapping", {})

    def press(self, key: str) -> None:
        """Press a key."""
        self._keyboard.press(self._code(key))

    def release(self, key: str) -> None:
        """Let a key go."""
        self._keyboard.release(self._code(key))

    def type(self, character: str) -> None:
        """Type one character."""
        key = _TYPED.get(character, character)
        shifted = len(key) == 1 and self._modifiers(key) == _X11_SHIFT
        with ExitStack() as held:
            if shifted:
                held.callback(self.release, "shift")
                self.press("shift")
            code = self._codes.KeyCode.from_vk(_keysym(key)) if shifted else self._code(key)
            held.callback(self._keyboard.release, code)
            self._keyboard.press(code)

    def move(self, x: int, y: int) -> None:
        """Move the pointer."""
        self._mouse.position = (x, y)

    def click(self, button: str, clicks: int) -> None:
        """Click."""
        self._mouse.click(self._buttons[button], clicks)

    def _code(self, key: str) -> Any:
        if len(key) == 1:
            on_keyboard = self._modifiers(key) == 0
            codes = self._codes.KeyCode
            return codes.from_vk(_keysym(key)) if on_keyboard else codes.from_char(key)
        code = getattr(self._codes.Key, key, None)
        if self._layout and (code is None or code.value.vk not in self._layout):
            spare = _X11_SPARE.get(key)
            code = self._codes.KeyCode.from_vk(spare) if spare in self._layout else None
        if code is None:
            raise MidimonError(f"the keyboard of this desktop has no key {key!r}")
        return code

    def _modifiers(self, character: str) -> int | None:
        """Return the X11 modifiers that a character takes; None if it is on no key."""
        return self._layout.get(_keysym(character), (0, None))[1]


def _keysym(character: str) -> int:
    """Return X11's number of a character (X Window System Protocol, appendix A)."""
    code = ord(character)
    return code if code < 0x100 else 0x1000000 | code


def strike(out: Sender, keys: Sequence[str], modifiers: Sequence[str]) -> None:
    """Press keys one after another while modifiers are held.

    Modifiers go down in order and up in reverse, also when something fails on the way.
    """
    with ExitStack() as held:
        for key in modifiers:
            # before the press: one that raises may have got through
            held.callback(out.release, key)
            out.press(key)
        for key in keys:
            with ExitStack() as pressed:
                pressed.callback(out.release, key)
                out.press(key)
