"""Every action and condition is explained in docs/actions.md."""

from pathlib import Path

import pytest

from midimon_live.actions import ACTIONS
from midimon_live.conditions import CONDITIONS

PAGE = (Path(__file__).parents[2] / "docs" / "actions.md").read_text("utf-8")


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_has_a_row(name: str) -> None:
    """A builder without one fails here."""
    assert f"| `{name}(" in PAGE


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_has_a_row(name: str) -> None:
    """Under MIDIMon's name."""
    assert f"`{name}`" in PAGE
