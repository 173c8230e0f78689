"""The session: mapping, removing, modes, closing, and bad input of all kinds."""

import gc
import re
import sys
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import (
    ActionPlugin,
    Capability,
    cc,
    chord,
    delay,
    long_press,
    note,
    plugin,
    release,
    send,
)
from midimon_live.changes import Change
from midimon_live.errors import (
    InvalidValue,
    LoadError,
    MidimonError,
    PortClosed,
    PortNotFound,
)
from midimon_live.mappings import Origin
from midimon_live.sessions import Session
from midimon_live.testing import TestSession, press, released, session, turn


class Silent(ActionPlugin):
    """Do nothing."""

    def execute(self, params, context):
        """Do nothing."""


def cell(midi: TestSession, name: str, run: int, what: Callable[[], Any]) -> list[str]:
    """Do `what` as if it were the code of a cell that succeeds; returns the remarks."""
    midi.begin(Change(Origin(name, f"In [{run}]", run)))
    what()
    return midi.end(commit=True)


# mapping


@pytest.mark.parametrize(
    "action", [Silent, Silent(), plugin(Silent), plugin(Silent, color="red"), print, list, len]
)
def test_map_takes_what_can_be_executed(action: object) -> None:
    """A class, an instance, `plugin(...)`, functions."""
    if action is list:
        action = lambda _context: None  # noqa: E731
    with session() as midi:
        midi.map(note(36), action)
        midi.play(press(36))
        assert midi.traces(1)[0].verdict == "fired"


@pytest.mark.parametrize(
    "action",
    [
        None,
        5,
        "blink",
        list,
        object(),
        lambda: None,
        lambda _one, _two: None,
        lambda *, _context: None,
        partial(lambda _context: None, 1),
    ],
)
def test_map_refuses_what_can_not_take_a_context(action: object) -> None:
    """Where it is written, not when a pad is hit; nothing is mapped."""
    with session() as midi:
        with pytest.raises(InvalidValue):
            midi.map(note(36), action)
        assert midi.mappings() == []


def test_map_refuses_what_is_no_trigger() -> None:
    """The text names the builders."""
    with session() as midi, pytest.raises(InvalidValue, match="36 is no trigger; did you mean"):
        midi.map(36, Silent)


def test_map_refuses_a_name_that_nobody_has() -> None:
    """The text lists the plugins there are."""
    with session() as midi:
        midi.activate(Silent)
        with pytest.raises(InvalidValue, match="no plugin is called 'blink'; there are: silent"):
            midi.map(note(36), plugin("blink"))


def test_map_by_name_plays_the_plugin_that_is_loaded() -> None:
    """With the parameters of the mapping."""
    seen = []

    class Shows(ActionPlugin):
        def execute(self, params, context):
            seen.append(params)

    with session() as midi:
        midi.activate(Shows)
        midi.map(note(36), plugin("shows", color="red"))
        midi.play(press(36))
    assert seen == [{"color": "red"}]


def test_mapping_knows_its_name_and_place() -> None:
    """As given, and in the order of making."""
    with session() as midi:
        midi.map(note(1), Silent, name="kick")
        midi.map(note(2), Silent, mode="Drums")
        first, second = midi.mappings()
    assert (first.name, first.mode, first.number) == ("kick", None, 1)
    assert (second.name, second.mode, second.number) == ("", "Drums", 2)


def test_mapping_goes_when_removed_and_again_is_harmless() -> None:
    """Other mappings of the same control stay."""
    hits = []
    with session() as midi:
        first = midi.map(note(36), lambda _context: hits.append("first"))
        midi.map(note(36), lambda _context: hits.append("second"))
        first.remove()
        first.remove()
        midi.play(press(36))
    assert hits == ["second"]


def test_function_is_unloaded_when_its_last_mapping_goes() -> None:
    """A class stays: its cell made it live."""
    with session() as midi:
        handles = [midi.map(note(36), print), midi.map(note(37), Silent)]
        for handle in handles:
            handle.remove()
        assert midi.plugins.list_loaded() == ["silent"]


