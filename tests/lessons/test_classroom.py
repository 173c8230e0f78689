"""A class: many files in one table, who is stuck where, and a file for a spreadsheet."""

import csv
from pathlib import Path

import pytest

from midimon_live.errors import InvalidValue
from midimon_live.lessons import NAMES, find, of_class
from midimon_live.lessons.progress import Progress

PASSED, LATER = "2026-01-01T10:00:00+00:00", "2026-01-01T10:20:00+00:00"


def learner(path: Path, name: str, **results: tuple[str | None, int, int]) -> Path:
    """Write the file of one: for each lesson when it was passed, tries and steps done."""
    one = Progress()
    one.name = name
    one.results = {
        key.replace("_", "-"): {"passed": passed, "tries": tries, "done": done}
        for key, (passed, tries, done) in results.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    return one.save(path)


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


def test_who_hands_in_twice_is_one_learner(tmp_path: Path) -> None:
    """Under two file names, or the same file given twice: the better of each result counts."""
    first = learner(tmp_path / "ada.json", "Ada", lesson_0=(PASSED, 1, 4), lesson_1=(None, 5, 2))
    later = learner(
        tmp_path / "ada (1).json", "Ada ", lesson_0=(PASSED, 2, 4), lesson_1=(LATER, 6, 4)
    )
    table = of_class([first, later, first])
    assert [(row[0], row[-1]) for row in table.rows] == [("Ada", "2")]
    assert table.learners["Ada"].results["lesson-1"] == {"passed": LATER, "tries": 6, "done": 4}
    assert len(table.remarks) == 1
    assert str(first) in table.remarks[0]
    assert f"{later} " in table.remarks[0] or str(later) in table.remarks[0]
    assert "of one learner, Ada" in table.remarks[0]
    assert of_class([first, first]).remarks == []


@pytest.mark.parametrize(
    ("name", "lessons", "learners"),
    [
        ("Bo", {"lesson_6": (None, 3, 1)}, 1),
        ("", {"lesson_6": (PASSED, 3, 4)}, 2),
        ("", {"lesson_6": (PASSED, 3, 4), "lesson_7": (LATER, 1, 4)}, 1),
        ("", {"lesson_6": (None, 3, 1)}, 2),
    ],
    ids=["a name, tried", "no name, one passed", "no name, two passed", "no name, tried"],
)
def test_a_copy_of_a_file_is_taken_for_what_it_is(
    tmp_path: Path, name: str, lessons: dict[str, tuple[str | None, int, int]], learners: int
) -> None:
    """Two of no name may have passed a lesson in the same second; two lessons hardly."""
    for file in ("one.json", "two.json"):
        learner(tmp_path / file, name, **lessons)
    assert len(of_class(tmp_path).rows) == learners


def test_two_of_one_name_who_have_passed_at_other_times_stay_two(tmp_path: Path) -> None:
    """And it is said that they are taken for two."""
    learner(tmp_path / "a.json", "Alex", lesson_6=(PASSED, 1, 4))
    learner(tmp_path / "b.json", "Alex", lesson_6=(LATER, 1, 4))
    table = of_class(tmp_path)
    assert [row[0] for row in table.rows] == ["Alex (a)", "Alex (b)"]
    assert table.remarks == ["2 learners are called Alex: no lesson was passed at the same time"]


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
