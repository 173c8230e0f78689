"""Every row of every truth table, and that each trigger has one."""

import pytest

from midimon_live.triggers import TRIGGERS
from tests.triggers.page import PAGE, page
from tests.triggers.play import expected, fired
from tests.triggers.truth import TABLES, Row, Table

ROWS = [(table, row) for table in TABLES for row in table.rows]


@pytest.mark.parametrize(
    ("table", "row"), ROWS, ids=[f"{table.title}: {row.why}" for table, row in ROWS]
)
def test_row_of_a_truth_table_is_true(table: Table, row: Row) -> None:
    """What fires, when, in which order, and what the context says."""
    log = fired(table, row)
    wanted = expected(row)
    assert [(at, name) for at, name, _ in log] == [(at, name) for at, name, *_ in wanted]
    for (_, _, context), (_, _, what, value) in zip(log, wanted, strict=True):
        if what:
            said = getattr(context, what)
            assert str(round(said, 6) if isinstance(said, float) else said) == value


def test_every_trigger_has_a_truth_table() -> None:
    """A builder without one fails here."""
    assert {name for table in TABLES for name in table.builders} == set(TRIGGERS)


def test_there_are_at_least_18_rules() -> None:
    """Kinds of trigger and modes of them, each with a table of its own."""
    assert len(TABLES) >= 18
    assert len({table.title for table in TABLES}) == len(TABLES)


def test_the_page_says_what_the_tests_prove() -> None:
    """docs/triggers.md is written from these tables: `python -m tests.triggers.page`."""
    assert PAGE.read_text("utf-8") == page()
