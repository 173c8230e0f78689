"""One page that has MIDI ports: what it says is unpacked and timed, what it is sent is packed.

A message from a page packs events, each as `<HdI` (the port's number, the page's time in
milliseconds since the Unix epoch, how many bytes) and the bytes. One to a page packs them as
`<HfI`, where the time is in milliseconds after the first of them.
"""

import math
import struct
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from midimon_live.backends.outbox import Waiting
from midimon_live.backends.web import Offer
from midimon_live.errors import InvalidValue
from midimon_live.events import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from midimon_live.skew import Skew

MOST_EVENTS = 4096
MOST_PORTS = 64
_IN, _OUT = struct.Struct("<HdI"), struct.Struct("<HfI")
_OLDEST_S = 10.0
_LATEST_COUNT = 2**53
_SPREAD_MS = 50.0  # a message leaves no later than this after the first of its batch
_KEPT_LATE = 256
_PATIENCE_S = 6.0
_STEP_S = 0.5  # a kernel that stood still did not listen meanwhile
_SUSTAIN = 64

Event = tuple[int, float, bytes]


def unpack(buffers: Sequence[bytes]) -> list[Event]:
    """Return the events of a message: number, milliseconds, bytes.

    Raises:
        InvalidValue: it has another shape, or more than 4,096 of them.
    """
    events: list[Event] = []
    for buffer in buffers:
        at = 0
        while at < len(buffer):
            if len(buffer) - at <= _IN.size:
                raise InvalidValue("packed MIDI from a browser is cut short")
            number, ms, length = _IN.unpack_from(buffer, at)
            at += _IN.size
            if not 0 < length <= len(buffer) - at or not math.isfinite(ms):
                raise InvalidValue(
                    "packed MIDI from a browser has a length or a time that can not be"
                )
            events.append((number, ms, buffer[at : at + length]))
            at += length
            if len(events) > MOST_EVENTS:
                raise InvalidValue(f"more than {MOST_EVENTS} MIDI messages came at once")
    return events


def pack(messages: Iterable[tuple[int, Waiting]]) -> bytes:
    """Return what is to leave through the ports of a page, in one piece."""
    packed = bytearray()
    first: float | None = None
    for number, (time, data) in messages:
        first = time if first is None else first
        after = min(max(time - first, 0.0) * 1000, _SPREAD_MS)
        packed += _OUT.pack(number, after, len(data)) + data
    return bytes(packed)


def ends_something(data: bytes) -> bool:
    """Tell whether a message lets go of a key or of the sustain pedal."""
    if len(data) != 3:
        return False
    kind = data[0] >> 4
    if kind == CONTROL_CHANGE:
        return data[1] == _SUSTAIN and data[2] < _SUSTAIN
    return kind == NOTE_OFF or (kind == NOTE_ON and not data[2])


def read_offers(ports: Sequence[object]) -> list[Offer]:
    """Return the ports that a page says it has: `[id, name, "in" or "out"]` each.

    Raises:
        InvalidValue: one has another shape, or there are more than 64.
    """
    if len(ports) > MOST_PORTS:
        raise InvalidValue(f"a page has {len(ports)} MIDI ports; {MOST_PORTS} are the most")
    offers = []
    for port in ports:
        if not isinstance(port, list) or not all(isinstance(one, str) for one in port):
            raise InvalidValue(f"a MIDI port of a page is {port!r:.60}; expected are three texts")
        if len(port) != 3 or not 0 < len(port[0]) <= 200 or port[2] not in ("in", "out"):
            raise InvalidValue(
                f"a MIDI port of a page is {port!r:.60}; expected is id, name, in/out"
            )
        offers.append(Offer(*port))
    return offers


