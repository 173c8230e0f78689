"""Whatever a player does: each press is exactly one gesture, and nothing is left over at rest."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midimon_live import chord, double_tap, long_press, mode, note, release, send, sequence_of
from midimon_live.changes import Change
from midimon_live.mappings import Origin
from midimon_live.testing import TestSession, press, released, session

NOTES = range(36, 44)
WEIGHT = {"single": 1, "long": 1, "double": 2, "pair": 2, "triad": 3, "code": 1}
MODES = ("Default", "Other")
SETTINGS = settings(
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

moves = st.tuples(
    st.integers(0, 700),
    st.one_of(
        st.tuples(st.just("key"), st.sampled_from(list(NOTES))),
        st.tuples(st.just("key"), st.sampled_from([38, 39, 40])),
        st.tuples(st.sampled_from(["mode", "reload", "lose", "all off"]), st.just(0)),
    ),
)
quick = st.tuples(st.integers(0, 60), st.tuples(st.just("key"), st.sampled_from(list(NOTES))))
streams = st.lists(st.one_of(moves, quick), max_size=24)


@dataclass
class Stage:
    """A session with every gesture mapped, and what fired."""

    midi: TestSession
    fired: Counter[str] = field(default_factory=Counter)
    down: set[int] = field(default_factory=set)
    presses: int = 0
    releases: int = 0
    runs: int = 0

    def map_all(self) -> None:
        """Map everything, as a cell does; run again, it replaces what it made before."""
        self.runs += 1
        self.midi.begin(Change(Origin("cell", "In [1]", self.runs)))
        for number in NOTES:
            self._map(note(number), "single")
            self._map(release(number), "up")
            self._map(note(number), "single", mode="Other")
            self._map(release(number), "up", mode="Other")
        for number in (36, 37, 38):
            self._map(double_tap(number, timeout_ms=300), "double")
        for number in (36, 37, 39):
            self._map(long_press(number, duration_ms=500), "long")
        self._map(chord(38, 39), "pair")
        self._map(chord(38, 39, 40, timeout_ms=80), "triad")
        self._map(sequence_of(41, 42), "code")
        sounds = send("note_on", note=43, until_release=True)
        held = mode("Other", while_held=True)
        self.midi.map(note(43), held, all=True)
        self.midi.map(note(43), sounds, mode="Other", all=True)
        self.midi.end(commit=True)

    def do(self, what: str, number: int) -> None:
        """Make one move."""
        if what == "mode":
            self.midi.mode = MODES[self.midi.mode == MODES[0]]
        elif what == "reload":
            self.map_all()
        elif what in ("lose", "all off"):
            self.let_go()
        elif number in self.down:
            self.down.discard(number)
            self.releases += 1
            self.midi.play(released(number))
        else:
            self.down.add(number)
            self.presses += 1
            self.midi.play(press(number))

    def let_go(self) -> None:
        """Release what is held, as when a device is unplugged."""
        for number in sorted(self.down):
            self.releases += 1
            self.midi.play(released(number))
        self.down.clear()

    def _map(self, trigger: Any, name: str, **options: Any) -> None:
        def count(_context: Any) -> None:
            self.fired[name] += 1

        self.midi.map(trigger, count, **options)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One session for all streams: each must leave it as it found it."""
    with session() as midi:
        stage = Stage(midi)
        stage.map_all()
        yield stage


def nothing_is_left(midi: TestSession) -> bool:
    """Tell whether the engine is at rest."""
    gestures, surface = midi._gestures, midi._engine._surface
    open_chords = any(one.open or one.together for one in gestures._channels.values())
    return not (
        gestures.waiting or gestures._wakes or open_chords or surface.pressed or len(midi._timers)
    )


@SETTINGS
@given(streams)
def test_every_press_is_one_gesture_whatever_is_played(
    stage: Stage, stream: list[tuple[int, tuple[str, int]]]
) -> None:
    """Presses add up, releases too, no note sounds on, and no state is left at rest."""
    stage.fired.clear()
    stage.presses = stage.releases = 0
    stage.midi.mode = MODES[0]
    for gap, (what, number) in stream:
        stage.midi.advance(gap / 1000)
        stage.do(what, number)
    stage.let_go()
    stage.midi.advance(3)
    assert sum(WEIGHT[name] * stage.fired[name] for name in WEIGHT) == stage.presses
    assert stage.fired["up"] == stage.releases
    assert nothing_is_left(stage.midi)
    assert stage.midi._ports.outputs.sounding() == 0


taps = st.lists(st.tuples(st.integers(1, 700), st.integers(1, 700)), max_size=8)


def by_the_rule(presses: list[tuple[int, int]]) -> list[tuple[int, str]]:
    """Return what one key's presses (down, up, in ms) are: double below 300, long from 500 on."""
    found, index = [], 0
    while index < len(presses):
        down, up = presses[index]
        after = presses[index + 1][0] if index + 1 < len(presses) else None
        if after is not None and after - down < 300:
            found.append((after, "double"))
            index += 1
        elif up - down >= 500:
            found.append((down + 500, "long"))
        else:
            found.append((max(up, down + 300), "single"))
        index += 1
    return found


@settings(max_examples=500, deadline=None)
@given(taps)
def test_single_double_and_long_follow_the_rule(gaps: list[tuple[int, int]]) -> None:
    """Against the rule written down a second time: what, and at which millisecond."""
    presses, at = [], 0
    log: list[tuple[int, str]] = []
    with session() as midi:
        for trigger, name in (
            (note(36), "single"),
            (double_tap(36, timeout_ms=300), "double"),
            (long_press(36, duration_ms=500), "long"),
        ):
            midi.map(
                trigger,
                lambda _context, name=name: log.append((round(midi.clock.now() * 1000), name)),
            )
        for pause, held in gaps:
            presses.append((at + pause, at + pause + held))
            at += pause + held
            midi.play(press(36, time=pause / 1000), released(36, time=held / 1000))
        midi.advance(2)
    assert log == by_the_rule(presses)
