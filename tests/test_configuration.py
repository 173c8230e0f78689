"""The configuration in force: loaded into a session, replaced; what it does to ports and logs."""

import logging
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, note, send
from midimon_live.errors import ConfigError, InvalidValue
from midimon_live.magics import run
from midimon_live.testing import TestSession, press, released, session, turn

TWO_MODES = """
[[modes]]
name = "Drums"
color = "orange"

[[modes.mappings]]
trigger = { type = "Note", note = 36 }
action = { type = "SendMidi", note = 40, velocity = "pass", until_release = true }

[[modes]]
name = "Keys"

[[global_mappings]]
trigger = { type = "CC", cc = 1, value_min = 1 }
action = { type = "ModeChange", mode = "next" }
"""

# the shapes of the document that the project began with: type as key, velocity_range, and tables
# over several lines
REQUESTS = """
[[modes]]
name = "Default"

[[modes.mappings]]
description = "Say how hard the pad was hit"
trigger = { Note = { note = 60, velocity_range = [0, 127] } }
action = {
    Plugin = {
        plugin = "http_request",
        params = {
            url = "https://example.org/notes",
            method = "POST",
            headers = { "Content-Type" = "application/json" },
            body = { note = 60, velocity = "{velocity}" },
        },
    },
}

[[modes.mappings]]
trigger = { Note = { note = 61, velocity_range = [64, 127] } }
action = { Plugin = { plugin = "http_request", params = { url = "https://example.org/on" } } }
"""

ONE = '[[global_mappings]]\ntrigger = { type = "Note", note = 36 }\naction = '


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a configuration that loads."""
    path = tmp_path / "pads.toml"
    path.write_text(TWO_MODES, "utf-8")
    return path


def mapped(midi: TestSession) -> list[str]:
    """Return the mappings in force, as text."""
    return [str(one) for one in midi.mappings()]


def test_a_loaded_file_plays(file: Path) -> None:
    """Its first mode is entered, its mappings fire, and a release ends what the press began."""
    with session() as midi:
        midi.config(file)
        assert midi.mode == "Drums"
        midi.play(press(36, 90), released(36), turn(1, 5))
        assert [(one.type, one.note) for one in midi.sent] == [("note_on", 40), ("note_off", 40)]
        assert midi.mode == "Keys"


def test_plugins_get_the_parameters_of_the_file(tmp_path: Path) -> None:
    """Whole, with tables within tables, for both of two mappings of one plugin."""
    path = tmp_path / "requests.toml"
    path.write_text(REQUESTS, "utf-8")
    seen: list[Any] = []
    with session() as midi:
        from midimon_live import ActionPlugin

        class Request(ActionPlugin):
            """Stand for a plugin that sends requests."""

            name = "http_request"

            def execute(self, params: Any, context: Any) -> None:
                seen.append((params, context.velocity))

        midi.activate(Request)
        midi.config(path)
        midi.play(press(60, 10), press(61, 80), press(61, 20))
    body = {"note": 60, "velocity": "{velocity}"}
    assert seen == [
        (
            {
                "url": "https://example.org/notes",
                "method": "POST",
                "headers": {"Content-Type": "application/json"},
                "body": body,
            },
            10,
        ),
        ({"url": "https://example.org/on"}, 80),
    ]


def test_check_changes_nothing(file: Path) -> None:
    """It says what there is to say, and nothing is mapped, followed or written."""
    with session() as midi:
        table = midi.config(file, check=True)
        assert "2 mappings in 2 modes" in repr(table)
        assert mapped(midi) == []
        assert midi.config().rows == []


def test_errors_leave_the_one_in_force(file: Path) -> None:
    """All of them are said at once, each with its line; what was mapped stays mapped."""
    with session() as midi:
        midi.config(file)
        before = mapped(midi)
        file.write_text(TWO_MODES.replace("note = 36", "note = 136").replace("cc = 1", "cc = -1"))
        with pytest.raises(ConfigError) as failure:
            midi.config(file)
        assert [one.line for one in failure.value.problems] == [7, 14]
        assert mapped(midi) == before


def test_the_next_file_takes_its_place(file: Path, tmp_path: Path) -> None:
    """Mappings and modes of the one before go; those of cells stay."""
    other = tmp_path / "other.toml"
    other.write_text('[[modes]]\nname = "Solo"\n')
    with session() as midi:
        midi.map(note(50), send("note_on", note=1))
        midi.config(file)
        midi.config(other)
        assert len(mapped(midi)) == 1
        assert [row[1] for row in midi.modes().rows] == ["Solo"]
        assert midi.mode == "Solo"


def test_what_is_held_ends_where_it_began(file: Path) -> None:
    """A note that an old mapping began is ended by the release, whatever is in force then."""
    with session() as midi:
        midi.config(file)
        midi.play(press(36))
        file.write_text(TWO_MODES.replace("note = 40", "note = 41"))
        midi.config(file)
        midi.play(released(36))
        assert [(one.type, one.note) for one in midi.sent] == [("note_on", 40), ("note_off", 40)]


def test_mappings_that_never_fire_are_named_with_their_line(tmp_path: Path) -> None:
    """As warnings: the second of two on one note, and one of a plugin that there is not."""
    path = tmp_path / "shadowed.toml"
    text = f'{ONE}{{ type = "Delay", ms = 1 }}\n{ONE}{{ type = "Plugin", plugin = "none" }}\n'
    path.write_text(text)
    with session() as midi:
        table = midi.config(path)
    lines = {(row[1], row[3].partition(":")[0]) for row in table.rows}
    assert lines == {("4", "shadowed"), ("4", "dead")}


def test_a_device_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    """And only as long as the file in force names it."""
    path = tmp_path / "device.toml"
    path.write_text('[device]\nname = "Grid"\n')
    with session() as midi:
        assert "'Grid' is not there yet" in repr(midi.config(path))
        assert "waiting for Grid" in repr(midi.status())
        path.write_text("")
        midi.config(path)
        assert "Grid" not in repr(midi.status())


@pytest.mark.parametrize(
    "device",
    ['name = "Grid"\nauto_connect = false', 'name = "Grid"\nauto_reconnect = false', ""],
)
def test_a_device_that_is_not_wanted_is_not_waited_for(tmp_path: Path, device: str) -> None:
    """auto_connect and auto_reconnect say so, or there is no name."""
    path = tmp_path / "device.toml"
    path.write_text(f"[device]\n{device}\n")
    with session() as midi:
        midi.config(path)
        assert "waiting" not in repr(midi.status())


def test_a_device_is_found_by_its_number(tmp_path: Path) -> None:
    """Where its name fits none."""
    path = tmp_path / "device.toml"
    path.write_text('[device]\nname = "Grid"\nport = 0\n')
    with session() as midi:
        assert "device: Virtual" in repr(midi.config(path))


def test_advanced_settings_are_defaults(tmp_path: Path) -> None:
    """A trigger's own value stands above them."""
    path = tmp_path / "settings.toml"
    path.write_text(
        "[advanced_settings]\nhold_threshold_ms = 400\n"
        + ONE.replace('"Note"', '"LongPress"')
        + '{ type = "SendMidi", note = 1, duration_ms = 9 }\n'
        + ONE.replace('"Note", note = 36', '"LongPress", note = 37, duration_ms = 900')
        + '{ type = "SendMidi", note = 2, duration_ms = 9 }\n'
    )
    with session() as midi:
        midi.config(path)
        midi.play(press(36), press(37))
        midi.advance(0.5)
        assert [one.note for one in midi.sent] == [1, 1]
        midi.advance(0.5)
        assert [one.note for one in midi.sent] == [1, 1, 2, 2]


