"""`midi.reset()`: one call back to how a session begins, and what stays."""

from pathlib import Path
from typing import Any

import pytest

from midimon_live import long_press, mode, note, send
from midimon_live.magics import run
from midimon_live.testing import TestSession, press, released, session
from tests.support.notebook import Notebook
from tests.support.panels import Onlooker

HIT = """
class Hit(ActionPlugin):
    capabilities = {"filesystem", "midi"}
    dry_run = False
    def execute(self, params, context):
        self.host.state["count"] = self.host.state.get("count", 0) + 1
        self.host.log("hit")
        self.host.send("note_on", note=90)
midi.map(note(1), Hit)
"""
SOLO = "midi.define_mode('Solo', 'red')\nmidi.map(note(2), print, mode='Solo')\nmidi.mode = 'Solo'"
FILE = """
[[modes]]
name = "File"
[[modes.mappings]]
trigger = { type = "Note", note = 3 }
action = { type = "SendMidi", note = 60 }
"""


def seen(midi: TestSession) -> tuple[Any, ...]:
    """Return what a session looks like from outside."""
    return (
        [str(one) for one in midi.mappings()],
        midi.plugins.list_loaded(),
        [row[1:3] for row in midi.modes().rows],
        midi.mode,
        midi.output,
        midi.tempo,
        midi.meter,
        midi.apply,
        midi.deadline,
        midi.recording,
        midi.waiting(),
        midi.config().title,
    )


def furnished(midi: TestSession, folder: Path) -> Notebook:
    """Change whatever can be changed."""
    notebook = Notebook(midi)
    file = folder / "pads.toml"
    file.write_text(FILE)
    midi.config(file)
    notebook.run("a", HIT)
    notebook.run("b", SOLO)
    midi.create_port("Synth")
    midi.output = "Synth"
    midi.meter, midi.deadline = 3, 5
    midi.record()
    midi.tempo = 120
    midi.apply = "bar"
    notebook.run("c", "midi.map(note(4), print)")
    return notebook


def test_afterwards_a_session_is_as_it_began(tmp_path: Path) -> None:
    """Mappings, plugins, modes, file, output, tempo, recording, what waits."""
    with session() as midi:
        new = seen(midi)
        furnished(midi, tmp_path)
        assert all(a != b for a, b in zip(seen(midi), new, strict=True))

        said = str(midi.reset())

        assert seen(midi) == new
        assert "3 mappings, 2 plugins, 2 modes went" in said
        assert "pads.toml is let go of" in said
        midi.advance(5)
        assert seen(midi) == new


def test_notes_and_actions_end_with_it() -> None:
    """What a held pad has begun as well, and a mode that is held."""
    with session() as midi:
        midi.define_mode("Shift")
        midi.map(note(1), send("note_on", note=60, until_release=True))
        midi.map(long_press(2, duration_ms=100), mode("Shift", while_held=True))
        midi.play(press(1), press(2))
        midi.advance(1)
        assert midi.mode == "Shift"
        midi.reset()
        assert ("note_off", 60) in [(m.type, getattr(m, "note", None)) for m in midi.sent]
        midi.play(released(1), released(2))
        assert midi.mode == "Default"
        assert "0 notes sounding" in repr(midi.status())


def test_undo_brings_mappings_modes_and_plugins_back(tmp_path: Path) -> None:
    """With the version that played; the file is not followed any more."""
    with session() as midi:
        furnished(midi, tmp_path)
        midi.plugins.grant_capability("hit", "filesystem")
        mappings = [str(one) for one in midi.mappings()]
        midi.reset()
        midi.undo()
        assert [str(one) for one in midi.mappings()] == mappings
        midi.play(press(1))
        assert [m.note for m in midi.sent if m.type == "note_on"] == [90]
        assert midi.config().title.startswith("no configuration")
        midi.redo()
        assert midi.mappings() == []


