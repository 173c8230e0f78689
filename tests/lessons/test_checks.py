"""Exercises: what a learner sees, and what is kept of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from midimon_live import lessons, note, plugin, send
from midimon_live.errors import InvalidValue, LoadError
from midimon_live.lessons import of_class
from midimon_live.lessons.progress import Progress
from midimon_live.testing import press, session
from tests.support.notebook import Notebook


def test_a_check_says_what_is_expected_what_was_heard_and_what_to_do() -> None:
    """Before anything is done, the first step is missing and the others wait."""
    with session() as midi:
        verdict = midi.check("lesson-1")
        assert not verdict.passed
        assert verdict.done == 0
        assert verdict.rows[0] == [
            "✗ not yet",
            "note 38 executes a plugin of yours",
            "nothing is mapped to note 38",
        ]
        assert [row[0] for row in verdict.rows[1:]] == ["· later"] * 3
        assert "midi.map(note(38), ...)" in verdict.hint
        assert f"Hint: {verdict.hint}" in repr(verdict)


@pytest.mark.parametrize("which", ["lesson-1", "Lesson 1", "01", 1])
def test_a_lesson_is_found_by_whatever_one_calls_it(which: object) -> None:
    """People type numbers."""
    assert lessons.find(which).name == "lesson-1"


@pytest.mark.parametrize("which", ["lesson-99", "", "one", -1, True, None, 1.5, "²", "1" * 5000])
def test_a_lesson_that_there_is_not_is_refused(which: object) -> None:
    """The answer lists those that there are."""
    with session() as midi, pytest.raises(InvalidValue, match="there are lesson-"):
        midi.check(which)


def test_a_look_that_raises_is_a_step_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin whose text can not be shown must not end the lesson in a traceback."""
    with session() as midi:
        monkeypatch.setattr(midi, "mappings", lambda: 1 / 0)
        verdict = midi.check(1)
        assert "ZeroDivisionError" in verdict.rows[0][2]
        assert "once more" in verdict.hint


def test_what_was_reached_stays_reached(tmp_path: Path) -> None:
    """Progress counts tries and keeps the best, in the session's folder, for the next session."""
    with session(home=tmp_path) as midi:
        midi.check(1)
        midi.map(note(38), send("note_on", note=50))
        midi.play(press(38))
        midi.check(1)
        assert midi.progress.results["lesson-1"]["tries"] == 2
    with session(home=tmp_path) as midi:
        assert midi.progress.results["lesson-1"]["tries"] == 2
        assert "begun, 2 tries" in repr(midi.progress)


def test_two_notebooks_do_not_take_results_from_each_other(tmp_path: Path) -> None:
    """Each has a session of its own, and both write the one file."""
    with session(home=tmp_path) as first, session(home=tmp_path) as second:
        first.check(0)
        second.check(1)
        first.check(0)
    with session(home=tmp_path) as midi:
        assert sorted(midi.progress.results) == ["lesson-0", "lesson-1"]


def test_a_lesson_in_a_folder_of_its_own_counts_where_the_others_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What its plugins leave behind goes with the kernel; the progress stays."""
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path))
    monkeypatch.setenv("MIDIMON_PROGRESS", "")
    folder = lessons.folder_of_its_own()
    assert lessons.folder_of_its_own() == folder != tmp_path
    with session(home="") as midi:
        assert midi.home == folder
        midi.check(1)
    assert [one.name for one in tmp_path.iterdir()] == ["progress.json"]


def test_a_folder_of_its_own_comes_before_the_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Afterwards the lesson's files would be the learner's own: it says so, and what to do."""
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path))
    monkeypatch.setenv("MIDIMON_PROGRESS", "")
    with (
        session(home=""),
        pytest.raises(InvalidValue, match=rf"in {tmp_path}; restart the kernel, and run this cell"),
    ):
        lessons.folder_of_its_own()
    folder = lessons.folder_of_its_own()
    with session(home="") as midi:
        assert lessons.folder_of_its_own() == folder == midi.home


