"""Web MIDI: ports at browsers, as the kernel has them; what pages say, and what they do not."""

import json
import struct
from typing import Any

import pytest

from midimon_live import note, release
from midimon_live.backends.outbox import Waiting
from midimon_live.errors import InvalidValue, PortNotFound
from midimon_live.panels.web import View
from midimon_live.panels.webpage import MOST_EVENTS, MOST_PORTS, Pace, pack
from midimon_live.testing import TestSession, session
from tests.support.panels import Onlooker

PAD = ["id1", "Launchpad", "in"]
SYNTH = ["id2", "Synth", "out"]
PRESS, RELEASE = b"\x90\x24\x64", b"\x80\x24\x40"
EPOCH_MS = 1_700_000_000_000
"""Where the wall clock of a session of tests stands at its beginning."""


class Page(Onlooker):
    """A page of a browser that has MIDI ports.

    Args:
        midi: the session.
        browser: which browser, the same for all its pages.
        ahead_ms: how much its clock is ahead of the kernel's.

    Attributes:
        out: what left through its ports: number of the port, milliseconds, bytes.
        said: what else it was told, by the first word of each.
    """

    def __init__(self, midi: TestSession, browser: str = "b", *, ahead_ms: float = 0.0) -> None:
        self._browser = browser
        self._ahead_ms = ahead_ms
        self.counted = 0
        self.out: list[tuple[int, float, bytes]] = []
        self.said: list[str] = []
        self.numbers: dict[str, int] = {}
        self._pages: list[Page] = vars(midi.web()).setdefault("pages of the test", [])
        self._pages.append(self)
        super().__init__(midi, "web")

    @property
    def now(self) -> float:
        """Its clock."""
        return EPOCH_MS + self._midi.clock.now() * 1000 + self._ahead_ms

    def offer(self, *ports: list[str]) -> dict[str, Any]:
        """Say which ports it has; returns what is said of each, by the browser's id."""
        asked = {"view": self.view, "browser": self._browser, "sysex": False}
        answer = self.ask("offer", ports=list(ports), **asked)
        self.numbers = {one: number for one, _, number, _, _ in answer}
        return {one: (name, on) for one, _, _, name, on in answer}

    def play(self, *data: bytes, port: str = "id1", ago_ms: float = 0.0, lost: int = 0) -> None:
        """Let messages arrive at a port, so long ago; so many before them are lost on the way."""
        number = self.numbers[port]
        head = (struct.pack("<HdI", number, self.now - ago_ms, len(one)) + one for one in data)
        packed = b"".join(head)
        self.counted += lost
        self.say("midi", packed, at=self.now, before=self.counted, merged=0)
        self.counted += len(data)

    def _answered(self, content: dict[str, Any], buffers: Any = None) -> None:
        for page in self._pages:
            super(Page, page)._answered(content, buffers)

    def _framed(self, content: dict[str, Any], buffers: Any = None) -> None:
        for page in self._pages:
            page._told(content, buffers)

    def _told(self, content: dict[str, Any], buffers: Any) -> None:
        if "frame" in content:
            self.frames.append((content, json.loads(buffers[0]) if buffers[0] else None, []))
        elif content["view"] == self.view:
            self.said += [word for word in ("pong", "there", "again") if word in content]
            for buffer in buffers or ():
                self.out += unpacked(buffer)


def unpacked(packed: bytes) -> list[tuple[int, float, bytes]]:
    """Return what a page is to send."""
    found, at = [], 0
    while at < len(packed):
        number, after, length = struct.unpack_from("<HfI", packed, at)
        at += 10
        found.append((number, after, packed[at : at + length]))
        at += length
    return found


def heard(midi: TestSession) -> list[bytes]:
    """Return the bytes of all events, oldest first."""
    return [one.event.data for one in midi.traces()]


