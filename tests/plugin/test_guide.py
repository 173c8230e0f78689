"""docs/plugins.md names every hook."""

import re
from pathlib import Path

from midimon_live.plugin.hooks import HOOKS

GUIDE = Path(__file__).parents[2] / "docs" / "plugins.md"
TEXT = GUIDE.read_text("utf-8")


def test_every_hook_has_its_row() -> None:
    """And no row is of a hook that there is not."""
    table = TEXT.partition("## Hooks")[2].partition("```")[0]
    assert set(re.findall(r"`(midimon_\w+)`", table)) == set(HOOKS)
