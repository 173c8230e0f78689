"""Whatever stands in a configuration's place: one problem, no exception, nothing changed."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from midimon_live.config import Loaded, Loader
from midimon_live.config.text import LARGEST

GOOD = 'note = 36\naction = { type = "Text", text = "a" }\n'


def a_folder(path: Path) -> None:
    """Stand in its place."""
    path.mkdir()


def a_loop(path: Path) -> None:
    """Lead to itself."""
    path.symlink_to(path)


def a_pipe(path: Path) -> None:
    """Nobody writes into it."""
    os.mkfifo(path)


def a_device(path: Path) -> None:
    """It never ends."""
    path.symlink_to("/dev/zero")


def bytes_of(content: bytes) -> Callable[[Path], None]:
    """Return what writes them."""

    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


BAD = {
    "nothing": (lambda _path: None, "no such file"),
    "a folder": (a_folder, "folder"),
    "a loop of links": (a_loop, "can not be read"),
    "a pipe": (a_pipe, "device or pipe"),
    "a device": (a_device, "device or pipe"),
    "not UTF-8": (bytes_of(b'a = "\xff"\n'), "not UTF-8"),
    "UTF-16": (bytes_of(GOOD.encode("utf-16")), "UTF-8"),
    "a NUL": (bytes_of(b"a = 1\n\0\n"), "NUL"),
    "50 MB": (bytes_of(b"#" * 50_000_000), "larger than"),
    "deep lists": (bytes_of(b"a = " + b"[" * 10_000 + b"]" * 10_000), ""),
    "deep tables": (bytes_of(b"[" + b".".join([b"a"] * 500) + b"]\n"), "64 deep"),
    "an image": (bytes_of(b"\x89PNG\r\n\x1a\n\x00\x00"), ""),
    "half a file": (bytes_of(GOOD.encode()[:-5]), "not TOML"),
}


def loaded(path: Path) -> Loaded:
    """Load with a deadline: a pipe must not keep anybody waiting."""
    found: list[Loaded] = []
    thread = threading.Thread(target=lambda: found.append(Loader().load(path)), daemon=True)
    thread.start()
    thread.join(20)
    assert found, "it is still reading"
    return found[0]


@pytest.mark.parametrize(("make", "said"), BAD.values(), ids=BAD)
def test_it_is_one_problem(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    """An error, in words, and nothing is made or changed."""
    path = tmp_path / "pads.toml"
    make(path)
    before = sorted(tmp_path.iterdir())
    result = loaded(path)
    assert result.config is None
    (problem,) = result.problems
    assert problem.severity == "error"
    assert said in problem.text
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a user who is not root."""

    def refuse(*_arguments: object, **_more: object) -> int:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "pads.toml"
    path.write_text(GOOD)
    monkeypatch.setattr(os, "open", refuse)
    (problem,) = Loader().load(path).problems
    assert "may not be read" in problem.text


def test_a_file_that_changes_all_the_time_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is read three times, and then left alone."""
    path = tmp_path / "pads.toml"
    path.write_text(GOOD)
    real, reads = os.read, []

    def read(descriptor: int, size: int) -> bytes:
        reads.append(size)
        with path.open("a") as file:
            file.write("# more\n")
        return real(descriptor, 10)

    monkeypatch.setattr(os, "read", read)
    (problem,) = Loader().load(path).problems
    assert "changes while it is read" in problem.text


@pytest.mark.parametrize("name", ["a\0b.toml", "x" * 5000, "\ud800.toml"])
def test_a_path_that_can_be_none(name: str) -> None:
    """Is a problem too."""
    (problem,) = Loader().load(Path(name)).problems
    assert problem.severity == "error"


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    """And one byte more is too much."""
    path = tmp_path / "large.toml"
    padding = LARGEST - len(GOOD)
    path.write_text(GOOD + "#" * padding)
    assert Loader().load(path).config is not None
    path.write_text(GOOD + "#" * (padding + 1))
    assert Loader().load(path).config is None


VALUES = {
    "a range out of order": ('type = "CC", cc = 7, value_min = 9, value_max = 3', "above"),
    "above 127": ('type = "Note", note = 128', "at most 127"),
    "below 0": ('type = "Note", note = -1', "at least 0"),
    "a text": ('type = "Note", note = "C3"', "whole number"),
    "a fraction": ('type = "Note", note = 36.5', "whole number"),
    "true": ('type = "Note", note = true', "whole number"),
    "not a number": ('type = "Note", note = nan', "whole number"),
    "a date": ('type = "Note", note = 1979-05-27', "whole number"),
    "a list": ('type = "Note", note = [36]', "whole number"),
    "an empty chord": ('type = "NoteChord", notes = []', "at least 2"),
    "a chord of one note twice": ('type = "NoteChord", notes = [36, 36]', "36"),
    "a type that there is not": ('type = "Nte", note = 36', 'did you mean "Note"'),
    "a direction": ('type = "EncoderTurn", cc = 3, direction = "sideways"', "Clockwise"),
    "a level": ('type = "VelocityRange", note = 3, level = "loud"', "'hard'"),
    "a channel": ('type = "Note", note = 3, channel = 16', "at most 15"),
}


@pytest.mark.parametrize(("words", "said"), VALUES.values(), ids=VALUES)
def test_a_wrong_value_is_an_error_with_what_is_allowed(words: str, said: str) -> None:
    """On its line."""
    text = f'[[mappings]]\ntrigger = {{ {words} }}\naction = {{ type = "Text", text = "a" }}\n'
    errors = [one for one in Loader().loads(text).problems if one.severity == "error"]
    assert [one.line for one in errors] == [2]
    assert said in errors[0].text


def conditional(condition: str) -> str:
    """Return the keys of a conditional action."""
    then = '{ type = "Delay", ms = 1 }'
    return f'type = "Conditional", condition = {condition}, then_action = {then}'


ACTIONS = {
    "a key": ('type = "Keystroke", keys = "spce"', "did you mean 'space'"),
    "an operation": ('type = "VolumeControl", operation = "Louder"', "'Up'"),
    "a message": ('type = "SendMidi", message_type = "NoteOnn"', "NoteOnn"),
    "no shell words": ('type = "Shell", command = "echo \'"', "close it"),
    "a negative wait": ('type = "Delay", ms = -1', "at least 0"),
    "an endless wait": ('type = "Delay", ms = inf', ""),
    "nothing to repeat": ('type = "Repeat", count = 3', "action is missing"),
    "an hour that there is not": (
        conditional('{ type = "TimeRange", start = "25:00", end = "1:00" }'),
        "25:00",
    ),
    "a day that there is not": (
        conditional('{ type = "DayOfWeek", days = ["Caturday"] }'),
        "Caturday",
    ),
}


@pytest.mark.parametrize(("words", "said"), ACTIONS.values(), ids=ACTIONS)
def test_a_wrong_action_is_an_error_with_what_is_allowed(words: str, said: str) -> None:
    """On its line."""
    text = f"[[mappings]]\nnote = 36\naction = {{ {words} }}\n"
    errors = [one for one in Loader().loads(text).problems if one.severity == "error"]
    assert [one.line for one in errors] == [3]
    assert said in errors[0].text


def test_a_mode_that_there_is_not_is_warned_of() -> None:
    """A cell may define it yet."""
    modes = '[[modes]]\nname = "Drums"\n'
    text = f'{modes}[[global_mappings]]\nnote = 3\naction = {{ ModeChange = "Drms" }}\n'
    (problem,) = Loader().loads(text).problems
    assert problem.severity == "warning"
    assert "Drms" in problem.text
    assert "Drums" in problem.text
