"""The plugins panel: what it shows, what it costs, and that its controls do what their twins do."""

import struct
from typing import Any

import pytest

from midimon_live import ActionPlugin, note
from midimon_live.testing import TestSession, press, session
from tests.support.panels import Onlooker

HOSTILE = "<img src=x onerror=alert(1)>\u202e'\"\\"


class Talks(ActionPlugin):
    """Prints, and raises on hard hits."""

    def execute(self, params: Any, context: Any) -> None:
        """Do it."""
        if context.velocity > 120:
            raise ValueError("too hard")
        print("hit")


class Wants(ActionPlugin):
    """Wants what nobody has granted."""

    capabilities = {"subprocess"}

    def execute(self, params: Any, context: Any) -> None:
        """Do nothing."""


def rows(state: Any) -> dict[str, Any]:
    """Return the rows of a state by name."""
    return {one["name"]: one for one in state["rows"]}


def counts(view: Onlooker) -> list[float]:
    """Return the counts of the newest frame: errors and lines of each row."""
    [packed] = view.frames[-1][2]
    return list(struct.unpack(f"<{len(packed) // 8}d", packed))


def test_each_state_is_a_word_and_says_why() -> None:
    """Enabled, refused with what it misses, disabled."""
    with session() as midi:
        midi.map(note(36), Talks)
        midi.map(note(37), Wants)
        view = Onlooker(midi, "plugins")
        before = rows(view.look())
        assert (before["talks"]["state"], before["wants"]["state"]) == ("enabled", "refused")
        assert "subprocess (high risk)" in before["wants"]["why"]

        assert view.ask("disable", name="talks") == "talks is disabled"

        assert rows(view.look())["talks"]["state"] == "disabled"
        assert view.ask("enable", name="talks") == "talks is enabled"
        assert "no plugin is called 'nobody'" in view.refused("enable", name="nobody")


def test_a_plugin_that_prints_sends_two_numbers_and_no_table() -> None:
    """And one that does nothing sends nothing."""
    with session() as midi:
        midi.map(note(36), Talks)
        view = Onlooker(midi, "plugins")
        view.look()
        midi.play(press(36), press(36))

        assert view.look() is None
        assert counts(view) == [0, 2]
        frames = len(view.frames)
        assert view.look(60.0) is None
        assert len(view.frames) == frames


def test_what_was_raised_comes_with_its_line_and_its_traceback_when_asked() -> None:
    """The table has the last one; the details all kinds, and where each came from."""
    with session() as midi:
        midi.map(note(36), Talks)
        view = Onlooker(midi, "plugins")
        midi.play(press(36, velocity=127), press(36, velocity=127))

        assert "ValueError: too hard" in rows(view.look())["talks"]["error"]["line"]
        assert counts(view)[0] == 2
        [group] = view.ask("errors", name="talks")
        assert (group["error"], group["times"], group["version"]) == ("ValueError", 2, "#1")
        about = {one: group[one] for one in ("version", "error", "place")}
        assert "raise ValueError" in view.ask("traceback", name="talks", **about)
        view.ask("forget errors", name="talks")
        assert rows(view.look())["talks"]["error"] is None


def test_a_log_of_ten_megabytes_comes_in_pages_of_200_short_lines() -> None:
    """Whatever a plugin prints, an answer has at most 200 lines of 300 characters."""

    class Floods(ActionPlugin):
        def execute(self, params: Any, context: Any) -> None:
            print("\n".join(f"{number} " + "x" * 2_000 for number in range(5_000)))

    with session() as midi:
        midi.map(note(36), Floods)
        view = Onlooker(midi, "plugins")
        midi.play(press(36))

        last = view.ask("log", name="floods", before=None, after=None)

        assert len(last["lines"]) == 200
        assert max(len(line[4]) for line in last["lines"]) <= 300
        assert last["lines"][-1][4].startswith("4999 ")
        older = view.ask("log", name="floods", before=last["first"], after=None)
        assert older["first"] + len(older["lines"]) == last["first"]
        newer = view.ask("log", name="floods", before=None, after=last["first"] + 198)
        assert newer["lines"] == last["lines"][198:]
        view.ask("clear log", name="floods")
        assert view.ask("log", name="floods", before=None, after=None)["lines"] == []


def define(midi: TestSession, colour: str) -> None:
    """Define a version of a plugin."""

    class Blink(ActionPlugin):
        description = colour

        def execute(self, params: Any, context: Any) -> None:
            """Do nothing."""

    midi.map(note(36), Blink)


def test_versions_are_told_apart_and_played_again() -> None:
    """As `midi.history`, `midi.diff` and `midi.rollback` do it."""
    with session() as midi:
        define(midi, "red")
        define(midi, "blue")
        view = Onlooker(midi, "plugins")
        assert rows(view.look())["blink"]["versions"] == 2

        newest, oldest = view.ask("versions", name="blink")
        assert (newest["outcome"], oldest["outcome"]) == ("live", "replaced")
        assert (newest["back"], oldest["back"]) == (False, True)
        assert "plays version" in view.ask("roll back", name="blink", version=1)
        assert rows(view.look())["blink"]["about"] == "red"
        assert view.ask("diff", name="blink", old=1, new=3)["lines"] == []
        assert "no version 9" in view.refused("diff", name="blink", old=1, new=9)


def test_plugins_of_folders_are_found_loaded_reloaded_and_unloaded(tmp_path: Any) -> None:
    """And one of a cell is not reloaded: its cell is to be run again."""
    with session(home=tmp_path) as midi:
        midi.map(note(36), Talks)
        midi.plugins.new_plugin("lamp")
        view = Onlooker(midi, "plugins")
        assert "lamp" not in rows(view.look())

        assert view.ask("discover") == "1 found in folders and packages"
        assert rows(view.look())["lamp"]["state"] == "available"
        assert "lamp" in view.ask("load", name="lamp")
        loaded = rows(view.look())["lamp"]
        assert (loaded["state"], loaded["kind"], loaded["files"]) == ("enabled", "folder", True)
        assert "lamp" in view.ask("reload", name="lamp")
        assert view.ask("unload", name="lamp") == "lamp is unloaded"
        assert rows(view.look())["lamp"]["state"] == "available"
        assert "run that again" in view.refused("reload", name="talks")


@pytest.mark.parametrize("name", [HOSTILE, "x" * 100])
def test_any_name_is_shown_and_worked(name: str) -> None:
    """Names are data: they come back as they are, and the static table escapes them."""
    hostile = type("Hostile", (Talks,), {"name": name, "__doc__": HOSTILE})
    with session() as midi:
        midi.map(note(36), hostile)
        view = Onlooker(midi, "plugins")
        assert name in rows(view.look())

        view.ask("disable", name=name)

        assert midi.plugins.disabled() == {name}
        assert "<img" not in view.panel.table()._repr_html_()
        view.ask("unload", name=name)
        assert rows(view.look()) == {}
