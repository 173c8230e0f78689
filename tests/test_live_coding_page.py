"""docs/live-coding.md is true: its code is run in a notebook's shell, in order."""

import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.support.links import broken

PAGE = Path(__file__).parents[1] / "docs" / "live-coding.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the page writes files, and its plugins."""
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_every_block_runs_in_order(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """And shows what the text says it does."""
    shell.run_cell("from midimon_live import *")
    for block in BLOCKS:
        assert shell.run_cell(block).success, block
        assert "nothing was changed" not in capsys.readouterr().err, block


def test_every_link_leads_somewhere() -> None:
    """Within the page by heading, else to a file."""
    assert broken(PAGE) == []
