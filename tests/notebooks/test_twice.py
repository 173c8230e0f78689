"""Every lesson run a second time in its kernel: nothing of the first run is in the way."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.support.kernel import Kernel

FOLDER = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
CHECKED, RAISES = "nbval-check-output", "raises-exception"

pytestmark = pytest.mark.kernel


def comparable(printed: str) -> str:
    """Return it without the numbers of mappings, which go on."""
    return re.sub(r"\b\d+(?=\. )|(?<=mapping )\d+", "#", printed)


def stored(cell: nbformat.NotebookNode) -> str:
    """Return what a cell printed when it was stored."""
    return "".join(one.get("text", "") for one in cell.outputs)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_that_is_run_again_does_the_same(path: Path, tmp_path: Path) -> None:
    """With the same cells, as *Run All* does: what is printed is what the text says, both times."""
    cells = [one for one in nbformat.read(path, as_version=4).cells if one.cell_type == "code"]
    env = {"MIDIMON_BACKEND": "virtual", "MIDIMON_HOME": str(tmp_path / "home")}
    with Kernel(env, FOLDER) as kernel:
        for run in ("first", "second"):
            for cell in cells:
                tags = cell.metadata.get("tags", ())
                reply = kernel.run(cell.source, cell_id=cell.id, check=RAISES not in tags)
                if CHECKED in tags:
                    said = comparable(reply.stdout)
                    assert said == comparable(stored(cell)), (run, cell.source)
