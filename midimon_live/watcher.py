"""Files that changed, as a generator; who runs it, on which thread, is somebody else's matter."""

import threading
from collections.abc import Iterator
from pathlib import Path

_DEBOUNCE_MS = 50
_STEP_MS = 25


def saves(path: Path, stop: threading.Event) -> Iterator[None]:
    """Yield each time a file may have been saved, also by renaming another one over it.

    Args:
        path: the file; it need not exist all the time. Links are followed once.
        stop: ends the generator when it is set.
    """
    import watchfiles

    target = path.resolve()
    for _ in watchfiles.watch(
        target.parent,
        watch_filter=lambda _change, name: Path(name) == target,
        debounce=_DEBOUNCE_MS,
        step=_STEP_MS,
        stop_event=stop,
        rust_timeout=1000,
        recursive=False,
        raise_interrupt=False,
    ):
        yield