def test_handle_reads_like_its_mapping() -> None:
    """Before it is in force, and then."""
    with session() as midi:
        midi.begin(Change())
        handle = midi.map(note(36), Silent)
        assert (repr(handle), handle.mapping) == ("note 36 -> silent", None)
        midi.end(commit=True)
        assert repr(handle) == str(handle.mapping) == "note 36 -> silent"


def test_on_maps_the_function_below_and_returns_it() -> None:
    """It can still be called by hand."""
    with session() as midi:

        @midi.on(note(36))
        def hit(context):
            return context.note

        assert hit(press(5)) == 5
        midi.play(press(36))
        assert midi.stats("hit()")


def test_on_replaces_the_mapping_when_the_function_is_defined_again() -> None:
    """Also on another control, and also outside of a cell."""
    hits = []
    with session() as midi:
        for number in (36, 37):
            scope = {"midi": midi, "note": note, "number": number, "hits": hits}
            exec("@midi.on(note(number))\ndef hit(context): hits.append(number)", scope)  # noqa: S102
        midi.play(press(36), press(37))
    assert hits == [37]


def test_functions_made_by_another_are_told_apart() -> None:
    """A factory in a loop gives each pad its own."""
    hits = []

    def make(number):
        def hit(_context):
            hits.append(number)

        return hit

    with session() as midi:
        for number in (36, 37):
            midi.map(note(number), make(number))
        midi.play(press(36), press(37))
    assert hits == [36, 37]


def test_defining_a_class_anew_plays_the_new_code_on_the_old_mapping() -> None:
    """That is the promise: run the cell again, and the pads play the new code."""
    hits = []

    def version(number: int) -> type[ActionPlugin]:
        class Blink(ActionPlugin):
            def execute(self, params, context):
                hits.append(number)

        return Blink

    with session() as midi:
        midi.map(note(36), version(1))
        midi.play(press(36))
        midi.activate(version(2))
        midi.play(press(36))
    assert hits == [1, 2]


# cells


def test_cell_changes_nothing_before_it_has_ended() -> None:
    """Neither mappings nor removals."""
    with session() as midi:
        old = midi.map(note(1), print)
        midi.begin(Change())
        old.remove()
        midi.map(note(2), print)
        assert [one.trigger for one in midi.mappings()] == [note(1)]
        midi.end(commit=True)
        assert [one.trigger for one in midi.mappings()] == [note(2)]


def test_cell_that_failed_changes_nothing() -> None:
    """What it mapped and defined is forgotten."""
    with session() as midi:
        midi.begin(Change())
        midi.map(note(2), print)
        assert midi.end(commit=False, classes=[Silent]) == []
        assert (midi.mappings(), midi.plugins.list_loaded()) == ([], [])


def test_cell_replaces_what_it_made_when_it_runs_again() -> None:
    """Nothing is doubled; other cells' mappings stay."""
    with session() as midi:
        cell(midi, "a", 1, lambda: midi.map(note(1), print))
        cell(midi, "b", 2, lambda: midi.map(note(2), print))
        cell(midi, "a", 3, lambda: midi.map(note(3), print))
        assert [one.trigger for one in midi.mappings()] == [note(2), note(3)]


def test_cell_takes_a_control_from_another_cell_and_says_so() -> None:
    """The same trigger in the same mode has one owner."""
    with session() as midi:
        cell(midi, "a", 1, lambda: midi.map(note(1), Silent))
        remarks = cell(midi, "b", 2, lambda: midi.map(note(1), print))
        assert remarks == ["note 1 now plays print() (was silent, In [1])"]
        assert len(midi.mappings()) == 1


def test_cell_makes_its_classes_live_when_it_ends() -> None:
    """Mapped or not."""
    with session() as midi:
        midi.begin(Change())
        midi.end(commit=True, classes=[Silent])
        assert midi.plugins.list_loaded() == ["silent"]


def test_cell_that_removes_its_own_mapping_leaves_none() -> None:
    """Mapped and removed before its end."""
    with session() as midi:
        midi.begin(Change())
        midi.map(note(1), print).remove()
        midi.end(commit=True)
        assert midi.mappings() == []


