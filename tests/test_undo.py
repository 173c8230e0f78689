"""Undo and redo; and what a cell that is run again replaces."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import note, send
from midimon_live.errors import InvalidValue, LoadError
from midimon_live.magics import run
from midimon_live.testing import TestSession, press, session
from tests.support.notebook import Notebook

HIT = """
class Hit(ActionPlugin):
    capabilities = {{"filesystem"}}
    dry_run = False
    def execute(self, params, context):
        self.host.state["said"] = {said}
midi.map(note({number}), Hit)
"""


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """A notebook with a session of its own."""
    with session() as midi:
        yield Notebook(midi)


def state(midi: TestSession) -> dict[str, object]:
    """Return what is in force, in words that do not depend on how it came there."""
    plugins = midi.plugins
    names = plugins.list_loaded()
    return {
        "mappings": sorted(map(str, midi.mappings())),
        "modes": [row[1:4] for row in midi.modes().rows],
        "versions": {name: plugins.journal.current(name).source for name in names},
        "disabled": plugins.disabled(),
        "rights": {name: _rights(midi, name) for name in names},
    }


def _rights(midi: TestSession, name: str) -> list[str]:
    rights = midi.plugins.get_metadata(name).rights
    return sorted([*map(str, rights.granted), *(f"not {one}" for one in rights.denied)])


# one step


def test_a_cell_is_one_step(notebook: Notebook) -> None:
    """Plugin, mappings, modes and grants go and come back together."""
    midi = notebook.midi
    before = state(midi)
    code = (
        HIT.format(said=1, number=1) + "midi.define_mode('solo', 'red')\nmidi.map(note(2), print)"
    )
    notebook.run("a", code)
    after = state(midi)
    said = str(midi.undo())
    assert state(midi) == before
    assert "-  plugin hit" in said
    assert "-  mode solo" in said
    midi.redo()
    assert state(midi) == after


def test_undo_brings_the_version_before_back(notebook: Notebook) -> None:
    """The code that played, not only its name; redo the one after."""
    midi = notebook.midi
    for said in (1, 2):
        notebook.run("a", HIT.format(said=said, number=1).replace('{"filesystem"}', "()"))
    for go, said in ((midi.undo, 1), (midi.redo, 2)):
        go()
        midi.play(press(1))
        assert dict(midi.plugins.get_state("hit")) == {"said": said}


def test_grants_and_what_is_disabled_are_steps_of_their_own(notebook: Notebook) -> None:
    """Each is taken back by itself, the last first."""
    midi = notebook.midi
    notebook.run("a", HIT.format(said=1, number=1))
    midi.plugins.grant_capability("hit", "filesystem")
    midi.plugins.disable_plugin("hit")
    midi.undo()
    assert midi.plugins.refusal("hit") == ""
    midi.undo()
    assert "not granted" in midi.plugins.refusal("hit")
    midi.redo(2)
    assert midi.plugins.refusal("hit") == "hit is disabled"


def test_a_new_change_ends_what_could_be_redone(notebook: Notebook) -> None:
    """As in every editor."""
    midi = notebook.midi
    midi.map(note(1), send("note_on", note=1))
    midi.undo()
    midi.map(note(2), send("note_on", note=1))
    with pytest.raises(InvalidValue, match="there is nothing to redo"):
        midi.redo()


def test_a_cell_that_changes_nothing_is_no_step(notebook: Notebook) -> None:
    """So what was undone in one cell can be redone in the next."""
    notebook.run("a", "midi.map(note(1), send('note_on', note=1))\nmidi.define_mode('x')")
    notebook.run("b", "midi.undo()")
    notebook.run("c", "midi.redo()")
    notebook.run("d", "print('nothing'); midi.define_mode('x')")
    assert "-  mode x" in str(notebook.midi.undo())


@pytest.mark.parametrize("steps", [0, -1, True, 1.5, "2"])
def test_undo_takes_a_number_of_steps(notebook: Notebook, steps: object) -> None:
    """From 1, and not more than there are."""
    with pytest.raises(InvalidValue):
        notebook.midi.undo(steps)
    with pytest.raises(InvalidValue, match="there is nothing to undo"):
        notebook.midi.undo()


def test_the_magics_say_the_same(notebook: Notebook) -> None:
    """`%midi undo 1`, `%midi redo`, and a word that is no number."""
    midi = notebook.midi
    midi.map(note(1), send("note_on", note=1))
    assert "-  mapping" in str(run(midi, "undo 1"))
    assert "+  mapping" in str(run(midi, "redo"))


def test_a_step_that_can_not_be_taken_changes_nothing(notebook: Notebook) -> None:
    """A plugin that can not be built any more keeps the rest as it is."""
    midi = notebook.midi
    notebook.names["broken"] = False
    code = """
    class Hit(ActionPlugin):
        def initialize(self):
            if broken: raise OSError
        def execute(self, params, context): pass
    midi.map(note(1), Hit)
    """
    notebook.run("a", code)
    notebook.run("a", "midi.map(note(2), print)")
    now = state(midi)
    notebook.names["broken"] = True
    with pytest.raises(LoadError):
        midi.undo()
    assert state(midi) == now
    notebook.names["broken"] = False
    midi.undo()
    assert sorted(map(str, midi.mappings())) == ["note 1 -> hit"]


def test_grants_that_are_kept_are_undone_in_the_file(tmp_path: Path) -> None:
    """What undo takes back is not there in the next session."""
    folder = tmp_path / "plugins" / "a"
    folder.mkdir(parents=True)
    manifest = '[plugin]\nname = "a"\nversion = "1"\n[plugin.capabilities]\nfilesystem = true\n'
    (folder / "plugin.toml").write_text(manifest, "utf-8")
    code = HIT.format(said=1, number=1).partition("midi.map")[0]
    head = "from midimon_live import ActionPlugin\n"
    (folder / "plugin.py").write_text(f"{head}{code}", "utf-8")
    file = tmp_path / "grants.toml"
    with session(tmp_path) as midi:
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("a")
        midi.plugins.grant_capability("a", "filesystem")
        granted = file.read_text("utf-8")
        midi.undo()
        assert 'granted = ["filesystem"]' in granted
        assert "granted = []" in file.read_text("utf-8")
        midi.redo()
        assert file.read_text("utf-8") == granted


def test_the_rows_say_which_versions(notebook: Notebook) -> None:
    """By their numbers in the history; one that was put back has the number that it had."""
    midi = notebook.midi
    for said in (1, 2, 3):
        notebook.run("a", HIT.format(said=said, number=1))
    midi.rollback("hit", 1)
    back = midi.undo()
    assert back.rows == [["+", "plugin hit, version 3"], ["-", "plugin hit, version 1"]]
    assert back.title == "undo: rollback of hit"
    again = midi.redo()
    assert again.rows == [["+", "plugin hit, version 1"], ["-", "plugin hit, version 3"]]


def test_a_rollback_by_itself_has_a_name(notebook: Notebook) -> None:
    """As one that was asked for has."""
    midi = notebook.midi
    notebook.run("a", HIT.format(said=1, number=1).replace('{"filesystem"}', "()"))
    notebook.run("a", HIT.format(said="1 / 0", number=1).replace('{"filesystem"}', "()"))
    for _ in range(3):
        midi.play(press(1))
    midi.settle()
    said = midi.undo()
    assert said.title == "undo: rollback of hit"
    assert said.rows == [["+", "plugin hit, version 2"], ["-", "plugin hit, version 1"]]


def test_the_rows_say_what_is_granted(notebook: Notebook) -> None:
    """What it may do, and what is refused or was taken back."""
    midi = notebook.midi
    notebook.run("a", HIT.format(said=1, number=1))
    midi.plugins.grant_capability("hit", "filesystem")
    midi.plugins.deny_capability("hit", "network")
    midi.plugins.revoke_capability("hit", "midi")
    assert midi.undo(3).rows == [
        ["-", "hit is refused network, whatever it is granted"],
        ["-", "hit may use filesystem"],
        ["-", "midi is revoked for hit"],
    ]
    assert midi.redo().rows == [["+", "hit may use filesystem"]]


def test_the_rows_say_which_colour_a_mode_has(notebook: Notebook) -> None:
    """So that what is different is named."""
    midi = notebook.midi
    midi.define_mode("x", "red")
    midi.define_mode("x", "blue")
    assert midi.undo().rows == [["+", "mode x, red"], ["-", "mode x, blue"]]


def test_the_same_configuration_again_is_no_step(notebook: Notebook, tmp_path: Path) -> None:
    """Loaded again, or saved with nothing different in it; what differs is one."""
    midi = notebook.midi
    path = tmp_path / "a.toml"
    path.write_text(
        '[[modes]]\nname = "A"\n[[modes.mappings]]\n'
        '[modes.mappings.trigger]\ntype = "Note"\nnote = 1\n'
        '[modes.mappings.action]\ntype = "SendMidi"\nmessage_type = "NoteOn"\nnote = 60\n',
        "utf-8",
    )
    before = state(midi)
    midi.config(path)
    midi.config(path)
    midi.save(path)
    path.write_text("# said\n" + path.read_text("utf-8"), "utf-8")
    midi.config(path)
    with pytest.raises(InvalidValue, match="there is 1 step to undo"):
        midi.undo(2)
    midi.config(path)
    path.write_text(path.read_text("utf-8").replace("note = 60", "note = 61"), "utf-8")
    midi.config(path)
    with pytest.raises(InvalidValue, match="there are 2 steps to undo"):
        midi.undo(3)
    midi.undo()
    assert "60" in str(midi.mappings()[0])
    midi.undo()
    assert state(midi) == before


def test_another_order_of_mappings_is_a_step(notebook: Notebook) -> None:
    """It decides which of them fires."""
    midi = notebook.midi
    one, two = (f"midi.map(note(1), send('note_on', note={note}))" for note in (60, 61))
    notebook.run("a", f"{one}\n{two}")
    notebook.run("a", f"{two}\n{one}")
    assert "the order of mappings" in str(midi.undo())
    assert [str(row[1]) for row in midi.undo().rows if "60" in row[1]]


changes = st.lists(
    st.one_of(
        st.tuples(st.just("cell"), st.sampled_from("abc"), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.just("map"), st.integers(1, 5)),
        st.tuples(st.just("grant")),
        st.tuples(st.just("deny")),
        st.tuples(st.just("able"), st.booleans()),
        st.tuples(st.just("mode"), st.sampled_from("xyz")),
        st.tuples(st.just("unload")),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(changes)
def test_any_steps_lead_back_and_forth_to_equal_states(steps: list[tuple[object, ...]]) -> None:
    """All the way to the beginning, and to the end again."""
    with session() as midi:
        notebook = Notebook(midi)
        seen = [state(midi)]
        for step in steps:
            past = len(midi._undo._past)
            _do(notebook, step)
            if len(midi._undo._past) > past:
                seen.append(state(midi))
        for expected in reversed(seen[:-1]):
            midi.undo()
            assert state(midi) == expected
        for expected in seen[1:]:
            midi.redo()
            assert state(midi) == expected


def _do(notebook: Notebook, step: tuple[object, ...]) -> None:
    midi = notebook.midi
    loaded = "hit" in midi.plugins.list_loaded()
    match step:
        case ("cell", name, said, number):
            notebook.run(str(name), HIT.format(said=said, number=number))
        case ("map", number):
            midi.map(note(number), send("note_on", note=number))
        case ("mode", name):
            midi.define_mode(name)
        case ("grant",) if loaded:
            midi.plugins.grant_capability("hit", "filesystem")
        case ("deny",) if loaded:
            midi.plugins.deny_capability("hit", "filesystem:read:x")
        case ("able", True) if loaded:
            midi.plugins.enable_plugin("hit")
        case ("able", False) if loaded:
            midi.plugins.disable_plugin("hit")
        case ("unload",) if loaded:
            midi.plugins.unload_plugin("hit")
        case _:
            pass


# cells


class Raises:
    """What can not be compared: it says so."""

    def __eq__(self, other: object) -> bool:
        raise ValueError

    __hash__ = None  # type: ignore[assignment]


class Ambiguous(Raises):
    """As an array: what `==` returns is neither true nor false."""

    def __eq__(self, other: object) -> Any:
        return self

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise ValueError


@pytest.mark.parametrize("made", [Raises, Ambiguous])
def test_params_that_can_not_be_compared(notebook: Notebook, made: type[Raises]) -> None:
    """The cell runs again, another cell takes the pad, and each is a step to undo."""
    midi = notebook.midi
    notebook.names["made"] = made
    code = HIT.format(said="params['size']", number=1).replace('{"filesystem"}', "()")
    code = code.replace("Hit)", "plugin(Hit, table=made(), size={size}))")
    for size, cell in enumerate("aab", 1):
        notebook.run(cell, code.replace("{size}", str(size)))
        midi.play(press(1))
        assert dict(midi.plugins.get_state("hit")) == {"said": size}
    for size in (2, 1):
        midi.undo()
        midi.play(press(1))
        assert dict(midi.plugins.get_state("hit")) == {"said": size}


def test_another_cells_table_that_can_not_be_compared_goes(notebook: Notebook) -> None:
    """And that is said: whether it was the same, nobody can tell."""
    midi = notebook.midi
    notebook.names["made"] = Raises
    notebook.run("a", HIT.format(said=1, number=1).partition("midi.map")[0])
    notebook.run("b", "midi.map(note(1), plugin(Hit, table=made()))")
    (said,) = notebook.run("c", "midi.map(note(1), plugin(Hit, table=made()))")
    assert said.startswith("note 1 now plays hit (was hit, In [")
    assert list(map(str, midi.mappings())) == ["note 1 -> hit"]


def test_what_a_cell_decided_goes_when_it_does_not_say_so_any_more(notebook: Notebook) -> None:
    """As its mappings do; what it says again stays."""
    midi = notebook.midi
    notebook.run("a", HIT.format(said=1, number=1))
    grant = "midi.plugins.grant_capability('hit', 'filesystem')"
    notebook.run("b", grant)
    notebook.run("b", grant)
    assert midi.plugins.refusal("hit") == ""
    remarks = notebook.run("b", "midi.plugins.disable_plugin('hit')")
    assert remarks == ["hit: filesystem is as it was before this cell"]
    assert midi.plugins.disabled() == {"hit"}
    notebook.run("b", "pass")
    assert midi.plugins.disabled() == set()
    assert "not granted" in midi.plugins.refusal("hit")


def test_what_a_cell_decided_goes_when_it_fails(notebook: Notebook) -> None:
    """A cell changes all that it says, or nothing; and that is no step to undo."""
    midi = notebook.midi
    notebook.run("a", HIT.format(said=1, number=1))
    with pytest.raises(ZeroDivisionError):
        notebook.run(
            "b",
            "midi.plugins.grant_capability('hit', 'filesystem')\n"
            "midi.plugins.disable_plugin('hit')\nmidi.define_mode('x')\n1 / 0",
        )
    assert midi.plugins.disabled() == set()
    assert "not granted" in midi.plugins.refusal("hit")
    midi.undo()
    assert midi.plugins.list_loaded() == []


def test_modes_that_no_cell_defines_any_more_are_gone(notebook: Notebook) -> None:
    """Unless something is mapped in them, or another cell defines them too."""
    midi = notebook.midi
    notebook.run("a", "for one in 'xyz': midi.define_mode(one)")
    notebook.run("b", "midi.define_mode('y'); midi.map(note(1), print, mode='z')")
    notebook.run("a", "pass")
    assert [row[1] for row in midi.modes().rows] == ["Default", "y", "z"]


def test_two_classes_of_one_name_in_one_cell(notebook: Notebook) -> None:
    """Both live where both are mapped, and that is told; else the last one counts."""
    midi = notebook.midi
    said = notebook.run("a", HIT.format(said=1, number=1) + HIT.format(said=2, number=2))
    assert "two classes are called hit: the second one is hit-2" in said
    assert midi.plugins.list_loaded() == ["hit", "hit-2"]
    unmapped = HIT.format(said=1, number=1).partition("midi.map")[0]
    notebook.run("a", unmapped + HIT.format(said=2, number=2))
    assert midi.plugins.list_loaded() == ["hit"]
    assert "= 2" in midi.plugins.journal.current("hit").source


def test_a_cells_class_that_takes_a_folders_name_says_so(tmp_path: Path) -> None:
    """And how to have the other one back."""
    with session(tmp_path) as midi:
        midi.plugins.new_plugin("hit")
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("hit")
        said = Notebook(midi).run("a", HIT.format(said=1, number=1))
    assert "hit takes the place of the one in" in said[0]
    assert "%midi load hit brings that back" in said[0]


def test_a_class_that_is_renamed_leaves_nothing_behind(notebook: Notebook) -> None:
    """The old name is gone with its mapping."""
    notebook.run("a", HIT.format(said=1, number=1))
    notebook.run("a", HIT.format(said=1, number=1).replace("Hit", "Tap"))
    assert notebook.midi.plugins.list_loaded() == ["tap"]
    assert list(map(str, notebook.midi.mappings())) == ["note 1 -> tap"]
