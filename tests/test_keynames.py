"""Names of keys, and how they are joined."""

from typing import Any

import pytest

from midimon_live.errors import InvalidValue
from midimon_live.keynames import parse_keys


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("space", "space Space"),
        ("enter", "return enter ENTER"),
        ("tab", "tab"),
        ("esc", "escape esc"),
        ("backspace", "backspace"),
        ("delete", "delete del"),
        ("up", "up UpArrow"),
        ("down", "down downarrow"),
        ("left", "left left-arrow"),
        ("right", "right right_arrow"),
        ("home", "home"),
        ("end", "end"),
        ("page_up", "pageup pgup page_up PageUp"),
        ("page_down", "pagedown pgdn"),
        ("media_volume_up", "volumeup volup"),
        ("media_volume_down", "volumedown voldown"),
        ("media_volume_mute", "mute"),
        ("media_play_pause", "playpause play"),
        ("media_stop", "stop"),
        ("media_next", "nexttrack next"),
        ("media_previous", "previoustrack previous prev"),
        ("insert", "insert ins"),
        ("print_screen", "printscreen prtsc"),
        ("scroll_lock", "scrolllock scrlk"),
        ("pause", "pause"),
        ("caps_lock", "capslock caps"),
        ("num_lock", "numlock numlk"),
        ("f1", "f1 F1"),
        ("f20", "f20"),
        ("+", "plus +"),
        ("-", "minus -"),
        ("a", "a A"),
        ("ü", "ü Ü u\u0308"),
        ("7", "7"),
        ("_", "_"),
    ],
)
def test_all_names_of_midimon_are_known(name: str, aliases: str) -> None:
    """In any case, with or without separators; single characters beyond ASCII too."""
    for alias in aliases.split():
        assert parse_keys(alias) == ((name,), ())


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("cmd", "cmd command meta super win"),
        ("ctrl", "ctrl control"),
        ("alt", "alt option"),
        ("shift", "shift"),
        ("alt_l", "LeftAlt left_option"),
        ("shift_r", "RightShift"),
        ("alt_gr", "AltGr alt_gr"),
    ],
)
def test_all_names_of_modifiers_are_known(name: str, aliases: str) -> None:
    """Among the keys, and in the list of modifiers."""
    for alias in aliases.split():
        assert parse_keys(f"{alias}+a") == (("a",), (name,))
        assert parse_keys("a", [alias.upper()]) == (("a",), (name,))


@pytest.mark.parametrize(
    ("keys", "pressed", "held"),
    [
        ("cmd+shift+a", "a", "cmd shift"),
        (" cmd + shift + a ", "a", "cmd shift"),
        ("ctrl++", "+", "ctrl"),
        ("+", "+", ""),
        ("+++", "+ +", ""),
        ("ctrl+plus", "+", "ctrl"),
        ("a+b+c", "a b c", ""),
        (["ctrl", "k", "ctrl+s"], "k s", "ctrl"),
        (["+", "a"], "+ a", ""),
        (" ", "space", ""),
        ("ctrl+ ", "space", "ctrl"),
        ("shift", "", "shift"),
    ],
)
def test_keys_are_joined_by_plus_or_listed(keys: Any, pressed: str, held: str) -> None:
    """Modifiers are held in the order in which they are written, each once."""
    assert parse_keys(keys) == (tuple(pressed.split()), tuple(held.split()))


def test_modifiers_come_before_those_among_the_keys() -> None:
    """One that is named twice is held once."""
    assert parse_keys("ctrl+shift+a", "cmd+shift") == (("a",), ("cmd", "shift", "ctrl"))


@pytest.mark.parametrize("keys", ["", "ctrl+", "+a", "a++b", "++", "ctrl+++a+"])
def test_a_name_left_empty_is_refused(keys: str) -> None:
    """The text says how the plus key is written."""
    with pytest.raises(InvalidValue, match="none left empty; the key itself is 'plus'"):
        parse_keys(keys)


@pytest.mark.parametrize(
    ("keys", "modifiers", "text"),
    [
        ("pgeup", (), "key 'pgeup' is unknown; did you mean 'pageup'"),
        ("entr+a", (), "key 'entr' is unknown; did you mean 'enter'"),
        ("\x07", (), "is unknown; allowed are single characters, cmd"),
        ("f21", (), "key 'f21' is unknown"),
        ("fn+a", (), "'fn' can not be pressed by a program: the keyboard keeps it"),
        ("a", "fn", "'fn' can not be pressed by a program"),
        ("a", "b", "modifier 'b' is no modifier; allowed are cmd, ctrl, alt, shift"),
        ([], (), "keys is .*; allowed are names of keys"),
        (7, (), "keys is 7; allowed is text, or a list of texts"),
        (["a", 7], (), "keys holds 7; allowed are names of keys, as text"),
    ],
)
def test_what_is_no_key_is_refused(keys: Any, modifiers: Any, text: str) -> None:
    """Nothing is dropped in silence; the nearest name is offered."""
    with pytest.raises(InvalidValue, match=text):
        parse_keys(keys, modifiers)
