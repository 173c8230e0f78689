"""On the beat: the internal tempo, MIDI clock, and what waits for a boundary."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live.errors import InvalidValue
from midimon_live.pulse import period_of
from midimon_live.testing import TestSession, session

TICK, START, CONTINUE, STOP = bytes((0xF8,)), bytes((0xFA,)), bytes((0xFB,)), bytes((0xFC,))
NEAR = 1e-6


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """A session whose time is moved by the test."""
    with session() as midi:
        yield midi


def noted(midi: TestSession, boundary: str, into: list[float]) -> Any:
    """Note the moment of the next boundary."""
    return midi.at(boundary, lambda: into.append(midi.clock.now()))


def ticks(midi: TestSession, count: int, bpm: float = 120) -> None:
    """Send ticks, the first of them now, and let the time of one pass after each."""
    for _ in range(count):
        midi.play(TICK)
        midi.advance(period_of(bpm))


def notices(midi: TestSession) -> str:
    """Return what the session has noticed."""
    return "\n".join(midi.status().remarks)


# the internal tempo


@settings(max_examples=300)
@given(
    bpm=st.floats(20, 999),
    meter=st.integers(1, 32),
    number=st.integers(1, 9),
    unit=st.sampled_from(["beat", "bar"]),
    moment=st.floats(0, 100),
)
def test_the_next_boundary_is_the_right_one(
    bpm: float, meter: int, number: int, unit: str, moment: float
) -> None:
    """It is a multiple of the beat or bar, after now, and no earlier one is left out."""
    with session() as midi:
        midi.tempo, midi.meter = bpm, meter
        midi.advance(moment)
        rang: list[float] = []
        noted(midi, f"{number} {unit}s", rang)
        span = number * (meter if unit == "bar" else 1) * 60 / bpm
        midi.advance(span + NEAR)
        assert len(rang) == 1
        assert moment - NEAR < rang[0] <= moment + span + NEAR
        assert abs(rang[0] / span - round(rang[0] / span)) * span < NEAR


def test_what_calls_itself_again_comes_at_each_beat_once(midi: TestSession) -> None:
    """A metronome does not drift, and no beat comes twice."""
    midi.tempo = 97
    rang: list[float] = []

    def beat() -> None:
        rang.append(midi.clock.now())
        midi.at("beat", beat)

    midi.at("beat", beat)
    midi.advance(60)
    assert rang == pytest.approx([one * 60 / 97 for one in range(1, 98)])


def test_another_tempo_does_not_begin_the_bars_anew(midi: TestSession) -> None:
    """What waits comes at the new tempo from where the bar is; the same again does nothing."""
    rang: list[float] = []
    midi.tempo = 120
    midi.advance(0.5)
    noted(midi, "bar", rang)
    midi.tempo = 60
    midi.tempo = 60
    midi.advance(10)
    assert rang == pytest.approx([3.5])


def test_another_meter_moves_what_waits(midi: TestSession) -> None:
    """Three beats in: the next bar of four is a beat away, that of five two."""
    rang: list[float] = []
    midi.tempo = 60
    midi.advance(3)
    noted(midi, "bar", rang)
    midi.meter = 5
    midi.advance(10)
    assert rang == pytest.approx([5])


def test_the_position_is_told(midi: TestSession) -> None:
    """Bars and beats count from 1; without a clock there is no position."""
    assert midi.clock_position() is None
    midi.tempo, midi.meter = 120, 3
    midi.advance(4.25)
    where = midi.clock_position()
    assert (where.bar, where.beat) == (3, pytest.approx(3.5, abs=1e-4))
    assert str(where) == "bar 3, beat 3.5 of 3, 120.0 bpm"
    assert "bar 3, beat 3.5 of 3, 120.0 bpm" in repr(midi.status())
    midi.tempo = None
    assert midi.clock_position() is None


def test_without_a_clock_it_comes_at_once_and_how_to_have_one_is_said_once(
    midi: TestSession,
) -> None:
    """Nothing waits for a bar that never comes."""
    rang: list[float] = []
    noted(midi, "bar", rang)
    noted(midi, "2 bars", rang)
    assert rang == [0, 0]
    assert notices(midi).count("midi.tempo = 120") == 1


def test_switching_the_tempo_off_lets_go_of_what_waits(midi: TestSession) -> None:
    """At once, with a notice."""
    rang: list[float] = []
    midi.tempo = 120
    noted(midi, "bar", rang)
    midi.tempo = None
    assert rang == [0]
    assert "the tempo was switched off; at once instead of at the next bar: lambda" in notices(midi)


def test_what_waits_can_be_cancelled(midi: TestSession) -> None:
    """One by its timer, all functions by a panic; the end of the session calls none."""
    rang: list[float] = []
    midi.tempo = 120
    noted(midi, "bar", rang).cancel()
    noted(midi, "beat", rang)
    midi.panic()
    midi.advance(5)
    noted(midi, "bar", rang)
    midi.close()
    assert rang == []


def test_status_says_what_waits(midi: TestSession) -> None:
    """What it is, for what, and how long."""

    def drop() -> None:
        """Be named."""

    midi.tempo = 120
    midi.advance(0.5)
    midi.at("bar", drop)
    assert "drop(), for the next bar (in 1.5 s)" in repr(midi.status())
    midi.advance(1.5)
    assert "waiting" not in repr(midi.status())


def test_a_function_that_raises_stops_nothing(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it raises is shown with its line, and what waits beside it comes."""
    rang: list[float] = []

    def broken() -> None:
        raise OSError("no lamp")

    midi.tempo = 120
    midi.at("beat", broken)
    noted(midi, "beat", rang)
    midi.advance(1)
    assert rang == [0.5]
    assert "OSError: no lamp" in capsys.readouterr().err


