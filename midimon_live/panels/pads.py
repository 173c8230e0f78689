"""The pads: a drum controller and a keyboard on the screen, on the port "Virtual"."""

import os
from collections.abc import Hashable, Mapping
from functools import partial
from struct import iter_unpack
from typing import TYPE_CHECKING, Any, ClassVar

from midimon_live.errors import InvalidValue
from midimon_live.events import AFTERTOUCH, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE, check_range, key_of
from midimon_live.mappings import MappingTable
from midimon_live.panels.base import LATEST_MS, Command, Frame, Panel, one_of, packed
from midimon_live.panels.hands import Hands, lets_go
from midimon_live.panels.lights import Lights
from midimon_live.panels.messages import Message
from midimon_live.panels.sounds import Sounds
from midimon_live.ports import VIRTUAL
from midimon_live.show import Table
from midimon_live.skew import Skew

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

LATE = "late pad presses"
_LATE_S = 0.25
_AFTER_S = 0.01
_EVENT = "<dBBBB"  # epoch ms of the page's clock, status, data, data, pad or 255
_EVENT_SIZE = 12
_MOST_EVENTS = 256
_PADS, _ROW = 16, 4
_LONGEST = 80
_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_SETTINGS = ("first_pad", "first_key", "channel", "velocity", "computer_keys", "sound")
_SOUND = "MIDIMON_SOUND"
_KEYS = ("pads", "piano")