def test_what_was_granted_and_counted_for_the_session_is_forgotten(tmp_path: Path) -> None:
    """The same cell run again asks again, and begins to count at nought."""
    with session() as midi:
        notebook = Notebook(midi)
        notebook.run("a", HIT)
        midi.plugins.grant_capability("hit", "filesystem")
        midi.play(press(1))
        assert midi.plugins.get_stats("hit").executions == midi.plugins.log_of("hit").count == 1
        midi.reset()
        notebook.run("a", HIT)
        assert midi.plugins.denial("hit", "filesystem") == "not granted"
        assert dict(midi.plugins.get_state("hit")) == {}
        assert midi.plugins.get_stats("hit").executions == 0
        assert midi.plugins.log_of("hit").count == 0


def test_what_is_said_to_stay_stays(tmp_path: Path) -> None:
    """Ports, lesson progress, the panels' settings, the monitor."""
    with session() as midi:
        midi.create_port("Launchpad")
        midi.panel("pads").first_pad = 60
        midi.check("lesson-1")
        midi.play(press(5))
        progress, traces = midi.progress_data(), len(midi.traces())
        midi.reset()
        assert "Launchpad" in str(midi.ports())
        assert midi.panel("pads").first_pad == 60
        assert midi.progress_data() == progress
        assert len(midi.traces()) >= traces


def test_in_a_cell_what_was_said_before_it_goes_and_what_comes_after_it_stays() -> None:
    """As it reads: reset, then map."""
    with session() as midi:
        notebook = Notebook(midi)
        notebook.run("a", f"{HIT}\nmidi.reset()\nmidi.map(note(7), print)")
        assert [str(one.trigger) for one in midi.mappings()] == ["note 7"]
        assert midi.plugins.list_loaded() == ["print()"]


def test_the_magic_says_what_went_and_again_is_harmless() -> None:
    """`%midi reset`, twice."""
    with session() as midi:
        midi.map(note(1), print)
        assert "1 mapping, 1 plugin" in str(run(midi, "reset"))
        assert "0 mappings, 0 plugins" in str(run(midi, "reset"))
        midi.map(note(1), send("note_on", note=60))
        midi.play(press(1))
        assert [m.note for m in midi.sent if m.type == "note_on"] == [60]


def test_grants_for_good_stay_in_their_file(tmp_path: Path) -> None:
    """A plugin with files that was granted something always may still do it when loaded again."""
    with session(tmp_path) as midi:
        folder = midi.plugins.new_plugin("blink")
        manifest = folder / "plugin.toml"
        section = "[plugin.capabilities]\n"
        assert section in manifest.read_text()
        manifest.write_text(manifest.read_text().replace(section, f"{section}subprocess = true\n"))
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("blink")
        midi.plugins.grant_capability("blink", "subprocess", until="always")
        midi.reset()
        assert midi.plugins.list_loaded() == []
        midi.plugins.load_plugin("blink")
        assert midi.plugins.denial("blink", "subprocess") == ""


def test_what_went_wrong_before_is_forgotten(tmp_path: Path) -> None:
    """Errors, refused versions and their counters are in no list and no panel any more."""
    with session(tmp_path) as midi:
        folder = midi.plugins.new_plugin("blink")
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("blink")
        midi.look()
        midi.map(note(2), lambda context: 1 / 0)
        midi.play(press(2))
        (folder / "plugin.py").write_text("this is no Python")
        midi.look()
        panel = Onlooker(midi, "overview")
        before = panel.look()
        assert (before["errors"]["times"], len(before["notices"])) == (1, 1)
        assert ["counted", "failed: 1, plugins refused: 1"] in midi.status().rows

        midi.reset()

        assert list(midi.errors()) == []
        assert midi.status().remarks == []
        assert {"errors", "counted"}.isdisjoint(row[0] for row in midi.status().rows)
        after = panel.look()
        assert (after["errors"], after["notices"]) == ({"times": 0, "last": ""}, [])


@pytest.mark.parametrize("again", range(2))
def test_a_cell_that_is_run_after_it_maps_again(again: int) -> None:
    """Nothing of the earlier run of the cell is in the way."""
    with session() as midi:
        notebook = Notebook(midi)
        for _ in range(again + 1):
            notebook.run("b", SOLO)
            midi.reset()
        notebook.run("b", SOLO)
        assert midi.mode == "Solo"
        assert len(midi.mappings()) == 1
