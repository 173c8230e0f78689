"""A take as a regression test: what is the same passes, what differs is named."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from midimon_live import note, plugin, plugin_event, send
from midimon_live.errors import InvalidValue, TakeError
from midimon_live.testing import Take, TestSession, assert_take, press, released, session

HEAD = '{"format": "midimon_live take", "version": 1}\n'
CONFIG = """
[[global_mappings]]
trigger = { type = "Note", note = 36 }
action = { type = "SendMidi", message_type = "NoteOn", note = 60, velocity = "pass" }
"""


def played(midi: TestSession) -> None:
    """Map two notes."""
    midi.map(note(36), send("note_on", note=60, velocity="pass"))
    midi.map(note(37), send("note_on", note=61))


@pytest.fixture
def take() -> Take:
    """Two presses and what came of them."""
    with session() as midi:
        played(midi)
        with midi.record() as recording:
            midi.play(press(36, 90, time=1), released(36, time=0.1), press(37, time=1))
        return recording.take


def as_real(take: Take, *moments: float) -> Take:
    """Return it as if it was recorded in real time, its results at other moments."""
    moved = iter(moments)
    lines = [replace(one, t=next(moved)) if one.result else one for one in take.lines]
    return replace(take, lines=tuple(sorted(lines, key=lambda one: one.t)), clock="real")


def test_the_same_setup_passes(take: Take) -> None:
    """Also from text."""
    assert_take(take, played)
    assert_take(Take.loads(take.dumps()), played)


def test_a_difference_is_named_with_its_second_and_its_input(take: Take) -> None:
    """What was expected, what was heard, and the lines around."""

    def other(midi: TestSession) -> None:
        midi.map(note(36), send("note_on", note=60, velocity="pass"))
        midi.map(note(37), send("note_on", note=62))

    with pytest.raises(AssertionError) as caught:
        assert_take(take, other)
    text = str(caught.value)
    assert "the first difference is at 2.100000 s, after in note_on channel=0 note=37" in text
    assert "  expected:     2.100000  fired    note 37 -> send note_on 61" in text
    assert "  heard:        2.100000  fired    note 37 -> send note_on 62" in text
    assert "-     2.100000  sent     note_on channel=0 note=61 velocity=100 to Virtual" in text


@pytest.mark.parametrize("missing", [True, False])
def test_too_few_and_too_many_results_are_named(take: Take, missing: bool) -> None:
    """One side has nothing more."""

    def fewer(midi: TestSession) -> None:
        midi.map(note(36), send("note_on", note=60, velocity="pass"))

    lines = [one for one in take.lines if one.t < 2 or not one.result]
    given = (take, fewer) if missing else (replace(take, lines=tuple(lines)), played)
    said = "heard:    nothing more" if missing else "expected: nothing more"
    with pytest.raises(AssertionError, match=said):
        assert_take(*given)


def test_times_of_real_takes_may_be_off_a_little(take: Take) -> None:
    """By 50 ms, or what is asked for; those of virtual time not at all."""
    assert_take(as_real(take, 1.04, 1.04, 2.06, 2.06), played)
    with pytest.raises(AssertionError, match=r"first difference is at 1\.000000 s"):
        assert_take(as_real(take, 1.06, 1.06, 2.1, 2.1), played)
    assert_take(as_real(take, 1.06, 1.06, 2.1, 2.1), played, tolerance=0.07)
    with pytest.raises(AssertionError):
        assert_take(replace(as_real(take, 1.01, 1.01, 2.1, 2.1), clock="virtual"), played)


def test_what_came_at_one_moment_keeps_its_order_in_real_takes(take: Take) -> None:
    """Though what came a moment apart may change it."""

    def both(midi: TestSession) -> None:
        midi.map(note(36), send("note_on", note=1), all=True)
        midi.map(note(36), send("note_on", note=2))

    with session() as midi:
        both(midi)
        with midi.record() as recording:
            midi.play(press(36))
    assert_take(as_real(recording.take, 0.0, 0.0, 0.01, 0.01), both)
    lines = list(recording.take.lines)
    lines[2], lines[4] = lines[4], lines[2]
    swapped = replace(recording.take, lines=tuple(lines), clock="real")
    with pytest.raises(AssertionError, match="first difference"):
        assert_take(swapped, both)


def test_a_result_that_is_missing_does_not_hide_the_later_ones_of_its_kind() -> None:
    """The same pad every second: the one that is gone is named, no other."""
    lines = "".join(f'{{"t": {second}, "in": "note_on note=36"}}\n' for second in range(6))
    inputs = Take.loads(HEAD + lines)
    with session() as midi:
        played(midi)
        take = replace(midi.replay(inputs), clock="real")
    short = tuple(one for one in take.lines if not (one.result and one.t == 2))
    with pytest.raises(AssertionError) as caught:
        assert_take(replace(take, lines=short), played)
    text = str(caught.value)
    assert "the first difference is at 2.000000 s" in text
    assert sum(line.startswith(("-", "+")) for line in text.splitlines()) == 2


def test_results_are_written_first_and_then_compared(tmp_path: Path) -> None:
    """A take without any says how; only then it is a test."""
    path = tmp_path / "take.jsonl"
    path.write_text(HEAD + '{"t": 1, "in": "note_on note=36 velocity=9"}')
    with pytest.raises(AssertionError, match="run once with update=True"):
        assert_take(path, played)
    assert_take(path, played, update=True)
    assert_take(path, played)
    assert [one.velocity for one in Take.load(path).sent] == [9]
    before = path.read_bytes()
    assert_take(path, played, update=True)
    assert path.read_bytes() == before
    with pytest.raises(AssertionError):
        assert_take(path, lambda midi: None)


def test_a_take_that_rightly_gives_nothing_is_a_test_too(tmp_path: Path) -> None:
    """Once it was written."""
    path = tmp_path / "take.jsonl"
    path.write_text(HEAD + '{"t": 1, "in": "note_on note=50"}')
    assert_take(path, played, update=True)
    assert_take(path, played)
    with pytest.raises(AssertionError, match="expected: nothing more"):
        assert_take(path, lambda midi: midi.map(note(50), send("note_on", note=1)))


def test_updating_needs_a_file(take: Take) -> None:
    """There is nowhere else to write to."""
    with pytest.raises(InvalidValue, match="give its path"):
        assert_take(take, played, update=True)


@pytest.mark.parametrize("tolerance", [-1, "x", True, float("nan")])
def test_tolerance_is_checked(take: Take, tolerance: object) -> None:
    """Seconds from 0 on."""
    with pytest.raises(InvalidValue, match="allowed are seconds from 0 on"):
        assert_take(take, played, tolerance=tolerance)  # type: ignore[arg-type]


def test_a_configuration_is_a_setup(tmp_path: Path) -> None:
    """By its path."""
    (tmp_path / "pads.toml").write_text(CONFIG)
    (tmp_path / "take.jsonl").write_text(HEAD + '{"t": 0, "in": "note_on note=36"}')
    assert_take(tmp_path / "take.jsonl", tmp_path / "pads.toml", update=True)
    assert [one.note for one in Take.load(tmp_path / "take.jsonl").sent] == [60]
    assert_take(tmp_path / "take.jsonl", str(tmp_path / "pads.toml"))


def test_a_plugins_folder_is_a_part_of_a_setup(tmp_path: Path) -> None:
    """Loaded from a copy, and mapped by a function after it."""
    with session() as midi:
        folder = midi.plugins.new_plugin("above", tmp_path)
    path = tmp_path / "take.jsonl"
    path.write_text(HEAD + '{"t": 0, "in": "note_on note=36"}\n{"t": 1, "in": "note_off note=36"}')
    setup = [folder, lambda midi: midi.map(note(36), plugin("above"))]
    assert_take(path, setup, update=True)
    assert len(Take.load(path).sent) > 0
    assert_take(path, setup)


def test_what_plugins_emitted_can_be_an_input(tmp_path: Path) -> None:
    """Then it is not compared."""
    path = tmp_path / "take.jsonl"
    path.write_text(HEAD + '{"t": 1, "emitted": "tick", "plugin": "clock"}')

    def setup(midi: TestSession) -> None:
        midi.map(plugin_event("clock", "tick"), send("note_on", note=1))

    assert_take(path, setup, update=True, emitted=True)
    assert_take(path, setup, emitted=True)
    with pytest.raises(AssertionError, match="emitted  tick by clock"):
        assert_take(path, setup)


def cli(*words: object) -> subprocess.CompletedProcess[str]:
    """Run `midimon-live replay`."""
    command = [sys.executable, "-m", "midimon_live", "replay", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_line_says_what_comes_of_a_take(tmp_path: Path) -> None:
    """As lines for people, or as a take."""
    config, path = tmp_path / "pads.toml", tmp_path / "take.jsonl"
    config.write_text(CONFIG)
    path.write_text(HEAD + '{"t": 0.5, "in": "note_on note=36"}')
    done = cli(path, "--config", config)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "    0.500000  fired    note 36 -> send note_on 60 velocity pass: ok",
        "    0.500000  sent     note_on channel=0 note=60 velocity=64 to Virtual",
        f"{path}: <Take of 2.5 s: 1 input, 1 fired, 1 sent>",
    ]
    assert len(Take.loads(cli(path, "--config", config, "--json").stdout).results) == 2


def test_the_command_line_refuses_in_words(tmp_path: Path) -> None:
    """A file, a configuration or a plugin that is not there; status 1, and no traceback."""
    path = tmp_path / "take.jsonl"
    path.write_text(HEAD)
    none = tmp_path / "none"
    for words in ((none,), (path, "--config", none), (path, "--plugin", none), (tmp_path,)):
        done = cli(*words)
        assert done.returncode == 1, words
        assert os.path.basename(words[-1]) in done.stderr  # noqa: PTH119
        assert "Traceback" not in done.stderr


def test_a_take_is_not_there(tmp_path: Path) -> None:
    """It says where it was looked for."""
    with pytest.raises(TakeError, match="there is no file"):
        assert_take(tmp_path / "none.jsonl", played)
