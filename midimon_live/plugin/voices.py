"""Where what plugins print goes: into their logs, and as far as wanted under their cells.

A version's calls are run in its context, whose kernel variables lead to the cell that defined it,
and in which `speaking` is its `Voice`. So neither has to be arranged for a call.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import Context, ContextVar, copy_context
from threading import RLock
from typing import Any

from midimon_live.clock import Clock
from midimon_live.events import MidiEvent
from midimon_live.plugin.guard.subject import Subject, acting
from midimon_live.plugin.log import NOTED, RAISED, Log
from midimon_live.plugin.offspring import began_with, speaking
from midimon_live.plugin.streams import cover, put
from midimon_live.running import Running
from midimon_live.show import as_word, counted
from midimon_live.timers import Timers

LINES_PER_S = 100
CHARACTERS_PER_S = 20_000
_FLUSHES_PER_S = 20
_WINDOW_S = 1.0
_LOGS_KEPT = 1_000

# whether the context leads to a cell: set in that of each cell
in_cell: ContextVar[bool] = ContextVar("midimon_live_in_cell", default=False)


class Voices:
    """The voices and logs of a session's plugins. Any thread may call.

    Args:
        clock: stamps lines.
        timers: tell when a flood may be summed up.
        running: knows the event that is being acted on.
        detach: makes the context it is called in lead to no cell.
        limited: whether floods are kept from where they would be shown.
    """

    def __init__(
        self,
        clock: Clock,
        timers: Timers,
        running: Running,
        detach: Callable[[], None] = lambda: None,
        *,
        limited: bool = True,
    ) -> None:
        self.now = clock.now
        self._running = running
        self._epoch_ms = clock.epoch_ms
        self._timers = timers
        self.detach = detach
        self.limited = limited
        self._logs: dict[str, Log] = {}
        self._lock = RLock()

    def log(self, name: str) -> Log:
        """Return the log of the plugin of that name, over all its versions."""
        with self._lock:
            log = self._logs.pop(name, None) or Log()
            self._logs[name] = log
            if len(self._logs) > _LOGS_KEPT:
                del self._logs[next(iter(self._logs))]
            return log

    def forget(self, name: str) -> None:
        """Begin the log of a plugin anew."""
        with self._lock:
            self._logs.pop(name, None)

    def has_log(self, name: str) -> bool:
        """Tell whether a plugin of that name has been there."""
        return name in self._logs

    def epoch_ms(self) -> int:
        """Return the moment, in milliseconds since the Unix epoch."""
        return self._epoch_ms(self.now())

    def cause(self) -> MidiEvent | None:
        """Return the event that led to what the calling thread does, if it was one."""
        return self._timers.cause if self._running.here() else began_with.get()

    def in_seconds(self, delay: float, job: Callable[[], None]) -> None:
        """Do a job in so many seconds, between two events."""
        self._timers.schedule(self.now() + delay, job)

    @contextmanager
    def beginning(self, name: str) -> Iterator[None]:
        """Let what is printed meanwhile be in a plugin's log: its files are being imported."""
        voice = Voice(self, name, 0, aloud=False)
        voice.place = copy_context()
        token = speaking.set(voice)
        try:
            yield
        finally:
            speaking.reset(token)


