"""Noticing a handler that does not come back: it is named, and past its deadline it is stopped.

Handlers are called one at a time, so one that hangs keeps all of MIDI waiting. A thread of its own
looks, for the one that would is stuck inside the handler.
"""

import threading
from collections.abc import Callable

from midimon_live.errors import HandlerTimeout
from midimon_live.monitor import Monitor
from midimon_live.running import Running

DEADLINE_S = 10.0
_SAID_AFTER_S = 1.0
_LOOK_S = 0.25


class Watchdog:
    """Looks four times a second.

    Args:
        running: knows which handler runs.
        monitor: gets a notice.
        place: returns where a thread is, in words, or "".

    Attributes:
        deadline: for how long a handler may run, in seconds.
    """

    def __init__(self, running: Running, monitor: Monitor, place: Callable[[int], str]) -> None:
        self._running = running
        self._monitor = monitor
        self._place = place
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._said: float | None = None
        self._stopped: float | None = None
        self.deadline = DEADLINE_S

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._serve, name="midimon-watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; again is harmless."""
        self._over.set()
        thread, self._thread = self._thread, None
        if thread is not None and thread is not threading.current_thread():
            thread.join(1.0)

    def look(self) -> None:
        """Say which handler has been running for too long, and stop it past its deadline."""
        running = self._running
        label, since, seconds = running.label, running.since, running.seconds()
        if label is None or seconds < _SAID_AFTER_S:
            return
        if self._said != since:
            self._said = since
            where = self._place(running.thread)
            self._monitor.counters["hanging"] += 1
            self._monitor.notice(
                f"{label} has not come back for {seconds:.0f} s{f' ({where})' if where else ''}: "
                f"MIDI waits for it, and stops it after {self.deadline:g} s; Ctrl-C does at once",
                about=f"hanging {label}",
            )
        if seconds > self.deadline and self._stopped != since:
            self._stopped = since
            running.interrupt(HandlerTimeout)

    def _serve(self) -> None:
        while not self._over.wait(_LOOK_S):
            self.look()
