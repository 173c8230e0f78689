"""The pads: what views play arrives once, in time, and never stays down."""

import math
import struct
from itertools import pairwise
from typing import Any

import pytest

from midimon_live import ActionPlugin, double_tap, mode, note, release, send
from midimon_live.errors import InvalidValue
from midimon_live.events import control_key
from midimon_live.panels.hands import CHECK_S, PATIENCE
from midimon_live.testing import TestSession, session
from tests.support.panels import Onlooker

EPOCH_MS = 1_790_000_000_000.0
ON, OFF, CC, BEND = 0x90, 0x80, 0xB0, 0xE0


class Nothing(ActionPlugin):
    """Does nothing."""

    def execute(self, params, context):
        """Do it."""


class Player(Onlooker):
    """A view of the pads; its page's clock shows `wrong` seconds more than the kernel's."""

    def __init__(self, midi: TestSession, wrong: float = 0.0) -> None:
        self.wrong = wrong
        super().__init__(midi, "pads", on=False)
        self.say("hello", on=True, at=self.at())

    def at(self, ago: float = 0.0) -> float:
        """Return what the page's clock showed so many seconds ago, in milliseconds."""
        return EPOCH_MS + (self._midi.clock.now() - ago + self.wrong) * 1000

    def play(self, *events: tuple[int, int, int], ago: float = 0.0) -> int:
        """Send events that happened so long ago."""
        return self.say("play", b"".join(packed(self.at(ago), *event) for event in events))


def packed(at: float, status: int, first: int, second: int, pad: int = 255) -> bytes:
    """Return one event as it travels."""
    return struct.pack("<dBBBB", at, status, first, second, pad)


def arrived(midi: TestSession) -> list[tuple[int, ...]]:
    """Return the bytes of what the engine has handled."""
    return [tuple(trace.event.data) for trace in midi._monitor.traces()]


def lights(view: Player) -> bytes:
    """Return the newest picture of what is lit."""
    return view.frames[-1][2][0]


def test_a_press_arrives_as_a_controllers_would_with_its_own_moment() -> None:
    """On the port "Virtual", at the time at which the finger was there."""
    with session() as midi:
        view = Player(midi)
        midi.advance(1.0)
        view.play((ON, 36, 100))
        midi.advance(0.1)
        view.play((OFF, 36, 64), (CC, 1, 7), (0xC0, 5, 0), ago=0.03)

        events = [trace.event for trace in midi._monitor.traces()]
        assert {event.port for event in events} == {"Virtual"}
        assert arrived(midi) == [(ON, 36, 100), (OFF, 36, 64), (CC, 1, 7), (0xC0, 5)]
        assert [event.time for event in events] == pytest.approx([1.0, 1.07, 1.07, 1.07])


@pytest.mark.parametrize("wrong", [0.0, 3600.0, -3600.0])
def test_late_presses_are_left_out_and_releases_never(wrong: float) -> None:
    """A kernel that was stuck does not play what is long over, however wrong a clock is."""
    with session() as midi:
        view = Player(midi, wrong)
        view.play((ON, 36, 100))
        midi.advance(1.0)
        view.play((ON, 37, 100), (OFF, 36, 64), (CC, 7, 3), ago=0.4)
        view.play((ON, 38, 100), ago=0.2)

        assert arrived(midi) == [(ON, 36, 100), (OFF, 36, 64), (CC, 7, 3), (ON, 38, 100)]
        assert midi._monitor.counters["late pad presses"] == 1
        assert view.look()["late"] == 1


def test_the_release_of_a_press_that_was_left_out_is_left_out_too() -> None:
    """It would fire what is mapped to the release of a pad that nobody has pressed."""
    with session() as midi:
        fired = []
        midi.map(release(36), fired.append)
        view = Player(midi)
        midi.advance(1.0)
        view.play((ON, 36, 100), ago=0.4)
        view.play((OFF, 36, 64))
        assert (fired, arrived(midi)) == ([], [])


def test_two_views_hold_one_note_until_the_last_lets_go() -> None:
    """It is begun once and ended once, whoever comes and goes."""
    with session() as midi:
        first, second = Player(midi), Player(midi)
        first.play((ON, 36, 100))
        second.play((ON, 36, 90))
        first.play((ON, 36, 80))
        first.play((OFF, 36, 64))
        first.say("bye")
        assert arrived(midi) == [(ON, 36, 100)]
        second.play((ON, 36, 0))
        assert arrived(midi) == [(ON, 36, 100), (ON, 36, 0)]


def test_bye_lets_go_of_notes_pedal_and_wheel() -> None:
    """What is closed while something is held leaves nothing behind."""
    with session() as midi:
        view = Player(midi)
        view.play((ON | 9, 36, 100), (CC, 64, 127), (BEND, 0, 100), (CC, 1, 90))
        view.say("bye")
        view.say("bye")
        ends = [(OFF | 9, 36, 64), (CC, 64, 0), (BEND, 0, 64)]
        assert sorted(arrived(midi)[4:]) == sorted(ends)


