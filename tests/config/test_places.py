"""Every problem names the line and column where the thing stands, whatever the layout."""

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live.config import Loader
from midimon_live.config.places import Places

SAY = 'action = { type = "Text", text = "a" }'

# § marks the place that has to be named
LAYOUTS = {
    "a table of its own": '[[mappings]]\n[mappings.trigger]\ntype = "Note"\n§note = 200\n'
    '[mappings.action]\ntype = "Text"\ntext = "a"\n',
    "on one line": f'[[mappings]]\ntrigger = {{ type = "Note", §note = 200 }}\n{SAY}\n',
    "over several lines": '[[mappings]]\ntrigger = {\n  type = "Note",\n  # here\n  §note = 200,\n'
    f"}}\n{SAY}\n",
    "dotted keys": f'[[mappings]]\ntrigger.type = "Note"\n§trigger.note = 200\n{SAY}\n',
    "quoted keys": f'[["mappings"]]\n"trigger" = {{ \'type\' = "Note", §"note" = 200 }}\n{SAY}\n',
    "the type as key": f"[[mappings]]\ntrigger = {{ Note = {{ §note = 200 }} }}\n{SAY}\n",
    "a header for the type": f"[[mappings]]\n{SAY}\n[mappings.trigger.Note]\n§note = 200\n",
    "right in the mapping": f"[[mappings]]\n§note = 200\n{SAY}\n",
    "another word": f'[[mappings]]\ntrigger = {{ type = "Note", §pad = 200 }}\n{SAY}\n',
    "an array of tables in a value": f'mappings = [\n  {{ trigger = {{ type = "Note", §note = 200 '
    f"}}, {SAY} }},\n]\n",
    "after a text with brackets": f'[[mappings]]\ndescription = """\n[[x]]\n" = {{ ]\n"""\n'
    f'trigger = {{ type = "Note", §note = 200 }}\n{SAY}\n',
    "after comments with brackets": f'# [[mappings]]\n[[mappings]] # {{ [\n{SAY} # "\n'
    'trigger = { type = "Note", §note = 200 } # }\n',
    "after other letters": f'[[mappings]]\ndescription = "\N{MUSICAL SYMBOL G CLEF} \u00e9"\n'
    f'trigger = {{ type = "Note", §note = 200 }}\n{SAY}\n',
    "in the second of two": f"[[mappings]]\nnote = 3\n{SAY}\n[[mappings]]\n§note = 200\n{SAY}\n",
    "in the mode's second": '[[modes]]\nname = "A"\n[[modes.mappings]]\nnote = 3\n'
    f'{SAY}\n[[modes]]\nname = "B"\n[[modes.mappings]]\n§note = 200\n{SAY}\n',
    "in a list": f'[[mappings]]\ntrigger = {{ type = "NoteChord", notes = [3, §200] }}\n{SAY}\n',
    "deep in an action": "[[mappings]]\nnote = 3\naction = [\n  { Delay = 1 },\n  { Repeat = { "
    'count = 2, action = { type = "SendMidi", §note = 200 } } },\n]\n',
    "no trigger at all": f"§[[mappings]]\n{SAY}\n",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
def test_the_place_is_named(layout: str, ends: str, mark: str) -> None:
    """Line and column, from 1, of the key or item; with either line end, with a byte order mark."""
    before = layout.partition("§")[0]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    text = mark + layout.replace("§", "").replace("\n", ends)
    problems = Loader().loads(text.encode()).problems
    assert [(one.severity, one.line, one.column) for one in problems] == [("error", line, column)]


def test_problems_come_in_the_order_of_the_file() -> None:
    """All of them at once, warnings among errors."""
    text = (
        f"[[mappings]]\nnote = 200\n{SAY}\nodd = 1\n[[mappings]]\nnote = 201\naction = 3\n[led]\n"
    )
    found = [(one.severity, one.line) for one in Loader().loads(text).problems]
    assert found == [("error", 2), ("warning", 4), ("error", 6), ("error", 7), ("warning", 8)]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("a = {\n b = 1", 2, 7), ("a = 1\nb = = 2\n", 2, 5), ("[a]\n[a]\n", 2, 2), ('a = "x\n', 1, 7)],
)
def test_what_is_no_toml_has_the_parsers_place(text: str, line: int, column: int) -> None:
    """And one error."""
    (problem,) = Loader().loads(text).problems
    assert problem.text.startswith("not TOML")
    assert (problem.line, abs(problem.column - column) <= 1) == (line, True)


keys = st.sampled_from(["a", "b-c", "d_1", '"e f"', "'g.h'", '"\\u00e9"', "12"])
scalars = st.sampled_from(
    ["1", "-2.5", "true", '"x"', "'y # ['", '"""m\n] = """', "'''\n{ '''", "1979-05-27"]
)
values = st.recursive(
    scalars,
    lambda one: st.one_of(
        st.lists(one, max_size=3).map(lambda some: f"[{', '.join(some)}]"),
        st.lists(one, max_size=3).map(
            lambda some: "[ # c ]\n" + "".join(f"{x},\n" for x in some) + "]"
        ),
        st.dictionaries(keys, one, max_size=3).map(
            lambda some: "{ " + ", ".join(f"{key} = {x}" for key, x in some.items()) + " }"
        ),
        st.dictionaries(keys, one, max_size=3).map(
            lambda some: "{\n" + "".join(f" {key} = {x}, # }}\n" for key, x in some.items()) + "}"
        ),
    ),
    max_leaves=6,
)
documents = st.lists(st.tuples(st.sampled_from("tlp"), keys, values), max_size=8)


@settings(max_examples=300)
@given(documents)
def test_every_key_of_any_document_is_found_where_it_stands(
    parts: list[tuple[str, str, str]],
) -> None:
    """What stands at the place of a path is the last key of the path, as it is written there."""
    text = "".join(
        {
            "t": f"[{key}]\nx = {value}\n",
            "l": f"[[l]]\n{key} = {value}\n",
            "p": f"[n.p{i}]\n{key} = {value}\n",
        }[kind]
        for i, (kind, key, value) in enumerate(parts)
    )
    try:
        data = tomli.loads(text)
    except tomli.TOMLDecodeError:
        return
    places = Places(text)
    lines = text.split("\n")
    waiting: list[tuple[tuple[str | int, ...], object]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if path and isinstance(path[-1], str):
            line, column = places.find(path)
            there = lines[line - 1][column - 1 :].lstrip("[")
            assert tomli.loads(f"{there.split('=')[0].split(']')[0]} = 1") or path[-1] in there
            assert _names(there, path[-1]), (path, there)
        inner = (
            value.items()
            if isinstance(value, dict)
            else enumerate(value)
            if isinstance(value, list)
            else ()
        )
        waiting += [((*path, key), one) for key, one in inner]


def _names(there: str, key: str) -> bool:
    """Tell whether a line begins with a key, or a dotted header that holds it."""
    if there.startswith(("'", '"')):
        end = there.index(there[0], 1) + 1
        return str(next(iter(tomli.loads(f"{there[:end]} = 1")))) == key
    return key in there.split("=", maxsplit=1)[0]


def test_errors_beside_errors_are_told_at_once() -> None:
    """In a list of actions, in a condition, and in both halves of a mapping."""
    text = (
        "[[mappings]]\nnote = 200\naction = [\n"
        '  { type = "Delay", ms = "long" },\n  { type = "Txt" },\n'
        '  { type = "Conditional", condition = { type = "Alwys" },\n'
        "    then_action = { Delay = -1 } },\n]\n"
    )
    assert [one.line for one in Loader().loads(text).problems] == [2, 4, 5, 6, 7]
