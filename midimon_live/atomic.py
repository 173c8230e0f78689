"""Files that are replaced whole: whoever reads sees the old content or the new one, never half."""

import contextlib
import os
import tempfile
from pathlib import Path


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
