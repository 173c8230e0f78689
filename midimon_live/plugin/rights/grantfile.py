"""`~/.midimon/grants.toml`: the grants that stay. Only the user may read it; written at one stroke.

For each plugin::

    [plugin.http_request]
    digest = "9f2c..."                        # of all its files: for others this is void
    declared = ["network"]                    # what it declared then, to show what is new
    granted = ["network:api.example.com:443"]
    revoked = []
    denied = []
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from midimon_live.errors import InvalidValue
from midimon_live.home import private_folder, set_aside, write_private
from midimon_live.machine import in_browser
from midimon_live.scopes import Scope, scope

_LOCK_S = 5.0
_LISTS = ("declared", "granted", "revoked", "denied")


class Kept(NamedTuple):
    """What is kept of one plugin.

    Attributes:
        digest: of its files.
        declared: what it declared when that was decided.
        granted: what it was granted.
        revoked: what was taken back.
        denied: what it is refused, whatever else.
    """

    digest: str
    declared: frozenset[Scope]
    granted: frozenset[Scope]
    revoked: frozenset[Scope]
    denied: frozenset[Scope]


class GrantFile:
    """The file. Any thread, and several processes, may use it at once.

    Args:
        path: where it is; it need not exist.
        complain: takes one line about a file that can not be read.
    """

    def __init__(self, path: Path, complain: Callable[[str], None]) -> None:
        self._path = path
        self._complain = complain
        self._lock = threading.Lock()

    def read(self, plugin: str) -> Kept | None:
        """Return what is kept of a plugin; None when nothing is, or it can not be read."""
        with self._lock:
            return self._all().get(plugin)

    def write(self, plugin: str, kept: Kept, before: Kept | None = None) -> None:
        """Keep something of a plugin; what is kept of others stays.

        Args:
            plugin: its name.
            kept: what is to be kept.
            before: what the writer knew: what another process has kept since stays.

        Raises:
            InvalidValue: the file can not be written; nothing was changed.
        """
        with self._lock:
            try:
                private_folder(self._path.parent)
                with self._alone():
                    everything = self._all(writing=True)
                    everything[plugin] = _merged(everything.get(plugin), kept, before)
                    write_private(self._path, _toml(everything).encode())
            except OSError as error:  # filelock's Timeout is one
                raise InvalidValue(
                    f"grants can not be kept in {self._path}: {error}; grant for this session"
                ) from None

    def _alone(self) -> AbstractContextManager[Any]:
        """Keep other processes from writing; a browser's files are seen by no other."""
        if in_browser():
            return nullcontext()
        from filelock import FileLock

        return FileLock(f"{self._path}.lock", timeout=_LOCK_S, mode=0o600)

    def _all(self, *, writing: bool = False) -> dict[str, Kept]:
        import tomli

        try:
            data = tomli.loads(self._path.read_bytes().decode())
            return {str(name): _kept(one) for name, one in data["plugin"].items()}
        except FileNotFoundError:
            return {}
        except OSError as error:  # it may be whole: it is neither moved nor written over
            if writing:
                raise
            self._complain(f"{self._path} can not be read ({error}): nothing in it is granted")
            return {}
        except (ValueError, LookupError, TypeError, AttributeError, InvalidValue) as error:
            aside = self._set_aside()
            self._complain(
                f"{self._path} can not be read ({error}): nothing in it is granted; {aside}"
            )
            return {}

    def _set_aside(self) -> str:
        try:
            return f"it is kept as {set_aside(self._path).name}"
        except OSError as error:
            return f"and it can not be set aside: {error.strerror}"


def _kept(data: Any) -> Kept:
    lists = [frozenset(scope(one) for one in data.get(name, [])) for name in _LISTS]
    return Kept(str(data["digest"]), *lists)


def _merged(there: Kept | None, kept: Kept, before: Kept | None) -> Kept:
    """Return what is to be kept where another process may have kept something meanwhile."""
    if there is None or before is None or not there.digest == kept.digest == before.digest:
        return kept
    return kept._replace(
        **{
            name: (getattr(there, name) - (getattr(before, name) - getattr(kept, name)))
            | getattr(kept, name)
            for name in ("granted", "revoked", "denied")
        }
    )


def _toml(everything: dict[str, Kept]) -> str:
    import tomlkit

    document = tomlkit.document()
    document.add(
        tomlkit.comment("Written by midimon_live: what plugins may do, for the files with")
    )
    document.add(tomlkit.comment("that digest. Take lines out to take grants back."))
    plugins = tomlkit.table(is_super_table=True)
    for name, kept in sorted(everything.items()):
        table = tomlkit.table()
        table["digest"] = kept.digest
        for key in _LISTS:
            table[key] = sorted(map(str, getattr(kept, key)))
        plugins[name] = table
    document["plugin"] = plugins
    return tomlkit.dumps(document)
