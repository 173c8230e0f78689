"""What a plugin's exception looks like to its author: their own lines, and no flood."""

import logging
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import CodeType, TracebackType

from midimon_live.clock import Clock, SystemClock
from midimon_live.errors import MidimonError
from midimon_live.events import MidiEvent
from midimon_live.plugin.groups import ErrorGroup, Groups
from midimon_live.plugin.lines import Lines, with_lines
from midimon_live.plugin.voices import Voice
from midimon_live.show import as_text, as_word, counted

NamePlace = Callable[[str, int], str]

SHOWN_PER_S = 5
_OURS = str(Path(__file__).parent.parent)
_FRAMES = 20
_LONGEST = 10_000  # characters of a traceback
_NO_LINES = Lines(None)
_LOGGER = logging.getLogger("midimon_live")


def plain_place(filename: str, line: int) -> str:
    """Return "file.py, line 3": how places are named where there are no cells."""
    return f"{Path(filename).name}, line {line}"


class Failures:
    """Turns exceptions into text, groups them, and shows each kind where its plugin was defined.

    Args:
        name_place: turns file and line into words such as "In [3], line 7".
        clock: stamps them.

    Attributes:
        groups: what was raised so far.
    """

    def __init__(self, name_place: NamePlace = plain_place, clock: Clock | None = None) -> None:
        self._name_place = name_place
        self._clock = clock or SystemClock()
        self._shown: deque[float] = deque(maxlen=SHOWN_PER_S)
        self._hidden: Counter[Voice] = Counter()
        self.groups = Groups()

    def place(self, code: CodeType) -> str:
        """Return where a function is defined, in words."""
        return self._name_place(code.co_filename, code.co_firstlineno)

    def line(self, error: BaseException) -> str:
        """Return one line: what was raised, and where in the author's code."""
        return self._line(error, _authors_place(error))

    def _line(self, error: BaseException, place: tuple[str, int] | None) -> str:
        said = as_text("".join(traceback.format_exception_only(error)).strip().splitlines()[-1])
        ours = isinstance(error, MidimonError)
        what = said.removeprefix(f"{type(error).__module__}.") if ours else said
        if isinstance(error, KeyboardInterrupt):
            what = "KeyboardInterrupt: interrupted"
        where = f" ({self._name_place(*place)})" if place else ""
        return f"{what[:500]}{where}"

    def show(
        self,
        voice: Voice,
        error: BaseException,
        event: MidiEvent | None = None,
        lines: Lines = _NO_LINES,
    ) -> str:
        """Add an exception to its group, and show it the 1st, 10th, 100th ... time.

        Args:
            voice: of the version that raised it, which tells where.
            error: the exception.
            event: the event that led to it.
            lines: of the version.

        Returns:
            The one-line form.
        """
        place = _authors_place(error)
        line = self._line(error, place)
        text = self._traceback(error, lines)
        now = self._clock.now()
        group = self.groups.add(
            plugin=voice.name,
            version=voice.label,
            error=type(error).__qualname__,
            place=self._name_place(*place) if place else "",
            line=line,
            traceback=text,
            event=event,
            epoch_ms=self._clock.epoch_ms(now),
        )
        if str(group.times).strip("0") == "1":
            self._show(voice, group, now)
        return line

    def _show(self, voice: Voice, group: ErrorGroup, now: float) -> None:
        times = f" \N{MULTIPLICATION SIGN}{group.times}" if group.times > 1 else ""
        voice.raised(f"raised{times} {group.line}", group.event)
        if voice.limited and len(self._shown) == SHOWN_PER_S and now - self._shown[0] < 1:
            if not self._hidden:
                voice.in_seconds(1 - now + self._shown[0], self._sum_up)
            self._hidden[voice] += 1
            return
        self._shown.append(now)
        if times:
            _write(voice, f"{group.plugin} raised{times}: {group.line}\n")
        else:
            _write(voice, f"{group.plugin} raised; MIDI goes on\n{group.first_traceback}")

    def _sum_up(self) -> None:
        """Say how many kinds were not shown because too many came at once."""
        hidden, self._hidden = self._hidden, Counter()
        for voice, times in hidden.items():
            what = counted(times, "more error")
            with suppress(Exception):  # that stream may be closed by now
                line = f"%midi errors {as_word(voice.name)}"
                _write(voice, f"\N{HORIZONTAL ELLIPSIS} {what}: {line}\n")

    def _traceback(self, error: BaseException, lines: Lines) -> str:
        """Format it without the engine's own frames, and with cells under their names."""
        inner = error.__traceback__
        while inner is not None and inner.tb_frame.f_code.co_filename.startswith(_OURS):
            inner = inner.tb_next
        report = traceback.TracebackException(
            type(error), error, inner, limit=-_FRAMES, lookup_lines=False
        )
        for part, trace in _chain(report, error, inner):
            frames = [frame for frame, _ in traceback.walk_tb(trace)][-_FRAMES:]
            with_lines(part.stack, frames, lines)
            for frame in part.stack:
                frame.line  # noqa: B018 - looks the source up, while the file still has its name
                place = self._name_place(frame.filename, frame.lineno or 0)
                if place.startswith("In ["):
                    frame.filename = place.partition(",")[0]
        text = "".join(report.format())
        half = _LONGEST // 2
        return text if len(text) <= _LONGEST else f"{text[:half]}\n ...\n{text[-half:]}"


def _chain(
    report: traceback.TracebackException, error: BaseException, trace: TracebackType | None
) -> Iterator[tuple[traceback.TracebackException, TracebackType | None]]:
    """Yield a report and those of the exceptions behind it, each with its traceback."""
    yield report, trace
    behind = [(report.__cause__, error.__cause__), (report.__context__, error.__context__)]
    if isinstance(error, BaseExceptionGroup):
        behind += zip(report.exceptions or (), error.exceptions, strict=False)
    for part, one in behind:
        if part is not None and one is not None:
            yield from _chain(part, one, one.__traceback__)


def _write(voice: Voice, text: str) -> None:
    voice.run_there(_LOGGER.error, "%s", text.rstrip())
    voice.show("stderr", text)


def _authors_place(error: BaseException) -> tuple[str, int] | None:
    """Return the innermost file and line that are not the engine's."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno or 0
    place = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if not frame.f_code.co_filename.startswith(_OURS):
            place = frame.f_code.co_filename, line
    return place
