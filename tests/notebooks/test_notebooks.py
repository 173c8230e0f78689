"""Every lesson runs, shows what its text promises, and keeps no other output in the repository."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from midimon_live import lessons, testing

NOTEBOOKS = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))
LESSONS = [path for path in NOTEBOOKS if path.stem[:2].isdecimal()]
(TEACHER,) = [path for path in NOTEBOOKS if path not in LESSONS]
CHECKED = "nbval-check-output"

pytestmark = pytest.mark.kernel

# what must have happened when a lesson has run to its end, as seen in its kernel
ASSERTIONS = {
    "00_start_here": """
traces = midi.traces()
assert [t.event.message.note for t in traces] == [36], traces
assert [t.steps[0].mapping.trigger.event for t in traces] == ["note"], traces
assert midi.virtual.sent[0].note == 60, midi.virtual.sent
assert midi.panel("pads") is midi.panel("pads")
""",
    "01_first_pad": """
assert heard == [100, 100, 120, "volume 127"], heard
fired = [t.steps[0].mapping.plugin for t in midi.traces() if t.steps]
assert fired == ["blink"] * 3 + ["softly", "volume()"], fired
assert midi.plugins.get_stats("blink").failures == 0
import asyncio; await asyncio.sleep(0.5)
assert [m.type for m in midi.virtual.sent] == ["note_on", "note_off"], midi.virtual.sent
""",
    "02_triggers": """
from collections import Counter

traces = midi.traces()
steps = [step for trace in traces for step in trace.steps]
assert {step.verdict for step in steps} == {"ok"}, steps
assert Counter(step.mapping.trigger.event for step in steps) == {
    "velocity_range": 5, "release": 2, "long_press": 2, "double_tap": 2, "note": 3, "chord": 2,
    "sequence": 1, "encoder": 6, "cc": 2, "aftertouch": 1, "pitch_bend": 1, "program": 1,
}, steps
assert sum(trace.verdict == "learning" for trace in traces) == 4


def explained(data):
    number = next(trace.event.serial for trace in traces if trace.event.data == bytes(data))
    return midi.why(number)


assert [row[2] for row in explained((0x90, 36, 90)).rows] == [
    "velocity 90 is outside 1-40", "velocity 90 is outside 41-80", "ok",
]
assert explained((0x90, 100, 100)).remarks[0].startswith("nothing is mapped to note on 100")
assert [row[0] for row in midi.report().rows] == ["shadowed"]
assert str(learner.result.trigger) == "double tap 40, 300 ms, channel 0"
assert midi.mode == "Default"
""",
    "03_actions_and_modes": """
import sys
from collections import Counter

steps = [step for trace in midi.traces() for step in trace.steps]
assert Counter(step.verdict for step in steps) == {"ok": 31, "cancelled": 2, "failed": 1}, steps
failed = next(step for step in steps if step.verdict == "failed")
assert failed.error.endswith("ended with status 1: no such song"), failed
said = [line for line in midi.status().remarks if "ended with" in line]
assert [line.partition(": ")[2] for line in said] == ["pad 54", "no such song"], said
assert steps_done == ["after pad 42"] * 2
assert midi.mode == "Default"
assert "pynput" not in sys.modules, "the desktop was only talked about"
""",
    "04_configuration": """
steps = [step for trace in midi.traces() for step in trace.steps]
assert {step.verdict for step in steps} == {"ok"}, steps
assert [step.mapping.origin.label for step in steps] == ["pads.toml"] * 5 + ["nanoKONTROL2"]
counters = midi.counters()
assert counters["configurations refused"] == 1, counters
assert counters["configurations reloaded"] >= 2, counters
assert (Path(folder.name) / "pads.toml.bak").read_text() == text
assert midi.mode == "Mix"
""",
    "05_plugins": """
import sys

plugins = midi.plugins
names = ["above", "count()", "counter", "metronome", "octaves"]
assert plugins.list_loaded() == names, plugins.list_loaded()
assert plugins.get_stats("above").executions == 3
assert plugins.get_stats("octaves").failures == 1
assert (home / "plugins" / "above" / "plugin.toml").exists()
assert [one.partition("@")[0] for one in sys.modules if one.endswith("above.plugin")]
fired = [t for t in midi.traces() if t.event.name == "tick"]
assert len(fired) == 4, fired
""",
    "06_capabilities": """
import os

steps = [t.steps[0] for t in midi.traces() if t.steps]
verdicts = [step.verdict for step in steps]
assert verdicts == ["denied", "ok", "failed", "denied", "failed"], verdicts
assert not (Path(files.name) / "elsewhere.txt").exists()
home = Path(os.environ["MIDIMON_HOME"])
assert not (home / "grants.toml").exists()
midi.plugins.audit.close()
lines = (home / "audit" / "audit.jsonl").read_text().splitlines()
assert len(lines) >= 6, lines
""",
    "07_live_coding": """
