"""A helper program in its own process that talks in lines of JSON."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds the `tests` folder; helper programs run there."""


class ChildError(RuntimeError):
    """A helper program ended or kept silent although an answer was due."""


class Child:
    """One helper program: started by module name, ended by its own process handle.

    A thread reads the program's standard output all the time, so a long answer never blocks
    it. The methods are for one thread at a time.

    Args:
        module: The module to run, as in ``python -m``.
        args: Its command line.
        env: Variables to add to this process's environment.
    """

    def __init__(self, module: str, args: Sequence[str], env: Mapping[str, str]) -> None:
        self._module = module
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as it runs
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *args],
            cwd=ROOT,
            env={**os.environ, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, name=f"{module} reader", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    def write(self, line: str) -> None:
        """Send one line to the program's standard input."""
        if self._process.stdin is None or self._process.poll() is not None:
            raise ChildError(self._complaint("has ended"))
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def answer(self, timeout: float) -> Any:
        """Wait for the program's next line and return what its JSON says.

        Args:
            timeout: Seconds to wait at most.

        Raises:
            ChildError: It ended or said nothing; with what it wrote to its error output.
        """
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise ChildError(self._complaint(f"said nothing for {timeout:g} s")) from None
        if line is None:
            raise ChildError(self._complaint("has ended"))
        return json.loads(line)

    def close(self, patience: float = 3.0) -> None:
        """End the program: end of its input, then SIGTERM, then SIGKILL.

        Args:
            patience: Seconds to wait after each step.
        """
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        for insist in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                insist()
        self._process.wait()
        self._reader.join()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line)
        self._lines.put(None)

    def _complaint(self, what: str) -> str:
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace")
        return f"{self._module} {what}; it wrote:\n{said}"