def test_progress_moves_to_another_machine_in_a_file(tmp_path: Path) -> None:
    """Saved there, restored here, and kept from then on."""
    with session() as there:
        there.check(1)
        there.progress.save(tmp_path / "mine.json")
    with session(home=tmp_path) as here:
        here.restore_progress(tmp_path / "mine.json")
        with pytest.raises(InvalidValue, match=r"other\.json can not be read"):
            here.restore_progress(tmp_path / "other.json")
    with session(home=tmp_path) as later:
        assert list(later.progress.results) == ["lesson-1"]


def test_a_broken_progress_file_is_set_aside(tmp_path: Path) -> None:
    """It is said, and nothing of it is lost."""
    (tmp_path / "progress.json").write_text("{")
    with session(home=tmp_path) as midi:
        midi.check(1)
        assert "progress begins anew" in repr(midi.status())
    assert (tmp_path / "progress.json.corrupt-1").read_text() == "{"
    assert "lesson-1" in (tmp_path / "progress.json").read_text()


def test_files_that_can_not_be_loaded_are_mended_first(tmp_path: Path) -> None:
    """A plugin in a folder, whose last save was refused; mended, nothing is said of it."""
    with session(tmp_path) as midi:
        file = midi.plugins.new_plugin("octave") / "plugin.py"
        whole = file.read_text()
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("octave")
        midi.map(note(38), plugin("octave"))
        midi.look()
        file.write_text("this is no Python")
        midi.look()
        begins = "The last version of octave is not live: its import failed: SyntaxError"
        assert midi.check(1).hint.startswith(begins)
        file.write_text(whole + "\n")
        midi.look()
        assert "not live" not in midi.check(1).hint


@pytest.mark.parametrize("looked_first", [True, False], ids=["after midi.progress", "at once"])
def test_a_progress_file_that_was_set_aside_is_said_where_one_looks(
    tmp_path: Path, *, looked_first: bool
) -> None:
    """Under `midi.progress`, and once under the next check, also when everything else is reset."""
    (tmp_path / "progress.json").write_text("{")
    said = f"progress begins anew: {tmp_path / 'progress.json'} is no progress: it is not JSON; "
    with session(home=tmp_path) as midi:
        if looked_first:
            assert midi.progress.remarks == [f"{said}it is kept as progress.json.corrupt-1"]
        midi.reset()
        assert said in repr(midi.check(1))
        assert said in repr(midi.progress)
        assert said not in repr(midi.check(1))


def test_progress_that_can_not_be_kept_is_said_below_the_check(tmp_path: Path) -> None:
    """With the file that was meant and what is wrong, not with a temporary file's name."""
    folder = tmp_path / "home"
    with session(home=folder) as midi:
        folder.write_text("this is no folder")
        file = folder / "progress.json"
        assert midi.check(1).remarks[1:] == [f"progress is not kept in {file}: it is a file"]
        place = tmp_path / "no" / "mine.json"
        with pytest.raises(InvalidValue, match=rf"saved as {place}: No such file or directory$"):
            midi.progress.save(place)


def test_progress_takes_in_whatever_holds_one(tmp_path: Path) -> None:
    """A file by its path, another one, or its data; what is none says what one is."""
    with session() as there:
        there.check(1)
        file = there.progress.save(tmp_path / "ada.json")
        ways = str(file), file, there.progress, there.progress_data()
    for way in ways:
        here = Progress()
        here.merge(way)
        assert list(here.results) == ["lesson-1"]
    with pytest.raises(InvalidValue, match=r"bo\.json can not be read: No such file"):
        Progress().merge("bo.json")
    with pytest.raises(InvalidValue, match=r"midi\.progress\.save\(PATH\) writes what is"):
        Progress().merge(["ada.json"])


