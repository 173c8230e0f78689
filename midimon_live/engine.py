"""Event in, action started: bytes, control, plan, mapping, action, trace. It begins in `handle`.

The engine has no thread of its own. Whoever holds the pump's baton calls `handle` and `run_timers`,
one call at a time.
"""

from collections.abc import Callable, Iterable, Sequence

from midimon_live.clock import Clock
from midimon_live.events import (
    AFTERTOUCH,
    CONTROL_CHANGE,
    MALFORMED,
    NOTE_OFF,
    NOTE_ON,
    PITCHWHEEL,
    POLYTOUCH,
    PROGRAM_CHANGE,
    SYSEX,
    SYSTEM,
    MidiEvent,
    TriggerContext,
    control_key,
)
from midimon_live.gestures import Gestures
from midimon_live.mappings import Lookup, Mapping, Plan
from midimon_live.modes import Modes
from midimon_live.monitor import BYTES_KEPT, Monitor, Row, Step
from midimon_live.runs import Runs
from midimon_live.surface import ON_TO_OFF, Press, Surface
from midimon_live.takes.tape import Tape
from midimon_live.tempo import Tempo
from midimon_live.timers import Timers, ring
from midimon_live.triggers import Control

_ALL_OFF = frozenset(
    (0xB0 | channel) << 7 | control for channel in range(16) for control in (120, 123)
)
_VERDICTS = {MALFORMED: "malformed", SYSEX: "sysex"}

Tap = Callable[[MidiEvent], bool]
# what an event of a plugin may say in the words of a MIDI event, with the largest value
_NUMBERS = {"note": 127, "velocity": 127, "control": 127, "value": 16383, "channel": 15}


