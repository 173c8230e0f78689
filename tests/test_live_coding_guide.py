"""docs/live-coding.md is true: its code is run in a notebook's shell, in order."""

import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.support.links import broken

GUIDE = Path(__file__).parents[1] / "docs" / "live-coding.md"
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)


def test_every_block_runs_in_order(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And shows what the text says it does."""
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    for block in BLOCKS:
        assert shell.run_cell(block).success, block
    assert "in_key is loaded" in capsys.readouterr().out
    folder = tmp_path / "home" / "plugins" / "in_key"
    assert "press(37, velocity=90)" in (folder / "test_in_key.py").read_text("utf-8")


def test_every_link_leads_somewhere() -> None:
    """Within the page by heading, else to a file."""
    assert broken(GUIDE) == []
