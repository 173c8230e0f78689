"""A class: many files in one table, who is stuck where, and a file for a spreadsheet."""

import csv
from pathlib import Path

import pytest

from midimon_live.errors import InvalidValue
from midimon_live.lessons import NAMES, find, of_class
from midimon_live.lessons.progress import Progress

PASSED = "2026-01-01T10:00:00+00:00"


def learner(path: Path, name: str, **results: tuple[str | None, int, int]) -> None:
    """Write a file of one: for each lesson when it was passed, tries and steps done."""
    one = Progress()
    one.name = name
    one.results = {
        key.replace("_", "-"): {"passed": passed, "tries": tries, "done": done}
        for key, (passed, tries, done) in results.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    one.save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with three learners in it, and a file that is none."""
    learner(tmp_path / "ada.json", "Ada", lesson_6=(PASSED, 3, 4))
    learner(tmp_path / "late" / "bo.json", "Bo", lesson_6=(None, 7, 2), lesson_7=(None, 1, 0))
    learner(tmp_path / "cleo.json", "", lesson_6=(None, 2, 2))
    learner(tmp_path / ".checkpoints" / "ada.json", "Ada")
    (tmp_path / "notes.json").write_text("{}")
    return tmp_path


def test_a_folder_is_one_table(folder: Path) -> None:
    """By name; a file of nobody's name is called by its own, one that is none is a remark."""
    table = of_class(folder)
    assert [row[0] for row in table.rows] == ["Ada", "Bo", "cleo"]
    column = table.headings.index("6")
    assert [row[column] for row in table.rows] == ["✓", "✗ 2", "✗ 2"]
    assert [row[-1] for row in table.rows] == ["1", "0", "0"]
    assert [line.partition(": ")[0] for line in table.remarks] == [str(folder / "notes.json")]


def test_it_says_who_is_stuck_and_at_what(folder: Path) -> None:
    """The one who has tried most often first, with the step that waits."""
    stuck = of_class(folder).stuck()
    assert [row[:3] for row in stuck.rows] == [
        ["Bo", "06", "7 tries"],
        ["cleo", "06", "2 tries"],
        ["Bo", "07", "1 try"],
    ]
    assert stuck.rows[0][3] == f"step 3 of 4: {find(6).steps[2].expected}"


def test_it_says_which_step_is_hard_for_most(folder: Path) -> None:
    """So that a teacher explains it to all."""
    rows = {row[0]: row[2:] for row in of_class(folder).by_lesson().rows}
    assert rows["06"] == ["1", "2", f"step 3 of 4: {find(6).steps[2].expected} (2)"]
    assert rows["11"] == ["0", "0", ""]


def test_two_of_one_name_stay_two(tmp_path: Path) -> None:
    """There are two called Alex in every class; the files tell them apart."""
    for place in ("a/alex.json", "b/alex.json", "alex-2.json"):
        learner(tmp_path / place, "Alex")
    names = list(of_class(tmp_path).learners)
    assert len(names) == len(set(names)) == 3
    assert all(name.startswith("Alex (") for name in names)


def test_the_file_for_a_spreadsheet_has_a_line_for_each_learner_and_lesson(folder: Path) -> None:
    """It begins with a byte order mark, without which some programs spoil names."""
    path = of_class(folder).save_csv(folder / "class.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 3 * len(NAMES)
    (ada,) = [one for one in lines if (one["who"], one["lesson"]) == ("Ada", "lesson-6")]
    assert (ada["passed"], ada["tries"], ada["steps"]) == (PASSED, "3", "4")


def test_a_name_that_a_spreadsheet_would_work_out_is_a_text(tmp_path: Path) -> None:
    """Names come from learners."""
    learner(tmp_path / "one.json", '=HYPERLINK("http://example.org")')
    path = of_class(tmp_path).save_csv(tmp_path / "class.csv")
    assert "\n\"'=HYPERLINK(" in path.read_text("utf-8-sig")


def test_no_file_is_an_empty_table(tmp_path: Path) -> None:
    """Nobody has handed in yet."""
    table = of_class(tmp_path)
    assert "0 learners" in repr(table)
    assert table.stuck().rows == []
    assert repr(table.by_lesson()).startswith(f"{len(NAMES)} lessons, 0 learners")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """And so is a file that can not be written."""
    with pytest.raises(InvalidValue, match="there is no folder or file"):
        of_class(tmp_path / "elsewhere")
    with pytest.raises(InvalidValue, match="can not be saved"):
        of_class(tmp_path).save_csv(tmp_path / "no" / "class.csv")
