"""Sending MIDI: every type, what is passed on, and that every note that is begun ends."""

from collections.abc import Callable
from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midimon_live import (
    aftertouch,
    cc,
    double_tap,
    long_press,
    mode,
    note,
    pitch_bend,
    poly_aftertouch,
    program,
    release,
    send,
    sequence,
)
from midimon_live.curves import curve, linear
from midimon_live.errors import InvalidValue, PortClosed
from midimon_live.events import TriggerContext
from midimon_live.testing import (
    TestSession,
    bend,
    chosen,
    press,
    pressure,
    released,
    session,
    turn,
)

ON, OFF = press(60), released(60)


def sent(trigger: Any, action: Any, *events: Any) -> list[mido.Message]:
    """Return what an action sends when these events come in."""
    with session() as midi:
        midi.map(trigger, action)
        midi.play(*events)
        return midi.sent


# types


@pytest.mark.parametrize(
    ("words", "fields", "wanted"),
    [
        (("note_on", "NoteOn", "note-on", "Note On", "noteon"), {}, press(60)),
        (("note_off", "NoteOff", "note-off", "NOTEOFF"), {}, released(60)),
        (
            ("control_change", "CC", "cc", "ControlChange", "control-change"),
            {"controller": 7, "value": 99},
            turn(7, 99),
        ),
        (("program_change", "ProgramChange", "PC", "pc"), {"program": 5}, chosen(5)),
        (("pitchwheel", "PitchBend", "pitch_bend", "pitch-bend", "PB"), {"pitch": -99}, bend(-99)),
        (("aftertouch", "Aftertouch", "AT", "ChannelPressure"), {"pressure": 9}, pressure(9)),
        (
            ("polytouch", "PolyPressure", "poly-aftertouch"),
            {"note": 3, "value": 9},
            pressure(9, note=3),
        ),
    ],
)
def test_every_type_is_sent_under_each_of_its_names(words, fields, wanted) -> None:
    """mido's, MIDIMon's, any case, with or without hyphens."""
    for word in words:
        assert sent(note(1), send(word, **fields), press(1)) == [wanted]


@pytest.mark.parametrize("pitch", [-8192, -1, 0, 8191])
def test_pitch_is_sent_as_it_is_written(pitch: int) -> None:
    """The whole way, with the centre at 0."""
    assert sent(note(1), send("pitchwheel", pitch=pitch), press(1)) == [bend(pitch)]


def test_channel_is_fixed_or_that_of_the_event() -> None:
    """0 by default."""
    for given_channel, wanted in ((0, 0), (9, 9), ("pass", 3)):
        action = send("note_on", channel=given_channel)
        assert sent(note(1), action, press(1, channel=3)) == [press(60, channel=wanted)]


# passing on


@pytest.mark.parametrize(
    ("trigger", "event", "action", "wanted"),
    [
        (note(), press(5, 77), send("note_on", note="pass", velocity="pass"), press(5, 77)),
        (release(), released(5, 7), send("note_off", note="pass", velocity="pass"), released(5, 7)),
        (cc(), turn(7, 99), send("cc", control="pass", value="pass"), turn(7, 99)),
        (program(), chosen(4), send("pc", program="pass"), chosen(4)),
        (aftertouch(), pressure(4), send("at", value="pass"), pressure(4)),
        (
            poly_aftertouch(),
            pressure(4, note=9),
            send("polytouch", note="pass", value="pass"),
            pressure(4, note=9),
        ),
        (pitch_bend(), bend(-4321), send("pb", pitch="pass"), bend(-4321)),
        (note(), press(5, 77), send("cc", control=1, value="pass"), turn(1, 77)),
        (cc(), turn(7, 33), send("note_on", velocity="pass"), press(60, 33)),
        (pitch_bend(), bend(0), send("note_on", velocity="pass"), press(60, 100)),
        (pitch_bend(), bend(0), send("note_off", velocity="pass"), released(60, 64)),
    ],
)
def test_values_of_the_event_are_passed_on(trigger, event, action, wanted) -> None:
    """Between equal kinds, and from one to another."""
    assert sent(trigger, action, event) == [wanted]


@pytest.mark.parametrize(
    ("seven", "fourteen"), [(0, -8192), (1, -8064), (64, 0), (65, 130), (127, 8191)]
)
def test_seven_bits_are_stretched_to_a_bend(seven: int, fourteen: int) -> None:
    """Both ends and the centre meet."""
    assert sent(cc(), send("pb", pitch="pass"), turn(1, seven)) == [bend(fourteen)]


