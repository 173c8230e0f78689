"""A small table for each plugin that survives the kernel: `host.state`."""

import json
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.home import set_aside, write_private

LARGEST = 64_000
_SETTLED_S = 0.5


class Table(MutableMapping[str, Any]):
    """Names and plain values: text, numbers, true and false, None, lists and tables of them.

    It is written half a second after the last change, and when the plugin goes. Any thread may use
    it. What is read is a copy: set a key again to change what it holds.

    Args:
        path: its file; None keeps nothing.
        later: calls a function in so many seconds.
        complain: takes one line about a file that can not be read or written.
    """

    def __init__(
        self,
        path: Path | None,
        later: Callable[[float, Callable[[], None]], object],
        complain: Callable[[str], None],
    ) -> None:
        self._path = path
        self._later = later
        self._complain = complain
        self._lock = threading.Lock()
        self._waits = False
        self._changed = False
        self._values: dict[str, str] | None = None

    def __getitem__(self, key: str) -> Any:
        with self._lock:
            return json.loads(self._read()[key])

    def __setitem__(self, key: str, value: Any) -> None:
        text = _json(key, value)
        with self._lock:
            values = self._read()
            before = values.get(key)
            values[key] = text
            if sum(len(name) + len(one) for name, one in values.items()) > LARGEST:
                if before is None:
                    del values[key]
                else:
                    values[key] = before
                raise InvalidValue(
                    f"state[{key!r:.40}] is too large; all of it may be {LARGEST} bytes"
                )
            if before != text:
                self._mark()

    def __delitem__(self, key: str) -> None:
        with self._lock:
            del self._read()[key]
            self._mark()

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(list(self._read()))

    def __len__(self) -> int:
        with self._lock:
            return len(self._read())

    def __repr__(self) -> str:
        return repr(dict(self))

    @property
    def lasts(self) -> bool:
        """Whether it is kept in a file."""
        return self._path is not None

    def read(self) -> None:
        """Read the file now, not when a plugin first asks, which may not read it; again nothing."""
        with self._lock:
            self._read()

    def take_over(self, other: "Table") -> None:
        """Go on with what another table holds."""
        for key in other:
            self[key] = other[key]

    def write(self) -> None:
        """Write what has changed; whoever can wait for a disk calls."""
        with self._lock:
            self._waits = False
            if not self._changed or self._path is None:
                return
            self._changed = False
            whole = {key: json.loads(text) for key, text in self._read().items()}
        try:
            write_private(self._path, json.dumps(whole, indent=1).encode())
        except OSError as error:
            self._complain(f"state was not written to {self._path}: {error.strerror or error}")

    def _mark(self) -> None:
        self._changed = True
        if not self._waits and self._path is not None:
            self._waits = True
            self._later(_SETTLED_S, self.write)

    def _read(self) -> dict[str, str]:
        if self._values is None:
            self._values = {}
            if self._path is not None:
                try:
                    found = json.loads(self._path.read_bytes())
                    self._values = {str(key): json.dumps(one) for key, one in found.items()}
                except FileNotFoundError:
                    pass
                except (OSError, ValueError, AttributeError, RecursionError) as error:
                    aside = self._set_aside(self._path)
                    self._complain(f"state could not be read ({error}); it begins empty{aside}")
        return self._values

    def _set_aside(self, path: Path) -> str:
        try:
            return f", and the file is now {set_aside(path).name}"
        except OSError as error:
            self._path = None  # what is there must not be written over
            return f" and is not kept, as {path} can not be set aside: {error.strerror or error}"


class States:
    """The tables of all plugins.

    Args:
        folder: of their files; None keeps nothing.
        later: calls a function in so many seconds.
        complain: takes one line about a file that can not be read or written.
        aside: as whom files are read and written: not as a plugin that led to it.
    """

    def __init__(
        self,
        folder: Path | None,
        later: Callable[[float, Callable[[], None]], object],
        complain: Callable[[str], None],
        aside: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._folder = folder
        self._later = later
        self._complain = complain
        self._aside = aside
        self._tables: dict[str, Table] = {}

    def table(self, name: str, *, lasts: bool) -> Table:
        """Return a plugin's table; one that does not last is lost with the kernel."""
        table = self._tables.get(name)
        keeps = lasts and self._folder is not None
        if table is not None and (table.lasts or not keeps):
            return table
        path = self._folder / f"{name}.json" if self._folder is not None and lasts else None
        new = self._tables[name] = Table(path, self._later, self._complain)
        with self._aside():
            new.read()
        if table is not None:
            new.take_over(table)
        return new

    def forget(self, name: str) -> None:
        """Drop the table of a plugin that goes; one that lasts stays, for what `shutdown` keeps."""
        if (table := self._tables.get(name)) is not None and not table.lasts:
            del self._tables[name]

    def write(self) -> None:
        """Write what is left to write of all."""
        for table in self._tables.values():
            table.write()


def _json(key: Any, value: Any) -> str:
    if not isinstance(key, str):
        raise InvalidValue(f"state has names as keys, not {key!r:.40}")
    try:
        return json.dumps(value, allow_nan=False)
    except RecursionError:
        raise InvalidValue(f"state[{key!r:.40}] is nested too deep, and can not be kept") from None
    except (TypeError, ValueError) as error:
        raise InvalidValue(
            f"state[{key!r:.40}] is {value!r:.60}, which can not be kept ({error}); "
            "allowed are text, numbers, true, false, None, lists and tables of them"
        ) from None
