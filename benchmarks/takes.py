"""What the tape that always runs costs an event, and whether takes replay to the byte."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import Any

from benchmarks.results import US, Detail, Row, Section, number, percentile
from midimon_live import ActionPlugin, Capability, MidiEvent, note
from midimon_live.sessions import Session
from midimon_live.takes.tape import KEPT
from tests.support.child import ROOT

SLICES, EVENTS = 300, 500
TAKES = 1_000
_PLAIN, _SENDING, _UNMAPPED = 61, 62, 63
_CASES = {"unmapped": _UNMAPPED, "mapped": _PLAIN, "mapped, and sends a message": _SENDING}


class Nothing(ActionPlugin):
    """Do nothing: what remains is the engine."""

    def execute(self, params: Any, context: Any) -> None:
        """Do nothing."""


class Sends(ActionPlugin):
    """Send one message."""

    capabilities = frozenset({Capability.MIDI})

    def execute(self, params: Any, context: Any) -> None:
        """Send it."""
        del params, context
        self.host.midi.send(b"\xb0\x07\x40")


class NoTape:
    """Takes everything and keeps nothing."""

    def put(self, _item: Any) -> None:
        """Do nothing."""

    fired = passed = put


def run() -> Section:
    """Time slices with and without the tape in turns; replay takes in two processes."""
    took = _slices()
    same, seconds = _replays()
    return Section("Takes", _how(), _rows(took, same, seconds), _details(took))


def _slices() -> dict[str, dict[bool, list[float]]]:
    session = Session(threads=False, backend="virtual")
    session.map(note(_PLAIN), Nothing)
    session.map(note(_SENDING), Sends)
    session._pump.drained_by = threading.get_ident()  # as while events are handled
    players = {
        (name, taped): _player(session, key, taped=taped)
        for name, key in _CASES.items()
        for taped in (True, False)
    }
    took: dict[str, dict[bool, list[float]]] = {name: {True: [], False: []} for name in _CASES}
    order, cases = random.Random(0), list(players)  # noqa: S311 - so that none follows the same one
    for _ in range(SLICES):
        order.shuffle(cases)
        for name, taped in cases:
            took[name][taped].append(players[name, taped]())
    session.close()
    return took


def _player(session: Session, key: int, *, taped: bool) -> Callable[[], float]:
    """Return what times a slice of presses of one note, in seconds an event."""
    engine, outputs = session._engine, session._ports.outputs
    tape: Any = engine._tape if taped else NoTape()
    told = outputs.told if taped else lambda _output, _data: None
    moment, serial = count(1), count(1)

    def play() -> float:
        engine._tape, outputs.told = tape, told
        events = [
            MidiEvent(1e6 + next(moment) / 1000, "Virtual", bytes((0x90, key, 90)), next(serial))
            for _ in range(EVENTS)
        ]
        began = time.perf_counter()
        for event in events:
            engine.handle(event)
        return (time.perf_counter() - began) / EVENTS

    return play


def _replays() -> tuple[int, float]:
    """Return how many takes gave the same bytes in two processes, and the seconds for all."""
    began = time.perf_counter()
    digests = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "tests.takes.generated", "0", str(TAKES)]
        env = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, text=True, check=True
        )
        digests.append(done.stdout.splitlines())
    same = sum(one == other for one, other in zip(*digests, strict=True))
    return same, time.perf_counter() - began


def _how() -> str:
    return (
        f"`Engine.handle` alone, in one thread, with the tape and with one that keeps nothing; "
        f"slices of {EVENTS} events take turns {SLICES} times in random order, and the difference "
        "is that of the 10th percentiles, which other work of the machine disturbs least. "
        f"The tape keeps the last {KEPT:,} things that happened. Replays: "
        f"{TAKES:,} takes of random playing over gestures, knobs, plugins with timers and events, "
        "sequences and modes, with much at the very end of a wait; each is replayed twice in new "
        "sessions, and what came of it once more, in each of two processes with different "
        "hash seeds; what comes of all six has to be the same text."
    )


def _rows(took: dict[str, dict[bool, list[float]]], same: int, seconds: float) -> list[Row]:
    added = {
        name: (percentile(pair[True], 10) - percentile(pair[False], 10)) * US
        for name, pair in took.items()
    }
    rows = [
        Row(f"tape: added to an event, {name}", cost, "µs", 1.0) for name, cost in added.items()
    ]
    return [
        *rows,
        Row(
            "takes: not the same in every replay",
            TAKES - same,
            "",
            0,
            detail=f"{TAKES:,} takes, 6 replays each, in {seconds:.0f} s",
        ),
    ]


def _details(took: dict[str, dict[bool, list[float]]]) -> list[Detail]:
    lines = [
        (
            f"{name}, {'with' if taped else 'without'} the tape",
            *(number(percentile(times, percent) * US) for percent in (10, 50, 90)),
        )
        for name, pair in took.items()
        for taped, times in pair.items()
    ]
    return [Detail("Microseconds an event, over the slices", ("", "p10", "p50", "p90"), lines)]
