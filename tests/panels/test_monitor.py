"""The monitor: each event once, its outcome as it is decided, and why."""

import math
from typing import Any

import pytest

from midimon_live import (
    ActionPlugin,
    chord,
    delay,
    double_tap,
    note,
    plugin_event,
    release,
    sequence,
)
from midimon_live.panels.monitor import (
    CHANGE,
    FIRED,
    HEAD,
    MOST_A_FRAME,
    MOST_AT_FIRST,
    MOST_BEHIND,
    OPEN,
    PART,
    QUIET,
    ROW,
    TROUBLE,
)
from midimon_live.testing import TestSession, press, released, session, turn
from tests.support.panels import Onlooker

HOSTILE = "<img src=x onerror=alert(1)>"


class Bad(ActionPlugin):
    """Fails."""

    def execute(self, params, context):
        """Fail."""
        raise ValueError(HOSTILE)


class Reader:
    """A page: what it makes of the frames that it is sent."""

    def __init__(self, midi: TestSession) -> None:
        self.view = Onlooker(midi, "monitor")
        self.texts: dict[int, Any] = {}
        self.rows: dict[int, dict[str, Any]] = {}
        self.whole: list[bool] = []
        self._read = 0

    def look(self, seconds: float = 0.2) -> int:
        """Let time pass and read what came; returns how many frames that were."""
        self.view.look(seconds)
        frames = self.view.frames[self._read :]
        self._read += len(frames)
        for _, state, (events, changes) in frames:
            if state:
                self.texts.update(enumerate(state["texts"], state["from"]))
            _, first, whole = HEAD.unpack_from(events)
            self.whole.append(bool(whole))
            for number, packed in enumerate(ROW.iter_unpack(events[HEAD.size :]), int(first)):
                self.rows[number] = self._row(packed)
            for number, outcome in CHANGE.iter_unpack(changes):
                self.rows[int(number)]["outcome"] = self.texts[outcome]
        return len(frames)

    def _row(self, packed: tuple[Any, ...]) -> dict[str, Any]:
        time, serial, late, outcome, port, words, *data = packed
        return {
            "time": time,
            "serial": serial,
            "late": late,
            "outcome": self.texts[outcome],
            "port": self.texts[port],
            "words": self.texts[words] if words else "",
            "data": bytes(data),
        }

    @property
    def outcomes(self) -> list[list[Any]]:
        """What became of each event, in order."""
        return [self.rows[number]["outcome"] for number in sorted(self.rows)]


def test_each_event_is_told_once_and_nothing_when_nothing_happens() -> None:
    """What a new view gets, then what is new, then silence."""
    with session() as midi:
        midi.map(note(36), lambda _context: None)
        midi.play(press(36, velocity=90))
        page = Reader(midi)
        assert page.look() == 1
        midi.play(turn(7, 65))
        assert page.look() == 1
        assert page.look(60) == 0
    assert page.whole == [True, False]
    first, second = (page.rows[number] for number in (1, 2))
    assert (first["data"], second["data"]) == (b"\x90\x24\x5a", b"\xb0\x07\x41")
    assert (first["serial"], first["port"], first["late"]) == (1, "Virtual", 0.0)
    assert first["time"] == 1_700_000_000_000
    assert page.outcomes == [
        [FIRED, "fired", "1. note 36 -> lambda", ""],
        [QUIET, "unmapped", "", ""],
    ]


def test_outcomes_say_what_went_wrong_and_what_did_not_match() -> None:
    """By a word, a kind, and the mappings in question."""
    with session() as midi:
        page = Reader(midi)
        midi.map(note(36), Bad)
        midi.map(note(37, velocity_min=100), Bad)
        midi.map(note(38), Bad, all=True)
        midi.map(note(38), lambda _context: None)
        midi.play(press(36), press(37, velocity=1), press(38))
        midi.plugins.disable_plugin("bad")
        midi.play(press(36), b"\xf8", b"\x90")
        page.look()
    assert page.outcomes == [
        [TROUBLE, "failed", "1. note 36 -> bad", ""],
        [QUIET, "no match", "2. note 37, velocity 100-127 -> bad", ""],
        [TROUBLE, "failed", "3. note 38 -> bad, 4. note 38 -> lambda", ""],
        [TROUBLE, "disabled", "1. note 36 -> bad", ""],
        [QUIET, "system", "", ""],
        [QUIET, "malformed", "", ""],
    ]


def test_a_gesture_that_is_decided_later_is_told_then() -> None:
    """Undecided, and then what it was: a single, the first tap, the double tap."""
    with session() as midi:
        page = Reader(midi)
        midi.map(double_tap(36, timeout_ms=300), lambda _context: None)
        midi.map(note(36), lambda _context: None)
        midi.play(press(36))
        page.look(0.05)
        assert page.outcomes[0][:2] == [OPEN, "waiting"]
        page.look(0.5)
        assert page.outcomes[0] == [FIRED, "fired", "2. note 36 -> lambda-2", ""]

        midi.play(released(36), press(36), released(36, time=0.05), press(36, time=0.05))
        page.look(0.5)
        assert page.outcomes[2][:2] == [PART, "first tap"]
        assert page.outcomes[4] == [
            FIRED,
            "fired",
            "1. double tap 36, 300 ms -> lambda",
            "double tap",
        ]
        page.look(5)
        assert page.look(60) == 0