class Engine:
    """Turns events into actions.

    Args:
        clock: times every step.
        monitor: remembers every event.
        timers: run in their order between the events.
        surface: what is under the player's hands.
        gestures: tells which gesture a press becomes.
        modes: the mappings in force.
        runs: starts actions.
        tempo: hears MIDI clock.
        tape: gets what is played and what it fires.

    Attributes:
        tap: gets each event before the mappings do, and keeps it by answering True; None is nobody.
    """

    def __init__(
        self,
        clock: Clock,
        monitor: Monitor,
        timers: Timers,
        surface: Surface,
        gestures: Gestures,
        modes: Modes,
        runs: Runs,
        tempo: Tempo,
        tape: Tape,
    ) -> None:
        self._now = clock.now
        self._epoch_ms = clock.epoch_ms
        self._monitor = monitor
        self._counters = monitor.counters
        self._record = monitor.record
        self._count = monitor.fired
        self._timers = timers
        self._surface = surface
        self._gestures = gestures
        self._modes = modes
        self._start = runs.start
        self._hear = tempo.heard
        self._tape = tape
        self.tap: Tap | None = None
        gestures.engine = self

    def handle(self, event: MidiEvent) -> None:
        """Handle one event to its end; nothing an action raises gets out."""
        started = self._now()
        timers = self._timers
        if timers.next_due <= event.time:
            self.run_timers(event.time)
        timers.moment = event.time
        try:
            if self._gestures.next_due <= event.time:
                self._gestures.catch_up(event.time)
            timers.cause = event
            self._take_in(event, started)
        finally:
            timers.moment = timers.cause = None

    def _take_in(self, event: MidiEvent, started: float) -> None:
        key = control_key(event.data)
        if key < 0:
            if event.name:
                self._tape.put(event)
                self._emitted(event, started)
            else:
                self._tape.passed(event)
                self._pass_by(event, key, started)
            return
        if (tap := self.tap) is not None and tap(event):  # another thread may empty it
            self._record((event, started, "learning", (), (), None))
            return
        self._tape.put(event)
        kind = key >> 11
        if kind == NOTE_ON:
            self._press(event, key, started)
        elif kind == NOTE_OFF:
            self._release(event, key, started)
        else:
            self._turn(event, key, started)

    def tell(self, listener: Callable[[Row], None] | None) -> None:
        """Call `listener` with each event that was handled, as it is recorded; None is nobody."""
        record = self._monitor.record

        def record_and_tell(row: Row) -> None:
            record(row)
            listener(row)  # type: ignore[misc]

        self._record = record if listener is None else record_and_tell

    def run_timers(self, moment: float) -> None:
        """Run what is due at `moment`, soonest first."""
        timers = self._timers
        try:
            while (timer := timers.pop_due(moment)) is not None:
                timers.moment, timers.cause = timer.due, timer.cause
                ring(timer)
        finally:
            timers.moment = timers.cause = None

    def fire(self, press: Press, mappings: Iterable[Mapping], held: float | None) -> bool:
        """Fire the first of `mappings` that accepts a press; tell whether the search is over."""
        self._timers.cause = press.event
        return self._fire_first(mappings, press.event, press.steps, held)

    def fire_release(self, press: Press) -> None:
        """Fire what is mapped to the release of a press, where the press was taken."""
        event = press.released
        if event is not None:
            self._timers.cause = event
            tests = press.lookup[press.key - ON_TO_OFF].tests
            self._fire_first(tests, event, press.at_release, event.time - press.event.time)

    def _press(self, event: MidiEvent, key: int, started: float) -> None:
        lookup, place = self._lookup(event.port), (event.port, key)
        plan = lookup[key]
        pressed = self._surface.pressed
        before = pressed.get(place)
        press = pressed[place] = Press(event, key, lookup, plan)
        if before is not None:  # pressed again without a note-off
            self._surface.let_go(before)
            if before.watched:
                self._gestures.leave(before)
            self._surface.finish(before)
        waiting = self._gestures.waiting
        if plan.notes is not None or lookup.sequences or (waiting and place in waiting):
            self._record((event, started, "gesture", plan.mappings, press.steps, press))
            self._gestures.press(press)
            return
        press.outcome = "single"
        if not plan.mappings:
            self._record((event, started, "unmapped", (), (), None))
            return
        self._fire_first(plan.tests, event, press.steps, None)
        verdict = "fired" if press.steps else "no match"
        self._record((event, started, verdict, plan.mappings, press.steps, None))

    def _release(self, event: MidiEvent, key: int, started: float) -> None:
        press = self._surface.pressed.pop((event.port, key + ON_TO_OFF), None)
        if press is None:
            self._test(event, started, self._lookup(event.port)[key], None)
            return
        plan = press.lookup[key]
        if press.undo is not None:
            self._surface.let_go(press)
        if press.watched:
            verdict = "release" if plan.mappings else "unmapped"
            self._record((event, started, verdict, plan.mappings, press.at_release, press))
            self._gestures.release(press, event)
        elif plan.mappings:
            self._fire_first(plan.tests, event, press.at_release, event.time - press.event.time)
            verdict = "fired" if press.at_release else "no match"
            self._record((event, started, verdict, plan.mappings, press.at_release, None))
        else:
            self._record((event, started, "unmapped", (), (), None))
        if press.after is not None:
            self._surface.finish(press)

    def _lookup(self, port: str) -> Lookup:
        lookup = self._modes.lookup
        return lookup.of_port(port) if lookup.ported else lookup

    def _turn(self, event: MidiEvent, key: int, started: float) -> None:
        if key in _ALL_OFF:
            self._forget_pressed(event.port, channel=event.data[0] & 0xF)
        plan = self._lookup(event.port)[key]
        surface, place = self._surface, (event.port, key)
        if surface.waits_for_controls and event.data[-1] == 0:
            surface.let_go_control(place)
        if not plan.stateful and place not in surface.controls:
            self._test(event, started, plan, None)
            return
        control = surface.control(place)
        control.begin(event.time, self._modes.name)
        self._test(event, started, plan, control)
        control.end(_value_of(event.data))
        if control.news:
            self._monitor.notice(f"{event.port}: control {event.data[1]} {control.news}")
            control.news = ""

    def _test(self, event: MidiEvent, started: float, plan: Plan, control: Control | None) -> None:
        """Fire what a single message decides."""
        if not plan.mappings:
            self._record((event, started, "unmapped", (), (), None))
            return
        steps: list[Step] = []
        refused: list[tuple[int, str]] | None = None
        if control is None:
            self._fire_first(plan.tests, event, steps, None)
        else:
            refused = self._fire_knob(plan.tests, event, steps, control)
        verdict = "fired" if steps else "no match"
        self._record((event, started, verdict, plan.mappings, steps, refused))

    def _fire_first(
        self, mappings: Iterable[Mapping], event: MidiEvent, steps: list[Step], held: float | None
    ) -> bool:
        for mapping in mappings:
            if mapping.trigger.accepts(event.data):
                context = self._context(mapping, event, held, None)
                self._perform(mapping, context, steps)
                if not mapping.all:
                    return True
        return False

    def _fire_knob(
        self, mappings: Sequence[Mapping], event: MidiEvent, steps: list[Step], control: Control
    ) -> list[tuple[int, str]]:
        """Fire what a knob decides; returns why the others did not, which only it knew just now."""
        refused = []
        for mapping in mappings:
            reason = mapping.trigger.refusal(event.data, control)
            if reason:
                refused.append((mapping.number, reason))
                continue
            told = control if mapping.trigger.stateful else None
            self._perform(mapping, self._context(mapping, event, None, told), steps)
            if not mapping.all:
                break
        return refused

    def _perform(self, mapping: Mapping, context: TriggerContext, steps: list[Step]) -> None:
        started = self._now()
        self._tape.fired(steps)
        outcome = self._start(mapping, context, steps)
        if outcome.error:
            self._monitor.went_wrong(mapping.number, outcome.verdict)
        steps.append(Step(mapping, outcome.verdict, started, self._now(), outcome.error))
        self._count(mapping.number, started)

    def _context(
        self, mapping: Mapping, event: MidiEvent, held: float | None, control: Control | None
    ) -> TriggerContext:
        data = event.data
        status, number = data[0], data[1]
        kind = status >> 4
        is_note = kind in (NOTE_ON, NOTE_OFF)
        value = None if is_note else _value_of(data) if control is None else control.value
        return TriggerContext(
            velocity=data[2] if is_note else None,
            current_mode=self._modes.index,
            mode=self._modes.name,
            timestamp=self._epoch_ms(event.time),
            note=number if is_note or kind == POLYTOUCH else None,
            control=number if kind == CONTROL_CHANGE else None,
            value=value,
            channel=status & 0xF,
            port=event.port,
            event=mapping.trigger.event,
            held=held,
            delta=None if control is None else control.delta,
        )

    def _emitted(self, event: MidiEvent, started: float) -> None:
        """Fire what is mapped to an event that a plugin made."""
        mappings = self._modes.table.heard(event.port, event.name, self._modes.name)
        steps: list[Step] = []
        for mapping in mappings:
            self._perform(mapping, self._plugin_context(event), steps)
            if not mapping.all:
                break
        verdict = "fired" if steps else "unmapped"
        self._record((event, started, verdict, tuple(mappings), steps, None))

    def _plugin_context(self, event: MidiEvent) -> TriggerContext:
        values = event.values or {}
        numbers = {
            name: value
            for name, most in _NUMBERS.items()
            if type(value := values.get(name)) is int and 0 <= value <= most
        }
        return TriggerContext(
            current_mode=self._modes.index,
            mode=self._modes.name,
            timestamp=self._epoch_ms(event.time),
            port=event.port,
            event="plugin",
            data={**values, "event": event.name},
            **numbers,
        )

    def _pass_by(self, event: MidiEvent, key: int, started: float) -> None:
        """Count and remember what can not be mapped; of long messages only the beginning."""
        if key == SYSTEM:
            self._hear(event)
        verdict = _VERDICTS.get(key, "system")
        self._counters[verdict] += 1
        if len(event.data) > BYTES_KEPT:
            event = event._replace(data=event.data[:BYTES_KEPT])
        self._record((event, started, verdict, (), (), None))

    def _forget_pressed(self, port: str, channel: int) -> None:
        for press in self._surface.on_channel(port, channel):
            del self._surface.pressed[port, press.key]
            self._surface.let_go(press)
            if press.watched:
                self._gestures.forget(press)
            self._surface.finish(press)


def _value_of(data: bytes) -> int:
    """Return 0-127, or 0-16383 of pitch bend: the value of anything but a note."""
    kind = data[0] >> 4
    if kind == PITCHWHEEL:
        return data[1] | data[2] << 7
    return data[1] if kind in (PROGRAM_CHANGE, AFTERTOUCH) else data[2]
