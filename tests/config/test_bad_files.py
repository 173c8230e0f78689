"""Files that can not be read are one error each, and never an exception; nothing is created."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from midimon_live.config import ERROR, Loader, Problem
from midimon_live.config.text import DEEPEST, LARGEST

GOOD = "[[global_mappings]]\ntrigger = { type = 'Note', note = 36 }\naction = { Text = 'a' }\n"


def the_error(path: Path) -> Problem:
    """Return the one error of a file that does not load."""
    loaded = Loader().load(path)
    (problem,) = loaded.problems
    assert loaded.failed
    assert (problem.severity, problem.file) == (ERROR, str(path))
    return problem


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 50_000_000)


@pytest.mark.parametrize(
    ("data", "said", "place"),
    [
        (b"a = 1\nb = '\xff'\n", "byte 0xff is not UTF-8; save it as UTF-8", (2, 6)),
        (GOOD.encode("utf-16"), "it is UTF-16", (1, 1)),
        (GOOD.encode("utf-16-le"), "NUL byte", (1, 2)),
        (b"# a\n# b\0\n", "NUL byte: this is no text", (2, 4)),
        (b"\x7fELF\x02\x01\0", "NUL byte", (1, 7)),
        (b"a = 'b\n", "not TOML", (2, 1)),
        (b"a = 1\na = 2\n", "not TOML", (2, 6)),
        (b"note: 36\n", "not TOML", (1, 5)),
        (b'{ "modes": [] }\n', "not TOML", (1, 1)),
        (b"a = " + b"[" * 100_000, "nested", (1, 1)),
        (b"a = " + b"[" * 70 + b"]" * 70, f"nested more than {DEEPEST} deep", (1, 69)),
        (b"a" + b".a" * 70 + b" = 1", f"nested more than {DEEPEST} deep", (1, 1)),
        (b"a = 1\nb = 9223372036854775808\n", "64 bits", (2, 1)),
        (b"a = " + b"9" * 10_000, "it simpler", (1, 1)),
    ],
)
def test_what_is_no_configuration(
    tmp_path: Path, data: bytes, said: str, place: tuple[int, int]
) -> None:
    """It is said what is there, and where."""
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    problem = the_error(path)
    assert said in problem.text
    assert (problem.line, problem.column) == place


def test_a_byte_order_mark_is_none_of_the_text(tmp_path: Path) -> None:
    """Editors of some systems write one."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert Loader().load(path).problems == []


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: None, "there is no such file"),
        (Path.mkdir, "a folder, no file; give the path of a TOML file"),
        (os.mkfifo, "a device or pipe"),
        (lambda path: path.symlink_to("/dev/zero"), "a device or pipe"),
        (lambda path: path.symlink_to("/dev/null"), "a device or pipe"),
        (lambda path: path.symlink_to(path), "symbolic links"),
        (lambda path: path.symlink_to("nowhere"), "there is no such file"),
        (_sparse, f"larger than {LARGEST:,} bytes"),
    ],
)
def test_what_is_no_file(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """Nothing waits for a pipe, nor reads a device to its end, nor creates what is missing."""
    path = tmp_path / "config.toml"
    make(path)
    before = list(tmp_path.iterdir())
    assert said in the_error(path).text
    assert list(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [("a\0b", "null byte"), ("a" * 300, "too long"), ("file/config.toml", "Not a directory")],
)
def test_a_name_that_no_file_can_have(tmp_path: Path, name: str, said: str) -> None:
    """The system's reason is said."""
    (tmp_path / "file").touch()
    assert said in the_error(tmp_path / name).text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied"), "it may not be read; see to its permissions"),
        (OSError(5, "Input/output error"), "it can not be read: Input/output error"),
        (IsADirectoryError(21, "Is a directory"), "this is a folder"),
    ],
)
def test_a_file_that_the_system_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, said: str
) -> None:
    """Also where root may read everything."""
    path = tmp_path / "config.toml"
    path.write_text(GOOD)

    def refuse(*args: object) -> int:
        raise error

    monkeypatch.setattr(os, "open", refuse)
    assert said in the_error(path).text


def test_a_disk_that_fails_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is closed all the same."""
    path = tmp_path / "config.toml"
    path.write_text(GOOD)
    closed: list[int] = []

    def fail(*args: object) -> bytes:
        raise OSError(5, "Input/output error")

    close = os.close
    monkeypatch.setattr(os, "read", fail)
    monkeypatch.setattr(os, "close", lambda one: (closed.append(one), close(one)))
    assert "Input/output error" in the_error(path).text
    assert len(closed) == 1


def test_a_file_that_changes_all_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read for ever."""
    path = tmp_path / "config.toml"
    path.write_text(GOOD)
    changing(path, monkeypatch, 1_000)
    assert "changes while it is read" in the_error(path).text


def test_a_file_that_changes_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read again, to its end."""
    path = tmp_path / "config.toml"
    path.write_text(GOOD)
    changing(path, monkeypatch, 1)
    loaded = Loader().load(path)
    assert loaded.problems == []
    assert loaded.text == path.read_text()


def changing(path: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let somebody add a line to the file after each of so many reads."""
    read, left = os.read, list(range(times))

    def read_and_change(descriptor: int, count: int) -> bytes:
        data = read(descriptor, count)
        if left and not data:
            left.pop()
            path.write_text(f"{path.read_text()}# more\n")
        return data

    monkeypatch.setattr(os, "read", read_and_change)


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\ufeff", "[[modes]]\nname = 'One'\n"])
def test_a_file_without_mappings_is_fine(text: str) -> None:
    """It has nothing to say."""
    loaded = Loader().loads(text)
    assert loaded.problems == []
    assert loaded.config is not None


@pytest.mark.parametrize("text", ["\ud800", "a = '\udfff'\n", '"\\ud800" = 1\n', "a = '\x01'\n"])
def test_characters_that_are_none_are_an_error(text: str) -> None:
    """Lone surrogates and control characters."""
    (problem,) = Loader().loads(text).problems
    assert problem.severity == ERROR
    assert problem.line == 1
