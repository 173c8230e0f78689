"""A plugin's data files for `importlib.resources`, from memory."""

import io
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable, TraversableResources
from pathlib import PurePosixPath
from typing import Any


class MemoryResource(Traversable):
    """A file or folder of a bundle.

    Args:
        files: path with "/" → content.
        path: which; "" is the bundle's own folder.
    """

    def __init__(self, files: Mapping[str, bytes], path: str) -> None:
        self._files = files
        self._path = path

    @property
    def name(self) -> str:
        """Its name without the folders above."""
        return PurePosixPath(self._path).name

    def is_file(self) -> bool:
        """Tell whether it is a file."""
        return self._path in self._files

    def is_dir(self) -> bool:
        """Tell whether it is a folder with something in it."""
        return not self._path or any(one.startswith(f"{self._path}/") for one in self._files)

    def iterdir(self) -> Iterator["MemoryResource"]:
        """Yield what is in a folder."""
        before = f"{self._path}/" if self._path else ""
        inside = [one[len(before) :] for one in self._files if one.startswith(before)]
        for name in dict.fromkeys(one.partition("/")[0] for one in inside):
            yield MemoryResource(self._files, before + name)

    def joinpath(self, *descendants: Any) -> "MemoryResource":
        """Return what is further in, whether or not it exists."""
        return MemoryResource(self._files, str(PurePosixPath(self._path, *descendants)))

    def __truediv__(self, child: Any) -> "MemoryResource":
        return self.joinpath(child)

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        """Open it for reading, as text or, with "rb", as bytes.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: another mode is asked for.
        """
        if mode not in ("r", "rb", "rt"):
            raise ValueError(f"mode is {mode!r}; a plugin's files are read only: 'r' or 'rb'")
        if not self.is_file():
            raise FileNotFoundError(f"the plugin has no file {self._path!r}")
        data = io.BytesIO(self._files[self._path])
        return data if mode == "rb" else io.TextIOWrapper(data, *args, **kwargs)

    def read_bytes(self) -> bytes:
        """Return a file's content.

        Raises:
            FileNotFoundError: there is no such file.
        """
        data: bytes = self.open("rb").read()
        return data

    def read_text(self, encoding: str | None = None) -> str:
        """Return a file's text; UTF-8 without an encoding.

        Raises:
            FileNotFoundError: there is no such file.
        """
        return self.read_bytes().decode(encoding or "utf-8")

    def __repr__(self) -> str:
        return f"MemoryResource({self._path!r})"


class MemoryResources(TraversableResources):
    """What `importlib.resources.files` asks.

    Args:
        files: path with "/" → content.
        path: the package's folder; "" is the bundle's own.
    """

    def __init__(self, files: Mapping[str, bytes], path: str) -> None:
        self._root = MemoryResource(files, path)

    def files(self) -> MemoryResource:
        """Return the package's folder."""
        return self._root
