"""A notebook without a kernel: cells as text, run in one namespace, committed at their end."""

import linecache
import textwrap
from itertools import count
from typing import Any

import midimon_live
from midimon_live.changes import Change
from midimon_live.mappings import Origin
from midimon_live.plugin import api
from midimon_live.sessions import Session

_numbers = count(1)
_KEPT = 500  # cells whose text is there for tracebacks


class Notebook:
    """Runs cells against a session.

    Args:
        midi: the session, `midi` in the cells too, beside all public names.
    """

    def __init__(self, midi: Session) -> None:
        self.midi = midi
        self.names: dict[str, Any] = {"__name__": "__main__", "midi": midi}
        self.names |= {one: getattr(midimon_live, one) for one in midimon_live.__all__}

    def run(self, cell: str, code: str) -> list[str]:
        """Run a cell; returns the remarks. What it raises goes through, after it was forgotten."""
        number = next(_numbers)
        code, filename = textwrap.dedent(code), f"<cell {number}>"
        linecache.cache[filename] = len(code), None, code.splitlines(keepends=True), filename
        linecache.cache.pop(f"<cell {number - _KEPT}>", None)
        api.defined.clear()
        self.midi.begin(Change(Origin(cell, f"In [{number}]", number)))
        try:
            exec(compile(code, filename, "exec"), self.names)  # noqa: S102 - as a kernel does
        except BaseException:
            self.midi.end(commit=False)
            raise
        return self.midi.end(commit=True, classes=list(api.defined))
