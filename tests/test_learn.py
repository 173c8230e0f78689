"""Learning: each gesture and control, drift, held notes, endings, and what is proposed."""

import threading
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import midimon_live
from midimon_live import cc, clock, long_press, note, release, send
from midimon_live.errors import CommandError, InvalidValue, MidimonError
from midimon_live.learn import Learner
from midimon_live.learned import KINDS, Choice, Learned, Proposal
from midimon_live.magics import run
from midimon_live.sessions import Session
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
from midimon_live.triggers import TRIGGERS


def learn(*events: Any, wait: float = 4.0) -> Learner:
    """Play events to a lesson, let it rest for `wait` seconds, and return it."""
    with session() as midi:
        learner = midi.learn(wait=False)
        midi.play(*events)
        midi.advance(wait)
        return learner


def said(learner: Learner) -> str:
    """Return the trigger of a result as it is written, or why there is none."""
    result = learner.result
    return (
        learner.text
        if result is None
        else result.python.removeprefix("midi.map(").removesuffix(", ...)")
    )


def turns(control: int, *values: int, gap: float = 0.02) -> list[Any]:
    """Return control changes, `gap` seconds apart."""
    return [turn(control, value, time=gap) for value in values]


def tap_of(midi: TestSession) -> Any:
    """Return what is in the engine's tap."""
    return midi._engine.tap


# notes


@pytest.mark.parametrize(
    ("held", "proposal"),
    [
        (0.1, "note(36, channel=9)"),
        (0.49, "note(36, channel=9)"),
        (0.5, "long_press(36, duration_ms=400, channel=9)"),
        (0.6, "long_press(36, duration_ms=500, channel=9)"),
        (1.3, "long_press(36, duration_ms=1200, channel=9)"),
        (2.9, "long_press(36, duration_ms=2700, channel=9)"),
    ],
)
def test_one_press_is_a_note_or_a_long_press_by_how_long_it_was_held(held, proposal) -> None:
    """The long press fires clearly before it would be let go."""
    learner = learn(press(36, channel=9), released(36, channel=9, time=held))
    assert said(learner) == proposal


@pytest.mark.parametrize(
    ("velocity", "level"), [(1, "soft"), (40, "soft"), (41, "medium"), (80, "medium"), (81, "hard")]
)
def test_a_press_offers_its_velocity_its_release_and_any_channel(velocity, level) -> None:
    """As alternatives, after the plain note."""
    learner = learn(press(36, velocity), released(36, time=0.1))
    assert learner.result is not None
    assert level in learner.result.heard
    assert [one.python for one in learner.result.alternatives] == [
        f'midi.map(velocity_range(36, level="{level}", channel=0), ...)',
        "midi.map(release(36, channel=0), ...)",
        "midi.map(note(36), ...)",
    ]


def test_a_note_that_stays_down_is_a_long_press_after_three_seconds() -> None:
    """Nobody has to let go; the note-off that comes later fires nothing."""
    hits = []
    with session() as midi:
        midi.map(release(36), hits.append)
        learner = midi.learn(wait=False)
        midi.play(press(36))
        midi.advance(3.1)
        assert said(learner) == "long_press(36, duration_ms=2800, channel=0)"
        midi.play(released(36))
        assert (hits, tap_of(midi)) == ([], None)


@pytest.mark.parametrize(
    ("gap", "timeout"), [(0.1, 300), (0.28, 300), (0.29, 350), (0.4, 450), (0.45, 500)]
)
def test_two_presses_are_a_double_tap(gap, timeout) -> None:
    """Its timeout is a bit over what was played, and the default at least."""
    learner = learn(press(36), released(36, time=0.05), press(36, time=gap - 0.05), wait=0)
    assert said(learner) == f"double_tap(36, timeout_ms={timeout}, channel=0)"


def test_a_press_after_the_time_of_a_double_tap_is_not_part_of_it() -> None:
    """Learning is over by then, and the press plays what is mapped."""
    hits = []
    with session() as midi:
        midi.map(note(36), hits.append)
        learner = midi.learn(wait=False)
        midi.play(press(36), released(36, time=0.1), press(36, time=0.4))
        assert (said(learner), len(hits)) == ("note(36, channel=0)", 1)


