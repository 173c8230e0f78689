"""What a learner has done: each input with all that came of it, from the tape that always runs."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from midimon_live.events import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, MidiEvent
from midimon_live.takes.lines import FIRED, MODE, PANIC, SENT

if TYPE_CHECKING:
    import mido

    from midimon_live.mappings import Mapping
    from midimon_live.monitor import Step
    from midimon_live.sessions import Session
    from midimon_live.takes.tape import Item


class Sent:
    """A message that was sent.

    Attributes:
        time: the moment, in monotonic seconds, on the clock of `MidiEvent.time`.
        port: the output's name.
        message: as a `mido.Message`.
    """

    def __init__(self, time: float, port: str, data: bytes) -> None:
        import mido

        self.time = time
        self.port = port
        self.message = mido.Message.from_bytes(data)

    def __repr__(self) -> str:
        """Return it in mido's words."""
        return str(self.message).removesuffix(" time=0")


class Played:
    """One input, and what came of it, then and later.

    Attributes:
        event: what arrived.
        steps: the mappings that fired.
        sent: the messages that were sent because of it, oldest first.
        modes: the modes that were entered because of it, oldest first.
        mode: the mode that was active when it arrived.
        release: for a press, the release that belongs to it; None while it is held.
    """

    def __init__(self, event: MidiEvent, mode: str) -> None:
        self.event = event
        self.mode = mode
        self.release: Played | None = None
        self.steps: list[Step] = []
        self.sent: list[Sent] = []
        self.modes: list[str] = []

    @cached_property
    def message(self) -> "mido.Message | None":
        """What arrived as a `mido.Message`; None for events of plugins, and broken bytes."""
        import mido

        try:
            return mido.Message.from_bytes(self.event.data)
        except ValueError:
            return None

    def __repr__(self) -> str:
        """Say what arrived, and how much came of it."""
        return f"<Played {self.message or self.event.name}: {len(self.sent)} sent>"