def test_a_device_of_a_trigger_is_the_only_one_it_hears(tmp_path: Path) -> None:
    """By its id in [[devices]], or a part of a port's name."""
    path = tmp_path / "devices.toml"
    path.write_text(
        '[[devices]]\nid = "pads"\nname = "virt"\n'
        + ONE.replace("36", '36, device = "pads"')
        + '{ type = "SendMidi", note = 1 }\n'
        + ONE.replace("36", '37, device = "elsewhere"')
        + '{ type = "SendMidi", note = 2 }\n'
    )
    with session() as midi:
        midi.config(path)
        midi.play(press(36), press(37))
        assert [one.note for one in midi.sent] == [1]


def test_logging_is_written_to_the_file_it_names(tmp_path: Path) -> None:
    """What a plugin raises is, for as long as the session lasts; then all is as it was."""
    path, log = tmp_path / "logging.toml", tmp_path / "midi.log"
    path.write_text(f'[logging]\nlevel = "info"\nfile = "{log.as_posix()}"\n')
    logger = logging.getLogger("midimon_live")
    before = logger.level, list(logger.handlers)
    with session() as midi:
        midi.config(path)
        midi.map(note(36), lambda _context: 1 / 0)
        midi.play(press(36))
    assert "ERROR" in log.read_text()
    assert "ZeroDivisionError" in log.read_text()
    assert (logger.level, list(logger.handlers)) == before


def test_a_log_that_can_not_be_written_is_said_and_stops_nothing(tmp_path: Path) -> None:
    """The mappings are in force all the same."""
    path = tmp_path / "logging.toml"
    path.write_text(TWO_MODES + '[logging]\nfile = "nowhere/at/all.log"\n')
    with session() as midi:
        assert "nothing is logged" in repr(midi.config(path))
        assert len(mapped(midi)) == 2


def test_the_magic_loads_checks_and_shows(file: Path) -> None:
    """`%midi config` with and without a path."""
    with session() as midi:
        assert "2 mappings" in repr(run(midi, f"config {file} --check"))
        assert "no configuration" in repr(run(midi, "config"))
        assert "2 mappings" in repr(run(midi, f"config {file}"))
        assert "2 mappings" in repr(run(midi, "config"))


def test_a_missing_file_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    """Reading never writes."""
    with session() as midi, pytest.raises(ConfigError, match="no such file"):
        midi.config(tmp_path / "none.toml")
    assert list(tmp_path.iterdir()) == []


