"""Files of takes: read with care for whatever is there, replaced whole."""

import os
import stat
from pathlib import Path

from midimon_live.atomic import replace_content
from midimon_live.errors import TakeError

_MODE = 0o644


def read(path: Path, largest: int) -> bytes:
    """Return a file's content.

    Raises:
        TakeError: it is no file, larger than `largest` bytes, or can not be read.
    """
    # a named pipe must not keep the caller waiting
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                kind = "a folder" if stat.S_ISDIR(about.st_mode) else "a device or pipe"
                raise TakeError(f"{path} is {kind}; give the path of a take")
            data = file.read(largest + 1)
    except FileNotFoundError:
        raise TakeError(f"there is no file {path.absolute()}") from None
    except IsADirectoryError:
        raise TakeError(f"{path} is a folder; give the path of a take") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise TakeError(f"{path} can not be read: {why}") from None
    if len(data) > largest:
        raise TakeError(f"{path} is larger than {largest:,} bytes; no take of this kind is")
    return data


def write(path: Path, content: bytes) -> None:
    """Replace a file's content at one stroke.

    Raises:
        TakeError: it could not be written; what was there is there still.
    """
    try:
        target = path.resolve()
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else _MODE
        replace_content(target, content, mode=mode)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise TakeError(
            f"{path} can not be written: {why}; what was there is there still, and the take is "
            "kept: save it elsewhere"
        ) from None