def test_activate_brings_the_cell_so_far_into_force() -> None:
    """What comes after it waits for the end again."""
    with session() as midi:
        midi.begin(Change())
        midi.map(note(1), print)
        midi.activate()
        midi.map(note(2), print)
        assert [one.trigger for one in midi.mappings()] == [note(1)]


def test_activate_does_nothing_when_no_cell_runs() -> None:
    """There is nothing that waits."""
    with session() as midi:
        assert midi.activate() == []


@pytest.mark.parametrize("wrong", [print, plugin("blink"), Silent()])
def test_activate_refuses_what_is_no_class(wrong: object) -> None:
    """A function lives as long as it is mapped; there is nothing to activate."""
    with session() as midi, pytest.raises(InvalidValue, match="is no plugin class"):
        midi.activate(wrong)


def test_change_comes_whole_or_not_at_all() -> None:
    """One plugin that can not be initialised keeps the cell's other mappings out, too."""

    class Broken(ActionPlugin):
        def initialize(self):
            raise OSError("no such device")

        def execute(self, params, context):
            pass

    with session() as midi:
        midi.begin(Change())
        midi.map(note(1), print)
        midi.map(note(2), Broken)
        with pytest.raises(LoadError, match="no such device"):
            midi.end(commit=True)
        assert (midi.mappings(), midi.plugins.list_loaded()) == ([], [])


def test_initialize_may_map_things_itself() -> None:
    """Its mapping and the one that brought it are both in force."""
    hits = []
    with session() as midi:

        class Helps(Silent):
            def initialize(self):
                midi.map(note(1), hits.append)

        midi.map(note(2), Helps)
        midi.play(press(1))
        assert {one.trigger for one in midi.mappings()} == {note(1), note(2)}
    assert len(hits) == 1


# sending, modes, closing


def test_output_is_the_virtual_port_until_changed() -> None:
    """By name or a part of it; the full name is kept."""
    with session() as midi:
        assert midi.output == "Virtual"
        midi.create_port("Synth A")
        midi.output = "synth"
        midi.send("clock")
        assert (midi.output, midi.sent) == ("Synth A", [])


def test_output_stays_when_no_port_fits() -> None:
    """The error lists those there are."""
    with session() as midi:
        with pytest.raises(PortNotFound, match="no output is called 'Nope'; there is only 'Virt"):
            midi.output = "Nope"
        assert midi.output == "Virtual"


def test_created_port_can_be_connected_and_sent_to() -> None:
    """It is listed like any other."""
    with session() as midi:
        assert midi.create_port("Mine") == "Mine"
        rows = [row[1:3] for row in midi.ports().rows]
        assert [row for row in rows if row[0] == "Mine"] == [["Mine", "in"], ["Mine", "out"]]
        assert midi.disconnect("Mine") == ["Mine"]


def test_mode_changes_with_the_next_event() -> None:
    """A handler may change it."""
    hits = []

    def drums(_context):
        midi.mode = "Drums"

    with session() as midi:
        midi.map(note(1), drums)
        midi.map(note(2), lambda context: hits.append(context.mode), mode="Drums")
        midi.play(press(2), press(1), press(2))
    assert hits == ["Drums"]


def test_closing_ends_plugins_notes_and_ports_in_this_order() -> None:
    """A plugin may still send in `shutdown`; the notes it leaves are ended after that."""

    class Farewell(ActionPlugin):
        capabilities = frozenset({Capability.MIDI})

        def execute(self, params, context):
            pass

        def shutdown(self):
            self.host.send("note_on", note=60, velocity=1)

    with session() as midi:
        midi.map(note(36), Farewell)
    assert midi.sent == [press(60, 1), released(60)]
    assert not midi.virtual.open


def test_closing_again_is_harmless() -> None:
    """`shutdown` is called once."""
    calls = []

    class Counts(Silent):
        def shutdown(self):
            calls.append(1)

    with session() as midi:
        midi.activate(Counts)
        midi.close()
        midi.close()
    assert (calls, midi.closed) == ([1], True)


