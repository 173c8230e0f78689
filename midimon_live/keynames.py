"""What keys are called, and how several of them are written: "cmd+shift+a"."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.show import near

_SIDED = {
    "cmd": ("cmd", "command", "meta", "super", "win"),
    "ctrl": ("ctrl", "control"),
    "alt": ("alt", "option"),
    "shift": ("shift",),
}

MODIFIERS: dict[str, str] = {
    f"{prefix}{alias}": f"{name}{suffix}"
    for prefix, suffix in (("", ""), ("left", "_l"), ("right", "_r"))
    for name, aliases in _SIDED.items()
    for alias in aliases
}
"""Each name of a modifier, in lower case without separators, and the one used from there on."""

MODIFIERS["altgr"] = "alt_gr"

KEYS: dict[str, str] = {
    alias: name
    for name, aliases in {
        "space": "space",
        "enter": "enter return",
        "tab": "tab",
        "esc": "esc escape",
        "backspace": "backspace",
        "delete": "delete del",
        "up": "up uparrow",
        "down": "down downarrow",
        "left": "left leftarrow",
        "right": "right rightarrow",
        "home": "home",
        "end": "end",
        "page_up": "pageup pgup",
        "page_down": "pagedown pgdn",
        "insert": "insert ins",
        "print_screen": "printscreen prtsc",
        "scroll_lock": "scrolllock scrlk",
        "pause": "pause",
        "caps_lock": "capslock caps",
        "num_lock": "numlock numlk",
        "media_volume_up": "volumeup volup",
        "media_volume_down": "volumedown voldown",
        "media_volume_mute": "mute",
        "media_play_pause": "playpause play",
        "media_stop": "stop",
        "media_next": "nexttrack next",
        "media_previous": "previoustrack previous prev",
        **{f"f{number}": f"f{number}" for number in range(1, 21)},
    }.items()
    for alias in aliases.split()
}
"""Each name of a key, in lower case without separators, and the one used from there on."""

KEYS |= {"plus": "+", "minus": "-"}

_PART = re.compile(r"([^+]+|\+)(?:\+|\Z)")


def parse_keys(keys: Any, modifiers: Any = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys to press one after another, and the modifiers to hold meanwhile.

    Args:
        keys: names joined by "+", or a list of them; modifiers may be among them.
        modifiers: more modifiers, in the same form.

    Raises:
        InvalidValue: there is no key, or a name is unknown; the text names the nearest.
    """
    names = [_named(part) for part in _parts("keys", keys)]
    held = [_modifier(part) for part in _parts("modifiers", modifiers)]
    held += [name for name in names if name in MODIFIERS.values()]
    pressed = tuple(name for name in names if name not in MODIFIERS.values())
    if not names:
        raise InvalidValue(f"keys is {keys!r}; allowed are names of keys, such as 'cmd+shift+a'")
    return pressed, tuple(dict.fromkeys(held))


def _parts(field: str, text: Any) -> list[str]:
    if isinstance(text, str):
        return _split(field, text)
    if not isinstance(text, Iterable):
        raise InvalidValue(f"{field} is {text!r:.80}; allowed is text, or a list of texts")
    return [part for one in text for part in _parts(field, _text(field, one))]


def _text(field: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise InvalidValue(f"{field} holds {value!r:.80}; allowed are names of keys, as text")


def _split(field: str, text: str) -> list[str]:
    found = list(_PART.finditer(text))
    whole = "".join(one[0] for one in found) == text
    # what ends with a separator lacks the name after it
    if not found or not whole or found[-1][0] != found[-1][1]:
        raise InvalidValue(
            f"{field} is {text!r:.80}; allowed are names joined by '+', none left empty; "
            "the key itself is 'plus', or '+' as in 'ctrl++'"
        )
    return [one[1] if one[1] == " " else one[1].strip() for one in found]


def _named(part: str) -> str:
    """Return the one name of a key or modifier."""
    character = unicodedata.normalize("NFC", part)
    if len(character) == 1 and character.isprintable():
        lower = character.lower()
        return "space" if character == " " else lower if len(lower) == 1 else character
    plain = re.sub(r"[ _-]", "", part).lower()
    found = MODIFIERS.get(plain) or KEYS.get(plain)
    if found:
        return found
    if plain == "fn":
        raise InvalidValue(
            "key 'fn' can not be pressed by a program: the keyboard keeps it to itself; "
            "name the key that it makes, such as 'f5' or 'home'"
        )
    meant = near(plain, [*KEYS, *MODIFIERS])
    hint = f"did you mean {meant!r}? " if meant else ""
    raise InvalidValue(
        f"key {part!r:.40} is unknown; {hint}allowed are single characters, cmd, ctrl, alt, shift, "
        f"and {', '.join(name for name in KEYS if not re.fullmatch('f[0-9]+', name))}, f1 to f20"
    )


def _modifier(part: str) -> str:
    name = _named(part)
    if name in MODIFIERS.values():
        return name
    raise InvalidValue(f"modifier {part!r:.40} is no modifier; allowed are cmd, ctrl, alt, shift")
