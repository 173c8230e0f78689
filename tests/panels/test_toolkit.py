"""What all panels share: frames when there is news, views that come and go, commands, limits."""

import threading
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from ipywidgets import Widget

from midimon_live.errors import InvalidValue
from midimon_live.panels import PANELS
from midimon_live.panels.base import Command, Panel
from midimon_live.panels.messages import LARGEST, Message
from midimon_live.plugin.hooks import hookimpl
from midimon_live.show import Table
from midimon_live.testing import TestSession, session
from tests.support.panels import Onlooker


class Probe(Panel):
    """A panel whose state a test sets."""

    name = "probe"
    hertz = 10.0
    seen: Any = 0
    gone: str = ""

    @property
    def _esm(self) -> str:
        return "export default { render() {} }"

    _css = ""

    def state(self) -> Mapping[str, Any]:
        """Return what the test has set; raise what it has set."""
        if isinstance(self.seen, Exception):
            raise self.seen
        return {"seen": self.seen}

    def table(self) -> Table:
        """Return the name."""
        return Table("<b>probe</b>", ("",), [("<i>row</i>",)])

    def left(self, view: str) -> None:
        """Remember who has gone."""
        self.gone = view

    def put(self, value: int, note: str | None) -> str:
        """Set what is seen."""
        self.seen = value
        return f"{value} {note}"

    def fail(self) -> None:
        """Raise what is nobody's fault."""
        raise KeyError("oops")

    def played(self, message: Message, admitted: bool) -> None:
        """Count what came directly."""
        self.seen += len(message.buffers[0]) if admitted else 1000

    commands: ClassVar[Mapping[str, Command]] = {
        "set": Command(put, {"value": int, "note": (str, None)}),
        "fail": Command(fail),
    }
    direct: ClassVar[Any] = {"play": played}


class Package:
    """A package that offers the panel above."""

    @hookimpl
    def midimon_panels(self):
        """Offer it."""
        return {"probe": Probe}


def probed(midi: TestSession, *, on: bool = True) -> Onlooker:
    """Return a view of the panel above."""
    if "midimon_panels" not in midi.hooks.heard:
        midi.hooks.register(Package())
    return Onlooker(midi, "probe", on=on)


def test_a_frame_is_sent_when_something_has_changed_and_only_then() -> None:
    """An hour without news is an hour without messages."""
    with session() as midi:
        view = probed(midi)
        assert view.look() == {"seen": 0}
        assert view.look(3600) is None

        view.panel.seen = 7

        assert view.look() == {"seen": 7}
        assert len(view.frames) == 2


def test_frames_come_no_faster_than_the_panel_says() -> None:
    """At 10 a second, changes within 50 ms share one frame."""
    with session() as midi:
        view = probed(midi)
        view.look()
        for value in range(1, 21):
            view.panel.seen = value
            view.look(0.05)
        assert 9 <= len(view.frames) <= 12
        assert view.look(0.1) in (None, {"seen": 20})
        assert view.frames[-1][1] == {"seen": 20}


def test_nobody_who_looks_nothing_sent() -> None:
    """Not for a view that is off the screen, and the whole picture when it is back."""
    with session() as midi:
        view = probed(midi)
        view.look()
        view.say("look", on=False)
        view.panel.seen = 1
        assert view.look() is None

        view.say("look", on=True)

        assert view.look() == {"seen": 1}
        view.say("look", on=False)
        view.say("look", on=True)
        assert view.look() == {"seen": 1}


def test_a_page_that_died_is_not_fed_for_ever() -> None:
    """It says nothing of what it has seen; after 120 frames it is left alone, until it speaks."""
    with session() as midi:
        view = probed(midi)
        for value in range(300):
            view.panel.seen = value
            view.look()
        assert len(view.frames) == 121

        view.say("seen", frame=121)

        assert view.look() == {"seen": 299}


