"""What people have means what its canonical form means, and what is given up is said."""

import pytest

from midimon_live.config import Loader, aliases
from tests.config import examples
from tests.config.corpus import CASES, NOTE, NOTE_36, Case, mapped, rows

ROWS = list(rows())
DIALECTS = ("A", "A2", "B", "B+", "C", "D", "F", "G1", "G2", "G3", "H", "I", "J", "K", "L")


@pytest.mark.parametrize("case", [*CASES, *ROWS], ids=lambda one: one.name)
def test_a_file_means_its_canonical_form(case: Case) -> None:
    """The two load to the same; exactly what has to be remarked on is."""
    loaded, canonical = Loader().loads(case.text), Loader().loads(case.canonical)
    assert canonical.config is not None, canonical.problems
    assert [one for one in canonical.problems if "dormant" not in one.text] == []
    assert loaded.config == canonical.config, loaded.problems
    warned = [one.text for one in loaded.problems if "dormant" not in one.text]
    assert len(warned) == len(case.remarks), warned
    assert all(part in text for part, text in zip(case.remarks, warned, strict=True))


def test_every_dialect_has_a_case() -> None:
    """By the letters that the loader's documentation uses."""
    assert {case.name.partition(":")[0] for case in CASES} >= set(DIALECTS)


def test_every_row_of_the_alias_tables_is_a_case() -> None:
    """So that a row without an example is noticed."""
    tables = (aliases.TRIGGER_TYPES, aliases.ACTION_TYPES, aliases.CONDITION_TYPES)
    tables += (aliases.SECTIONS, aliases.MODE, aliases.MAPPING, *aliases.KEYS.values())
    assert len(ROWS) == sum(map(len, tables))


NOWHERE = [
    *(("trigger", word) for word in aliases.NO_TRIGGERS),
    *(("action", word) for word in aliases.NO_ACTIONS),
    *(("condition", word) for word in aliases.NO_CONDITIONS),
]


@pytest.mark.parametrize(("kind", "word"), NOWHERE)
def test_what_only_exists_elsewhere_is_kept_with_a_warning(kind: str, word: str) -> None:
    """The mapping is listed and never fires; its line is named, and why."""
    around = {
        "trigger": mapped,
        "action": lambda table: mapped(NOTE, table),
        "condition": examples.with_condition,
    }[kind]
    loaded = Loader().loads(around(f'{{ type = "{word}", anything = 3 }}'))
    assert loaded.config is not None
    (problem,) = [one for one in loaded.problems if "is kept, but does nothing" in one.text]
    assert problem.text.startswith(word)
    assert problem.line > 1


MEANINGLESS = [(kind, key) for kind, table in aliases.MEANINGLESS.items() for key in table]
NEEDED = {"Aftertouch": "", "Launch": 'app = "a", ', "MouseClick": "", "PitchBend": ""}
NEEDED |= {"ModeChange": 'mode = "next", ', "Plugin": 'plugin = "p", '}


@pytest.mark.parametrize(("kind", "key"), MEANINGLESS)
def test_keys_without_a_meaning_are_warned_of_with_the_reason(kind: str, key: str) -> None:
    """Whatever their value, and the rest of the file counts."""
    reason = aliases.MEANINGLESS[kind][key]
    if kind == "":
        text = f"{key} = 3\n{NOTE_36}"
    elif kind == "devices":
        text = f'[[devices]]\nid = "a"\n{key} = 3\n{NOTE_36}'
    elif kind == "Conditional":
        always = 'condition = { type = "Always" }, then_action = { type = "Delay", ms = 1 }'
        text = mapped(NOTE, f'{{ type = "Conditional", {always}, {key} = 3 }}')
    elif kind in examples.ACTIONS:
        text = mapped(NOTE, f'{{ type = "{kind}", {NEEDED[kind]}{key} = 3 }}')
    else:
        text = mapped(f'{{ type = "{kind}", {NEEDED[kind]}{key} = 3 }}')
    loaded = Loader().loads(text)
    assert loaded.config is not None, loaded.problems
    assert len(loaded.config.mappings) == 1
    assert [reason in one.text for one in loaded.problems] == [True]
