"""Finding the kernel's loop, and running coroutines on it."""

import asyncio
import threading
from collections.abc import Iterator
from contextvars import ContextVar, copy_context
from types import SimpleNamespace
from typing import Any

import pytest

from midimon_live.loops import InlineTasks, LoopTasks, Tasks, kernel_loop

COLOR: ContextVar[str] = ContextVar("COLOR", default="none")


def shell_of(loop: object) -> Any:
    """Return what looks like a kernel's shell."""
    return SimpleNamespace(kernel=SimpleNamespace(io_loop=SimpleNamespace(asyncio_loop=loop)))


@pytest.fixture
def own() -> Iterator[LoopTasks]:
    """Tasks where there is no kernel: on a loop and thread of their own."""
    tasks = LoopTasks(lambda: None, has_kernel=False)
    yield tasks
    tasks.close()
    for thread in threading.enumerate():
        if thread.name == "midimon-async":
            thread.join(5)
            assert not thread.is_alive()


class Done:
    """Waits for the end of a coroutine, and keeps what it raised."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.error: BaseException | None = None

    def __call__(self, error: BaseException | None) -> None:
        """Take what it raised, or None."""
        self.error = error
        self.ended.set()


async def nothing() -> None:
    """End at once."""


async def raising() -> None:
    """Raise what nobody expects."""
    raise LookupError("in vain")


def test_kernel_loop_is_the_one_that_runs_the_cells() -> None:
    """Found through the shell, on any thread."""
    loop = asyncio.new_event_loop()
    assert kernel_loop(shell_of(loop)) is loop
    loop.close()


def test_kernel_loop_is_none_when_it_is_closed() -> None:
    """A kernel that shuts down has none any more."""
    loop = asyncio.new_event_loop()
    loop.close()
    assert kernel_loop(shell_of(loop)) is None


@pytest.mark.parametrize("shell", [None, SimpleNamespace(kernel=SimpleNamespace()), shell_of(None)])
def test_kernel_loop_is_none_when_there_is_no_kernel_or_not_yet(shell: Any) -> None:
    """Without a shell, and while the kernel starts."""
    assert kernel_loop(shell) is None


@pytest.mark.parametrize(("coroutine", "error"), [(nothing, None), (raising, LookupError)])
def test_own_loop_tells_how_a_coroutine_ended(
    own: LoopTasks, coroutine: Any, error: type[BaseException] | None
) -> None:
    """What it raised, or None; then none is pending."""
    done = Done()
    own.spawn("me", coroutine(), copy_context(), done)
    assert done.ended.wait(5)
    assert type(done.error) is (error or type(None))
    assert own.pending() == 0


def test_own_loop_runs_a_coroutine_in_its_context(own: LoopTasks) -> None:
    """The caller's thread keeps its own."""
    context, seen, done = copy_context(), [], Done()
    context.run(COLOR.set, "red")

    async def look() -> None:
        seen.append(COLOR.get())

    own.spawn("me", look(), context, done)
    assert done.ended.wait(5)
    assert (seen, COLOR.get()) == (["red"], "none")


def test_own_loop_cancels_only_what_belongs_to_the_owner(own: LoopTasks) -> None:
    """The other one's goes on to its end."""
    begun, gate, mine, theirs = threading.Barrier(3), asyncio.Event(), Done(), Done()

    async def wait() -> None:
        await asyncio.to_thread(begun.wait)
        await gate.wait()

    own.spawn("me", wait(), copy_context(), mine)
    own.spawn("you", wait(), copy_context(), theirs)
    begun.wait(5)
    own.cancel("me")
    assert mine.ended.wait(5)
    assert isinstance(mine.error, asyncio.CancelledError)
    assert (theirs.ended.is_set(), own.pending()) == (False, 1)


def test_own_loop_ends_its_coroutines_when_closed(own: LoopTasks) -> None:
    """And its thread; closing again is harmless."""
    begun, done = threading.Event(), Done()

    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    own.spawn("me", forever(), copy_context(), done)
    begun.wait(5)
    own.close()
    own.close()
    assert done.ended.wait(5)
    assert isinstance(done.error, asyncio.CancelledError)


def test_kernel_tasks_use_no_other_loop_when_there_is_none_yet() -> None:
    """A second loop beside the kernel's would hang locks; so it is an error, and said."""
    tasks, done = LoopTasks(lambda: None, has_kernel=True), Done()
    coroutine = nothing()
    tasks.spawn("me", coroutine, copy_context(), done)
    assert "event loop has not started yet" in str(done.error)
    assert tasks.pending() == 0


def test_kernel_tasks_run_on_the_kernels_loop() -> None:
    """On its thread, though another one asked."""
    seen, done = [], Done()

    async def where() -> None:
        seen.append(asyncio.get_running_loop())

    async def kernel() -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        tasks = LoopTasks(lambda: loop, has_kernel=True)
        await asyncio.to_thread(tasks.spawn, "me", where(), copy_context(), done)
        await asyncio.to_thread(done.ended.wait, 5)
        return loop

    assert [asyncio.run(kernel())] == seen


def test_inline_tasks_run_on_the_spot_when_no_loop_runs() -> None:
    """To their end, before `spawn` returns."""
    done = Done()
    InlineTasks().spawn("me", raising(), copy_context(), done)
    assert isinstance(done.error, LookupError)


def test_inline_tasks_become_tasks_when_a_loop_runs() -> None:
    """Pending until that loop has turned; `cancel` ends them."""
    tasks: Tasks = InlineTasks()
    mine, theirs = Done(), Done()

    async def test() -> list[int]:
        tasks.spawn("me", asyncio.Event().wait(), copy_context(), mine)
        tasks.spawn("you", nothing(), copy_context(), theirs)
        counts = [tasks.pending()]
        await asyncio.sleep(0)
        tasks.cancel("me")
        for _ in range(3):
            await asyncio.sleep(0)
        return [*counts, tasks.pending()]

    assert asyncio.run(test()) == [2, 0]
    assert isinstance(mine.error, asyncio.CancelledError)
    assert theirs.error is None