def test_two_views_get_the_same_frames_and_one_may_go() -> None:
    """One model, many views: who closes one does not darken the other."""
    with session() as midi:
        one = probed(midi)
        other = probed(midi)
        assert one.panel is other.panel
        assert other.look() == {"seen": 0}

        other.say("bye")
        one.panel.seen = 5

        assert other.look() == {"seen": 5}  # it listens to the same panel
        assert one.panel.gone == other.view
        one.say("bye")
        one.panel.seen = 6
        assert one.look() is None


def test_fifty_displays_are_one_panel_and_no_more_views_than_a_limit() -> None:
    """Re-running a cell for an afternoon costs nothing."""
    with session() as midi:
        for _ in range(50):
            view = probed(midi)
            view.say("bye")
        panels = {id(probed(midi).panel) for _ in range(100)}
        assert len(panels) == 1
        assert len(view.panel._onlookers) <= 64


def test_closing_all_widgets_is_survived() -> None:
    """`Widget.close_all()` in a cell: the next `midi.panel` makes new ones that work."""
    with session() as midi:
        old = probed(midi).panel
        Widget.close_all()
        view = probed(midi)
        assert view.panel is not old
        assert view.ask("set", value=3) == "3 None"


def test_commands_are_answered_checked_and_their_errors_travel_back() -> None:
    """Each with its number, in words."""
    with session() as midi:
        view = probed(midi)
        assert view.ask("set", value=3, note="x") == "3 x"
        assert view.refused("set", value="3") == "value is '3'; expected is int"
        assert view.refused("set", value=True) == "value is True; expected is int"
        assert view.refused("set") == "value is None; expected is int"
        assert "'more' is no argument" in view.refused("set", value=1, more=2)
        assert view.refused("fail") == "KeyError: 'oops'"
        assert view.refused("explode") == "probe has no command 'explode'"
        assert view.look() == {"seen": 3}


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "play",
        {},
        {"panel": "probe", "view": "v", "do": 3, "id": 1, "args": {}},
        {"panel": "probe", "view": "v" * 101, "do": "set", "id": 1, "args": {}},
        {"panel": "probe", "view": "v", "do": "set", "id": True, "args": {}},
        {"panel": "probe", "view": "v", "do": "set", "id": 1, "args": []},
        {"panel": "probe", "view": "v", "do": "set", "id": 1, "args": {"value": "x" * 10_001}},
        {
            "panel": "probe",
            "view": "v",
            "do": "set",
            "id": 1,
            "args": dict.fromkeys(map(str, range(65))),
        },
    ],
)
def test_a_message_of_the_wrong_shape_is_refused_in_the_panel(content: Any) -> None:
    """The panel says so for some seconds; nothing else happens."""
    with session() as midi:
        view = probed(midi)
        view.look()
        view.raw(content)
        view.look()
        assert view.trouble
        assert midi.counters()["refused browser messages"] == 1
        view.look(6.0)
        assert view.trouble == ""


def test_a_message_that_is_too_large_is_refused() -> None:
    """256 kB is the most."""
    with session() as midi:
        view = probed(midi)
        view.say("play", bytes(LARGEST))
        view.say("play", bytes(LARGEST), b"x")
        assert view.look() == {"seen": LARGEST}
        assert f"larger than {LARGEST} bytes" in view.trouble


def test_too_many_messages_are_not_taken_and_time_heals_that() -> None:
    """800 at once, 400 a second; a panel is told, so that it lets note-offs through."""
    with session() as midi:
        view = probed(midi)
        for _ in range(1000):
            view.say("play", b"x")
        assert view.panel.seen > 1000
        assert "too many commands" in view.refused("set", value=1)
        view.look()
        assert "more messages" in view.trouble
        view.look(1.0)
        assert view.ask("set", value=1) == "1 None"


def test_a_panel_that_can_not_look_says_so_and_goes_on() -> None:
    """Its state raised: the views stay, and get the next picture."""
    with session() as midi:
        view = probed(midi)
        view.panel.seen = RuntimeError("no such thing")
        view.look()
        assert "no such thing" in view.trouble
        view.panel.seen = 1
        assert view.look() == {"seen": 1}
        assert view.trouble == ""


