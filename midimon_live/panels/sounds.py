"""What is sent to a port, on its way to the browsers that let it sound.

Frames are pictures of one moment, thirty a second: a short note would fall between two of them. So
what sounds is sent beside them, each message of it: the first at once, later ones up to 56 times a
second with the time between them. From 200 that wait on knobs give way, and notes from 20,000 on.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

from midimon_live.backends.outbox import Outbox, Waiting
from midimon_live.errors import PortClosed
from midimon_live.events import CONTROL_CHANGE, PITCHWHEEL, PROGRAM_CHANGE
from midimon_live.outputs import ALL_SOUND_OFF
from midimon_live.panels.webpage import Pace, pack

_LONGEST = 3
_PATIENCE = 512  # messages to a view that says nothing
_SOUND_OF = frozenset({7, 11, 64})  # volume, expression, sustain
_MOST_VIEWS = 64


class Batch(NamedTuple):
    """What leaves at once.

    Attributes:
        first: the number of the first of them, counted from 0.
        lost: how many were not sent since the session began.
        packed: all of them, as `webpage.pack` does.
    """

    first: int
    lost: int
    packed: bytes


class Sounds:
    """The messages that are to be heard. Any thread may call anything.

    Args:
        now: tells monotonic seconds.
        wake: is called when there is something to be sent.

    Attributes:
        lost: how many were not sent, because more than 20,000 waited.
        muted: whether nothing is to be heard.
    """

    def __init__(self, now: Callable[[], float], wake: Callable[[], None]) -> None:
        self._now = now
        self._wake = wake
        self._lock = threading.Lock()
        self._outbox = Outbox(now)
        self._pace = Pace(now())
        self._set_to: dict[tuple[int, int], bytes] = {}
        self._listening: dict[str, int] = {}
        self._count = 0
        self.lost = 0
        self.muted = False

    def mute(self, muted: bool) -> None:  # noqa: FBT001 - a switch
        """Let nothing be heard from now on, and end what sounds; or let it be heard again."""
        if muted and not self.muted:
            for channel in range(16):
                self.heard(bytes((CONTROL_CHANGE << 4 | channel, ALL_SOUND_OFF, 0)))
        self.muted = muted

    def heard(self, data: bytes) -> None:
        """Take a message that was sent; longer ones and those of the system do not sound."""
        if not 1 < len(data) <= _LONGEST or data[0] >= 0xF0:
            return
        kind = data[0] >> 4
        if kind in (PROGRAM_CHANGE, PITCHWHEEL):
            self._set_to[data[0], 0] = data
        elif kind == CONTROL_CHANGE and data[1] in _SOUND_OF:
            self._set_to[data[0], data[1]] = data
        if self._listening and not self.muted:
            try:
                self._outbox.put(data)
            except PortClosed:
                self.lost += 1
            self._wake()

    def listen(self, view: str, *, on: bool) -> bool:
        """Take note that a view lets it sound, or does not any more; tells whether it is new."""
        with self._lock:
            known = self._listening.pop(view, None)
            if on:
                if len(self._listening) >= _MOST_VIEWS:
                    del self._listening[next(iter(self._listening))]  # long forgotten by its page
                self._listening[view] = 0
            if not self._listening:
                self._outbox.take()
            return on and known is None

    def begin(self) -> bytes:
        """Return, packed, how a new listener has to be set: programs, volumes, pedals, bends."""
        now = self._now()
        return pack((0, Waiting(now, data)) for data in list(self._set_to.values()))

    def collect(self, now: float) -> Batch | None:
        """Return what is to leave now, if it is time; the panels' thread calls."""
        if not self._outbox or self._pace.wait(now) > 0:
            return None
        messages = self._outbox.take()
        self._pace.sent(now)
        first, self._count = self._count, self._count + len(messages)
        with self._lock:
            told = {view: one + 1 for view, one in self._listening.items()}
            self._listening = {view: one for view, one in told.items() if one <= _PATIENCE}
        return Batch(first, self.lost, pack((0, one) for one in messages))

    @property
    def count(self) -> int:
        """How many have left so far."""
        return self._count

    def rest(self, now: float) -> float | None:
        """Return after how many seconds the next may leave; None where none waits."""
        return self._pace.wait(now) if len(self._outbox) else None

    @property
    def listeners(self) -> int:
        """How many views let it sound."""
        return len(self._listening)