def test_the_wheel_and_the_pedal_of_two_views_stay_where_the_other_has_them() -> None:
    """Letting go of one is not letting go of both."""
    with session() as midi:
        first, second = Player(midi), Player(midi)
        first.play((BEND, 0, 100), (CC, 64, 127))
        second.play((BEND, 0, 20), (CC, 64, 127))
        second.say("bye")
        assert arrived(midi)[-2:] == [(BEND, 0, 100), (CC, 64, 127)]


def test_a_page_that_was_killed_falls_silent_and_one_that_answers_plays_on() -> None:
    """Views that hold something are asked; those that do not answer let go."""
    with session() as midi:
        dead, alive = Player(midi), Player(midi)
        alive.play((ON, 36, 100))
        dead.play((ON, 37, 100))
        asked = alive.look()["asked"]
        for _ in range(PATIENCE + 2):
            state = alive.look(CHECK_S)
            asked = asked + 1
            assert state["asked"] == asked
            alive.say("hold")
        assert arrived(midi)[2:] == [(OFF, 37, 64)]
        alive.play((OFF, 36, 64))
        alive.look(CHECK_S)
        assert alive.look(60.0) is None


def test_closing_the_panel_lets_go_of_all_of_it() -> None:
    """Also `%unload_ext`, and `panel.close()` in a cell."""
    with session() as midi:
        view = Player(midi)
        view.play((ON, 36, 100))
        view.panel.close()
        assert arrived(midi) == [(ON, 36, 100), (OFF, 36, 64)]


@pytest.mark.parametrize(
    "buffers",
    [(), (b"",), (b"123",), (packed(0, ON, 36, 1) + b"1",), (packed(0, ON, 36, 1),) * 2],
    ids=["none", "empty", "short", "a byte more", "two"],
)
def test_messages_of_another_shape_are_refused_aloud(buffers: tuple[bytes, ...]) -> None:
    """They are counted, the panel says so, and nothing is played."""
    with session() as midi:
        view = Player(midi)
        view.say("play", *buffers)
        view.look(0.1)
        assert "12 bytes for each event" in view.trouble
        assert arrived(midi) == []


@pytest.mark.parametrize(
    "broken",
    [
        (EPOCH_MS, 0x7F, 36, 100),
        (EPOCH_MS, 0xF0, 36, 100),
        (EPOCH_MS, ON, 128, 100),
        (EPOCH_MS, ON, 36, 200),
        (math.nan, ON, 36, 100),
        (math.inf, ON, 36, 100),
        (1e300, ON, 36, 100),
    ],
)
def test_events_that_are_no_midi_take_no_others_with_them(broken: tuple[Any, ...]) -> None:
    """A note-off in the same message counts."""
    with session() as midi:
        view = Player(midi)
        view.play((ON, 38, 100))
        view.say("play", packed(*broken) + packed(view.at(), OFF, 38, 64))
        view.look(0.1)
        assert arrived(midi) == [(ON, 38, 100), (OFF, 38, 64)]
        assert "1 events of the browser are no MIDI" in view.trouble


def test_too_many_messages_lose_presses_and_no_release() -> None:
    """Nothing is left down by a page that sends more than it may."""
    with session() as midi:
        view = Player(midi)
        view.play((ON, 36, 100))
        for _ in range(900):
            view.play((ON, 40, 100), (OFF, 40, 64))
        view.play((ON, 41, 100))
        view.play((OFF, 36, 64))
        data = arrived(midi)
        assert len(data) < 2 * 800
        assert (data[-1], (ON, 41, 100) in data) == ((OFF, 36, 64), False)
        view.look(0.1)
        assert "some were left out" in view.trouble


def test_a_message_with_thousands_of_events_presses_nothing() -> None:
    """The rate counts messages, so their size is bounded as well."""
    with session() as midi:
        view = Player(midi)
        view.play((ON, 36, 1))
        view.play(*[(ON, 40, 100)] * 300, (OFF, 36, 64))
        assert arrived(midi) == [(ON, 36, 1), (OFF, 36, 64)]


def test_a_clock_that_jumps_keeps_order_and_the_pads_playing() -> None:
    """A page whose clock is an hour off from one message to the next loses at most a press."""
    with session() as midi:
        view = Player(midi)
        for step, wrong in enumerate((0.0, 3600.0, 0.0, -3600.0, 0.0)):
            view.wrong = wrong
            midi.advance(0.1)
            view.play((ON, 36 + step, 100))
            view.play((OFF, 36 + step, 64))
        times = [trace.event.time for trace in midi._monitor.traces()]
        assert all(before <= after for before, after in pairwise(times))
        assert times[-1] == pytest.approx(0.5, abs=0.01)


def test_a_view_that_never_said_hello_plays_all_the_same() -> None:
    """The panel was made anew and its page does not know yet."""
    with session() as midi:
        view = Player(midi)
        view.panel.clocks.clear()
        view.play((ON, 36, 100))
        assert arrived(midi) == [(ON, 36, 100)]