def test_a_message_to_a_panel_that_is_gone_is_answered() -> None:
    """The page may show it still."""
    with session() as midi:
        view = probed(midi)
        view.panel.close()
        assert "run the cell again" in view.refused("set", value=1)


def test_an_unknown_panel_is_named_with_those_there_are() -> None:
    """Found, allowed."""
    with session() as midi:
        probed(midi)
        with pytest.raises(InvalidValue, match=r"no panel is called 'stars'.*overview.*probe"):
            midi.panel("stars")


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("Pads", "pads"), (" MONITOR ", "monitor"), ("Web MIDI", "web"), ("Probe", "probe")],
)
def test_a_panel_is_found_in_any_case_and_by_its_title(wanted: str, name: str) -> None:
    """It is the same one."""
    with session() as midi:
        probed(midi)
        assert midi.panel(wanted) is midi.panel(name)


@pytest.mark.parametrize(
    ("wanted", "meant"), [("montior", "monitor"), ("pad", "pads"), ("St", "stats")]
)
def test_for_a_misspelled_panel_one_is_suggested(wanted: str, meant: str) -> None:
    """Below the list of all."""
    with session() as midi, pytest.raises(InvalidValue, match=f"did you mean {meant}[?]$"):
        midi.panel(wanted)


def test_without_a_kernel_there_is_a_table_in_html_and_text() -> None:
    """All of it escaped."""
    with session() as midi:
        data, _ = probed(midi).panel._repr_mimebundle_()
        assert data["text/plain"] == "<b>probe</b>\n  <i>row</i>"
        assert "&lt;b&gt;probe" in data["text/html"]
        assert "<b>" not in data["text/html"]
        assert "application/vnd.jupyter.widget-view+json" in data
        dashboard, _ = midi.panel()._repr_mimebundle_()
        assert dashboard["text/plain"].startswith("midimon_live")


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_shows_an_empty_session(name: str) -> None:
    """A picture and a table without anything to show, twice the same."""
    with session() as midi:
        view = Onlooker(midi, name)
        assert view.look() is not None
        assert view.look() is None
        assert view.trouble == ""
        assert isinstance(view.panel.table(), Table)


def test_a_panel_that_raises_does_not_keep_the_others_from_being_fed() -> None:
    """One of a package, with a fault in when it wants to be fed again."""
    from midimon_live.sessions import Session

    class Faulty(Probe):
        def rest(self) -> float | None:
            raise ZeroDivisionError

    class Offers:
        @hookimpl
        def midimon_panels(self):
            return {"probe": Faulty}

    midi = Session(backend="virtual", home=None)
    fed = threading.Event()
    try:
        midi.hooks.register(Offers())
        midi.panel("probe")
        overview = midi.panel("overview")
        overview.send = lambda *_: fed.set()
        hello = {"panel": "overview", "view": "v", "do": "hello", "id": 1, "args": {"on": True}}
        midi._desk.line._handle_custom_msg(hello, [])
        assert fed.wait(10)
        fed.clear()
        midi.define_mode("Drums")
        assert fed.wait(10)
    finally:
        midi.close()


def test_panels_are_fed_by_one_thread_that_ends_with_the_session() -> None:
    """And none is started before somebody looks."""
    from midimon_live.sessions import Session

    def threads() -> list[threading.Thread]:
        return [one for one in threading.enumerate() if one.name == "midimon-panels"]

    midi = Session(backend="virtual", home=None)
    try:
        midi.panel("overview")
        assert threads() == []
        line = midi._desk.line
        line._handle_custom_msg(
            {"panel": "overview", "view": "v", "do": "hello", "id": 1, "args": {"on": True}}, []
        )
        (thread,) = threads()
    finally:
        midi.close()
    thread.join(5)
    assert not thread.is_alive()
