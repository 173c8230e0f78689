"""A session that is kept and restored: in a new session, everything that was live is live again."""

import json
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live import extension, note, send
from midimon_live.errors import CommandError, InvalidValue
from midimon_live.magics import run
from midimon_live.sessions import Session
from midimon_live.snapshots import LARGEST, KeptCell, Snapshot, read
from midimon_live.testing import press, session

LOAD = "%load_ext midimon_live\nfrom midimon_live import *"
SCALE = "scale = [0, 4, 7]"
CHORD = """
class Chord(ActionPlugin):
    capabilities = {"midi", "filesystem"}
    dry_run = False
    def execute(self, params, context):
        for step in scale:
            self.host.send("note_on", note=context.note + step)
midi.map(note(36), Chord, mode="Drums")
midi.define_mode("Drums", "orange")"""
SAY = "@midi.on(note(40))\ndef say(context):\n    midi.send('note_on', note=context.note + 1)"
LINE = "midi.map(note(2), send('note_on', note=20))"
BAD = """
class Bad(ActionPlugin):
    def initialize(self):
        raise ValueError("no")
    def execute(self, params, context):
        pass
midi.map(note(2), Bad)"""
NOISE = "print('played'); midi.virtual.press(40)"


@pytest.fixture
def midi(shell: InteractiveShell) -> Session:
    """The session of a shell in which some cells were run."""
    for number, text in enumerate((LOAD, SCALE, CHORD, SAY, NOISE)):
        assert shell.run_cell(text, store_history=True, cell_id=f"cell-{number}").success
    return extension.session()


def begun_anew(shell: InteractiveShell) -> Session:
    """Let the kernel be a new one: no session, none of the notebook's variables."""
    shell.run_cell("%unload_ext midimon_live")
    shell.reset()
    shell.run_cell("%load_ext midimon_live", store_history=True, cell_id="cell-0")
    return extension.session()


def sent(midi: Session, played: int) -> list[int]:
    """Return the notes that are sent because one is played."""
    midi.virtual.clear()
    midi.virtual.press(played)
    midi.settle()
    return [one.note for one in midi.virtual.sent if one.type == "note_on"]


