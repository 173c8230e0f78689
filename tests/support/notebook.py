"""A notebook without a kernel: cells as text, run in one namespace, committed at their end."""

from itertools import count
from typing import Any

import midimon_live
from midimon_live.changes import Change
from midimon_live.mappings import Origin
from midimon_live.plugin import api
from midimon_live.sessions import Session
from tests.support import cells

_numbers = count(1)


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
        api.defined.clear()
        self.midi.begin(Change(Origin(cell, f"In [{number}]", number)))
        try:
            cells.run(code, self.names)
        except BaseException:
            self.midi.end(commit=False)
            raise
        return self.midi.end(commit=True, classes=list(api.defined))
