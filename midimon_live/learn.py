"""Learning: it listens in front of the mappings until a gesture is over, and says what that was.

`Learner` is driven by events and timers alone. `Lessons` is the session's side of it: one lesson at
a time, and waiting for its end.
"""

import threading
from collections.abc import Iterable
from functools import partial

from midimon_live import heard
from midimon_live.assembly import Assembly
from midimon_live.clock import sleep
from midimon_live.engine import Engine, Tap
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.events import (
    AFTERTOUCH,
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    PITCHWHEEL,
    PROGRAM_CHANGE,
    MidiEvent,
    control_key,
    split_key,
)
from midimon_live.heard import Moved, Struck
from midimon_live.learned import Learned, NothingLearned
from midimon_live.surface import Surface
from midimon_live.timers import NEVER, Timer, Timers

TIMEOUT_S = 10.0
_LONGEST_S = 3600.0
_BEFORE_S = 3.0
_LOOKED_BACK = 500  # events
_LOOK_S = 0.005
_GRACE_S = 0.5
_MODE_MESSAGES = 120  # controls from here on are orders to the channel, not controls
_ALL_OFF = (120, 123)
_ON_TO_OFF = (NOTE_ON - NOTE_OFF) << 11

Place = tuple[str, int]


class Learner:
    """One lesson. The consumer that holds the baton calls it; `cancel` and `drop`, any thread.

    Args:
        engine: whose tap it is put into.
        timers: wake it.
        surface: knows what was held before.
        timeout: seconds after which it ends without a gesture.

    Attributes:
        done: whether it is over.
        result: what was learned; None before the end, and where that was nothing.
        text: why nothing was learned, or "".
    """

    def __init__(
        self, engine: Engine, timers: Timers, surface: Surface, *, timeout: float = TIMEOUT_S
    ) -> None:
        self._engine = engine
        self._timers = timers
        self._surface = surface
        self._timeout = timeout
        self._until = NEVER
        self._lock = threading.RLock()  # scheduling may handle events, which come here
        self._timer: Timer | None = None
        self._former: Tap | None = None
        self._before: dict[Place, int] = {}
        self._struck: list[Struck] = []
        self._moved: dict[Place, Moved] = {}
        self._released: set[str] = set()
        # what has been taken and must be taken to its end: note-offs, and the 0 of a button
        self._owed: set[Place] = set()
        self.done = False
        self.result: Learned | None = None
        self.text = ""

    def start(self, now: float, history: Iterable[MidiEvent] = ()) -> None:
        """Begin to listen; a lesson that is under way is cancelled.

        Args:
            now: the moment, in monotonic seconds.
            history: the last events before: they tell which controls were moving already.
        """
        with self._lock:
            for event in history:
                key = control_key(event.data)
                if key >= 0 and key >> 11 not in (NOTE_ON, NOTE_OFF):
                    self._before[event.port, key] = _value_of(event.data)
            former = self._engine.tap
            if isinstance(former, Learner):
                self._owed, self._former = former.hand_over()
            else:
                self._former = former
            self._until = now + self._timeout
            self._ring_at(self._until)
            self._engine.tap = self

    def __call__(self, event: MidiEvent) -> bool:
        """Take an event, or leave it to the mappings; the engine calls."""
        with self._lock:
            taken = self._over(event) if self.done else self._take(event)
        return taken or (self._former is not None and self._former(event))

    def cancel(self) -> None:
        """End without a result; what is still held is taken to its end. Again is harmless."""
        with self._lock:
            if not self.done:
                self._end("learning was cancelled")

    def drop(self) -> None:
        """End at once, whatever is held."""
        with self._lock:
            self.cancel()
            self._owed.clear()
            self._leave()

    def hand_over(self) -> tuple[set[Place], Tap | None]:
        """End for another lesson; returns what is still to be taken, and the tap before."""
        self.cancel()
        return self._owed, self._former

    def give_up(self, now: float) -> None:
        """End with what was heard until now."""
        with self._lock:
            if not self.done:
                self._conclude(now)

    def __repr__(self) -> str:
        return repr(self.result) if self.result else f"<learner: {self.text or 'it listens'}>"

    def _take(self, event: MidiEvent) -> bool:
        key = control_key(event.data)
        kind, channel, number = split_key(key)
        if kind == NOTE_OFF:
            return self._let_go(event, key)
        if kind == CONTROL_CHANGE and number >= _MODE_MESSAGES:
            self._obey(event, channel, number)
            return False
        if kind == NOTE_ON:
            velocity = event.data[2]
            self._struck.append(Struck(event.port, channel, number, velocity, event.time))
            self._owed.add((event.port, _off(key)))
        elif not self._move(event, key):
            return False
        self._plan(event.time)
        return True

    def _let_go(self, event: MidiEvent, key: int) -> bool:
        place = event.port, key
        _, channel, number = split_key(key)
        if place not in self._owed:
            self._released.add(f"the release of note {number}, which was pressed before")
            return False
        self._owed.discard(place)
        for one in self._struck:
            same = (one.port, one.channel, one.note) == (event.port, channel, number)
            if same and one.released_at is None:
                one.released_at = event.time
        if self._struck:
            self._plan(event.time)
        # pressed before learning and again meanwhile: the mappings wait for this one too
        return (event.port, key + _ON_TO_OFF) not in self._surface.pressed

    def _move(self, event: MidiEvent, key: int) -> bool:
        """Keep what a control sent; a first 0 is left to whoever took what it ends."""
        place = event.port, key
        kind, channel, number = split_key(key)
        if kind == PROGRAM_CHANGE:  # whichever it is, the same selector sent it
            place = event.port, key - number
        value = _value_of(event.data)
        moved = self._moved.get(place)
        if moved is None:
            if value == 0 and kind == CONTROL_CHANGE:
                self._released.add(f"control {number} at 0")
                return False
            before = self._before.get(place)
            moved = self._moved[place] = Moved(event.port, kind, channel, number, before)
        moved.add(number, value, event.time)
        return True

    def _obey(self, event: MidiEvent, channel: int, number: int) -> None:
        """Let "all notes off" end what is held here too."""
        if number in _ALL_OFF:
            gone = {(port, key) for port, key in self._owed if port == event.port}
            self._owed -= {(port, key) for port, key in gone if split_key(key)[1] == channel}
            for one in self._struck:
                if one.port == event.port and one.channel == channel and one.released_at is None:
                    one.released_at = event.time
            self._leave()

    def _over(self, event: MidiEvent) -> bool:
        """After the end: take only what ends something that was taken."""
        key = control_key(event.data)
        kind, channel, number = split_key(key)
        if kind == CONTROL_CHANGE and number >= _MODE_MESSAGES:
            self._obey(event, channel, number)
            return False
        place = event.port, _off(key) if kind == NOTE_ON else key
        if place not in self._owed:
            return False
        self._owed.discard(place)
        self._leave()
        if kind == NOTE_OFF:
            return (event.port, key + _ON_TO_OFF) not in self._surface.pressed
        return kind == CONTROL_CHANGE and event.data[2] == 0

    def _plan(self, moment: float) -> None:
        due = self._due()
        if due <= moment:
            self._conclude(moment)
        else:
            self._ring_at(due)

    def _due(self) -> float:
        """Return when the gesture is over if nothing more comes."""
        if self._struck:
            return min(heard.notes_over_at(self._struck), self._until)
        moved = heard.chosen(self._moved.values())
        return self._until if moved is None else min(moved.over_at, self._until)

    def _ring_at(self, due: float) -> None:
        """Have a timer at `due` or before; one for each message of a fader would be many."""
        if self._timer is None or self._timer.due > due:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._timers.schedule(due, partial(self._ring, due))

    def _ring(self, moment: float) -> None:
        with self._lock:
            self._timer = None
            if not self.done:
                self._plan(moment)

    def _conclude(self, moment: float) -> None:
        moved = heard.chosen(self._moved.values())
        if self._struck:
            self.result = heard.learn_notes(self._struck, moment)
        elif moved is not None:
            self.result = heard.learn_control(moved)
            if moved.kind == CONTROL_CHANGE and moved.values[-1]:
                self._owe_release(moved)
        ignored = sorted(self._released)
        self._end("" if self.result else heard.nothing(self._moved.values(), ignored))

    def _owe_release(self, moved: Moved) -> None:
        """Take the 0 of a button that is still held, too."""
        if heard.encoding(moved.values) is None and heard.switched_at(moved.values) is not None:
            key = (CONTROL_CHANGE << 4 | moved.channel) << 7 | moved.number
            self._owed.add((moved.port, key))

    def _end(self, text: str) -> None:
        self.text = text
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.done = True
        self._leave()

    def _leave(self) -> None:
        if self.done and not self._owed and self._engine.tap is self:
            self._engine.tap = self._former


