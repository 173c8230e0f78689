"""Which applications run, and which is in front, as far as this system tells.

Any thread may ask. Asking takes up to some 100 ms and starts programs, so a worker should.
"""

import os
import re
import shutil
import sys
from pathlib import PurePath

from midimon_live.processes import output_of

_MAC_FRONT = (
    'tell application "System Events" to get name of first application process '
    "whose frontmost is true"
)


def is_running(name: str) -> bool:
    """Tell whether a process has `name` in the name of its process or program, in any case."""
    import psutil

    wanted = name.casefold()
    return any(
        wanted in found.casefold()
        for process in psutil.process_iter(["name", "exe", "cmdline"])
        for found in names_of(process.info)
    )


def names_of(info: dict[str, object]) -> set[str]:
    """Return the names a process goes by; psutil gives None for what may not be known.

    Linux cuts the process name after 15 characters, the paths are whole.
    """
    names = {str(info["name"] or "")}
    first = info["cmdline"][:1] if isinstance(info["cmdline"], list) else []
    for path in (info["exe"], *first):
        if path:
            names.add(PurePath(str(path)).stem)
    return names - {""}


def frontmost() -> set[str]:
    """Return the names of the application whose window has the focus; none if nobody knows."""
    if sys.platform == "darwin":
        return _named(output_of("osascript", "-e", _MAC_FRONT))
    if sys.platform == "win32":
        return _process_names(_windows_pid())
    return _x11_names()


def frontmost_doubt() -> str:
    """Return why nobody can know which application is in front, or ""."""
    if sys.platform in ("darwin", "win32"):
        return ""
    if not os.environ.get("DISPLAY"):
        return "which application is in front is only known on an X display, and DISPLAY is not set"
    if not (shutil.which("xprop") or shutil.which("xdotool")):
        return "which application is in front is told by xprop or xdotool; install x11-utils"
    return ""


def _x11_names() -> set[str]:
    if frontmost_doubt():
        return set()
    if not shutil.which("xprop"):
        return _process_names(_number(output_of("xdotool", "getactivewindow", "getwindowpid")))
    window = active_window(output_of("xprop", "-root", "_NET_ACTIVE_WINDOW"))
    if not window:
        return set()
    told = output_of("xprop", "-id", window, "WM_CLASS", "_NET_WM_PID")
    classes, pid = window_names(told)
    return classes | _process_names(pid)


def active_window(told: str) -> str:
    """Return the window's number in what xprop tells of the root window, or ""."""
    found = re.search(r"window id # (0x[0-9a-f]+)", told)
    return found[1] if found and int(found[1], 16) else ""


def window_names(told: str) -> tuple[set[str], int]:
    """Return class names and process id (0 if unknown) in what xprop tells of a window."""
    line = re.search(r"^WM_CLASS\(STRING\) = (.*)$", told, re.MULTILINE)
    classes = set(re.findall(r'"([^"]*)"', line[1])) if line else set()
    pid = re.search(r"^_NET_WM_PID\(CARDINAL\) = (\d+)$", told, re.MULTILINE)
    return classes, int(pid[1]) if pid else 0


def _process_names(pid: int) -> set[str]:
    import psutil

    try:
        return names_of(psutil.Process(pid).as_dict(["name", "exe", "cmdline"])) if pid else set()
    except psutil.Error:
        return set()


def _windows_pid() -> int:
    if sys.platform == "win32":
        import ctypes

        pid = ctypes.c_ulong()
        window = ctypes.windll.user32.GetForegroundWindow()
        ctypes.windll.user32.GetWindowThreadProcessId(window, ctypes.byref(pid))
        return pid.value
    return 0


def _named(told: str) -> set[str]:
    return {told.strip()} - {""}


def _number(told: str) -> int:
    return int(told) if told.strip().isdecimal() else 0