class Pace:
    """How often something is sent: at once after a quiet time, then each 4 ms, 56 times a second.

    Args:
        now: when that begins, in monotonic seconds.
    """

    _GAP_S = 0.004
    _PER_SECOND = 56.0
    _BURST = 12.0

    def __init__(self, now: float) -> None:
        self._left = self._BURST
        self._at = now
        self._last = -math.inf

    def wait(self, now: float) -> float:
        """Return after how many seconds the next may be sent."""
        left = min(self._left + (now - self._at) * self._PER_SECOND, self._BURST)
        return max(0.0, self._last + self._GAP_S - now, (1 - left) / self._PER_SECOND)

    def sent(self, now: float) -> None:
        """Take note that one was sent."""
        left = min(self._left + (now - self._at) * self._PER_SECOND, self._BURST)
        self._left, self._at, self._last = left - 1, now, now


@dataclass(slots=True)
class Page:
    """What is known of a page. Messages come one after the other; the panels' thread only reads.

    Attributes:
        view: its name.
        skew: its clock, brought to ours.
        pace: how often it is sent something.
        browser: which browser it is of.
        offers: the ports that it has.
        sysex: whether it may send and receive system exclusive messages.
        asleep: whether it was silent for so long that its ports were taken back.
        detours: how many of its messages wait for it to be woken.
        heard_at: when it said something last, in monotonic seconds.
        counted: how many events came, lost ones included; None before the first.
        lost: how many of them did not.
        refused: how many were left out because too many messages came.
        merged: how often the page let a knob's value take the place of the one before it.
        strays: how many were for ports that are not connected.
        sent: how many messages left for it.
        batch: the number of the last message to it.
        failed: how many its ports refused.
        late: how much later than the fastest the last messages came, in milliseconds.
        round_trip_ms: as the page measured it.
        ahead_ms: how much the kernel's clock is ahead of its own.
        pongs: what it is to be answered: its own times.
    """

    view: str
    skew: Skew
    pace: Pace
    browser: str = ""
    offers: Sequence[Offer] = ()
    sysex: bool = False
    asleep: bool = False
    detours: int = 0
    heard_at: float = 0.0
    counted: int | None = None
    lost: int = 0
    refused: int = 0
    merged: int = 0
    strays: int = 0
    sent: int = 0
    batch: int = 0
    failed: int = 0
    late: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT_LATE))
    round_trip_ms: float | None = None
    ahead_ms: int | None = None
    pongs: deque[float] = field(default_factory=lambda: deque(maxlen=8))
    _owes: bool = False
    _patience: float = 0.0
    _looked_at: float = 0.0

    def heard(self, at_ms: float, now: float) -> None:
        """It has said something: at `at_ms` by its clock, at `now` by ours."""
        self.heard_at, self._owes = now, False
        self.late.append(self.skew.heard(at_ms / 1000, now) * 1000)

    def moment(self, ms: float, now: float) -> float:
        """Return a time of its clock as one of ours: not later than now, nor 10 s before."""
        return max(self.skew.ours(ms / 1000, now), now - _OLDEST_S)

    def follow(self, before: int, events: list[Event]) -> tuple[int, list[Event]]:
        """Return how many events were lost on the way, and those that did not come before.

        Args:
            before: how many the page sent before these.
            events: that came now.
        """
        if not 0 <= before < _LATEST_COUNT:
            raise InvalidValue(f"a page has sent {before} events, it says")
        known = before if self.counted is None else self.counted
        lost = max(before - known, 0)
        new = events[max(known - before, 0) :]
        self.counted = max(known, before + len(events))
        self.lost += lost
        return lost, new

    def owes_answer(self, now: float) -> None:
        """It was told something; from now on it is expected to say something within 6 s."""
        if not self._owes:
            self._owes, self._patience, self._looked_at = True, _PATIENCE_S, now

    @property
    def owes(self) -> bool:
        """Whether it has to answer."""
        return self._owes

    def silent(self, now: float) -> bool:
        """Tell whether it has not answered for 6 s, in which we listened."""
        if not self._owes:
            return False
        self._patience -= min(max(now - self._looked_at, 0.0), _STEP_S)
        self._looked_at = now
        return self._patience <= 0

    def lateness(self) -> tuple[float, float] | None:
        """Return by how much messages are later than the fastest, p50 and p99 in milliseconds."""
        late = sorted(self.late)
        if not late:
            return None
        return round(late[len(late) // 2], 1), round(
            late[min(len(late) * 99 // 100, len(late) - 1)], 1
        )
