"""What happened: the last events with the time of every step, counters, and notices.

The engine appends; readers copy. Everything here may be read from any thread.
"""

import logging
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from itertools import islice, takewhile
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from midimon_live.clock import Clock
from midimon_live.events import MidiEvent, check_range

if TYPE_CHECKING:
    from midimon_live.mappings import Mapping

CAPACITY = 10_000
BYTES_KEPT = 64  # of a message that can not be mapped
# event, started, verdict, considered, steps, and the press that is open or the reasons of a knob
Row = tuple[MidiEvent, float, str, tuple["Mapping", ...], Sequence["Step"], Any]
_LATENESS_WINDOW = 2_000
_FIRST_LOOK = 256
_REFUSALS = ("denied", "disabled", "limited", "not found")
_LOGGER = logging.getLogger("midimon_live")


class Step(NamedTuple):
    """One mapping that an event fired.

    Attributes:
        mapping: the mapping.
        verdict: "ok", "failed", "denied", "disabled", "started" (async), "deferred" (waits for the
            kernel's loop).
        started: moment the action began, in monotonic seconds.
        finished: moment it returned.
        error: one line about what went wrong, or "".
    """

    mapping: "Mapping"
    verdict: str
    started: float
    finished: float
    error: str


class Trace(NamedTuple):
    """All that is known of one handled event; moments are monotonic seconds.

    Attributes:
        event: the event, stamped by the driver.
        started: moment the engine took it.
        verdict: "fired", "unmapped", "no match", "waiting" (for the rest of a gesture), "gesture"
            (it was a part of one), or why it could not be mapped ("malformed", ...).
        considered: the mappings of the control, in the order they were tried.
        steps: the mappings that fired.
        gesture: what the press became: "single", "double tap", ...; "" where that was never open.
        refused: why mappings did not fire that can not be told from the event, by number.
    """

    event: MidiEvent
    started: float
    verdict: str
    considered: tuple["Mapping", ...]
    steps: Sequence[Step]
    gesture: str = ""
    refused: AnyMapping[int, str] = MappingProxyType({})

    @classmethod
    def of(cls, row: "Row") -> "Trace":
        """Build it from what the engine recorded."""
        event, started, verdict, considered, steps, about = row
        if isinstance(about, list):
            return cls(event, started, verdict, considered, steps, refused=dict(about))
        gesture = "" if about is None else about.outcome
        if verdict in ("gesture", "release"):
            if steps:
                verdict = "fired"
            elif not considered:
                verdict = "unmapped"
            elif not gesture:
                verdict = "waiting"
            elif verdict == "release" or gesture == "single":
                verdict = "no match" if considered else "unmapped"
        return cls(event, started, verdict, considered, steps, gesture, _chords(about))

    @property
    def lateness_ms(self) -> float:
        """From the driver's stamp to the engine, in milliseconds."""
        return (self.started - self.event.time) * 1000


def _chords(press: Any) -> AnyMapping[int, str]:
    """Return which chords a press was part of that fired with another one's event."""
    last = None if press is None else press.completed_by
    if last is None or last is press:
        return {}
    fired = [step.mapping for step in last.steps if step.mapping.trigger.event == "chord"]
    return {one.number: f"fired when event {last.event.serial} completed it" for one in fired}


class Lateness(NamedTuple):
    """How late events reached the engine, over the last 2,000 of them."""

    p50_ms: float
    p99_ms: float
    max_ms: float