@pytest.mark.parametrize(
    ("offsets", "timeout"), [((0.0, 0.0), 50), ((0.03, 0.017), 60), ((0.05, 0.05), 110)]
)
def test_notes_pressed_together_are_a_chord(offsets, timeout) -> None:
    """It is learned when the last of them is let go."""
    first, second = offsets
    down = [press(64), press(60, time=first), press(67, time=second)]
    learner = learn(*down, *(released(one, time=0.1) for one in (60, 64, 67)), wait=0)
    assert said(learner) == f"chord(60, 64, 67, timeout_ms={timeout}, channel=0)"


@pytest.mark.parametrize(
    "second",
    [press(40, time=0.2), press(40, time=0.01, channel=1)],
    ids=["later", "other channel"],
)
def test_another_note_that_is_no_chord_does_not_change_what_is_learned(second) -> None:
    """The gesture that began first is the one; the other fires nothing all the same."""
    hits = []
    with session() as midi:
        midi.map(note(40), hits.append)
        learner = midi.learn(wait=False)
        midi.play(press(36), second, released(36, time=0.02))
        midi.advance(1)
        assert (said(learner), hits) == ("note(36, channel=0)", [])


def test_a_roll_is_no_chord() -> None:
    """Two notes that were never down at once would not fire as one."""
    events = [press(36), released(36, time=0.02), press(40, time=0.02), released(40, time=0.02)]
    assert said(learn(*events)) == "note(36, channel=0)"


# controls


@pytest.mark.parametrize(
    ("values", "proposal"),
    [
        ([127], 'cc(20, value_min=64, edge="rising", channel=0)'),
        ([127, 0], 'cc(20, value_min=64, edge="rising", channel=0)'),
        ([127, 0, 127, 0], 'cc(20, value_min=64, edge="rising", channel=0)'),
        ([127, 127], 'cc(20, value_min=64, edge="rising", channel=0)'),
        ([100], 'cc(20, value_min=64, edge="rising", channel=0)'),
        ([30, 0], 'cc(20, value_min=30, edge="rising", channel=0)'),
        ([87, 0, 99, 0], 'cc(20, value_min=64, edge="rising", channel=0)'),
        (range(10, 60, 3), "cc(20, channel=0)"),
        ([2, 14, 29, 41, 50, 90, 110, 125], "cc(20, channel=0)"),
        ([127, 126, 125, 124, 123, 122, 121], "cc(20, channel=0)"),
        ([9, 6, 3, 0], "cc(20, channel=0)"),
        ([1] * 8, 'encoder(20, mode="relative_twos", direction="clockwise", channel=0)'),
        (
            [127, 127, 126, 127],
            'encoder(20, mode="relative_twos", direction="counterclockwise", channel=0)',
        ),
        ([1, 1, 2, 127, 127], 'encoder(20, mode="relative_twos", channel=0)'),
        ([65, 65, 66], 'encoder(20, mode="relative_offset64", direction="clockwise", channel=0)'),
        ([63, 63, 65, 65], 'encoder(20, mode="relative_offset64", channel=0)'),
        ([1, 1, 65, 65], 'encoder(20, mode="relative_signbit", channel=0)'),
    ],
)
def test_a_control_is_a_button_a_fader_or_an_encoder_by_what_it_sends(values, proposal) -> None:
    """A button has an edge, a fader all its values, an encoder its encoding and direction."""
    assert said(learn(*turns(20, *values))) == proposal


def test_alternatives_of_a_control() -> None:
    """A fader may be an absolute encoder, and one way may stand for both."""
    fader = learn(*turns(7, *range(10, 90, 5))).result
    knob = learn(*turns(7, *[65] * 9)).result
    assert fader is not None
    assert knob is not None
    texts = [one.python for one in (*fader.alternatives, *knob.alternatives)]
    assert 'midi.map(encoder(7, mode="absolute", channel=0), ...)' in texts
    assert 'midi.map(encoder(7, mode="relative_offset64", channel=0), ...)' in texts
    assert texts[-1] == (
        'midi.map(encoder(7, mode="relative_offset64", direction="clockwise"), ...)'
    )


