"""Keeping the session in the browser, for a kernel that dies; and offering what was kept.

The kernel tells what has to be kept, the page keeps it. What comes back from a page may be
anything: it is read as a stranger's file, and nothing of it is run unless somebody asked for that.
"""

from collections.abc import Hashable, Mapping
from contextvars import copy_context
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from midimon_live.errors import InvalidValue
from midimon_live.keeping import save_snapshot
from midimon_live.panels.base import Frame, Panel, packed
from midimon_live.panels.messages import Message
from midimon_live.show import Table
from midimon_live.snapshots import read

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

_LONGEST_NAME = 200


class View(Panel):
    """What is kept of a session, and what is offered."""

    name = "keep"
    hertz = 2.0
    unseen = True

    def __init__(self, desk: "Desk") -> None:
        self._place = copy_context()
        self._called = ""
        self._wanted = 0
        self._asked = 0
        self._outcome: Table | None = None
        self._outcomes = 0
        self._runs = False
        self._kept: tuple[Hashable, bytes, str] = (None, b"", "")
        self._shown: Hashable = None
        self._sent = b""
        super().__init__(desk)

    def begin(self, name: str | None = None, *, restore: bool = False) -> None:
        """Show what is restored under the cell that calls, from now on; see `Session.keep`."""
        if name is not None and not (isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME):
            raise InvalidValue(
                f"name is {name!r:.60}; allowed is text, to {_LONGEST_NAME} characters"
            )
        self._place = copy_context()
        self._called = name or ""
        if restore:
            self._asked += 1
            self._wanted = self._asked
        self.desk.wake()

    def save(self, path: str | PathLike[str]) -> Path:
        """Write what is live to a file that `midi.restore(path)` reads; returns the path.

        Raises:
            InvalidValue: it is too large, or can not be written there.
        """
        return save_snapshot(self.session.snapshot().packed(), path)

    def version(self) -> Hashable:
        """Return what differs when there is something new to be kept or seen."""
        said = self._called, self._wanted, self._outcomes, self._runs, self.session.closed
        return (self.session.snapshot_version(), said)

    def state(self) -> Mapping[str, Any]:
        """Return what is said beside the snapshot."""
        _, snapshot, trouble = self._kept
        outcome = self._outcome
        return {
            "session": self.session.identity,
            "closed": self.session.closed,
            "name": self._called,
            "bytes": len(snapshot),
            "too_large": trouble,
            "wanted": self._wanted,
            "running": self._runs,
            "outcome": None
            if outcome is None
            else {"number": self._outcomes, "title": outcome.title, "lines": outcome.remarks[:50]},
        }

    def frame(self, *, whole: bool) -> Frame | None:
        """Return the next picture; the snapshot is in it only when it is another."""
        version = self.version()
        if version == self._shown and not whole:
            return None
        snapshot = self._snapshot()
        buffers = [snapshot] if snapshot and (whole or snapshot != self._sent) else []
        self._shown, self._sent = version, snapshot
        return Frame(packed(self.state()), buffers)

    def table(self) -> Table:
        """Return what is kept."""
        snapshot = self.session.snapshot()
        rows = [
            ("cells", len(snapshot.cells)),
            ("mappings", snapshot.about["mappings"]),
            ("plugins", snapshot.about["plugins"]),
            ("mode", snapshot.mode),
        ]
        return Table(
            "kept in the browser", ("", ""), rows, ["midi.keep().save(PATH) writes a file"]
        )

    def given(self, message: Message, _admitted: bool) -> None:  # noqa: FBT001 - see Panel.direct
        """Take a snapshot that somebody wants to be restored."""
        self.desk.hand_over(message, lambda: self._take(message))

    def nothing(self, _message: Message, _admitted: bool) -> None:  # noqa: FBT001 - the same
        """Take note that a page has kept nothing that could be restored."""
        self._wanted = 0

    direct: ClassVar[Mapping[str, Any]] = {"restore": given, "nothing": nothing}

    def _take(self, message: Message) -> str:
        if len(message.buffers) != 1:
            raise InvalidValue(f"{len(message.buffers)} snapshots came; expected is one")
        if self._runs:
            raise InvalidValue("a snapshot is being restored; wait until that has ended")
        snapshot = read(message.buffers[0])
        self._wanted, self._runs = 0, True
        try:
            self.session.restore_soon(snapshot, self._place, self._done)
        except BaseException:
            self._runs = False
            raise
        return "its cells are run again, as soon as no other runs"

    def _done(self, outcome: Table) -> None:
        self._outcomes += 1
        self._outcome, self._runs = outcome, False
        self.desk.wake()

    def _snapshot(self) -> bytes:
        """Return what is to be kept; worked out when something has changed."""
        version = self.session.snapshot_version()
        if version != self._kept[0]:
            try:
                self._kept = version, self.session.snapshot().packed(), ""
            except InvalidValue as error:
                self._kept = version, b"", str(error)
        return self._kept[1]
