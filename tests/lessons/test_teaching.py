"""docs/teaching.md is true: its code is run in a notebook's shell, in order."""

import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live import lessons

PAGE = Path(__file__).parents[2] / "docs" / "teaching.md"
TEXT = PAGE.read_text("utf-8")


def test_every_block_runs_in_order(
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """From a learner's file to the class, and to what a check says."""
    monkeypatch.chdir(tmp_path)
    for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL):
        assert shell.run_cell(block).success, block
    printed = capsys.readouterr().out
    assert "1 learner;" in printed
    assert "Ada" in printed
    assert "False 0" in printed


def test_every_lesson_has_its_row() -> None:
    """With its title, in order."""
    rows = re.findall(r"^\| (\d\d) ([\w ]+?) \|", TEXT, re.MULTILINE)
    titles = [(f"{one.number:02}", one.title) for one in lessons.every()]
    assert [row for row in rows if f"lesson-{int(row[0])}" in lessons.NAMES] == titles