def test_input_is_connected_when_the_page_has_been_and_its_events_fire_mappings() -> None:
    """That is what the button means."""
    with session() as midi:
        notes = []
        midi.map(note(36), lambda context: notes.append(context.velocity))
        page = Page(midi)
        assert page.offer(PAD, SYNTH) == {
            "id1": ("Launchpad (web)", True),
            "id2": ("Synth (web)", False),
        }
        page.play(PRESS)
        assert notes == [100]
        assert midi.traces()[-1].event.port == "Launchpad (web)"
        assert "Launchpad (web)" in repr(midi.ports())
        assert "Launchpad (web)" in repr(midi.web())


def test_sysex_arrives_whole_and_in_order_with_the_rest() -> None:
    """However long."""
    with session() as midi:
        seen, handle = [], midi._engine.handle
        midi._engine.handle = lambda event: (seen.append(event.data), handle(event))
        page = Page(midi)
        page.offer(PAD)
        sysex = b"\xf0" + bytes(range(128)) * 700 + b"\xf7"
        page.play(PRESS, sysex, RELEASE)
        assert seen == [PRESS, sysex, RELEASE]


def test_event_has_the_moment_of_the_sender() -> None:
    """As far as clocks can tell: the fastest message is taken to have needed no time."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD)
        midi.advance(1.0)
        page.play(PRESS, ago_ms=250.0)
        assert midi.traces()[-1].event.time == pytest.approx(0.75)


@pytest.mark.parametrize("ahead_ms", [3_600_000.0, -3_600_000.0, -EPOCH_MS])
def test_clock_that_is_wrong_by_an_hour_is_harmless(ahead_ms: float) -> None:
    """Or by fifty years; moments come out the same, and the panel says how much it is."""
    with session() as midi:
        page = Page(midi, ahead_ms=ahead_ms)
        page.offer(PAD)
        midi.advance(1.0)
        page.play(PRESS, ago_ms=250.0)
        page.say("ping", at=page.now, trip=0.0, ping=True)
        assert midi.traces()[-1].event.time == pytest.approx(0.75)
        assert page.look()["pages"][page.view]["ahead"] == pytest.approx(-ahead_ms)


def test_moment_that_can_not_be_is_brought_near() -> None:
    """Not later than now, and not long ago."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD)
        midi.advance(100.0)
        page.play(PRESS, ago_ms=90_000.0)
        page.play(RELEASE, ago_ms=-90_000.0)
        assert [one.event.time for one in midi.traces()] == pytest.approx([90.0, 100.0])


@pytest.mark.parametrize(
    ("buffer", "args"),
    [
        (b"\x01", {"at": 0, "before": 0, "merged": 0}),
        (struct.pack("<HdI", 1, 0.0, 3), {"at": 0, "before": 0, "merged": 0}),
        (struct.pack("<HdI", 1, 0.0, 9) + PRESS, {"at": 0, "before": 0, "merged": 0}),
        (struct.pack("<HdI", 1, 0.0, 0) + PRESS, {"at": 0, "before": 0, "merged": 0}),
        (struct.pack("<HdI", 1, float("nan"), 3) + PRESS, {"at": 0, "before": 0, "merged": 0}),
        (struct.pack("<HdI", 1, 0.0, 1) * (MOST_EVENTS + 1), {"at": 0, "before": 0, "merged": 0}),
        (b"", {"before": 0, "merged": 0}),
        (b"", {"at": "now", "before": 0, "merged": 0}),
        (b"", {"at": float("inf"), "before": 0, "merged": 0}),
        (b"", {"at": 0, "merged": 0}),
        (b"", {"at": 0, "before": 0}),
        (b"", {"at": 0, "before": -1, "merged": 0}),
        (b"", {"at": 0, "before": True, "merged": 0}),
    ],
)
def test_message_of_the_wrong_shape_is_refused_and_said(buffer: bytes, args: Any) -> None:
    """Nothing of it arrives; the panel says so, and goes on."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD)
        page.say("midi", buffer, **args)
        page.look()
        assert page.trouble
        assert midi.counters()["refused browser messages"] == 1
        page.play(PRESS)
        assert heard(midi) == [PRESS]


@pytest.mark.parametrize(
    "ports",
    [
        ["Launchpad"],
        [["id", "name"]],
        [["id", "name", "up"]],
        [[1, "name", "in"]],
        [["", "n", "in"]],
    ],
)
def test_ports_of_the_wrong_shape_are_refused(ports: list[Any]) -> None:
    """The text shows what came."""
    with session() as midi:
        page = Page(midi)
        asked = {"view": page.view, "browser": "b", "sysex": False}
        assert "expected" in page.refused("offer", ports=ports, **asked)
        many = [[str(one), "x", "in"] for one in range(MOST_PORTS + 1)]
        assert "64 are the most" in page.refused("offer", ports=many, **asked)
        assert midi.ports().rows[0][1] == "Virtual"


def test_too_many_messages_let_only_note_offs_through() -> None:
    """What is left out is counted; no note goes on sounding because of it."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD)
        page.play(PRESS)
        for _ in range(900):
            page.say("seen", frame=0)
        page.play(b"\xb0\x07\x01", b"\x90\x25\x64", RELEASE)
        assert heard(midi) == [PRESS, RELEASE]
        midi.advance(10.0)
        assert page.look()["pages"][page.view]["refused"] == 2


