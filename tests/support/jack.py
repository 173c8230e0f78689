"""A private JACK server for one test session, without a sound card."""

import contextlib
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where JACK itself keeps its files
_REFUSED = "Cannot use real-time scheduling"
_REGISTRY = _SHARED_MEMORY / "jack-shm-registry"
_FULL = "Too many servers already active"

# The server takes the place of this program and keeps its process id. It gets a SIGTERM when
# the thread that started it ends: a killed test run leaves no server behind.
_TIED_TO_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])
"""

# Asks through the very library that the tests use; raises when nobody answers.
_PROBE = "from tests.support.far import jack_out; jack_out('probe')"


def find_jackd() -> str | None:
    """Return the path of the JACK server program, or None if it is not installed."""
    return shutil.which("jackd")


class JackError(RuntimeError):
    """The JACK server did not come up; the message holds what it wrote."""


class JackServer:
    """A JACK server with the dummy driver and a name of its own, as a context manager.

    It runs at 48 kHz with 64 frames per cycle (1.33 ms), in real-time mode where the system
    grants that and without it elsewhere (see `realtime`). Only one at a time: the servers of a
    user share a registry in shared memory, and one that ends disturbs the others.
    Enter it in a thread that outlives it: the system ends the server together with the
    thread that started it.

    Args:
        program: Path of `jackd`; looked up on the PATH if not given.
        timeout: Seconds that the server may take to come up.
        name: Of the server; a new one if not given.
    """

    def __init__(
        self, program: str | None = None, timeout: float = 15.0, name: str | None = None
    ) -> None:
        self._program = program or find_jackd()
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self._segments: set[tuple[str, int]] = set()
        self._log = Path()
        self._named = name is not None
        self.name = name or f"midimon-test-{os.getpid()}-{secrets.token_hex(4)}"
        self.realtime = False

    def __enter__(self) -> Self:
        handle, path = tempfile.mkstemp(prefix="jackd-", suffix=".log")
        os.close(handle)
        self._log = Path(path)
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    @property
    def env(self) -> dict[str, str]:
        """Variables for programs that shall use this server and never start another one."""
        return {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1"}

    @property
    def pid(self) -> int:
        """The server's process id."""
        if self._process is None:
            raise JackError("the JACK server is not running: use it in a `with` statement")
        return self._process.pid

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return self._log.read_text(errors="replace")

    def kill(self) -> None:
        """End the server at once with SIGKILL, as a crash would, and wait until it is gone.

        Its files stay until the context ends, as they do after a crash.
        """
        if self._process is not None:
            self._segments |= self._mapped_segments()
            self._process.kill()
            self._process.wait()

    def _start(self) -> None:
        if self._program is None:
            raise JackError("jackd is not installed (Debian: apt-get install jackd2)")
        for realtime in (True, False):
            self._launch(self._program, realtime=realtime)
            up = self._wait_until_up()
            if not up and _FULL in self.log:
                up = self._take_the_place_of_a_dead_one(self._program, realtime=realtime)
            if up and not (realtime and _REFUSED in self.log):
                self.realtime = realtime
                self._segments |= self._mapped_segments()
                return
            said = self.log
            self._end_process()
        raise JackError(f"jackd ended or gave no answer in {self._timeout:g} s; it wrote:\n{said}")

    def _launch(self, program: str, *, realtime: bool) -> None:
        priority = ["-R", "-P", "10"] if realtime else ["-r"]
        driver = ["-d", "dummy", "-r", "48000", "-p", "64"]
        launcher = [sys.executable, "-I", "-S", "-c", _TIED_TO_PARENT]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*launcher, program, "-n", self.name, *priority, *driver],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_until_up(self) -> bool:
        deadline = time.monotonic() + self._timeout
        while self._process is not None and self._process.poll() is None:
            if self._answers():
                return True
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        return False

    def _take_the_place_of_a_dead_one(self, program: str, *, realtime: bool) -> bool:
        """Start where killed servers have left no place; returns whether it is up.

        A registry that is in use can not be deleted. A server with a dead one's name gets its
        place; one with a name that is alive is refused.
        """
        names = [self.name] if _forget_dead_servers() or self._named else _registered()
        for name in names:
            self._end_process()
            self.name = name
            self._launch(program, realtime=realtime)
            # one that is alive answers too, while ours ends at once
            if self._wait_until_up() and self._process is not None and self._process.poll() is None:
                return True
        return False

    def _answers(self) -> bool:
        try:
            probe = subprocess.run(
                [sys.executable, "-c", _PROBE],
                cwd=ROOT,
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return probe.returncode == 0

    def _stop(self) -> None:
        self._end_process()
        self._remove_leftovers()
        self._log.unlink(missing_ok=True)

    def _end_process(self, patience: float = 5.0) -> None:
        if self._process is None:
            return
        self._segments |= self._mapped_segments()
        self._process.terminate()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _mapped_segments(self) -> set[tuple[str, int]]:
        """Path and inode of the server's numbered segments, which do not carry its name."""
        found = set()
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/maps").read_text().splitlines():
                fields = line.split(maxsplit=5)
                mine = len(fields) > 5 and fields[5].startswith(f"{_SHARED_MEMORY}/jack-")
                # the registry belongs to all servers: without it the others are lost
                if mine and "registry" not in fields[5]:
                    found.add((fields[5], int(fields[4])))
        return found

    def _remove_leftovers(self) -> None:
        """Delete what the server left, which is nothing unless it was killed."""
        for pattern in (f"jack_{self.name}_*", f"jack_sem.*_{self.name}_*"):
            for path in _SHARED_MEMORY.glob(pattern):
                path.unlink(missing_ok=True)
        for name, inode in self._segments:
            # Another server may have used the number again since.
            with contextlib.suppress(FileNotFoundError):
                if Path(name).stat().st_ino == inode:
                    Path(name).unlink()


def _registered() -> list[str]:
    """Return the names of servers of tests that have a place in the registry, dead or alive."""
    found = re.findall(rb"jack-\d+:(midimon-test-\d+-[0-9a-f]+):", _REGISTRY.read_bytes())
    return [name.decode() for name in found]


def _forget_dead_servers() -> bool:
    """Delete the registry, whose eight places killed servers keep, unless somebody uses it."""
    for maps in Path("/proc").glob("[0-9]*/maps"):
        with contextlib.suppress(OSError):
            if str(_REGISTRY) in maps.read_text():
                return False
    _REGISTRY.unlink(missing_ok=True)
    return True