outcomes = [one.outcome for one in midi.plugins.journal.history("stairs")]
assert outcomes == ["replaced", "replaced", "failed", "rolled back", "replaced", "live"], outcomes
assert midi.plugins.get_stats("stairs").failures == 3
assert [one.number for one in midi.plugins.journal.history("hold")] == [1, 2]
assert (folder / "plugin.toml").exists()
""",
    "08_record_and_test": """
played = [t.event for t in midi.traces() if t.steps]
assert len(played) == 3 + 1 + 2 * 3, played
gaps = [later.time - earlier.time for earlier, later in zip(played[4:], played[5:7])]
inputs = [line.t for line in take.inputs if line.message.type == "note_on"]
wanted = [(later - earlier) / 2 for earlier, later in zip(inputs, inputs[1:])]
assert all(abs(one - other) < 1e-6 for one, other in zip(gaps, wanted)), (gaps, wanted)
assert "expected" in what_differs and "velocity=45" in what_differs, what_differs
assert Take.load(folder / "solo.jsonl").clock == "virtual"
assert midi.recording is None
assert sorted(one.name for one in folder.glob("*.*")) == ["fast.jsonl", "solo.jsonl", "solo.mid"]
""",
    "09_panels": """
steps = [step for trace in midi.traces() for step in trace.steps]
assert midi.why(4).remarks[0].startswith("nothing is mapped to note on 37"), midi.why(4)
fired = [(step.mapping.name or step.mapping.plugin, step.verdict) for step in steps]
assert fired == [("bell", "ok")] * 2 + [("clicker", "denied"), ("clicker", "ok")], fired
assert sum(trace.verdict == "learning" for trace in midi.traces()) == 2
assert [row[1] for row in midi.modes().rows] == ["Default", "Night"]
""",
    "10_web_midi": """
fired = [(trace.event.port, trace.steps[0].mapping.port) for trace in midi.traces() if trace.steps]
assert fired == [
    ("Virtual", None), ("Launchpad (web)", None),
    ("Virtual", None), ("Launchpad (web)", "launchpad"),
], fired
assert midi.web().clock is False
""",
    "11_bring_your_midimon": """
steps = [step for trace in midi.traces() for step in trace.steps]
assert {step.verdict for step in steps} == {"ok"}, steps
assert [step.mapping.origin.label for step in steps[:4]] == ["config.toml"] * 4, steps
assert steps[-1].mapping.plugin == "strobe"
assert midi.mode == "Stage"
assert midi.plugins.list_loaded() == [] and not strobe.exists()
assert "LongPres" in wrong.read_text()
""",
}

WANTS_FILES = (
    "guestbook wants filesystem (high risk), not granted; to allow it: "
    "%midi grant guestbook filesystem"
)

# what the solution of a lesson's exercise prints
SOLUTIONS = {
    "02_triggers": ["['tap']", "['undo']", "['clear']", "['save']"],
    "03_actions_and_modes": [
        *(f"note_on channel=0 note={note} velocity=80 time=0" for note in (60, 64, 67)),
        *(f"note_off channel=0 note={note} velocity=64 time=0" for note in (60, 64, 67)),
        "note_on channel=0 note=36 velocity=100 time=0",
        "note_off channel=0 note=36 velocity=64 time=0",
    ],
    "04_configuration": [
        "mine.toml: 2 mappings in 0 modes",
        "note_on channel=0 note=72 velocity=100 time=0",
        "program_change channel=0 program=5 time=0",
    ],
    "05_plugins": [
        *(f"note_on channel=0 note={note} velocity=70 time=0" for note in (50, 54, 57)),
        *(f"note_off channel=0 note={note} velocity=64 time=0" for note in (50, 54, 57)),
    ],
    "06_capabilities": [
        WANTS_FILES,
        *("ok", "denied"),
    ],
    "07_live_coding": [f"note_on {note}" for note in (61, 62, 64, 65)],
    "08_record_and_test": ["[82, 82, 82]"],
    "09_panels": ["note_on channel=0 note=33 velocity=100 time=0"],
    "10_web_midi": ["[48, 72]"],
    "11_bring_your_midimon": [
        "note_on channel=0 note=60 velocity=100 time=0",
        "note_on channel=0 note=72 velocity=100 time=0",
        "note_on channel=9 note=38 velocity=100 time=0",
    ],
}


def markdown(book: nbformat.NotebookNode) -> str:
    """Return all that a lesson says between its code."""
    return "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")


def solution(book: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return the code blocks of a lesson's solution, as cells."""
    hidden = re.findall(r"<details>(.*?)</details>", markdown(book), re.DOTALL)
    blocks = re.findall(r"```python\n(.*?)```", "".join(hidden), re.DOTALL)
    return [nbformat.v4.new_code_cell(block) for block in blocks]


