"""Every lesson runs, shows what its text promises, and keeps no other output in the repository."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent.parent / "notebooks").glob("*.ipynb"))
CHECKED = "nbval-check-output"

pytestmark = pytest.mark.kernel

# what must have happened when a lesson has run to its end, as seen in its kernel
ASSERTIONS = {
    "01_first_pad": """
import json
assert heard == [100, 100, 120, 2, 4, 6, 8, 10, "volume 127"], heard
fired = [t.steps[0].mapping.plugin for t in midi.traces() if t.steps]
assert fired == ["blink"] * 8 + ["octave", "volume()"], fired
assert midi.plugins.get_stats("blink").failures == 0
midi.settle()
import time; time.sleep(0.15)
assert [m.type for m in midi.virtual.sent] == ["note_on", "note_off"], midi.virtual.sent
""",
}


@pytest.fixture(autouse=True)
def virtual_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lessons need no hardware."""
    monkeypatch.setenv("MIDIMON_BACKEND", "virtual")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_does_what_it_says(path: Path) -> None:
    """Run in a real kernel; then what the engine recorded is compared with what was taught."""
    book = nbformat.read(path, as_version=4)
    book.cells.append(nbformat.v4.new_code_cell(ASSERTIONS[path.stem]))
    NotebookClient(book, timeout=60, resources={"metadata": {"path": path.parent}}).execute()


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
