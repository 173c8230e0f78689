"""The stall meter: how long the interpreter did not run at all, and because of which cell.

The reader wants to wake up every millisecond. If it could not, a C call kept the interpreter lock
(or the machine stood still): nothing in the process was served, and no design inside it can help.
It can only be said, with the name and line of the cell.
"""

import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from midimon_live.clock import Clock
from midimon_live.monitor import Monitor
from midimon_live.running import Running

STALL_S = 0.05


class Stall(NamedTuple):
    """One stall.

    Attributes:
        at: when it ended, in milliseconds since the Unix epoch.
        seconds: for how long nothing ran.
        where: the cell and line ("In [3], line 2: ..."), the plugin, or "between cells".
    """

    at: int
    seconds: float
    where: str


class StallMeter:
    """Keeps the last 100 stalls. The reader writes, anybody reads.

    Args:
        clock: stamps them.
        monitor: gets a notice for each.
        running: knows which handler runs.

    Attributes:
        cell: returns the label of the cell that runs, or "".
        place: turns a file and line into words, or "" where it is no cell's.
    """

    def __init__(self, clock: Clock, monitor: Monitor, running: Running) -> None:
        self._clock = clock
        self._monitor = monitor
        self._running = running
        self._stalls: deque[Stall] = deque(maxlen=100)
        self.cell: Callable[[], str] = lambda: ""
        self.place: Callable[[str, int], str] = lambda _file, _line: ""

    def missed(self, seconds: float) -> None:
        """Take note that a round of the reader took `seconds` too long; a little is ordinary."""
        if seconds < STALL_S:
            return
        where = self._where()
        self._stalls.append(Stall(self._clock.epoch_ms(self._clock.now()), seconds, where))
        self._monitor.counters["stalls"] += 1
        same = [stall.seconds for stall in self._stalls if stall.where == where]
        times = f", {len(same)} times, for at most" if len(same) > 1 else " for"
        self._monitor.notice(
            f"{where}: nothing could run{times} {max(same) * 1000:.0f} ms, most likely because "
            "a call there kept Python's interpreter lock; MIDI waited, nothing is lost",
            about=f"stall {where}",
        )

    def stalls(self) -> list[Stall]:
        """Return the last 100, oldest first."""
        return list(self._stalls)

    def _where(self) -> str:
        if self._running.label is not None:
            return f"plugin {self._running.label}"
        main = threading.main_thread().ident or 0
        line = self.line_of(main) if self.cell() else ""
        return line or self.cell() or "between cells"

    def line_of(self, thread: int) -> str:
        """Return the line a thread is at, in the innermost frame that belongs to a cell, or ""."""
        frame = sys._current_frames().get(thread)  # noqa: SLF001 - the one way to look at another thread
        while frame is not None:
            if found := self.place(frame.f_code.co_filename, frame.f_lineno):
                return found
            frame = frame.f_back
        return ""
