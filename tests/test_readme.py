"""What the README shows is what happens."""

import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live.magics import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_every_block_runs_in_order(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """As they stand, in a notebook without hardware; the pads play what they say."""
    for block in BLOCKS:
        assert shell.run_cell(block).success, block
        shell.run_cell("midi.settle()")
    assert "pad 37 at 100, 1 so far" in capsys.readouterr().out
    sent = shell.user_ns["midi"].virtual.sent
    assert (sent[0].type, sent[0].note) == ("note_on", 60)


def test_the_first_minute_is_five_lines() -> None:
    """As promised."""
    assert len((BLOCKS[0] + BLOCKS[1]).splitlines()) == 5


def test_every_make_command_it_names_exists() -> None:
    """In blocks and in sentences."""
    makefile = (ROOT / "Makefile").read_text()
    named = set(re.findall(r"(?:^|`)make (\w+)", README, re.MULTILINE))
    assert named >= {"lab", "test"}
    assert named <= set(re.findall(r"^(\w+):", makefile, re.MULTILINE))


def test_every_command_it_names_exists() -> None:
    """No word of `%midi` is promised that is not there."""
    named = set(re.findall(r"%midi (\w+)", README))
    assert named <= set(COMMANDS)


def test_every_file_it_links_to_exists() -> None:
    """Pictures and pages."""
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
