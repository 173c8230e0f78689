"""What plugins were allowed and refused: JSON lines in a file, and the last of them in memory.

One line for each decision, equal ones within a second folded into one with `n`::

    {"t": 1764000000.123, "plugin": "http_request", "digest": "9f2c", "tier": "guarded",
     "scope": "network:api.example.com:443", "op": "socket.connect", "verdict": "refused",
     "why": "not granted", "at": "plugin.py, line 41, in execute", "n": 3}
"""

import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midimon_live.home import private_folder

KEPT = 10_000
LARGEST = 5_000_000
_FILES = 3
_FOLD_S = 1.0
_NAME = "audit.jsonl"
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT


@dataclass(slots=True)
class Entry:
    """One decision, or several equal ones.

    Attributes:
        t: when, in seconds since the Unix epoch.
        plugin: who.
        digest: of its files, or "".
        scope: what, as "network:api.example.com:443".
        op: how it was asked for: an audit event, "execute", "grant", "revoke", ...
        verdict: "allowed", "refused", "granted", "revoked", "denied".
        why: in words, or "".
        at: where in the plugin's code, or "".
        n: how often.
    """

    t: float
    plugin: str
    digest: str
    scope: str
    op: str
    verdict: str
    why: str = ""
    at: str = ""
    n: int = 1

    @property
    def same(self) -> tuple[str, ...]:
        """What makes two of them equal."""
        return (self.plugin, self.digest, self.scope, self.op, self.verdict, self.why, self.at)

    def line(self) -> str:
        """Return it as it stands in the file."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({**values, "tier": "guarded"})


class Audit:
    """Takes decisions from any thread and writes them on one of its own.

    Args:
        folder: where the files are; None keeps the log in memory only.
        now_s: tells the seconds since the Unix epoch.
        complain: takes one line about a file that can not be written.
        threads: False writes only when asked to: for tests.

    Attributes:
        told: is called with each new entry, on the thread where it was decided.
    """

    def __init__(
        self,
        folder: Path | None,
        now_s: Callable[[], float],
        complain: Callable[[str], None],
        *,
        threads: bool,
    ) -> None:
        self._folder = folder
        self._now_s = now_s
        self._complain = complain
        self._threads = threads
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._recent: dict[tuple[str, ...], Entry] = {}
        self._unwritten: deque[Entry] = deque(maxlen=KEPT)
        self._wake = threading.Event()
        self._closed = False
        self.told: Callable[[Entry], None] = lambda _entry: None
        self._thread: threading.Thread | None = None

    def add(self, plugin: str, scope: str, op: str, verdict: str, **more: Any) -> None:
        """Note a decision; never raises and never waits for a disk."""
        entry = Entry(self._now_s(), plugin, more.pop("digest", ""), scope, op, verdict, **more)
        with self._lock:
            same = self._recent.get(entry.same)
            if same is not None and entry.t - same.t < _FOLD_S:
                same.n += 1
                return
            self._take(entry)
        self.told(entry)

    def _take(self, entry: Entry) -> None:
        if len(self._recent) > KEPT:
            self._recent.clear()
        self._recent[entry.same] = entry
        self._entries.append(entry)
        if self._folder is None:
            return
        self._unwritten.append(entry)
        if self._thread is None and self._threads and not self._closed:
            self._thread = threading.Thread(target=self._serve, name="midimon-audit", daemon=True)
            self._thread.start()
        self._wake.set()

    def entries(self, plugin: str | None = None) -> list[Entry]:
        """Return what is remembered, oldest first, of one plugin or of all."""
        with self._lock:
            return [one for one in self._entries if plugin in (None, one.plugin)]

    def used(self, plugin: str) -> Iterable[str]:
        """Return the scopes that a plugin has used, each once, in order of their first use."""
        found = [one.scope for one in self.entries(plugin) if one.verdict == "allowed"]
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Write what is left; again is harmless."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(2.0)
        self.write(all_of_them=True)

    def write(self, *, all_of_them: bool) -> None:
        """Write what can be folded no more, or all."""
        due: list[Entry] = []
        limit = self._now_s() - _FOLD_S
        with self._lock:
            while self._unwritten and (all_of_them or self._unwritten[0].t < limit):
                due.append(self._unwritten.popleft())
                self._recent.pop(due[-1].same, None)
        if not due or self._folder is None:
            return
        try:
            path = private_folder(self._folder) / _NAME
            _rotate(path)
            # only the user may read it from the first byte on
            with os.fdopen(os.open(path, _APPEND, 0o600), "a", encoding="utf-8") as file:
                file.writelines(f"{one.line()}\n" for one in due)
        except OSError as error:
            self._complain(f"the audit log was not written: {error.strerror or error}")

    def _serve(self) -> None:
        while not self._closed:
            self._wake.wait()
            self._wake.clear()
            if not self._closed:
                threading.Event().wait(_FOLD_S)
            self.write(all_of_them=False)
            with self._lock:
                if self._unwritten:
                    self._wake.set()


def _rotate(path: Path) -> None:
    """Begin a new file when this one is large; two older ones are kept."""
    if not path.exists() or path.stat().st_size < LARGEST:
        return
    for number in range(_FILES - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        newer = path if number == 1 else path.with_name(f"{path.name}.{number - 1}")
        if newer.exists():
            newer.replace(older)
