"""The monitor: events as they are handled, what they fired, and why.

A frame is packed: rows of `ROW` after a `HEAD`, and a second buffer of `CHANGE` for events whose
outcome was told before and is another by now. Texts are told once, in the state, and are numbers
from then on.
"""

import math
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from struct import Struct
from typing import TYPE_CHECKING, Any, ClassVar

from midimon_live.events import MidiEvent
from midimon_live.explain import as_code, describe
from midimon_live.mappings import Mapping as Mapped
from midimon_live.monitor import Row, Step, Trace
from midimon_live.panels.base import Command, Frame, Panel, packed
from midimon_live.show import Table, as_text

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

HEAD = Struct("<ddd")
"""Epoch ms of sending, number of the first row, and 1 where all that a new view gets is in it."""
ROW = Struct("<ddfIIIBBBx")
"""Epoch ms, serial, lateness in ms, outcome, port, words (0: the bytes say it), three bytes."""
CHANGE = Struct("<dI")
"""Number of the row, and its outcome."""

QUIET, FIRED, TROUBLE, OPEN, PART = range(5)
"""What an outcome is: nothing fired, something did, it went wrong, undecided, part of a gesture."""

MOST_A_FRAME = 750
MOST_BEHIND = 2_000
MOST_AT_FIRST = 2_000
_MOST_TEXTS = 4_000
_MOST_WATCHED = 5_000
_WATCHED_A_FRAME = 100
_SETTLED_S = 2.0  # an outcome that is decided is believed after so long: it may be fired just then
_SHIFT_MS = 5.0
_DENSE = 30  # events in a frame, from which on each third frame waits for the next: it costs less
_LONGEST = 160
_MOST_NAMED = 3

_WORDED = ("malformed", "sysex")
_UNDECIDED = ("waiting", "started", "deferred")
_WENT_WELL = ("ok", "cancelled")
_PARTS = {"chord": "part of chord", "sequence": "part of sequence", "cancelled": "cancelled"}
_GESTURES = {
    "double_tap": "double tap",
    "long_press": "long press",
    "chord": "chord",
    "sequence": "sequence",
}


class _Texts:
    """Texts that go to the browser once, and are numbers from then on.

    Attributes:
        numbers: from 1, by what a text is made of.
    """

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}
        self._news: list[Any] = []
        self._count = 0

    def add(self, key: Hashable, text: Any) -> int:
        """Give a text its number."""
        if len(self.numbers) >= _MOST_TEXTS:
            self.numbers.clear()
        self._news.append(text)
        self._count += 1
        self.numbers[key] = self._count
        return self._count

    def forget(self) -> None:
        """Tell everything once more; numbers go on."""
        self.numbers.clear()
        self._news = []

    def news(self) -> Mapping[str, Any]:
        """Return, once, what is new, and the number of the first of it."""
        news, self._news = self._news, []
        return {"from": self._count - len(news) + 1, "texts": news}


