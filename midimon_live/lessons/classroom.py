"""A class: the progress files of many learners, as one table, and who is stuck where."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from os import PathLike
from pathlib import Path
from typing import Any

from midimon_live import lessons
from midimon_live.atomic import replace_content
from midimon_live.errors import InvalidValue
from midimon_live.lessons.base import Lesson
from midimon_live.lessons.progress import Progress
from midimon_live.show import Table, counted

_MOST_FILES = 2_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would work them out
_COLUMNS = ("who", "lesson", "title", "passed", "tries", "steps done", "steps", "file")


class Classroom(Table):
    """Who has passed what; shown, it is a table with a row for each learner. Never changes.

    Attributes:
        learners: how far each is, by what the rows call them.
        files: the file of each, by the same.
    """

    def __init__(self, read: Sequence[tuple[Path, Progress]], remarks: Sequence[str]) -> None:
        names = _names(read)
        order = sorted(range(len(read)), key=lambda place: names[place].lower())
        self.learners = {names[place]: read[place][1] for place in order}
        self.files = {names[place]: read[place][0] for place in order}
        numbers = [name.removeprefix("lesson-") for name in lessons.NAMES]
        rows = [
            (who, *(_mark(one.results.get(name)) for name in lessons.NAMES), f"{len(one.passed)}")
            for who, one in self.learners.items()
        ]
        title = f"{counted(len(rows), 'learner')}; ✓ passed, ✗ begun (steps done), · not begun"
        super().__init__(title, ("who", *numbers, "passed"), rows, remarks)

    def stuck(self) -> Table:
        """Return who has begun a lesson and not passed it: at which step, after how many tries.

        Those who have tried most often come first.
        """
        found = [(who, *one) for who in self.learners for one in self._begun(who)]
        found.sort(key=lambda row: (-row[2]["tries"], row[1].number, row[0].lower()))
        rows = [
            (
                who,
                f"{lesson.number:02}",
                _tries(result["tries"]),
                _waits_for(lesson, result["done"]),
            )
            for who, lesson, result in found
        ]
        title = f"{counted(len(rows), 'exercise')} begun and not passed"
        return Table(title, ("who", "lesson", "", "waits for") if rows else (), rows)

    def by_lesson(self) -> Table:
        """Return for each lesson how many have passed it, and the step where most others wait."""
        rows = []
        for lesson in lessons.every():
            results = [one.results.get(lesson.name) for one in self.learners.values()]
            begun = [one for one in results if one and not one["passed"]]
            waits = Counter(_waits_for(lesson, one["done"]) for one in begun)
            where, times = (waits.most_common(1) or [("", 0)])[0]
            passed = sum(bool(one and one["passed"]) for one in results)
            most = f"{where} ({times})" if times else ""
            rows.append((f"{lesson.number:02}", lesson.title, passed, len(begun), most))
        title = f"{counted(len(rows), 'lesson')}, {counted(len(self.learners), 'learner')}"
        return Table(title, ("", "lesson", "passed", "begun", "where most wait"), rows)

    def save_csv(self, path: str | PathLike[str]) -> Path:
        """Write a file for a spreadsheet, a line for each learner and lesson; returns its path.

        Texts that a spreadsheet would take for a formula begin with an apostrophe there.

        Raises:
            InvalidValue: it can not be written there.
        """
        file, text = Path(path).expanduser(), StringIO()
        writer = csv.writer(text)
        writer.writerow(_COLUMNS)
        writer.writerows(self._lines())
        try:
            replace_content(file, text.getvalue().encode("utf-8-sig"), mode=0o644)
        except OSError as error:
            why = error.strerror or error
            raise InvalidValue(f"the table can not be saved as {file}: {why}") from None
        return file

    def _lines(self) -> Iterator[tuple[Any, ...]]:
        nothing = {"passed": None, "tries": 0, "done": 0}
        for who, one in self.learners.items():
            for lesson in lessons.every():
                result = one.results.get(lesson.name, nothing)
                yield (
                    _harmless(who),
                    lesson.name,
                    lesson.title,
                    result["passed"] or "",
                    result["tries"],
                    result["done"],
                    len(lesson.steps),
                    _harmless(self.files[who].name),
                )

    def _begun(self, who: str) -> Iterator[tuple[Lesson, dict[str, Any]]]:
        for lesson in lessons.every():
            result = self.learners[who].results.get(lesson.name)
            if result is not None and not result["passed"]:
                yield lesson, result


def of_class(paths: str | PathLike[str] | Iterable[str | PathLike[str]]) -> Classroom:
    """Return one table of many learners' files: who has passed what, and who is stuck where.

    What can not be read is a remark and keeps the others from nothing. Who has handed in twice is
    one learner, with the better of each result, and a remark says which files that are: files of
    one name that have a lesson passed at the same second, or all results the same; without a name,
    two such lessons. Others of one name stay apart. Any thread may call.

    Args:
        paths: the files that `midi.progress.save` wrote, or a folder: all `.json` files in it and
            in the folders below are taken.

    Raises:
        InvalidValue: there is no such folder or file, or more than 2,000 files.
    """
    if isinstance(paths, (str, PathLike)):
        files = _found(Path(paths).expanduser())
    else:
        files = sorted(Path(one).expanduser() for one in paths)
    if len(files) > _MOST_FILES:
        raise InvalidValue(
            f"there are {len(files):,} files; up to {_MOST_FILES:,} are read at once"
        )
    read, remarks = [], []
    once = {file.resolve(): file for file in reversed(files)}
    for file in reversed(once.values()):
        try:
            read.append((file, Progress.load(file)))
        except InvalidValue as error:
            remarks.append(str(error))
    return Classroom(*_put_together(read, remarks))


def _put_together(
    read: Sequence[tuple[Path, Progress]], remarks: Sequence[str]
) -> tuple[list[tuple[Path, Progress]], list[str]]:
    """Return one file and progress for each learner, and what there is to say about that."""
    learners: list[tuple[list[Path], Progress]] = []
    for file, one in read:
        same = [learner for learner in learners if _is_one(learner[1], one)]
        files, whole = [path for paths, _ in same for path in paths], Progress()
        for progress in (*(progress for _, progress in same), one):
            whole.merge(progress.as_dict())
        learners = [learner for learner in learners if learner not in same]
        learners.append(([*files, file], whole))
    said = [
        f"{_and(files)} are of one learner{_called(one)}: the better of each result counts"
        for files, one in learners
        if len(files) > 1
    ]
    often = Counter(one.name.strip() for _, one in learners)
    said += [
        f"{times} learners are called {name}: no lesson was passed at the same time"
        for name, times in often.items()
        if name and times > 1
    ]
    return [(files[-1], one) for files, one in learners], [*said, *remarks]


def _is_one(one: Progress, other: Progress) -> bool:
    """Tell whether two files are of one learner: times of day are not the same by chance."""
    name = one.name.strip()
    if name != other.name.strip():
        return False
    theirs = {key: result["passed"] for key, result in other.results.items() if result["passed"]}
    alike = sum(result["passed"] == theirs.get(key, "") for key, result in one.results.items())
    same = bool(one.results) and one.results == other.results
    return alike >= 1 or same if name else alike >= 2


def _and(files: Sequence[Path]) -> str:
    return f"{', '.join(map(str, files[:-1]))} and {files[-1]}"


def _called(one: Progress) -> str:
    return f", {one.name.strip()}" if one.name.strip() else ""


def _found(path: Path) -> list[Path]:
    if path.is_dir():
        hidden = (file for file in path.rglob("*.json") if file.is_file())
        return sorted(
            file
            for file in hidden
            if not any(part.startswith(".") for part in file.relative_to(path).parts)
        )
    if path.exists():
        return [path]
    raise InvalidValue(f"there is no folder or file {path}; learners' files are collected in one")


def _names(read: Sequence[tuple[Path, Progress]]) -> list[str]:
    """Return what to call each: as they call themselves; two of one name by their files too."""
    plain = [one.name.strip() or file.stem for file, one in read]
    often = Counter(plain)
    longer = [
        name if often[name] == 1 else f"{name} ({file.stem})"
        for name, (file, _) in zip(plain, read, strict=True)
    ]
    again = Counter(longer)
    return [
        name if again[name] == 1 else f"{name} ({file})"
        for name, (file, _) in zip(longer, read, strict=True)
    ]


def _waits_for(lesson: Lesson, done: int) -> str:
    steps = lesson.steps
    place = min(done, len(steps) - 1)
    return f"step {place + 1} of {len(steps)}: {steps[place].expected}"


def _tries(number: int) -> str:
    return counted(number, "try").replace("trys", "tries")


def _mark(result: dict[str, Any] | None) -> str:
    return "·" if result is None else "✓" if result["passed"] else f"✗ {result['done']}"


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
