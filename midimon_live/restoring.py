"""Running kept cells again: each as its own cell, in their order, whatever one of them does."""

import ast
import linecache
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import CO_COROUTINE
from typing import Any, NamedTuple

from midimon_live.cellbook import CellBook
from midimon_live.changes import Change
from midimon_live.drafts import Drafts
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.mappings import Origin
from midimon_live.plugin.api import defined
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.permissions import left_out
from midimon_live.plugin.voices import in_cell
from midimon_live.show import as_text
from midimon_live.snapshots import KeptCell

_AWAITS = "it awaits something, which only the notebook can; run it there"


class Failed(NamedTuple):
    """A cell that could not be restored.

    Attributes:
        where: "In [3], line 7".
        why: what was raised.
        interrupted: whether somebody has stopped it.
    """

    where: str
    why: str
    interrupted: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


class Restorer:
    """Runs cells again. The main thread calls.

    Args:
        drafts: collects what a cell wants.
        plugins: show what theirs print under the newest cell.
        book: gets the cells, so that they are kept again.
        shell: the IPython shell; None outside of IPython.
    """

    def __init__(self, drafts: Drafts, plugins: PluginManager, book: CellBook, shell: Any) -> None:
        self._drafts = drafts
        self._plugins = plugins
        self._book = book
        self._shell = shell

    def run(self, cell: KeptCell, names: dict[str, Any] | None = None) -> Failed | None:
        """Run a cell and bring it into force; returns what was in the way of that.

        Args:
            cell: what is run.
            names: the variables it has; without, those of the notebook.
        """
        called = f"In [{cell.number}]" if cell.number else "a cell"
        origin = Origin(cell.id or None, called, next(self._book.runs))
        change, others = Change(origin), list(defined)
        defined.clear()
        self._plugins.cell_begins(origin.cell)
        token = in_cell.set(True)
        try:
            with self._drafts.apart(change):
                failed = self._execute(cell, called, names)
                classes = [one for one in list(defined) if one.__module__ == "__main__"]
                change.at = "now"  # a clock that it waited for may not run yet
                failed = self._end(called, failed, classes)
        finally:
            in_cell.reset(token)
            defined.clear()
            defined.extend(others)
        if failed is None:
            self._book.note(origin, cell.text)
        return failed

    def run_lines(self, lines: tuple[str, ...], names: Mapping[str, Any]) -> list[Failed]:
        """Run lines that belong to no cell, each by itself; returns what could not be run."""
        failed = []
        for line in lines:
            try:
                with self._drafts.apart(Change()):
                    exec(compile(line, "<mapped>", "exec"), dict(names))  # noqa: S102 - the user's
                    self._drafts.end(commit=True)
            except Exception as error:
                failed.append(Failed(line, _said(error)))
        return failed

    def _end(self, called: str, failed: Failed | None, classes: list[Any]) -> Failed | None:
        try:
            for line in self._drafts.end(commit=failed is None, classes=classes):
                print(line)  # noqa: T201 - as under the cell itself
        except MidimonError as error:
            return Failed(called, as_text(str(error)))
        except Exception as error:
            return Failed(called, _said(error))
        return failed

    def _execute(self, cell: KeptCell, called: str, names: dict[str, Any] | None) -> Failed | None:
        file = f"<{called}>"
        try:
            code, file = self._compiled(cell, file)
            given = self._shell.user_ns if names is None else names
            exec(code, given)  # noqa: S102 - what the notebook ran before
        except KeyboardInterrupt as error:
            return Failed(_place(called, error, file), "stopped", interrupted=True)
        except BaseException as error:  # `sys.exit()` ends no kernel
            return Failed(_place(called, error, file), _said(error))
        return None

    def _compiled(self, cell: KeptCell, file: str) -> tuple[Any, str]:
        if self._shell is None:
            code, flags = cell.text, 0
            linecache.cache[file] = len(code), None, code.splitlines(keepends=True), file
        else:
            code, flags = self._shell.transform_cell(cell.text), self._shell.compile.flags
            file = self._shell.compile.cache(code, f"{cell.number}, restored", raw_code=cell.text)
        flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # to tell that it is so
        compiled = compile(code, file, "exec", flags=flags, dont_inherit=True)
        if compiled.co_flags & CO_COROUTINE:
            raise InvalidValue(_AWAITS)
        return compiled, file


@contextmanager
def without_grants() -> Iterator[list[str]]:
    """Leave out what is granted meanwhile: a plugin that is restored asks. Gives what that was."""
    wanted: list[str] = []
    token = left_out.set(wanted)
    try:
        yield wanted
    finally:
        left_out.reset(token)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C stop what runs meanwhile; between cells a kernel ignores it. Main thread."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _place(called: str, error: BaseException, file: str) -> str:
    """Return the cell, and the line in it that was running."""
    lines = [
        one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == file
    ]
    line = lines[-1] if lines else getattr(error, "lineno", None)
    return f"{called}, line {line}" if line else called


def _said(error: BaseException) -> str:
    if isinstance(error, MidimonError):
        return as_text(str(error))
    return as_text(
        f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    )


def complain(failed: list[Failed]) -> None:
    """Say where a cell would have said it what could not be restored."""
    for one in failed:
        print(f"not restored: {one}", file=sys.stderr)  # noqa: T201 - as a cell's traceback
