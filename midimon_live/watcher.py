"""Files that changed, as a generator; who runs it, on which thread, is somebody else's matter."""

import threading
from collections.abc import Iterator
from pathlib import Path

_DEBOUNCE_MS = 50
_STEP_MS = 25
_LOOK_MS = 100

State = tuple[int, int, int] | None


def state_of(path: Path) -> State:
    """Return what tells one state of a file from another; None where there is no file."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def saves(path: Path, since: State, stop: threading.Event) -> Iterator[None]:
    """Yield each time a file may have been saved, also by renaming another one over it.

    Args:
        path: the file; it need not exist all the time. Links are followed once.
        since: the state of the file that is known already.
        stop: ends the generator when it is set.
    """
    import watchfiles

    target = path.resolve()
    for changes in watchfiles.watch(
        target.parent,
        watch_filter=lambda _change, name: Path(name) == target,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        recursive=False,
        raise_interrupt=False,
    ):
        # a save before the watch began, or one that the system did not tell of, is seen too
        state = state_of(target)
        if changes or state != since:
            since = state
            yield
