"""The volume: what is said to which mixer."""

from pathlib import Path
from typing import Any

import pytest

from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.mixer import (
    OPERATIONS,
    change_volume,
    check_volume,
    mixer_missing,
    volume_command,
    volume_keys,
)


@pytest.mark.parametrize(
    ("mixer", "operation", "value", "words"),
    [
        ("wpctl", "set", 40, "set-volume --limit 1.0 @DEFAULT_AUDIO_SINK@ 40%"),
        ("wpctl", "up", None, "set-volume --limit 1.0 @DEFAULT_AUDIO_SINK@ 10%+"),
        ("wpctl", "toggle", None, "set-mute @DEFAULT_AUDIO_SINK@ toggle"),
        ("pactl", "set", 40, "set-sink-volume @DEFAULT_SINK@ 40%"),
        ("pactl", "down", 5, "set-sink-volume @DEFAULT_SINK@ -5%"),
        ("pactl", "mute", None, "set-sink-mute @DEFAULT_SINK@ 1"),
        ("amixer", "up", 3, "--quiet sset Master 3%+"),
        ("amixer", "unmute", None, "--quiet sset Master unmute"),
        ("osascript", "set", 0, "-e set volume output volume 0"),
        ("osascript", "mute", None, "-e set volume output muted true"),
        (
            "osascript",
            "down",
            None,
            "-e set volume output volume ((output volume of (get volume settings)) - 10)",
        ),
    ],
)
def test_each_mixer_has_its_words(
    mixer: str, operation: str, value: int | None, words: str
) -> None:
    """Steps are 10 percent unless told."""
    assert " ".join(volume_command(mixer, operation, value)) == f"{mixer} {words}"


def test_windows_presses_keys_that_move_by_two() -> None:
    """To set it goes down to nothing first."""
    assert volume_keys("up", None) == ["media_volume_up"] * 5
    assert volume_keys("set", 40).count("media_volume_down") == 50
    assert volume_keys("set", 40).count("media_volume_up") == 20
    assert all(volume_keys(operation, 10) for operation in OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "value", "expected"),
    [
        ("Up", None, ("up", None)),
        ("VolumeDown", 5, ("down", 5)),
        ("volume_mute", None, ("mute", None)),
        ("TOGGLE", None, ("toggle", None)),
        ("Set", 100, ("set", 100)),
    ],
)
def test_operations_are_known_in_any_case(operation: str, value: Any, expected: Any) -> None:
    """Also with the word volume before them."""
    assert check_volume(operation, value) == expected


@pytest.mark.parametrize(
    ("operation", "value", "text"),
    [
        ("louder", None, "operation is 'louder'; allowed are up, down, mute"),
        (None, None, "operation is None"),
        ("set", None, "value is None; allowed are whole numbers from 0 to 100"),
        ("set", 101, "value is 101; allowed are whole numbers from 0 to 100"),
        ("up", -1, "value is -1"),
        ("mute", 5, "value is 5, but 'mute' takes none"),
    ],
)
def test_what_is_no_operation_is_refused(operation: Any, value: Any, text: str) -> None:
    """The range of the value is checked too."""
    with pytest.raises(InvalidValue, match=text):
        check_volume(operation, value)


def _mixer(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_the_first_mixer_that_is_there_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is a lack that says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert mixer_missing("linux").startswith("none of wpctl, pactl, amixer is on the PATH")
    with pytest.raises(MidimonError, match="install one of them"):
        change_volume("up", None, "linux")
    _mixer(tmp_path, "amixer", "exit 9")
    _mixer(tmp_path, "pactl", f'echo "$*" > {tmp_path}/told')
    change_volume("up", None, "linux")
    assert (tmp_path / "told").read_text() == "set-sink-volume @DEFAULT_SINK@ +10%\n"


def test_a_mixer_that_refuses_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last line is the reason."""
    _mixer(tmp_path, "wpctl", "echo 'no server' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MidimonError, match="wpctl did not change the volume: no server"):
        change_volume("up", None, "linux")