@pytest.mark.parametrize(
    ("fourteen", "seven"), [(-8192, 0), (-1, 63), (0, 64), (127, 64), (128, 65), (8191, 127)]
)
def test_a_bend_is_cut_to_seven_bits(fourteen: int, seven: int) -> None:
    """The seven that count."""
    action = send("cc", control=1, value="pass")
    assert sent(pitch_bend(), action, bend(fourteen)) == [turn(1, seven)]


@given(st.integers(0, 127))
def test_there_and_back_is_the_same(value: int) -> None:
    """Seven bits survive being a bend."""
    out = send("pb", pitch="pass").message(TriggerContext(value=value, event="cc"))
    back = TriggerContext(value=out[1] | out[2] << 7, event="pitch_bend")
    assert send("cc", value="pass").message(back)[2] == value


@pytest.mark.parametrize(
    ("trigger", "event", "action", "what"),
    [
        (cc(), turn(1, 2), send("note_on", note="pass"), "note"),
        (note(), press(1), send("cc", control="pass"), "control"),
        (aftertouch(), pressure(1), send("polytouch", note="pass"), "note"),
    ],
)
def test_why_says_what_the_event_does_not_have(trigger, event, action, what: str) -> None:
    """And nothing is sent."""
    with session() as midi:
        midi.map(trigger, action)
        midi.play(event)
        assert "this event has none; give a number" in repr(midi.why())
        assert f'{what}="pass"' in repr(midi.why())
        assert midi.sent == []


# velocity


@pytest.mark.parametrize(
    ("velocity", "hit", "wanted"),
    [
        (None, 33, 100),
        (64, 33, 64),
        ("pass", 33, 33),
        (linear(100, 20), 127, 20),
        (linear(127, 0), 127, 1),
        ("exponential", 1, 1),
        (curve("log", 1, upstream=True), 16, 1),
        (0, 90, 0),
    ],
)
def test_velocity_is_mapped(velocity, hit: int, wanted: int) -> None:
    """No curve turns a hit into a note-off; only 0 does, where it is written."""
    fields = {} if velocity is None else {"velocity": velocity}
    assert sent(note(1), send("note_on", **fields), press(1, hit)) == [press(60, wanted)]


# notes end


def test_note_with_a_duration_ends_by_itself() -> None:
    """At its moment, on its channel."""
    with session() as midi:
        midi.map(note(1), send("note_on", channel=4, duration_ms=200))
        midi.play(press(1))
        midi.advance(0.199)
        assert midi.sent == [press(60, channel=4)]
        midi.advance(0.001)
        assert midi.sent == [press(60, channel=4), released(60, channel=4)]


def test_retriggered_note_sounds_for_its_own_whole_duration() -> None:
    """The end of the first does not cut the second."""
    with session() as midi:
        midi.map(note(1), send("note_on", duration_ms=200))
        midi.play(press(1), press(1, time=0.15))
        assert midi.sent == [ON, OFF, ON]
        midi.advance(0.1)
        assert midi.sent == [ON, OFF, ON]
        midi.advance(0.1)
        assert midi.sent == [ON, OFF, ON, OFF]


def test_one_note_of_an_output_is_one_whatever_that_is_called() -> None:
    """By default or by a part of its name: the second has its whole duration."""
    with session() as midi:
        midi.map(note(1), send("note_on", duration_ms=100))
        midi.map(note(2), send("note_on", duration_ms=100, port="virt"))
        midi.play(press(1), press(2, time=0.05))
        assert midi.sent == [ON, OFF, ON]
        midi.advance(0.06)
        assert midi.sent == [ON, OFF, ON]


