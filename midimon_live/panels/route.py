"""Letting the messages of a comm be handled while a cell runs.

ipykernel hands a comm's messages to the thread that published on that comm last: after `comm_open`
the main thread, where a running cell keeps them waiting. The comm itself is asked about that
(`_reply_subshell_for`, in ipykernel 7.4), so ours answer with a subshell of our own, which no other
widget's callbacks keep busy. Everything used here is private to ipykernel and looked for first;
where it is missing, the front end's own subshells serve, and where those are missing too, messages
wait for the cell.
"""

import threading
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any
from weakref import WeakMethod

_PATIENCE_S = 3.0
_GLANCE_S = 0.05


class Route:
    """The way of browser messages into a kernel. Any thread may call.

    Args:
        shell: the IPython shell; without one, or without a kernel, nothing is done.
    """

    def __init__(self, shell: Any) -> None:
        self._channel: Any = getattr(getattr(shell, "kernel", None), "shell_channel_thread", None)
        self._subshell: str | None = None

    def serve(self, comm: Any) -> bool:
        """Let a comm's messages be handled while cells run; tells whether that is so."""
        if not hasattr(comm, "_reply_subshell_for"):
            return False
        if self._subshell is None:
            self._subshell = self._in_channel("_create_subshell")
            _before_threads_are_awaited(WeakMethod(self.close))
        comm._reply_subshell_for = lambda _data, default: self._subshell or default  # noqa: SLF001
        return self._subshell is not None

    def close(self) -> None:
        """Give the subshell back; again is harmless."""
        gone, self._subshell = self._subshell, None
        if gone is not None:
            self._in_channel("_delete_subshell", gone)

    def _in_channel(self, method: str, *args: Any) -> Any:
        """Call a method of the subshell manager in the only thread that may."""
        answer: Future[Any] = Future()

        def call() -> None:
            try:
                answer.set_result(getattr(self._channel.manager, method)(*args))
            except BaseException as error:
                answer.set_exception(error)

        with suppress(Exception):  # an ipykernel that does it in another way
            self._channel.io_loop.add_callback(call)
            for _ in range(round(_PATIENCE_S / _GLANCE_S)):
                if not wait([answer], _GLANCE_S).done and not self._channel.is_alive():
                    return None  # it has ended with the kernel, and its subshells with it
                if answer.done():
                    return answer.result()
        return None


def _before_threads_are_awaited(close: "WeakMethod[Any]") -> None:
    """Have it called when the interpreter ends: it waits for a subshell's thread before `atexit`.

    Without this a kernel with a panel would end only when it is killed.
    """

    def end() -> None:
        if (function := close()) is not None:
            function()

    with suppress(AttributeError):  # private to CPython, which has it for thread pools
        threading._register_atexit(end)  # type: ignore[attr-defined]  # noqa: SLF001
