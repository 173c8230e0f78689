"""What this Python can do: in a browser it has no threads, and no ports of a system."""

import sys
from typing import Any


def in_browser() -> bool:
    """Tell whether this is a browser's Python; any thread may call, as the others."""
    return hasattr(sys, "_emscripten_info")


def has_threads() -> bool:
    """Tell whether threads can be started; in a browser only a Python built for it can."""
    return not in_browser() or bool(_browser().pthreads)


def can_wait() -> bool:
    """Tell whether other things happen while the caller sleeps.

    They do on other threads; in a browser on the loop, if that can put Python code aside.
    """
    if has_threads():
        return True
    ffi: Any = sys.modules.get("pyodide.ffi")
    return ffi is not None and bool(ffi.can_run_sync())


def _browser() -> Any:
    return sys._emscripten_info  # type: ignore[attr-defined]  # noqa: SLF001 - documented, in spite of its name
