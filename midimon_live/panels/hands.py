"""What browsers hold: notes, pedals and the pitch wheel, each by one view or by several.

A note begins with the first that presses it and ends with the last that lets go, so nothing is
doubled; and views that are gone, or do not answer any more, let go of everything.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

from midimon_live.events import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PITCHWHEEL

CHECK_S = 2.0
PATIENCE = 5  # checks that may pass without a word
PEDALS = range(64, 70)
_CENTRE = b"\x00\x40"


class Place(NamedTuple):
    """Something that is down or up.

    Attributes:
        kind: NOTE_ON, CONTROL_CHANGE (a pedal) or PITCHWHEEL.
        channel: 0-15.
        number: of the note or pedal; 0 for the wheel.
    """

    kind: int
    channel: int
    number: int

    def end(self) -> bytes:
        """Return the message that lets go of it."""
        if self.kind == NOTE_ON:
            return bytes((NOTE_OFF << 4 | self.channel, self.number, 64))
        if self.kind == PITCHWHEEL:
            return bytes((PITCHWHEEL << 4 | self.channel,)) + _CENTRE
        return bytes((self.kind << 4 | self.channel, self.number, 0))


def place_of(data: bytes) -> Place | None:
    """Return what a channel message holds or lets go of; None for all that just happens."""
    kind, channel = data[0] >> 4, data[0] & 0xF
    if kind in (NOTE_ON, NOTE_OFF):
        return Place(NOTE_ON, channel, data[1])
    if kind == PITCHWHEEL:
        return Place(PITCHWHEEL, channel, 0)
    if kind == CONTROL_CHANGE and data[1] in PEDALS:
        return Place(CONTROL_CHANGE, channel, data[1])
    return None


def lets_go(data: bytes) -> bool:
    """Tell whether a channel message ends something: a note, a pedal or a bend."""
    kind = data[0] >> 4
    if kind == PITCHWHEEL:
        return data[1:] == _CENTRE
    pedal = kind == CONTROL_CHANGE and data[1] in PEDALS
    return kind == NOTE_OFF or ((kind == NOTE_ON or pedal) and data[2] == 0)


class Hands:
    """The hands of all views of a panel. Any thread may call anything.

    Args:
        inject: gets each message that is played, and its moment, without waiting.
        now: tells monotonic seconds.
        in_seconds: does a job in so many seconds.

    Attributes:
        asked: how often views that hold something were asked whether they are still there.
    """

    def __init__(
        self,
        inject: Callable[[bytes, float], None],
        now: Callable[[], float],
        in_seconds: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self._inject = inject
        self._now = now
        self._in_seconds = in_seconds
        self._lock = threading.RLock()
        self._held: dict[Place, dict[str, bytes]] = {}
        self._silent: dict[str, int] = {}
        self._checks = False
        self._last = 0.0
        self.asked = 0

    def play(self, view: str, data: bytes, moment: float) -> None:
        """Play one channel message of a view.

        Args:
            view: whose.
            data: its bytes.
            moment: when, in monotonic seconds; never before the message before it.
        """
        place = place_of(data)
        with self._lock:
            if place is None:
                self._pass(data, moment)
            elif lets_go(data):
                self._release(view, place, data, moment)
            else:
                self._press(view, place, data, moment)

    def heard(self, view: str) -> None:
        """A view says that it is there."""
        with self._lock:
            if view in self._silent:
                self._silent[view] = 0

    def let_go(self, view: str) -> None:
        """End whatever a view holds and no other does."""
        with self._lock:
            self._silent.pop(view, None)
            for place in [place for place, views in self._held.items() if view in views]:
                self._release(view, place, place.end(), self._now())

    def let_go_all(self) -> None:
        """End whatever is held."""
        for view in list(self._silent):
            self.let_go(view)

    def __len__(self) -> int:
        return len(self._held)

    def _press(self, view: str, place: Place, data: bytes, moment: float) -> None:
        views = self._held.setdefault(place, {})
        sounds = place.kind == NOTE_ON and bool(views)
        views.pop(view, None)
        views[view] = data  # the newest stands last
        self._silent[view] = 0
        if not sounds:
            self._pass(data, moment)
        if not self._checks:
            self._checks = True
            self._in_seconds(CHECK_S, self._check)

    def _release(self, view: str, place: Place, data: bytes, moment: float) -> None:
        views = self._held.get(place, {})
        if views.pop(view, None) is None:
            return  # its press was left out
        if not views:
            del self._held[place]
            self._pass(data, moment)
        elif place.kind != NOTE_ON:
            self._pass(next(reversed(views.values())), moment)  # where the others have it

    def _pass(self, data: bytes, moment: float) -> None:
        self._last = max(self._last, moment)
        self._inject(data, self._last)

    def _check(self) -> None:
        """Let go of what views held that have not said a word for long; on the engine's timers.

        Silence is counted in checks and not in seconds: after a stall, words may still wait here.
        """
        with self._lock:
            holding = {view for views in self._held.values() for view in views}
            self._silent = {view: self._silent.get(view, 0) + 1 for view in holding}
            for view in [one for one, checks in self._silent.items() if checks > PATIENCE]:
                self.let_go(view)
            self._checks = bool(self._held)
            if self._checks:
                self.asked += 1
                self._in_seconds(CHECK_S, self._check)
