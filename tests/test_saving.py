"""Saving: comments, order and unknown keys stay; atomic; what was there is kept the first time."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midimon_live import (
    ActionPlugin,
    cc,
    chord,
    conditions,
    delay,
    double_tap,
    encoder,
    launch,
    long_press,
    mode,
    note,
    pitch_bend,
    plugin,
    plugin_event,
    program,
    release,
    repeat,
    send,
    sequence,
    sequence_of,
    shell,
    velocity_range,
    when,
)
from midimon_live.actions import keys, mouse, text, volume
from midimon_live.changes import Change
from midimon_live.config import Loader
from midimon_live.config.tables import mapping_table
from midimon_live.curves import Curve, Linear
from midimon_live.errors import InvalidValue
from midimon_live.magics import run
from midimon_live.mappings import Origin
from midimon_live.testing import session
from midimon_live.triggers import aftertouch, poly_aftertouch
from midimon_live.triggers.gamepad import gamepad_button, gamepad_stick

COMMENTED = """# for the left hand
[device]
name = "Grid"  # the small one
colour = 3

[[modes]]
name = "Drums"

[[modes.mappings]]
# the kick
trigger = { Note = { note = 36 } } # as it was
action = { type = "SendMIDI", note = 40 }

[led]
brightness = 7
"""

TRIGGERS = [
    note(36),
    note(channel=3),
    note(36, velocity_min=20, velocity_max=90, eager=True),
    release(36),
    velocity_range(36, level="hard"),
    velocity_range(36, min=3, max=5),
    long_press(36, duration_ms=700),
    double_tap(36, timeout_ms=200),
    chord(36, 40, match="ordered", pass_through=True),
    sequence_of(36, 38, gap_ms=200),
    encoder(7, mode="auto", direction="clockwise", acceleration=4),
    cc(7, value_min=3, edge="rising"),
    cc(7, takeover="pickup"),
    aftertouch(pressure_min=9),
    poly_aftertouch(note=36),
    pitch_bend(value_min=-10, value_max=10),
    pitch_bend(),
    program(3),
    gamepad_button(130),
    plugin_event("clock_tick", "beat"),
    plugin_event("clock_tick"),
    gamepad_stick(130, direction="clockwise"),
]
ACTIONS = [
    send("note_on", note=3, velocity="pass", until_release=True),
    send("note_on", note="pass", velocity=Linear(3, 90), duration_ms=20, port="Synth"),
    send("note_on", note=1, velocity=Curve("s_curve", 0.3, upstream=True)),
    send("note_off", note=1, channel=2),
    send("control_change", control=7, value="pass"),
    send("program_change", program=3),
    send("pitchwheel", pitch="pass"),
    send("aftertouch", value=4),
    send("polytouch", note=3, value="pass"),
    sequence(delay(3), send("note_on", note=1), stop_on_error=True),
    repeat(delay(1.5), 3, delay_ms=4),
    when(
        conditions.all_of(
            conditions.time_range("09:00", "17:00"), conditions.not_(conditions.never())
        ),
        delay(1),
        delay(2),
    ),
    when(conditions.day_of_week(1, "Tue"), delay(1)),
    when(conditions.mode_is("B"), mode("next")),
    mode("Solo", while_held=True),
    mode(2),
    shell("ls | wc", shell=True, timeout=3),
    shell(["ls", "-l"], cwd="songs"),
    launch("firefox", "--new"),
    keys("cmd+shift+4"),
    keys("a", modifiers=("ctrl",)),
    text('a "quoted" \\ line\n\ttab \u00e9 \U0001f3b9'),
    mouse("right", x=3, y=-4, clicks=2),
    volume("set", 40),
    plugin("blink", color="red", deep={"a": [1, {"b": 2.5}], "c d": True}),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a configuration with comments and unknown keys."""
    path = tmp_path / "pads.toml"
    path.write_text(COMMENTED)
    return path


