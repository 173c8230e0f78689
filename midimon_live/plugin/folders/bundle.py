"""A plugin's files, read once: what is checked is what runs, whatever happens to the folder later.

The digest of a folder is the SHA-256 of these bytes::

    "midimon-plugin-v1" and a NUL byte
    for each file, in the order of the UTF-8 bytes of its path:
        how many bytes the path has     8 bytes, big-endian
        the path                        UTF-8, from the folder, with "/"
        how many bytes the file has     8 bytes, big-endian
        the SHA-256 of the file         32 bytes

The manifest is one of the files. What is left out of the bundle (`IGNORED`) is not in the digest,
and can not be imported either.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from midimon_live.errors import ChecksumMismatch, InvalidPlugin, LoadError
from midimon_live.plugin.folders import FILE, IGNORED
from midimon_live.plugin.folders.manifest import Manifest, manifest_of

MOST_FILES = 1_000
MOST_BYTES = 64 * 2**20
DEEPEST = 16
_TRIES = 3
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
# without these (Windows) files are opened by path; what was opened is compared with what was seen
_BY_DESCRIPTOR = bool(_NOFOLLOW) and os.open in os.supports_dir_fd and os.scandir in os.supports_fd
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
# a named pipe must not keep the caller waiting
_READ |= getattr(os, "O_NONBLOCK", 0) | _NOFOLLOW


class Bundle:
    """The files of a plugin. Nothing in it changes; any thread may read.

    Args:
        folder: where they are from: what tracebacks show.
        files: path from there, with "/" → content.
    """

    def __init__(self, folder: Path, files: Mapping[str, bytes]) -> None:
        self.folder = folder
        self.files: Mapping[str, bytes] = MappingProxyType(dict(files))
        self._sums: dict[str, bytes] = {}

    @classmethod
    def read(cls, folder: Path) -> "Bundle":
        """Read a folder, and everything in it but `IGNORED`.

        The folder itself may be a link, nothing in it may.

        Raises:
            InvalidPlugin: it holds links, devices, pipes or sockets; names that differ only by case
                or are not UTF-8; more than 1,000 files, 1,000 folders or 64 MB; or folders
                more than 16 deep.
            LoadError: it can not be read.
        """
        real = Path(os.path.realpath(folder))
        reader = _Reader(folder.name)
        try:
            reader.read(real)
        except OSError as error:
            what = f"{error.filename or folder}: {error.strerror or error}"
            raise LoadError(folder.name, f"its folder can not be read ({what})") from error
        return cls(real, reader.files)

    def manifest(self) -> Manifest:
        """Return what its `plugin.toml` says, as it was when the bundle was read.

        Raises:
            InvalidPlugin: there is none.
            ManifestError: it has errors, with all of them.
        """
        if FILE not in self.files:
            raise InvalidPlugin(self.folder.name, f"{self.folder} has no {FILE}; add one")
        return manifest_of(self.files[FILE], self.folder.name, str(self.folder / FILE))

    def checksum(self, path: str) -> str:
        """Return the SHA-256 of one file, as 64 lower-case hex digits.

        Raises:
            KeyError: there is no such file.
        """
        return self._sum(path).hex()

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all of it, see above, as 64 lower-case hex digits."""
        whole = sha256(b"midimon-plugin-v1\0")
        for name, path in sorted((path.encode(), path) for path in self.files):
            whole.update(len(name).to_bytes(8, "big") + name)
            whole.update(len(self.files[path]).to_bytes(8, "big") + self._sum(path))
        return whole.hexdigest()

    def verify(self, manifest: Manifest) -> bool:
        """Hold the plugin's file against its manifest.

        A checksum is of that file alone, as MIDIMon has it; of all files there is `digest`.

        Returns:
            Whether there was a checksum to hold it against.

        Raises:
            InvalidPlugin: the file is not there.
            ChecksumMismatch: it is another one.
        """
        if manifest.binary not in self.files:
            there = ", ".join(sorted(path for path in self.files if path.endswith(".py"))[:20])
            raise InvalidPlugin(
                manifest.name,
                f"its manifest names {manifest.binary}, which {self.folder} does not have; "
                f"Python files there: {there or 'none'}",
            )
        if not manifest.checksum:
            return False
        actual = self.checksum(manifest.binary)
        if actual != manifest.checksum:
            raise ChecksumMismatch(manifest.name, manifest.checksum, actual)
        return True

    def _sum(self, path: str) -> bytes:
        if path not in self._sums:
            self._sums[path] = sha256(self.files[path]).digest()
        return self._sums[path]

    def __repr__(self) -> str:
        return f"<Bundle {self.folder}, {len(self.files)} files>"


