"""docs/takes.md is true: its code is run in a notebook's shell, in order."""

import json
import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live import Take
from midimon_live.takes.lines import KINDS
from tests.support.links import broken

PAGE = Path(__file__).parents[2] / "docs" / "takes.md"
TEXT = PAGE.read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_every_block_runs_in_order(
    shell: InteractiveShell,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """And shows what the text says it does."""
    monkeypatch.chdir(tmp_path)
    for block in BLOCKS:
        assert shell.run_cell(block).success, block
    printed = capsys.readouterr().out
    assert '"in": "note_on channel=0 note=36 velocity=70", "port": "Virtual"}' in printed
    assert "the first difference is at" in printed
    assert "['note 36 -> send note_on 60 velocity pass until release']" in printed


def test_the_take_it_shows_is_one() -> None:
    """As it is written."""
    (shown,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert Take.loads(shown).dumps() == shown
    assert all(json.loads(line) for line in shown.splitlines())


def test_every_kind_of_line_has_its_row() -> None:
    """And no row is of a kind that there is not."""
    table = TEXT.partition("| Key | It is |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(KINDS)


def test_every_link_leads_somewhere() -> None:
    """Within the page by heading, else to a file."""
    assert broken(PAGE) == []
