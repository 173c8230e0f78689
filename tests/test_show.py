"""Answers as text and as HTML."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live.show import Table, as_text, counted

HOSTILE = '<img src=x onerror="alert(1)">&'


def test_html_escapes_wherever_text_is_shown() -> None:
    """In the title, a heading, a cell and a remark."""
    html = Table(HOSTILE, (HOSTILE,), [(HOSTILE,)], [HOSTILE])._repr_html_()
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;") == 4


@settings(derandomize=True, deadline=None)
@given(st.text())
def test_html_holds_no_tag_of_the_text(text: str) -> None:
    """Only the tags of the table itself are there, whatever is shown."""
    html = Table(text, (text,), [(text,)], [text])._repr_html_()
    assert set(re.findall(r"</?(\w+)", html)) == {"div", "table", "tr", "th", "td"}


def test_text_is_aligned_in_columns() -> None:
    """Each column is as wide as its widest value, headings included."""
    table = Table("title", ("name", "n"), [("a", 1), ("longer", 22)], ["remark"])
    assert repr(table) == "title\n  name    n\n  a       1\n  longer  22\nremark"


def test_text_has_no_heading_line_when_headings_are_empty() -> None:
    """A table of two columns without names starts with its rows."""
    assert repr(Table("", ("", ""), [("a", "b")])) == "  a  b"


def test_headings_without_rows_are_not_shown() -> None:
    """As in the HTML: a title and the remarks say all there is."""
    assert repr(Table("title", ("name", "n"), (), ["remark"])) == "title\nremark"


def test_one_is_no_plural() -> None:
    """And none is."""
    assert [counted(n, "mapping") for n in (0, 1, 2)] == ["0 mappings", "1 mapping", "2 mappings"]


def test_table_is_its_title_when_there_are_no_rows() -> None:
    """Nothing else is printed, and no empty table is drawn."""
    table = Table("nothing yet", (), ())
    assert repr(table) == "nothing yet"
    assert "<table" not in table._repr_html_()


@pytest.mark.parametrize(
    "hostile", ["two\nlines", "\x1b[2J", "\r", "\x00", "\u202e", "\u2028", "\ud800"]
)
def test_as_text_replaces_what_is_not_printable(hostile: str) -> None:
    """No line breaks, escape sequences, reversals or half characters."""
    shown = as_text(hostile)
    assert shown.isprintable() or "\N{REPLACEMENT CHARACTER}" in shown
    assert not set(shown) & set("\n\x1b\r\x00\u202e\u2028\ud800")


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0"), ("", ""), (1.5, "1.5")])
def test_as_text_shows_values_plainly(value: object, text: str) -> None:
    """Nothing is shown as nothing, zero as zero."""
    assert as_text(value) == text


def test_as_text_ends_when_text_is_long() -> None:
    """A name of a megabyte does not fill the notebook."""
    assert len(as_text("x" * 1_000_000)) == 300
