"""What is wrong with a configuration: where, what was found, what is allowed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from midimon_live.show import near

ERROR, WARNING = "error", "warning"
_LONGEST, _LARGEST, _WHOLE = 80, 128, 1000
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. Errors stop a load, warnings do not.

    Attributes:
        severity: "error" or "warning".
        file: the file's name, or "" for a text.
        line: from 1; 0 where there is no place, as for a file that is not there.
        column: from 1; 0 likewise.
        path: as "modes[0].mappings[3].trigger.note"; "" for the file as a whole.
        text: what was found, what is allowed, what to do.
    """

    severity: str
    file: str
    line: int
    column: int
    path: str
    text: str

    def __str__(self) -> str:
        place = ":".join(str(one) for one in (self.file, self.line, self.column) if one)
        what = ": ".join(filter(None, (self.severity, self.path, self.text)))
        return f"{place}: {what}" if place else what

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem before its line is known."""

    severity: str
    path: Path
    text: str
    place: tuple[int, int] | None = None


class Report:
    """Collects findings while a configuration is read."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._known: set[Finding] = set()

    def error(self, path: Path, text: str, place: tuple[int, int] | None = None) -> None:
        """Note something that stops the load; `place` is line and column, if they are known."""
        self._add(Finding(ERROR, path, plain(text), place))

    def warn(self, path: Path, text: str) -> None:
        """Note something that the user should know."""
        self._add(Finding(WARNING, path, plain(text)))

    def _add(self, finding: Finding) -> None:
        # one table of a file may stand for several mappings: what is wrong with it is said once
        if finding not in self._known:
            self._known.add(finding)
            self.findings.append(finding)

    @property
    def failed(self) -> bool:
        """Whether something stops the load."""
        return any(one.severity == ERROR for one in self.findings)


def plain(text: str) -> str:
    """Return a text as one line that a terminal can show, cut where it is very long."""
    if len(text) > _WHOLE:
        text = f"{text[:_WHOLE]}..."
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def path_text(path: Iterable[str | int]) -> str:
    """Return a path as people write it: "modes[0].mappings[3].trigger.note"."""
    text = ""
    for one in path:
        if isinstance(one, int):
            text += f"[{one}]"
        else:
            key = one if one.replace("_", "").replace("-", "").isalnum() else repr(one)
            key = clipped(key)
            text += f".{key}" if text else key
    return text


def shown(value: Any) -> str:
    """Return a value as it may stand in a message."""
    if isinstance(value, bool):
        return str(value).lower()
    # a long list need not be written out to be cut
    value = value[:_LONGEST] if isinstance(value, (str, list)) else value
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LARGEST else f"{text[:_LARGEST]}..."


def clipped(text: str) -> str:
    """Return a text, or the beginning of a long one."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """Return "; did you mean "note"?", or nothing when no word is near."""
    meant = near(word, known)
    return f'; did you mean "{meant}"?' if meant else ""


def listed(words: Sequence[str]) -> str:
    """Return words as a list for people."""
    return ", ".join(words) if words else "none"
