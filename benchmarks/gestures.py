"""What gestures and actions that take time add to an event."""

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from statistics import median
from typing import Any

from benchmarks.results import MS, US, Detail, Row, Section, number, percentile
from midimon_live import (
    MidiEvent,
    cc,
    chord,
    delay,
    double_tap,
    encoder,
    long_press,
    note,
    release,
    sequence,
    sequence_of,
    velocity_range,
)
from midimon_live.clock import sleep
from midimon_live.sessions import Session

SLICES = 100
EVENTS = 300  # in a slice
PENDING = 10_000
MANY = 10_000
ROUNDS, PAIRS = 6, 200
_NOTE, _KNOB = 60, 16


def run() -> Section:
    """Time slices of all cases in turns and return what was found."""
    sessions = {name: make() for name, make in _CASES.items()}
    took = _slices(sessions)
    for session in sessions.values():
        session.close()
    waits = _next_event()
    return Section("Gestures and actions", _how(), _rows(took, waits), _details(took, waits))


def _every_gesture(session: Session, key: int = _NOTE, channel: int | None = None) -> None:
    """Map 18 kinds and modes of trigger to one note."""
    on = {"channel": channel}
    other = (key + 1) % 128, (key + 2) % 128, (key + 3) % 128
    triggers = [
        *(velocity_range(key, level=level, **on) for level in ("soft", "medium", "hard")),
        note(key, velocity_min=120, **on),
        note(key, velocity_min=110, **on),
        note(key, **on),
        release(key, **on),
        long_press(key, duration_ms=800, **on),
        long_press(key, duration_ms=900, **on),
        double_tap(key, timeout_ms=200, **on),
        double_tap(key, timeout_ms=300, **on),
        chord(key, other[0], **on),
        chord(key, other[0], other[1], **on),
        chord(key, other[1], match="superset", **on),
        chord(key, other[2], match="ordered", **on),
        chord(key, other[1], other[2], pass_through=True, **on),
        sequence_of(key, other[0], **on),
        sequence_of(other[0], other[1], key, **on),
    ]
    for trigger in triggers:
        session.map(trigger, _nothing)


def _every_turn(session: Session) -> None:
    """Map 18 kinds and modes of trigger to one knob; only the last accepts what is played."""
    up = {"direction": "clockwise"}
    relative = ("relative_twos", "relative_offset64", "relative_signbit", "relative_01_7f")
    triggers = [
        cc(_KNOB, value_min=127),
        cc(_KNOB, value_min=126, edge="rising"),
        cc(_KNOB, value_min=125, takeover="pickup"),
        cc(_KNOB, value_min=124, takeover="scale"),
        *(encoder(_KNOB, mode="absolute", acceleration=n, **up) for n in (1, 2)),
        *(encoder(_KNOB, mode=mode, direction="clockwise") for mode in relative),
        *(cc(_KNOB, value_min=low, value_max=low + 5, edge="rising") for low in (70, 80, 90, 100)),
        cc(_KNOB, value_max=0),
        cc(_KNOB, value_max=1, edge="rising"),
        encoder(_KNOB, mode="auto", direction="clockwise"),
        cc(_KNOB, channel=0),
    ]
    for trigger in triggers:
        session.map(trigger, _nothing)


def _nothing(_context: Any) -> None:
    """Do nothing: what remains is the engine."""


def _new() -> Session:
    return Session(threads=False, backend="virtual")


def _with_gestures() -> Session:
    session = _new()
    _every_gesture(session)
    return session


def _with_many() -> Session:
    """Return a session with the same 18 on one note, and 10,000 more around it."""
    session = _with_gestures()
    places = (
        (mode, channel, key) for mode in range(40) for channel in range(16) for key in range(50)
    )
    triggers = (note, double_tap, long_press, release)
    for index, (mode, channel, key) in zip(range(MANY), places, strict=False):
        session.map(
            triggers[index % 4](key, channel=channel),
            _nothing,
            mode=f"mode {mode}" if mode else None,
        )
    return session


def _with_turns() -> Session:
    session = _new()
    _every_turn(session)
    return session


def _plain() -> Session:
    session = _new()
    session.map(note(_NOTE), _nothing)
    return session


def _with_pending() -> Session:
    """Return a session in which 10,000 actions wait for an hour."""
    session = _plain()
    session.map(note(1), sequence(delay(3_600_000), _nothing))
    for _ in range(PENDING):
        session.virtual.press(1)
    return session


def _silent() -> Session:
    """Return the plain session without its record of events."""
    session = _plain()
    session._engine._record = lambda _row: None
    return session


GESTURES, MANY_GESTURES = "18 triggers on one note", f"the same among {MANY:,}"
TURNS, PLAIN = "18 triggers on one knob", "one note"
WAITING, SILENT = f"one note, {PENDING:,} delays pending", "one note, nothing recorded"
_CASES: dict[str, Callable[[], Session]] = {
    GESTURES: _with_gestures,
    MANY_GESTURES: _with_many,
    TURNS: _with_turns,
    PLAIN: _plain,
    WAITING: _with_pending,
    SILENT: _silent,
}


def _slices(sessions: dict[str, Session]) -> dict[str, list[float]]:
    """Time slices of all cases, in turns and in random order, in seconds an event."""
    took: dict[str, list[float]] = {name: [] for name in sessions}
    players = {name: _player(name, session) for name, session in sessions.items()}
    order = random.Random(0)  # noqa: S311 - so that no case always follows the same other one
    names = list(sessions)
    for _ in range(SLICES):
        order.shuffle(names)
        for name in names:
            took[name].append(players[name]())
    return took