def test_closed_session_is_not_kept_alive() -> None:
    """A notebook that loads again and again does not grow."""
    with session() as midi:
        midi.map(note(36), Silent)
        midi.play(press(36))
    gone = weakref.ref(midi)
    del midi
    gc.collect()
    assert gone() is None


def test_closing_goes_on_when_a_plugin_raises() -> None:
    """In reverse order of coming; what one raises keeps no other from its end."""
    calls = []

    class First(Silent):
        def shutdown(self):
            calls.append("first")

    class Second(Silent):
        def shutdown(self):
            calls.append("second")
            raise SystemExit

    with session() as midi:
        midi.activate(First)
        midi.activate(Second)
    assert calls == ["second", "first"]
    assert not midi.virtual.open


def test_closed_session_says_so() -> None:
    """As text and to a player; it shows nothing in a notebook."""
    with session() as midi:
        pass
    assert repr(midi) == "<midimon_live session, closed>"
    assert midi._repr_html_() is None
    with pytest.raises(PortClosed, match="its session has ended"):
        midi.virtual.press(36)


def test_session_shows_one_glance_at_everything() -> None:
    """Events, mode, plugins, what was counted, and notices."""
    with session() as midi:
        midi.map(note(36), Silent, mode="Drums")
        midi.play(press(36), b"\xff\xff")
        text = repr(midi)
        assert midi._repr_html_().startswith("<div")
    for part in ("2 so far", "1 (mode Default)", "1 guarded: silent", "malformed: 1"):
        assert part in text


def test_session_without_hardware_says_so_in_one_line() -> None:
    """A backend that does not exist is no exception either."""
    midi = Session(threads=False, backend="nonsense")
    try:
        assert "no backend 'nonsense'; there are: virtual, rtmidi" in repr(midi.status())
    finally:
        midi.close()


# bad input


def recursing(context):
    """Never come to an end."""
    return recursing(context)


def raising(error: BaseException) -> Callable[[Any], None]:
    """Return a handler that raises `error`."""

    def handler(_context):
        raise error

    return handler


class Unprintable(Exception):
    """Can not even be shown."""

    def __str__(self) -> str:
        """Raise."""
        raise RuntimeError("no text either")

    __repr__ = __str__


HOSTILE = {
    "raises": raising(ValueError("loud")),
    "recurses": recursing,
    "exits": sys.exit,
    "interrupts": raising(KeyboardInterrupt()),
    "ends a generator": raising(GeneratorExit()),
    "raises what can not be shown": raising(Unprintable()),
    "raises a group": raising(BaseExceptionGroup("many", [ValueError(), SystemExit()])),
}


