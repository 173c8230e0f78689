"""A plugin's log: the last lines that it printed, noted or was told of, in bounded memory."""

from collections import deque
from collections.abc import Callable
from contextvars import Context
from threading import RLock
from typing import NamedTuple

from midimon_live.show import printable

KEPT_LINES = 1_000
LONGEST = 1_000  # characters kept of one line
NOTED, RAISED = "noted", "raised"
_OPEN_LINES = 20


class LogLine(NamedTuple):
    """One line of a plugin's log.

    Attributes:
        epoch_ms: when, in milliseconds since the Unix epoch.
        text: the line.
        version: which version of the plugin, as "#3"; "" for what is none, as its import.
        event: the number of the event that led to it, as `midi.monitor()` has it; 0 without one.
        source: "stdout", "stderr", "noted" with `host.log`, or "raised".
    """

    epoch_ms: int
    text: str
    version: str
    event: int
    source: str


class Log:
    """The log of one plugin, over all its versions. Any thread may call.

    Attributes:
        shown: whether what it prints is shown in a notebook or terminal too; None is as usual for
            its kind.
        place: where it is shown, if that is not where the plugin was defined.
    """

    def __init__(self) -> None:
        self.shown: bool | None = None
        self.place: Context | None = None
        self._lines: deque[_Line] = deque(maxlen=KEPT_LINES)
        self._open: dict[tuple[str, str], _Line] = {}
        self._ended = 0
        self._lock = RLock()  # a finaliser may print while its own thread does

    def add(self, text: str, version: str, source: str, epoch_ms: int, event: int) -> None:
        """Add a whole line; one of the same version that is open ends before it."""
        with self._lock:
            for key in [one for one in self._open if one[1] == version]:
                self._end(self._open.pop(key))
            line = _Line(version, source, epoch_ms, event)
            line.extend(text)
            self._end(line)

    def write(
        self, text: str, version: str, source: str, stamp: Callable[[], tuple[int, int]]
    ) -> None:
        """Add text as it was written to a stream: some lines, or a part of one.

        Args:
            text: any, of any length.
            version: whose it is.
            source: "stdout" or "stderr".
            stamp: returns epoch milliseconds and the number of the event, if a line begins.
        """
        if text.count("\n") > KEPT_LINES:
            text = "\n".join(text.rsplit("\n", KEPT_LINES + 1)[1:])
        key = source, version
        with self._lock:
            *whole, rest = text.split("\n")
            for part in whole:
                line = self._open.pop(key, None) or _Line(version, source, *stamp())
                line.extend(part)
                self._end(line)
            if rest:
                open_line = self._open.get(key)
                if open_line is None:
                    if len(self._open) >= _OPEN_LINES:
                        self._end(self._open.pop(next(iter(self._open))))
                    open_line = self._open[key] = _Line(version, source, *stamp())
                open_line.extend(rest)

    def lines(self, last: int | None = None) -> list[LogLine]:
        """Return the last lines, oldest first; one that has not ended is there too."""
        with self._lock:
            lines = [*self._lines, *self._open.values()]
            return [one.line() for one in (lines if last is None else lines[-last:])]

    @property
    def count(self) -> int:
        """How many lines there were so far, those that are kept no more included."""
        return self._ended + len(self._open)

    @property
    def oldest(self) -> int:
        """The number of the first line that is kept, counted from 0 since the log began."""
        return self._ended - len(self._lines)

    def page(
        self, most: int, *, before: int | None = None, after: int = 0
    ) -> tuple[int, list[LogLine]]:
        """Return the last lines of a stretch, oldest first, and the number of the first of them.

        Args:
            most: how many lines at most.
            before: the number of a line, counted from 0 since the log began; without, to the end.
            after: the number of the first that is wanted.
        """
        with self._lock:
            lines = [*self._lines, *self._open.values()]
            first = self.oldest
            end = len(lines) if before is None else min(max(before - first, 0), len(lines))
            start = max(end - most, after - first, 0)
            return first + start, [one.line() for one in lines[start:end]]

    def clear(self) -> None:
        """Forget all lines."""
        with self._lock:
            self._ended += len(self._open)
            self._lines.clear()
            self._open.clear()

    def _end(self, line: "_Line") -> None:
        self._lines.append(line)
        self._ended += 1


class _Line:
    """A line that may still grow; a carriage return begins it anew, as in a terminal."""

    __slots__ = ("_anew", "_length", "_text", "epoch_ms", "event", "source", "version")

    def __init__(self, version: str, source: str, epoch_ms: int, event: int) -> None:
        self.version = version
        self.source = source
        self.epoch_ms = epoch_ms
        self.event = event
        self._text = ""
        self._length = 0
        self._anew = False

    def extend(self, text: str) -> None:
        """Add text that has no line break."""
        if "\r" not in text:
            self._put(text)
            return
        first, *others = text.split("\r")
        self._put(first)
        for other in others:
            self._anew = True  # what is there stays until something comes in its place
            self._put(other)

    def _put(self, text: str) -> None:
        if not text:
            return
        if self._anew:
            self._text, self._length, self._anew = "", 0, False
        self._text += text[: LONGEST - len(self._text)]
        self._length += len(text)

    def line(self) -> LogLine:
        """Return it as it is now: printable, and saying how much of it is missing."""
        text = printable(self._text.replace("\t", "    "))
        if (more := self._length - LONGEST) > 0:
            text += f" \N{HORIZONTAL ELLIPSIS} {more:,} more characters"
        return LogLine(self.epoch_ms, text, self.version, self.event, self.source)
