"""How far a learner is: a small file that can be handed in and handed out."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any

from midimon_live import lessons
from midimon_live.atomic import replace_content
from midimon_live.errors import InvalidValue
from midimon_live.lessons.base import Verdict
from midimon_live.show import Table, counted

_FORMAT = "midimon_live progress"
_VERSION = 1
_LARGEST = 100_000
_LONGEST_NAME = 80
_MOST_TRIES = 1_000_000


class Progress:
    """The lessons that were tried and passed. Any thread may call; shown, it is a table.

    Attributes:
        results: for each lesson that was tried: `passed` (an ISO 8601 time or None), `tries`,
            `done` (steps, at best).
        remarks: what has become of a file that could not be read, a line each; shown below.
    """

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        self._name = ""
        self.results: dict[str, dict[str, Any]] = {}
        self.remarks: list[str] = []
        if data is not None:
            self.merge(data)

    @property
    def name(self) -> str:
        """Whose it is, for a teacher: up to 80 printable characters.

        Raises:
            InvalidValue: it is set to something else; the name before stays.
        """
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if not _is_name(name):
            raise InvalidValue(
                f"name is {name!r:.40}; allowed is a text of up to {_LONGEST_NAME} characters, "
                "in one line"
            )
        self._name = name

    def note(self, verdict: Verdict) -> None:
        """Count a try, and what came of it: what was reached stays reached."""
        result = self.results.setdefault(
            verdict.lesson.name, {"passed": None, "tries": 0, "done": 0}
        )
        result["tries"] = min(result["tries"] + 1, _MOST_TRIES)
        result["done"] = max(result["done"], verdict.done)
        if verdict.passed and result["passed"] is None:
            result["passed"] = datetime.now(UTC).isoformat(timespec="seconds")

    def merge(self, data: "Mapping[str, Any] | Progress | str | PathLike[str]") -> None:
        """Take in what another one has; the better of two results stays.

        Args:
            data: what `as_dict` gave, a `Progress`, or the path of a file that `save` wrote.

        Raises:
            InvalidValue: it is not that; nothing was taken in.
        """
        if isinstance(data, Progress):
            data = data.as_dict()
        elif isinstance(data, (str, PathLike)):
            data = read(Path(data).expanduser())
        name, results = _checked(data)
        self.name = self.name or name
        for lesson, theirs in results.items():
            ours = self.results.get(lesson, {"passed": None, "tries": 0, "done": 0})
            passed = [one for one in (ours["passed"], theirs["passed"]) if one]
            self.results[lesson] = {
                "passed": min(passed, default=None),
                "tries": max(ours["tries"], theirs["tries"]),
                "done": max(ours["done"], theirs["done"]),
            }

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, as it is in a file."""
        results = {name: dict(one) for name, one in sorted(self.results.items())}
        return {"format": _FORMAT, "version": _VERSION, "name": self.name, "lessons": results}

    def save(self, path: str | PathLike[str]) -> Path:
        """Write it to a file (JSON) to hand in; returns the path.

        Raises:
            InvalidValue: it can not be written there.
        """
        file = Path(path).expanduser()
        try:
            replace_content(file, _text(self.as_dict()), mode=0o644)
        except OSError as error:
            raise InvalidValue(
                f"progress can not be saved as {file}: {error.strerror or error}"
            ) from None
        return file

    @classmethod
    def load(cls, path: str | PathLike[str]) -> "Progress":
        """Return what is in a file.

        Raises:
            InvalidValue: it can not be read, or is no progress.
        """
        return cls(read(Path(path).expanduser()))

    @property
    def passed(self) -> list[str]:
        """The lessons that were passed, in order."""
        return [name for name in lessons.NAMES if self.results.get(name, {}).get("passed")]

    def table(self) -> Table:
        """Return all lessons, and how far each is."""
        rows = [
            (f"{one.number:02}", one.title, self._word(one.name), one.notebook)
            for one in lessons.every()
        ]
        title = f"{self.name + ': ' if self.name else ''}{len(self.passed)} of {len(rows)} passed"
        return Table(title, ("", "lesson", "", "notebook"), rows, self.remarks)

    def _word(self, name: str) -> str:
        result = self.results.get(name)
        if result is None:
            return "·"
        tries = counted(result["tries"], "try").replace("trys", "tries")
        return f"✓ passed, {tries}" if result["passed"] else f"✗ begun, {tries}"

    def __repr__(self) -> str:
        """Return the table as text."""
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def read(file: Path) -> dict[str, Any]:
    """Return the data of a progress file.

    Raises:
        InvalidValue: it can not be read, or is no JSON of reasonable size.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise InvalidValue(f"{file} can not be read: {error.strerror or error}") from None
    if len(content) > _LARGEST:
        raise InvalidValue(f"{file} is no progress: it has more than {_LARGEST:,} bytes")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        raise InvalidValue(f"{file} is no progress: it is not JSON") from None
    try:
        _checked(data)
    except InvalidValue as error:
        raise InvalidValue(f"{file}: {error}") from None
    return data  # type: ignore[no-any-return]


def write(file: Path, progress: Progress) -> None:
    """Keep it in the user's own folder; raises OSError."""
    from midimon_live.home import write_private

    write_private(file, _text(progress.as_dict()))


def _text(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()


def _checked(data: Any) -> tuple[str, dict[str, dict[str, Any]]]:
    if not isinstance(data, Mapping) or data.get("format") != _FORMAT:
        raise InvalidValue(
            f"this is no progress: it lacks 'format': {_FORMAT!r}; midi.progress.save(PATH) writes "
            "what is"
        )
    if data.get("version") != _VERSION:
        raise InvalidValue(
            f"its version is {data.get('version')!r:.20}; this midimon_live reads {_VERSION}"
        )
    name, results = data.get("name", ""), data.get("lessons", {})
    if not _is_name(name) or not isinstance(results, Mapping):
        raise InvalidValue(
            f"its name is a text of up to {_LONGEST_NAME} characters, lessons a table"
        )
    known = {key: value for key, value in results.items() if key in lessons.NAMES}
    return name, {key: _checked_result(key, value) for key, value in known.items()}


def _checked_result(name: str, result: Any) -> dict[str, Any]:
    if isinstance(result, Mapping):
        passed, tries, done = (result.get(key) for key in ("passed", "tries", "done"))
        if (passed is None or _is_time(passed)) and _is_count(tries) and _is_count(done):
            return {"passed": passed, "tries": tries, "done": done}
    raise InvalidValue(
        f"{name} is {result!r:.60}; it has 'passed' (a time or null), 'tries' and 'done' (numbers)"
    )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_NAME and value.isprintable()


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TRIES


def _is_time(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