def test_nothing_new_writes_nothing(file: Path) -> None:
    """Not even a backup."""
    before = file.stat()
    with session() as midi:
        midi.config(file)
        midi.save()
    assert file.stat() == before
    assert list(file.parent.iterdir()) == [file]


def test_what_cells_mapped_is_added_and_the_rest_stays(file: Path) -> None:
    """To its mode, or to a new one with its colour; every line that was there is there."""
    with session() as midi:
        midi.config(file)
        midi.map(note(50), send("note_on", note=3), mode="Drums", name="high")
        midi.map(cc(7), send("control_change", control=1, value="pass"))
        midi.map(note(50), delay(1), mode="New")
        midi.define_mode("New", "red")
        expected = {str(one) for one in midi.mappings()}
        midi.save()
    saved = file.read_text()
    assert [line for line in COMMENTED.splitlines() if line not in saved.splitlines()] == []
    with session() as again:
        again.config(file)
        assert {str(one) for one in again.mappings()} == expected
        assert ["1", "New", "red"] in [row[:3] for row in again.modes().rows]


def test_what_takes_the_place_of_a_mapping_takes_its_place_in_the_file(file: Path) -> None:
    """The trigger's own line and its comment stay as they are."""
    with session() as midi:
        midi.config(file)
        midi.map(note(36), send("note_on", note=99), mode="Drums")
        midi.save()
    assert "{ Note = { note = 36 } } # as it was" in file.read_text()
    (spec,) = Loader().load(file).config.mappings
    assert "99" in str(spec.action)


@pytest.mark.parametrize("trigger", TRIGGERS, ids=str)
def test_every_trigger_comes_back_as_it_was(trigger: Any, tmp_path: Path) -> None:
    """Written as TOML and read again."""
    assert there_and_back(trigger, delay(1), tmp_path) == (trigger, delay(1))


@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_every_action_comes_back_as_it_was(action: Any, tmp_path: Path) -> None:
    """Written as TOML and read again."""
    assert there_and_back(note(1), action, tmp_path) == (note(1), action)


def there_and_back(trigger: Any, action: Any, folder: Path) -> tuple[Any, Any]:
    """Return a mapping that was saved and loaded."""

    class Blink(ActionPlugin):
        """Blink."""

        name = "blink"

        def execute(self, params: Any, context: Any) -> None:
            """Do nothing."""

    with session() as midi:
        midi.activate(Blink)
        midi.map(trigger, action, mode="Default")
        table = midi.save(folder / "saved.toml")
        assert [row[0] for row in table.rows] == ["written"]
    loaded = Loader().load(folder / "saved.toml")
    assert [one for one in loaded.problems if one.severity == "error"] == []
    (spec,) = loaded.config.mappings
    return spec.trigger, spec.action


def test_functions_are_listed_as_left_out(file: Path) -> None:
    """With the reason; so are conditions that are functions, and plugins without a name."""

    class Blink(ActionPlugin):
        """Blink."""

        def execute(self, params: Any, context: Any) -> None:
            """Do nothing."""

    with session() as midi:
        midi.config(file)
        midi.map(note(1), lambda _context: None)
        midi.map(note(2), when(lambda _context: True, delay(1)))
        midi.map(note(3), Blink)
        rows = midi.save().rows
    assert [row[0] for row in rows] == ["written", "left out", "left out"]
    assert all("can not be written as TOML" in row[2] for row in rows[1:])


def test_a_file_that_was_there_is_kept_the_first_time(tmp_path: Path) -> None:
    """And not again by the same session; under another name if there is a backup already."""
    path = tmp_path / "old.toml"
    path.write_text("# precious\n")
    (tmp_path / "old.toml.bak").write_text("# older\n")
    with session() as midi:
        for number in (1, 2):
            midi.map(note(number), delay(1))
            midi.save(path)
    assert (tmp_path / "old.toml.bak").read_text() == "# older\n"
    assert (tmp_path / "old.toml.bak1").read_text() == "# precious\n"
    assert len(list(tmp_path.iterdir())) == 3


