"""Recording, and the tape that always runs: what is in a take, and what is not."""

from collections.abc import Iterator

import pytest

from midimon_live import (
    ActionPlugin,
    TriggerPlugin,
    delay,
    double_tap,
    mode,
    note,
    plugin_event,
    release,
    send,
    sequence,
)
from midimon_live.errors import InvalidValue, TakeError
from midimon_live.magics import run
from midimon_live.takes.tape import KEPT, LONGEST
from midimon_live.testing import Take, TestSession, press, released, session


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """A session with a note, a sequence and a mode mapped."""
    with session() as midi:
        midi.map(note(36), send("note_on", note=60, velocity="pass", until_release=True))
        midi.map(
            note(37), sequence(send("note_on", note=72), delay(200), send("note_off", note=72))
        )
        midi.define_mode("Shift")
        midi.map(note(38), mode("Shift", while_held=True))
        yield midi


def told(take: Take) -> list[tuple[float, str]]:
    """Return all lines of a take in words, each with its second."""
    return [(line.t, " ".join(str(line).split())) for line in take.lines]


def test_a_take_has_what_was_played_and_what_came_of_it_in_order(midi: TestSession) -> None:
    """Input, mapping, message, mode: each at its moment from the beginning."""
    midi.advance(3)
    with midi.record() as recording:
        midi.play(press(36, 90, time=0.5), released(36, time=0.25), press(38))
    assert told(recording.take) == [
        (0.5, "in note_on channel=0 note=36 velocity=90 from Virtual"),
        (0.5, "fired note 36 -> send note_on 60 velocity pass until release: ok"),
        (0.5, "sent note_on channel=0 note=60 velocity=90 to Virtual"),
        (0.75, "in note_off channel=0 note=36 velocity=64 from Virtual"),
        (0.75, "sent note_off channel=0 note=60 velocity=64 to Virtual"),
        (0.75, "in note_on channel=0 note=38 velocity=100 from Virtual"),
        (0.75, "fired note 38 -> mode Shift while held: ok"),
        (0.75, "mode Shift"),
    ]
    assert (recording.take.mode, recording.take.clock) == ("Default", "virtual")


def test_a_verdict_is_the_one_at_the_end_of_the_take(midi: TestSession) -> None:
    """What is under way when it is stopped has only started."""
    recording = midi.record()
    midi.play(press(37))
    ended = midi.record()
    midi.advance(1)
    assert [line.verdict for line in recording.stop().lines if line.kind == "fired"] == ["ok"]
    with midi.record() as early:
        midi.play(press(37))
    assert [line.verdict for line in early.take.lines if line.kind == "fired"] == ["started"]
    assert ended.stop().seconds == 1


def test_what_began_before_is_left_out_with_all_that_comes_of_it(midi: TestSession) -> None:
    """A held note's release, and the rest of a sequence."""
    midi.map(release(36), send("program_change", program=1))
    midi.play(press(36), press(37))
    recording = midi.record()
    midi.play(released(36, time=0.1), released(37), press(36, time=0.3))
    assert [line.t for line in recording.stop().inputs] == [0.4]
    assert [message.note for message in recording.take.sent] == [60]


def test_the_first_tap_before_it_leaves_the_second_one_in(midi: TestSession) -> None:
    """It came during the take, and what it fired too."""
    midi.map(double_tap(40), send("note_on", note=1))
    midi.play(press(40), released(40))
    with midi.record() as recording:
        midi.play(press(40, time=0.1))
    assert [message.note for message in recording.take.sent] == [1]


def test_what_a_person_does_is_marked(midi: TestSession) -> None:
    """A message and a mode of a cell's own are no results; the mode is played again."""
    with midi.record() as recording:
        midi.send("note_on", note=5)
        midi.mode = "Shift"
        midi.panic()
    take = recording.take
    assert take.results == []
    assert [line.kind for line in take.inputs] == ["mode", "panic"]
    assert '"sent": "note_on channel=0 note=5 velocity=64", "port": "Virtual", "by_hand": true' in (
        take.dumps()
    )


def test_what_a_mapped_function_does_with_the_session_is_a_result(midi: TestSession) -> None:
    """It does so again when the take is replayed."""

    @midi.on(note(50))
    def act(_context: object) -> None:
        midi.send("note_on", note=5)
        midi.mode = "Shift"
        midi.panic()

    with midi.record() as recording:
        midi.play(press(50))
    assert [line.kind for line in recording.take.results] == ["fired", "sent", "mode"]
    assert [line.kind for line in recording.take.inputs] == ["in"]


