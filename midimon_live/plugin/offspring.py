"""Threads and jobs that a plugin starts go on in its context, as its tasks do by themselves.

A thread of Python begins with an empty context, and what it prints or displays would appear under
whichever cell runs. One that code of a plugin starts begins with a copy of that code's context.
"""

import _thread
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import thread as pools
from contextvars import Context, ContextVar, copy_context
from functools import partial, wraps
from typing import Any, Protocol

from midimon_live.events import MidiEvent


class Speaker(Protocol):
    """Who writes: a version of a plugin."""

    def say(self, stream: str, text: str) -> None:
        """Take what is written to "stdout" or "stderr"; any thread may call."""

    def may_flush(self) -> bool:
        """Tell whether it may ask a stream to write what it has; any thread may call."""

    def cause(self) -> MidiEvent | None:
        """Return the event that led to what the calling thread does, if it was one."""


# the event that a thread or task began with; a handler's is `Timers.cause`
began_with: ContextVar[MidiEvent | None] = ContextVar("midimon_live_event", default=None)

# set once in the context that a version's calls are run in; its tasks and timers inherit it
speaking: ContextVar[Speaker | None] = ContextVar("midimon_live_speaker", default=None)

_POOL_WORKER = pools._worker  # noqa: SLF001 - as the guard tells them
_replaced: list[tuple[Any, str, Any, Any]] = []


def install() -> None:
    """Replace how threads are started, until `uninstall`."""
    _replace(threading.Thread, "start", _starting)
    _replace(ThreadPoolExecutor, "submit", _submitting)
    for name in ("start_new_thread", "start_new"):
        _replace(_thread, name, _starting_bare)


def uninstall() -> None:
    """Put back what `install` replaced, unless somebody else has replaced it since."""
    while _replaced:
        where, name, real, ours = _replaced.pop()
        if vars(where).get(name) is ours:
            setattr(where, name, real)


def _replace(where: Any, name: str, wrap: Callable[[Any], Any]) -> None:
    real = vars(where).get(name)
    if real is not None:
        ours = wraps(real)(wrap(real))
        setattr(where, name, ours)
        _replaced.append((where, name, real, ours))


def _inside(speaker: Speaker) -> Context:
    """Return a copy of the present context that knows the event that is being acted on."""
    inside = copy_context()
    inside.run(began_with.set, speaker.cause())
    return inside


def _starting(real: Callable[..., None]) -> Callable[..., None]:
    def start(thread: threading.Thread) -> None:
        speaker = speaking.get()
        if speaker is not None and not _shared(thread):
            run = thread.run
            inside = _inside(speaker)

            def run_inside() -> None:
                vars(thread).pop("run", None)
                inside.run(run)

            thread.run = run_inside  # type: ignore[method-assign]
        real(thread)

    return start


def _shared(thread: threading.Thread) -> bool:
    """Tell whether a thread serves everybody: a pool's, whose jobs are told apart, or ours."""
    target = getattr(thread, "_target", None)
    ours = str(getattr(target, "__module__", "")).startswith("midimon_live.")
    return ours or target is _POOL_WORKER


def _starting_bare(real: Callable[..., int]) -> Callable[..., int]:
    def start(function: Any, *args: Any, **kwargs: Any) -> int:
        speaker = speaking.get()
        # a `Thread` is taken care of by its `start`
        of_thread = isinstance(getattr(function, "__self__", None), threading.Thread)
        if speaker is not None and callable(function) and not of_thread:
            function = partial(_inside(speaker).run, function)
        return real(function, *args, **kwargs)

    return start


def _submitting(real: Callable[..., Any]) -> Callable[..., Any]:
    def submit(pool: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        speaker = speaking.get()
        if speaker is not None:
            fn = partial(_inside(speaker).run, fn)
        return real(pool, fn, *args, **kwargs)

    return submit
