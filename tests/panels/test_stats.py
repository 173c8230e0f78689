"""The statistics: what a view is told, when, and that it is told no more than that."""

import json
from typing import Any

import pytest

from midimon_live import ActionPlugin, note
from midimon_live.durations import bucket_of
from midimon_live.testing import TestSession, press, session
from tests.support.panels import Onlooker

HOSTILE = "<img src=x onerror=alert(1)> \u202e'\"__proto__"


class Blink(ActionPlugin):
    """Does nothing."""

    def execute(self, params, context):
        """Do it."""


def functions(midi: TestSession, number: int, seconds: float = 0.0) -> list[str]:
    """Map so many functions to the pads from 0 on, and return their names as plugins."""
    names = []
    for index in range(number):

        def function(_context: Any) -> None:
            midi.clock.move_to(midi.clock.now() + seconds)

        function.__name__ = function.__qualname__ = f"function_{index:03}"
        channel, pad = divmod(index, 100)
        names.append(midi.map(note(pad, channel=channel), function).mapping.plugin)
    return names


def told(view: Onlooker) -> dict[str, Any]:
    """Return what all frames of a view together say of each plugin."""
    plugins: dict[str, Any] = {}
    for _content, state, _buffers in view.frames:
        plugins.update(state["plugins"])
    return plugins


def test_it_says_what_was_counted_and_then_nothing_until_more_is() -> None:
    """The rate falls to 0 once, and then it is silent."""
    with session() as midi:
        midi.map(note(36), Blink)
        view = Onlooker(midi, "stats")
        first = view.look(0.0)
        assert (first["events"], first["follows"], first["names"]) == (0, 0, ["blink"])

        midi.play(press(36), press(36), press(99))

        assert view.look(0.3)["events"] == 3
        assert view.look(0.7)["rate"] == [3, 2, 0]
        assert view.look(1.0)["rate"] == [0, 0, 0]
        assert view.look(60.0) is None


def test_of_what_has_never_run_nothing_is_claimed() -> None:
    """No percentile is made up; the browser writes a dash."""
    with session() as midi:
        midi.map(note(36), Blink)
        state = Onlooker(midi, "stats").look(0.0)
        for one in (state["plugins"]["blink"], state["total"], state["late"]):
            assert (one["hist"], one["marks"]) == ([], [None, None, None])
        assert "NaN" not in json.dumps(state)


def test_outcomes_and_times_are_those_of_the_session() -> None:
    """Executions, failures and refusals; the histogram and its percentiles, in microseconds."""
    with session() as midi:

        def half(context):
            midi.clock.move_to(midi.clock.now() + 0.002)
            if context.velocity > 64:
                raise ValueError(context.velocity)

        class Files(Blink):
            capabilities = frozenset({"filesystem"})

        name = midi.map(note(36), half).mapping.plugin
        midi.map(note(37), Files)
        view = Onlooker(midi, "stats")
        midi.play(press(36, velocity=1), press(36, velocity=100), press(37))

        state = view.look()

        ran, refused = state["plugins"][name], state["plugins"]["files"]
        assert (ran["runs"], ran["failed"], ran["denied"]) == (2, 1, 0)
        assert ran["error"].startswith("ValueError: 100")
        assert ran["hist"] == [bucket_of(0.002), 2]
        assert ran["marks"] == pytest.approx([2_000] * 3, rel=0.2)
        assert (refused["runs"], refused["denied"]) == (0, 1)
        assert (state["total"]["runs"], state["total"]["denied"]) == (2, 1)
        assert state["total"]["hist"] == ran["hist"]
        assert sum(state["late"]["hist"][1::2]) == 3


def test_a_frame_has_only_what_is_new() -> None:
    """Plugins that ran, and seconds from the newest one on that was told."""
    with session() as midi:
        one, other = functions(midi, 2)
        midi.play(press(0), press(1))
        view = Onlooker(midi, "stats")
        first = view.look(10.0)
        assert set(first["plugins"]) == {one, other}

        midi.play(press(1))

        second = view.look()
        assert set(second["plugins"]) == {other}
        assert second["history"] == [[0, 1, 2, 2, 0], [10, 1, 1, 1, 0]]
        assert second["plugins"][other]["rows"] == [[0, 1, 1], [10, 1, 1]]
        assert (second["follows"], "names" in second) == (first["sequence"], False)


def test_who_comes_later_is_told_everything() -> None:
    """And a view that has missed something may ask for it by looking again."""
    with session() as midi:
        functions(midi, 2)
        midi.play(press(0), press(1))
        view = Onlooker(midi, "stats")
        view.look()
        view.look(10.0)
        view.say("look", on=True)
        state = view.look(0.0)
        assert (state["follows"], len(state["plugins"]), len(state["names"])) == (0, 2, 2)
        assert state["events"] == 2


def test_an_unloaded_plugin_leaves_the_table_and_stays_in_the_sums() -> None:
    """What was played was played; loaded again, it is told again."""
    with session() as midi:
        midi.map(note(36), Blink)
        midi.play(press(36))
        view = Onlooker(midi, "stats")
        view.look()
        midi.plugins.unload_plugin("blink")
        gone = view.look()
        assert (gone["names"], gone["total"]["runs"]) == ([], 1)
        midi.activate(Blink)
        assert view.look()["plugins"]["blink"]["runs"] == 1


def test_two_hundred_plugins_have_their_turn_a_few_a_frame() -> None:
    """The first picture has all; then no frame is long, none is forgotten, and silence comes."""
    with session() as midi:
        names = functions(midi, 200)
        view = Onlooker(midi, "stats")
        assert len(view.look()["plugins"]) == 200
        for index in range(200):
            channel, pad = divmod(index, 100)
            midi.play(press(pad, channel=channel))
        shown = len(view.frames)
        while (state := view.look(0.3)) is not None:
            assert len(state["plugins"]) <= 8
        assert len(view.frames) - shown < 40
        assert {name for name, one in told(view).items() if one["runs"] == 1} == set(names)


def test_hostile_names_and_errors_are_data() -> None:
    """They arrive as they are; the static picture has them escaped."""

    class Bad(ActionPlugin):
        name = HOSTILE

        def execute(self, params, context):
            raise ValueError(HOSTILE)

    with session() as midi:
        midi.map(note(36), Bad)
        view = Onlooker(midi, "stats")
        midi.play(press(36))
        state = view.look()
        error = state["plugins"][HOSTILE]["error"]
        assert error.startswith(f"ValueError: {HOSTILE[:20]}")
        assert len(error) <= 500
        assert "<img" not in view.panel.table()._repr_html_()


def test_lateness_is_worked_out_once_a_second_and_at_the_end() -> None:
    """Two thousand events are too many for every frame; the last ones are not forgotten."""
    with session() as midi:
        view = Onlooker(midi, "stats")
        counts = []
        for _ in range(6):
            midi.play(press(36))
            counts.append(sum(view.look(0.3)["late"]["hist"][1::2]))
        assert len(set(counts)) < 4
        for _ in range(10):
            view.look(0.3)
        assert sum(view.frames[-1][1]["late"]["hist"][1::2]) == 6
