"""IPython's cells: what one defines comes into force when the whole cell has succeeded.

IPython announces the beginning and the end of a cell, in the thread that runs it. Silent
executions are not announced, an empty cell only at its end, and a cell can run others (`%run`):
those belong to the outermost one.
"""

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any

from midimon_live.changes import Change
from midimon_live.errors import MidimonError
from midimon_live.lite import cell_of
from midimon_live.mappings import Origin
from midimon_live.plugin import api
from midimon_live.plugin.voices import in_cell
from midimon_live.sessions import Session
from midimon_live.show import as_text


@dataclass(slots=True)
class _Cell:
    change: Change
    depth: int


class Cells:
    """Follows the cells of a shell and hands their changes to the session.

    Args:
        shell: the IPython shell.
        session: collects and commits.
    """

    def __init__(self, shell: Any, session: Session) -> None:
        self._shell = shell
        self._session = session
        self._cells: dict[int, _Cell] = {}

    def watch(self) -> None:
        """Begin to follow; inside a running cell, with that one."""
        self._shell.events.register("pre_run_cell", self._begins)
        self._shell.events.register("post_run_cell", self._ends)
        self._session.stall_meter.cell = self.label
        self._session.stall_meter.place = self._line
        self._session.cell_book.python = self._shell.transform_cell
        frames = _cell_frames(self._shell)
        api.defined.clear()
        if frames:
            self._open(frames[-1])

    def unwatch(self) -> None:
        """Stop following; what the running cell defined is forgotten."""
        for event, function in (("pre_run_cell", self._begins), ("post_run_cell", self._ends)):
            if function in self._shell.events.callbacks[event]:
                self._shell.events.unregister(event, function)
        self._session.end(commit=False)
        self._cells.clear()

    def label(self) -> str:
        """Return the cell that the main thread runs, as "In [3]", or ""."""
        cell = self._cells.get(threading.main_thread().ident or 0)
        return cell.change.origin.label if cell and cell.change.origin else ""

    def name_place(self, filename: str, line: int) -> str:
        """Return a file and line in words: "In [3], line 7", or the file's name."""
        return cell_place(self._shell, filename, line)

    def _line(self, filename: str, line: int) -> str:
        """Return "In [3], line 7: its text" for a cell's file, else ""."""
        if not _cell_name(self._shell, filename):
            return ""
        import linecache

        return f"{self.name_place(filename, line)}: {linecache.getline(filename, line).strip()}"

    def _begins(self, info: Any) -> None:
        here = threading.get_ident()
        cell = self._cells.get(here)
        frames = _cell_frames(self._shell)
        if cell is not None and len(frames) > 1:
            cell.depth += 1
            return
        if threading.current_thread() is threading.main_thread():
            self._session.cell_begins()
        api.defined.clear()
        self._open(frames[-1] if frames else {"cell_id": getattr(info, "cell_id", None)})

    def _open(self, execution: Mapping[str, Any]) -> None:
        # IPython 9 counts a cell before it announces it, IPython 8 after it ran
        number = execution.get("execution_count", self._shell.execution_count)
        cell = execution.get("cell_id") or cell_of(self._shell)
        origin = Origin(cell, f"In [{number}]", next(self._session.cell_book.runs))
        in_cell.set(True)
        self._session.plugins.cell_begins(origin.cell)  # before its change is open
        change = Change(origin)
        self._cells[threading.get_ident()] = _Cell(change, 1)
        self._session.begin(change)

    def _ends(self, result: Any) -> None:
        cell = self._cells.get(threading.get_ident())
        raw = result.info.raw_cell if result is not None else "interrupted"
        if cell is None or not raw or raw.isspace():
            return
        cell.depth -= 1
        if cell.depth:
            return
        del self._cells[threading.get_ident()]
        error = None if result is None else result.error_in_exec
        if isinstance(error, KeyboardInterrupt):
            self._session.running.interrupt_if_stuck()
        in_cell.set(True)  # an `await` cell began in another context
        succeeded = result is not None and result.success
        self._commit(succeeded=succeeded)
        if succeeded and cell.change.origin is not None:
            self._session.cell_book.note(cell.change.origin, raw)
        in_cell.set(False)  # what the kernel does next in this context may be for no cell

    def _commit(self, *, succeeded: bool) -> None:
        """Say what came of the cell, in the cell."""
        classes = [cls for cls in list(api.defined) if cls.__module__ == "__main__"]
        api.defined.clear()
        try:
            for line in self._session.end(commit=succeeded, classes=classes):
                print(line)  # noqa: T201 - the cell's own output
        except MidimonError as error:
            print(f"nothing was changed: {as_text(str(error))}", file=sys.stderr)  # noqa: T201
        except Exception as error:
            said = as_text(f"{type(error).__name__}: {error}")
            print(f"nothing was changed: {said}", file=sys.stderr)  # noqa: T201
        if not succeeded and classes:
            names = ", ".join(cls.__name__ for cls in classes)
            print(f"the cell failed: {names} is not live, what was live plays on", file=sys.stderr)  # noqa: T201


def _cell_frames(shell: Any) -> list[dict[str, Any]]:
    """Return the local variables of the cell executions under way here, innermost first."""
    found = []
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - IPython does not tell otherwise
    while frame is not None:
        if frame.f_code.co_name == "run_cell_async" and frame.f_locals.get("self") is shell:
            found.append(frame.f_locals)
        frame = frame.f_back
    return found


def _cell_name(shell: Any, filename: str) -> str:
    """Return "In [3]" for the file name of a cell, else ""."""
    named = getattr(shell.compile, "format_code_name", lambda _name: None)(filename)
    return str(named[1]).replace("In[", "In [") if named else ""


def cell_place(shell: Any, filename: str, line: int) -> str:
    """Return a file and line in words, knowing `shell`'s cells."""
    from midimon_live.plugin.failures import plain_place

    name = _cell_name(shell, filename)
    return f"{name}, line {line}" if name else plain_place(filename, line)