@pytest.mark.parametrize("handler", HOSTILE.values(), ids=HOSTILE)
def test_handler_that_ends_badly_is_counted_and_midi_goes_on(
    handler: Callable[[Any], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The next event plays, and the failure has its line."""
    hits = []
    with session() as midi:
        failing = midi.map(note(36), handler)
        midi.map(note(37), hits.append)
        midi.play(press(36), press(37))
        stats = midi.plugins.get_stats(failing.mapping.plugin)
        assert (len(hits), stats.failures, midi.counters()) == (1, 1, {"failed": 1})
        assert stats.last_error


@pytest.mark.parametrize(
    "name", ["raises", "recurses", "exits", "interrupts", "ends a generator", "raises a group"]
)
def test_async_handler_that_ends_badly_is_counted_and_midi_goes_on(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing it raises gets into the loop."""

    async def badly(context):
        HOSTILE[name](context)

    with session() as midi:
        failing = midi.map(note(36), badly)
        midi.play(press(36), press(36))
        assert midi.plugins.get_stats(failing.mapping.plugin).failures == 2


RUBBISH = [5, "text", object(), [None], NotImplemented, ..., iter([1]), float("nan"), type]


@pytest.mark.parametrize("answer", RUBBISH, ids=repr)
def test_handler_that_returns_rubbish_is_fine(answer: object) -> None:
    """What it returns is nobody's business."""
    with session() as midi:
        midi.map(note(36), lambda _context: answer)
        midi.play(press(36))
        assert midi.traces(1)[0].steps[0].verdict == "ok"


def test_handler_that_returns_a_broken_awaitable_is_counted() -> None:
    """It looks like something to wait for, and is not."""

    class Broken:
        def __await__(self):
            raise RuntimeError("not after all")

    with session() as midi:
        handle = midi.map(note(36), lambda _context: Broken())
        midi.play(press(36))
        assert midi.plugins.get_stats(handle.mapping.plugin).failures == 1


def test_handler_that_takes_long_is_reported_with_its_line() -> None:
    """Which plugin, where, and how long."""
    with session() as midi:

        def sleepy(_context):
            midi.clock.move_to(midi.clock.now() + 3.0)

        midi.map(note(36), sleepy)
        midi.play(press(36))
        assert midi.counters() == {"slow": 1}
        status = repr(midi.status())
    assert "sleepy(), test_session.py, line " in status
    assert "took 3000 ms" in status


def test_name_with_html_in_it_is_shown_as_text() -> None:
    """In the status, the tables and the explanation."""

    class Evil(ActionPlugin):
        name = "<script>alert(1)</script>"
        description = "<img src=x>"

        def execute(self, params, context):
            raise ValueError("<b>bold</b>")

    with session() as midi:
        midi.create_port("<i>port</i>")
        midi.map(note(36), Evil, mode=None)
        midi.play(press(36))
        tables = [midi.status(), midi.ports(), midi.monitor(), midi.why(), midi.stats()]
        shown = "".join(table._repr_html_() for table in tables)
    assert "&lt;script&gt;" in shown
    assert not any(tag in shown for tag in ("<script", "<img", "<b>", "<i>"))


@pytest.mark.parametrize("name", ["", "x" * 201, 5, None])
def test_plugin_with_an_unusable_name_is_refused(name: object) -> None:
    """The text says what is allowed."""

    class Nameless(Silent):
        pass

    Nameless.name = name
    with session() as midi, pytest.raises(InvalidValue, match="allowed is text of 1 to 100 charac"):
        midi.map(note(36), Nameless)


@pytest.mark.parametrize("capabilities", ["midi", {"magic"}, 5, [None]])
def test_plugin_with_unusable_capabilities_is_refused(capabilities: object) -> None:
    """Nothing is changed."""

    class Wants(Silent):
        pass

    Wants.capabilities = capabilities
    with session() as midi:
        with pytest.raises(LoadError):
            midi.map(note(36), Wants)
        assert (midi.mappings(), midi.plugins.list_loaded()) == ([], [])


def test_flood_of_sysex_is_counted_and_the_notes_among_it_play() -> None:
    """No memory is filled with it."""
    hits = []
    with session() as midi:
        midi.map(note(36), hits.append)
        dump = b"\xf0" + bytes(10_000) + b"\xf7"
        for _ in range(200):
            midi.play(dump, press(36))
        assert (len(hits), midi.counters()) == (200, {"sysex": 200})
        assert max(len(trace.event.data) for trace in midi.traces()) == 64


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.binary(max_size=4).filter(lambda data: data[:2] != b"\x90\x24"), max_size=20))
def test_garbage_between_two_notes_does_not_touch_them(garbage: list[bytes]) -> None:
    """The press before and the release after are one gesture."""
    seen = []
    with session() as midi:
        midi.map(release(36, channel=5), lambda context: seen.append(context.held))
        midi.play(press(36, channel=5))
        for data in garbage:
            if data[:1] not in (b"\x85", b"\x95", b"\xb5"):
                midi.play(data)
        midi.play(released(36, channel=5, time=2.0))
    assert seen == [2.0]


@pytest.mark.parametrize(
    "send",
    [
        lambda midi: midi.send("note_on", note=300),
        lambda midi: midi.send(b"\x90\x24"),
        lambda midi: midi.send(None),
        lambda midi: midi.virtual.press(36, velocity=0),
        lambda midi: midi.virtual.press(128),
        lambda midi: midi.virtual.turn(7, -1),
        lambda midi: midi.virtual.play("no such message"),
    ],
)
def test_bad_values_are_refused_before_they_travel(send: Callable[[TestSession], None]) -> None:
    """Nothing is sent, nothing arrives."""
    with session() as midi:
        with pytest.raises(MidimonError):
            send(midi)
        assert (midi.sent, midi.traces()) == ([], [])


