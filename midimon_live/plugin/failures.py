"""What a plugin's exception looks like to its author: their own lines, and no flood."""

import logging
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from types import CodeType

from midimon_live.errors import MidimonError
from midimon_live.show import as_text

NamePlace = Callable[[str, int], str]

_OURS = str(Path(__file__).parent.parent)
_KINDS_KEPT = 200
_LOGGER = logging.getLogger("midimon_live")


def plain_place(filename: str, line: int) -> str:
    """Return "file.py, line 3": how places are named where there are no cells."""
    return f"{Path(filename).name}, line {line}"


class Failures:
    """Turns exceptions into text, and shows each kind in the cell that defined the plugin.

    Args:
        name_place: turns file and line into words such as "In [3], line 7".
    """

    def __init__(self, name_place: NamePlace = plain_place) -> None:
        self._name_place = name_place
        self._seen: Counter[str] = Counter()

    def place(self, code: CodeType) -> str:
        """Return where a function is defined, in words."""
        return self._name_place(code.co_filename, code.co_firstlineno)

    def line(self, error: BaseException) -> str:
        """Return one line: what was raised, and where in the author's code."""
        frames = _authors_frames(error)
        said = as_text("".join(traceback.format_exception_only(error)).strip().splitlines()[-1])
        ours = isinstance(error, MidimonError)
        what = said.removeprefix(f"{type(error).__module__}.") if ours else said
        if isinstance(error, KeyboardInterrupt):
            what = "KeyboardInterrupt: interrupted"
        where = f" ({self._name_place(frames[-1][0], frames[-1][1])})" if frames else ""
        return f"{what[:500]}{where}"

    def show(self, plugin: str, error: BaseException, context: Context) -> str:
        """Write the traceback where `context` leads: at the 1st, 10th, 100th ... of its kind.

        Returns:
            The one-line form.
        """
        line = self.line(error)
        frames = _authors_frames(error)
        kind = f"{plugin}: {type(error).__name__} {frames[-1] if frames else ''}"
        if len(self._seen) > _KINDS_KEPT:
            self._seen.clear()
        self._seen[kind] += 1
        times = self._seen[kind]
        if times == 1:
            text = f"{plugin} raised; MIDI goes on\n{self._traceback(error)}"
            context.copy().run(_write, text)
        elif str(times).strip("0") == "1":
            context.copy().run(_write, f"{plugin} raised \N{MULTIPLICATION SIGN}{times}: {line}\n")
        return line

    def _traceback(self, error: BaseException) -> str:
        """Format it without the engine's own frames, and with cells under their names."""
        inner = error.__traceback__
        while inner is not None and inner.tb_frame.f_code.co_filename.startswith(_OURS):
            inner = inner.tb_next
        report = traceback.TracebackException(type(error), error, inner, limit=-20)
        for part in _chain(report):
            for frame in part.stack:
                frame.line  # noqa: B018 - looks the source up, while the file still has its name
                place = self._name_place(frame.filename, frame.lineno or 0)
                if place.startswith("In ["):
                    frame.filename = place.partition(",")[0]
        return "".join(report.format())


def _chain(report: traceback.TracebackException) -> list[traceback.TracebackException]:
    parts = []
    waiting: list[traceback.TracebackException | None] = [report]
    while waiting:
        if (part := waiting.pop()) is not None:
            parts.append(part)
            waiting += [part.__cause__, part.__context__]
    return parts


def _write(text: str) -> None:
    _LOGGER.error("%s", text.rstrip())
    sys.stderr.write(text)
    sys.stderr.flush()


def _authors_frames(error: BaseException) -> list[tuple[str, int]]:
    frames = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if not frame.f_code.co_filename.startswith(_OURS)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 0))
    return frames
