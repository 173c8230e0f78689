"""Replaying: in virtual time, on a running engine, and ended before the end."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from midimon_live import ActionPlugin, delay, double_tap, mode, note, release, send, sequence
from midimon_live.errors import InvalidValue, MidimonError, TakeError
from midimon_live.magics import run
from midimon_live.sessions import Session
from midimon_live.testing import Take, TestSession, press, released, session

HEAD = '{"format": "midimon_live take", "version": 1}\n'
TAP = Take.loads(HEAD + '{"t": 0, "in": "note_on note=36"}\n{"t": 0.05, "in": "note_off note=36"}')
HELD = Take.loads(HEAD + '{"t": 0, "in": "note_on note=36"}\n{"t": 90, "in": "note_off note=36"}')


@pytest.fixture
def live() -> Iterator[Session]:
    """A session with threads and in real time, on the virtual port."""
    live = Session(backend="virtual", home=None)
    yield live
    live.close()


def test_a_replay_in_a_new_session_gives_the_same_take() -> None:
    """To the byte, marks of what a person did apart."""

    def set_up(midi: TestSession) -> None:
        midi.define_mode("Shift")
        midi.map(double_tap(36), mode("Shift"))
        midi.map(note(36), sequence(send("note_on", note=1), delay(100), send("note_on", note=2)))

    with session() as midi:
        set_up(midi)
        midi.mode = "Shift"
        with midi.record() as recording:
            midi.play(press(36, time=0.1), released(36, time=0.1), press(36, time=0.1))
            midi.advance(0.1)
            midi.mode = "Default"
            midi.play(released(36), press(36, time=1))
            midi.advance(0.35)
    with session() as midi:
        set_up(midi)
        assert midi.replay(recording.take).dumps() == recording.take.dumps()


def test_what_waits_for_the_beat_comes_on_it_again() -> None:
    """By the tempo of the setup, and by MIDI clock that is in the take."""

    def set_up(midi: TestSession) -> None:
        midi.tempo = 120
        midi.map(note(36), lambda _context: midi.at("beat", lambda: midi.send("note_on", note=1)))

    with session() as midi:
        set_up(midi)
        with midi.record() as recording:
            midi.play(press(36, time=0.1))
            for _ in range(50):
                midi.advance(0.02)
                midi.play(b"\xf8")
            midi.play(b"\xfa", press(36), b"\xf8")
            for _ in range(50):
                midi.advance(0.02)
                midi.play(b"\xf8")
        take = recording.take
    assert len(take.sent) == 2
    with session() as midi:
        set_up(midi)
        assert midi.replay(take).dumps() == take.dumps()


def test_notes_that_a_take_leaves_down_are_released_after_it() -> None:
    """The next replay on the same session begins with nothing held."""
    with session() as midi:
        midi.map(note(36), send("note_on", note=60, until_release=True))
        midi.map(release(36), send("program_change", program=1))
        take = midi.replay(Take.loads(HEAD + '{"t": 0, "in": "note_on note=36"}'))
        assert [message.type for message in take.sent] == ["note_on"]
        assert [one.type for one in midi.sent] == ["note_on", "note_off", "program_change"]


def test_what_plugins_emitted_is_played_when_asked_for() -> None:
    """For a plugin whose source is not here."""
    line = '{"t": 1, "emitted": "tick", "plugin": "clock", "values": {"velocity": 9}}'
    take = Take.loads(HEAD + line)
    with session() as midi:
        from midimon_live import plugin_event

        midi.map(plugin_event("clock", "tick"), send("note_on", note=1, velocity="pass"))
        assert midi.replay(take).fired == []
        assert [one.velocity for one in midi.replay(take, emitted=True).sent] == [9]


def test_speed_and_port_are_the_users(capsys: pytest.CaptureFixture[str]) -> None:
    """Twice as fast, all from one port."""
    with session() as midi:
        midi.map(note(36), send("note_on", note=1), port="keys")
        assert midi.replay(TAP).fired == []
        assert midi.replay(TAP, port="My Keys", speed=0.5).inputs[1].t == 0.1


@pytest.mark.parametrize("speed", [0, -1, 1e9, float("nan"), "fast", True])
def test_speed_is_checked(speed: object) -> None:
    """0.01 to 100."""
    with session() as midi, pytest.raises(InvalidValue, match=r"allowed are 0\.01 to 100"):
        midi.replay(TAP, speed=speed)  # type: ignore[arg-type]


@pytest.mark.parametrize("take", [None, 5, b"x"])
def test_what_is_no_take_is_refused(take: object) -> None:
    """Nor a path of one."""
    with session() as midi, pytest.raises(TakeError, match="is no take"):
        midi.replay(take)  # type: ignore[arg-type]


def test_a_mode_that_is_not_there_is_noticed() -> None:
    """The rest is played all the same."""
    take = Take(TAP.lines, 1.0, mode="Drums")
    with session() as midi:
        midi.map(note(36), send("note_on", note=1))
        assert midi.replay(take).fired
        assert "no mode is called 'Drums'" in str(midi.status())


def test_a_live_replay_is_heard_like_a_port(live: Session, tmp_path: Path) -> None:
    """It fires, `why` knows it, and it is over when the call is."""
    live.map(note(36), send("note_on", note=60, until_release=True))
    TAP.save(tmp_path / "tap.jsonl")
    replay = live.replay(tmp_path / "tap.jsonl")
    assert replay.done
    assert [one.type for one in live.virtual.sent] == ["note_on", "note_off"]
    pressed, let_go = (trace.event for trace in live.traces())
    assert let_go.time - pressed.time == pytest.approx(0.05, abs=1e-6)
    assert "note on 36" in live.why(pressed.serial).title


def test_panic_ends_a_live_replay_and_what_it_holds(live: Session) -> None:
    """The note is released once, and no more is played."""
    fired = threading.Event()
    live.map(note(36), lambda _context: fired.set())
    replay = live.replay(HELD, wait=False)
    assert fired.wait(5)
    live.panic()
    assert (replay.done, replay.cancelled, replay.cancel()) == (True, True, False)
    live.settle()
    assert [trace.event.data[0] for trace in live.traces()] == [0x90, 0x80]
    assert "cancelled, 1 of 2" in repr(replay)


def test_closing_ends_replays(live: Session) -> None:
    """Nothing is left that would wake it."""
    replay = live.replay(HELD, wait=False)
    live.close()
    assert replay.cancelled


def test_waiting_where_that_would_never_end_is_refused(live: Session) -> None:
    """Inside a handler; it may begin one, though."""
    said: list[str] = []

    def handler(_context: object) -> None:
        try:
            live.replay(TAP)
        except MidimonError as error:
            said.append(str(error))
        live.replay(TAP, wait=False).cancel()

    live.map(note(40), handler)
    live.virtual.press(40)
    live.settle()
    assert said == ["replay() would wait for itself here; say wait=False"]


def test_a_panic_in_a_take_does_not_end_its_own_replay(live: Session) -> None:
    """It ends what sounds, as it did."""
    text = (
        HEAD + '{"t": 0, "in": "note_on note=36"}\n{"t": 0, "panic": true}\n'
        '{"t": 0.01, "in": "note_on note=37"}'
    )
    live.map(note(36), send("note_on", note=60))
    live.map(note(37), send("note_on", note=61))
    assert not live.replay(Take.loads(text)).cancelled
    notes = [one.note for one in live.virtual.sent if one.type == "note_on"]
    assert notes == [60, 61]
    assert sum(one.type == "control_change" for one in live.virtual.sent) == 48


def test_the_magic_replays_a_file(live: Session, tmp_path: Path) -> None:
    """And says what it played."""
    TAP.save(tmp_path / "tap.mid")
    assert repr(run(live, f"replay {tmp_path / 'tap.mid'}")) == (
        "<Replay: done, 2 of 2 inputs played>"
    )


def test_a_recording_of_real_time_gives_the_moments_of_what_was_asked_for(live: Session) -> None:
    """What comes of an input has its moment, however late the engine was."""

    class Slow(ActionPlugin):
        capabilities = {"midi"}

        def execute(self, params, context):
            for number in range(20_000):
                str(number)
            self.host.midi.send("note_on", note=1)

    live.activate(Slow)
    live.map(note(36), Slow)
    with live.record() as recording:
        live.virtual.press(36)
    assert len({line.t for line in recording.take.lines}) == 1
    assert recording.take.clock == "real"
