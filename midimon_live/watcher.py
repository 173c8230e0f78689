"""What is watched, and which of it has changed, as a generator.

Who runs it, on which thread, is somebody else's matter: `changes` is fed with what the system
tells, by `wakes` or by a test.
"""

import os
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol, TypeVar

_DEBOUNCE_MS = 50
_STEP_MS = 25
_TICK_MS = 100
_LOOK_S = 1.0  # how often to look where the system may not have told, or could not
_MOST_FILES = 2_000
_DEEPEST = 16

State = tuple[int, int, int] | None
Key = TypeVar("Key", bound=Hashable)


def state_of(path: Path | str) -> State:
    """Return what tells one state of a file from another; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - names come from scandir
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class Watched(Protocol):
    """Something that is watched; two that are equal watch the same."""

    @property
    def since(self) -> Hashable:
        """The state that is known already; None is none."""

    def folders(self) -> Iterable[str]:
        """Return the folders that the system has to watch for it, their sub-folders apart."""

    def concerns(self, path: str) -> bool:
        """Tell whether a change there is a change of it, however it looks afterwards."""

    def state(self) -> Hashable:
        """Return what tells one state of it from another."""


@dataclass(frozen=True, slots=True)
class WatchedFile:
    """A file; it need not exist all the time. It may be a link, and changes with what it leads to.

    Attributes:
        path: where it is.
        since: the state of it that is known already, as `state_of` has it; None is none.
    """

    path: Path
    since: State = field(default=None, compare=False)

    def folders(self) -> list[str]:
        """Return the one that it is in, and that of the file that it leads to."""
        return [os.path.dirname(one) for one in self._names()]  # noqa: PTH120 - as watchfiles tells

    def concerns(self, path: str) -> bool:
        """Tell whether that is the file."""
        return path in self._names()

    def state(self) -> Hashable:
        """Return time, size and inode."""
        return state_of(self.path)

    def _names(self) -> set[str]:
        inside = os.path.join(os.path.realpath(self.path.parent), self.path.name)  # noqa: PTH118
        return {inside, os.path.realpath(self.path)}


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder with everything in it. Links in it are not followed.

    Attributes:
        path: where it is.
        ignored: patterns of names that do not count.
    """

    path: Path
    ignored: tuple[str, ...] = ()
    since: None = None

    def folders(self) -> list[str]:
        """Return it and those in it, up to 16 deep."""
        return [folder for folder, _ in self._walk()]

    def concerns(self, path: str) -> bool:
        """Tell whether that is in it, and counts."""
        root = os.path.realpath(self.path)
        if not path.startswith(root + os.sep):
            return False
        return not any(map(self._is_ignored, Path(path[len(root) + 1 :]).parts))

    def state(self) -> Hashable:
        """Return time, size and inode of each file."""
        files = [os.path.join(folder, name) for folder, names in self._walk() for name in names]  # noqa: PTH118
        return tuple((name, state_of(name)) for name in files[:_MOST_FILES])

    def _is_ignored(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self.ignored)

    def _walk(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each folder with the names of its files; at most 2,000 folders."""
        waiting = [(os.path.realpath(self.path), 0)]
        for _ in range(_MOST_FILES):
            if not waiting:
                return
            folder, depth = waiting.pop()
            files: list[str] = []
            for entry in _entries(folder):
                if self._is_ignored(entry.name):
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    files.append(entry.name)
                elif depth < _DEEPEST:
                    waiting.append((entry.path, depth + 1))
            yield folder, files


@dataclass(frozen=True, slots=True)
class WatchedPlaces:
    """Which of a folder's sub-folders hold a file of some name, and its state in each.

    Attributes:
        path: the folder.
        file: the name.
    """

    path: Path
    file: str
    since: None = None

    def folders(self) -> list[str]:
        """Return it and its sub-folders, where links lead to too."""
        inside = [os.path.realpath(one.path) for one in _entries(str(self.path)) if _is_folder(one)]
        return [os.path.realpath(self.path), *inside]

    def concerns(self, path: str) -> bool:  # noqa: ARG002 - as in the others
        """Tell that its state says it all."""
        return False

    def state(self) -> Hashable:
        """Return the names of those, with time, size and inode."""
        found = {one.name: state_of(f"{one.path}{os.sep}{self.file}") for one in _inside(self)}
        return frozenset((name, one) for name, one in found.items() if one is not None)

    def names(self) -> set[str]:
        """Return the names of those sub-folders."""
        return {one.name for one in _inside(self) if state_of(f"{one.path}{os.sep}{self.file}")}


def _inside(places: WatchedPlaces) -> list[os.DirEntry[str]]:
    return [one for one in _entries(str(places.path)) if not one.name.startswith(".")]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """Return what is in a folder, in order; nothing where it can not be read."""
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda one: one.name)
    except (OSError, ValueError):
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round in a circle
        return False


def changes(
    watched: Callable[[], Mapping[Key, Watched]], wakes: Iterable[Collection[str]]
) -> Iterator[list[Key]]:
    """Yield what may have changed of that which is watched, whenever some of it may have.

    Args:
        watched: returns what is watched, by key; asked anew at each wake. What is new there is
            yielded at once, unless it is as it was `since`.
        wakes: the paths that the system tells of, or none where it is only time to look. Each is
            answered before the next is asked for.
    """
    known: dict[Key, tuple[Watched, Hashable]] = {}
    for paths in wakes:
        now = {key: (one, one.state()) for key, one in watched().items()}
        found = [
            key
            for key, (one, state) in now.items()
            if known.get(key, (one, one.since)) != (one, state) or any(map(one.concerns, paths))
        ]
        known = now
        if found:
            yield found


def wakes(
    folders: Callable[[], Iterable[str]],
    stop: threading.Event,
    poke: threading.Event,
    refused: Callable[[Exception], None],
) -> Iterator[Collection[str]]:
    """Yield the paths that the system tells of, and none once a second and when poked.

    Args:
        folders: returns what the system has to watch; asked anew after each yield.
        stop: ends the generator when it is set, within 0.1 s.
        poke: lets it look within 0.1 s; taken back by it.
        refused: is called when the system refuses to watch: from then on, and until there are other
            folders, it is only looked once a second.
    """
    while not stop.is_set():
        armed = _there(folders())
        told = _told(list(armed), stop, poke) if armed else _by_clock(stop, poke)
        try:
            yield from _while_same(told, folders, armed)
        except FileNotFoundError:  # it went between looking and watching
            continue
        except Exception as error:
            refused(error)
            yield from _while_same(_by_clock(stop, poke), folders, armed)


def _while_same(
    told: Iterator[Collection[str]],
    folders: Callable[[], Iterable[str]],
    armed: Mapping[str, tuple[int, int]],
) -> Iterator[Collection[str]]:
    for paths in told:
        yield paths
        if _there(folders()) != armed:
            return


def _there(folders: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return the folders that exist, and what tells one of a name from the next."""
    found = {}
    for folder in sorted(set(folders)):
        try:
            seen = os.stat(folder)  # noqa: PTH116 - as it came
        except (OSError, ValueError):
            continue
        found[folder] = seen.st_dev, seen.st_ino
    return found


def _by_clock(stop: threading.Event, poke: threading.Event) -> Iterator[Collection[str]]:
    """Yield once a second, and when poked."""
    while not stop.is_set():
        yield ()
        for _ in range(round(_LOOK_S * 1000 / _TICK_MS)):
            if stop.wait(_TICK_MS / 1000) or poke.is_set():
                break
        poke.clear()


def _told(
    folders: list[str], stop: threading.Event, poke: threading.Event
) -> Iterator[Collection[str]]:
    import watchfiles

    quiet = _LOOK_S * 1000 / _TICK_MS  # what was saved before the watch began is looked for at once
    for found in watchfiles.watch(
        *folders,
        watch_filter=None,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=_TICK_MS,
        yield_on_timeout=True,
        recursive=False,
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        quiet += 1
        if found or poke.is_set() or quiet * _TICK_MS >= _LOOK_S * 1000:
            quiet = 0
            poke.clear()
            yield {name for _change, name in found}
