"""The folder that plugins, grants, logs and small tables are kept in: `~/.midimon`."""

import os
from errno import ENOTDIR
from pathlib import Path

from midimon_live.atomic import replace_content
from midimon_live.errors import InvalidValue

_VARIABLE, _PROGRESS = "MIDIMON_HOME", "MIDIMON_PROGRESS"
_lived_in: list[Path] = []


def home() -> Path:
    """Return the folder: the environment variable MIDIMON_HOME, or `~/.midimon`."""
    return Path(os.environ.get(_VARIABLE) or "~/.midimon").expanduser()


def progress_file(home: Path) -> Path:
    """Return the file of a learner's progress: MIDIMON_PROGRESS, or `progress.json` in `home`."""
    return Path(os.environ.get(_PROGRESS) or home / "progress.json").expanduser()


def move_in(folder: Path) -> None:
    """Note that a session keeps its things in the folder until `move_out`."""
    _lived_in.append(folder)


def move_out(folder: Path) -> None:
    """Note that a session that has moved in has ended; again is harmless."""
    if folder in _lived_in:
        _lived_in.remove(folder)


def stand_in(folder: Path) -> None:
    """Let `folder` be the home of this process from now on, and leave progress where it is.

    Raises:
        InvalidValue: a session lives in another folder, which would stay its home.
    """
    if elsewhere := [one for one in _lived_in if one != folder]:
        raise InvalidValue(
            f"midimon_live is loaded already, and keeps plugins and grants in {elsewhere[0]}; "
            "restart the kernel, and run this cell before any other"
        )
    os.environ[_PROGRESS] = str(progress_file(home()))
    os.environ[_VARIABLE] = str(folder)


def private_folder(path: Path) -> Path:
    """Return a folder that only the user may enter, made if there is none; raises OSError."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):  # `parents=True` would let others into those above
        one.mkdir(exist_ok=True, mode=0o700)
    if not path.is_dir():
        raise NotADirectoryError(ENOTDIR, "it is a file", str(path))
    return path


def write_private(path: Path, content: bytes) -> None:
    """Replace a file's content at one stroke; only the user may read it.

    Raises:
        OSError: it could not be written; what was there is there still.
    """
    private_folder(path.parent)
    replace_content(path, content, mode=0o600)


def set_aside(path: Path) -> Path:
    """Give a file that can not be read another name, and return that; raises OSError."""
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
        number += 1
    return path.replace(aside)
