"""What is under the player's hands: which notes are held, and where the knobs stand."""

from collections.abc import Callable
from functools import partial

from midimon_live.events import (
    CONTROL_CHANGE,
    NOTE_OFF,
    NOTE_ON,
    MidiEvent,
    TriggerContext,
    key_of,
    split_key,
)
from midimon_live.mappings import Lookup, Mapping, Plan
from midimon_live.monitor import Step
from midimon_live.triggers import Control

Undo = Callable[[], None]
Undos = list[tuple[object, Undo]]  # each with who wanted it
Place = tuple[str, int]

WAITING = ""
ON_TO_OFF = (NOTE_ON - NOTE_OFF) << 11  # from a note-on's `control_key` to its note-off's


class Press:
    """One press of a note, from note-on to note-off, and what has become of it.

    Attributes:
        event: the note-on.
        key: its `control_key`.
        lookup: the mappings in force when it came; its release goes by them too.
        plan: of its note.
        steps: what it fired.
        outcome: "single", "first tap", "double tap", "long press", "chord", "sequence",
            "cancelled"; empty while that is open.
        released: the note-off, once it came.
        at_release: what its release fired.
        watched: whether the machine of `gestures` has taken it in.
        chord_until: until when it may become part of a chord, in monotonic seconds.
        double_until: until when a second tap may follow.
        longs: the long presses it may still become.
        fired_long: whether it fired one already.
        holds: whether an eager mapping has taken it.
        undo: what ends with it.
        after: what is done when its release has been handled.
        completed_by: the press that completed the chord it was part of.
    """

    __slots__ = (
        "after",
        "at_release",
        "chord_until",
        "completed_by",
        "double_until",
        "event",
        "fired_long",
        "holds",
        "key",
        "longs",
        "lookup",
        "outcome",
        "plan",
        "released",
        "steps",
        "undo",
        "watched",
    )

    # set by the machine, for the presses that it takes in
    chord_until: float
    double_until: float
    longs: list[tuple[float, Mapping]]
    fired_long: bool
    holds: bool

    def __init__(self, event: MidiEvent, key: int, lookup: Lookup, plan: Plan) -> None:
        self.event = event
        self.key = key
        self.lookup = lookup
        self.plan = plan
        self.steps: list[Step] = []
        self.outcome = WAITING
        self.released: MidiEvent | None = None
        self.at_release: list[Step] = []
        self.undo: Undos | None = None
        self.after: list[Undo] | None = None
        self.completed_by: Press | None = None
        self.watched = False

    def plans(self) -> tuple[Plan, Plan]:
        """Return what the press, and its release, may still fire."""
        return self.plan, self.lookup[self.key - ON_TO_OFF]

    @property
    def note(self) -> int:
        """The note, 0-127."""
        return self.key & 0x7F


class Surface:
    """Everything that is held or turned, by (port, `control_key`).

    Attributes:
        pressed: the notes that are down.
        controls: what is remembered of knobs whose mappings need it.
    """

    def __init__(self) -> None:
        self.pressed: dict[Place, Press] = {}
        self.controls: dict[Place, Control] = {}
        self._undo_control: dict[Place, Undos] = {}

    def on_release(self, context: TriggerContext, owner: object, undo: Undo) -> None:
        """Call `undo` when the control that fired is let go; at once if it is already.

        A knob or pedal is let go when it sends 0. What the same owner began there before is undone
        now: a fader sends many messages on its way, and the last one counts.
        """
        undos = self._undos(context)
        if undos is None:
            undo()
            return
        former = [one for one in undos if one[0] is owner]
        undos[:] = [one for one in undos if one[0] is not owner]
        undos.append((owner, undo))
        for _, end in former:
            end()

    def _undos(self, context: TriggerContext) -> Undos | None:
        """Return what ends with the control that fired; None if it is not held."""
        channel = context.channel or 0
        if context.note is not None:
            press = self.pressed.get((context.port, key_of(NOTE_ON, channel, context.note)))
            if press is None:
                return None
            if press.undo is None:
                press.undo = []
            return press.undo
        if context.control is None or not context.value:
            return None
        place = (context.port, key_of(CONTROL_CHANGE, channel, context.control))
        return self._undo_control.setdefault(place, [])

    def held_by(self, plugin: str, let_go: Callable[[Place], None]) -> list[Place]:
        """Return where pads are held that fired a plugin.

        Args:
            plugin: its name.
            let_go: called with each of those places when its release has been handled.
        """
        found = []
        for place, press in list(self.pressed.items()):
            if any(plugin in step.mapping.plugins for step in press.steps):
                press.after = press.after or []
                press.after.append(partial(let_go, place))
                found.append(place)
        return found

    def finish(self, press: Press) -> None:
        """Do what waits until the release of a press has been handled."""
        after, press.after = press.after, None
        for one in after or ():
            one()

    def let_go(self, press: Press) -> None:
        """End what ends with a press."""
        undo, press.undo = press.undo, None
        for _, one in reversed(undo or ()):
            one()

    def let_go_control(self, place: Place) -> None:
        """End what ends when a knob or pedal is back at 0."""
        for _, one in reversed(self._undo_control.pop(place, ())):
            one()

    @property
    def waits_for_controls(self) -> bool:
        """Whether anything ends when a knob or pedal is back at 0."""
        return bool(self._undo_control)

    def control(self, place: Place) -> Control:
        """Return what is remembered of a knob, from now on."""
        control = self.controls.get(place)
        if control is None:
            control = self.controls[place] = Control()
        return control

    def note_offs(self, port: str) -> list[bytes]:
        """Return the messages that release what is held on an input that is gone."""
        held = [key for name, key in list(self.pressed) if name == port]
        offs = [bytes((0x80 | key >> 7 & 0xF, key & 0x7F, 0)) for key in held]
        for (name, _), control in list(self.controls.items()):
            if name == port:
                control.last = None  # it may be turned while it is unplugged
        turned = [key for name, key in list(self._undo_control) if name == port]
        return offs + [bytes((0xB0 | split_key(key)[1], key & 0x7F, 0)) for key in turned]

    def on_channel(self, port: str, channel: int) -> list[Press]:
        """Return the presses that are down on one channel of a port."""
        return [
            press
            for (name, key), press in list(self.pressed.items())
            if name == port and key >> 7 & 0xF == channel
        ]