def _player(name: str, session: Session) -> Callable[[], float]:
    """Return what plays a slice: presses a second apart and their releases, or turns."""
    handle = session._engine.handle
    moment, serial = count(1), count(1)
    turning = name == TURNS

    def play() -> float:
        events = list(_turns(moment, serial) if turning else _presses(moment, serial))
        began = time.perf_counter()
        for event in events:
            handle(event)
        return (time.perf_counter() - began) / len(events)

    return play


def _presses(moment: Iterable[int], serial: Iterable[int]) -> Iterable[MidiEvent]:
    """Yield taps, pairs of taps and long presses of the note, well apart."""
    base = 1e6  # seconds: after whatever this machine's clock says
    for second, _ in zip(moment, range(EVENTS // 2), strict=False):
        start = base + second
        held = (0.05, 0.05, 0.85)[second % 3]
        yield MidiEvent(start, "Virtual", bytes((0x90, _NOTE, 90)), next(iter(serial)))
        yield MidiEvent(start + held, "Virtual", bytes((0x80, _NOTE, 0)), next(iter(serial)))


def _turns(moment: Iterable[int], serial: Iterable[int]) -> Iterable[MidiEvent]:
    """Yield falling positions, which nothing but the last mapping accepts."""
    for at, step in zip(moment, range(EVENTS), strict=False):
        data = bytes((0xB0, _KNOB, 63 - step % 30))
        yield MidiEvent(1e6 + at * 0.01, "Virtual", data, next(iter(serial)))


def _next_event() -> dict[str, list[list[float]]]:
    """Return how late the event after a plain press, and after a sequence's, is handled."""
    late: dict[str, list[list[float]]] = {"function": [], "sequence": []}
    session = Session(backend="virtual")
    heard: list[float] = []
    arrived = threading.Event()

    def hear(_context: Any) -> None:
        heard.append(time.perf_counter())
        arrived.set()

    session.map(note(10), _nothing)
    session.map(note(11), sequence(_nothing, delay(1), _nothing, delay(1), _nothing, delay(5)))
    session.map(note(20), hear)
    for turn in range(ROUNDS):
        kinds = [("function", 10), ("sequence", 11)]
        for kind, key in kinds if turn % 2 else reversed(kinds):
            late[kind].append([])
            for _ in range(PAIRS):
                session.virtual.press(key)
                sleep(0.001)  # the first delay falls due about when the next event comes
                arrived.clear()
                began = time.perf_counter()
                session.virtual.press(20)
                arrived.wait(1)
                late[kind][-1].append(heard[-1] - began)
                sleep(0.001)
    session.close()
    return late


def _how() -> str:
    return (
        f"`Engine.handle` alone, in one thread, as above. Slices of {EVENTS} events of all cases "
        f"take turns {SLICES} times in random order; the numbers are medians over the slices. The "
        "note is tapped, and held for a long press every third time; each event carries its part "
        "of deciding gestures. On the knob only the last of 18 mappings accepts the value, so all "
        f"are tried. The next event: on a virtual port with the engine in its own thread, "
        f"{ROUNDS} rounds of {PAIRS} each, from `press` to the first line of the handler; the "
        "median of the rounds' percentiles."
    )


def _rows(took: dict[str, list[float]], waits: dict[str, list[list[float]]]) -> list[Row]:
    cost = {name: median(times) * US for name, times in took.items()}
    many = cost[MANY_GESTURES] / cost[GESTURES]
    p99 = {
        kind: median(percentile(times, 99) for times in rounds) * MS
        for kind, rounds in waits.items()
    }
    return [
        Row("gestures: 18 triggers on a note, an event", cost[GESTURES], "µs", 25.0),
        Row("gestures: 18 triggers on a knob, an event", cost[TURNS], "µs", 25.0),
        Row(
            f"gestures: {MANY:,} mappings to 18",
            many,
            "x",
            1.1,
            detail=f"{number(cost[MANY_GESTURES])} against {number(cost[GESTURES])} µs",
        ),
        Row("`why`: recording, an event", cost[PLAIN] - cost[SILENT], "µs", 2.0),
        Row(
            f"{PENDING:,} pending delays: added to an event",
            cost[WAITING] - cost[PLAIN],
            "µs",
            1.0,
        ),
        Row(
            "delay in a sequence: added to the next event, p99",
            p99["sequence"] - p99["function"],
            "ms",
            0.2,
            detail=f"{number(p99['sequence'])} against {number(p99['function'])} ms",
        ),
    ]


def _details(took: dict[str, list[float]], waits: dict[str, list[list[float]]]) -> Sequence[Detail]:
    lines = [
        (name, *(number(percentile(times, percent) * US) for percent in (10, 50, 90)))
        for name, times in took.items()
    ]
    late = [
        (f"after a {kind}", *(number(percentile(times, percent) * MS) for percent in (50, 90, 99)))
        for kind, rounds in waits.items()
        for times in [[one for times in rounds for one in times]]
    ]
    return [
        Detail("Microseconds an event, over the slices", ("", "p10", "p50", "p90"), lines),
        Detail("Milliseconds to the next event's handler", ("", "p50", "p90", "p99"), late),
    ]