def test_line_ends_links_and_permissions_stay(tmp_path: Path) -> None:
    """The file that a link leads to is replaced, not the link."""
    path, link = tmp_path / "real.toml", tmp_path / "link.toml"
    path.write_bytes(b"# a\r\n[led]\r\nb = 1\r\n")
    path.chmod(0o600)
    link.symlink_to(path)
    with session() as midi:
        midi.config(link)
        midi.map(note(1), delay(1))
        midi.save()
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    lines = path.read_bytes().split(b"\n")
    assert all(line.endswith(b"\r") for line in lines[:-1])


def test_a_file_that_has_errors_by_now_is_not_written(file: Path) -> None:
    """Nothing is lost: neither what is in it, nor what is mapped."""
    with session() as midi:
        midi.config(file)
        midi.map(note(1), delay(1))
        file.write_text("broken = ")
        with pytest.raises(InvalidValue, match="has errors now"):
            midi.save()
    assert file.read_text() == "broken = "


def test_a_write_that_fails_leaves_the_file_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no other file behind."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with session() as midi:
        midi.config(file)
        midi.map(note(1), delay(1))
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(InvalidValue, match="No space left"):
            midi.save()
    assert file.read_text() == COMMENTED
    assert {one.name for one in file.parent.iterdir()} <= {"pads.toml", "pads.toml.bak"}


def test_saving_needs_a_path_once() -> None:
    """Where no file is in force."""
    with session() as midi, pytest.raises(InvalidValue, match=r"midi\.save\(path\)"):
        midi.save()


LAYOUTS = {
    "named tables": "[modes.A]\ncolor = 'red'\n",
    "an array of mappings": 'modes = [{ name = "A", mappings = [] }]\n',
    "mappings at the top": "[[mappings]]\nnote = 3\naction = { Delay = 1 }\n",
    "global with mappings": "[global]\n[[global.mappings]]\nnote = 3\naction = { Delay = 1 }\n",
    "other words": '[[mode]]\nname = "A"\nled_color = "red"\n[[mode.bindings]]\nnote = 3\n'
    "action = { Delay = 1 }\n",
    "names of modes": 'modes = ["A"]\n',
    "one mapping alone": 'note = 3\naction = { type = "Delay", ms = 1 }\n',
    "several lines": 'modes = [\n  # first\n  {\n    name = "A",\n  },\n]\n',
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_other_layouts_are_added_to_or_left_alone(layout: str, tmp_path: Path) -> None:
    """Whatever is said to be written is there afterwards, and all that was there still is."""
    path = tmp_path / "layout.toml"
    path.write_text(layout)
    with session() as midi:
        midi.config(path)
        before = {str(one) for one in midi.mappings()}
        midi.map(note(50), delay(1), mode="A")
        midi.map(note(51), delay(1))
        try:
            rows = midi.save().rows
        except InvalidValue:
            rows = []
    written = {row[1] for row in rows if row[0] == "written"}
    with session() as again:
        again.config(path)
        assert {str(one) for one in again.mappings()} == before | written


def test_the_saved_file_is_followed_and_nothing_fires_twice(file: Path) -> None:
    """A mapping that is in the file now is not the cell's too, even with all=True."""
    with session() as midi:
        midi.config(file)
        midi.map(note(50), send("note_on", note=1), all=True)
        midi.map(note(51), send("note_on", note=2))
        midi.save()
        midi.config(file)
        assert len(midi.mappings()) == 3


def test_what_was_saved_is_the_files_at_once(file: Path, tmp_path: Path) -> None:
    """Another file that is loaded next takes its place whole, however soon that is."""
    other = tmp_path / "other.toml"
    other.write_text('[[modes]]\nname = "Mix"\n')
    with session() as midi:
        midi.config(file)
        midi.map(note(50), send("note_on", note=1), mode="Saved")
        midi.save()
        midi.config(other)
        assert "Saved" not in [row[1] for row in midi.modes().rows]


def test_the_magic_saves(file: Path, tmp_path: Path) -> None:
    """To the file in force, or to another."""
    with session() as midi:
        midi.config(file)
        run(midi, f"save {tmp_path / 'copy.toml'}")
        assert (tmp_path / "copy.toml").read_text() == COMMENTED
        assert "0 mappings of cells" in repr(run(midi, "save"))


words = st.text(max_size=20)
plain = st.one_of(st.integers(-5, 5), st.booleans(), words, st.floats(allow_nan=False, width=32))
params = st.dictionaries(
    words, st.recursive(plain, lambda one: st.lists(one, max_size=3)), max_size=4
)


@settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_params=params, name=words)
def test_any_text_and_parameters_come_back(given_params: dict[str, Any], name: str) -> None:
    """Whatever is in strings, keys and descriptions."""
    from midimon_live.actions.plugins import PluginAction
    from midimon_live.config.writing import Editor

    editor = Editor("")
    editor.add("A", mapping_table(note(1), PluginAction("p", given_params), name=name))
    loaded = Loader().loads(editor.text)
    (spec,) = loaded.config.mappings
    assert (spec.name, dict(spec.action.params)) == (name, given_params)


