"""docs/plugins.md is true: its code is run in a notebook's shell, in order."""

import re
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live.plugin.hooks import HOOKS

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
TEXT = GUIDE.read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A shell that takes cells as a notebook does, in an empty folder."""
    monkeypatch.setenv("MIDIMON_BACKEND", "virtual")
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    created = InteractiveShell()
    yield created
    created.run_cell("%unload_ext midimon_live")


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
    headings = re.findall(r"^##+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", one.lower()).replace(" ", "-") for one in headings}
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        file, _, anchor = target.partition("#")
        assert (GUIDE.parent / file).exists(), target
        assert file or anchor in anchors, target
