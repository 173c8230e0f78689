"""Finding the kernel's event loop, and running coroutines on it.

`asyncio.get_running_loop()` is no help: it is absent while a configuration loads the extension and
wrong inside a subshell. So the loop is looked up anew, from the shell, whenever it is not known.
"""

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Coroutine, Hashable
from contextvars import Context
from functools import partial
from typing import Any, Protocol

from midimon_live.clock import sleep
from midimon_live.machine import has_threads

Done = Callable[[BaseException | None], None]


def kernel_loop(shell: Any) -> asyncio.AbstractEventLoop | None:
    """Return the loop that runs `shell`'s cells, or None: no kernel, or not started yet.

    In terminal IPython this is the loop of its `await` cells, which turns only while one runs.
    """
    loop = None
    if getattr(shell, "kernel", None) is not None:
        loop = getattr(getattr(shell.kernel, "io_loop", None), "asyncio_loop", None)
    elif shell is not None:
        helpers = sys.modules.get("IPython.core.async_helpers")
        loop = getattr(helpers, "_asyncio_event_loop", None)
    return None if loop is None or loop.is_closed() else loop


def only_loop() -> asyncio.AbstractEventLoop | None:
    """Return the running loop where it has to do everything, for want of threads; else None."""
    return None if has_threads() else asyncio.get_running_loop()


class Tasks(Protocol):
    """Runs the coroutines of `async` handlers; any thread may call."""

    def spawn(
        self,
        owner: Hashable,
        coroutine: Coroutine[Any, Any, Any],
        context: Context,
        done: Done,
        *,
        lasting: bool = False,
    ) -> Callable[[], None]:
        """Start `coroutine` in `context`; `done` gets what it raised, or None.

        Args:
            owner: whose it is, for `cancel`.
            coroutine: is run on the loop.
            context: what it is run in.
            done: is called at the end.
            lasting: whether it goes on until it is cancelled, so that nobody waits for it.

        Returns:
            What cancels it; any thread may call.
        """

    def lasting(self) -> bool:
        """Tell whether a coroutine that does not end can be run here."""

    def pending(self) -> int:
        """Return how many have not ended that will."""

    def cancel(self, owner: Hashable | None = None) -> None:
        """Cancel those of `owner`; without, all that do not last."""

    def close(self) -> None:
        """Give back what was started to run them; what is under way may end first, for a second."""