# an exercise is not passed before its solution has run; notes that are yet to end may take a moment
UNSOLVED = "assert not midi.check({name!r}).passed"
SOLVED = """
import asyncio

for _ in range(100):
    verdict = midi.check({name!r})
    if verdict.passed:
        break
    await asyncio.sleep(0.1)
assert verdict.passed, verdict
assert {name!r} in midi.progress.passed
"""


def checks(path: Path) -> list[nbformat.NotebookNode]:
    """Return what is run before and after the solution of an exercise that checks itself."""
    name = f"lesson-{int(path.stem[:2])}"
    texts = (UNSOLVED, SOLVED) if name in lessons.NAMES else ("", "")
    return [nbformat.v4.new_code_cell(text.format(name=name)) for text in texts]


def results(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """Return what a cell has shown as its result."""
    return [one for one in cell.get("outputs", ()) if one.output_type == "execute_result"]


def printed(cell: nbformat.NotebookNode) -> list[str]:
    """Return the lines that a cell printed."""
    return "".join(one.get("text", "") for one in cell.outputs).splitlines()


@pytest.fixture(autouse=True)
def virtual_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Lessons need no hardware, and each begins in a home where nothing is."""
    monkeypatch.setenv("MIDIMON_BACKEND", "virtual")
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_does_what_it_says(path: Path) -> None:
    """Run in a real kernel; then what the engine recorded is compared with what was taught.

    The solution of its exercise is run last, as a learner would; with it the exercise is passed,
    and without it is not.
    """
    book = nbformat.read(path, as_version=4)
    answers = solution(book)
    unsolved, solved = checks(path)
    seen = nbformat.v4.new_code_cell(ASSERTIONS[path.stem])
    book.cells += [seen, unsolved, *answers, solved]
    NotebookClient(book, timeout=60, resources={"metadata": {"path": path.parent}}).execute()
    assert [line for cell in answers for line in printed(cell)] == SOLUTIONS.get(path.stem, [])


@pytest.mark.parametrize("lesson", lessons.every(), ids=lambda lesson: lesson.name)
def test_every_exercise_is_checked_in_its_lesson(lesson: lessons.Lesson) -> None:
    """Its notebook has one cell that checks it, below the exercise, and leads on."""
    path = NOTEBOOKS[0].parent / lesson.notebook
    cells = nbformat.read(path, as_version=4).cells
    places = [at for at, one in enumerate(cells) if one.source == f'midi.check("{lesson.name}")']
    task = next(at for at, one in enumerate(cells) if "## Your turn" in one.source)
    assert len(places) == 1
    assert places[0] >= task + 3, "to map and to press are cells of their own"
    assert "<details>" in cells[places[0] + 1].source
    assert "midi.progress" in markdown(nbformat.read(path, as_version=4))
    assert "## What next" in cells[-1].source


def test_the_teachers_notebook_puts_what_learners_have_saved_together(tmp_path: Path) -> None:
    """Run where a class has handed in: its tables name everybody, and the step that waits."""
    (tmp_path / "progress").mkdir()
    for name in ("Ada", "Bo"):
        with testing.session() as midi:
            midi.progress.name = name
            midi.check(6)
            midi.progress.save(tmp_path / "progress" / f"{name}.json")
    book = nbformat.read(TEACHER, as_version=4)
    NotebookClient(book, timeout=60, resources={"metadata": {"path": tmp_path}}).execute()
    tables = [one["data"]["text/plain"] for cell in book.cells for one in results(cell)]
    assert [table.splitlines()[0].partition(";")[0] for table in tables] == [
        "2 learners",
        "2 exercises begun and not passed",
        f"{len(lessons.NAMES)} lessons, 2 learners",
    ]
    assert "step 1 of 4" in tables[1]
    assert (tmp_path / "progress" / "class.csv").exists()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_page_a_lesson_links_to_exists(path: Path) -> None:
    """The rules of the triggers, the next lesson."""
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", markdown(nbformat.read(path, as_version=4)))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_printed_results_of_a_lesson_are_as_stored(path: Path) -> None:
    """Nbval compares every cell whose result is text that can be foretold."""
    nbval = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"]
    done = subprocess.run(
        [sys.executable, *nbval, "--nbval-cell-timeout=60", str(path)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=path.parent,
        env=os.environ | {"PYTEST_ADDOPTS": "--rootdir=."},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_keeps_only_the_outputs_that_are_compared(path: Path) -> None:
    """Everything else is stripped, so that a change of a lesson is a change of its text."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            checked = CHECKED in cell["metadata"].get("tags", [])
            assert bool(cell["outputs"]) == checked
            assert (cell["execution_count"] is not None) == checked