class Evidence:
    """All that a check may look at. Any thread may ask.

    Args:
        session: whose; its public methods say what is mapped, loaded and granted now.
        items: what is on its tape.

    Attributes:
        session: the session.
        inputs: what was played, oldest first: the last of some ten thousand.
        by_hand: what was sent by a cell and by no mapping, oldest first.
        panics: how often the panic button was pressed.
    """

    def __init__(self, session: "Session", items: "Iterable[Item]") -> None:
        self.session = session
        self.inputs: list[Played] = []
        self.by_hand: list[Sent] = []
        self.panics = 0
        self._down: dict[tuple[str, int, int], Played] = {}
        self._asked_for: dict[str, None] = {}  # the plugins that a check has looked at, in order
        self._found_nothing = False
        played: dict[int, Played] = {}
        items = list(items)
        changes = (one for one in items if not isinstance(one, MidiEvent) and one[0] == MODE)
        first = next(changes, None)
        mode = session.mode if first is None else first[3]
        for item in items:
            if isinstance(item, MidiEvent):
                played[item.serial] = one = Played(item, mode)
                self.inputs.append(one)
                self._pair(one)
            else:
                self._add(item, played.get(item[2]))
                mode = item[4] if item[0] == MODE else mode

    def _pair(self, one: Played) -> None:
        """Keep what is down, and tell a press of its release."""
        data = one.event.data
        kind = data[0] >> 4 if len(data) == 3 else 0
        if kind not in (NOTE_ON, NOTE_OFF):
            return
        place = one.event.port, data[0] & 0xF, data[1]
        before = self._down.pop(place, None)
        if kind == NOTE_ON and data[2]:
            self._down[place] = one
        elif before is not None:
            before.release = one

    def _add(self, item: tuple[Any, ...], cause: Played | None) -> None:
        kind, moment, _serial, *rest = item
        if kind == SENT:
            port, data, _by_hand = rest
            (self.by_hand if cause is None else cause.sent).append(Sent(moment, port, data))
        elif kind == PANIC:
            self.panics += 1
        elif cause is not None and kind == FIRED:
            steps, index = rest
            cause.steps.extend(steps[index : index + 1])
        elif cause is not None and kind == MODE:
            cause.modes.append(rest[1])

    def presses(self, note: int | None = None, channel: int | None = None) -> list[Played]:
        """Return the presses, note-ons with a velocity: of a note 0-127, channel 0-15, or any."""
        return self._messages("note_on", lambda one: one.velocity > 0, note=note, channel=channel)

    def releases(self, note: int | None = None, channel: int | None = None) -> list[Played]:
        """Return the releases: of a note 0-127, a channel 0-15, or any."""
        offs = self._messages("note_off", note=note, channel=channel)
        silent = self._messages(
            "note_on", lambda one: one.velocity == 0, note=note, channel=channel
        )
        return sorted(offs + silent, key=lambda one: one.event.serial)

    def turns(self, control: int | None = None, channel: int | None = None) -> list[Played]:
        """Return the control changes: of a control 0-127, a channel 0-15, or any."""
        return self._messages("control_change", control=control, channel=channel)

    def emitted(self, name: str | None = None) -> list[Played]:
        """Return the events that plugins have made: of a name, or any."""
        return [one for one in self.inputs if one.event.name and name in (None, one.event.name)]

    def on_note(self, note: int, event: str | None = None) -> "list[Mapping]":
        """Return the mappings of a note, in the order they are tried.

        Args:
            note: 0-127.
            event: only those of this kind of trigger: "note", "long_press", "release", ...
        """
        return self._mapped((NOTE_ON, NOTE_OFF), note, event)

    def on_control(self, control: int) -> "list[Mapping]":
        """Return the mappings of a control 0-127, in the order they are tried."""
        return self._mapped((CONTROL_CHANGE,), control, None)

    def _mapped(self, kinds: tuple[int, ...], number: int, event: str | None) -> "list[Mapping]":
        mappings = [
            mapping
            for mapping in self.session.mappings()
            if event in (None, mapping.trigger.event)
            and any(
                (kind, one) in mapping.trigger.controls()
                for kind in kinds
                for one in (number, None)
            )
        ]
        self._asked_for |= dict.fromkeys(name for one in mappings for name in one.plugins)
        self._found_nothing = self._found_nothing or not mappings
        return mappings

    def refused(self) -> str:
        """Return that the newest version of a plugin that was looked at is not live, and why.

        Where nothing was mapped, that is the newest plugin that was refused from the first.

        Returns:
            A sentence, or "" where there is none.
        """
        plugins = self.session.plugins
        never_live = plugins.journal.never_live()[-1:] if self._found_nothing else []
        for name in (*self._asked_for, *never_live):
            last = next(reversed(plugins.journal.history(name)), None)
            why = plugins.unread.get(name, "")
            if not why and last is not None and last.refused:
                why = last.why
            if why:
                why = why.removeprefix(f"{name}: ").removeprefix("not live: ")
                return f"The last version of {name} is not live: {why}; mend that first."
        return ""

    def _messages(
        self,
        kind: str,
        accept: Callable[[Any], bool] = lambda _message: True,
        **fields: int | None,
    ) -> list[Played]:
        def fits(message: Any) -> bool:
            return (
                message is not None
                and message.type == kind
                and all(want in (None, getattr(message, name)) for name, want in fields.items())
                and accept(message)
            )

        return [one for one in self.inputs if fits(one.message)]


def shown(messages: Sequence[Sent], most: int = 4) -> str:
    """Return messages in a few words: "note_on 64, note_off 64"; "nothing" for none."""
    words = [_short(one.message) for one in messages[:most]]
    more = f", and {len(messages) - most} more" if len(messages) > most else ""
    return (", ".join(words) or "nothing") + more


def _short(message: "mido.Message") -> str:
    numbers = {"note_on": "note", "note_off": "note", "control_change": "control"}
    name = numbers.get(message.type)
    if name is None:
        return str(message).removesuffix(" time=0")
    value = f" value {message.value}" if name == "control" else ""
    return f"{message.type} {getattr(message, name)}{value}"