def test_the_notes_of_a_chord_say_that_they_were_part_of_it() -> None:
    """One of them fires; the others are no mystery."""
    with session() as midi:
        page = Reader(midi)
        midi.map(chord(60, 64), lambda _context: None)
        midi.play(press(60), press(64))
        page.look()
        page.look()
    assert [one[:2] for one in page.outcomes] == [[PART, "part of chord"], [FIRED, "fired"]]


def test_an_action_that_takes_long_is_told_when_it_begins_and_when_it_ends() -> None:
    """And its release, which waits for it, too."""
    with session() as midi:
        page = Reader(midi)
        midi.map(note(36), sequence(delay(60_000)))
        midi.map(release(36), lambda _context: None)
        midi.play(press(36), released(36))
        page.look()
        assert [one[:2] for one in page.outcomes] == [[OPEN, "started"], [FIRED, "fired"]]
        assert page.look(30) == 0
        page.look(40)
        assert page.outcomes[0][:2] == [FIRED, "fired"]


def test_more_than_a_frame_holds_comes_in_several_and_in_order() -> None:
    """A burst is told whole; a flood by its newest, with numbers that show what is left out."""
    with session() as midi:
        page = Reader(midi)
        page.look()
        midi.play(*[press(36)] * (MOST_A_FRAME + 50))
        for _ in range(3):
            page.look()
        assert list(page.rows) == list(range(1, MOST_A_FRAME + 51))

        midi.play(*[press(36)] * (MOST_BEHIND + 1))
        for _ in range(2):
            page.look()
    last = MOST_A_FRAME + 50 + MOST_BEHIND + 1
    assert list(page.rows)[MOST_A_FRAME + 50 :] == list(range(last - MOST_A_FRAME + 1, last + 1))
    assert page.rows[last]["serial"] == last


def test_a_new_view_gets_the_last_events_with_all_their_texts() -> None:
    """And the numbers tell the one that was there before what it missed, if it did."""
    with session() as midi:
        first = Reader(midi)
        first.look()
        first.view.say("look", on=False)
        midi.play(*[press(36)] * 12_000)
        first.look(3600)
        assert not first.rows

        second = Reader(midi)
        second.look()
    assert list(second.rows) == list(range(12_000 - MOST_AT_FIRST + 1, 12_001))
    assert second.rows[12_000]["serial"] == 12_000


def test_why_is_what_the_session_says_with_the_line_that_plays_it_again() -> None:
    """Real rows and remarks, and code."""
    with session() as midi:
        midi.map(note(36, velocity_min=100), lambda _context: None)
        midi.play(press(36, velocity=9))
        page = Reader(midi)
        why = page.view.ask("why", serial=1)
        assert why["rows"] == midi.why(1).rows
        assert why["title"] == midi.why(1).title
        assert why["code"] == 'midi.virtual.play("note_on", note=36, velocity=9, channel=0)'


@pytest.mark.parametrize("serial", [-1, 0, 99, 2**70])
def test_why_of_a_forgotten_event_is_a_sentence(serial: int) -> None:
    """No error."""
    with session() as midi:
        why = Reader(midi).view.ask("why", serial=serial)
    assert why["title"] == f"event {serial} is not remembered"
    assert why["remarks"] == ["only the last 10,000 events are remembered"]
    assert (why["rows"], why["code"]) == ([], "")


def test_why_wants_a_number() -> None:
    """A page that sends something else is told so."""
    with session() as midi:
        view = Reader(midi).view
        assert "serial is 'x'" in view.refused("why", serial="x")
        assert "serial is True" in view.refused("why", serial=True)


def test_names_are_text_long_messages_are_short_and_odd_times_are_none() -> None:
    """Hostile names, a megabyte, a driver that stamps nonsense."""
    with session() as midi:
        page = Reader(midi)
        midi.map(plugin_event("tick", "beat"), Bad, name=HOSTILE)
        midi._pump.emit("tick", "beat", {"text": HOSTILE})
        midi._pump.inject(HOSTILE * 100, b"\x90\x24\x40", time=math.nan)
        midi._pump.inject("", b"\x90\x24\x40", time=-1e300)
        midi.virtual.play(b"\xf0" + bytes(1_000_000) + b"\xf7")
        page.look()
    assert page.rows[1]["words"].startswith("beat, text '<img")
    assert HOSTILE in page.outcomes[0][2]
    assert page.rows[2]["port"].startswith(HOSTILE)
    assert math.isnan(page.rows[2]["late"])
    assert math.isnan(page.rows[3]["late"])
    assert page.rows[4]["words"] == "f0" + " 00" * 11 + " ..."
    assert max(len(str(text)) for text in page.texts.values()) < 400


def test_texts_that_never_come_again_do_not_heap_up_and_stay_right() -> None:
    """Ten thousand different ones, as sysex of a tuner."""
    with session() as midi:
        page = Reader(midi)
        page.look()
        for number in range(9_000):
            midi.virtual.play(bytes((0xF0, number >> 7, number & 0x7F, 0xF7)))
            if number % 500 == 0:
                page.look()
        for _ in range(3):
            page.look()
        panel: Any = page.view.panel
    assert len(panel._texts.numbers) <= 4_000
    assert page.rows[9_000]["words"] == f"f0 {8999 >> 7:02x} {8999 & 0x7F:02x} f7"
    assert page.rows[9_000]["port"] == "Virtual"


def test_the_picture_without_a_kernel_is_what_midi_monitor_shows() -> None:
    """The last events, as a table."""
    with session() as midi:
        midi.play(press(36))
        panel = midi.panel("monitor")
        assert repr(panel) == repr(midi.monitor())
