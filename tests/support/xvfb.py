"""An X display without a screen, and a window in it that tells what it gets."""

import os
import subprocess
from typing import Self

from tests.support.child import Child


class Display:
    """An X server of its own and a focused window, as a context manager.

    Args:
        program: path of `Xvfb`.
        timeout: seconds that anything may take.
    """

    def __init__(self, program: str, timeout: float = 15.0) -> None:
        self._program = program
        self._timeout = timeout
        self.name = ""

    def __enter__(self) -> Self:
        reading, writing = os.pipe()
        # the server itself looks for a number that is free, and says when it is up
        self._server = subprocess.Popen(
            [self._program, "-displayfd", str(writing), "-screen", "0", "640x480x24", "-noreset"],
            pass_fds=[writing],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            self.name = f":{told.readline().strip()}"
        try:
            self._window = Child("tests.support.reader", [], {"DISPLAY": self.name})
            self._window.answer(self._timeout)
        except BaseException:
            self._end_server()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._window.close()
        self._end_server()

    def events(self) -> list[list[object]]:
        """Return the keys and buttons that the window got since the last call."""
        self._window.write("")
        return self._window.answer(self._timeout)

    def _end_server(self) -> None:
        self._server.terminate()
        try:
            self._server.wait(self._timeout)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