@pytest.mark.parametrize("end", [{"duration_ms": 100}, {"until_release": True}])
def test_note_ends_on_the_output_it_began_on(end: dict[str, Any]) -> None:
    """Also when another one is the default by then."""
    with session() as midi:
        midi.create_port("Synth")
        midi.map(note(1), send("note_on", **end))
        midi.play(press(1))
        midi.output = "Synth"
        midi.play(released(1, time=0.2))
        assert midi.sent == [ON, OFF]
        assert "0 notes sounding" in repr(midi.status())


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        (lambda midi: midi.cancel(), 0),
        (lambda midi: midi.cancel(1), 0),
        (lambda midi: midi.panic(), 0),
        (lambda midi: midi.close(), 0),
        (lambda midi: midi.handles[0].remove(), 1),
    ],
    ids=["cancel", "cancel one", "panic", "close", "unmap"],
)
def test_what_ends_an_action_ends_its_note(end: Callable[[Any], Any], wanted: int) -> None:
    """At once; a note whose mapping is gone has its duration."""
    with session() as midi:
        midi.handles = [midi.map(note(1), send("note_on", duration_ms=500))]
        midi.play(press(1))
        outputs = midi._ports.outputs
        end(midi)
        assert outputs.sounding() == wanted
        if not midi.closed:
            midi.advance(0.5)
        assert outputs.sounding() == 0


def test_note_ends_with_the_press_after_unmap_and_a_mode_change() -> None:
    """The release belongs to the press."""
    with session() as midi:
        midi.define_mode("Other")
        handle = midi.map(note(1), send("note_on", until_release=True))
        midi.play(press(1))
        midi.mode = "Other"
        handle.remove()
        midi.map(note(1), send("note_on", note=5))
        midi.play(released(1))
        assert midi.sent == [ON, OFF]


@pytest.mark.parametrize(
    ("down", "up"),
    [(press(1), released(1)), (press(1), press(1, 0)), (turn(1, 9), turn(1, 0)), (press(1), None)],
)
def test_note_ends_when_what_fired_it_is_let_go(down, up) -> None:
    """Pad, pedal, velocity 0, and a device that is gone."""
    with session() as midi:
        for trigger in (note(1), cc(1, value_min=1)):
            midi.map(trigger, send("note_on", until_release=True))
        midi.play(down)
        assert midi.sent == [ON]
        if up is None:
            midi._ports.lost("Virtual")
        else:
            midi.play(up)
        assert midi.sent == [ON, OFF]


def test_same_pad_of_two_channels_holds_two_notes() -> None:
    """Each release ends its own."""
    with session() as midi:
        midi.map(note(1), send("note_on", channel="pass", until_release=True))
        midi.play(press(1), press(1, channel=1), released(1))
        assert midi.sent == [ON, press(60, channel=1), OFF]


def test_same_pad_of_two_ports_holds_two_notes() -> None:
    """A press on one is not ended by the release on the other."""
    with session() as midi:
        midi.map(note(1), send("note_on", until_release=True))
        midi._pump.inject("Left", b"\x90\x01\x40")
        midi._pump.inject("Right", b"\x80\x01\x40")
        assert midi.sent == [ON]
        midi._pump.inject("Left", b"\x80\x01\x40")
        assert midi.sent == [ON, OFF]


def test_a_single_that_was_decided_after_its_release_sends_both() -> None:
    """The note is there, and does not stay."""
    with session() as midi:
        midi.map(note(1), send("note_on", until_release=True))
        midi.map(double_tap(1), print)
        midi.play(press(1), released(1, time=0.01))
        midi.advance(1)
        assert midi.sent == [ON, OFF]


def test_note_of_a_long_press_ends_with_it() -> None:
    """Held longer than it had to be."""
    with session() as midi:
        midi.map(long_press(1, duration_ms=100), send("note_on", until_release=True))
        midi.play(press(1), released(1, time=5))
        assert midi.sent == [ON, OFF]


def test_thousands_of_presses_without_a_release_hold_one_note() -> None:
    """As from a controller that sends no note-offs."""
    with session() as midi:
        midi.map(note(1), send("note_on", until_release=True))
        midi.play(*[press(1)] * 2000)
        assert "1 notes sounding" in repr(midi.status())
        midi.play(released(1))
        assert "0 notes sounding" in repr(midi.status())


@pytest.mark.parametrize(
    ("trigger", "events", "up"),
    [(cc(1), [turn(1, 9)] * 99, turn(1, 0)), (note(1), [press(1)] * 99, released(1))],
)
def test_a_control_that_fires_again_and_again_holds_one_note(trigger, events, up) -> None:
    """And keeps no list of those before."""
    with session() as midi:
        midi.map(trigger, send("note_on", until_release=True))
        midi.map(trigger, send("note_on", note=5, until_release=True))
        midi.play(*events)
        surface = midi._engine._surface
        held = [*surface._undo_control.values(), *(one.undo for one in surface.pressed.values())]
        assert list(map(len, held)) == [1]
        midi.play(up)
        assert midi._ports.outputs.sounding() == 0


