"""Event in, plugin executed: contexts, verdicts, held notes."""

from typing import Any

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import ActionPlugin, TriggerContext, cc, note, plugin, release
from midimon_live.testing import press, released, session, turn


def contexts(trigger: Any, *events: Any) -> list[TriggerContext]:
    """Return the contexts that `events` gave to a handler of `trigger`."""
    seen: list[TriggerContext] = []
    with session() as midi:
        midi.map(trigger, seen.append)
        midi.play(*events)
    return seen


def test_context_of_a_note_is_complete() -> None:
    """Fields that do not apply are None."""
    (context,) = contexts(note(36), press(36, velocity=99, channel=9, time=0.25))
    assert context == TriggerContext(
        velocity=99,
        current_mode=0,
        mode="Default",
        timestamp=1_700_000_000_250,
        note=36,
        channel=9,
        port="Virtual",
        event="note",
    )


def test_context_of_a_controller_is_complete() -> None:
    """Control and value, and no note."""
    (context,) = contexts(cc(7), turn(7, 65, channel=3))
    assert context == TriggerContext(
        timestamp=1_700_000_000_000, control=7, value=65, channel=3, port="Virtual", event="cc"
    )


def test_context_tells_the_mode_when_another_is_active() -> None:
    """Its name, and its index in the order of first mention."""
    seen: list[TriggerContext] = []
    with session() as midi:
        midi.map(note(1), print, mode="Drums")
        midi.map(note(36), seen.append, mode="Keys")
        midi.mode = "Keys"
        midi.play(press(36))
    assert [(one.mode, one.current_mode) for one in seen] == [("Keys", 2)]


def test_context_can_not_be_changed() -> None:
    """Two mappings of one event can not disturb each other."""
    (context,) = contexts(note(36), press(36))
    with pytest.raises(AttributeError):
        context.note = 5


def test_release_tells_how_long_the_note_was_held() -> None:
    """In seconds, from stamp to stamp."""
    (context,) = contexts(release(36), press(36), released(36, velocity=7, time=1.5))
    assert (context.held, context.velocity, context.event) == (1.5, 7, "release")


def test_release_is_a_note_on_with_velocity_zero() -> None:
    """As many keyboards send it; no note trigger fires."""
    (context,) = contexts(release(36), press(36), press(36, velocity=0, time=0.5))
    assert (context.held, context.velocity) == (0.5, 0)
    assert len(contexts(note(36), press(36), press(36, velocity=0))) == 1


def test_release_knows_no_time_when_the_press_was_not_seen() -> None:
    """Nothing is made up."""
    assert contexts(release(36), released(36))[0].held is None


def test_held_is_told_apart_when_channels_differ() -> None:
    """The same note on another channel is another note."""
    events = press(36, channel=0), press(36, channel=1, time=1), released(36, channel=0, time=1)
    assert contexts(release(36), *events)[0].held == 2.0


def test_held_starts_anew_when_pressed_again() -> None:
    """The last press counts, and a release ends it."""
    events = press(36), press(36, time=1), released(36, time=1), released(36, time=1)
    assert [one.held for one in contexts(release(36), *events)] == [1.0, None]


@pytest.mark.parametrize("control", [120, 123])
def test_held_is_forgotten_when_all_notes_or_sound_go_off(control: int) -> None:
    """On that channel; another channel's notes stay down."""
    events = [press(36), press(36, channel=1), turn(control, 0)]
    events += [released(36, time=1), released(36, channel=1)]
    assert [one.held for one in contexts(release(36), *events)] == [None, 1.0]


@pytest.mark.parametrize(
    ("data", "verdict"),
    [
        (b"\x90\x24\x64", "unmapped"),
        (b"\xb0\x07\x00", "no match"),
        (b"\xff\x01", "malformed"),
        (b"", "malformed"),
        (b"\xf0\x01\x02\xf7", "sysex"),
        (b"\xf8", "system"),
    ],
)
def test_verdict_says_why_nothing_fired(data: bytes, verdict: str) -> None:
    """What can not be mapped is counted too."""
    with session() as midi:
        midi.map(cc(7, value_min=1), print)
        midi.play(data)
        assert midi.traces(1)[0].verdict == verdict
        counted = verdict in ("malformed", "sysex", "system")
        assert midi.counters() == ({verdict: 1} if counted else {})