def test_what_plugins_emit_is_marked_and_what_it_fires_is_there(midi: TestSession) -> None:
    """With its values, and who it was."""

    class Tick(TriggerPlugin):
        interval = 0.5

        def poll_events(self):
            yield "tick", {"velocity": 9}

    midi.map(plugin_event("tick", "tick"), send("note_on", note=1, velocity="pass"))
    midi.activate(Tick)
    with midi.record() as recording:
        midi.advance(0.6)
    assert told(recording.take)[0] == (0.5, "emitted tick by tick {'velocity': 9}")
    assert [message.velocity for message in recording.take.sent] == [9]


def test_the_buffer_has_the_last_ten_minutes_from_the_first_thing_on(midi: TestSession) -> None:
    """Nothing was recording; silence before and long after is not in it."""
    midi.advance(50)
    midi.play(press(36), released(36, time=0.2))
    midi.advance(300)
    take = midi.take()
    assert [line.t for line in take.inputs] == [0, 0.2]
    assert take.seconds == 1.2
    assert [line.t for line in midi.take(300.1).inputs] == []
    midi.advance(301)
    assert midi.take().lines == ()


def test_the_buffer_knows_the_mode_that_was_active_then(midi: TestSession) -> None:
    """Not the one that is active when it is asked."""
    midi.play(press(1))
    midi.advance(10)
    midi.mode = "Shift"
    midi.play(press(2))
    midi.advance(1)
    midi.mode = "Default"
    assert [midi.take(seconds).mode for seconds in (600, 5, 0.5)] == ["Default", "Default", "Shift"]


def test_the_buffer_forgets_the_oldest(midi: TestSession) -> None:
    """However much is played within ten minutes."""
    for _ in range(KEPT + 10):
        midi.virtual.play(b"\xb0\x01\x01")
    assert len(midi.take().lines) == KEPT


def test_long_messages_are_mentioned(midi: TestSession) -> None:
    """The buffer is bounded in bytes as well."""
    with midi.record() as recording:
        midi.play(b"\xf0" + bytes(LONGEST) + b"\xf7")
    line = recording.take.lines[0]
    assert (line.kind, line.what) == ("skipped", f"a message of {LONGEST + 2} bytes")
    assert Take.loads(recording.take.dumps()) == recording.take


@pytest.mark.parametrize("seconds", [0, -1, 601, float("nan"), True, "10", None])
def test_seconds_of_the_buffer_are_checked(midi: TestSession, seconds: object) -> None:
    """Above 0, up to 600."""
    with pytest.raises(InvalidValue, match="allowed are above 0, up to 600"):
        midi.take(seconds)  # type: ignore[arg-type]


def test_a_recording_with_a_path_is_saved_at_its_end(midi: TestSession, tmp_path) -> None:
    """By `with`, by the magic, and when the session is closed."""
    with midi.record(tmp_path / "with.jsonl") as recording:
        midi.play(press(36))
    run(midi, f"record {tmp_path / 'magic.jsonl'}")
    midi.play(press(36))
    assert run(midi, "record stop").inputs
    midi.record(tmp_path / "closed.jsonl")
    midi.play(press(36))
    midi.close()
    for name in ("with", "magic", "closed"):
        assert len(Take.load(tmp_path / f"{name}.jsonl").inputs) == 1
    assert Take.load(tmp_path / "with.jsonl") == recording.take


def test_stopping_what_does_not_run_is_told(midi: TestSession) -> None:
    """With what to do."""
    with pytest.raises(Exception, match="begin with: %midi record"):
        run(midi, "record stop")


@pytest.mark.parametrize(
    ("name", "text"),
    [("take.txt", "its name ends in .jsonl"), ("none/take.jsonl", "there is no folder")],
)
def test_a_path_that_can_not_be_is_refused_before_anything_is_played(
    midi: TestSession, tmp_path, name: str, text: str
) -> None:
    """Not when it is too late."""
    with pytest.raises(TakeError, match=text):
        midi.record(tmp_path / name)
    assert midi.recording is None


def test_errors_of_plugins_are_in_it_without_addresses(midi: TestSession) -> None:
    """They differ from run to run."""

    class Fails(ActionPlugin):
        def execute(self, params, context):
            raise RuntimeError(f"no {object()}")

    midi.map(note(50), Fails)
    with midi.record() as recording:
        midi.play(press(50))
    (line,) = [one for one in recording.take.lines if one.kind == "fired"]
    assert line.verdict == "failed"
    assert "0x..." in line.error


def test_learning_takes_its_events_out_of_the_take(midi: TestSession) -> None:
    """They fire nothing, and would if they were replayed."""
    with midi.record() as recording:
        learner = midi.learn(wait=False)
        midi.play(press(36), released(36))
        midi.advance(11)
        assert learner.done
    assert recording.take.lines == ()
