"""Problems have the line and column of what they are about, however the file is laid out."""

from random import Random

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live.config import Loader
from midimon_live.config.places import Places
from midimon_live.config.problems import Path, Report
from midimon_live.config.text import decoded
from tests.config.layouts import Layout

TEXT = "action = { type = 'Text', text = 'a' }\n"
BAD = "{ type = 'Note', §note = 200 }"
LAYOUTS = {
    "tables of their own": (
        "[[modes]]\nname = 'One'\n\n[[modes.mappings]]\n[modes.mappings.trigger]\n"
        "type = 'Note'\n  §note = 200\n[modes.mappings.action]\ntype = 'Text'\ntext = 'a'\n"
    ),
    "the second of each": (
        f"[[modes]]\n[[modes]]\nname = 'Two'\n[[modes.mappings]]\ntrigger = 'Note'\n{TEXT}"
        f"[[modes.mappings]]\ntrigger = {BAD}\n{TEXT}"
    ),
    "one line": f"[[global_mappings]]\ntrigger = {{ Note = {{ §note = 200 }} }}\n{TEXT}",
    "dotted keys": (f"[[global_mappings]]\ntrigger.type = 'Note'\n§trigger . note = 200\n{TEXT}"),
    "a table over several lines": (
        "[[global_mappings]]\ntrigger = { # ] } note = 1\n    type = 'Note',\n"
        f"    §note = 200,\n}}\n{TEXT}"
    ),
    "a list of tables": (
        "global_mappings = [\n    { trigger = 'Note', action = { Text = 'a' } },\n"
        f"    {{ trigger = {BAD}, action = {{ Text = 'a' }} }},\n]\n"
    ),
    "after a text over several lines": (
        "[[global_mappings]]\ndescription = '''\n[[modes]]\nnote = [{ \"\n'''\n"
        f"trigger = {BAD}\n{TEXT}"
    ),
    "after a text with quotes in it": (
        f'[[global_mappings]]\ndescription = """"a" \\""" ]\n"""""\ntrigger = {BAD}\n{TEXT}'
    ),
    "quoted keys": (
        "[['global_mappings']]\n\"tri\\u0067ger\" = { type = 'Note', §'note' = 200 }\n" + TEXT
    ),
    "comments with brackets": (
        f"# [[x]] \"\"\"\n[[global_mappings]] # ]] '''\n# {{\ntrigger = {BAD} # }}\n{TEXT}"
    ),
    "beside unicode": (
        "[[global_mappings]]\ntrigger = { 'é日🎹' = 1, type = 'Note', §note = 200 }\n" + TEXT
    ),
    "blanks and tabs": (
        "\t[[ global_mappings ]]\n\n \ttrigger\t=\t{ type='Note' ,\t§note = 200 }\n" + TEXT
    ),
    "a mode by its name": f"[modes.One]\n[[modes.One.mappings]]\ntrigger = {BAD}\n{TEXT}",
    "flat": f"[[mappings]]\n§note = 200\n{TEXT}",
}
"""§ stands before the key that is wrong."""


def places(text: str) -> Places:
    """Return the places of a text as the loader reads it."""
    return Places(decoded(text.encode(), Report()) or "")


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["", "bom"])
@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_a_value_out_of_range_is_pointed_at(text: str, start: str, end: str) -> None:
    """Where its key begins, whatever stands around it, and however lines end."""
    before, after = text.split("§")
    problems = Loader().loads(start + (before + after).replace("\n", end)).problems
    errors = [(one.line, one.column) for one in problems if one.severity == "error"]
    assert errors == [(before.count("\n") + 1, len(before) - before.rfind("\n"))]


@pytest.mark.parametrize(
    ("text", "path", "place"),
    [
        ("[a.b]\nc = 1\n", ("a",), (1, 1)),
        ("[a.b]\nc = 1\n[a]\n", ("a",), (3, 1)),
        ("[a.b]\nc = 1\n", ("a", "b", "d"), (1, 1)),
        ("[[a]]\n[[a]]\n", ("a",), (1, 1)),
        ("[[a]]\n[[a]]\n", ("a", 1), (2, 1)),
        ("[[a]]\n[a.b]\n[[a.c]]\n[[a]]\n[[a.c]]\nd = 1\n", ("a", 1, "c", 0, "d"), (6, 1)),
        ("a = [1,\n 2, [3,\n 4]]\n", ("a", 2, 1), (3, 2)),
        ("a = [\n {b = 1},\n {b = 2}]\n", ("a", 1, "b"), (3, 3)),
        ("a = 1979-05-27 07:32:00\nb = 1\n", ("b",), (2, 1)),
        ('a = """"""\nb = 1\n', ("b",), (2, 1)),
        ("a = ''''''\nb = 1\n", ("b",), (2, 1)),
        ("'' = 1\n", ("",), (1, 1)),
        ("a = 1", ("b",), (1, 1)),
        ("", ("b",), (1, 1)),
    ],
)
def test_a_path_is_found(text: str, path: Path, place: tuple[int, int]) -> None:
    """Or else the nearest thing around it."""
    tomli.loads(text)
    assert places(text).find(path) == place


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans(), st.booleans())
def test_every_key_stands_where_it_is_said_to(random: Random, crlf: bool, bom: bool) -> None:
    """In whatever layout: keys, items of lists, tables and the tables of lists."""
    layout = Layout(random)
    tomli.loads(layout.text)
    text = layout.text.replace("\n", "\r\n") if crlf else layout.text
    found = places(f"\ufeff{text}" if bom else text)
    assert {path: found.find(path)[0] for path in layout.lines} == layout.lines


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False))
def test_everything_in_a_layout_has_its_line(random: Random) -> None:
    """The test above leaves nothing out: each path of the parsed document is among its lines."""
    layout = Layout(random)
    assert paths(tomli.loads(layout.text), ()) <= {(), *layout.lines}


def paths(value: object, path: Path) -> set[Path]:
    """Return the paths of everything in a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[call-overload]
    found = {path}
    for key, one in inner:
        found |= paths(one, (*path, key)) if isinstance(one, (dict, list)) else {(*path, key)}
    return found


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a = 1\nb = '\xc3\xa9\xff'\n", (2, 7)),
        (b"\xef\xbb\xbfa = '\xff'\n", (1, 6)),
        (b"\xc3\xa9 = 1\r\n\0", (2, 1)),
        (b"a = 1\n  b = = 2\n", (2, 7)),
        ("'é' = 'é' x\n".encode(), (1, 11)),
    ],
)
def test_what_is_no_text_or_no_toml_is_pointed_at(data: bytes, place: tuple[int, int]) -> None:
    """Columns are characters, and a byte order mark is none."""
    (problem,) = Loader().loads(data).problems
    assert (problem.line, problem.column) == place