def test_arguments_are_handed_over(midi: TestSession) -> None:
    """`midi.at("beat", function, 1, 2)` calls `function(1, 2)`."""
    midi.tempo = 120
    got: list[tuple[int, int]] = []
    midi.at("beat", lambda *both: got.append(both), 1, 2)
    midi.advance(0.5)
    assert got == [(1, 2)]


@pytest.mark.parametrize("bpm", [0, 19.9, 1000, "120", True, float("nan"), float("inf"), [120]])
def test_a_tempo_that_can_not_be_is_refused(midi: TestSession, bpm: Any) -> None:
    """The range is named, and the tempo stays."""
    midi.tempo = 90
    with pytest.raises(InvalidValue, match="20 to 999"):
        midi.tempo = bpm
    assert midi.tempo == pytest.approx(90)


@pytest.mark.parametrize("meter", [0, 33, 3.5, "4", None])
def test_a_meter_that_can_not_be_is_refused(midi: TestSession, meter: Any) -> None:
    """The range is named."""
    with pytest.raises(InvalidValue, match="1 to 32"):
        midi.meter = meter


@pytest.mark.parametrize(
    "boundary", ["", "bars of gold", "0 bars", "-1 bar", "1000 beats", 4, None]
)
def test_a_boundary_that_can_not_be_is_refused(midi: TestSession, boundary: Any) -> None:
    """What is allowed is named."""
    with pytest.raises(InvalidValue, match='"now", "beat", "bar"'):
        midi.at(boundary, print)


def test_only_what_can_be_called_is_called(midi: TestSession) -> None:
    """The mistake shows where it was made, not at the bar."""
    with pytest.raises(InvalidValue, match="can not be called"):
        midi.at("bar", 4)


# MIDI clock


def test_midi_clock_sets_the_tempo_and_the_bars(midi: TestSession) -> None:
    """Started, 24 ticks are a beat; the next bar is where the clock has it."""
    rang: list[float] = []
    midi.play(START)
    ticks(midi, 25, bpm=100)
    where = midi.clock_position()
    assert (where.bar, where.source) == (1, "Virtual")
    assert midi.tempo == pytest.approx(100)
    noted(midi, "bar", rang)
    ticks(midi, 96, bpm=100)
    assert rang == pytest.approx([96 * period_of(100)])


@settings(max_examples=60, deadline=None)
@given(
    bpm=st.floats(40, 240), seed=st.integers(0, 2**32), boundary=st.sampled_from(["beat", "bar"])
)
def test_jittery_midi_clock_is_on_the_beat_within_2_ms(
    bpm: float, seed: int, boundary: str
) -> None:
    """Ticks come up to 2 ms early or late; from the third beat on each boundary comes once."""
    jitter = random.Random(seed)  # noqa: S311 - the same ticks each time
    period, span = period_of(bpm), 24 if boundary == "beat" else 96
    rang: list[float] = []
    with session() as midi:
        midi.advance(0.01)

        def again() -> None:
            rang.append(midi.clock.now() - 0.01)
            midi.at(boundary, again)

        midi.play(START)
        for tick in range(24 * 16 + 12):
            midi.advance(tick * period + 0.01 + jitter.uniform(-0.002, 0.002) - midi.clock.now())
            midi.play(TICK)
            if tick == 50:
                midi.at(boundary, again)
    due = [tick * period for tick in range(51, 24 * 16 + 12) if tick % span == 0]
    assert rang == pytest.approx(due, abs=0.002)


def test_midi_clock_has_precedence_while_it_runs(midi: TestSession) -> None:
    """The internal tempo goes on beneath it, and is back after a stop."""
    midi.tempo = 120
    midi.play(START)
    ticks(midi, 48, bpm=90)
    assert midi.tempo == pytest.approx(90)
    midi.play(STOP)
    assert midi.tempo == pytest.approx(120)
    assert midi.clock_position().source == ""
    midi.play(CONTINUE)
    ticks(midi, 48, bpm=90)
    assert midi.tempo == pytest.approx(90)
    assert midi.clock_position().bar == 2


