"""`docs/triggers.md`, written from the truth tables: ``python -m tests.triggers.page``."""

from pathlib import Path

from tests.triggers.truth import TABLES, Table

PAGE = Path(__file__).parents[2] / "docs" / "triggers.md"

_HEAD = """# Triggers

What fires when. This page is written from the tables that the tests play in virtual time
(`python -m tests.triggers.page`); every row is a test.

Moments are in milliseconds. A play such as *0 press 36 90, 250 release 36* presses note 36 with
velocity 90, and lets go a quarter of a second later; *turn 16 65* is control change 16, value 65.
What fires is listed with its moment and, where the row is about it, what the context says. Every
trigger keeps its state for each port, channel and control.

"""


def page() -> str:
    """Return the page."""
    contents = "".join(f"- [{table.title}](#{_anchor(table.title)})\n" for table in TABLES)
    return _HEAD + contents + "\n" + "\n".join(_section(table) for table in TABLES)


def _section(table: Table) -> str:
    mapped = "\n".join(f"{name:<10} {words}" for name, words in table.mapped.items())
    rows = "\n".join(f"| {row.play} | {row.fires or '-'} | {row.why} |" for row in table.rows)
    return (
        f"## {table.title}\n\n{table.rule}\n\n```text\n{mapped}\n```\n\n"
        f"| played | fires | |\n| --- | --- | --- |\n{rows}\n"
    )


def _anchor(title: str) -> str:
    kept = "".join(one for one in title.lower() if one.isalnum() or one in " -")
    return kept.replace(" ", "-")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