class Voice:
    """What one version says: `speaking` of its context.

    Args:
        voices: of the session.
        name: the plugin's.
        number: which version it is; 0 for none.
        aloud: whether what it prints is shown unless the user says otherwise.

    Attributes:
        name: the plugin's.
        aloud: whether what it prints is shown unless the user says otherwise.
        limited: whether floods are kept from where they would be shown.
        in_seconds: does a job in so many seconds, between two events.
        label: which version speaks, as "#3"; "" for what is none.
        place: the context in which it is shown.
        log: the plugin's.
    """

    def __init__(self, voices: Voices, name: str, number: int, *, aloud: bool) -> None:
        self._voices = voices
        self.name = name
        self.limited = voices.limited
        self.in_seconds = voices.in_seconds
        self.label = f"#{number}" if number else ""
        self.aloud = aloud
        self._lock = RLock()
        self._until = float("-inf")
        self._lines_left = self._characters_left = self._flushes_left = 0
        self._hidden_lines = self._hidden_characters = 0
        self._broken = False
        self.place: Context | None = None
        self.log = voices.log(name)

    def context_here(self, subject: Subject | None, before: Context | None) -> Context:
        """Return what the version's calls are to be run in, and show what it prints there.

        Args:
            subject: the version as the guard knows it; None for a user's own function.
            before: what calls of the version before it were run in: its cell is the new one's too
                where the caller is in none, as one who follows files is.
        """
        cover()
        nowhere = not in_cell.get()
        context = before.copy() if nowhere and before is not None else copy_context()
        if nowhere and before is None:
            context.run(self._voices.detach)
        context.run(acting.set, acting.get() if subject is None else subject)
        context.run(speaking.set, self)
        self.place = context
        return context

    def cause(self) -> MidiEvent | None:
        """Return the event that led to what the calling thread does, if it was one."""
        return self._voices.cause()

    def note(self, text: str) -> None:
        """Add a line that the plugin notes."""
        self._add(text, NOTED, self.cause())

    def raised(self, text: str, event: MidiEvent | None) -> None:
        """Add a line about what the plugin raised."""
        self._add(text, RAISED, event)

    def say(self, stream: str, text: str) -> None:
        """Take what is written to "stdout" or "stderr"; what writing it there raises goes on."""
        self.log.write(text, self.label, stream, self._stamp)
        shown = self.log.shown
        if not (self.aloud if shown is None else shown):
            return
        if passed := self._passed(stream, text) if self.limited else text:
            self.show(stream, passed)

    def show(self, stream: str, text: str) -> None:
        """Write to "stdout" or "stderr" where it is shown; what that raises goes on."""
        self.run_there(put, stream, text)

    def run_there(self, function: Callable[..., Any], *args: Any) -> None:
        """Call a function so that what it writes is shown there, and is not the plugin's."""
        # not in the caller's context: its task may have begun before the cell was run again
        place = self.log.place or self.place
        if place is not None:
            there = place.copy()
            there.run(speaking.set, None)
            there.run(function, *args)

    def may_flush(self) -> bool:
        """Tell whether it may ask a stream to write what it has: 20 times a second."""
        with self._lock:
            self._turn()
            self._flushes_left -= 1
            return self._flushes_left >= 0

    def _add(self, text: str, source: str, event: MidiEvent | None) -> None:
        number = 0 if event is None else event.serial
        self.log.add(text, self.label, source, self._voices.epoch_ms(), number)

    def _stamp(self) -> tuple[int, int]:
        """Return the moment and the number of the event, for a line that begins."""
        event = self._voices.cause()
        return self._voices.epoch_ms(), 0 if event is None else event.serial

    def _turn(self) -> None:
        """Begin another second if the last one is over, and what it hid was summed up."""
        now = self._voices.now()
        if now >= self._until and not self._hidden_characters:
            self._until = now + _WINDOW_S
            self._lines_left = LINES_PER_S
            self._characters_left = CHARACTERS_PER_S
            self._flushes_left = _FLUSHES_PER_S

    def _passed(self, stream: str, text: str) -> str:
        """Return as much of a text as may still be shown in this second."""
        with self._lock:
            self._turn()
            end = 0
            while end < len(text) and self._lines_left > 0 and self._characters_left > 0:
                stop = text.find("\n", end) + 1
                ends_line, stop = stop > 0, stop or len(text)
                part = min(stop - end, self._characters_left)
                self._characters_left -= part
                end += part
                if end == stop and ends_line:
                    self._lines_left -= 1
            if end < len(text):
                self._hide(stream, text, end)
            if end:
                self._broken = text[end - 1] != "\n"
            return text[:end]

    def _hide(self, stream: str, text: str, start: int) -> None:
        if not self._hidden_characters:
            rest = max(self._until - self._voices.now(), 0.0)
            self.in_seconds(rest, lambda: self._sum_up(stream))
        self._hidden_lines += text.count("\n", start)
        self._hidden_characters += len(text) - start

    def _sum_up(self, stream: str) -> None:
        """Say how much was hidden, where it would have been shown."""
        with self._lock:
            lines, characters = self._hidden_lines, self._hidden_characters
            self._hidden_lines = self._hidden_characters = 0
            broken, self._broken = self._broken, False
        what = counted(lines, "more line") if lines else counted(characters, "more character")
        text = f"\N{HORIZONTAL ELLIPSIS} {what} in %midi log {as_word(self.name)}\n"
        with suppress(Exception):  # that stream may be closed by now
            self.show(stream, f"\n{text}" if broken else text)