def test_frames_say_which_message_was_heard() -> None:
    """That is how a view knows that the kernel is busy: it hears nothing."""
    with session() as midi:
        other, view = Player(midi), Player(midi)
        numbers = {other.view: other.play((ON, 37, 100)), view.view: view.play((ON, 36, 100))}
        assert view.look()["heard"] == numbers
        other.say("bye")
        view.play((OFF, 36, 64))
        assert list(view.look()["heard"]) == [view.view]


def test_lights_show_what_is_sent_to_the_port() -> None:
    """Notes, short flashes, controls and bend; all of it for a view that comes later."""
    with session() as midi:
        midi.send("note_on", note=60, velocity=77, channel=3)
        midi.send("control_change", control=1, value=5)
        view = Player(midi)
        view.look(0.0)
        assert (lights(view)[60], lights(view)[256 + 1], lights(view)[256 + 2]) == (77, 5, 255)
        struck = lights(view)[128 + 61]
        midi.send("note_on", note=61, velocity=1)
        midi.send("note_off", note=61)
        midi.send("note_off", note=60)
        midi.send("note_on", note=60, velocity=9, channel=3)
        midi.send("pitchwheel", pitch=-8192)
        view.look(0.1)
        assert (lights(view)[60], lights(view)[61], lights(view)[384:]) == (9, 0, b"\x00\x00")
        assert lights(view)[128 + 61] == struck + 1
        midi.panic()
        view.look(0.1)
        assert lights(view)[60] == 0
        assert view.look(60.0) is None


def test_what_is_mapped_in_the_active_mode_is_shown_with_its_name() -> None:
    """Those of the mode, of all modes, of this port and this channel; and sent when it changes."""
    with session() as midi:
        midi.define_mode("Drums", "orange")
        midi.map(note(36), Nothing)
        midi.map(note(37), Nothing, mode="Drums", name="kick")
        midi.map(double_tap(37), mode("Default"), mode="Drums")
        midi.map(note(38), send("note_on", note=1), port="Launchpad")
        midi.map(note(39, channel=9), Nothing)
        view = Player(midi)
        assert view.look(0.0)["mapped"] == {"36": ["nothing", 1, ["note 36"]]}
        midi.send("note_on", note=1)
        assert "mapped" not in view.look()

        midi.mode = "Drums"
        state = view.look()
        assert state["mode"] == {"name": "Drums", "color": "orange"}
        assert state["mapped"]["37"][:2] == ["kick", 2]
        assert sorted(state["mapped"]) == ["36", "37"]
        view.ask("set", name="channel", value=9)
        assert sorted(view.look()["mapped"]) == ["36", "37", "39"]


def test_what_is_set_stays_and_is_the_same_from_a_cell() -> None:
    """Each setting is an attribute of the panel, with the same checks."""
    with session() as midi:
        view = Player(midi)
        panel: Any = midi.panel("pads")
        settings = {
            "first_pad": 52,
            "first_key": 60,
            "channel": 15,
            "velocity": 90,
            "computer_keys": "piano",
            "sound": False,
        }
        for name, value in settings.items():
            view.ask("set", name=name, value=value)
            assert getattr(panel, name) == value
        assert view.look()["settings"] == settings
        panel.velocity = None
        assert view.look()["settings"]["velocity"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("first_pad", 113),
        ("first_pad", -1),
        ("first_key", 97),
        ("channel", 16),
        ("velocity", 0),
        ("velocity", "loud"),
        ("computer_keys", "organ"),
        ("sound", 1),
        ("desk", "mine"),
    ],
)
def test_a_setting_out_of_range_is_refused_in_words(name: str, value: Any) -> None:
    """And what was set before stays."""
    with session() as midi:
        view = Player(midi)
        before = view.look(0.0)["settings"]
        assert "allowed are" in view.refused("set", name=name, value=value)
        assert view.panel.state()["settings"] == before
        if name != "desk":
            with pytest.raises(InvalidValue):
                setattr(view.panel, name, value)


def test_without_a_kernel_the_pads_are_a_table() -> None:
    """As they lie, the lowest at the lower left."""
    with session() as midi:
        midi.map(note(36), Nothing, name="<b>kick</b>")
        table = midi.panel("pads").table()
        assert table.rows[3][0] == "36 C2 <b>kick</b>"
        assert table.rows[0][3] == "51 D♯3"
        assert "<b>" not in table._repr_html_()


def test_a_closed_panel_listens_no_more() -> None:
    """The port tells the newest panel alone; closing the one before again changes nothing."""
    with session() as midi:
        panel: Any = midi.panel("pads")
        panel.close()
        assert midi.virtual.told != panel.lights.heard
        again: Any = midi.panel("pads")
        panel.close()
        assert midi.virtual.told == again.lights.heard


def test_showing_what_is_mapped_leaves_the_engines_plans_alone() -> None:
    """They are worked out when a control is first used, not for all 128 notes."""
    with session() as midi:
        midi.map(note(36), Nothing)
        Player(midi).look(0.0)
        assert control_key(b"\x90\x25\x64") not in dict(midi._modes.lookup)
