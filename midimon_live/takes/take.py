"""A take: what was played, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midimon_live.errors import TakeError
from midimon_live.show import counted
from midimon_live.takes import disk, midifile, text
from midimon_live.takes.lines import FIRED, IN, SENT, Line

if TYPE_CHECKING:
    import mido

LARGEST, LARGEST_MIDI = 64_000_000, 8_000_000
TAIL_S = 2.0
_MIDI = (".mid", ".midi")
_SUFFIXES = (".jsonl", *_MIDI)
_BYTE_ORDER_MARK = "\ufeff"  # editors on Windows begin files with it


@dataclass(frozen=True, slots=True)
class Take:
    """What was played, and what came of it, in the order of time. It never changes.

    Attributes:
        lines: all that happened.
        seconds: its length; up to there it tells what came of it.
        mode: the mode that was active when it began; "" keeps whichever is.
        clock: how its results came about: "real" or "virtual" time; "" when it has none.
        recorded: when, as ISO 8601 in UTC, or "".
        by: the program that recorded it, or "".
    """

    lines: tuple[Line, ...] = ()
    seconds: float = 0.0
    mode: str = ""
    clock: str = ""
    recorded: str = ""
    by: str = ""

    @property
    def inputs(self) -> list[Line]:
        """What a replay plays: what came in, and modes and panics of a person's own."""
        return [line for line in self.lines if line.played]

    @property
    def results(self) -> list[Line]:
        """What came of that: what fired, was sent and emitted, and which mode was entered."""
        return [line for line in self.lines if line.result]

    @property
    def sent(self) -> list["mido.Message"]:
        """The messages that were sent, on all outputs."""
        return [line.message for line in self.lines if line.kind == SENT]

    @property
    def fired(self) -> list[str]:
        """The mappings that fired, as the tables show them."""
        return [line.what for line in self.lines if line.kind == FIRED]

    def dumps(self) -> str:
        """Return it as text: JSON lines; the same take gives the same text."""
        header = {
            "format": text.FORMAT,
            "version": text.VERSION,
            "recorded": self.recorded,
            "by": self.by,
            "clock": self.clock,
            "mode": self.mode,
            "seconds": self.seconds,
        }
        return text.written(header, self.lines)

    @classmethod
    def loads(cls, content: str, name: str = "the take") -> "Take":
        """Return the take of a text; without "seconds" in it, 2 s more than its last line.

        Raises:
            TakeError: it is none; the text names the line, what is wrong, and what to do.
        """
        header, lines = text.read(content.lstrip(_BYTE_ORDER_MARK), name)
        last = lines[-1].t if lines else 0.0
        return cls(
            tuple(lines),
            max(header.get("seconds", last + TAIL_S), last),
            header.get("mode", ""),
            header.get("clock", ""),
            header.get("recorded", ""),
            header.get("by", ""),
        )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Take":
        """Return the take of a file: JSON lines, or a Standard MIDI File where it ends in .mid.

        A MIDI file, of whatever program, is a take of inputs, 2 s longer than it plays.

        Raises:
            TakeError: there is none, or it can not be read; the text says where and why.
        """
        file = Path(path).expanduser()
        if file.suffix.lower() in _MIDI:
            lines, seconds = midifile.read(disk.read(file, LARGEST_MIDI), str(file))
            return cls(tuple(lines), seconds + TAIL_S)
        content = disk.read(file, LARGEST)
        if content.startswith(b"MThd"):
            raise TakeError(f"{file} is a MIDI file; give it a name that ends in .mid")
        try:
            return cls.loads(content.decode(), str(file))
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise TakeError(f"{file}, line {line}: this is no text in UTF-8, so no take") from None

    def save(self, path: str | PathLike[str]) -> None:
        """Write it to a file, whole: as .jsonl all there is, as .mid what came in and was sent.

        Raises:
            TakeError: the name ends otherwise, or it can not be written; what was there stays.
        """
        file = checked_path(path)
        if file.suffix.lower() in _MIDI:
            disk.write(file, midifile.written(self.lines, self.seconds))
        else:
            disk.write(file, self.dumps().encode("utf-8", "backslashreplace"))

    def with_results(self, heard: "Take") -> "Take":
        """Return this take with the results of another one, which came of replaying it."""
        kept = [line for line in self.lines if not line.result and not line.played]
        lines = sorted([*heard.lines, *kept], key=lambda line: line.t)
        return replace(self, lines=tuple(lines), clock=heard.clock, by=heard.by)

    def __repr__(self) -> str:
        """Say what it holds."""
        kinds = [line.kind for line in self.lines]
        came = counted(kinds.count(IN), "input")
        return (
            f"<Take of {self.seconds:.1f} s: {came}, {kinds.count(FIRED)} fired, "
            f"{kinds.count(SENT)} sent>"
        )


def checked_path(path: str | PathLike[str]) -> Path:
    """Return where a take may be written; raises TakeError where its name says nothing of how."""
    file = Path(path).expanduser()
    if file.suffix.lower() not in _SUFFIXES:
        raise TakeError(
            f"a take can not be called {str(path)!r:.200}; its name ends in .jsonl (everything) "
            "or in .mid (what came in and was sent)"
        )
    if not file.parent.is_dir():
        raise TakeError(f"there is no folder {file.parent.absolute()}; make it, or save elsewhere")
    return file


def taken(take: Any) -> Take:
    """Return a take, or that of a path; raises TakeError."""
    if isinstance(take, Take):
        return take
    if isinstance(take, (str, PathLike)):
        return Take.load(take)
    raise TakeError(f"{take!r:.80} is no take; give a Take, or the path of one")


def played_lines(take: Take, *, emitted: bool) -> Iterable[Line]:
    """Return what a replay plays, with what plugins emitted if asked to."""
    return [line for line in take.lines if line.played or (emitted and line.kind == "emitted")]