class Notice(NamedTuple):
    """Something the user should know that belongs to no cell.

    Attributes:
        epoch_ms: when, in milliseconds since the Unix epoch.
        text: one line.
        about: what it is about; a newer notice about the same takes its place.
    """

    epoch_ms: int
    text: str
    about: str


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return the value that `share` (0-1) of the ordered values do not exceed (nearest rank)."""
    return ordered[max(ceil(len(ordered) * share) - 1, 0)] if ordered else 0.0


class Monitor:
    """The ring of traces, the counters and the notices. One engine writes, anybody reads.

    Args:
        clock: stamps notices.
        capacity: how many events are remembered.

    Attributes:
        counters: how often something out of the ordinary happened, by its name.
        record: takes what happened to an event; the engine calls.
        firings: how often a mapping has fired and when last, in monotonic seconds, by its number.
        troubles: how often it was refused then, and how often it failed, by the mapping's number.
    """

    def __init__(self, clock: Clock, capacity: int = CAPACITY) -> None:
        self._clock = clock
        # plain tuples: building the named ones is left to whoever looks
        self._ring: deque[Row] = deque(maxlen=capacity)
        self._notices: deque[Notice] = deque(maxlen=200)
        self._notices_lock = threading.Lock()
        self.counters: Counter[str] = Counter()
        self.record = self._ring.append
        self.firings: dict[int, tuple[int, float]] = {}
        self.troubles: dict[int, tuple[int, int]] = {}

    def fired(self, mapping: int, moment: float) -> None:
        """Count that a mapping fires; the engine calls.

        Args:
            mapping: its number.
            moment: now, in monotonic seconds.
        """
        firings = self.firings
        if (before := firings.get(mapping)) is not None:
            firings[mapping] = before[0] + 1, moment
            return
        if len(firings) >= CAPACITY:
            oldest = next(iter(firings))
            del firings[oldest]
            self.troubles.pop(oldest, None)
        firings[mapping] = 1, moment

    def went_wrong(self, mapping: int, verdict: str) -> None:
        """Count that what a mapping fired was not done, or failed.

        Args:
            mapping: its number.
            verdict: as in `Step`.
        """
        self.counters[verdict] += 1
        refused, failed = self.troubles.get(mapping, (0, 0))
        if verdict in _REFUSALS:
            self.troubles[mapping] = refused + 1, failed
        elif verdict == "failed":
            self.troubles[mapping] = refused, failed + 1

    def trouble(self, mapping: int) -> str:
        """Return how a mapping has fared: "refused 3, failed 1", or "" for well."""
        words = zip(("refused", "failed"), self.troubles.get(mapping, (0, 0)), strict=True)
        return ", ".join(f"{word} {times:,}" for word, times in words if times)

    def traces(self, last: int | None = None) -> list[Trace]:
        """Return the last `last` traces (all remembered ones by default), oldest first."""
        if last is not None:
            check_range("last", last, 0, sys.maxsize)
        ring = self._copy()
        return [
            Trace.of(row) for row in (ring if last is None else ring[max(len(ring) - last, 0) :])
        ]

    def newer(self, known: Row | None) -> list[Row]:
        """Return what was recorded after a row, oldest first; any thread may call.

        Where that row is not remembered any more, or None, that is all there is. What is looked at
        is what is new, however much is remembered.
        """
        size = self.capacity if known is None else _FIRST_LOOK
        while True:
            newest = self._newest(size)
            for index, row in enumerate(newest):
                if row is known:
                    return newest[index - 1 :: -1] if index else []
            if len(newest) < size or size >= self.capacity:
                return newest[::-1]
            size *= 8

    @property
    def capacity(self) -> int:
        """How many events are remembered at most."""
        return self._ring.maxlen or 0

    def find(self, serial: int) -> Trace | None:
        """Return the trace of the event with that number, if it is still remembered."""
        return next((Trace.of(row) for row in self._copy() if row[0].serial == serial), None)

    def lateness(self) -> Lateness:
        """Return how late the last 2,000 events reached the engine."""
        late = [seconds * 1000 for seconds in self.delays()]
        return Lateness(percentile(late, 0.5), percentile(late, 0.99), late[-1] if late else 0.0)

    def delays(self) -> list[float]:
        """Return how late each of the last 2,000 events reached the engine, in seconds, sorted."""
        newest = islice(reversed(self._copy()), _LATENESS_WINDOW)
        return sorted(row[1] - row[0].time for row in newest)

    def since(self, moment: float) -> int:
        """Return how many of the events that are remembered were handled since that moment."""
        return sum(1 for _ in takewhile(lambda row: row[1] >= moment, reversed(self._copy())))

    def notice(self, text: str, *, about: str = "") -> None:
        """Keep one line for the user, in place of the one before about the same thing.

        It is logged too, as information.
        """
        _LOGGER.info("%s", text)
        about = about or text
        with self._notices_lock:
            stale = next((one for one in self._notices if one.about == about), None)
            if stale is not None:
                self._notices.remove(stale)
            self._notices.append(Notice(self._clock.epoch_ms(self._clock.now()), text, about))

    def forget_notices(self) -> None:
        """Forget the notices; the log has them still."""
        with self._notices_lock:
            self._notices.clear()

    def notices(self) -> list[Notice]:
        """Return the notices, oldest first."""
        with self._notices_lock:
            return list(self._notices)

    def _copy(self) -> list[Row]:
        return copied(self._ring)

    def _newest(self, size: int) -> list[Row]:
        """Return up to `size` rows, newest first."""
        while True:
            try:
                return list(islice(reversed(self._ring), size))
            except RuntimeError:  # it changed meanwhile
                continue


def copied(ring: Iterable[Any]) -> list[Any]:
    """Return a list of what another thread is appending to just now."""
    while True:
        try:
            return list(ring)
        except RuntimeError:  # it changed meanwhile: copy again
            continue