def test_what_is_dead_is_told_as_things_are_now(tmp_path: Path) -> None:
    """A plugin that the file names may be defined later."""

    class Later(ActionPlugin):
        """A plugin that comes after its mapping."""

        def execute(self, params: Any, context: Any) -> None:
            """Do nothing."""

    path = tmp_path / "pads.toml"
    path.write_text(ONE + '{ type = "Plugin", plugin = "later" }\n')
    with session() as midi:
        assert "no plugin is called" in repr(midi.config(path))
        midi.activate(Later)
        assert "no plugin is called" not in repr(midi.config())


def test_the_same_note_of_two_devices_is_not_shadowed(tmp_path: Path) -> None:
    """Each of them fires for its own."""
    path = tmp_path / "pads.toml"
    one = (
        '[[mappings]]\naction = { Delay = 1 }\ntrigger = { Note = { note = 36, device = "%s" } }\n'
    )
    path.write_text("".join(one % name for name in ("Virtual", "Keys", "Virtual")))
    with session() as midi:
        (row,) = midi.config(path).rows
    assert row[2] == "mappings[2]"
    assert "shadowed" in row[3]


def test_a_mode_that_goes_while_a_pad_holds_another_leaves_the_first_one(tmp_path: Path) -> None:
    """When the pad is let go; nothing goes wrong."""
    path = tmp_path / "modes.toml"
    held = TWO_MODES.replace(
        'action = { type = "SendMidi", note = 40, velocity = "pass", until_release = true }',
        'action = { type = "ModeChange", mode = "Keys", while_held = true }',
    )
    path.write_text(held)
    with session() as midi:
        midi.config(path)
        midi.play(press(36))
        path.write_text(held.replace("Drums", "Pads"))
        midi.config(path)
        assert midi.mode == "Keys"
        midi.play(released(36))
        assert midi.mode == "Pads"
        assert midi.counters() == {}


def test_a_chord_fires_though_the_file_is_loaded_again_meanwhile(tmp_path: Path) -> None:
    """If it is in there still."""
    path = tmp_path / "chord.toml"
    path.write_text(
        '[[mappings]]\ntrigger = { type = "NoteChord", notes = [40, 41] }\n'
        'action = { type = "SendMidi", note = 13 }\n'
    )
    with session() as midi:
        midi.config(path)
        midi.play(press(40))
        midi.config(path)
        midi.play(press(41))
        midi.advance(1)
        assert [one.note for one in midi.sent] == [13]


def test_cells_stand_above_the_file_and_give_way_again(file: Path) -> None:
    """Take the mapping out of the cell, and the file's plays again; loading it changes neither."""
    with session() as midi:
        midi.config(file)
        handle = midi.map(note(36), send("note_on", note=99), mode="Drums")
        midi.play(press(36), released(36))
        midi.config(file)
        midi.play(press(36), released(36))
        handle.remove()
        midi.play(press(36), released(36))
        assert [one.note for one in midi.sent if one.type == "note_on"] == [99, 99, 40]


def test_check_names_what_is_shadowed(file: Path) -> None:
    """Without loading it."""
    text = f'{ONE}{{ type = "Delay", ms = 1 }}\n{ONE}{{ type = "Delay", ms = 2 }}\n'
    file.write_text(text)
    with session() as midi:
        (row,) = midi.config(file, check=True).rows
        assert (row[0], row[1], row[3].partition(":")[0]) == ("warning", "4", "shadowed")


WARNED = {
    "a shell's words": ('action = { type = "Shell", command = "ls | wc" }', "shell = true"),
    "a mode of a condition": (
        'action = { Conditional = { condition = { ModeIs = "Drms" }, then = { Delay = 1 } } }',
        "did you mean 'Drums'",
    ),
    "a device": ('action = { Delay = 1 }\ntrigger.device = "pds"', 'did you mean "pads"'),
}


@pytest.mark.parametrize(("words", "said"), WARNED.values(), ids=WARNED)
def test_what_is_likely_a_mistake_is_warned_of(file: Path, words: str, said: str) -> None:
    """And loads all the same."""
    file.write_text(
        '[[devices]]\nid = "pads"\n[[modes]]\nname = "Drums"\n[[modes.mappings]]\n'
        f"trigger.type = 'Note'\ntrigger.note = 3\n{words}\n"
    )
    with session() as midi:
        (row,) = midi.config(file, check=True).rows
        assert row[0] == "warning"
        assert said in row[3]


@pytest.mark.parametrize("method", ["config", "save"])
def test_a_text_in_place_of_a_path_is_told_in_one_line(method: str) -> None:
    """With how to make a file of it; the text itself, which may be long, is not repeated."""
    with session() as midi:
        with pytest.raises(InvalidValue, match="got a text of 600 lines; write") as caught:
            getattr(midi, method)("[[global_mappings]]\nname = 'pad'\n" * 300)
        assert "%%writefile pads.toml" in str(caught.value)
        assert len(str(caught.value)) < 200
        with pytest.raises(InvalidValue, match="the path of a file, and got"):
            getattr(midi, method)({"a": 1})