@pytest.mark.parametrize(
    ("events", "proposal"),
    [
        ([pressure(one, time=0.02) for one in (20, 81, 30, 0)], "aftertouch(pressure_min=41, c"),
        (
            [pressure(one, note=36, time=0.02) for one in (20, 80, 0)],
            "poly_aftertouch(36, pressure_min=40, channel=0)",
        ),
        ([bend(one, time=0.02) for one in (900, 8191, 0)], "pitch_bend(value_min=12287, chan"),
        ([bend(one, time=0.02) for one in (-900, -8192, 0)], "pitch_bend(value_max=4096, chan"),
        ([bend(one, time=0.02) for one in (-7000, 0, 7000)], "pitch_bend(channel=0)"),
        ([chosen(12)], "program(12, channel=0)"),
        ([turn(0, 1), turn(32, 5), chosen(12)], "program(12, channel=0)"),
    ],
)
def test_pressure_bend_and_program(events, proposal) -> None:
    """About half of the pressure, the side that was pushed, the program after its bank."""
    assert said(learn(*events)).startswith(proposal)


@pytest.mark.parametrize("key", [None, 36])
def test_pressure_belongs_to_the_note_that_is_pressed(key) -> None:
    """Before and after the press, on the channel and on the key."""
    felt = [pressure(one, note=key, time=0.01) for one in (40, 90, 30)]
    assert said(learn(*felt, press(36), *felt, released(36))) == "note(36, channel=0)"


def test_the_fine_half_of_a_fader_is_not_taken_for_the_fader() -> None:
    """Fourteen bits come as controls 7 and 39, and the second runs wild."""
    pairs = [
        one for at in range(40, 60) for one in (turn(7, at, time=0.02), turn(39, at * 37 % 128))
    ]
    assert said(learn(*pairs)) == "cc(7, channel=0)"


# what is ignored


@pytest.mark.parametrize(
    "values", [[63, 64] * 20, [64, 63, 63, 64] * 9, [10, 12, 11, 13] * 9, [126, 127] * 20, [1, 0]]
)
def test_a_drifting_control_is_never_learned(values) -> None:
    """It ends after its ten seconds, and says what was heard."""
    with session() as midi:
        learner = midi.learn(wait=False)
        midi.play(*turns(7, *values, gap=0.1))
        midi.advance(9.9)
        assert learner.result is None
        low, high = min(values), max(values)
        assert f"control 7 drifting between {low} and {high}" in learner.text


@pytest.mark.parametrize(
    ("gesture", "proposal"),
    [
        ([press(36), released(36, time=0.1)], "note(36, channel=0)"),
        (turns(20, 127, 0), 'cc(20, value_min=64, edge="rising", channel=0)'),
        (turns(21, *range(30, 90, 4)), "cc(21, channel=0)"),
        (turns(22, *[65] * 6), 'encoder(22, mode="relative_offset64", dir'),
        ([bend(8000, time=0.1), bend(0, time=0.1)], "pitch_bend(value_min=12192,"),
    ],
)
def test_a_gesture_beside_a_drifting_control_is_learned_in_its_time(gesture, proposal) -> None:
    """The drift neither wins nor holds up the end."""
    with session() as midi:
        learner = midi.learn(wait=False)
        midi.play(*turns(7, 63, 64, 63, 64), *gesture)
        for value in (63, 64) * 8:
            midi.play(turn(7, value, time=0.05))
        assert said(learner).startswith(proposal)


def test_a_control_that_was_moving_before_is_known_by_its_first_value() -> None:
    """One message is enough: the last ones before learning are remembered."""
    with session() as midi:
        midi.play(*turns(7, 63, 64, 63))
        learner = midi.learn(3, wait=False)
        midi.play(turn(7, 64, time=0.1))
        midi.advance(4)
        assert learner.result is None