def test_loss_is_counted_and_lets_go_of_what_is_held() -> None:
    """A note-off may be among what was lost."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD)
        page.play(PRESS)
        page.play(b"\xb0\x07\x01", lost=3)
        assert heard(midi) == [PRESS, b"\x80\x24\x00", b"\xb0\x07\x01"]
        assert page.look()["pages"][page.view]["lost"] == 3


def test_what_comes_twice_is_taken_once() -> None:
    """Each event exactly once."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD)
        page.play(PRESS)
        page.counted = 0
        page.play(PRESS, RELEASE)
        assert heard(midi) == [PRESS, RELEASE]


def test_unplugged_while_a_note_is_held_lets_go_and_reconnects_when_it_is_back() -> None:
    """As with hardware."""
    with session() as midi:
        released = []
        midi.map(release(36), released.append)
        page = Page(midi)
        page.offer(PAD)
        page.play(PRESS)
        page.offer()
        assert len(released) == 1
        assert "waiting" in repr(midi.ports())
        assert page.offer(PAD) == {"id1": ("Launchpad (web)", True)}


@pytest.mark.parametrize("last_words", ["bye", "away"])
def test_page_that_leaves_takes_its_ports_along(last_words: str) -> None:
    """And is forgotten, clock and all."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD, SYNTH)
        page.play(PRESS)
        page.say(last_words)
        assert heard(midi)[-1] == b"\x80\x24\x00"
        assert "Synth" not in repr(midi.ports())
        assert page.panel.state()["pages"] == {}


def test_what_was_disconnected_by_hand_stays_so() -> None:
    """Also when it is plugged in again; connecting it is enough to have it back."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD)
        midi.disconnect("launch")
        assert page.look()["pages"][page.view]["ports"][0][4] is False
        page.offer()
        assert page.offer(PAD) == {"id1": ("Launchpad (web)", False)}
        assert page.ask("connect", port="Launchpad (web)") == "receiving from Launchpad (web)"
        assert page.ask("disconnect", port="Launchpad (web)").startswith("not receiving")
        page.ask("connect", port="Launchpad (web)")
        page.play(PRESS)
        assert heard(midi) == [PRESS]


def test_two_browsers_have_two_sets_of_ports() -> None:
    """By view."""
    with session() as midi:
        one, two = Page(midi, "firefox"), Page(midi, "chromium")
        assert one.offer(PAD)["id1"][0] == "Launchpad (web)"
        assert two.offer(PAD)["id1"][0] == "Launchpad (web 2)"
        two.play(PRESS)
        one.say("bye")
        assert [one.event.port for one in midi.traces()] == ["Launchpad (web 2)"]
        assert list(two.panel.state()["pages"]) == [two.view]


def test_page_that_was_loaded_again_has_the_same_ports_under_the_same_names() -> None:
    """Even if the page before could not say that it goes; what was held is let go."""
    with session() as midi:
        before = Page(midi)
        before.offer(PAD, SYNTH)
        before.play(PRESS)
        after = Page(midi)
        assert after.offer(PAD, SYNTH)["id1"] == ("Launchpad (web)", True)
        after.play(PRESS)
        assert heard(midi) == [PRESS, b"\x80\x24\x00", PRESS]
        assert after.panel.state()["pages"][before.view]["ports"] == []