def test_what_was_live_is_live_again_and_nothing_else_was_run(
    shell: InteractiveShell, midi: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plugins, functions, mappings, modes; with what they need, without the rest."""
    midi.mode = "Drums"
    midi.map(note(41), send("note_on", note=99), name="by hand")
    kept = midi.keep().save(tmp_path / "kept.json")
    capsys.readouterr()

    midi = begun_anew(shell)
    table = midi.restore(kept)

    assert table.title == "restored: 4 of 4 cells, 3 mappings, mode Drums"
    assert [sent(midi, one) for one in (40, 41)] == [[41], [99]]
    assert midi.modes().rows[1][1:3] == ["Drums", "orange"]
    assert shell.user_ns["scale"] == [0, 4, 7]
    assert "played" not in capsys.readouterr().out
    assert [one.name for one in midi.mappings() if one.name] == ["by hand"]


def test_grants_are_never_kept_and_a_restored_plugin_asks_again(
    shell: InteractiveShell, midi: Session, tmp_path: Path
) -> None:
    """Neither those that were clicked, nor those that a cell says, in whatever words."""
    midi.plugins.grant_capability("chord", "filesystem")
    assert shell.run_cell(
        CHORD.replace("Chord", "Bass")
        + "\nmidi.activate(Bass)\nmidi.plugins.grant_capability('bass', 'filesystem')"
        "\nget_ipython().run_line_magic('midi', 'grant bass filesystem')",
        store_history=True,
        cell_id="cell-9",
    ).success
    midi.mode = "Drums"
    assert midi.plugins.denial("bass", "filesystem") == ""
    kept = midi.keep().save(tmp_path / "kept.json")
    assert "granted" not in kept.read_text()

    midi = begun_anew(shell)
    table = midi.restore(kept)

    for name in ("chord", "bass"):
        if name in midi.plugins.list_loaded():
            assert midi.plugins.denial(name, "filesystem") == "not granted"
    assert sent(midi, 36) == []
    assert "grants are not restored, and asked for anew: bass filesystem" in str(table)
    midi.plugins.grant_capability("bass", "filesystem")
    assert sent(midi, 36) == [36, 40, 43]


def test_a_cell_that_fails_is_told_with_its_line_and_the_others_go_on(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is raised: an error, a syntax error, an exit, a plugin that can not be built."""
    shell.run_cell(LOAD)
    midi = extension.session()
    cells = [
        "x = 1\ny = missing",
        "this is (",
        "import sys\nsys.exit(3)",
        "midi.map(note(1), 5)",
        BAD,
        "await something()",
        "midi.map(note(7), send('note_on', note=70))",
    ]
    snapshot = Snapshot(cells=tuple(KeptCell("", str(n), text) for n, text in enumerate(cells, 1)))

    lines = str(midi.restore(snapshot)).splitlines()

    assert lines[0] == "restored: 1 of 7 cells, 1 mapping, mode Default"
    assert lines[1] == "not restored: In [1], line 2: NameError: name 'missing' is not defined"
    assert lines[2].startswith("not restored: In [2], line 1: SyntaxError: ")
    assert lines[3].startswith("not restored: In [3], line 2: SystemExit: 3")
    assert lines[4].startswith("not restored: In [4], line 1: ")
    assert lines[5].startswith("not restored: In [5]: ")
    assert lines[6].startswith("not restored: In [6]")
    assert lines[6].endswith("it awaits something, which only the notebook can; run it there")
    assert sent(midi, 7) == [70]
    assert "In [1], line 2" in capsys.readouterr().err


def test_a_restored_cell_that_is_run_again_replaces_what_it_made(
    shell: InteractiveShell, midi: Session
) -> None:
    """It is the same cell, whichever kernel ran it; and it is kept again."""
    snapshot = midi.snapshot()
    midi = begun_anew(shell)
    midi.restore(snapshot)
    assert midi.snapshot().cells == snapshot.cells
    shell.run_cell(SAY.replace("+ 1", "+ 2"), store_history=True, cell_id="cell-3")
    assert sent(midi, 40) == [42]
    assert len(midi.mappings()) == 2


def test_restoring_in_a_cell_leaves_that_cell_its_own(
    shell: InteractiveShell, midi: Session, tmp_path: Path
) -> None:
    """What the cell maps before and after it is the cell's, what is restored is not."""
    kept = midi.keep().save(tmp_path / "kept.json")
    begun_anew(shell)
    text = f"""from midimon_live import *
midi.map(note(1), send("note_on", note=10))
midi.restore({str(kept)!r})
midi.map(note(2), send("note_on", note=20))"""
    assert shell.run_cell(text, store_history=True, cell_id="restoring").success
    midi = extension.session()
    assert [sent(midi, one) for one in (1, 2, 40)] == [[10], [20], [41]]
    shell.run_cell("pass", store_history=True, cell_id="restoring")
    assert [sent(midi, one) for one in (1, 2, 40)] == [[], [], [41]]


def test_cells_that_reset_restore_or_keep_do_no_harm_in_a_snapshot(
    shell: InteractiveShell,
) -> None:
    """Replaying them must not take out what is live already, nor begin again."""
    shell.run_cell(LOAD)
    midi = extension.session()
    cells = (
        "midi.map(note(1), send('note_on', note=10))",
        f"midi.reset()\n%midi reset\nmidi.keep(restore=True)\nmidi.restore('no.json')\n{LINE}",
    )
    snapshot = Snapshot(cells=tuple(KeptCell("", "", one) for one in cells))
    midi.restore(snapshot)
    assert [sent(midi, one) for one in (1, 2)] == [[10], [20]]
    assert midi.panel("keep").state()["wanted"] == 0


def test_a_file_plugins_with_files_output_and_progress_come_back(tmp_path: Path) -> None:
    """What no cell holds."""
    file = tmp_path / "pads.toml"
    file.write_text(
        '[[modes]]\nname = "File"\n[[modes.mappings]]\n'
        'trigger = { type = "Note", note = 3 }\naction = { type = "SendMidi", note = 60 }\n'
    )
    with session(tmp_path / "one") as midi:
        midi.plugins.new_plugin("blink", tmp_path / "two" / "plugins")
        midi.plugins.new_plugin("blink")
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("blink")
        midi.config(file)
        midi.create_port("Synth")
        midi.output = "Synth"
        midi.progress.name = "Ada"
        snapshot = read(midi.snapshot().packed())
    with session(tmp_path / "two") as midi:
        table = midi.restore(snapshot)
        assert midi.plugins.list_loaded() == ["blink"]
        assert midi.mode == "File"
        midi.play(press(3))
        assert [m.note for m in midi.sent] == [60]
        assert midi.progress.name == "Ada"
        assert "not restored: output: " in str(table)  # there is no such port now


def test_without_ipython_a_script_restores_too(tmp_path: Path) -> None:
    """Cells get names of their own, or those that are given."""
    snapshot = Snapshot(
        cells=(
            KeptCell("a", "1", "from midimon_live import *\nscale = 5"),
            KeptCell(
                "b", "2", "midi.map(note(1), lambda context: midi.send('note_on', note=scale))"
            ),
        )
    )
    with session() as midi:
        midi.restore(snapshot)
        midi.play(press(1))
        assert [m.note for m in midi.sent] == [5]
        names: dict[str, Any] = {"__name__": "__main__", "midi": midi}
        midi.restore(snapshot, names)
        assert names["scale"] == 5


def test_a_snapshot_is_the_same_after_a_way_through_text() -> None:
    """As it goes through the browser, with whatever characters."""
    snapshot = Snapshot(
        session="x",
        cells=(KeptCell("a", "1", "x = 'né \N{GRINNING FACE}\\n</script>'"),),
        lines=("midi.map(1)",),
        modes={"Default": None, "Drüms": "#ff0000"},
        plugins=("blink",),
        progress={"a": [1]},
        about={"mappings": 3},
    )
    assert read(snapshot.packed()) == snapshot


def broken(**changes: Any) -> bytes:
    """Return a snapshot with some parts replaced."""
    return json.dumps({**json.loads(Snapshot().packed()), **changes}).encode()


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[1]", "lacks 'format'"),
        (b"{}", "lacks 'format'"),
        (b" " * (LARGEST + 1), "bytes"),
        (broken(version=2), "of version 2"),
        (broken(version=None), "of version None"),
        (broken(cells={}), "cells"),
        (broken(cells=[1]), "a cell"),
        (broken(cells=[{"id": "a", "number": "1"}]), "text"),
        (broken(cells=[{"id": 1, "number": "1", "text": ""}]), "id"),
        (broken(cells=[{"text": ""}] * 501), "cells"),
        (broken(lines=[None]), "lines"),
        (broken(mode=7), "mode"),
        (broken(modes={"a": "url(x)"}), "modes of the snapshot, 'a': color"),
        (broken(modes={"a" * 101: None}), "modes of the snapshot: a mode is called"),
        (broken(modes={str(n): None for n in range(201)}), "201 modes"),
        (broken(output=["x"]), "output"),
        (broken(config=3), "config"),
        (broken(plugins=[{}]), "plugins"),
        (broken(progress=[]), "progress"),
        (broken(session="x" * 2000), "session"),
    ],
)
def test_what_is_no_snapshot_is_refused_in_words_and_nothing_is_run(
    packed: bytes, said: str, tmp_path: Path
) -> None:
    """Wrong shape, size or version; the file is named."""
    file = tmp_path / "kept.json"
    file.write_bytes(packed)
    with session() as midi:
        midi.map(note(1), print)
        with pytest.raises(InvalidValue, match=rf"^{file}: .*{said}"):
            midi.restore(file)
        assert len(midi.mappings()) == 1


def test_a_word_that_keep_does_not_know_is_answered_with_those_it_does() -> None:
    """Also who wants it to end is told how."""
    with session() as midi, pytest.raises(CommandError, match=r"keep off.*keep restore.*clear the"):
        run(midi, "keep off")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """And a place that can not be written to."""
    with session() as midi:
        with pytest.raises(InvalidValue, match=r"nothing\.json can not be read"):
            midi.restore(tmp_path / "nothing.json")
        with pytest.raises(InvalidValue, match="can not be saved"):
            midi.keep().save(tmp_path / "no" / "folder.json")


def test_a_session_that_is_too_large_is_not_kept_and_says_what_to_do(
    shell: InteractiveShell,
) -> None:
    """The panel goes on, and tells."""
    shell.run_cell(LOAD)
    midi = extension.session()
    shell.run_cell(f"big = '{'x' * LARGEST}'\nmidi.map(note(1), lambda c: big)")
    panel: Any = midi.keep()
    assert panel.frame(whole=True).buffers == []
    assert "put what is long into a module" in panel.state()["too_large"]
