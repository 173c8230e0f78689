"""The tape that always runs: the last inputs and what came of them, as raw tuples.

Whoever handles events, sends or changes modes puts something on it; `cut` makes lines of that when
somebody asks. Nothing here may take long: it is passed by every event.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import get_ident
from typing import Any, Protocol

from midimon_live.clock import Clock
from midimon_live.events import MidiEvent
from midimon_live.monitor import copied
from midimon_live.takes.lines import FIRED, MODE, PANIC, SENT, SKIPPED
from midimon_live.timers import Timers

KEPT = 65_536
LONGEST = 256  # bytes of a message; only system exclusive ones, which nothing maps, have more

# an input, or a word, the moment, the number of the event whose consequence it is (0 is none), and
# what belongs to it: see the methods
Item = MidiEvent | tuple[Any, ...]
Put = Callable[[Item], None]


class Drain(Protocol):
    """Knows which thread is handling events.

    Attributes:
        drained_by: its ident; None is none.
    """

    drained_by: int | None


class Tape:
    """A ring of what happened. Any thread may put something on it or copy it.

    What a turn of the engine brings about has the moment of what began it, however long it takes:
    so a take can be compared with one in which time stood still meanwhile.

    Args:
        clock: stamps what happens outside of turns.
        timers: know the present turn.
        mode: the active mode.
        capacity: how much is remembered.

    Attributes:
        put: takes an item.
        pump: knows which thread is handling events.
        handler_here: tells whether the calling thread runs what a plugin has begun.
        person: whether what is done now is what a person once did.
    """

    pump: Drain

    def __init__(self, clock: Clock, timers: Timers, mode: str, capacity: int = KEPT) -> None:
        self._now = clock.now
        self._timers = timers
        self._mode = mode
        self._ring: deque[Item] = deque(maxlen=capacity)
        self._listeners: tuple[Put, ...] = ()
        self.put: Put = self._ring.append
        self.handler_here: Callable[[], bool] = lambda: False
        self.person = False

    def items(self) -> list[Item]:
        """Return what is remembered, in the order it happened."""
        return copied(self._ring)

    def listen(self, listener: Put) -> None:
        """Let `listener` have all items from now on, too."""
        self._tell((*self._listeners, listener))

    def leave(self, listener: Put) -> None:
        """Let it have no more; harmless for one that does not listen."""
        self._tell(tuple(one for one in self._listeners if one != listener))

    def passed(self, event: MidiEvent) -> None:
        """Take an event that can not be mapped; long ones are only mentioned."""
        if len(event.data) > LONGEST:
            self.put((SKIPPED, event.time, 0, event.port, len(event.data)))
        else:
            self.put(event)

    def fired(self, steps: Sequence[Any]) -> None:
        """Take that a mapping is about to fire: `steps` gets its step, and later its verdict."""
        timers = self._timers
        moment = timers.moment
        if moment is None:
            moment = self._now()
        self.put((FIRED, moment, timers.serial(), steps, len(steps)))

    def sent(self, port: str, data: bytes) -> None:
        """Take a message that was sent to an output; on whatever thread that was."""
        timers = self._timers
        if (moment := timers.moment) is not None and self.pump.drained_by == get_ident():
            self.put((SENT, moment, timers.serial(), port, data, False))
        else:
            moment, cause, by_hand = self._turn()
            self.put((SENT, moment, cause, port, data, by_hand))

    def entered(self, mode: str) -> None:
        """Take that another mode is active."""
        before, self._mode = self._mode, mode
        moment, cause, by_hand = self._turn()
        self.put((MODE, moment, cause, before, mode, by_hand))

    def panicked(self) -> None:
        """Take that somebody pressed the panic button; in a handler that is for it to repeat."""
        moment, cause, by_hand = self._turn()
        if by_hand:
            self.put((PANIC, moment, cause))

    def _turn(self) -> tuple[float, int, bool]:
        """Return the moment, the cause, and whether a person does it, in a cell for instance."""
        if self.person or self.pump.drained_by != get_ident():
            return self._now(), 0, self.person or not self.handler_here()
        moment = self._timers.moment
        return self._now() if moment is None else moment, self._timers.serial(), False

    def _tell(self, listeners: tuple[Put, ...]) -> None:
        self._listeners = listeners
        append = self._ring.append

        def put(item: Item) -> None:
            append(item)
            for listener in listeners:
                listener(item)

        self.put = put if listeners else append
