"""Playing a take again: each input at its moment, through the inbox, as if it came from a port."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite
from typing import Any

from midimon_live.clock import sleep
from midimon_live.errors import InvalidValue
from midimon_live.events import NOTE_OFF, NOTE_ON, control_key, split_key
from midimon_live.inline import Inline
from midimon_live.machine import can_wait, has_threads
from midimon_live.takes.lines import EMITTED, IN, MODE, Line
from midimon_live.timers import Timer, Timers

_ON_TO_OFF = (NOTE_ON - NOTE_OFF) << 11
_SLOWEST, _FASTEST = 0.01, 100.0
_LOOK_S = 0.05


class Player:
    """Plays lines into an engine, and knows which notes that holds down.

    Args:
        pump: takes the events.
        enter: makes a mode active.
        panic: ends all notes and actions.
        port: from which all events come; None is from where they came.
    """

    def __init__(
        self,
        pump: Inline,
        enter: Callable[[str], None],
        panic: Callable[[], Any],
        port: str | None,
    ) -> None:
        self._pump = pump
        self._enter = enter
        self._panic = panic
        self._port = port
        self._down: dict[tuple[str, int], None] = {}

    def play(self, line: Line, moment: float) -> None:
        """Play a line as of a moment, in monotonic seconds."""
        if line.kind == IN:
            port = self._port or line.port
            self._note(port, line.data)
            self._pump.inject(port, line.data, moment)
        elif line.kind == EMITTED:
            self._pump.emit(line.port, line.what, line.values or {})
        elif line.kind == MODE:
            self._pump.later(partial(self._enter, line.what))
        else:
            self._pump.later(self._panic)

    def let_go(self) -> None:
        """Release the notes that are still down."""
        down, self._down = self._down, {}
        for port, key in down:
            _, channel, number = split_key(key)
            self._pump.inject(port, bytes((0x80 | channel, number, 64)))

    def _note(self, port: str, data: bytes) -> None:
        key = control_key(data)
        if key >> 11 == NOTE_ON:
            self._down[port, key] = None
        elif key >> 11 == NOTE_OFF:
            self._down.pop((port, key + _ON_TO_OFF), None)


class Replay:
    """A take that is played again, in real time. Any thread may call.

    Args:
        lines: what is played, in the order of time.
        player: plays it.
        timers: wake it.
        began: the moment of its zero, in monotonic seconds.
        speed: how many times as fast.
        ended: called with it at its end.

    Attributes:
        cancelled: whether it was ended before its end.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        player: Player,
        timers: Timers,
        began: float,
        speed: float,
        ended: Callable[["Replay"], None],
    ) -> None:
        self._lines = lines
        self._player = player
        self._timers = timers
        self._began = began
        self._speed = speed
        self._ended = ended
        self._next = 0
        self._timer: Timer | None = None
        self._lock = threading.RLock()  # scheduling may handle events, which may cancel it
        self._over = threading.Event()
        self.cancelled = False

    def start(self) -> None:
        """Begin; where events are handled by their caller, what is due at once is played now."""
        self._plan()

    @property
    def done(self) -> bool:
        """Whether it is over."""
        return self._over.is_set()

    def cancel(self) -> bool:
        """End it; the notes that it holds down are released. Again is harmless.

        Returns:
            Whether it was under way.
        """
        with self._lock:
            if self.done:
                return False
            self.cancelled = True
            self._end()
            return True

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for its end, up to `timeout` seconds; tell whether it is over. Ctrl-C cancels it.

        In a browser that can not put Python code aside it is not waited for.
        """
        try:
            return self._over.wait(timeout) if has_threads() else self._sleep_until_over(timeout)
        except KeyboardInterrupt:
            self.cancel()
            raise

    def _sleep_until_over(self, timeout: float | None) -> bool:
        slept = 0.0
        while not self.done and can_wait() and (timeout is None or slept < timeout):
            sleep(_LOOK_S)
            slept += _LOOK_S
        return self.done

    def _plan(self) -> None:
        with self._lock:
            if self.done:
                return
            if self._next >= len(self._lines):
                self._end()
                return
            due = self._due(self._lines[self._next])
            self._timer = self._timers.schedule(due, self._play_due)

    def _due(self, line: Line) -> float:
        return self._began + line.t / self._speed

    def _play_due(self) -> None:
        """Play the next line; the consumer that holds the baton calls."""
        with self._lock:
            if self.done:
                return
            line = self._lines[self._next]
            self._next += 1
            self._player.play(line, self._due(line))
        self._plan()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._over.set()
        self._player.let_go()
        self._ended(self)

    def __repr__(self) -> str:
        """Say how far it is."""
        state = "cancelled" if self.cancelled else "done" if self.done else "playing"
        return f"<Replay: {state}, {self._next} of {len(self._lines)} inputs played>"


def check_speed(speed: Any) -> float:
    """Return how many times as fast a replay is; raises InvalidValue."""
    number = isinstance(speed, (int, float)) and not isinstance(speed, bool)
    if number and isfinite(speed) and _SLOWEST <= speed <= _FASTEST:
        return float(speed)
    raise InvalidValue(f"speed is {speed!r:.40}; allowed are {_SLOWEST:g} to {_FASTEST:g}")
