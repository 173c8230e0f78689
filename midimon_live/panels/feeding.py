"""When panels are fed: on a thread of their own, on the kernel's loop, or when a test says so."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Protocol

Tick = Callable[[], None]
Rest = Callable[[], float | None]


class Feeder(Protocol):
    """Calls `tick` again and again; any thread may call."""

    def wake(self) -> None:
        """Let it be called now."""

    def close(self) -> None:
        """Let it be called no more; again is harmless."""


class ThreadFeeder:
    """Feeds on a thread, which is started when it is needed first.

    Args:
        tick: feeds the panels.
        rest: returns after how many seconds that is to be done again; None: once something happens.
    """

    def __init__(self, tick: Tick, rest: Rest) -> None:
        self._tick = tick
        self._rest = rest
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

    def wake(self) -> None:
        """Let the thread look now."""
        self._wake.set()
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None and not self._closed:
                serve = threading.Thread(target=self._serve, name="midimon-panels", daemon=True)
                self._thread = serve
                serve.start()

    def close(self) -> None:
        """End the thread; again is harmless."""
        self._closed = True
        self._wake.set()

    def _serve(self) -> None:
        while not self._closed:
            self._wake.wait(self._rest())
            self._wake.clear()
            self._tick()


class LoopFeeder:
    """Feeds on a loop, where there are no threads; the loop's thread calls.

    Args:
        tick: feeds the panels.
        rest: returns after how many seconds that is to be done again; None: once something happens.
        loop: where.
    """

    def __init__(self, tick: Tick, rest: Rest, loop: asyncio.AbstractEventLoop) -> None:
        self._tick = tick
        self._rest = rest
        self._loop = loop
        self._context = copy_context()  # and not that of a plugin that has something sent
        self._next: asyncio.Handle | None = None
        self._soon = False
        self._closed = False

    def wake(self) -> None:
        """Feed as soon as the loop turns."""
        if not self._soon:
            self._soon = True
            self._plan(0.0)

    def close(self) -> None:
        """Feed no more; again is harmless."""
        self._closed = True
        if self._next is not None:
            self._next.cancel()

    def _plan(self, wait: float) -> None:
        if self._next is not None:
            self._next.cancel()
        if not self._closed:
            context = self._context.copy()
            self._next = self._loop.call_later(wait, self._turn, context=context)

    def _turn(self) -> None:
        self._next, self._soon = None, False
        if self._closed:
            return
        self._tick()
        rest = self._rest()
        if rest is not None and not self._soon:
            self._plan(rest)


class NoFeeder:
    """Feeds nobody: tests do it themselves."""

    def wake(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