def test_a_sweep_without_end_is_learned_all_the_same() -> None:
    """After enough messages; a control that trembles as long is not."""
    sweep = [one for _ in range(3) for one in (*range(0, 127, 2), *range(127, 0, -2))]
    assert said(learn(*turns(7, *sweep, gap=0.01), wait=0)) == "cc(7, channel=0)"
    assert learn(*turns(7, *[63, 64] * 300, gap=0.01), wait=1).result is None


def test_of_two_controls_the_one_that_moved_further_is_learned() -> None:
    """Whichever came first."""
    for order in ((7, 8), (8, 7)):
        events = [*turns(order[0], 10, 20, 30), *turns(order[1], 10, 20, 30)]
        far = [*events, *turns(8, 50, 70, 90)]
        assert said(learn(*far)) == "cc(8, channel=0)"


def test_system_messages_never_reach_a_lesson() -> None:
    """Clock, start, active sensing, song position, system exclusive and broken bytes."""
    system = [b"\xf8", b"\xfa", b"\xfe", b"\xf2\x01\x02", b"\xf0\x7d\x01\xf7", b"\x90\x24", b"\xff"]
    with session() as midi:
        learner = midi.learn(wait=False)
        seen = []
        midi._engine.tap = lambda event: seen.append(event) or learner(event)
        midi.play(*system * 20)
        assert (seen, learner.done) == ([], False)
        midi._engine.tap = learner
        midi.play(press(36), *system, released(36, time=0.1), *system)
        midi.advance(0.5)
        assert said(learner) == "note(36, channel=0)"


# what is mapped meanwhile, and what is held


def test_what_is_taken_fires_nothing_and_is_remembered_as_learning() -> None:
    """Until the end; then everything plays again."""
    hits = []
    with session() as midi:
        for trigger in (note(36), release(36), cc(7)):
            midi.map(trigger, hits.append)
        midi.learn(wait=False)
        midi.play(press(36), turn(7, 5), released(36, time=0.1))
        assert {one.verdict for one in midi.traces()} == {"learning"}
        midi.advance(1)
        midi.play(press(36))
        assert [one.note for one in hits] == [36]


def test_a_note_held_before_learning_is_released_during_it() -> None:
    """What it began ends, and its release is no gesture."""
    with session() as midi:
        midi.map(note(36), send("note_on", note=60, until_release=True))
        midi.play(press(36))
        learner = midi.learn(2, wait=False)
        midi.play(released(36, time=0.1))
        assert [one.type for one in midi.sent] == ["note_on", "note_off"]
        midi.advance(3)
        assert "the release of note 36, which was pressed before" in learner.text


def test_a_note_held_before_and_struck_again_meanwhile_is_released() -> None:
    """Its one note-off ends both."""
    with session() as midi:
        midi.map(note(36), send("note_on", note=60, until_release=True))
        midi.play(press(36))
        learner = midi.learn(wait=False)
        midi.play(press(36), released(36, time=0.1))
        midi.advance(1)
        assert [one.type for one in midi.sent] == ["note_on", "note_off"]
        assert said(learner) == "note(36, channel=0)"


def test_a_pedal_held_before_learning_is_released_during_it() -> None:
    """A control's first 0 is left to what it ends."""
    with session() as midi:
        midi.map(cc(64, value_min=64), send("note_on", note=60, until_release=True))
        midi.play(turn(64, 127))
        learner = midi.learn(wait=False)
        midi.play(turn(64, 0))
        assert [one.type for one in midi.sent] == ["note_on", "note_off"]
        assert not learner.done


@pytest.mark.parametrize(
    ("down", "up"),
    [(press(36), released(36)), (press(36), press(36, velocity=0))],
    ids=["note-off", "velocity 0"],
)
def test_the_end_of_a_note_taken_is_taken_after_cancelling_too(down, up) -> None:
    """And then the tap is empty."""
    hits = []
    with session() as midi:
        midi.map(release(36), hits.append)
        learner = midi.learn(wait=False)
        midi.play(down)
        learner.cancel()
        assert (learner.done, learner.text) == (True, "learning was cancelled")
        assert tap_of(midi) is learner
        midi.play(press(40), up)
        assert (hits, tap_of(midi)) == ([], None)


