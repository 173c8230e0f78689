"""Running foreign code that may not come back, on the thread that asks for it.

On the main thread, where the system has timers and nobody else uses SIGALRM, even a call that
sleeps in the operating system is cut short. On other threads the exception waits until the code is
back in Python, so a C call that never returns can not be ended: nothing in a process can do that.
Where there are no threads, as in a browser, nothing ends it.
"""

import ctypes
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from midimon_live.machine import has_threads

_T = TypeVar("_T")
_AGAIN_S = 0.25  # for code that catches everything


class OutOfTime(BaseException):
    """Raised inside code that has run past its deadline; no `except Exception` catches it."""


def within(seconds: float, function: Callable[[], _T]) -> _T:
    """Call a function, and raise `OutOfTime` in it when it has not returned in time.

    Args:
        seconds: above 0. The exception is raised again each 0.25 s while the function goes on.
        function: what it raises goes through.

    Raises:
        OutOfTime: it did not return, and did not catch this.
    """
    if not has_threads():
        return function()
    if _alarm_is_free():
        return _with_alarm(seconds, function)
    return _with_thread(seconds, function)


def _alarm_is_free() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
        and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    )


def _with_alarm(seconds: float, function: Callable[[], _T]) -> _T:
    over = False

    def ring(_number: int, _frame: FrameType | None) -> None:
        if not over:
            raise OutOfTime

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN_S)
    try:
        try:
            return function()
        finally:
            over = True
    finally:
        over = True  # it may have rung just before the line above
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _with_thread(seconds: float, function: Callable[[], _T]) -> _T:
    watch = _Watch(threading.get_ident())
    threading.Thread(
        target=watch.serve, args=(seconds,), name="midimon-deadline", daemon=True
    ).start()
    try:
        try:
            return function()
        finally:
            watch.end()
    finally:
        watch.end()  # it may have been raised inside the line above


class _Watch:
    """Raises `OutOfTime` in a thread, until it is told that all is well."""

    def __init__(self, thread: int) -> None:
        self._thread = thread
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._raised = False

    def serve(self, seconds: float) -> None:
        """Wait, and raise again and again."""
        while not self._over.wait(_AGAIN_S if self._raised else seconds):
            with self._lock:
                if not self._over.is_set():
                    self._raised = True
                    self._raise(OutOfTime)

    def end(self) -> None:
        """Raise no more, and take back what was not delivered yet; again is harmless."""
        with self._lock:
            if self._raised and not self._over.is_set():
                self._raise(None)
            self._over.set()

    def _raise(self, error: type[BaseException] | None) -> None:
        what = None if error is None else ctypes.py_object(error)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), what)
