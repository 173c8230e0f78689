"""Beside IPython's autoreload: what it would patch in place while it plays, it leaves alone.

autoreload changes the code of functions, and the class of instances, in objects that are in use. A
live plugin would be another one halfway, without `initialize` and without a way back. The modules
that are followed are run anew instead, so autoreload is told to skip them (`%aimport -NAME`); and
those of plugins from folders, whose code is what was checked and nothing else.
"""

import sys
from typing import Any

from midimon_live.sessions import Session

_ROOT = "midimon_live_plugins"


class AroundCells:
    """Lets files that were saved come into force at the edges of cells.

    Args:
        shell: the IPython shell.
        session: follows the files.
    """

    def __init__(self, shell: Any, session: Session) -> None:
        self._shell = shell
        self._session = session
        self._told: set[str] = set()

    def watch_beginnings(self) -> None:
        """Look before each cell; register this before what opens the cell."""
        self._shell.events.register("pre_run_cell", self._begins)

    def watch_ends(self) -> None:
        """Look after each cell; register this after what brings the cell into force."""
        self._shell.events.register("post_run_cell", self._ends)

    def unwatch(self) -> None:
        """Look no more."""
        for event, function in (("pre_run_cell", self._begins), ("post_run_cell", self._ends)):
            if function in self._shell.events.callbacks[event]:
                self._shell.events.unregister(event, function)

    def _begins(self, _info: Any) -> None:
        self._session.cell_is_coming()

    def _ends(self, _result: Any) -> None:
        followed = self._session.cell_is_over()
        if self._shell.find_line_magic("aimport") is None:
            return
        loaded = [name for name in list(sys.modules) if name.startswith(f"{_ROOT}.")]
        self._told &= set(sys.modules)
        for name in {*followed, *loaded} - self._told:
            self._shell.run_line_magic("aimport", f"-{name}")
            self._told.add(name)
