"""A small table for each plugin that survives the kernel: `host.state`."""

import json
import threading
from collections.abc import Callable, Iterator, MutableMapping
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
            if self._path is not None and self._path.exists():
                try:
                    found = json.loads(self._path.read_bytes())
                    self._values = {str(key): json.dumps(one) for key, one in found.items()}
                except (OSError, ValueError, AttributeError) as error:
                    self._complain(f"state could not be read ({error}); it begins empty")
                    set_aside(self._path)
        return self._values


def _json(key: Any, value: Any) -> str:
    if not isinstance(key, str):
        raise InvalidValue(f"state has names as keys, not {key!r:.40}")
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidValue(
            f"state[{key!r:.40}] is {value!r:.60}, which can not be kept ({error}); "
            "allowed are text, numbers, true, false, None, lists and tables of them"
        ) from None
