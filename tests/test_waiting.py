"""Changes on the beat: built at the end of the cell, in force at the boundary, or not at all."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import ActionPlugin, cc, note
from midimon_live.changes import Change
from midimon_live.errors import InvalidValue, LoadError, PluginNotFound
from midimon_live.mappings import Origin
from midimon_live.testing import TestSession, press, session, turn

played: list[str] = []


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """A session at 120 bpm, half a beat into its first bar: the next begins at 2 s."""
    played.clear()
    with session() as midi:
        midi.tempo = 120
        midi.advance(0.25)
        yield midi


def cell(
    midi: TestSession, name: str | None, run: int, what: Callable[[], Any], *classes: Any
) -> list[str]:
    """Do `what` as if it were the code of a cell that succeeds; returns the remarks."""
    midi.begin(Change(Origin(name, f"In [{run}]", run)))
    what()
    return midi.end(commit=True, classes=classes)


def maps(midi: TestSession, text: str, number: int = 36, at: str = "") -> Callable[[], Any]:
    """Return the code of a cell that maps a note to a function that says `text`."""

    def code() -> Any:
        if at:
            midi.at(at)
        return midi.map(note(number), lambda _context: played.append(text))

    return code


def blink(text: str, log: list[str] | None = None) -> type[ActionPlugin]:
    """Return a version of the plugin `blink`; its life is noted in `log`."""
    note_down = (played if log is None else log).append

    class Blink(ActionPlugin):
        def initialize(self) -> None:
            note_down(f"{text} begins")

        def execute(self, params, context):
            played.append(text)

        def shutdown(self) -> None:
            note_down(f"{text} ends")

    return Blink


def plays(midi: TestSession, number: int = 36) -> list[str]:
    """Press a note and return what that plays."""
    del played[:]
    midi.play(press(number))
    return list(played)


def test_a_cell_lands_on_the_bar(midi: TestSession) -> None:
    """Until then the old plays, from then on the new: what arrives at the very moment meets it."""
    cell(midi, "a", 1, maps(midi, "old"))
    midi.apply = "bar"
    said = cell(midi, "a", 2, maps(midi, "new"))
    assert said == ["it comes into force at the next bar, in 1.8 s"]
    assert "In [2], for the next bar (in 1.8 s)" in repr(midi.status())
    midi.advance(1.7499)
    assert plays(midi) == ["old"]
    midi.advance(0.0001)
    assert plays(midi) == ["new"]
    assert len(midi.mappings()) == 1


def test_plugins_and_mappings_land_together(midi: TestSession) -> None:
    """The class is built at the end of the cell; the version before is shut down on the bar."""
    log: list[str] = []
    old, new = blink("old", log), blink("new", log)
    cell(midi, "a", 1, lambda: midi.map(note(36), old), old)
    cell(midi, "a", 2, lambda: (midi.at("bar"), midi.map(note(37), new)), new)
    assert log == ["old begins", "new begins"]
    assert (plays(midi, 36), plays(midi, 37)) == (["old"], [])
    midi.advance(2)
    assert log == ["old begins", "new begins", "old ends"]
    assert (plays(midi, 36), plays(midi, 37)) == ([], ["new"])


def test_what_is_wrong_shows_in_the_cell_and_changes_nothing(midi: TestSession) -> None:
    """It is built at the end of the cell, not on the bar."""

    class Broken(ActionPlugin):
        def initialize(self) -> None:
            raise OSError("no lamp")

        def execute(self, params, context):
            """Do nothing."""

    midi.apply = "bar"
    cell(midi, "a", 1, maps(midi, "waits"))
    with pytest.raises(LoadError, match="no lamp"):
        cell(midi, "a", 2, lambda: midi.map(note(36), Broken))
    midi.advance(2)
    assert plays(midi) == ["waits"]


def test_a_later_run_of_the_cell_takes_the_place_of_what_waits(midi: TestSession) -> None:
    """What waited is shut down and never was in force."""
    log: list[str] = []
    midi.apply = "bar"
    for run, text in enumerate(("one", "two"), start=1):
        version = blink(text, log)
        cell(midi, "a", run, lambda version=version: midi.map(note(36), version), version)
    assert log == ["one begins", "two begins", "one ends"]
    midi.advance(2)
    assert plays(midi) == ["two"]
    assert [one.label for one in (midi.mappings()[0].origin,)] == ["In [2]"]


def test_a_later_run_that_maps_nothing_lets_go_of_what_waits(midi: TestSession) -> None:
    """A cell stands for exactly what it says now."""
    cell(midi, "a", 1, maps(midi, "waits", at="bar"))
    cell(midi, "a", 2, lambda: None)
    midi.advance(2)
    assert midi.mappings() == []


def test_an_instance_that_waits_is_not_begun_twice(midi: TestSession) -> None:
    """The same object in a later run of the cell goes on waiting, with what it has mapped."""
    log: list[str] = []

    class Lamp(ActionPlugin):
        def initialize(self) -> None:
            log.append("begins")
            midi.map(note(40), lambda _context: played.append("its own"))

        def execute(self, params, context):
            played.append("lamp")

        def shutdown(self) -> None:
            log.append("ends")

    lamp = Lamp()
    midi.apply = "bar"
    cell(midi, "a", 1, lambda: midi.map(note(36), lamp))
    cell(midi, "a", 2, lambda: midi.map(note(36), lamp))
    midi.advance(2)
    assert (plays(midi), plays(midi, 40)) == (["lamp"], ["its own"])
    assert log == ["begins"]


@pytest.mark.parametrize("name", ["b", None])
def test_what_a_newer_cell_has_said_meanwhile_counts(midi: TestSession, name: str | None) -> None:
    """An older change that lands later does not take the place of a newer one."""
    old, new = blink("old"), blink("new")
    cell(midi, "a", 1, lambda: (midi.at("bar"), midi.map(note(36), old), midi.map(cc(1), old)), old)
    cell(midi, name, 2, lambda: midi.map(note(36), new), new)
    midi.advance(2)
    assert plays(midi) == ["new"]
    del played[:]
    midi.play(turn(1, 5))
    assert played == ["new"]


def test_changes_of_different_cells_land_in_their_order(midi: TestSession) -> None:
    """The newer of two on the same trigger plays; functions without a name are not mixed up."""
    midi.apply = "bar"
    cell(midi, "a", 1, maps(midi, "a"))
    cell(midi, "b", 2, maps(midi, "b", number=37))
    cell(midi, "c", 3, maps(midi, "c", number=36))
    midi.advance(2)
    assert (plays(midi, 36), plays(midi, 37)) == (["c"], ["b"])


def test_a_cell_that_changes_nothing_waits_for_nothing(midi: TestSession) -> None:
    """`1 + 1` is in force at once."""
    midi.apply = "bar"
    assert cell(midi, "a", 1, lambda: None) == []
    assert "waiting" not in repr(midi.status())


def test_handles_of_what_waits(midi: TestSession) -> None:
    """They have no mapping yet, and removing them is in time."""
    handles: list[Any] = []
    midi.apply = "bar"
    cell(midi, "a", 1, lambda: handles.append(maps(midi, "one", 36)()))
    cell(midi, "b", 2, lambda: handles.append(maps(midi, "two", 37)()))
    cell(midi, "c", 3, lambda: handles.append(maps(midi, "three", 38)()))
    assert [one.mapping for one in handles] == [None] * 3
    handles[0].remove()
    midi.apply = "now"
    cell(midi, "d", 4, handles[1].remove)
    midi.advance(2)
    assert [one.mapping is None for one in handles] == [True, True, False]
    assert len(midi.mappings()) == len(midi.plugins.list_loaded()) == 1


def test_a_cell_may_say_otherwise_for_itself(midi: TestSession) -> None:
    """`midi.at("now")` in a session that waits for bars; the next cell waits again."""
    midi.apply = "2 bars"
    cell(midi, "a", 1, maps(midi, "now", 36, at="now"))
    assert plays(midi) == ["now"]
    cell(midi, "b", 2, maps(midi, "later", 37))
    midi.advance(3.7)
    assert plays(midi, 37) == []
    midi.advance(0.1)
    assert plays(midi, 37) == ["later"]


def test_a_block_waits_outside_of_cells_and_in_handlers(midi: TestSession) -> None:
    """Only what is said inside; what is said elsewhere is in force at once."""
    with midi.at("beat"):
        midi.map(note(36), lambda _context: played.append("block"))
    midi.map(note(37), lambda _context: played.append("at once"))

    def handler(_context: Any) -> None:
        with midi.at("bar"):
            midi.map(note(39), lambda _context: played.append("from a handler"))

    midi.map(note(38), handler)
    midi.play(press(38))
    assert (plays(midi, 36), plays(midi, 37)) == ([], ["at once"])
    midi.advance(0.25)
    assert (plays(midi, 36), plays(midi, 39)) == (["block"], [])
    midi.advance(1.5)
    assert plays(midi, 39) == ["from a handler"]


def test_a_block_in_a_cell_has_the_whole_cell_wait(midi: TestSession) -> None:
    """A cell comes into force whole."""

    def code() -> None:
        maps(midi, "outside", 36)()
        with midi.at("bar"):
            maps(midi, "inside", 37)()

    cell(midi, "a", 1, code)
    assert (plays(midi, 36), plays(midi, 37)) == ([], [])
    midi.advance(2)
    assert (plays(midi, 36), plays(midi, 37)) == (["outside"], ["inside"])


def test_a_block_that_raises_changes_nothing(midi: TestSession) -> None:
    """What it has said is forgotten, and what comes after it is in force at once again."""

    def broken() -> None:
        with midi.at("bar"):
            midi.map(note(36), print)
            raise OSError("no lamp")

    with pytest.raises(OSError, match="no lamp"):
        broken()
    midi.map(note(37), lambda _context: played.append("at once"))
    midi.advance(2)
    assert (len(midi.mappings()), plays(midi, 37)) == (1, ["at once"])


def test_without_a_clock_a_cell_is_in_force_at_once(midi: TestSession) -> None:
    """And is told once how to have a clock."""
    midi.tempo = None
    midi.apply = "bar"
    assert "midi.tempo = 120" in cell(midi, "a", 1, maps(midi, "one"))[-1]
    assert cell(midi, "b", 2, maps(midi, "two", 37)) == []
    assert (plays(midi, 36), plays(midi, 37)) == (["one"], ["two"])


def test_a_clock_that_stops_lands_what_waits(midi: TestSession) -> None:
    """At once, with a notice, rather than never."""
    midi.play(b"\xfa", b"\xf8")
    cell(midi, "a", 1, maps(midi, "waits", at="4 bars"))
    midi.play(b"\xfc")
    assert plays(midi) == ["waits"]
    assert (
        "the MIDI clock of Virtual has stopped; at once instead of at the next 4 bars: In [1]"
        in repr(midi.status())
    )


def test_a_panic_leaves_what_waits(midi: TestSession) -> None:
    """It ends what sounds, and takes no code back."""
    cell(midi, "a", 1, maps(midi, "waits", at="bar"))
    midi.panic()
    midi.advance(2)
    assert plays(midi) == ["waits"]


def test_settling_waits_for_no_boundary(midi: TestSession) -> None:
    """Everything received is handled: the bar has not come."""
    cell(midi, "a", 1, maps(midi, "waits", at="bar"))
    midi.settle()
    assert midi.mappings() == []


def test_closing_shuts_down_what_waits() -> None:
    """A plugin that was begun is ended, though it never was in force."""
    log: list[str] = []
    with session() as midi:
        midi.tempo = 120
        version = blink("waits", log)
        cell(midi, "a", 1, lambda: (midi.at("bar"), midi.map(note(36), version)), version)
    assert log == ["waits begins", "waits ends"]


def test_a_change_that_can_not_land_says_so_and_the_old_plays_on(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """State that can not be taken over shows first on the bar: the version before stays."""
    old, new = blink("old"), blink("new")

    def migrate(self: Any, old: Any) -> None:
        raise ValueError("other strings")

    new.migrate = migrate  # type: ignore[attr-defined]
    cell(midi, "a", 1, lambda: midi.map(note(36), old), old)
    cell(midi, "a", 2, lambda: (midi.at("bar"), midi.map(note(36), new)), new)
    midi.advance(2)
    assert plays(midi) == ["old"]
    assert "In [2] is not in force" in capsys.readouterr().err
    assert "other strings" in repr(midi.status())


def test_a_change_while_another_is_built_lands_right_after(midi: TestSession) -> None:
    """The bar comes while another thread builds: the change waits for that, not for ever."""
    import threading

    cell(midi, "a", 1, maps(midi, "waits", at="bar"))
    held, done = threading.Event(), threading.Event()

    def build() -> None:
        with midi._waiting._committer.lock:
            held.set()
            done.wait(5)

    other = threading.Thread(target=build)
    other.start()
    held.wait(5)
    midi.advance(1.76)
    assert midi.mappings() == []
    done.set()
    other.join()
    midi.advance(0.001)
    assert plays(midi) == ["waits"]


# decisions of the user while something waits


def test_undo_takes_back_what_waits_before_what_is_in_force(midi: TestSession) -> None:
    """The newest first: its plugin is shut down, and what it would have replaced plays on."""
    log: list[str] = []
    old, new = blink("old", log), blink("new", log)
    cell(midi, "a", 1, lambda: midi.map(note(36), old), old)
    cell(midi, "a", 2, lambda: (midi.at("4 bars"), midi.map(note(36), new)), new)
    assert "undo: In [2], which was waiting for the next 4 bars" in str(midi.undo())
    assert log == ["old begins", "new begins", "new ends"]
    assert "waiting" not in repr(midi.status())
    midi.advance(10)
    assert plays(midi) == ["old"]
    midi.undo()
    assert midi.mappings() == []


def test_undo_of_several_steps_counts_what_waits(midi: TestSession) -> None:
    """What waits and what is in force are taken back together, or not at all."""
    cell(midi, "a", 1, maps(midi, "a"))
    cell(midi, "b", 2, maps(midi, "b", 37, at="bar"))
    cell(midi, "c", 3, maps(midi, "c", 38, at="bar"))
    with pytest.raises(InvalidValue, match="there are 3 steps to undo"):
        midi.undo(4)
    said = str(midi.undo(3))
    assert (
        "undo: In [3], which was waiting for the next bar, In [2], which was waiting for the "
        "next bar, In [1]"
    ) in said
    midi.advance(2)
    assert midi.mappings() == []
    midi.redo()
    assert plays(midi) == ["a"]


def test_a_rollback_lets_go_of_the_version_that_waits(midi: TestSession) -> None:
    """The mapping of the cell lands, and fires the version that was put back."""
    log: list[str] = []
    one, two, three = (blink(text, log) for text in ("one", "two", "three"))
    cell(midi, "a", 1, lambda: midi.map(note(36), one), one)
    cell(midi, "a", 2, lambda: midi.map(note(36), two), two)
    cell(midi, "a", 3, lambda: (midi.at("bar"), midi.map(note(37), three)), three)
    midi.rollback("blink")
    assert log[-3:] == ["one begins", "two ends", "three ends"]
    midi.advance(2)
    assert (plays(midi, 36), plays(midi, 37)) == ([], ["one"])


def test_a_plugin_that_was_put_back_stays_when_its_cell_lands_without_it(midi: TestSession) -> None:
    """Nothing is mapped to it, and its cell still defines it: it is there to be executed."""
    one, two, three = (blink(text) for text in ("one", "two", "three"))
    cell(midi, "a", 1, lambda: None, one)
    cell(midi, "a", 2, lambda: None, two)
    cell(midi, "a", 3, lambda: (midi.at("bar"), midi.define_mode("x")), three)
    midi.rollback("blink")
    midi.advance(2)
    midi.plugins.execute_plugin("blink")
    assert played[-1] == "one"


@pytest.mark.parametrize("live", [True, False])
def test_unloading_lets_go_of_the_version_that_waits(midi: TestSession, live: bool) -> None:
    """With the mappings that would fire it; the rest of its cell lands, whatever was live."""
    log: list[str] = []
    old, new = blink("old", log), blink("new", log)
    if live:
        cell(midi, "a", 1, lambda: midi.map(note(36), old), old)

    def code() -> None:
        midi.at("bar")
        midi.map(note(36), new)
        maps(midi, "other", 37)()

    cell(midi, "a", 2, code, new)
    midi.plugins.unload_plugin("blink")
    assert "new ends" in log
    midi.advance(2)
    assert "blink" not in midi.plugins.list_loaded()
    assert (plays(midi, 36), plays(midi, 37)) == ([], ["other"])
    with pytest.raises(PluginNotFound):
        midi.plugins.unload_plugin("blink")


def test_what_a_version_that_waited_has_mapped_goes_with_it(midi: TestSession) -> None:
    """It never begins, so nothing of it lands."""

    class Blink(ActionPlugin):
        def initialize(self) -> None:
            midi.map(note(40), lambda _context: played.append("its own"))

        def execute(self, params, context):
            """Do nothing."""

    one = blink("one")
    cell(midi, "a", 1, lambda: midi.map(note(36), one), one)
    cell(midi, "a", 2, lambda: (midi.at("bar"), midi.map(note(36), Blink)), Blink)
    midi.plugins.unload_plugin("blink")
    midi.advance(2)
    assert plays(midi, 40) == []


def test_what_a_version_that_waits_declares_counts_for_it_alone(midi: TestSession) -> None:
    """The one in force may do what it could, whatever is decided, also when that is called off."""

    class Blink(ActionPlugin):
        capabilities = frozenset({"filesystem"})

        def execute(self, params, context):
            """Do nothing."""

    old = blink("old")
    cell(midi, "a", 1, lambda: midi.map(note(36), old), old)
    cell(midi, "a", 2, lambda: (midi.at("bar"), midi.map(note(36), Blink)), Blink)
    for do in (lambda: None, midi.undo):
        do()
        midi.plugins.disable_plugin("blink")
        midi.plugins.enable_plugin("blink")
        assert plays(midi) == ["old"]


BEATS = {"now": 0, "beat": 1, "bar": 4, "2 bars": 8}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(0, 2), st.sampled_from(list(BEATS))),
        st.tuples(st.just("fail"), st.integers(0, 2), st.sampled_from(list(BEATS))),
        st.tuples(st.just("advance"), st.integers(1, 40), st.none()),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_whatever_is_run_and_whenever_each_cell_plays_what_it_should(
    steps: list[tuple[str, int, Any]],
) -> None:
    """Three cells, run for any boundary, some failing: each plays its last run whose time came."""
    plays_now: dict[int, str] = {}
    waits: dict[int, tuple[int, str]] = {}  # the eighth of a beat, and what plays from there
    now = 0
    with session() as midi:
        midi.tempo = 120
        for run, (kind, number, boundary) in enumerate(steps, start=1):
            if kind == "advance":
                now += number
                midi.advance(number / 16)
            elif kind == "fail":
                midi.begin(Change(Origin(str(number), f"In [{run}]", run)))
                maps(midi, "failed", number, boundary)()
                midi.end(commit=False)
            else:
                cell(midi, str(number), run, maps(midi, f"{run}", number, boundary))
                waits.pop(number, None)
                if span := 8 * BEATS[boundary]:
                    waits[number] = ((now // span + 1) * span, f"{run}")
                else:
                    plays_now[number] = f"{run}"
            landed = [one for one, (due, _) in waits.items() if due <= now]
            plays_now |= {one: waits.pop(one)[1] for one in landed}
            for one in range(3):
                assert plays(midi, one) == [plays_now[name] for name in plays_now if name == one]
        midi.settle()
        assert len(midi.plugins.list_loaded()) == len(midi.mappings()) == len(plays_now)


@pytest.mark.parametrize("boundary", ["soon", "", "0 bars", 2, None])
def test_only_boundaries_can_be_waited_for(midi: TestSession, boundary: Any) -> None:
    """What is allowed is named, and what was in force stays."""
    midi.apply = "beat"
    with pytest.raises(InvalidValue, match='"2 bars"'):
        midi.apply = boundary
    with pytest.raises(InvalidValue, match='"2 bars"'):
        midi.at(boundary)
    assert midi.apply == "beat"