class View(Panel):
    """The last events of a session, as they come."""

    name = "monitor"
    hertz = 30.0

    def __init__(self, desk: "Desk") -> None:
        self._texts = _Texts()
        self._known: Row | None = None
        self._counted = 0  # of `_known`, counted over all that were handled since the first
        self._watched: deque[tuple[int, Row, int]] = deque(maxlen=_MOST_WATCHED)
        self._open: set[int] = set()
        self._epoch_ms = 0.0
        self._turn, self._dense = 0, False
        super().__init__(desk)

    def state(self) -> Mapping[str, Any]:
        """Return the texts that were not told before."""
        return self._texts.news()

    def table(self) -> Table:
        """Return what `midi.monitor()` shows."""
        return self.session.monitor()

    def frame(self, *, whole: bool) -> Frame | None:
        """Return what has happened since the last one, or None.

        Args:
            whole: whether somebody looks who has seen none before; then the last 2,000 events.
        """
        self._turn += 1
        if self._dense and not whole and self._turn % 3 == 0:
            return None
        rows = self.parts.monitor.newer(None if whole else self._known)
        rows, first = self._from_the_start(rows) if whole else self._next(rows)
        changes = self._changes()
        self._dense = len(rows) > _DENSE
        if not (rows or changes or whole):
            return None
        self._set_epoch()
        outcomes = [self._outcome(row) for row in rows]
        events = b"".join(map(self._row, rows, outcomes))
        self._watch(rows, outcomes, first)
        news = self.state()
        sent = self._epoch_ms + self.parts.clock.now() * 1000
        head = HEAD.pack(sent, first, whole)
        told = packed(news) if whole or news["texts"] else b""
        return Frame(told, (head + events, changes))

    def why(self, serial: int) -> Mapping[str, Any]:
        """Return what `midi.why` says of an event, and the line that plays it again."""
        table = self.session.why(serial)
        trace = self.parts.monitor.find(serial)
        forgotten = f"only the last {self.parts.monitor.capacity:,} events are remembered"
        return {
            "title": table.title,
            "headings": table.headings,
            "rows": table.rows,
            "remarks": table.remarks if trace is not None else [forgotten],
            "code": as_code(trace.event) if trace is not None else "",
        }

    commands: ClassVar[Mapping[str, Command]] = {"why": Command(why, {"serial": int})}

    def _from_the_start(self, rows: list[Row]) -> tuple[list[Row], int]:
        """Return what a new view gets, and the number of the first; `rows` is all there is."""
        known = self._known
        fresh = next((index for index, row in enumerate(reversed(rows)) if row is known), len(rows))
        self._count(rows, fresh)
        self._texts.forget()
        self._watched.clear()
        self._open.clear()
        rows = rows[-MOST_AT_FIRST:]
        return rows, self._counted - len(rows) + 1

    def _next(self, rows: list[Row]) -> tuple[list[Row], int]:
        """Return what this frame tells of what is new, and the number of the first."""
        if len(rows) > MOST_BEHIND:  # it comes faster than it is told: the rest is left out
            self._count(rows, len(rows))
            rows = rows[-MOST_A_FRAME:]
        else:
            rows = rows[:MOST_A_FRAME]
            self._count(rows, len(rows))
        return rows, self._counted - len(rows) + 1

    def _count(self, rows: Sequence[Row], fresh: int) -> None:
        """Go on to the last of `rows`, of which that many are new."""
        if not rows:
            return
        known, self._known = self._known, rows[-1]
        self._counted += fresh
        if fresh == len(rows) >= self.parts.monitor.capacity:  # some were forgotten unseen
            before = 0 if known is None else known[0].serial
            self._counted += max(rows[0][0].serial - before - 1, 0)

    def _set_epoch(self) -> None:
        """Note what to add to moments; a clock that is set moves it, its rounding does not."""
        epoch_ms = float(self.parts.clock.epoch_ms(0.0))
        if abs(epoch_ms - self._epoch_ms) > _SHIFT_MS:
            self._epoch_ms = epoch_ms

    def _row(self, row: Row, outcome: int) -> bytes:
        event, started, verdict = row[0], row[1], row[2]
        time, port, data, serial = event[0], event[1], event[2], event[3]
        late = (started - time) * 1000
        return ROW.pack(
            self._epoch_ms + time * 1000,
            serial,
            late if -1e9 < late < 1e9 else math.nan,
            outcome,
            self._texts.numbers.get(port) or self._texts.add(port, port[:_LONGEST]),
            self._words(event) if not data or verdict in _WORDED else 0,
            data[0] if data else 0,
            data[1] if len(data) > 1 else 0,
            data[2] if len(data) > 2 else 0,
        )

    def _words(self, event: MidiEvent) -> int:
        """Return the number of what is to be read where three bytes do not say it."""
        said = as_text(describe(event))[:_LONGEST]
        return self._texts.numbers.get((said,)) or self._texts.add((said,), said)

    def _outcome(self, row: Row) -> int:
        """Return the number of what became of an event, as far as that is known."""
        verdict, considered, steps, about = row[2], row[3], row[4], row[5]
        gesture = ""
        if about is not None and not isinstance(about, list):
            trace = Trace.of(row)
            verdict, gesture = trace.verdict, trace.gesture
        if not steps:
            key: Hashable = (verdict, gesture, considered)
        elif len(steps) == 1:
            step = steps[0]
            key = (gesture, considered, step[0], step[1])
        else:
            steps = list(steps)
            key = (gesture, considered, *[one[:2] for one in steps])
        number = self._texts.numbers.get(key)
        if number is None:
            told = _told(verdict, gesture, considered, steps)
            number = self._texts.add(key, told)
            if told[0] == OPEN:
                self._open.add(number)
        return number

    def _watch(self, rows: Sequence[Row], outcomes: Sequence[int], first: int) -> None:
        """Keep those of which more may become, to tell it then."""
        for number, (row, outcome) in enumerate(zip(rows, outcomes, strict=True), first):
            if outcome in self._open or not (row[5] is None or isinstance(row[5], list)):
                self._watched.append((number, row, outcome))

    def _changes(self) -> bytes:
        """Return which outcomes are others by now; of many a part in each frame, in turn."""
        if not self._watched:
            return b""
        changes = []
        settled = self.parts.clock.now() - _SETTLED_S
        for number, row, told in [
            self._watched.popleft() for _ in range(min(len(self._watched), _WATCHED_A_FRAME))
        ]:
            outcome = self._outcome(row)
            if outcome != told:
                changes.append(CHANGE.pack(number, outcome))
            if outcome in self._open or row[1] > settled:
                self._watched.append((number, row, outcome))
        return b"".join(changes)


def _told(
    verdict: str, gesture: str, considered: Sequence[Mapped], steps: Sequence[Step]
) -> list[Any]:
    """Return an outcome for the browser: what it is, the word for it, mappings, and the gesture."""
    if steps:
        worst = next((one.verdict for one in steps if one.verdict != "ok"), "ok")
        kind = OPEN if worst in _UNDECIDED else FIRED if worst in _WENT_WELL else TROUBLE
        label = _GESTURES.get(steps[0].mapping.trigger.event, "")
        word = "fired" if worst == "ok" else worst
        return [kind, word, _named([one.mapping for one in steps]), label]
    if verdict == "gesture":
        return [PART, _PARTS.get(gesture, gesture), _named(considered), ""]
    kind = OPEN if verdict == "waiting" else QUIET
    return [kind, verdict, _named(considered), ""]


def _named(mappings: Sequence[Mapped]) -> str:
    named = [f"{one.number}. {_line(one)}" for one in mappings[:_MOST_NAMED]]
    more = len(mappings) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _line(mapping: Mapped) -> str:
    try:
        return as_text(mapping)[:_LONGEST]
    except Exception as error:  # an action of another package
        return f"its text can not be made: {error!r:.80}"
