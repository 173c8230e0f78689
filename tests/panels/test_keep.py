"""The keep panel: what the page is told to keep, and what it may have restored."""

from typing import Any

import pytest

from midimon_live import note, send
from midimon_live.errors import InvalidValue
from midimon_live.snapshots import LARGEST, KeptCell, Snapshot, read
from midimon_live.testing import press, session
from tests.support.notebook import Notebook
from tests.support.panels import Onlooker

CELL = KeptCell("a", "1", "midi.map(__import__('midimon_live').note(1), print)")


def kept(view: Onlooker) -> Snapshot:
    """Return the newest snapshot that the page was sent."""
    return read(next(buffers[0] for _, _, buffers in reversed(view.frames) if buffers))


def restored(view: Onlooker, packed: bytes) -> str:
    """Let the page have something restored; returns what it is answered."""
    answer = view.answers[view.say("restore", packed)]
    return str(answer.get("error") or answer["value"])


def test_a_snapshot_is_sent_when_it_is_another_and_only_then() -> None:
    """Playing is no change; a mapping, a mode and an output are."""
    with session() as midi:
        view = Onlooker(midi, "keep")
        view.look()
        assert kept(view).about == {"mappings": 0, "plugins": 0}
        midi.play(press(1))
        assert view.look() is None
        midi.map(note(1), print)
        view.look()
        assert kept(view).about == {"mappings": 1, "plugins": 0}
        sent = len(view.frames)
        view.panel.begin("a name")
        assert view.look()["name"] == "a name"
        assert view.frames[-1][2] == []  # the same snapshot is not sent again
        midi.define_mode("Drums", "orange")
        midi.mode = "Drums"
        view.look()
        assert (kept(view).mode, kept(view).modes["Drums"]) == ("Drums", "orange")
        assert len(view.frames) == sent + 2


def test_a_view_that_is_off_the_screen_keeps_too() -> None:
    """Somebody scrolls on and works in another cell."""
    with session() as midi:
        view = Onlooker(midi, "keep", on=False)
        view.look()
        view.say("look", on=False)
        midi.map(note(1), print)
        view.look()
        assert kept(view).about["mappings"] == 1


def test_what_a_page_sends_back_is_run_and_the_outcome_is_told() -> None:
    """The answer comes at once, the outcome with a frame."""
    with session() as midi:
        view = Onlooker(midi, "keep")
        packed = Snapshot(cells=(CELL, KeptCell("b", "2", "1 / 0"))).packed()
        assert "as soon as no other runs" in restored(view, packed)
        outcome = view.look()["outcome"]
        assert outcome["title"] == "restored: 1 of 2 cells, 1 mapping, mode Default"
        assert outcome["lines"] == [
            "not restored: In [2], line 1: ZeroDivisionError: division by zero"
        ]
        assert len(midi.mappings()) == 1


@pytest.mark.parametrize(
    "packed", [b"", b"nonsense", b"{}", b"x" * (LARGEST + 1)], ids=["empty", "text", "{}", "large"]
)
def test_what_is_no_snapshot_is_refused_and_the_engine_plays_on(packed: bytes) -> None:
    """A page may send anything."""
    with session() as midi:
        view = Onlooker(midi, "keep")
        assert "no snapshot" in restored(view, packed)
        assert view.panel.state()["running"] is False
        midi.map(note(1), print)
        midi.play(press(1))
        assert midi.traces()[-1].verdict == "fired"


def test_two_at_once_or_none_are_refused() -> None:
    """One message, one snapshot."""
    with session() as midi:
        view = Onlooker(midi, "keep")
        number = view.say("restore", b"1", b"2")
        assert "2 snapshots came" in view.answers[number]["error"]


def test_restoring_without_a_click_is_asked_for_once() -> None:
    """By the cell that says so; a page that has nothing says that, and nobody asks again."""
    with session() as midi:
        view = Onlooker(midi, "keep")
        assert view.look()["wanted"] == 0
        midi.keep(restore=True)
        assert view.look()["wanted"] == 1
        view.say("nothing")
        assert view.look()["wanted"] == 0
        midi.keep(restore=True)
        assert view.look()["wanted"] == 2
        restored(view, Snapshot(cells=(CELL,)).packed())
        assert view.look()["wanted"] == 0


def test_nothing_is_restored_by_showing_the_panel() -> None:
    """Not before somebody has asked for it."""
    with session() as midi:
        view = Onlooker(midi, "keep")
        midi.keep()
        assert view.look(10.0)["wanted"] == 0
        assert midi.mappings() == []


@pytest.mark.parametrize("name", ["", "x" * 201, 7])
def test_a_name_is_text(name: Any) -> None:
    """What can not be a name is refused in words."""
    with session() as midi, pytest.raises(InvalidValue, match="allowed is text"):
        midi.keep(name)


def test_without_a_browser_the_panel_is_a_table() -> None:
    """How much there is to keep."""
    with session() as midi:
        Notebook(midi).run("a", "midi.map(note(1), print)")
        assert ["mappings", "1"] in midi.keep().table().rows


def test_what_no_cell_made_is_kept_as_lines() -> None:
    """The mappings panel makes such mappings; a function has no line, and stays with its cell."""
    with session() as midi:
        midi.map(note(1), print)
        midi.map(note(2), lambda context: context)
        midi.map(note(3), send("note_on", note=60), name="wait ...", mode="Drums")
        said = str(midi.mappings()[-1])
        lines = midi.snapshot().lines
    assert lines == ('midi.map(note(3), send("note_on", note=60), mode="Drums", name="wait ...")',)
    with session() as midi:
        midi.restore(Snapshot(lines=lines))
        assert [str(one) for one in midi.mappings()] == [said]