def test_a_release_after_a_panic_ends_nothing_that_began_since() -> None:
    """The panic ended the pad's own note."""
    with session() as midi:
        midi.map(note(1), send("note_on", until_release=True))
        midi.play(press(1))
        midi.panic()
        midi.send("note_on", note=60)
        midi.play(released(1))
        assert "1 notes sounding" in repr(midi.status())


def unplugged(midi: TestSession) -> None:
    """Let the output be gone."""

    def gone(_data: bytes) -> None:
        raise PortClosed("Virtual is gone")

    midi._ports.outputs.get().port.send = gone  # type: ignore[method-assign]


def test_an_output_that_is_gone_keeps_nothing_else_from_ending() -> None:
    """The other actions are cancelled, the mode comes back, and a notice says it."""
    with session() as midi:
        midi.define_mode("X")
        midi.map(note(1), send("note_on", duration_ms=900))
        midi.map(note(2), sequence(send("note_on", note=3, duration_ms=900), print))
        midi.map(note(4), mode("X", while_held=True), all=True)
        midi.map(note(4), send("note_on", note=5, until_release=True))
        midi.play(press(1), press(2), press(4))
        unplugged(midi)
        assert midi.cancel() == 2
        midi.play(released(4))
        assert midi.mode == "Default"
        assert "note 5 was not ended: Virtual is gone" in repr(midi.status())
        assert "engine errors" not in midi.counters()


# bad input


@pytest.mark.parametrize(
    ("words", "fields", "complaint"),
    [
        ("nope", {}, "'nope' is no message type; there are: note_on"),
        ("note_onn", {}, "did you mean note_on?"),
        ("note", {}, "did you mean note_on?"),
        ("notes", {}, "did you mean note_on?"),
        ("program", {}, "did you mean program_change?"),
        ("pitch", {}, "did you mean pitchwheel?"),
        (60, {}, 'write the type first, and the rest by name: send("note_on", note=60)'),
        ("note_on", {"duration": 500}, "it has note, velocity; did you mean duration_ms?"),
        ("note_on", {"until_relase": True}, "did you mean until_release?"),
        ("note_on", {"vel": 9}, "did you mean velocity?"),
        ("note_on", {"chanel": 9}, "did you mean channel?"),
        ("cc", {"contrl": 5}, "has no field 'contrl'; it has control, value; did you mean"),
        ("note_on", {"note": 128}, "note is 128; allowed are whole numbers from 0 to 127"),
        ("note_on", {"note": True}, "note is True"),
        ("note_on", {"note": "C4"}, "note is 'C4'"),
        ("note_on", {"velocity": 128}, "velocity is 128"),
        ("note_on", {"velocity": "hard"}, "velocity is 'hard'; allowed are 0 to 127, pass"),
        ("cc", {"value": -1}, "value is -1"),
        ("pb", {"pitch": 8192}, "pitch is 8192; allowed are whole numbers from -8192 to 8191"),
        ("note_on", {"channel": 16}, "channel is 16"),
        ("note_on", {"duration_ms": 0}, "duration_ms is 0; allowed are more than 0"),
        ("note_on", {"duration_ms": float("nan")}, "duration_ms is nan"),
        ("note_on", {"duration_ms": True}, "duration_ms is True"),
        ("cc", {"duration_ms": 5}, "only note_on can be ended by itself"),
        ("note_off", {"until_release": True}, "only note_on can be ended by itself"),
        ("note_on", {"duration_ms": 5, "until_release": True}, "not both"),
        ("note_on", {"port": 5}, "port is 5; allowed is an output's name"),
        ("note_on", {"port": " "}, "port is ' '"),
    ],
)
def test_what_can_not_be_sent_is_refused_where_it_is_written(words, fields, complaint) -> None:
    """With the value, and what is allowed."""
    with pytest.raises(InvalidValue) as caught:
        send(words, **fields)
    assert complaint in str(caught.value)


def test_why_says_that_there_is_no_such_output() -> None:
    """A device may come later, so that is known only when it fires."""
    with session() as midi:
        midi.map(note(1), send("note_on", port="Nope"))
        midi.play(press(1))
        assert "failed: " in repr(midi.why())
        assert "Nope" in repr(midi.why())