def test_of_two_results_the_better_one_stays(tmp_path: Path) -> None:
    """A snapshot of an hour ago takes nothing away."""
    with session() as midi:
        midi.check(1)
        earlier = midi.progress_data()
        earlier["lessons"]["lesson-1"] = {
            "passed": "2026-01-01T00:00:00+00:00",
            "tries": 1,
            "done": 4,
        }
        midi.check(1)
        midi.restore_progress(earlier)
        assert midi.progress.results["lesson-1"] == {
            "passed": "2026-01-01T00:00:00+00:00",
            "tries": 2,
            "done": 4,
        }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"),
        ("[" * 50_000, "not JSON"),
        ('{"format": "other"}', "this is no progress"),
        ('{"format": "midimon_live progress", "version": 2}', "version is 2"),
        (
            '{"format": "midimon_live progress", "version": 1, "lessons": {"lesson-1": {}}}',
            "lesson-1 is",
        ),
        (" " * 200_000, "more than 100,000 bytes"),
    ],
)
def test_a_file_that_is_no_progress_is_refused(tmp_path: Path, content: str, said: str) -> None:
    """With its name and what is wrong; the class table goes on without it."""
    broken, whole = tmp_path / "broken.json", tmp_path / "whole.json"
    broken.write_text(content)
    with pytest.raises(InvalidValue, match=said):
        Progress.load(broken)
    with session() as midi:
        midi.progress.name = "Ada"
        midi.check(1)
        midi.progress.save(whole)
    table = of_class([broken, whole])
    assert [row[0] for row in table.rows] == ["Ada"]
    assert said in table.remarks[0]


def test_lessons_of_a_newer_release_are_left_alone(tmp_path: Path) -> None:
    """A learner's file from there is read for what is known here."""
    data = Progress().as_dict()
    data["lessons"]["lesson-77"] = {"something": "else"}
    (tmp_path / "new.json").write_text(json.dumps(data))
    assert Progress.load(tmp_path / "new.json").results == {}


@pytest.mark.parametrize("name", [5, None, ["Ada"], "x" * 81, "Zo\n=1+1"])
def test_a_name_that_is_none_is_refused_and_progress_stays(tmp_path: Path, name: Any) -> None:
    """At once, and not by the next kernel, which could read nothing of what was passed."""
    with session(home=tmp_path) as midi:
        midi.progress.name = "Ada"
        with pytest.raises(InvalidValue, match="allowed is a text"):
            midi.progress.name = name
        midi.check(1)
    with session(home=tmp_path) as midi:
        assert midi.progress.name == "Ada"
        assert midi.progress.results["lesson-1"]["tries"] == 1


REFUSED = """
class Pad{number}(ActionPlugin):
    def execute(self, params, context): self.host.log("hit")
    {more}
midi.map(note({note}), Pad{number})
"""
NO_LAMP = "def initialize(self): raise RuntimeError('no lamp')"


@pytest.mark.parametrize(("number", "note"), [(1, 38), (5, 50), (6, 44), (7, 52), (9, 44)], ids=str)
@pytest.mark.parametrize("lives", [True, False], ids=["the one before lives", "none lives"])
def test_a_version_that_was_refused_is_mended_first(number: int, note: int, *, lives: bool) -> None:
    """What a check sees is the version before: the hint begins with why the last is not live."""
    cell, play = REFUSED.format(number=number, note=note, more=""), f"midi.virtual.press({note})"
    begins = f"The last version of pad{number} is not live: RuntimeError: no lamp (cell-"
    with session() as midi:
        notebook = Notebook(midi)
        if lives:
            notebook.run("a", cell)
        with pytest.raises(LoadError):
            notebook.run("a", REFUSED.format(number=number, note=note, more=NO_LAMP))
        notebook.run("b", play)
        hint = midi.check(number).hint
        assert hint.startswith(begins)
        assert "; mend that first. Then: " in hint
        midi.reset()
        assert "not live" not in midi.check(number).hint
        notebook.run("a", cell)
        assert "not live" not in midi.check(number).hint
