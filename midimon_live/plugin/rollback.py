"""Going back to a version before: by itself where one fails again and again, or when asked to."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from shlex import quote
from typing import Protocol

from midimon_live.errors import (
    HandlerTimeout,
    InvalidValue,
    LoadError,
    PermissionDenied,
    PortError,
)
from midimon_live.monitor import Monitor
from midimon_live.plugin.version import Definition, Version
from midimon_live.versions import Journal, VersionEntry

AFTER = 3


class InForce(Protocol):
    """Brings plugins into force, and takes them out, with what they have mapped."""

    def put(self, definition: Definition, label: str = "", *, proven: bool = False) -> None:
        """Bring one plugin into force; raises LoadError, and nothing was changed then.

        `label` is what to call that where it is undone. One that is `proven` is not tried before.
        """

    def take_out(self, name: str) -> None:
        """Take a plugin out."""


class Rollback:
    """Puts versions back.

    Args:
        journal: knows them.
        monitor: is told.
        describe: returns one line about an exception.
        lock: held by the one who changes something.

    Attributes:
        after: how many failures in a row are too many; None never goes back by itself.
        beside: does a job that may take long, on another thread.
        in_force: brings plugins into force.
    """

    def __init__(
        self,
        journal: Journal,
        monitor: Monitor,
        describe: Callable[[BaseException], str],
        lock: threading.RLock,
    ) -> None:
        self._journal = journal
        self._monitor = monitor
        self._describe = describe
        self._lock = lock
        self._under_way: set[str] = set()
        self._put_back: dict[str, int] = {}  # the number of the version that was
        self.after: int | None = AFTER
        self.beside: Callable[[Callable[[], None]], None] = lambda job: job()
        self.in_force: InForce

    def failed(self, version: Version, error: BaseException) -> None:
        """Note that an execution has failed; whoever holds the baton calls."""
        if self.after is None or isinstance(error, (PermissionDenied, PortError)):
            return  # neither what it may not do, nor a cable, is the code's fault
        version.failing += 1
        hung = isinstance(error, HandlerTimeout)
        if version.retired or not (hung or version.failing >= self.after):
            return
        if version.name not in self._under_way:
            self._under_way.add(version.name)
            times = "" if hung else f"{version.failing} times in a row, "
            why = f"it failed {times}with {self._describe(error)}"
            self.beside(partial(self._leave, version, why))

    def to(self, name: str, number: int | None = None) -> VersionEntry:
        """Put a version back; without a number, the one before that did not fail.

        Returns:
            The version that it was.

        Raises:
            PluginNotFound: no plugin of that name was ever there.
            InvalidValue: there is no such version, or none before.
            LoadError: it could not be built any more; nothing was changed.
        """
        with self._lock:
            current = self._journal.current(name)
            last = self._journal.last(name).number if current is None else current.number
            entry = (
                self._journal.before(name, last)
                if number is None
                else self._journal.find(name, number)
            )
            if entry is None:
                raise InvalidValue(f"{name} has no version before {last} that worked")
            self.in_force.put(entry.anew(), f"rollback of {name}", proven=True)
            return entry

    def _leave(self, version: Version, why: str) -> None:
        """Put the version before in place of one that fails; where that is none, it stays."""
        name = version.name
        try:
            with self._lock:
                current = self._journal.current(name)
                while current is not None and current.number == version.number:
                    entry = self._journal.before(name, version.number)
                    again = self._put_back.pop(name, None) == version.number
                    spoilt = again and not version.succeeded
                    if spoilt:  # by what the one that failed has left it, perhaps
                        entry = current
                    if entry is None or self._put(entry, version, why, fresh=spoilt):
                        return
        finally:
            self._under_way.discard(name)

    def _put(self, entry: VersionEntry, version: Version, why: str, *, fresh: bool) -> bool:
        name = version.name
        definition = entry.anew()
        try:
            definition = replace(definition, fresh=True) if fresh else definition
            self.in_force.put(definition, f"rollback of {name}", proven=True)
        except LoadError as error:
            self._journal.leave(entry, str(error))
            self._monitor.notice(f"{name}: version {entry.number} can not be put back: {error}")
            return False
        if fresh:
            self._monitor.notice(f"{name} begins anew, without the state that it was left")
            return True
        if (current := self._journal.current(name)) is not None:
            self._put_back[name] = current.number
        self._journal.leave(self._journal.find(name, version.number), why)
        self._monitor.counters["rolled back"] += 1
        self._monitor.notice(
            f"{name} plays version {entry.number} again: of version {version.number}, {why}; "
            f"%midi history {quote(name)} tells, %midi undo takes that back"
        )
        return True