class LoopTasks:
    """Coroutines on the kernel's loop; without one, on a loop of their own in a daemon thread.

    There is never a second loop beside the kernel's: an `asyncio.Lock` shared by two loops hangs.

    Args:
        find_loop: returns the kernel's loop, or None.
        has_kernel: whether a kernel's loop is to be expected; if so nothing else is ever used.
    """

    def __init__(
        self, find_loop: Callable[[], asyncio.AbstractEventLoop | None], *, has_kernel: bool
    ) -> None:
        self._find_loop = find_loop
        self._has_kernel = has_kernel
        self._own: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._pending: dict[object, tuple[Hashable, Callable[[], None]]] = {}
        self._lasting: set[object] = set()
        self._tasks: dict[object, asyncio.Task[Any]] = {}

    def spawn(
        self,
        owner: Hashable,
        coroutine: Coroutine[Any, Any, Any],
        context: Context,
        done: Done,
        *,
        lasting: bool = False,
    ) -> Callable[[], None]:
        """Start `coroutine` on the loop; `done` runs there with what it raised, or None."""
        loop = self._loop()
        if loop is None:
            coroutine.close()
            done(RuntimeError("the kernel's event loop has not started yet"))
            return lambda: None
        ticket = object()

        def never_began() -> None:
            coroutine.close()
            done(asyncio.CancelledError())

        self._pending[ticket] = (owner, never_began)
        if lasting:
            self._lasting.add(ticket)

        def start() -> None:
            if ticket not in self._pending:
                return
            task = loop.create_task(coroutine, context=context)
            self._tasks[ticket] = task
            task.add_done_callback(lambda ended: self._ended(ticket, ended, done))

        loop.call_soon_threadsafe(start)
        return lambda: self._cancel_one(ticket)

    def lasting(self) -> bool:
        """Tell whether a coroutine that does not end can be run: on a loop, beside the caller."""
        return True

    def pending(self) -> int:
        """Return how many coroutines have not ended that will."""
        return len(self._pending) - len(self._lasting)

    def cancel(self, owner: Hashable | None = None) -> None:
        """Cancel the coroutines of `owner`; without, all that do not last."""
        for ticket, (whose, _) in list(self._pending.items()):
            if whose is owner if owner is not None else ticket not in self._lasting:
                self._cancel_one(ticket)

    def _cancel_one(self, ticket: object) -> None:
        if (task := self._tasks.get(ticket)) is None:
            self._lasting.discard(ticket)
            if (pending := self._pending.pop(ticket, None)) is not None:
                pending[1]()
        elif (loop := self._loop()) is not None:
            loop.call_soon_threadsafe(task.cancel)

    def close(self) -> None:
        """End the loop and thread that were started for want of a kernel.

        What plugins still do to close what they opened has a second for it.
        """
        own, self._own = self._own, None
        if own is None:
            return
        for _ in range(100):
            if not self._pending:
                break
            sleep(0.01)
        own.call_soon_threadsafe(own.stop)

    def _ended(self, ticket: object, task: "asyncio.Task[Any]", done: Done) -> None:
        self._tasks.pop(ticket, None)
        try:
            done(asyncio.CancelledError() if task.cancelled() else task.exception())
        finally:  # who waits for it wants to see what came of it
            self._lasting.discard(ticket)
            self._pending.pop(ticket, None)

    def _loop(self) -> asyncio.AbstractEventLoop | None:
        if self._has_kernel:
            return self._find_loop()
        with self._lock:
            if self._own is None:
                self._own = asyncio.new_event_loop()
                threading.Thread(
                    target=_run_to_end, args=(self._own,), name="midimon-async", daemon=True
                ).start()
            return self._own


def _run_to_end(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    finally:
        loop.close()


class InlineTasks:
    """Coroutines run to their end on the spot, in the caller's thread: for tests.

    Inside a running loop (an async test) they become tasks of that loop instead.
    """

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[Any], Hashable] = {}
        self._lasting: set[asyncio.Task[Any]] = set()

    def spawn(
        self,
        owner: Hashable,
        coroutine: Coroutine[Any, Any, Any],
        context: Context,
        done: Done,
        *,
        lasting: bool = False,
    ) -> Callable[[], None]:
        """Run `coroutine`; `done` gets what it raised, or None."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            done(_run_here(coroutine, context))
            return lambda: None
        task = loop.create_task(coroutine, context=context)
        self._tasks[task] = owner
        if lasting:
            self._lasting.add(task)

        def ended(task: "asyncio.Task[Any]") -> None:
            self._tasks.pop(task, None)
            self._lasting.discard(task)
            done(asyncio.CancelledError() if task.cancelled() else task.exception())

        task.add_done_callback(ended)
        return partial(_cancel, task)

    def lasting(self) -> bool:
        """Tell whether a coroutine that does not end can be run: only inside of an async test."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return False
        return True

    def pending(self) -> int:
        """Return how many coroutines have not ended that will."""
        return len(self._tasks) - len(self._lasting)

    def cancel(self, owner: Hashable | None = None) -> None:
        """Cancel the coroutines of `owner`; without, all that do not last."""
        for task, whose in list(self._tasks.items()):
            if whose is owner if owner is not None else task not in self._lasting:
                task.cancel()

    def close(self) -> None:
        """Cancel all."""
        self._lasting.clear()
        with contextlib.suppress(RuntimeError):  # the test's loop may be closed already
            self.cancel()


def _cancel(task: "asyncio.Task[Any]") -> None:
    task.cancel()


def _run_here(coroutine: Coroutine[Any, Any, Any], context: Context) -> BaseException | None:
    try:
        with asyncio.Runner() as runner:
            runner.run(coroutine, context=context)
    except BaseException as error:
        return error
    return None