def test_what_others_wrote_over_a_saved_file_is_kept_too(file: Path, tmp_path: Path) -> None:
    """By hand, or for another configuration: no save loses what only the file has."""
    copy = tmp_path / "copy.toml"
    with session() as midi:
        midi.config(file)
        midi.save(copy)
        copy.write_text("# by hand\n")
        midi.save(copy)
        midi.template("BeatStep")
        midi.save(copy)
        midi.save(copy)
    kept = [(tmp_path / f"copy.toml.{one}").read_text() for one in ("bak", "bak1")]
    assert kept == ["# by hand\n", COMMENTED]
    assert len(list(tmp_path.glob("copy*"))) == 3


def test_only_files_are_written(tmp_path: Path) -> None:
    """Not a pipe, a device, a folder, a loop of links, nor a name that no file can have."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    with session() as midi:
        midi.map(note(1), delay(1), mode="A")
        for name in ("loop", "pipe", ".", "a\0b", "x" * 300):
            with pytest.raises(InvalidValue, match="nothing was changed"):
                midi.save(tmp_path / name)
    assert {one.name for one in tmp_path.iterdir()} == {"loop", "pipe"}


def test_of_two_mappings_on_one_trigger_the_one_that_fires_is_replaced(tmp_path: Path) -> None:
    """So that the saved file plays what the cell played."""
    path = tmp_path / "twice.toml"
    path.write_text(
        "".join(f"[[mappings]]\nnote = 36\naction = {{ Delay = {n} }}\n" for n in (1, 2))
    )
    with session() as midi:
        midi.config(path)
        midi.map(note(36), delay(3))
        midi.save()
    assert [str(one.action) for one in Loader().load(path).config.mappings] == [
        "wait 3 ms",
        "wait 2 ms",
    ]


def test_one_mapping_that_has_no_place_does_not_keep_the_others_out(tmp_path: Path) -> None:
    """One part of a mapping with ranges can not be replaced; the rest is saved."""
    path = tmp_path / "ranges.toml"
    ranges = "[{ min = 0, max = 40, action = { Delay = 1 } }, { min = 41, max = 127 }]"
    path.write_text(
        f'[[mappings]]\ntrigger = {{ type = "VelocityRange", note = 36, ranges = {ranges} }}\n'
        "action = { Delay = 2 }\n"
    )
    with session() as midi:
        midi.config(path)
        before = [str(one) for one in midi.mappings()]
        midi.map(velocity_range(36, min=1, max=40), delay(3))
        midi.map(note(50), delay(4))
        rows = midi.save().rows
    assert [row[0] for row in rows] == ["written", "left out"]
    with session() as again:
        again.config(path)
        assert [str(one) for one in again.mappings()] == [*before, rows[0][1]]


def test_parameters_without_a_word_in_toml_are_left_out(file: Path) -> None:
    """With the reason; the other mappings are written."""
    with session() as midi:
        midi.config(file)
        midi.activate(Named)
        midi.map(note(50), plugin(Named, a=None), mode="Drums")
        midi.map(note(51), plugin(Named, a=object()), mode="Drums")
        midi.map(note(52), plugin(Named, a=1), mode="Drums")
        rows = midi.save().rows
    assert [row[0] for row in rows] == ["written", "left out", "left out"]
    assert all("can not be written as TOML" in row[2] for row in rows[1:])


class Named(ActionPlugin):
    """A plugin that does nothing."""

    def execute(self, params: Any, context: Any) -> None:
        """Do nothing."""


def test_a_file_that_was_deleted_is_written_again(file: Path) -> None:
    """From what is in force."""
    with session() as midi:
        midi.config(file)
        file.unlink()
        midi.map(note(1), delay(1), mode="Drums")
        midi.save()
    assert file.read_text().startswith(COMMENTED.splitlines()[0])
    assert len(Loader().load(file).config.mappings) == 2


def test_what_the_running_cell_maps_is_saved_from_the_next_one_on(file: Path) -> None:
    """The answer says so; and a cell that runs again after it was saved has nothing to tell."""
    with session() as midi:
        midi.config(file)
        midi.begin(Change(Origin("a", "In [1]", 1)))
        midi.map(note(1), delay(1), mode="Drums")
        assert "1 mapping of this cell" in repr(midi.save())
        midi.end(commit=True)
        assert "of this cell" not in repr(midi.save())
        midi.config(file)
        midi.begin(Change(Origin("a", "In [2]", 2)))
        midi.map(note(1), delay(1), mode="Drums")
        assert midi.end(commit=True) == []


def test_a_first_file_takes_mappings_of_every_mode(tmp_path: Path) -> None:
    """Where there was none, or only a comment."""
    for before in (None, "# mine\n"):
        path = tmp_path / "new.toml"
        if before is not None:
            path.write_text(before)
        with session() as midi:
            if before is not None:
                midi.config(path)
            midi.map(note(1), send("note_on", note=3))
            assert [row[0] for row in midi.save(path).rows] == ["written"]
        assert path.read_text().startswith(before or "[[global_mappings]]")


TABLES = """[[global_mappings]]
description = "d" # of the first
[global_mappings.trigger]
type = "Note"
note = 1
[global_mappings.action] # what it does
type = "SendMidi" # a note
note = 40

# of the second
[[global_mappings]]
[global_mappings.trigger]
type = "Note"
note = 2
[global_mappings.action]
type = "Delay"
ms = 1
"""


def test_comments_and_description_of_what_is_replaced_stay(tmp_path: Path) -> None:
    """In tables of their own, and what follows them too."""
    path = tmp_path / "tables.toml"
    path.write_text(TABLES)
    with session() as midi:
        midi.config(path)
        midi.map(note(1), send("note_on", note=41))
        midi.save()
    assert path.read_text() == TABLES.replace("note = 40\n", "note = 41\nvelocity = 100\n")


def test_what_would_never_fire_in_the_file_is_said(tmp_path: Path) -> None:
    """Cells stand above the file; in it, the first one fires."""
    path = tmp_path / "order.toml"
    path.write_text("[[mappings]]\nnote = 36\naction = { Delay = 1 }\n")
    with session() as midi:
        midi.config(path)
        midi.map(note(36, velocity_min=90), send("note_on", note=9))
        (row,) = midi.save().rows
        assert row[0] == "written"
        assert "move it up" in row[2]