def test_a_clock_that_stops_lets_go_of_what_waits(midi: TestSession) -> None:
    """Whoever waits for a bar is not left waiting for ever, and is told."""
    rang: list[float] = []
    midi.play(START)
    ticks(midi, 10)
    noted(midi, "bar", rang)
    now = midi.clock.now()
    midi.play(STOP)
    assert rang == [now]
    assert "the MIDI clock of Virtual has stopped; at once instead of at the next bar" in notices(
        midi
    )


def test_a_clock_that_falls_silent_lets_go_of_what_waits(midi: TestSession) -> None:
    """A cable that is pulled: within 0.6 s it is noticed, and nothing waits any longer."""
    rang: list[float] = []
    midi.play(START)
    ticks(midi, 10)
    noted(midi, "4 bars", rang)
    last = midi.clock.now() - period_of(120)
    midi.advance(2)
    assert last + 0.5 <= rang[0] <= last + 0.6
    assert midi.clock_position() is None
    assert "no MIDI clock comes from Virtual any more; at once" in notices(midi)


def test_a_clock_that_is_silent_for_less_goes_on(midi: TestSession) -> None:
    """A hiccup of 0.4 s is none that lets go."""
    rang: list[float] = []
    midi.play(START)
    ticks(midi, 10)
    noted(midi, "bar", rang)
    midi.advance(0.4)
    ticks(midi, 85)
    assert rang == []
    ticks(midi, 1)
    assert rang == pytest.approx([0.4 + 2.0], abs=0.01)


def test_a_start_begins_the_bars_anew(midi: TestSession) -> None:
    """What waited for the bar of before comes with the first tick of the song."""
    rang: list[float] = []
    ticks(midi, 30)
    noted(midi, "bar", rang)
    midi.play(START)
    midi.advance(0.003)
    assert rang == []
    now = midi.clock.now()
    ticks(midi, 1)
    assert rang == [now]
    assert midi.clock_position().bar == 1


def test_what_is_asked_for_before_the_first_tick_waits_for_it(midi: TestSession) -> None:
    """Between start and first tick there is a clock already."""
    rang: list[float] = []
    midi.play(START)
    noted(midi, "bar", rang)
    assert "when the clock begins" in repr(midi.status())
    midi.advance(0.01)
    ticks(midi, 2)
    assert rang == [0.01]


def test_song_position_and_continue(midi: TestSession) -> None:
    """The song goes on in the middle of bar 3, and the next bar is half a bar away."""
    rang: list[float] = []
    midi.play(STOP, bytes((0xF2, 40, 0)), CONTINUE)
    ticks(midi, 1)
    assert (midi.clock_position().bar, int(midi.clock_position().beat)) == (3, 3)
    noted(midi, "bar", rang)
    ticks(midi, 48)
    assert rang == pytest.approx([1.0])


def test_ticks_that_only_tempo_says_beneath_a_stop_keep_the_internal_bars(
    midi: TestSession,
) -> None:
    """A stopped machine goes on ticking; what waits for the internal tempo is not let go."""
    rang: list[float] = []
    midi.tempo = 120
    midi.play(START)
    ticks(midi, 4)
    midi.play(STOP)
    noted(midi, "bar", rang)
    ticks(midi, 72)
    assert rang == []
    ticks(midi, 21)
    assert rang == pytest.approx([2.0])


def test_one_input_sets_the_tempo_at_a_time(midi: TestSession) -> None:
    """The first that only ticks gives way to one that is started; a third is ignored, and said."""
    arrives = midi._pump.inject
    arrives("Drums", TICK)
    assert midi.clock_position().source == "Drums"
    arrives("Desk", START)
    arrives("Desk", TICK)
    assert midi.clock_position().source == "Desk"
    arrives("Late", START)
    arrives("Late", TICK)
    assert midi.clock_position().source == "Desk"
    said = notices(midi)
    assert "the MIDI clock of Desk sets the tempo" in said
    assert "the MIDI clock of Late is ignored while that of Desk is there" in said
    for _ in range(50):
        midi.advance(0.02)
        arrives("Late", TICK)
    assert midi.clock_position().source == "Late"


def test_bytes_that_are_no_clock_are_nothing_to_it(midi: TestSession) -> None:
    """Active sensing, song select, broken messages: counted, and no tempo."""
    midi.play(bytes((0xFE,)), bytes((0xF3, 1)), bytes((0xF2, 200, 0)), bytes((0xF2, 1)), b"", STOP)
    midi.advance(1)
    assert midi.clock_position() is None
    assert midi.counters()["system"] == 3
