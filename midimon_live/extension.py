"""Loading into IPython and leaving it again: one engine per process."""

from typing import Any

from midimon_live.autoreload import AroundCells
from midimon_live.cells import Cells, cell_place
from midimon_live.displays import Displays
from midimon_live.lite import Requests
from midimon_live.loops import only_loop
from midimon_live.magics import line_magic
from midimon_live.sessions import Session

_MAGICS = ("midi", "midimon")
_current: list["_Loaded"] = []


class _Loaded:
    """What loading brought into a shell, to be taken out again."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.session = Session(
            shell, loop=only_loop(), name_place=lambda file, line: cell_place(shell, file, line)
        )
        self.cells = Cells(shell, self.session)
        self.around = AroundCells(shell, self.session)
        self.displays = Displays(shell)
        self.requests = Requests(shell)
        self.named = "midi" not in shell.user_ns or shell.user_ns["midi"] is None

    def enter(self) -> None:
        self.requests.watch()
        self.around.watch_beginnings()
        self.cells.watch()
        self.around.watch_ends()
        self.displays.watch()
        for name in _MAGICS:
            self.shell.register_magic_function(line_magic(session), "line", name)
        if self.named:
            self.shell.push({"midi": self.session})
        else:
            print(  # noqa: T201 - the answer to %load_ext
                "`midi` is already a variable of yours and stays so; "
                "midimon_live.session() returns the session"
            )

    def leave(self) -> None:
        self.around.unwatch()
        self.cells.unwatch()
        self.session.close()
        self.displays.unwatch()
        self.requests.unwatch()
        if self.shell.user_ns.get("midi") is self.session:
            self.shell.drop_by_id({"midi": self.session})
        for name in _MAGICS:
            self.shell.magics_manager.magics["line"].pop(name, None)
        self.session.running.leave_interrupts(getattr(self.shell, "kernel", None))


def load(shell: Any) -> None:
    """Start the engine for `shell`; a second shell of the process shares the first one's."""
    if _current:
        shell.push({"midi": _current[0].session})
        print("midimon_live already runs in this process; `midi` is its session")  # noqa: T201
        return
    loaded = _Loaded(shell)
    _current.append(loaded)
    loaded.enter()


def unload(shell: Any) -> None:
    """Stop the engine that `shell` started; nothing of it stays behind."""
    if _current and _current[0].shell is shell:
        _current.pop().leave()


def session() -> Session:
    """Return the session that `%load_ext midimon_live` started.

    Raises:
        RuntimeError: it was not loaded.
    """
    if not _current:
        raise RuntimeError("midimon_live is not loaded; run: %load_ext midimon_live")
    return _current[0].session