class Lessons:
    """The lessons of a session: one at a time.

    Args:
        parts: what the session holds.
    """

    def __init__(self, parts: Assembly) -> None:
        self._parts = parts
        self._now = parts.clock.now
        self._learner: Learner | None = None

    def begin(self, timeout: float = TIMEOUT_S) -> Learner:
        """Begin a lesson; one that is under way is cancelled. Any thread may call.

        Raises:
            InvalidValue: `timeout` is no number of seconds above 0, up to 3600.
        """
        number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
        if not number or not 0 < timeout <= _LONGEST_S:
            raise InvalidValue(
                f"timeout is {timeout!r:.80}; allowed are seconds above 0, up to {_LONGEST_S:.0f}"
            )
        parts, now = self._parts, self._now()
        learner = Learner(parts.engine, parts.timers, parts.surface, timeout=timeout)
        events = [trace.event for trace in parts.monitor.traces(_LOOKED_BACK)]
        with parts.pump.between_events():
            learner.start(now, [one for one in events if one.time > now - _BEFORE_S])
        self._learner = learner
        return learner

    def wait(self, timeout: float = TIMEOUT_S) -> Learned | NothingLearned:
        """Begin a lesson and return what came of it; an interrupt cancels it.

        Raises:
            InvalidValue: as for `begin`.
            MidimonError: called inside a handler, or where no thread receives meanwhile.
        """
        if self._parts.running.here():
            raise MidimonError(
                "learn() inside a handler would wait for itself; use learn(wait=False)"
            )
        if not self._parts.pump.receives_meanwhile():
            raise MidimonError(
                "learn() would wait for ever: nothing receives meanwhile in this session; "
                "use learn(wait=False)"
            )
        learner = self.begin(timeout)
        late = self._now() + timeout + _GRACE_S
        try:
            while not learner.done:
                sleep(_LOOK_S)
                # a handler that hangs, or `paused`, keeps the timers from ringing
                if self._now() > late:
                    learner.give_up(self._now())
        finally:
            learner.cancel()
        return learner.result or NothingLearned(learner.text)

    def end(self) -> None:
        """End what is under way and forget what is held: for panic, and at the end."""
        if self._learner is not None:
            self._learner.drop()


def _off(key: int) -> int:
    """Return the `control_key` of the note-off that ends a note-on."""
    return key - _ON_TO_OFF


def _value_of(data: bytes) -> int:
    kind = data[0] >> 4
    if kind == PITCHWHEEL:
        return data[1] | data[2] << 7
    return data[1] if kind in (PROGRAM_CHANGE, AFTERTOUCH) else data[2]
