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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from midimon_live.home import private_folder

Key = TypeVar("Key")
Value = TypeVar("Value")

KEPT = 10_000
LARGEST = 5_000_000
_FILES = 3
_FOLD_S = 1.0
_REFUSALS = 100
_USED = 1_000
_PLUGINS = 500
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


@dataclass(slots=True)
class Refusal:
    """What a plugin was refused since the session began: one scope, asked for in one way.

    Attributes:
        plugin: who.
        scope: what, as in `Entry`.
        op: how it was asked for.
        times: how often.
        first_ms: when first, in milliseconds since the Unix epoch.
        last_ms: when last.
        at: where in the plugin's code the last was, or "".
    """

    plugin: str
    scope: str
    op: str
    times: int
    first_ms: int
    last_ms: int
    at: str


class Audit:
    """Takes decisions from any thread and writes them on one of its own.

    Args:
        folder: where the files are; None keeps the log in memory only.
        now_s: tells the seconds since the Unix epoch.
        complain: takes one line about a file that can not be written.
        threads: False writes only when asked to: for tests.

    Attributes:
        count: how many decisions there were.
        refused: how many of them were refusals.
        first_uses: how often a plugin used a scope that it had not used before.
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
        self._refusals: dict[str, dict[tuple[str, str], Refusal]] = {}
        self._used: dict[str, dict[str, None]] = {}
        self.count = self.refused = self.first_uses = 0
        self.told: Callable[[Entry], None] = lambda _entry: None
        self._thread: threading.Thread | None = None

    def add(self, plugin: str, scope: str, op: str, verdict: str, **more: Any) -> None:
        """Note a decision; never raises and never waits for a disk."""
        entry = Entry(self._now_s(), plugin, more.pop("digest", ""), scope, op, verdict, **more)
        with self._lock:
            self._tally(entry)
            same = self._recent.get(entry.same)
            if same is not None and entry.t - same.t < _FOLD_S:
                same.n += 1
                return
            self._take(entry)
        self.told(entry)

    def _tally(self, entry: Entry) -> None:
        """Count a decision where it is found without going through all of them."""
        self.count += 1
        if entry.verdict == "allowed":
            used = _of(self._used, entry.plugin)
            if entry.scope not in used:
                self.first_uses += 1
                _bounded(used, _USED)[entry.scope] = None
        elif entry.verdict == "refused":
            self.refused += 1
            refusals, key = _of(self._refusals, entry.plugin), (entry.scope, entry.op)
            now_ms = round(entry.t * 1000)
            if (known := refusals.get(key)) is None:
                known = Refusal(entry.plugin, *key, 0, now_ms, now_ms, "")
                _bounded(refusals, _REFUSALS)[key] = known
            known.times += 1
            known.last_ms, known.at = now_ms, entry.at or known.at

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
        """Return the last 1,000 scopes that a plugin has used, in order of their first use."""
        with self._lock:
            return list(self._used.get(plugin, ()))

    def refusals(self) -> list[Refusal]:
        """Return what plugins were refused, the oldest first; of each plugin the last 100."""
        with self._lock:
            found = [replace(one) for some in self._refusals.values() for one in some.values()]
        return sorted(found, key=lambda one: one.first_ms)

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


def _of(everybody: dict[str, dict[Any, Value]], plugin: str) -> dict[Any, Value]:
    """Return what is counted of a plugin; that of 500 plugins is kept."""
    if plugin not in everybody:
        _bounded(everybody, _PLUGINS)[plugin] = {}
    return everybody[plugin]


def _bounded(some: dict[Key, Value], most: int) -> dict[Key, Value]:
    """Return it with room for one more: without the oldest, if that is needed."""
    if len(some) >= most:
        del some[next(iter(some))]
    return some


def _rotate(path: Path) -> None:
    """Begin a new file when this one is large; two older ones are kept."""
    if not path.exists() or path.stat().st_size < LARGEST:
        return
    for number in range(_FILES - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        newer = path if number == 1 else path.with_name(f"{path.name}.{number - 1}")
        if newer.exists():
            newer.replace(older)
