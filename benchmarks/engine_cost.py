"""What the engine itself takes for one event, on one core, without ports and threads."""

import random
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from benchmarks.results import US, Detail, Row, Section, number, percentile
from midimon_live import ActionPlugin, Capability, MidiEvent, note
from midimon_live.sessions import Session

SLICES = 200
EVENTS = 500  # in a slice: a few milliseconds, so a slice is either disturbed or it is not
FEW, MANY = 10, 10_000
_NOTES = 100
_CHANNELS = 16
_UNMAPPED = 0x7F


class Nothing(ActionPlugin):
    """Do nothing: what remains is the engine."""

    capabilities = frozenset({Capability.MIDI})

    def execute(self, params: Any, context: Any) -> None:
        """Do nothing."""


def run() -> Section:
    """Time slices of all cases in turns and return what was found."""
    few, many, zones = _session(FEW), _session(MANY), _session(0)
    _map_zones(zones)
    cases = {
        "mapped": (few, _presses(FEW, 1)),
        f"mapped, {MANY:,} mappings": (many, _presses(FEW, 1)),
        f"mapped, {MANY:,} mappings, events all over them": (many, _presses(_NOTES, _CHANNELS)),
        "mapped, 10 velocity zones on each note": (zones, _presses(FEW, 1)),
        "unmapped": (few, [bytes((0xB0, _UNMAPPED, 1))]),
        f"unmapped, {MANY:,} mappings": (many, [bytes((0xB0, _UNMAPPED, 1))]),
    }
    slices: dict[str, list[Callable[[], float]]] = {
        name: [_engine_slice(session, data), _inbox_slice(session, data)]
        for name, (session, data) in cases.items()
    }
    took: dict[str, list[list[float]]] = {name: [[], []] for name in cases}
    shuffled = [(name, which) for name in slices for which in (0, 1)]
    order = random.Random(0)  # noqa: S311 - so that no case always follows the same other one
    for _ in range(SLICES):
        order.shuffle(shuffled)
        for name, which in shuffled:
            took[name][which].append(slices[name][which]())
    for session in (few, many, zones):
        session.close()
    return Section("Engine", _how(), _rows(took), _details(took))


def _session(mappings: int) -> Session:
    """Return a session with that many mappings, no two of them on one control and mode."""
    session = Session(threads=False, backend="virtual")
    modes = [None, *(f"mode {index}" for index in range(1, 1 + MANY // (_NOTES * _CHANNELS)))]
    places = (
        (number, channel, mode)
        for mode in modes
        for channel in range(_CHANNELS)
        for number in range(_NOTES)
    )
    for _, (number_, channel, mode) in zip(range(mappings), places, strict=False):
        session.map(note(number_, channel=channel), Nothing, mode=mode)
    return session


def _map_zones(session: Session) -> None:
    for number_ in range(_NOTES):
        for low in range(1, 121, 12):
            trigger = note(number_, velocity_min=low, velocity_max=low + 11)
            session.map(trigger, Nothing)


def _presses(notes: int, channels: int) -> list[bytes]:
    return [
        bytes((0x90 | channel, number_, 64))
        for number_ in range(notes)
        for channel in range(channels)
    ]


def _engine_slice(session: Session, data: Sequence[bytes]) -> Callable[[], float]:
    handle = session._engine.handle
    now = time.perf_counter()
    events = [MidiEvent(now, "Virtual", data[index % len(data)], index) for index in range(EVENTS)]

    def run_slice() -> float:
        started = time.perf_counter()
        for event in events:
            handle(event)
        return (time.perf_counter() - started) / EVENTS

    return run_slice


def _inbox_slice(session: Session, data: Sequence[bytes]) -> Callable[[], float]:
    feed = session.virtual.feed
    messages = [data[index % len(data)] for index in range(EVENTS)]

    def run_slice() -> float:
        started = time.perf_counter()
        for message in messages:
            feed(message)
        return (time.perf_counter() - started) / EVENTS

    return run_slice


def _how() -> str:
    return (
        "Bytes to trigger, mapping, capability check, plugin, statistics and trace: "
        "`Engine.handle` with a plugin that does nothing, in one thread. *With inbox*: "
        "`virtual.feed` of a session without threads, so port, stamp, number, inbox and baton "
        f"are gone through for each event alone. Slices of {EVENTS} events of all cases take "
        f"turns {SLICES} times in random order; the numbers are medians over the slices. The "
        f"{MANY:,} mappings lie on {_NOTES * _CHANNELS:,} controls and several modes; the events "
        f"that are compared are the same ones, of {FEW} controls. Events all over the "
        "controls take longer because more memory is touched; the table has them too."
    )


def _rows(took: dict[str, list[list[float]]]) -> list[Row]:
    many, unmapped_many = f"mapped, {MANY:,} mappings", f"unmapped, {MANY:,} mappings"
    engine = {name: median(times[0]) * US for name, times in took.items()}
    inbox = {name: median(times[1]) * US for name, times in took.items()}
    return [
        Row("engine: mapped event", engine["mapped"], "µs", at_most=15),
        Row("engine: mapped event, with inbox", inbox["mapped"], "µs", at_most=15),
        Row("engine: unmapped event", engine["unmapped"], "µs", at_most=3),
        Row("engine: unmapped event, with inbox", inbox["unmapped"], "µs"),
        _growth("engine: mapped event", took["mapped"], took[many]),
        _growth("engine: unmapped event", took["unmapped"], took[unmapped_many]),
    ]


def _growth(what: str, few: Sequence[list[float]], many: Sequence[list[float]]) -> Row:
    ratio = median(many[0]) / median(few[0])
    detail = f"{number(median(many[0]) * US)} against {number(median(few[0]) * US)} µs"
    return Row(f"{what}, {MANY:,} mappings to {FEW}", ratio, "x", at_most=1.1, detail=detail)


def _details(took: dict[str, list[list[float]]]) -> list[Detail]:
    lines = [
        (name + suffix, *(number(percentile(times, percent) * US) for percent in (10, 50, 90)))
        for name, pair in took.items()
        for suffix, times in zip(("", ", with inbox"), pair, strict=True)
    ]
    return [Detail("Microseconds an event, over the slices", ("", "p10", "p50", "p90"), lines)]
