"""The bare comparison: python-rtmidi and a loop, in a process of its own.

The process (``python -m tests.support.echo SOURCE TARGET``) connects to a JACK port whose name
contains SOURCE and to one whose name contains TARGET, prints a ready line, looks at its input
each millisecond and sends each message straight back out. A line ``report`` on its input makes
it print what it got since the last report; the end of its input ends it.
"""

import json
import queue
import sys
import threading
import time
from types import TracebackType
from typing import Any, Self

from tests.support.child import Child
from tests.support.jack import JackServer
from tests.support.performer import Performer, Timed

_POLL = 0.001  # seconds
_PATIENCE = 10.0  # seconds for the ports to appear


class BareEcho:
    """The echo's process between a performer's ports, as a context manager.

    Args:
        server: The JACK server.
        performer: Whose ports to connect to: it hears `out_port` and answers on `in_port`.
    """

    def __init__(self, server: JackServer, performer: Performer) -> None:
        self._server = server
        self._ports = [performer.out_port, performer.in_port]
        self._child: Child | None = None

    def __enter__(self) -> Self:
        self._child = Child("tests.support.echo", self._ports, self._server.env)
        try:
            self._child.answer(timeout=20)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def pid(self) -> int:
        """The echo's process id."""
        return self._running().pid

    def report(self) -> list[Timed]:
        """Return what it got since the last report: `time.perf_counter()` and bytes of each."""
        child = self._running()
        child.write("report")
        return [(at, bytes.fromhex(text)) for at, text in child.answer(timeout=10)]

    def _running(self) -> Child:
        if self._child is None:
            raise RuntimeError("the echo is not running: use it in a `with` statement")
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


def _connect(port: Any, wanted: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        names = port.get_ports()
        for number, name in enumerate(names):
            if wanted in name:
                port.open_port(number, "echo")
                return
        if time.monotonic() > deadline:
            raise RuntimeError(f"no port {wanted!r} among {names}")
        time.sleep(0.05)


def _echo(midi_in: Any, midi_out: Any, requests: "queue.SimpleQueue[str | None]") -> None:
    got: list[tuple[float, str]] = []
    while True:
        while message := midi_in.get_message():
            midi_out.send_message(message[0])
            got.append((time.perf_counter(), bytes(message[0]).hex()))
        if not requests.empty():
            if requests.get() is None:
                return
            print(json.dumps(got), flush=True)
            got = []
        time.sleep(_POLL)


def main(source: str, target: str) -> None:
    """Run the echo until the standard input ends."""
    from tests.support.far import jack_in, jack_out  # needs JACK, which importing this does not

    midi_in, midi_out = jack_in("echo-in"), jack_out("echo-out")
    _connect(midi_in, source)
    _connect(midi_out, target)
    requests: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin:
            requests.put(line)
        requests.put(None)

    threading.Thread(target=listen, name="requests", daemon=True).start()
    print(json.dumps("ready"), flush=True)
    _echo(midi_in, midi_out, requests)
    midi_in.close_port()
    midi_out.close_port()


if __name__ == "__main__":
    main(*sys.argv[1:])
