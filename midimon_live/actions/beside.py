"""Waiting, within the steps of an action, for a job that is done beside the engine."""

from collections.abc import Callable, Generator
from typing import Any

from midimon_live.actions.base import ActionHost, Wait


def beside(
    host: ActionHost,
    about: str,
    job: Callable[[], Any],
    *,
    lane: str | None = None,
    cancel: Callable[[], None] = lambda: None,
) -> Generator[Wait, Any, Any]:
    """Do a job on another thread and wait for it.

    To be written as `result = yield from beside(...)`. Closing the steps meanwhile cancels it. The
    arguments are those of `ActionHost.beside`.

    Returns:
        What the job returned; a failed `Outcome` if it raised.
    """
    pending = host.beside(about, job, lane=lane, cancel=cancel)
    try:
        return (yield pending)
    except GeneratorExit:
        pending.cancel()
        raise
