"""Reading a configuration file: bytes, text, TOML. Whatever the file is, a problem, no exception.

Limits: a file may have 5 MB, tables and lists may be nested 64 deep, whole numbers have 64 bits.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from midimon_live.config.problems import Path, Report

LARGEST = 5_000_000
DEEPEST = 64
_TRIES = 3


def read_text(path: FilePath, report: Report) -> str | None:
    """Return a file's text, or None with an error in `report`. Nothing is created or changed."""
    try:
        for _ in range(_TRIES):
            data = _read(path, report)
            if data is not None or report.failed:
                break
        else:
            report.error((), "it changes while it is read; load it again when it is saved")
    except (OSError, ValueError) as error:
        report.error((), _refusal(path, error))
        return None
    return None if data is None else decoded(data, report)


def _read(path: FilePath, report: Report) -> bytes | None:
    """Return a file's bytes; None when it changed meanwhile, or with an error in `report`."""
    # a named pipe must not keep the caller waiting
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            report.error((), f"{_kind(before.st_mode)}, no file; give the path of a TOML file")
            return None
        data = bytearray()
        while len(data) <= LARGEST and (more := os.read(descriptor, LARGEST + 1 - len(data))):
            data += more
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    same = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    return bytes(data) if same else None


def decoded(data: bytes, report: Report) -> str | None:
    """Return the text of these bytes, or None with an error in `report`."""
    if len(data) > LARGEST:
        report.error((), f"it is larger than {LARGEST:,} bytes; no configuration needs so much")
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        report.error((), "it is UTF-16, as some editors save text; save it as UTF-8", (1, 1))
        return None
    if b"\0" in data:
        place = _place(data, data.index(b"\0"))
        report.error((), "it has a NUL byte: this is no text; save it as UTF-8", place)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # the decoder does not count a byte order mark
        start = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        byte = f"byte 0x{data[start]:02x}"
        report.error((), f"{byte} is not UTF-8; save it as UTF-8", _place(data, start))
        return None
    return text.replace("\r\n", "\n")


def _place(data: bytes, at: int) -> tuple[int, int]:
    """Return line and column of a byte; columns are characters, as everywhere."""
    before = data[data.rfind(b"\n", 0, at) + 1 : at].removeprefix(b"\xef\xbb\xbf")
    return data.count(b"\n", 0, at) + 1, len(before.decode(errors="replace")) + 1


def parsed(text: str, report: Report) -> dict[str, Any] | None:
    """Return the TOML as plain data, or None with an error in `report`."""
    import tomli

    try:
        data = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        remedy = _remedy(text, error.lineno)
        report.error((), f"not TOML: {error.msg}{remedy}", (error.lineno, error.colno))
        return None
    except (RecursionError, ValueError) as error:
        report.error((), f"this TOML can not be read: {error}; make it simpler")
        return None
    for path, value in _all_in(data):
        if len(path) > DEEPEST:
            report.error(path, f"it is nested more than {DEEPEST} deep; make it flatter")
            return None
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            report.error(path, "a whole number in TOML has 64 bits at most; write a smaller one")
    return None if report.failed else data


def _remedy(text: str, line: int) -> str:
    """Return what to do where that can be told."""
    lines = text.split("\n")
    there = lines[line - 1] if line <= len(lines) else ""
    if any(quote in there for quote in "\u201c\u201d\u2018\u2019"):
        return '; write straight quotes: "text"'
    if text.lstrip().startswith(("{", "[{")):
        return "; this looks like JSON: write key = value, and tables as [name]"
    if re.match(r"\s*[\w-]+:(\s|$)", there) or text.startswith("---"):
        return "; this looks like YAML: write key = value, and tables as [name]"
    return ""


def _all_in(data: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Yield every value with its path, as long as somebody asks for the next."""
    rest: list[tuple[Path, Any]] = [((), data)]
    while rest:
        path, value = rest.pop()
        yield path, value
        if isinstance(value, dict):
            rest += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            rest += [((*path, index), inner) for index, inner in enumerate(value)]


def _kind(mode: int) -> str:
    return "a folder" if stat.S_ISDIR(mode) else "a device or pipe"


def _refusal(path: FilePath, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"there is no such file; it was looked for as {path.absolute()}"
    if isinstance(error, IsADirectoryError):
        return "this is a folder; give the path of a TOML file"
    if isinstance(error, PermissionError):
        return "it may not be read; see to its permissions"
    return f"it can not be read: {getattr(error, 'strerror', None) or error}; give another path"
