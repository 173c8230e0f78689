"""JupyterLite's kernel: which cell it runs, and under which cell something is shown.

ipykernel tells by the context whose output is whose. This one shows everything under the request
that came last, which may be another cell's, or no cell's: a click on a panel. So each cell notes
its request in its context, and the kernel is told that this is the one it answers there.
"""

from contextvars import ContextVar
from typing import Any

_PACKAGE = "pyodide_kernel"
_ATTRIBUTE = "_parent_header"  # where the kernel keeps the request, and its page looks it up
_NOWHERE: dict[str, Any] = {"header": {}, "metadata": {}}

# the request that the cell of this context answers
_request: ContextVar[Any] = ContextVar("midimon_live_request", default=None)


def is_lite(shell: Any) -> bool:
    """Tell whether a shell's kernel is JupyterLite's."""
    return type(getattr(shell, "kernel", None)).__module__.partition(".")[0] == _PACKAGE


def cell_of(shell: Any) -> str | None:
    """Return the id of the cell that begins, where IPython is not told; None if nobody knows."""
    if not is_lite(shell):
        return None
    found = (_last(shell.kernel) or {}).get("metadata", {}).get("cellId")
    return found if isinstance(found, str) else None


class Requests:
    """Lets output go to the cell of its context; does nothing for other kernels.

    Args:
        shell: the IPython shell.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._watching = False

    def watch(self) -> None:
        """Begin, with the running cell; the thread that loads the extension calls."""
        if not is_lite(self._shell) or self._watching:
            return
        self._watching = True
        self._begins()
        self._shell.events.register("pre_run_cell", self._begins)
        self._shell.events.register("post_run_cell", self._ends)
        self._shell.set_thread_parent = _lead_nowhere
        setattr(type(self._shell.kernel), _ATTRIBUTE, property(_answered, _comes))

    def unwatch(self) -> None:
        """End; again is harmless."""
        if not self._watching:
            return
        self._watching = False
        self._shell.events.unregister("pre_run_cell", self._begins)
        self._shell.events.unregister("post_run_cell", self._ends)
        del self._shell.set_thread_parent
        delattr(type(self._shell.kernel), _ATTRIBUTE)

    def _begins(self, _info: Any = None) -> None:
        _request.set(_last(self._shell.kernel))

    def _ends(self, _result: Any) -> None:
        # what it raised is shown next, by the page, which has no context
        _comes(self._shell.kernel, _request.get())


def _lead_nowhere(_parent: Any) -> None:
    """Let this context lead to no cell."""
    _request.set(_NOWHERE)


def _last(kernel: Any) -> Any:
    """Return the request that came last."""
    return vars(kernel).get(_ATTRIBUTE)


def _answered(kernel: Any) -> Any:
    """Return the request that is answered in this context."""
    request = _request.get()
    return _last(kernel) if request is None else request


def _comes(kernel: Any, request: Any) -> None:
    vars(kernel)[_ATTRIBUTE] = request
