"""What the README shows is what happens."""

import re
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live.magics import COMMANDS

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_every_block_runs_in_order(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the controller that is not plugged in is missed, and by its name."""
    for block in BLOCKS:
        result = shell.run_cell(block)
        if "Launchpad" in block:
            assert "Launchpad" in str(result.error_in_exec)
        else:
            assert result.success, block
    shell.run_cell("midi.virtual.turn(7, 99); midi.settle()")
    printed = capsys.readouterr().out
    assert "pad 36 at 100" in printed
    assert "volume 99" in printed
    shell.user_ns["test_octave"]()


def test_every_command_it_names_exists() -> None:
    """No word of `%midi` is promised that is not there."""
    named = set(re.findall(r"%midi (\w+)", README))
    assert named <= set(COMMANDS)


def test_every_file_it_links_to_exists() -> None:
    """Pictures and pages."""
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", README)
    root = Path(__file__).parent.parent
    assert [link for link in links if not (root / link).exists()] == []
