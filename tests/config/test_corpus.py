"""Every shape and every other word loads to what its canonical form loads to."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from midimon_live.actions import Dormant as DormantAction
from midimon_live.conditions import never
from midimon_live.config import WARNING, Loader, aliases
from midimon_live.config.models import models
from midimon_live.config.tables import mapping_table
from midimon_live.triggers import Dormant as DormantTrigger
from tests.config import corpus, words
from tests.config.words import Case

OTHER_TYPES = dict(words.other_types())
OTHER_KEYS = dict(words.other_keys())
WITHOUT_EFFECT = dict(words.without_effect())
DORMANT = {name: (text, reason) for name, text, reason in words.dormant()}
CASES = {**corpus.DIALECTS, **corpus.ROWS, **OTHER_TYPES, **OTHER_KEYS, **WITHOUT_EFFECT}
LETTERS = ["A", "A2", "B", "B+", "C", "D", "F", "G1", "G2", "G3", "H", "I", "J", "K", "L"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_means_the_same_as_its_canonical_form(case: Case) -> None:
    """Down to the last field, and the canonical form loads without a remark."""
    loaded, canonical = Loader().loads(case.text), Loader().loads(case.canonical)
    assert canonical.problems == []
    assert loaded.config is not None
    assert loaded.config == canonical.config


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_says_what_is_given_up_and_nothing_else(case: Case) -> None:
    """One warning for each thing, with its line."""
    said = Loader().loads(case.text).problems
    assert all(one.severity == WARNING and one.line for one in said)
    left = [one.text for one in said]
    for expected in case.warnings:
        left.remove(next(text for text in left if expected in text))
    assert left == []


@pytest.mark.parametrize(("text", "reason"), DORMANT.values(), ids=DORMANT)
def test_what_can_not_be_done_here_is_kept_and_says_why(text: str, reason: str) -> None:
    """It loads as something that does nothing, with one warning."""
    loaded = Loader().loads(text)
    assert [reason in one.text for one in loaded.problems] == [True]
    (mapping,) = loaded.config.mappings
    asleep = isinstance(mapping.trigger, DormantTrigger) or isinstance(
        mapping.action, DormantAction
    )
    assert asleep or never() == mapping.action.condition


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_loaded_can_be_written_and_loaded_again(case: Case) -> None:
    """But for events of plugins, which there are none of yet."""
    for one in Loader().loads(case.canonical).config.mappings:
        if not isinstance(one.trigger, DormantTrigger):
            options = {"name": one.name, "all": one.all, "port": one.port}
            table = mapping_table(one.trigger, one.action, **options)
            again = Loader().loads(words.top({"global_mappings": [table]}))
            assert again.problems == []
            assert again.config.mappings == (replace(one, mode=None),)


def rows() -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield where a row's case is to be found, and the table."""
    for kind, types, dormant in (
        ("trigger", aliases.TRIGGER_TYPES, aliases.NO_TRIGGERS),
        ("action", aliases.ACTION_TYPES, aliases.NO_ACTIONS),
        ("condition", aliases.CONDITION_TYPES, aliases.NO_CONDITIONS),
    ):
        yield f"{kind} {{}}", types
        yield f"{kind} {{}}", dormant
    yield "action {}", aliases.SENDS
    yield "[{}]", aliases.SECTIONS
    yield "modes.{}", aliases.MODE
    yield "mappings.{}", aliases.MAPPING
    for word, table in aliases.MEANINGLESS.items():
        yield f"{word or 'file'}.{{}}", table


@pytest.mark.parametrize(("name", "table"), list(rows()))
def test_every_row_of_the_words_has_a_case(name: str, table: Mapping[str, object]) -> None:
    """A new row without one fails here."""
    assert {name.format(word) for word in table} <= {*CASES, *DORMANT}


def test_every_other_key_has_a_case() -> None:
    """Of a trigger, an action or a condition."""
    cases = {name.partition(" ")[2] for name in OTHER_KEYS}
    for word, table in aliases.KEYS.items():
        assert {f"{word}.{other}" for other in table} <= cases


def test_every_table_of_words_is_looked_at() -> None:
    """A new table has to be added to the cases, and to this list."""
    tables = {name for name in vars(aliases) if name.isupper()}
    types = {f"{kind}_TYPES" for kind in ("TRIGGER", "ACTION", "CONDITION")}
    dormant = {"NO_TRIGGERS", "NO_ACTIONS", "NO_CONDITIONS", "MEANINGLESS"}
    assert tables == types | dormant | {"KEYS", "SECTIONS", "MODE", "MAPPING", "SENDS"}


@pytest.mark.parametrize("kind", words.KINDS)
def test_every_type_has_an_example_that_loads(kind: str) -> None:
    """Under its own name; what gamepads and plugins would do is dormant."""
    assert list(words.KINDS[kind]) == list(models(kind))
    for word, fields in words.KINDS[kind].items():
        loaded = Loader().loads(words.placed(kind, words.typed(word, fields)))
        assert loaded.config is not None
        assert loaded.problems == []


def test_every_shape_has_a_case() -> None:
    """By its letter."""
    assert list(corpus.DIALECTS) == LETTERS


@pytest.mark.parametrize("kind", words.KINDS)
def test_types_are_known_in_any_spelling(kind: str) -> None:
    """Case, blanks, hyphens and underscores make no difference, inside the type or as its key."""
    for word, fields in words.KINDS[kind].items():
        canonical = Loader().loads(words.placed(kind, words.typed(word, fields))).config
        for other in (word.upper(), word.lower(), "_".join(word), f" {word[0]}-{word[1:]}"):
            inside = words.placed(kind, words.typed(other, fields))
            assert Loader().loads(inside).config == canonical
            assert Loader().loads(words.placed(kind, {other: fields})).config == canonical


@pytest.mark.parametrize("name", words.KEY_NAMES.split())
def test_every_key_that_files_name_can_be_pressed(name: str) -> None:
    """MIDIMon's names, those that its files have besides, and characters."""
    action = {"type": "Keystroke", "keys": name}
    assert Loader().loads(words.placed("action", action)).problems == []


@pytest.mark.parametrize(
    ("other", "canonical"),
    [
        *((one, "NoteOn") for one in ("note_on", "noteon", "note-on", "NOTEON")),
        *((one, "NoteOff") for one in ("note_off", "Note-Off")),
        *((one, "CC") for one in ("cc", "control_change", "ControlChange", "control-change")),
        *((one, "ProgramChange") for one in ("pc", "program_change", "program-change")),
        *((one, "PitchBend") for one in ("pb", "pitch_bend", "Pitch-Bend")),
        *((one, "Aftertouch") for one in ("at", "AFTERTOUCH", "ChannelPressure")),
        *((one, "PolyAftertouch") for one in ("PolyPressure", "poly_aftertouch", "polytouch")),
    ],
)
def test_messages_are_known_by_all_their_names(other: str, canonical: str) -> None:
    """And the canonical ones are those that are written when a session is saved."""
    found = [
        Loader().loads(words.placed("action", {"type": "SendMidi", "message_type": one}))
        for one in (other, canonical)
    ]
    assert [one.problems for one in found] == [[], []]
    assert found[0].config == found[1].config
