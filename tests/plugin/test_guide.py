"""docs/plugins.md is true: its code is run in a notebook's shell, in order."""

import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live.plugin.hooks import HOOKS
from tests.support.links import broken

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
TEXT = GUIDE.read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the guide writes files, and its plugins."""
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def test_every_block_runs_in_order(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """And shows what the text says it does."""
    for block in BLOCKS:
        assert shell.run_cell(block).success, block
    printed = capsys.readouterr().out
    assert "wants filesystem (high risk), not granted" in printed
    assert "my_fifth is loaded" in printed


def test_every_hook_has_its_row() -> None:
    """And no row is of a hook that there is not."""
    table = TEXT.partition("## Hooks")[2].partition("```")[0]
    assert set(re.findall(r"`(midimon_\w+)`", table)) == set(HOOKS)


def test_every_link_leads_somewhere() -> None:
    """Within the page by heading, else to a file."""
    assert broken(GUIDE) == []