class View(Panel):
    """Pads and keyboard; what is set here is set in all views of it."""

    name = "pads"
    hertz = 30.0

    def __init__(self, desk: "Desk") -> None:
        parts = desk.parts
        self.hands = Hands(partial(parts.pump.inject, VIRTUAL), parts.clock.now, parts.in_seconds)
        self.lights = Lights()
        self.sounds = Sounds(parts.clock.now, desk.wake)
        self.sounds.muted = os.environ.get(_SOUND) == "off"
        self.lights.passed = self.sounds.heard
        self.lights.follow(parts.virtual)
        self._settings: dict[str, Any] = {
            "first_pad": 36,
            "first_key": 48,
            "channel": 0,
            "velocity": None,
            "computer_keys": "pads",
            "sound": not self.sounds.muted,
        }
        self._heard: dict[str, int] = {}
        self._mapped: tuple[Hashable, Mapping[int, Any]] = (None, {})
        self._shown: tuple[Hashable, Any] = (None, None)
        super().__init__(desk)

    @property
    def first_pad(self) -> int:
        """The note of the pad at the lower left, 0-112; the others follow in half tones."""
        return int(self._settings["first_pad"])

    @first_pad.setter
    def first_pad(self, note: int) -> None:
        self._settings["first_pad"] = check_range("first_pad", note, 0, 112)

    @property
    def first_key(self) -> int:
        """The note of the first key, a C: 0-96."""
        return int(self._settings["first_key"])

    @first_key.setter
    def first_key(self, note: int) -> None:
        self._settings["first_key"] = check_range("first_key", note, 0, 96) // 12 * 12

    @property
    def channel(self) -> int:
        """The channel on which all of it plays, 0-15."""
        return int(self._settings["channel"])

    @channel.setter
    def channel(self, channel: int) -> None:
        self._settings["channel"] = check_range("channel", channel, 0, 15)

    @property
    def velocity(self) -> int | None:
        """The velocity of every press, 1-127; None: as it is touched."""
        velocity: int | None = self._settings["velocity"]
        return velocity

    @velocity.setter
    def velocity(self, velocity: int | None) -> None:
        checked = None if velocity is None else check_range("velocity", velocity, 1, 127)
        self._settings["velocity"] = checked

    @property
    def computer_keys(self) -> str:
        """What the computer's keyboard plays: "pads" or "piano"."""
        return str(self._settings["computer_keys"])

    @computer_keys.setter
    def computer_keys(self, plays: str) -> None:
        self._settings["computer_keys"] = one_of(plays, _KEYS, "computer_keys")

    @property
    def sound(self) -> bool:
        """Whether browsers let sound what is sent to "Virtual".

        It begins with True, unless the environment variable MIDIMON_SOUND is "off".
        """
        return bool(self._settings["sound"])

    @sound.setter
    def sound(self, on: bool) -> None:
        if not isinstance(on, bool):
            raise InvalidValue(f"sound is {on!r:.40}; allowed are True and False")
        self._settings["sound"] = on
        self.sounds.mute(not on)

    def state(self) -> Mapping[str, Any]:
        """Return what is set and mapped, and which message of each view was heard last."""
        modes = self.parts.modes
        return {
            "closed": self.session.closed,
            "settings": dict(self._settings),
            "mode": {"name": modes.name, "color": modes.table.colors.get(modes.name, "")},
            "mapped": self._mappings(),
            "heard": dict(self._heard),
            "late": self.parts.monitor.counters[LATE],
            "asked": self.hands.asked,
        }

    def version(self) -> Hashable:
        """Return what differs when there is something new to be seen."""
        modes, heard = self.parts.modes, tuple(self._heard.values())
        counted = self.lights.count, self.hands.asked, self.parts.monitor.counters[LATE], heard
        return modes.table, modes.name, *self._settings.values(), *counted, self.session.closed

    def frame(self, *, whole: bool) -> Frame | None:
        """Return the next picture; what is mapped is in it only when it is another."""
        version = self.version()
        if version == self._shown[0] and not whole:
            return None
        state = dict(self.state())
        shown, self._shown = self._shown[1], (version, state["mapped"])
        if state["mapped"] is shown and not whole:
            del state["mapped"]
        return Frame(packed(state), [self.lights.packed()])

    def table(self) -> Table:
        """Return the sixteen pads as they lie, each with what is mapped to it."""
        mapped = self._mappings()
        pads = [self._said(self.first_pad + pad, mapped) for pad in range(_PADS)]
        rows = [pads[at : at + _ROW] for at in range(_PADS - _ROW, -1, -_ROW)]
        title = f"pads on {VIRTUAL}, channel {self.channel}, mode {self.parts.modes.name}"
        return Table(title, [""] * _ROW, rows, ["midi.virtual.press(36, velocity=100) plays one"])

    def play(self, message: Message, admitted: bool) -> None:  # noqa: FBT001 - as every `direct`
        """Play what a view sends: events of 12 bytes each, in one buffer."""
        view, now = message.view, self.parts.clock.now()
        size = len(message.buffers[0]) if len(message.buffers) == 1 else 0
        if not size or size % _EVENT_SIZE:
            self.desk.refuse(
                f"pads: {len(message.buffers)} buffers of {size} bytes came from the browser; "
                f"expected is one, {_EVENT_SIZE} bytes for each event"
            )
            return
        events = list(iter_unpack(_EVENT, message.buffers[0]))
        good = [event for event in events if _is_good(*event)]
        if len(good) < len(events):
            self.desk.refuse(f"pads: {len(events) - len(good)} events of the browser are no MIDI")
        if len(events) > _MOST_EVENTS:
            admitted = False
            self.desk.refuse(f"pads: {len(events)} events came at once; {_MOST_EVENTS} are taken")
        if not good:
            return
        if self._due <= now:  # what is played comes first, and its lights are in the picture then
            self._due = now + _AFTER_S
        self._set_clock(view, good[-1][0])
        clock = self.clocks.get(view) or Skew()
        for theirs, status, first, second, _pad in good:
            moment = clock.ours(theirs / 1000, now)
            kind = status >> 4
            short = kind in (PROGRAM_CHANGE, AFTERTOUCH)
            data = bytes((status, first) if short else (status, first, second))
            if not lets_go(data):
                if kind == NOTE_ON and now - moment > _LATE_S:
                    self.parts.monitor.counters[LATE] += 1
                    continue
                if not admitted:
                    continue
            self.hands.play(view, data, moment)
        known = {one: number for one, number in self._heard.items() if one in self.clocks}
        self._heard = {**known, view: message.id}
        self.hands.heard(view)

    def still_there(self, message: Message, admitted: bool) -> None:  # noqa: ARG002, FBT001
        """Take note that a view which holds something has not gone."""
        self.hands.heard(message.view)

    def listen(self, message: Message, _admitted: bool) -> None:  # noqa: FBT001 - see Panel.direct
        """Take note that a view lets sound what is sent, or does not; it says so now and then."""
        on = message.args.get("on") is True
        if self.sounds.listen(message.view, on=on):
            packed = self.sounds.begin()
            content = {"sound": self.sounds.count, "view": message.view}
            self.send(content, [packed] if packed else None)
        elif on:
            self.send({"alive": True, "view": message.view})

    direct: ClassVar[Mapping[str, Any]] = {"play": play, "hold": still_there, "listen": listen}

    def choose(self, name: str, value: Any) -> str:
        """Set one of the settings."""
        setattr(self, one_of(name, _SETTINGS, "setting"), value)
        said = ("off", "on")[value] if isinstance(value, bool) else value
        return f"{name.replace('_', ' ')}: {'as touched' if value is None else said}"

    commands: ClassVar[Mapping[str, Command]] = {
        "set": Command(choose, {"name": str, "value": (int, str, bool, None)})
    }

    def feed(self, now: float) -> None:
        """Send what is to sound, and draw."""
        batch = self.sounds.collect(now)
        if batch is not None:
            self.send({"sound": batch.first, "lost": batch.lost}, [batch.packed])
        super().feed(now)

    def rest(self) -> float | None:
        """Return for how many seconds nothing needs to be sent."""
        spans = super().rest(), self.sounds.rest(self.parts.clock.now())
        return min((one for one in spans if one is not None), default=None)

    def left(self, view: str) -> None:
        """A view has gone: what it held ends."""
        self.hands.let_go(view)
        self.sounds.listen(view, on=False)
        self._heard = {one: number for one, number in self._heard.items() if one != view}

    def close(self) -> None:
        """Take it off all screens; what is held there ends. Again is harmless."""
        self.hands.let_go_all()
        self.lights.leave(self.parts.virtual)
        super().close()

    def _said(self, note: int, mapped: Mapping[int, Any]) -> str:
        label = f" {mapped[note][0]}" if note in mapped else ""
        return f"{note} {_NAMES[note % 12]}{note // 12 - 1}{label}"

    def _mappings(self) -> Mapping[int, Any]:
        """Return what is mapped to each note in the active mode; worked out when that changes."""
        modes, channel = self.parts.modes, self.channel
        table, mode = modes.table, modes.name
        if self._mapped[0] != (table, mode, channel):
            self._mapped = (table, mode, channel), _by_note(table, mode, channel)
        return self._mapped[1]


def _is_good(theirs: float, status: int, first: int, second: int, _pad: int) -> bool:
    return abs(theirs) < LATEST_MS and 0x80 <= status < 0xF0 and first < 0x80 and second < 0x80


def _by_note(table: MappingTable, mode: str, channel: int) -> dict[int, list[Any]]:
    """Return the first mapping's name, how many there are, and their triggers, by note."""
    found = {}
    for note in range(128):
        keys = [key_of(kind, channel, note) for kind in (NOTE_ON, NOTE_OFF)]
        heard = dict.fromkeys(one for key in keys for one in table.candidates(key, mode))
        mapped = [one for one in heard if one.hears(VIRTUAL)]
        if mapped:
            label = (mapped[0].name or mapped[0].plugin)[:_LONGEST]
            found[note] = [label, len(mapped), [str(one.trigger)[:_LONGEST] for one in mapped[:4]]]
    return found