def test_handler_can_map_and_unmap() -> None:
    """In force from the next event on, and never in the midst of one."""
    hits = []
    with session() as midi:

        def once(_context):
            handle.remove()
            midi.map(note(36), lambda _context: hits.append("second"))
            hits.append("first")

        handle = midi.map(note(36), once)
        midi.play(press(36), press(36), turn(7, 1))
    assert hits == ["first", "second"]


def test_two_sessions_know_nothing_of_each_other() -> None:
    """Ports, plugins and mappings are each one's own."""
    with session() as one, session() as other:
        one.map(cc(7), Silent)
        other.play(turn(7, 1))
        assert other.traces(1)[0].verdict == "unmapped"
        assert (one.traces(), other.plugins.list_loaded()) == ([], [])


def test_a_session_inside_another_ones_cell_maps_for_itself() -> None:
    """As a test that is written in a notebook does."""
    with session() as outer, session() as inner:
        outer.begin(Change(Origin("cell", "In [1]", 1)))
        inner.map(note(36), send("note_on", note=1))
        outer.end(commit=True)
        assert (len(outer.mappings()), len(inner.mappings())) == (0, 1)


def returned(context: Any) -> None:
    """Stand for a function that was called where it should be passed."""


@pytest.mark.parametrize(
    ("trigger", "action", "complaint"),
    [
        (37, print, "did you mean note(37)?"),
        ("37", print, "did you mean note(37)?"),
        (300, print, "write one of: note(...), "),
        (True, print, "write one of: note(...), "),
        ([60, 64], print, "did you mean chord(60, 64)?"),
        ("note 37", print, "write it without quotes: note(...)"),
        ("long-press", print, "write it without quotes: long_press(...)"),
        (note, print, "call it: note(...)"),
        (send("note_on"), note(36), "it is an action, which comes second: midi.map(note(36), send"),
        (note(36), note(37), "it is a trigger, which comes first: midi.map(note(36), send"),
        (note(36), send, "call it: send(...)"),
        (note(36), delay, "call it: delay(...)"),
        (note(36), note, "call it: note(...)"),
        (note(36), "blink", "the plugin of that name is plugin('blink')"),
        (note(36), [send("note_on"), print], "several, one after another, are sequence(...)"),
        (note(36), returned(None), "a function is given without calling it: blink, not blink()"),
    ],
)
def test_what_was_meant_is_said(trigger: Any, action: Any, complaint: str) -> None:
    """Whoever swaps the two, forgets to call a builder, or calls what is to be passed, is told."""
    with session() as midi:
        with pytest.raises(InvalidValue, match=re.escape(complaint)):
            midi.map(trigger, action)
        with pytest.raises(InvalidValue, match=re.escape(complaint)):
            midi.on(trigger)(action)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: note(36, velocity=90), "note(note=None, *, velocity_min=1, velocity_max=127, "),
        (lambda: note(36, chanel=9), "did you mean channel?"),
        (lambda: note(36, 90), "what stands behind * goes by its name"),
        (lambda: long_press(36, duration=400), "did you mean duration_ms?"),
        (lambda: send("note_on", 60), "what stands behind * goes by its name"),
        (send, "it is written send(message, /, *, channel=0, port=None, "),
        (delay, "missing 1 required positional argument: 'ms'; it is written delay(ms)"),
    ],
)
def test_a_builder_says_how_it_is_written(call: Callable[[], Any], complaint: str) -> None:
    """Whoever gives it what it does not take is told what it takes, and what may be meant."""
    with pytest.raises(TypeError, match=re.escape(complaint)):
        call()


def test_what_a_builder_is_given_may_raise_as_it_likes() -> None:
    """Only what is wrong with the call itself is explained."""

    def notes() -> Any:
        yield 60
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        chord(notes())
