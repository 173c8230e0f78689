"""What waits to leave through a port that is not served at once, such as one at a browser.

Notes, programs, system messages and switches always leave, each of them. Where more than 200
messages wait, a knob's newest value takes the place of the one before it that waits still; never
across a message that is not a knob's, so what a note sounds with stays what it was.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

from midimon_live.errors import PortClosed
from midimon_live.events import CONTROL_CHANGE

MERGE_FROM = 200
MOST_WAITING = 20_000
_POLY_PRESSURE, _PRESSURE, _BEND = 0xA, 0xD, 0xE
# banks, data entry and the parameter it is for, pedals, channel mode: each of them counts
_NEVER = frozenset({0, 6, 32, 38, *range(64, 70), *range(96, 102), *range(120, 128)})


class Waiting(NamedTuple):
    """A message that waits: when it was sent, in monotonic seconds, and its bytes."""

    time: float
    data: bytes


def control_of(data: bytes) -> tuple[int, int] | None:
    """Return which knob, pressure or bend a message is a value of; None where each one counts."""
    kind = data[0] >> 4 if data else 0
    if kind in (_PRESSURE, _BEND):
        return data[0], 0
    if kind == _POLY_PRESSURE and len(data) == 3:
        return data[0], data[1]
    if kind == CONTROL_CHANGE and len(data) == 3 and data[1] not in _NEVER:
        return data[0], data[1]
    return None


class Outbox:
    """The messages that wait at one port, oldest first. Any thread may call.

    Args:
        now: tells monotonic seconds.

    Attributes:
        merged: how often a value took the place of the one before it.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._waiting: list[Waiting] = []
        self._latest: dict[tuple[int, int], int] = {}
        self.merged = 0

    def put(self, data: bytes) -> None:
        """Let a message wait.

        Raises:
            PortClosed: 20,000 wait already: nobody takes them.
        """
        control = control_of(data)
        with self._lock:
            number = len(self._waiting)
            before = self._latest.get(control) if control is not None else None
            if before is not None and number >= MERGE_FROM:
                self._waiting[before] = self._waiting[before]._replace(data=data)
                self.merged += 1
                return
            if number >= MOST_WAITING:
                raise PortClosed(f"{number} messages wait already, and nobody takes them")
            if control is None:
                self._latest.clear()
            else:
                self._latest[control] = number
            self._waiting.append(Waiting(self._now(), data))

    def take(self) -> list[Waiting]:
        """Return what waits, and forget it."""
        with self._lock:
            taken, self._waiting = self._waiting, []
            self._latest.clear()
            return taken

    def __len__(self) -> int:
        return len(self._waiting)
