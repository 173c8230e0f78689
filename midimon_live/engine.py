"""Event in, plugin executed: bytes, control, mapping, plugin, trace. The whole of it in `handle`.

The engine has no thread of its own. Whoever holds the pump's baton calls `handle` and `run_timers`,
one call at a time.
"""

from midimon_live.clock import Clock
from midimon_live.errors import InvalidValue
from midimon_live.events import (
    MALFORMED,
    NOTE_OFF,
    NOTE_ON,
    SYSEX,
    MidiEvent,
    TriggerContext,
    control_key,
)
from midimon_live.mappings import DEFAULT_MODE, Lookup, Mapping, MappingTable
from midimon_live.monitor import Monitor, Step
from midimon_live.plugin.manager import PluginManager
from midimon_live.timers import Timers

_ON_TO_OFF = (NOTE_ON - NOTE_OFF) << 11
_SYSEX_KEPT = 64
_ALL_OFF = frozenset(
    (0xB0 | channel) << 7 | control for channel in range(16) for control in (120, 123)
)
_VERDICTS = {MALFORMED: "malformed", SYSEX: "sysex"}


class Engine:
    """Turns events into executions.

    Args:
        clock: times every step.
        monitor: remembers every event.
        timers: run in their order between the events.
        plugins: executes.

    Attributes:
        table: the mappings in force; replaced whole, never changed.
    """

    def __init__(
        self, clock: Clock, monitor: Monitor, timers: Timers, plugins: PluginManager
    ) -> None:
        self._now = clock.now
        self._epoch_ms = clock.epoch_ms
        self._counters = monitor.counters
        self._record = monitor.record
        self._timers = timers
        self._execute = plugins.execute
        self._pressed: dict[tuple[str, int], float] = {}
        self._mode = DEFAULT_MODE
        self._mode_index = 0
        self.table = MappingTable()
        self._lookup: Lookup = self.table.lookup(self._mode)

    @property
    def mode(self) -> str:
        """The name of the active mode."""
        return self._mode

    def set_mode(self, mode: str) -> None:
        """Make a mode active, from the next event on; any thread may call.

        Raises:
            InvalidValue: no mapping names it.
        """
        if mode not in self.table.modes:
            known = ", ".join(self.table.modes)
            raise InvalidValue(f"no mode is called {mode!r}; there are: {known}")
        self._mode, self._mode_index = mode, self.table.modes.index(mode)
        self._lookup = self.table.lookup(mode)

    def use(self, table: MappingTable) -> None:
        """Put a table in force, from the next event on."""
        self.table = table
        self._mode = self._mode if self._mode in table.modes else DEFAULT_MODE
        self._mode_index = table.modes.index(self._mode)
        self._lookup = table.lookup(self._mode)

    def handle(self, event: MidiEvent) -> None:
        """Handle one event to its end; nothing a plugin raises gets out."""
        started = self._now()
        if self._timers.next_due <= event.time:
            self.run_timers(event.time)
        data = event.data
        key = control_key(data)
        if key < 0:
            self._pass_by(event, key, started)
            return
        lookup, held = self._lookup, None
        kind = key >> 11
        if kind == NOTE_ON:
            self._pressed[event.port, key] = event.time
        elif kind == NOTE_OFF:
            since = self._pressed.pop((event.port, key + _ON_TO_OFF), None)
            held = None if since is None else event.time - since
        elif key in _ALL_OFF:
            self._forget_pressed(event.port, channel=data[0] & 0xF)
        candidates = lookup[key]
        if not candidates:
            self._record((event, started, "unmapped", (), ()))
            return
        steps = []
        for mapping in candidates:
            if mapping.trigger.accepts(data):
                steps.append(self._fire(mapping, event, held))
                if not mapping.all:
                    break
        verdict = "fired" if steps else "no match"
        self._record((event, started, verdict, candidates, steps))

    def run_timers(self, moment: float) -> None:
        """Run what is due at `moment`, soonest first."""
        while (timer := self._timers.pop_due(moment)) is not None:
            action, timer.action = timer.action, None
            if action is not None:
                action()

    def note_offs(self, port: str) -> list[bytes]:
        """Return the messages that release what is held on an input that is gone."""
        held = [key for name, key in list(self._pressed) if name == port]
        return [bytes((0x80 | key >> 7 & 0xF, key & 0x7F, 0)) for key in held]

    def _fire(self, mapping: Mapping, event: MidiEvent, held: float | None) -> Step:
        context = self._context(mapping, event, held)
        started = self._now()
        outcome = self._execute(mapping.plugin, mapping.params, context)
        if outcome.error:
            self._counters[outcome.verdict] += 1
        return Step(mapping, outcome.verdict, started, self._now(), outcome.error)

    def _context(self, mapping: Mapping, event: MidiEvent, held: float | None) -> TriggerContext:
        status, number, value = event.data
        kind = status >> 4
        is_note = kind in (NOTE_ON, NOTE_OFF)
        return TriggerContext(
            velocity=value if is_note else None,
            current_mode=self._mode_index,
            mode=self._mode,
            timestamp=self._epoch_ms(event.time),
            note=number if is_note else None,
            control=None if is_note else number,
            value=None if is_note else value,
            channel=status & 0xF,
            port=event.port,
            event=mapping.trigger.event,
            held=held,
        )

    def _pass_by(self, event: MidiEvent, key: int, started: float) -> None:
        """Count and remember what can not be mapped; of long messages only the beginning."""
        verdict = _VERDICTS.get(key, "system")
        self._counters[verdict] += 1
        if len(event.data) > _SYSEX_KEPT:
            event = event._replace(data=event.data[:_SYSEX_KEPT])
        self._record((event, started, verdict, (), ()))

    def _forget_pressed(self, port: str, channel: int) -> None:
        for name, key in list(self._pressed):
            if name == port and key >> 7 & 0xF == channel:
                del self._pressed[name, key]
