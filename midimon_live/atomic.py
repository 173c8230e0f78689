"""Files and folders that are replaced whole: whoever reads sees the old or the new, never half."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex


def replace_content(path: Path, content: bytes, *, mode: int) -> None:
    """Replace a file's content at one stroke, and flush it to the disk.

    Args:
        path: the file; its folder is there.
        content: the new one.
        mode: the permissions that the file has then, such as 0o600.

    Raises:
        OSError: it could not be written; what was there is there still.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # made with 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode != 0o600:
            Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def write_folder(folder: Path, files: Mapping[str, bytes], *, replace: bool = False) -> None:
    """Make a folder with files in it, which is there whole or not at all.

    Args:
        folder: the new one; folders above it are made too.
        files: name → content.
        replace: let it take the place of one that is there; other files of that are kept.

    Raises:
        FileExistsError: it is there, and is not to be replaced.
        OSError: it could not be written; what was there is there still, and nothing else.
    """
    if not replace and (folder.exists() or folder.is_symlink()):
        raise FileExistsError(f"{folder} is there already")
    above = [one for one in folder.parents if not one.exists()]
    beside = folder.with_name(f".{folder.name}.{token_hex(4)}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            _copy_others(folder, beside, files)
        else:
            beside.mkdir()
        for name, content in files.items():
            _write_through(beside / name, content)
        _put_in_place(beside, folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        with contextlib.suppress(OSError):
            for one in above:
                one.rmdir()
        raise


def _copy_others(folder: Path, copy: Path, files: Mapping[str, bytes]) -> None:
    """Copy a folder without the files that are written anew; raises OSError."""

    def written_anew(inside: str, names: list[str]) -> list[str]:
        return [name for name in names if name in files] if Path(inside) == folder else []

    try:
        shutil.copytree(folder, copy, symlinks=True, ignore=written_anew)
    except shutil.Error as error:  # it has collected them; the first tells enough
        raise OSError(error.args[0][0][2]) from error


def _write_through(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(beside: Path, folder: Path) -> None:
    """Rename a folder; one that is in its place is gone afterwards, or back where it was."""
    if not folder.exists():
        beside.rename(folder)
        return
    former = folder.rename(folder.with_name(f"{beside.name}.before"))
    try:
        beside.rename(folder)
    except BaseException:
        former.rename(folder)
        raise
    shutil.rmtree(former, ignore_errors=True)