def test_the_zero_of_a_learned_button_that_is_still_held_fires_nothing() -> None:
    """It belongs to the press that was learned."""
    hits = []
    with session() as midi:
        midi.map(cc(20), hits.append)
        midi.learn(wait=False)
        midi.play(turn(20, 127))
        midi.advance(1)
        midi.play(turn(20, 0))
        assert (hits, tap_of(midi)) == ([], None)
        midi.play(turn(20, 127))
        assert len(hits) == 1


@pytest.mark.parametrize(
    "end",
    [
        lambda midi: midi.panic(),
        lambda midi: midi.close(),
        lambda midi: midi.play(bytes((0xB0, 123, 0))),
        lambda midi: midi.play(press(36)),
    ],
    ids=["panic", "close", "all notes off", "pressed again"],
)
def test_nothing_is_left_in_the_tap(end) -> None:
    """A note-off that never comes does not keep it."""
    with session() as midi:
        learner = midi.learn(1, wait=False)
        midi.play(press(36))
        midi.advance(1.5)
        assert tap_of(midi) is learner
        end(midi)
        assert tap_of(midi) is None


def test_panic_and_closing_end_a_lesson() -> None:
    """Whoever waits for it goes on."""
    for end in (TestSession.panic, TestSession.close):
        midi = TestSession()
        learner = midi.learn(wait=False)
        end(midi)
        assert (learner.done, learner.result, tap_of(midi)) == (True, None, None)
        midi.close()


# ends


def test_it_ends_by_itself_when_nothing_is_played() -> None:
    """After its time, with a hint, and without a timer left."""
    with session() as midi:
        learner = midi.learn(2.5, wait=False)
        midi.advance(2.4)
        assert not learner.done
        midi.advance(0.2)
        assert learner.text.startswith("nothing was heard; is the right port connected?")
        assert (tap_of(midi), len(midi._timers)) == (None, 0)


def test_what_is_under_way_when_the_time_is_over_counts() -> None:
    """A press in the last moment is a press."""
    with session() as midi:
        learner = midi.learn(1, wait=False)
        midi.play(press(36, time=0.9))
        midi.advance(0.2)
        assert said(learner) == "note(36, channel=0)"


def test_a_second_lesson_cancels_the_first_and_takes_over_what_is_held() -> None:
    """The note-off of the first one's note is taken, and is no gesture."""
    hits = []
    with session() as midi:
        midi.map(release(36), hits.append)
        first = midi.learn(wait=False)
        midi.play(press(36))
        second = midi.learn(wait=False)
        assert (first.done, first.result, tap_of(midi)) == (True, None, second)
        midi.play(released(36), press(40, time=0.1), released(40, time=0.1))
        midi.advance(1)
        assert (said(second), hits, tap_of(midi)) == ("note(40, channel=0)", [], None)


def test_a_tap_that_was_there_before_gets_the_rest_and_stays() -> None:
    """Whoever listened before learning listens after it."""
    seen = []
    with session() as midi:
        before = midi._engine.tap = lambda event: bool(seen.append(event))
        learner = midi.learn(wait=False)
        midi.play(released(50), press(36))
        assert [one.data[1] for one in seen] == [50]
        learner.drop()
        assert tap_of(midi) is before


@pytest.mark.parametrize("timeout", [0, -1, 4000, "10", None, True, float("nan"), float("inf")])
def test_a_time_that_is_none_is_refused(timeout) -> None:
    """With the range."""
    with session() as midi, pytest.raises(InvalidValue, match=r"allowed are seconds above 0, up"):
        midi.learn(timeout, wait=False)


def test_waiting_is_refused_where_it_would_never_end() -> None:
    """Inside a handler, without threads, and in a closed session."""
    errors = []

    def ask(_context) -> None:
        with pytest.raises(MidimonError) as caught:
            midi.learn()
        errors.append(str(caught.value))

    with session() as midi:
        midi.map(note(36), ask)
        midi.play(press(36))
        ask(None)
    ask(None)
    assert [one.split(";")[0] for one in errors] == [
        "learn() inside a handler would wait for itself",
        "learn() would wait for ever: nothing receives meanwhile in this session",
        "this session has ended",
    ]