class _Reader:
    """Reads one folder, and counts."""

    def __init__(self, plugin: str) -> None:
        self.files: dict[str, bytes] = {}
        self._plugin = plugin
        self._bytes = 0
        self._folders = 0

    def read(self, folder: Path) -> None:
        """Read a folder, which is not a link any more.

        Raises:
            OSError: it can not be read.
            InvalidPlugin: it holds what it may not.
        """
        if not _BY_DESCRIPTOR:
            self._folder(None, folder, "", 0)
            return
        descriptor = os.open(folder, _READ | getattr(os, "O_DIRECTORY", 0))
        try:
            self._folder(descriptor, folder, "", 0)
        finally:
            os.close(descriptor)

    def _folder(self, descriptor: int | None, folder: Path, before: str, depth: int) -> None:
        self._folders += 1
        if depth > DEEPEST or self._folders > MOST_FILES:
            raise self._refusal(before, f"folders are nested {DEEPEST} deep at most, and 1,000")
        with os.scandir(folder if descriptor is None else descriptor) as found:
            names = sorted(one.name for one in found if not _ignored(one.name))
        folded: dict[str, str] = {}
        for name in names:
            path = f"{before}{name}"
            self._check_name(name, path)
            same = folded.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
            if same != name:
                raise self._refusal(path, f"{same} is called alike, but for case; rename one")
            self._entry(descriptor, folder / name, path, depth)

    def _check_name(self, name: str, path: str) -> None:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise self._refusal(ascii(path), "its name is not UTF-8; rename it") from None
        if "\\" in name or not name.isprintable():
            raise self._refusal(ascii(path), "its name has characters that no path has; rename it")

    def _entry(self, parent: int | None, where: Path, path: str, depth: int) -> None:
        """Read what has this name: look, open without following, look at what was opened."""
        target = where if parent is None else where.name
        seen = os.stat(target, dir_fd=parent, follow_symlinks=False)
        if not (stat.S_ISDIR(seen.st_mode) or stat.S_ISREG(seen.st_mode)):
            raise self._refusal(path, _KINDS.get(stat.S_IFMT(seen.st_mode), _SPECIAL))
        if stat.S_ISDIR(seen.st_mode) and parent is None:
            self._folder(None, where, f"{path}/", depth + 1)
            return
        with _opened(target, parent) as descriptor:
            now = os.fstat(descriptor)
            if stat.S_IFMT(now.st_mode) != stat.S_IFMT(seen.st_mode) or not _same(now, seen):
                raise self._refusal(path, "it was replaced while it was read; load it again")
            if stat.S_ISDIR(now.st_mode):
                self._folder(descriptor, where, f"{path}/", depth + 1)
            else:
                self.files[path] = self._content(descriptor, path)

    def _content(self, descriptor: int, path: str) -> bytes:
        if len(self.files) >= MOST_FILES:
            raise self._refusal(path, f"it is one file too many; {MOST_FILES:,} are allowed")
        for _ in range(_TRIES):
            before = os.fstat(descriptor)
            if self._bytes + before.st_size > MOST_BYTES:
                raise self._refusal(path, f"with it there are more than {MOST_BYTES >> 20} MB")
            os.lseek(descriptor, 0, os.SEEK_SET)
            data = _read_all(descriptor, before.st_size)
            after = os.fstat(descriptor)
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, len(data)):
                self._bytes += len(data)
                return data
        raise self._refusal(path, "it changes while it is read; load it again when it is saved")

    def _refusal(self, path: str, why: str) -> InvalidPlugin:
        return InvalidPlugin(self._plugin, f"{path or 'its folder'}: {why}")


_SPECIAL = "it is a device, pipe or socket; a plugin is made of files and folders"
_KINDS = {stat.S_IFLNK: "it is a link, which could lead anywhere; put the file itself there"}


@contextmanager
def _opened(target: Path | str, parent: int | None) -> Iterator[int]:
    descriptor = os.open(target, _READ, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def _read_all(descriptor: int, size: int) -> bytes:
    """Return what is there, but not more than a byte above `size`: a file that grows is refused."""
    data = os.read(descriptor, size + 1)
    while len(data) <= size and (more := os.read(descriptor, size + 1 - len(data))):
        data += more
    return data


def _ignored(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in IGNORED)