def test_what_is_sent_leaves_at_once_and_in_few_messages() -> None:
    """With the spacing it had, as far as that fits into one batch."""
    with session() as midi:
        page = Page(midi)
        page.offer(SYNTH)
        midi.send("note_on", note=60, port="synth")
        page.panel.desk.tick()
        assert [data for _, _, data in page.out] == [b"\x90\x3c\x40"]
        page.out.clear()
        for number in range(5):
            midi.send("note_on", note=60 + number, port="synth")
            midi.clock.move_to(midi.clock.now() + 0.002)
            if number < 2:
                page.panel.desk.tick()
        assert page.panel.rest() == pytest.approx(0.0)
        page.panel.desk.tick()
        assert [data[1] for _, _, data in page.out] == [60, 61, 62, 63, 64]
        assert [after for _, after, _ in page.out[2:]] == pytest.approx([0.0, 2.0, 4.0], abs=0.01)


def test_output_is_the_session_s_default_when_a_page_says_so() -> None:
    """Clicking is assigning."""
    with session() as midi:
        page = Page(midi)
        page.offer(SYNTH)
        assert page.ask("output", port="Synth (web)") == "sending to Synth (web)"
        assert midi.output == "Synth (web)"
        assert page.look()["pages"][page.view]["ports"][0][4] is True


def test_flood_is_sent_fewer_than_60_times_a_second_and_loses_no_note() -> None:
    """2,000 messages a second for 10 s; what is merged are knobs, beyond 200 that wait."""
    with session() as midi:
        page = Page(midi)
        page.offer(SYNTH)
        batches = 0
        for step in range(10_000):
            midi.send("note_on", note=step % 128, velocity=1 + step % 127, port="synth")
            midi.send("control_change", control=7, value=step % 128, port="synth")
            midi.clock.move_to(step / 1000)
            before = len(page.out)
            page.panel.desk.tick()
            batches += len(page.out) > before
            if step % 500 == 0:  # a page that listens says so
                page.say("ping", at=page.now)
        midi.clock.move_to(11.0)
        page.panel.desk.tick()
        assert batches <= 10 * 60
        assert sum(data[0] == 0x90 for _, _, data in page.out) == 10_000
        assert sum(data[0] == 0xB0 for _, _, data in page.out) == 10_000


def silent(page: Page, seconds: float) -> None:
    """Let time pass in which the page says nothing."""
    for _ in range(round(seconds / 0.5)):
        page.look(0.5)


def test_page_that_answers_nothing_loses_its_ports_after_six_seconds() -> None:
    """Sending to it is an error then, not a message into nowhere."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD, SYNTH)
        midi.send("note_on", note=60, port="synth")
        page.look(0.0)
        silent(page, 5.5)
        assert "Launchpad (web)" in midi._ports.connected()
        silent(page, 0.5)
        assert page.panel.state()["pages"][page.view]["asleep"]
        assert midi._ports.waiting() == ["Launchpad (web)"]
        with pytest.raises(PortNotFound):
            midi.send("note_off", note=60, port="synth")


def test_page_that_wakes_up_has_its_ports_and_loses_nothing() -> None:
    """Its first message after the silence arrives like any other."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD, SYNTH)
        midi.send("note_on", note=60, port="synth")
        page.look(0.0)
        silent(page, 3600.0)
        page.play(PRESS, RELEASE)
        assert heard(midi) == [PRESS, RELEASE]
        midi.send("note_off", note=60, port="synth")
        page.look(0.1)
        assert page.out[-1][2] == b"\x80\x3c\x40"
        assert not page.panel.state()["pages"][page.view]["asleep"]


def test_time_in_which_the_kernel_stood_still_is_not_held_against_a_page() -> None:
    """Its answer waits to be read."""
    with session() as midi:
        page = Page(midi)
        page.offer(SYNTH)
        midi.send("note_on", note=60, port="synth")
        page.look(0.0)
        page.look(3600.0)
        page.say("ping", at=page.now)
        silent(page, 60.0)
        assert not page.panel.state()["pages"][page.view]["asleep"]


