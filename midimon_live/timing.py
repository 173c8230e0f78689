"""The session's musical time: tempo and meter, and what waits for a beat or bar."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, overload

from midimon_live.actions import function_name
from midimon_live.boundaries import ClockPosition, span_of
from midimon_live.errors import InvalidValue
from midimon_live.exports import Exports
from midimon_live.plugin.api import FunctionPlugin
from midimon_live.plugin.runner import Runner
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.plugin.version import Definition, Kind, Version
from midimon_live.timers import Timer


class Timing(Exports):
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

    @property
    def apply(self) -> str:
        """For what cells wait: "now", "beat", "bar", or a multiple, as "2 bars"; assign it.

        Each cell is built at its end, as ever, and what is wrong with it shows there; what it
        changes lands on the boundary, all at once. A cell may say otherwise for itself, with `at`.
        """
        return self._drafts.at

    @apply.setter
    def apply(self, boundary: str) -> None:
        self._check_open()
        span = span_of(boundary)
        self._drafts.at = "now" if span is None else str(span)

    @overload
    def at(self, boundary: str) -> AbstractContextManager[None]: ...

    @overload
    def at(self, boundary: str, function: Callable[..., Any], *args: Any) -> Timer: ...

    def at(
        self, boundary: str, function: Callable[..., Any] | None = None, *args: Any
    ) -> AbstractContextManager[None] | Timer:
        """Let something happen at the next beat or bar: a function, a cell, or a block of code.

        `midi.at("bar", function)` calls it like a handler, once. `midi.at("bar")` in a cell lets
        the whole cell come into force then. `with midi.at("bar"): ...` outside of a cell, or in a
        handler, does that with what is mapped, removed and defined inside.

        Args:
            boundary: "beat", "bar", or a multiple, as "2 bars": that is each second bar of the
                song, not the second one from now; "now" is as soon as no event is handled.
            function: called as `function(*args)`; its output appears under the cell that runs now.
            args: handed to it.

        Returns:
            With a function, a timer with `cancel()`. Without a clock it is called at once.

        Raises:
            InvalidValue: there is no such boundary, or the function can not be called.
        """
        self._check_open()
        span = span_of(boundary)
        if function is None:
            self._drafts.wait(boundary)
            return self._drafts.block(boundary)
        if not callable(function):
            raise InvalidValue(f"{function!r:.80} can not be called; give a function")
        name = function_name(function)[0]
        make = partial(FunctionPlugin, name, function)
        definition = Definition(name, function, make, Kind.FUNCTION, None)
        version = Version(definition, StatsRecorder(), self.plugins.voices)
        if span is not None and not self._tempo.runs():
            self._tempo.how_to_have_one()
        call = partial(self._runner.call, version, function, *args)
        return self._tempo.at(span, call, name, fleeting=True)
