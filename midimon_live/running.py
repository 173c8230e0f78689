"""Which handler runs now, since when and on which thread; and how Ctrl-C reaches it.

An idle kernel ignores SIGINT, and a KeyboardInterrupt that leaves a callback of its loop ends the
process. So while events are handled on the main thread, `interruptible` turns the signal into one
KeyboardInterrupt inside the handler, and only there.
"""

# `signal` wraps the same functions in enums, which takes 40 microseconds at each event
import _signal  # type: ignore[import-not-found]
import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIG_IGN, SIGINT, default_int_handler
from types import FrameType
from typing import Any

from midimon_live.clock import Clock


class Running:
    """The handler that runs now. At most one does: handlers are never nested.

    Args:
        clock: measures how long it has been running.
    """

    def __init__(self, clock: Clock) -> None:
        self._now = clock.now
        self.label: str | None = None
        self.since = 0.0
        self.thread = 0
        self._next: Callable[[int, FrameType | None], Any] | None = None

    def call(self, label: str, function: Callable[..., Any], *args: Any) -> Any:
        """Call a handler; the consumer that holds the baton does this.

        Returns:
            What `function` returns; whatever it raises goes through.
        """
        before = self.label, self.since, self.thread
        self.since = self._now()
        self.thread = threading.get_ident()
        self.label = label
        try:
            return function(*args)
        finally:
            self.label, self.since, self.thread = before

    def here(self) -> bool:
        """Tell whether the calling thread is inside a handler."""
        return self.label is not None and self.thread == threading.get_ident()

    def seconds(self) -> float:
        """Return for how long the present handler has been running; 0 when none is."""
        return self._now() - self.since if self.label is not None else 0.0

    def line(self) -> str:
        """Return the place the present handler is at, as "file:line", or ""."""
        frame = sys._current_frames().get(self.thread) if self.label is not None else None  # noqa: SLF001 - the one way to look at another thread
        return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else ""

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let SIGINT interrupt the handler, once per call of it; main thread only.

        In an idle kernel, which ignores SIGINT, our answer to it stays in force: there it can end a
        handler that is stuck on the stand-in thread.
        """
        before = _signal.getsignal(SIGINT)
        if before == self.on_interrupt:
            yield
            return
        self._next = before if callable(before) and before is not default_int_handler else None
        _signal.signal(SIGINT, self.on_interrupt)
        try:
            yield
        finally:
            if before != SIG_IGN:  # a number here, no enum
                _signal.signal(SIGINT, before)
            self._next = None

    def on_interrupt(self, number: int, frame: FrameType | None) -> None:
        """Answer SIGINT while events are drained on the main thread, and while no cell runs."""
        if self.here():
            self.label = None
            raise KeyboardInterrupt
        if self._next is not None:
            self._next(number, frame)
        else:
            self.interrupt_if_stuck()

    def leave_interrupts(self, kernel: Any) -> None:
        """Let an idle kernel ignore SIGINT again; from another thread only between cells of one.

        Args:
            kernel: the ipykernel; while it handles a request it keeps the idle kernel's way aside.
        """
        on_main = threading.current_thread() is threading.main_thread()
        if on_main and _signal.getsignal(SIGINT) == self.on_interrupt:
            _signal.signal(SIGINT, SIG_IGN)
        if getattr(kernel, "saved_sigint_handler", None) == self.on_interrupt:
            kernel.saved_sigint_handler = SIG_IGN

    def interrupt_if_stuck(self, after: float = 0.5) -> bool:
        """Raise KeyboardInterrupt in a handler that another thread has been in for `after` seconds.

        A blocking C call is not cut short; the interrupt waits for its end.

        Returns:
            Whether there was such a handler.
        """
        if self.here() or self.seconds() <= after:
            return False
        self.interrupt(KeyboardInterrupt)
        return True

    def interrupt(self, error: type[BaseException]) -> None:
        """Raise `error` in the present handler, on whichever thread it is, after its C call."""
        raise_there = ctypes.pythonapi.PyThreadState_SetAsyncExc
        raise_there(ctypes.c_ulong(self.thread), ctypes.py_object(error))