@pytest.fixture
def live():
    """Return a session with threads and a virtual port only."""
    midi = Session(backend="virtual")
    yield midi
    midi.close()


def play_later(midi: Session, *events: Any) -> threading.Thread:
    """Play events from another thread as soon as a lesson is under way."""

    def work() -> None:
        while midi._engine.tap is None:
            clock.sleep(0.001)
        for event in events:
            midi.virtual.play(event)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_waiting_returns_what_was_learned(live: Session) -> None:
    """The cell goes on with it."""
    player = play_later(live, press(60), press(64), released(60), released(64))
    learned = live.learn(5)
    player.join()
    assert learned.trigger == TRIGGERS["chord"](60, 64, channel=0)
    assert live._engine.tap is None


def test_waiting_in_vain_returns_a_text_that_counts_as_false(live: Session) -> None:
    """So that `if learned := midi.learn()` does what it looks like."""
    nothing = live.learn(0.05)
    assert not nothing
    assert "nothing was heard" in repr(nothing)


def test_waiting_ends_in_time_while_events_are_held_back(
    live: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside `paused` no timer rings."""
    monkeypatch.setattr("midimon_live.learn._GRACE_S", 0.01)
    with live.paused():
        assert not live.learn(0.02)
    assert live._engine.tap is None


def test_an_interrupt_cancels_the_lesson(live: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cell ends as interrupted, and the pads play again."""

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("midimon_live.learn.sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        live.learn()
    assert live._engine.tap is None


def test_closing_on_another_thread_ends_the_waiting(live: Session) -> None:
    """With the reason."""
    closer = threading.Timer(0.05, live.close)
    closer.start()
    assert "cancelled" in repr(live.learn(5))
    closer.join()


def test_magic_learns(live: Session) -> None:
    """`%midi learn SECONDS` shows the lines; what is no number is refused."""
    player = play_later(live, press(60), press(64), released(60), released(64))
    assert "chord(60, 64" in repr(run(live, "learn 5"))
    player.join()
    with pytest.raises(CommandError, match="'soon' is not how many seconds to listen"):
        run(live, "learn soon")


# what is proposed

CHOICES = [
    Choice("note", {"note": 36, "velocity_min": 20, "channel": 9}),
    Choice("velocity_range", {"note": 36, "level": "hard", "channel": 9}),
    Choice("release", {"note": 36, "channel": 9}),
    Choice("long_press", {"note": 36, "duration_ms": 800, "channel": 9}),
    Choice("double_tap", {"note": 36, "timeout_ms": 350, "channel": 9}),
    Choice("chord", {"notes": [60, 64], "timeout_ms": 60, "channel": 9}),
    Choice("cc", {"control": 7, "value_min": 64, "edge": "rising", "channel": 9}),
    Choice("encoder", {"control": 7, "mode": "relative_twos", "direction": "clockwise"}),
    Choice("aftertouch", {"pressure_min": 40, "channel": 9}),
    Choice("poly_aftertouch", {"note": 36, "pressure_min": 40, "channel": 9}),
    Choice("pitch_bend", {"value_min": 12288, "channel": 9}),
    Choice("program", {"program": 5, "channel": 9}),
]


def test_every_kind_has_an_example_here() -> None:
    """So that the next two tests miss none."""
    assert [one.kind for one in CHOICES] == list(KINDS)


@pytest.mark.parametrize("choice", CHOICES, ids=lambda one: one.kind)
def test_the_line_of_python_gives_the_trigger(choice) -> None:
    """Run as it stands, with `midi.map` as a witness."""

    class Witness:
        def map(self, trigger, action):
            return trigger, action

    proposal = Proposal.of(choice)
    names = {**vars(midimon_live), "midi": Witness()}
    assert eval(proposal.python, names) == (proposal.trigger, ...)  # noqa: S307


@pytest.mark.parametrize("choice", CHOICES, ids=lambda one: one.kind)
def test_the_block_of_toml_has_the_same_fields(choice) -> None:
    """One global mapping, with a placeholder for the action."""
    (mapping,) = tomllib.loads(Proposal.of(choice).toml)["global_mappings"]
    row, words = KINDS[choice.kind], {"clockwise": "Clockwise"}
    expected = {
        (row.key if name == row.subject else name): value
        if name == "notes"
        else words.get(value, value)
        for name, value in choice.fields.items()
    }
    assert mapping["trigger"] == {"type": row.type, **expected}
    assert (mapping["action"]["type"], mapping["action"]["port"]) == ("SendMidi", "Virtual")


def test_result_shows_everything_as_text_and_as_escaped_html() -> None:
    """A port may be called anything."""
    heard = "note 36 of <script>"
    learned = Learned.of(
        heard, Choice("long_press", {"note": 36, "duration_ms": 500, "channel": 1})
    )
    text, html = repr(learned), learned._repr_html_()
    for line in ("midi.map(long_press(36, duration_ms=500, channel=1), ...)", 'type = "LongPress"'):
        assert line in text
    assert "or, on any channel" in text
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_a_lesson_says_what_it_is() -> None:
    """While it listens, when it was cancelled, and when it has a result."""
    with session() as midi:
        learner = midi.learn(wait=False)
        assert repr(learner) == "<learner: it listens>"
        learner.cancel()
        assert repr(learner) == "<learner: learning was cancelled>"
    assert repr(learn(press(36), released(36))).startswith("heard: note 36 pressed once")


# playing it again


@st.composite
def gestures(draw) -> list[Any]:
    """Return a press, a long press, a double tap or a chord, as somebody might play it."""
    ms = lambda low, high: draw(st.integers(low, high)) / 1000  # noqa: E731
    key, velocity, channel = (
        draw(st.integers(low, high)) for low, high in ((0, 127), (1, 127), (0, 15))
    )
    down = press(key, velocity, channel=channel)
    up = [released(key, channel=channel, time=ms(1, 2800))]
    kind = draw(st.sampled_from(("one", "double", "chord")))
    if kind == "one":
        return [down, *up]
    if kind == "double":
        held, rest = ms(1, 200), ms(1, 250)
        between = released(key, channel=channel, time=held)
        return [down, between, press(key, velocity, channel=channel, time=rest), *up]
    notes = draw(st.lists(st.integers(0, 127), min_size=2, max_size=5, unique=True))
    gaps = [0.0, *(ms(0, 25) for _ in notes[1:])]
    presses = [
        press(one, velocity, channel=channel, time=gap)
        for one, gap in zip(notes, gaps, strict=True)
    ]
    return presses + [
        released(one, channel=channel, time=ms(0, 300)) for one in draw(st.permutations(notes))
    ]


@settings(max_examples=150, deadline=None)
@given(gestures())
def test_a_learned_gesture_fires_once_when_it_is_played_again(events) -> None:
    """And nothing while it is learned; afterwards the tap is empty."""
    hits = []
    with session() as midi:
        learner = midi.learn(wait=False)
        midi.play(*events)
        midi.advance(5)
        assert learner.result is not None
        assert (tap_of(midi), hits) == (None, [])
        midi.map(learner.result.trigger, hits.append)
        midi.play(*events)
        midi.advance(5)
        assert len(hits) == 1


def test_a_long_press_can_be_fired_by_holding_as_long_as_when_it_was_learned() -> None:
    """From the shortest that is one."""
    for held in (0.5, 0.51, 0.56, 0.999, 2.999):
        trigger = learn(press(36), released(36, time=held)).result.trigger
        assert trigger.duration_ms < held * 1000 - 30
        assert trigger == long_press(36, duration_ms=trigger.duration_ms, channel=0)


def test_cheap_noise_of_all_kinds_breaks_nothing() -> None:
    """A second of everything at once still ends by itself."""
    with session() as midi:
        learner = midi.learn(2, wait=False)
        for number in range(300):
            midi.play(turn(number % 7, number * 37 % 128, time=0.01), bend(number * 50 - 8192))
        midi.advance(2)
        assert learner.done
        assert tap_of(midi) in (None, learner)
