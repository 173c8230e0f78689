"""Musical time as a straight line through ticks, and how one is learned from MIDI clock.

A tick is the 24th part of a quarter note, which is what MIDI clock sends. Positions are counted in
ticks from the beginning of the song, moments in monotonic seconds.

Messages: MIDI 1.0 Detailed Specification, "System Common" and "System Real Time".
"""

from typing import NamedTuple

TICKS_PER_BEAT = 24
_TICKS_PER_SIXTEENTH = 6
SLOWEST_BPM, FASTEST_BPM = 20.0, 999.0

TICK, START, CONTINUE, STOP, POSITION = 0xF8, 0xFA, 0xFB, 0xFC, 0xF2
MESSAGES = frozenset((TICK, START, CONTINUE, STOP, POSITION))

_MEMORY = 48  # ticks: two beats
_WIDE = 6
_LOOSE_S = 0.004  # more than the jitter of a bad interface
_LOST_S = 0.005
_SHORTEST_S = 60 / (FASTEST_BPM * TICKS_PER_BEAT)
_FIRST_S = 60 / (120 * TICKS_PER_BEAT)


class Line(NamedTuple):
    """When each tick is, where the tempo stays as it is.

    Attributes:
        moment: of one tick.
        tick: which one that is.
        period: seconds from one tick to the next.
    """

    moment: float
    tick: float
    period: float

    def tick_at(self, moment: float) -> float:
        """Return the position at a moment, with its fraction."""
        return self.tick + (moment - self.moment) / self.period

    def moment_of(self, tick: float) -> float:
        """Return the moment of a position."""
        return self.moment + (tick - self.tick) * self.period

    @property
    def bpm(self) -> float:
        """The tempo, in quarter notes a minute."""
        return 60 / (self.period * TICKS_PER_BEAT)


def period_of(bpm: float) -> float:
    """Return the seconds from one tick to the next."""
    return 60 / (bpm * TICKS_PER_BEAT)


class Follower:
    """Smooths the moments of ticks, which come early and late, and tells when the next one is.

    A delay-locked loop of second order (F. Adriaensen, "Using a DLL to filter time", 2005): each
    tick corrects where the loop is, and how fast it goes, by a share of its error. The shares begin
    as those that make the line of least squares through all ticks so far (E. Brookner, "Tracking
    and Kalman Filtering Made Easy", 1998: the growing-memory g-h filter), so that the second tick
    gives a tempo and the 24th a good one. From the 48th tick on they stay.

    An error beyond jitter is a change of tempo: the shares grow again. One beyond half a tick is a
    jump, and the loop begins anew.

    Attributes:
        moment: of the last tick, smoothed.
        period: seconds from one tick to the next.
    """

    __slots__ = ("_ticks", "moment", "period")

    def __init__(self) -> None:
        self.moment = 0.0
        self.period = _FIRST_S
        self._ticks = 0

    @property
    def sure(self) -> bool:
        """Whether there were ticks enough to tell the next one."""
        return self._ticks >= 2

    def take(self, moment: float) -> None:
        """Take a tick as it came, in the order of time."""
        expected = self.moment + self.period
        error = moment - expected
        ticks = self._ticks + 1
        if ticks > 2 and abs(error) > _LOOSE_S:
            ticks = 1 if abs(error) > max(self.period / 2, _LOST_S) else min(ticks, _WIDE)
        self._ticks = ticks = min(ticks, _MEMORY)
        if ticks == 1:
            self.moment = moment
            return
        steps = ticks * (ticks + 1)
        self.moment = expected + (4 * ticks - 2) / steps * error
        self.period = max(self.period + 6 / steps * error, _SHORTEST_S)

    def shift(self, moment: float) -> None:
        """Take a tick that need not be where it was expected, at the tempo so far."""
        if self._ticks < 2:
            self.take(moment)
            return
        self.moment = moment
        self._ticks = min(self._ticks, _WIDE)

    def restart(self) -> None:
        """Forget the ticks so far, but not how fast they were."""
        self._ticks = 0


class MidiClock:
    """What the MIDI clock of one input says: where the song is, and how fast it goes.

    A clock that was never started counts from its first tick: many devices send ticks only.

    Attributes:
        rolling: whether ticks move the song on: false from a stop to the next start.
        started: whether it has said where the song is.
        tick: the position of the last tick; None before the first one since it began or jumped.
        heard: the moment of its last message, as that came.
    """

    __slots__ = ("_follower", "_next", "cued", "heard", "rolling", "started", "tick")

    def __init__(self) -> None:
        self._follower = Follower()
        self._next = 0
        self.cued = False
        self.rolling = True
        self.started = False
        self.tick: int | None = None
        self.heard = 0.0

    @property
    def line(self) -> Line | None:
        """When each tick is; None while the song stands, or is about to begin."""
        if self.tick is None:
            return None
        return Line(self._follower.moment, self.tick, self._follower.period)

    @property
    def sure(self) -> bool:
        """Whether the next tick can be told."""
        return self._follower.sure

    @property
    def rank(self) -> int:
        """How much it knows: 0 the song stands, 1 it only ticks, 2 it was started."""
        return self.rolling + (self.rolling and self.started)

    def take(self, data: bytes, moment: float) -> None:
        """Take one of MESSAGES, in the order of time."""
        status = data[0]
        self.heard = moment
        if status == TICK:
            self._tick(moment)
        elif status == STOP:
            self.rolling = self.cued = False
            self.tick = None
        else:
            if status == START:
                self._next = 0
            elif status == POSITION:
                self._next = (data[1] | data[2] << 7) * _TICKS_PER_SIXTEENTH
            self.rolling = self.rolling or status != POSITION
            self.cued = self.rolling
            self.started = self.started or status != POSITION
            self.tick = None

    def silent(self) -> None:
        """Take note that it sends no more; what it sends later may be anywhere in the song."""
        self._follower.restart()
        self.cued = self.started = False
        self.tick = None

    def _tick(self, moment: float) -> None:
        if self.cued:
            self._follower.shift(moment)
            self.cued = False
        else:
            self._follower.take(moment)
        if self.rolling:
            self.tick = self._next
            self._next += 1