def test_sysex_is_remembered_by_its_beginning() -> None:
    """A dump of a megabyte does not stay in memory."""
    with session() as midi:
        midi.play(b"\xf0" + bytes(1_000_000) + b"\xf7")
        assert midi.traces(1)[0].event.data == b"\xf0" + bytes(63)


def test_params_are_a_copy_when_a_plugin_changes_them() -> None:
    """The next event gets what the mapping says."""
    seen = []

    class Eats(ActionPlugin):
        def execute(self, params, context):
            seen.append(params.pop("color"))

    with session() as midi:
        midi.map(note(36), plugin(Eats, color="red"))
        midi.play(press(36), press(36))
    assert seen == ["red", "red"]


def test_event_is_told_of_a_plugin_that_is_gone() -> None:
    """The mapping stays, and says what is missing."""

    class Blink(ActionPlugin):
        def execute(self, params, context):
            raise AssertionError

    with session() as midi:
        midi.map(note(36), Blink)
        midi.plugins.unload_plugin("blink")
        midi.play(press(36))
        assert midi.traces(1)[0].steps[0].verdict == "not found"
        assert midi.counters() == {"not found": 1}


def test_timers_run_before_an_event_that_came_after_them() -> None:
    """A late engine keeps the order of the moments: the timer first, then the event."""
    log: list[str] = []

    class Later(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(1.0, log.append, "timer")

    with session() as midi:
        midi.map(note(1), Later)
        midi.map(note(2), lambda _context: log.append("event"))
        midi.play(press(1))
        midi.clock.move_to(2.0)
        midi.virtual.play(press(2))
    assert log == ["timer", "event"]


CHANNELS, NUMBERS = st.integers(0, 2), st.integers(36, 39)
STREAM = st.lists(
    st.one_of(
        st.builds(press, NUMBERS, st.integers(0, 127), channel=CHANNELS),
        st.builds(released, NUMBERS, channel=CHANNELS),
        st.builds(turn, NUMBERS, st.integers(0, 127), channel=CHANNELS),
    ),
    max_size=40,
)


def rules(message: mido.Message) -> list[tuple[str, int]]:
    """Return which of the mappings below a message fires."""
    if message.type == "control_change":
        return [("cc", message.control)] if message.value >= 64 else []
    if message.type == "note_on" and message.velocity:
        return [("note", message.note)] if message.velocity <= 100 and message.channel == 1 else []
    return [("release", message.note)]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(STREAM)
def test_each_event_fires_exactly_its_mapping_in_any_stream(stream: list[mido.Message]) -> None:
    """In order, once each, and nothing for what no trigger accepts."""
    fired: list[tuple[str, int]] = []

    def heard(context: TriggerContext) -> None:
        number = context.control if context.note is None else context.note
        fired.append((context.event, number))

    with session() as midi:
        for number in range(36, 39):
            midi.map(note(number, velocity_max=100, channel=1), heard)
            midi.map(release(number), heard)
            midi.map(cc(number, value_min=64), heard)
        midi.play(*stream)
        assert fired == [one for message in stream for one in rules(message) if one[1] < 39]
        assert len(midi.traces()) == len(stream)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.lists(st.binary(max_size=5), max_size=30))
def test_garbage_never_raises_and_is_remembered(garbage: list[bytes]) -> None:
    """Every piece has its trace, and every broken one is counted."""
    with session() as midi:
        for data in garbage:
            midi.virtual.feed(data)
        verdicts = [trace.verdict for trace in midi.traces()]
        odd = {verdict: verdicts.count(verdict) for verdict in verdicts if verdict != "unmapped"}
        assert len(verdicts) == len(garbage)
        assert midi.counters() == odd
