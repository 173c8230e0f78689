"""The session's musical time: tempo and meter, and what waits for a beat or bar."""

from collections.abc import Callable
from functools import partial
from typing import Any

from midimon_live.actions import function_name
from midimon_live.boundaries import ClockPosition, span_of
from midimon_live.errors import InvalidValue
from midimon_live.past import Past
from midimon_live.plugin.api import FunctionPlugin
from midimon_live.plugin.runner import Runner
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.plugin.version import Definition, Kind, Version
from midimon_live.timers import Timer


class Timing(Past):
    """What a session does on the beat. Any thread may call anything.

    Attributes:
        _runner: calls functions, with the care that plugins get.
    """

    _runner: Runner

    @property
    def tempo(self) -> float | None:
        """The tempo in beats a minute: the MIDI clock's while that runs, else the internal one.

        Assign 20 to 999 to have an internal one, None to stop it. A beat is a quarter note. Another
        tempo does not begin the bars anew.
        """
        return self._tempo.bpm

    @tempo.setter
    def tempo(self, bpm: float | None) -> None:
        self._check_open()
        self._tempo.bpm = bpm

    @property
    def meter(self) -> int:
        """Beats per bar; assign 1 to 32. It begins with 4."""
        return self._tempo.meter

    @meter.setter
    def meter(self, beats: int) -> None:
        self._tempo.meter = beats

    def clock_position(self) -> ClockPosition | None:
        """Return bar, beat, meter, tempo and source of the clock; None without one."""
        return self._tempo.position()

    def at(self, boundary: str, function: Callable[..., Any], *args: Any) -> Timer:
        """Call a function at the next beat or bar, like a handler; again from there, at each.

        Args:
            boundary: "beat", "bar", or a multiple, as "2 bars": that is each second bar of the
                song, not the second one from now; "now" is as soon as no event is handled.
            function: called as `function(*args)`; its output appears under the cell that runs now.
            args: handed to it.

        Returns:
            A timer with `cancel()`. Without a clock the function is called at once.

        Raises:
            InvalidValue: there is no such boundary, or the function can not be called.
        """
        self._check_open()
        span = span_of(boundary)
        if not callable(function):
            raise InvalidValue(f"{function!r:.80} can not be called; give a function")
        name = function_name(function)[0]
        make = partial(FunctionPlugin, name, function)
        definition = Definition(name, function, make, Kind.FUNCTION, None)
        version = Version(definition, StatsRecorder())
        if span is not None and not self._tempo.runs() and (how := self._tempo.how_to_have_one()):
            self._monitor.notice(how)
        call = partial(self._runner.call, version, function, *args)
        return self._tempo.at(span, call, name, fleeting=True)
