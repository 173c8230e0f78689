"""The session's musical time: an internal tempo, or the MIDI clock of an input, and what waits.

What waits for a beat or bar is called by the engine's timers, between two events. While MIDI clock
runs it has precedence over the internal tempo. No boundary is waited for that will not come: when
the clock stops, what waits is called at once.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from midimon_live.boundaries import ClockPosition, Span, Waiter
from midimon_live.clock import Clock
from midimon_live.errors import InvalidValue
from midimon_live.events import MidiEvent, check_range
from midimon_live.monitor import Monitor
from midimon_live.pulse import (
    FASTEST_BPM,
    MESSAGES,
    SLOWEST_BPM,
    TICKS_PER_BEAT,
    Line,
    MidiClock,
    period_of,
)
from midimon_live.timers import Timer, Timers, ring

SILENT_S = 0.5
HOW_TO_HAVE_A_CLOCK = (
    "there is no clock, so nothing waits; to have one: midi.tempo = 120, or connect an input that "
    "sends MIDI clock"
)
_SECOND_LOOK_S = 0.05
_NEAR = 1e-5  # ticks


class Tempo:
    """The clock of the music, and who waits for it. Any thread may call anything, unless said.

    Args:
        clock: tells the moment.
        timers: ring at boundaries.
        monitor: takes notices.
    """

    def __init__(self, clock: Clock, timers: Timers, monitor: Monitor) -> None:
        self._now = clock.now
        self._timers = timers
        self._notice = monitor.notice
        self._lock = threading.Lock()  # not held while something is scheduled: that may ring
        self._internal: Line | None = None
        self._meter = 4
        self._clocks: dict[str, MidiClock] = {}
        self._midi: MidiClock | None = None
        self._port = ""
        self._ignored: set[str] = set()
        self._waiting: list[Waiter] = []
        self._timer: Timer | None = None
        self._watcher: Timer | None = None
        # the last boundary that rang, in ticks: its own tick may come a little later
        self._reached = -1.0
        self._said_how = False

    @property
    def bpm(self) -> float | None:
        """The tempo in force: the MIDI clock's while that runs, else the internal one."""
        line = self._line()
        return None if line is None else line.bpm

    @bpm.setter
    def bpm(self, bpm: float | None) -> None:
        period = None if bpm is None else period_of(_checked_bpm(bpm))
        with self._lock:
            now, before = self._now(), self._internal
            tick = 0.0 if before is None else before.tick_at(now)  # the bars go on
            self._internal = None if period is None else Line(now, tick, period)
            if before is None:
                self._reached = -1.0
            gone = not self._runs()
        if gone:
            self._let_go("the tempo was switched off")
        self._arm()

    @property
    def meter(self) -> int:
        """Beats per bar."""
        return self._meter

    @meter.setter
    def meter(self, beats: int) -> None:
        check_range("meter", beats, 1, 32)
        with self._lock:
            self._meter = beats
            if (line := self._line()) is not None:
                self._aim_all(self._passed(line))
        self._arm()

    def position(self) -> ClockPosition | None:
        """Return where the music is; None without a clock, and before its first tick."""
        with self._lock:
            if (line := self._line()) is None:
                return None
            beats = max(self._passed(line) + _NEAR, 0.0) / TICKS_PER_BEAT
            source = self._port if self._follows() else ""
            bar = int(beats // self._meter)
            beat = beats - bar * self._meter + 1
            return ClockPosition(bar + 1, beat, self._meter, line.bpm, source)

    def at(
        self, span: Span | None, action: Callable[[], Any], about: str, *, fleeting: bool = False
    ) -> Timer:
        """Call something at the next boundary, between two events; at once without a clock.

        Args:
            span: which boundary: the next beat or bar, or multiple of so many; None is at once.
            action: has to care for what it raises itself.
            about: what it is, in words.
            fleeting: whether a panic cancels it.

        Returns:
            A timer to cancel it by.
        """
        timer = Timer(self._now(), action)
        with self._lock:
            waits = span is not None and self._runs()
            if span is not None and waits:
                one = Waiter(about, span, timer, fleeting)
                self._waiting.append(one)
                if (line := self._line()) is not None:
                    self._aim(one, self._passed(line))
        if waits:
            self._arm()
        else:
            self._timers.schedule(self._now(), partial(ring, timer))
        return timer

    def runs(self) -> bool:
        """Tell whether there is a clock, so that boundaries come."""
        with self._lock:
            return self._runs()

    def how_to_have_one(self) -> str:
        """Return how to have a clock, and notice it, the first time; "" from then on."""
        said, self._said_how = self._said_how, True
        if said:
            return ""
        self._notice(HOW_TO_HAVE_A_CLOCK)
        return HOW_TO_HAVE_A_CLOCK

    def when(self, timer: Timer) -> str:
        """Return when a timer of `at` rings, in words; "" once it has rung."""
        now = self._now()
        return next((one.when(now) for one in self.waiting() if one.timer is timer), "")

    def waiting(self) -> list[Waiter]:
        """Return what waits, soonest first."""
        with self._lock:
            return sorted(self._alive(), key=lambda one: one.timer.due)

    def cancel(self, *, fleeting: bool) -> None:
        """Cancel all that waits, or only what is fleeting."""
        with self._lock:
            for one in self._waiting:
                if one.fleeting or not fleeting:
                    one.timer.cancel()
            self._waiting = self._alive()

    def close(self) -> None:
        """Cancel all; again is harmless. Whoever cares for what waits has to do so before."""
        self.cancel(fleeting=False)
        with self._lock:
            self._internal, self._midi = None, None

    def heard(self, event: MidiEvent) -> None:
        """Take a system message of an input; the engine calls, at each of them."""
        if event.data[0] not in MESSAGES:
            return
        news = ""
        with self._lock:
            midi = self._clocks.get(event.port)
            if midi is None:
                midi = self._clocks[event.port] = MidiClock()
            tick, rolled, cued = midi.tick, midi.rolling, midi.cued
            midi.take(event.data, event.time)
            if midi is not self._midi:
                news = self._compare(midi, event.port)
            mine = midi is self._midi and (midi.rolling or rolled)
            if mine and (news or tick is None or midi.tick is None):  # it begins, jumps or ends
                self._reached = -1.0
                self._aim_all(None if midi.tick is None else midi.tick - cued)
            waits = mine and bool(self._waiting)
        if news:
            self._notice(news, about=f"MIDI clock of {event.port}")
        if waits and midi.rolling:
            self._arm()
        elif waits:
            self._let_go(f"the MIDI clock of {event.port} has stopped")

    def _compare(self, midi: MidiClock, port: str) -> str:
        """Let a clock take the place of the one in force if it knows more; return the news."""
        if midi.rank > (0 if self._midi is None else self._midi.rank):
            self._midi, self._port = midi, port
            self._ignored.discard(port)
            if self._watcher is not None:
                self._watcher.cancel()
            # the engine is handling an event now, so nothing rings while the lock is held
            self._watcher = self._timers.schedule(midi.heard + SILENT_S, self._watch)
            return f"the MIDI clock of {port} sets the tempo"
        if midi.rolling and port not in self._ignored:
            self._ignored.add(port)
            return f"the MIDI clock of {port} is ignored while that of {self._port} is there"
        return ""

    def _watch(self, *, doubted: bool = False) -> None:
        """Notice that no clock comes any more, at a second look: the first may be early.

        Where nothing could run for a while, what was sent meanwhile is read after it.
        """
        with self._lock:
            midi, port, now = self._midi, self._port, self._now()
            if midi is None:
                return
            next_look = midi.heard + SILENT_S
            silent = next_look <= now
            if silent and doubted:
                rolled = midi.rolling
                midi.silent()
                self._midi, self._port, self._reached = None, "", -1.0
        if silent and doubted:
            text = f"no MIDI clock comes from {port} any more"
            self._notice(text, about=f"MIDI clock of {port}")
            if rolled:
                self._let_go(text)
            return
        again = partial(self._watch, doubted=silent)
        self._watcher = self._timers.schedule(now + _SECOND_LOOK_S if silent else next_look, again)

    def _ring(self, moment: float) -> None:
        """Call what waited for a boundary until `moment`; a timer that is out of date is harmless.

        That moment counts and not the present one, so that events are in order with it.
        """
        with self._lock:
            line = self._line()
            reached = -1.0 if line is None else line.tick_at(moment) + _NEAR
            due = [one for one in self._alive() if one.target is not None and one.target <= reached]
            self._waiting = [one for one in self._alive() if one not in due]
            self._reached = max((one.target or 0 for one in due), default=self._reached)
        for one in sorted(due, key=lambda one: one.target or 0):
            self._timers.schedule(moment, partial(ring, one.timer))  # each by itself, may it raise
        self._arm()

    def _arm(self) -> None:
        """Let the engine's timers ring at the soonest boundary, as far as that can be told.

        With MIDI clock that is from the tick before on, and again at each tick, for each tells
        more; a beat is never later than its tick by more than that was early.
        """
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            line, targets = self._line(), [one.target for one in self._alive()]
            known = [one for one in targets if one is not None]
            if line is None or not known:
                return
            for one in self._waiting:
                if one.target is not None:
                    one.timer.due = line.moment_of(one.target)
            soonest = min(known)
            if self._follows() and soonest > line.tick + (
                self._midi is not None and self._midi.sure
            ):
                return
            due = line.moment_of(soonest)
        timer = self._timers.schedule(due, partial(self._ring, due))
        with self._lock:
            if self._timer is None:
                self._timer = timer

    def _let_go(self, why: str) -> None:
        """Call at once what waits for a boundary that will not come."""
        with self._lock:
            waiting, self._waiting = self._alive(), []
        if not waiting:
            return
        what = ", ".join(one.about for one in waiting)
        self._notice(f"{why}; at once instead of at the next {waiting[0].span}: {what}")
        for one in waiting:
            self._timers.schedule(self._now(), partial(ring, one.timer))

    def _follows(self) -> bool:
        """Tell whether MIDI clock is in force; the lock is held, as for what follows."""
        return self._midi is not None and self._midi.rolling

    def _runs(self) -> bool:
        return self._follows() or self._internal is not None

    def _line(self) -> Line | None:
        midi = self._midi
        return midi.line if midi is not None and midi.rolling else self._internal

    def _passed(self, line: Line) -> float:
        """Return the present position; what rang early for its boundary is past it."""
        return max(line.tick_at(self._now()), self._reached)

    def _alive(self) -> list[Waiter]:
        return [one for one in self._waiting if one.timer.action is not None]

    def _aim_all(self, after: float | None) -> None:
        """Let all wait for their first boundary after a position; None is not known yet."""
        for one in self._waiting:
            if after is None:
                one.target = None
            else:
                self._aim(one, after)

    def _aim(self, one: Waiter, after: float) -> None:
        ticks = one.span.ticks(self._meter)
        one.target = int((after + _NEAR) // ticks + 1) * ticks


def _checked_bpm(bpm: Any) -> float:
    number = isinstance(bpm, (int, float)) and not isinstance(bpm, bool)
    if not number or not SLOWEST_BPM <= bpm <= FASTEST_BPM:
        raise InvalidValue(
            f"tempo is {bpm!r:.40}; allowed are {SLOWEST_BPM:g} to {FASTEST_BPM:g} beats a minute, "
            "and None, which stops it"
        )
    return float(bpm)
