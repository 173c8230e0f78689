"""Answers that read well both as text and in a notebook; everything in them is escaped."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from html import escape
from shlex import quote
from typing import Any

_STYLE = (
    "font-size:13px;line-height:1.5;border-left:3px solid var(--jp-brand-color1,#1976d2);"
    "padding:2px 0 2px 12px;margin:4px 0;color:var(--jp-ui-font-color1,inherit)"
)
_CELL = (
    "padding:2px 14px 2px 0;text-align:left;vertical-align:top;font-variant-numeric:tabular-nums"
)
_LONGEST_WORD = 80
_DIM = "color:var(--jp-ui-font-color2,#666)"


class Table:
    """Rows under headings, with a title and lines of remarks.

    Args:
        title: one line above.
        headings: of the columns; empty ones are allowed.
        rows: values; each is shown as text.
        remarks: lines below.
    """

    _remark_style = _DIM

    def __init__(
        self,
        title: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[Any]],
        remarks: Sequence[str] = (),
    ) -> None:
        self.title = title
        self.headings = list(headings)
        self.rows = [[as_text(value) for value in row] for row in rows]
        self.remarks = list(remarks)

    def __repr__(self) -> str:
        """Return it as aligned text."""
        lines = [self.title] if self.title else []
        grid = [self.headings, *self.rows] if self.rows and any(self.headings) else self.rows
        widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
        for row in grid:
            cells = (value.ljust(width) for value, width in zip(row, widths, strict=True))
            lines.append(("  " + "  ".join(cells)).rstrip())
        return "\n".join([*lines, *self.remarks])

    def _repr_html_(self) -> str:
        """Return it as a small HTML table in the notebook's own colours."""
        head = "".join(
            f'<th style="{_CELL};{_DIM};font-weight:500">{escape(one)}</th>'
            for one in self.headings
        )
        body = "".join(
            "<tr>" + "".join(f'<td style="{_CELL}">{escape(one)}</td>' for one in row) + "</tr>"
            for row in self.rows
        )
        remarks = "".join(
            f'<div style="{self._remark_style}">{escape(one)}</div>' for one in self.remarks
        )
        title = f'<div style="font-weight:600">{escape(self.title)}</div>' if self.title else ""
        table = (
            f'<table style="border-collapse:collapse;margin:0"><tr>{head}</tr>{body}</table>'
            if self.rows
            else ""
        )
        return f'<div style="{_STYLE}">{title}{table}{remarks}</div>'


def counted(number: int, noun: str) -> str:
    """Return "1 mapping" or "2 mappings"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def near(word: Any, known: Iterable[str]) -> str:
    """Return which of the known words was probably meant, whatever the case; "" for none."""
    by_lower = {one.lower(): one for one in known}
    text = str(word)[:_LONGEST_WORD].strip().lower()
    found = [one for one in by_lower if len(text) > 1 and one.startswith(text)]
    found = found if len(found) == 1 else get_close_matches(text, by_lower, 1)
    return by_lower[found[0]] if found else ""


def did_you_mean(meant: str) -> str:
    """Return "; did you mean note?", or nothing where there is nothing to mean."""
    return f"; did you mean {meant}?" if meant else ""


def as_word(name: str) -> str:
    """Return a name as it has to be typed behind `%midi`: most as they are, some in quotes."""
    plain = not any(one.isspace() or one in "'\"\\" for one in name)
    return name if plain else quote(name)


def as_text(value: Any) -> str:
    """Return a value as one printable line: no line breaks, nothing that moves the cursor."""
    text = "" if value is None else value if isinstance(value, str) else str(value)
    return printable(text[:300])


def printable(text: str) -> str:
    """Return a text without what a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
