"""docs/takes.md names all that a take may hold."""

import json
import re
from pathlib import Path

from midimon_live import Take
from midimon_live.takes.lines import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "takes.md"
TEXT = PAGE.read_text("utf-8")


def test_the_take_it_shows_is_one() -> None:
    """As it is written."""
    (shown,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert Take.loads(shown).dumps() == shown
    assert all(json.loads(line) for line in shown.splitlines())


def test_every_kind_of_line_has_its_row() -> None:
    """And no row is of a kind that there is not."""
    table = TEXT.partition("| Key | It is |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(KINDS)