def test_page_that_holds_a_note_is_asked_whether_it_is_there() -> None:
    """Every two seconds, and no longer than the note is held; without an answer it is let go."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD)
        page.play(PRESS)
        silent(page, 2.5)
        assert page.said == ["there"]
        page.say("ping", at=page.now)
        silent(page, 2.5)
        assert page.said == ["there", "there"]
        silent(page, 6.0)
        assert heard(midi) == [PRESS, b"\x80\x24\x00"]


def test_nothing_is_said_while_nothing_happens() -> None:
    """Ports may be connected for hours."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD, SYNTH)
        page.play(PRESS, RELEASE)
        page.look()
        frames = len(page.frames)
        silent(page, 600.0)
        assert (page.said, page.out, len(page.frames)) == ([], [], frames)


def test_ping_is_answered_and_tells_round_trip_jitter_and_the_clocks() -> None:
    """The answer goes the way of what is sent."""
    with session() as midi:
        page = Page(midi, ahead_ms=5000.0)
        page.offer(PAD)
        page.say("ping", at=page.now - 4.0, ping=True)
        page.say("ping", at=page.now - 24.0, trip=8.0, ping=True)
        state = page.look(0.0)["pages"][page.view]
        assert page.said == ["pong"]
        assert (state["late"], state["ahead"]) == ([20.0, 20.0], -4980)
        assert "round trip 8 ms" in repr(midi.web())


def test_page_that_is_not_known_any_more_is_asked_for_its_ports() -> None:
    """As after the panel was closed while the page slept."""
    with session() as midi:
        page = Page(midi)
        page.numbers = {"id1": 1}
        page.play(PRESS)
        assert (page.said, heard(midi)) == (["again"], [])


def test_messages_that_did_not_leave_at_the_browser_are_a_notice() -> None:
    """Sysex without permission, for example."""
    with session() as midi:
        page = Page(midi)
        page.offer(SYNTH)
        page.say("ping", at=page.now, failed=2, why="sysex is off")
        assert "2 messages did not leave at a browser: sysex is off" in repr(midi)


def test_clock_is_passed_on_when_that_is_wanted() -> None:
    """A click or an attribute; views obey the state."""
    with session() as midi:
        page = Page(midi)
        assert page.look(0.0)["clock"] is False
        assert page.ask("clock", on=True) == "MIDI clock is passed on"
        assert page.look()["clock"] is midi.web().clock is True
        with pytest.raises(InvalidValue, match="allowed are True and False"):
            midi.web().clock = 1


def test_closing_the_panel_takes_the_ports_back() -> None:
    """The next one begins anew."""
    with session() as midi:
        page = Page(midi)
        page.offer(PAD, SYNTH)
        page.panel.close()
        assert "Launchpad (web)" not in midi._ports.connected()
        assert midi.web() is not page.panel


def test_panel_without_any_page_says_what_to_do() -> None:
    """Where there is no kernel, too."""
    with session() as midi:
        assert "press Connect" in repr(midi.web())
        assert isinstance(midi.web(), View)


def test_pace_is_at_once_after_quiet_and_bounded_on_the_average() -> None:
    """The first leaves now, the next 4 ms later, in the long run 56 a second."""
    pace, now, sent = Pace(0.0), 10.0, 0
    assert pace.wait(now) == 0.0
    pace.sent(now)
    assert pace.wait(now) == pytest.approx(0.004)
    while now < 40.0:
        now += pace.wait(now) + 1e-6
        pace.sent(now)
        sent += 1
    assert sent / 30 == pytest.approx(56, abs=1)


def test_what_waited_long_leaves_within_50_ms() -> None:
    """The spacing is kept only so far."""
    waiting = [Waiting(0.0, b"\xf8"), Waiting(0.02, b"\xf8"), Waiting(9.0, b"\xf8")]
    packed = unpacked(pack((1, one) for one in waiting))
    assert [after for _, after, _ in packed] == pytest.approx([0.0, 20.0, 50.0])
