"""One run of a program: its output kept within bounds, its end certain, no zombie left."""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from midimon_live.clock import SystemClock, sleep

KEPT = 64 * 1024
"""Bytes of output that are kept: the first half and the last half of them."""

_PIPE = 1024 * 1024  # bytes that a pipe holds at most, unless root made it larger
_LOOK = 0.05  # seconds until a cancellation is noticed
_GRACE = 1.0  # seconds from "please end" to the end
_now = SystemClock.now


class Ended(NamedTuple):
    """What came of a run.

    Attributes:
        status: the exit status, 0-255; negative is the number of the signal that ended it.
        output: standard output and standard error as they came, at most 64 KiB. What is no UTF-8
            shows as U+FFFD.
        why: "" when it ended by itself, "cancelled", or "timeout".
    """

    status: int
    output: str
    why: str = ""

    @property
    def verdict(self) -> str:
        """How it ended, in words: "status 3" or "SIGTERM"."""
        if self.status >= 0:
            return f"status {self.status}"
        known = {one.value: one.name for one in signal.Signals}
        return known.get(-self.status, f"signal {-self.status}")


class Process:
    """A program, to be run once.

    It reads nothing, is alone in a session of its own, and its output is captured. A program it
    leaves behind in the background may live on, but its output is read no longer.

    Args:
        command: the arguments, program first; a string is for the system's shell.
        timeout: seconds it may take; None is no limit.
        cwd: the folder it runs in; None is this process's.
        env: variables to add to this process's environment.
    """

    def __init__(
        self,
        command: Sequence[str] | str,
        *,
        timeout: float | None = None,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._command = command
        self._timeout = timeout
        self._cwd = cwd
        self._env = {**os.environ, **(env or {})}
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End it and what it started, or keep it from starting; any thread may call.

        They are asked to end (SIGTERM) at once, and made to (SIGKILL) after 1 s.
        """
        self._cancelled.set()

    def run(self) -> Ended:
        """Run it to its end, in the calling thread.

        Raises:
            OSError: it could not be started.
            ValueError: an argument holds what no argument may, such as a NUL.
        """
        if self._cancelled.is_set():
            return Ended(-signal.SIGTERM, "", "cancelled")
        process = self._start()
        kept = _Kept()
        with process.stdout:  # type: ignore[union-attr]
            why = self._follow(process, kept)
        return Ended(process.returncode or 0, kept.text(), why)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - what the user asked for
            self._command,
            shell=isinstance(self._command, str),
            cwd=self._cwd,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
        )

    def _follow(self, process: subprocess.Popen[bytes], kept: "_Kept") -> str:
        """Read until it has ended; return why it had to."""
        deadline = None if self._timeout is None else _now() + self._timeout
        why = ""
        try:
            with _Pipe(process) as pipe:
                while process.poll() is None and not (why := self._reason(deadline)):
                    pipe.read_into(kept, _LOOK)
                if not why:
                    pipe.drain_into(kept)
        finally:
            if process.returncode is None:
                _end(process)
        return why

    def _reason(self, deadline: float | None) -> str:
        if self._cancelled.is_set():
            return "cancelled"
        return "timeout" if deadline is not None and _now() >= deadline else ""


class _Kept:
    """The beginning and the end of what was written."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._cut = False

    def add(self, data: bytes) -> None:
        room = KEPT // 2 - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if len(self._tail) > KEPT // 2:
            self._cut = True
            del self._tail[: len(self._tail) - KEPT // 2]

    def text(self) -> str:
        gap = b"\n...\n" if self._cut else b""
        return (self._head + gap + self._tail).decode(errors="replace")


class _Pipe:
    """The reading end of a program's output, which never blocks for longer than it is told."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._fd = process.stdout.fileno()  # type: ignore[union-attr]
        self._open = True
        self._selector: selectors.BaseSelector | None = None

    def __enter__(self) -> Self:
        if os.name == "posix":
            self._selector = selectors.DefaultSelector()
            self._selector.register(self._fd, selectors.EVENT_READ)
        return self

    def __exit__(self, *_: object) -> None:
        if self._selector is not None:
            self._selector.close()

    def read_into(self, kept: _Kept, seconds: float) -> bool:
        """Wait so long for output, or for the program's end if there is none to come.

        Returns:
            Whether there was some.
        """
        if not self._open:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
            return False
        if not self._ready(seconds):
            return False
        data = os.read(self._fd, KEPT)
        kept.add(data)
        self._open = bool(data)
        return self._open

    def drain_into(self, kept: _Kept) -> None:
        """Read what is in the pipe now; somebody in the background may be writing on for ever."""
        for _ in range(_PIPE // KEPT):
            if not self.read_into(kept, 0):
                return

    def _ready(self, seconds: float) -> bool:
        if self._selector is not None:
            return bool(self._selector.select(seconds))
        return _windows_ready(self._fd, seconds)


def _windows_ready(fd: int, seconds: float) -> bool:
    """Tell whether a pipe of Windows, which knows no select, has something to read."""
    if sys.platform == "win32":
        import _winapi
        import msvcrt

        try:
            if _winapi.PeekNamedPipe(msvcrt.get_osfhandle(fd), 0)[0]:
                return True
        except BrokenPipeError:
            return True  # reading says that this is the end
        sleep(seconds)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and what it started: politely, then not."""
    if os.name != "posix":
        _end_on_windows(process)
        return
    _signal_group(process.pid, signal.SIGTERM)
    deadline = _now() + _GRACE
    while _now() < deadline:
        process.poll()
        if not _signal_group(process.pid, 0):
            break
        sleep(0.01)
    _signal_group(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)


def _signal_group(group: int, number: int) -> bool:
    """Send a signal, or 0 to send none; tell whether somebody of the group is left."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end_on_windows(process: subprocess.Popen[bytes]) -> None:
    command = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
    subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own child
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)


def output_of(*command: str, timeout: float = 2.0) -> str:
    """Return what a short program writes, or "" if it is missing, fails or takes too long.

    Args:
        command: the program and its arguments.
        timeout: seconds it may take.
    """
    with contextlib.suppress(OSError, ValueError):
        ended = Process(command, timeout=timeout).run()
        return "" if ended.why or ended.status else ended.output
    return ""


def start_apart(command: Sequence[str]) -> str:
    """Start a program that is nobody's child, so that it outlives this process and is reaped.

    Returns:
        "", or what kept it from starting.
    """
    ended = Process([sys.executable, "-I", "-S", "-c", _APART, *command], timeout=10).run()
    lines = ended.output.splitlines() or [f"its launcher ended with {ended.verdict}"]
    return "" if not ended.status and not ended.why else lines[-1]


# An interpreter in between: forking a process that has threads is not safe. Ctrl-C is given back,
# because a kernel ignores it between cells, and children inherit that.
_APART = """
import os, signal, sys
null = os.open(os.devnull, os.O_RDWR)
files = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
try:
    os.posix_spawnp(
        sys.argv[1], sys.argv[1:], os.environ, file_actions=files, setsigdef=[signal.SIGINT]
    )
except OSError as error:
    sys.exit(error.strerror)
"""


def program_missing(program: str, *, cwd: str | None = None, path: str | None = None) -> str:
    """Return "" if a program can be started, or one line that says what to do.

    Args:
        program: its name, or a path; a relative path begins at `cwd`.
        cwd: the folder it will run in.
        path: the folders to look in, instead of the environment's PATH.
    """
    import shutil

    is_path = os.path.basename(program) != program  # noqa: PTH119 - "./run" is a path, "run" not
    where = str(Path(cwd or ".") / program) if is_path else program
    if shutil.which(where, path=path):
        return ""
    if program.startswith("~"):
        return f"{program!r}: '~' is not expanded without a shell; write the whole path"
    if not is_path:
        return f"program {program!r} is not on the PATH; install it, or write its whole path"
    if Path(where).exists():
        return f"{program!r} is there but may not be run; allow it with: chmod +x"
    return f"there is no program {program!r}; correct the path"
