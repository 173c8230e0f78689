"""`%midi mappings` and `%midi unmap`: what is mapped, where from, as text; and taking it out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, Capability, mapped, note, send
from midimon_live.errors import CommandError, InvalidValue
from midimon_live.magics import run
from midimon_live.testing import TestSession, press, session
from tests.support.notebook import Notebook

FILE = """[[modes]]
name = "Drums"

[[modes.mappings]]
trigger = { type = "Note", note = 36 }
action = { type = "SendMidi", note = 36 }

[[global_mappings]]
trigger = { type = "Note", note = 37 }
action = { type = "SendMidi", note = 37 }
"""


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """A session."""
    with session() as started:
        yield started


def test_a_mapping_is_taken_out_by_its_number_and_undo_brings_it_back(midi: TestSession) -> None:
    """The very same one; the answer says what maps it again."""
    notebook = Notebook(midi)
    notebook.run("a", "midi.map(note(36), send('note_on', note=60), name='kick')")
    (kick,) = midi.mappings()
    said = str(run(midi, f"unmap {kick.number}"))
    assert f"mapping {kick.number} is out: kick: note 36" in said
    assert "that cell, run again, maps it again" in said
    midi.play(press(36))
    assert midi.sent == []
    assert f"undo: unmap {kick.number}" in str(midi.undo())
    assert midi.mappings() == [kick]


def test_in_a_cell_it_goes_with_the_cell(midi: TestSession) -> None:
    """Not when that fails; and what nothing fires any more goes with it."""
    notebook = Notebook(midi)
    notebook.run("a", "def hit(context): pass\nmidi.map(note(36), hit)")
    (mapping,) = midi.mappings()
    with pytest.raises(ZeroDivisionError):
        notebook.run("b", f"midi.unmap({mapping.number}); 1 / 0")
    assert midi.mappings() == [mapping]
    notebook.run("b", f"assert 'goes when' in str(midi.unmap({mapping.number}))")
    assert (midi.mappings(), midi.plugins.list_loaded()) == ([], [])


@pytest.mark.parametrize("number", [7, "1", True, None])
def test_a_number_that_is_none_changes_nothing(midi: TestSession, number: Any) -> None:
    """It says where the numbers are."""
    midi.map(note(1), send("note_on", note=1))
    with pytest.raises(InvalidValue, match=r"there is no mapping .* %midi mappings lists them"):
        midi.unmap(number)
    with pytest.raises(CommandError, match="'x' is no mapping's number"):
        run(midi, "unmap x")
    assert len(midi.mappings()) == 1


def test_one_of_a_file_has_its_line_and_comes_back_with_the_file(
    midi: TestSession, tmp_path: Path
) -> None:
    """Taking it out changes no file."""
    path = tmp_path / "pads.toml"
    path.write_text(FILE)
    midi.config(path)
    drums, everywhere = midi.mappings()
    assert midi.lines() == {drums.number: 4, everywhere.number: 8}
    assert "pads.toml, line 8, and comes back when that file is loaded" in str(
        midi.unmap(everywhere.number)
    )
    midi.config(path)
    assert len(midi.mappings()) == 2
    assert path.read_text() == FILE


def test_what_a_plugin_mapped_says_so(midi: TestSession) -> None:
    """It comes and goes with the plugin."""

    class Keys(ActionPlugin):
        """Maps a pad of its own."""

        def initialize(self) -> None:
            """Map it."""
            midi.map(note(99), send("note_on", note=1))

        def execute(self, params: Any, context: Any) -> None:
            """Do nothing."""

    midi.activate(Keys)
    (mapping,) = midi.mappings()
    assert mapped.came_from(mapping) == "keys"
    assert "Plugin keys mapped it" in str(midi.unmap(mapping.number))


def test_all_there_is_to_say_about_one(midi: TestSession) -> None:
    """How often it fired, what the report says, Python and TOML that can be used."""
    midi.define_mode("Drums", "orange")
    midi.map(note(36), send("note_on", note=60), mode="Drums")
    midi.map(note(36), lambda _context: None, mode="Drums")
    midi.mode = "Drums"
    midi.play(press(36), press(36))
    first, second = (str(run(midi, f"mappings {one.number}")) for one in midi.mappings())
    assert re.search(r"fired +2\n", first)
    assert 'midi.map(note(36), send("note_on", note=60), mode="Drums")' in first
    assert 'color = "orange"' in first
    assert "shadowed" in second
    assert "is a function, which can not be written as TOML; make it a plugin" in second


def test_the_toml_is_a_file_that_loads(midi: TestSession, tmp_path: Path) -> None:
    """And says the same."""
    midi.define_mode("Drums", "orange")
    midi.map(note(36), send("note_on", note=60), mode="Drums", name="a [b]", port="x", all=True)
    (mapping,) = midi.mappings()
    path = tmp_path / "one.toml"
    path.write_text(mapped.written(mapping, "orange").toml)
    with session() as other:
        other.config(path)
        (same,) = other.mappings()
        assert str(same) == str(mapping)
        assert (same.all, same.port, other.modes().rows[0][2]) == (True, "x", "orange")


def test_all_of_them_in_the_order_they_are_tried(midi: TestSession, tmp_path: Path) -> None:
    """Mode by mode, cells before files, those of all modes last; with where they came from."""
    assert "nothing is mapped yet" in str(run(midi, "mappings"))
    path = tmp_path / "pads.toml"
    path.write_text(FILE)
    midi.config(path)
    notebook = Notebook(midi)
    notebook.run("a", "midi.map(note(50), send('note_on', note=1))")
    notebook.run("b", "midi.map(note(51, channel=9), send('note_on', note=1), mode='Drums')")
    midi.map(note(52), send("note_on", note=1))
    rows = run(midi, "mappings").rows
    assert [row[2] for row in rows] == ["note 51", "note 36", "note 50", "note 52", "note 37"]
    assert rows[0][3] == "channel 9"
    assert [row[6].partition("[")[0] for row in rows] == [
        "In ",
        "pads.toml",
        "In ",
        "a call",
        "pads.toml",
    ]


def test_a_long_list_says_how_many_are_left(midi: TestSession) -> None:
    """A notebook is not filled with thousands of rows."""
    for number in range(128):
        midi.map(note(number), send("note_on", note=1))
        midi.map(note(number), send("note_on", note=2), all=True)
    table = run(midi, "mappings")
    assert (len(table.rows), table.remarks) == (200, ["and 56 more: midi.mappings()"])


def test_what_waits_for_a_beat_can_be_looked_at(midi: TestSession) -> None:
    """Which mappings it brings and takes, and for which boundary it waits."""
    handle = midi.map(note(1), send("note_on", note=1))
    midi.tempo = 120
    midi.advance(0.25)
    with midi.at("2 bars"):
        midi.map(note(2), send("note_on", note=2), mode="Drums")
        handle.remove()
    (change,) = midi.waiting()
    assert (change.boundary, change.removed) == ("2 bars", (1,))
    assert str(change.mappings[0]) == "note 2 in Drums -> send note_on 2 velocity 100"
    midi.advance(8)
    assert midi.waiting() == []


class Sends(ActionPlugin):
    """Send a note, which may be forbidden, or fail."""

    capabilities = {Capability.MIDI}
    broken = False

    def execute(self, params: Any, context: Any) -> None:
        """Send it."""
        if self.broken:
            raise ValueError
        self.host.send("note_on", note=50)


def test_what_was_refused_or_failed_is_counted_beside_what_fired(midi: TestSession) -> None:
    """The trigger matched each time; the table, and what is said of one, tell what came of it."""
    plugin = Sends()
    midi.map(note(36), plugin)
    midi.play(press(36))
    assert re.search(r" 1 *\n", f"{run(midi, 'mappings')}\n")
    midi.plugins.revoke_capability("sends", "midi")
    midi.play(*[press(36)] * 3)
    assert "4 \N{MIDDLE DOT} refused 3" in str(run(midi, "mappings"))
    midi.plugins.grant_capability("sends", "midi", until="session")
    plugin.broken = True
    midi.play(press(36))
    (mapping,) = midi.mappings()
    said = "5 \N{MIDDLE DOT} refused 3, failed 1"
    assert said in str(run(midi, "mappings"))
    assert said in str(run(midi, f"mappings {mapping.number}"))
