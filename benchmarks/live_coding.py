"""Live coding: reloads and broken cells under events, from the end of a cell to live, and undo."""

import gc
import random
import threading
import time
from collections.abc import Sequence
from itertools import pairwise

import psutil

from benchmarks.results import MS, Detail, Row, Section, number, percentile, spread
from midimon_live.plugin.api import Plugin
from midimon_live.sessions import Session
from tests.support.livecoding import (
    ECHO,
    Mutated,
    Played,
    mutate_under_events,
    reload_under_events,
    session,
)
from tests.support.notebook import Notebook

RELOADS, RATE = 10_000, 1_000
MUTANTS, MUTANT_RATE = 1_000, 500
CELLS, LINES = 300, 100
STEPS = 50
# reloads after which memory is compared: the monitor, the journal and the tape are full then
_SETTLED = 6_000


def run() -> Section:
    """Measure all in turn and return what was found."""
    reloaded, rows = _reloads()
    mutated = _mutants()
    live, swaps = _cells()
    undone, redone = _steps()
    rows += [
        *_mutant_rows(mutated),
        Row(
            f"live coding: end of the cell to live, {LINES} lines, p95",
            percentile(live, 95) * MS,
            "ms",
            at_most=20,
            detail="built, tried with 8 events, initialised, swapped",
        ),
        Row("live coding: the swap itself, p99", percentile(swaps, 99) * MS, "ms", at_most=0.5),
        Row(f"live coding: slowest of {STEPS} undo steps", max(undone) * MS, "ms", at_most=50),
        Row(f"live coding: slowest of {STEPS} redo steps", max(redone) * MS, "ms", at_most=50),
    ]
    lines = [
        (f"end of the cell to live, {LINES} lines", *spread([one * MS for one in live])),
        ("the swap itself: events kept waiting", *spread([one * MS for one in swaps])),
        ("an undo step", *spread([one * MS for one in undone])),
        ("a redo step", *spread([one * MS for one in redone])),
    ]
    title = f"Milliseconds ({reloaded.notes * 2:,} events while reloading)"
    return Section(
        "Live coding", _how(), rows, [Detail(title, ("what", "p50", "p90", "p99", "max"), lines)]
    )


def _reloads() -> tuple[Played, list[Row]]:
    process, memory = psutil.Process(), []
    midi = session()
    threads, handles = threading.active_count(), process.num_fds()

    def look(count: int) -> None:
        if count >= _SETTLED and count % 500 == 0:
            gc.collect()
            memory.append(process.memory_info().rss)

    played = reload_under_events(midi, RELOADS, RATE, look)
    stats = midi.plugins.get_stats("echo")
    sounding = midi._ports.outputs.sounding()
    tasks = midi._tasks.pending()
    left = threading.active_count() - threads, process.num_fds() - handles
    midi.close()
    growth = (memory[-1] - memory[0]) / memory[0] * 100
    of = f"of {played.notes * 2:,} events in {number(played.seconds)} s"
    return played, [
        Row(f"live coding: {RELOADS:,} reloads, notes lost", played.lost, "", at_most=0, detail=of),
        Row("live coding: reloads, notes doubled", played.doubled, "", at_most=0),
        Row("live coding: reloads, handled by a half-built version", stats.failures, "", at_most=0),
        Row("live coding: reloads, stuck notes", sounding, "", at_most=0),
        Row("live coding: reloads, tasks left", tasks, "", at_most=0),
        Row("live coding: reloads, threads left", left[0], "", at_most=0),
        Row("live coding: reloads, file handles left", left[1], "", at_most=0),
        Row(
            "live coding: reloads, growth of memory",
            growth,
            "%",
            at_most=5,
            detail=f"resident, from reload {_SETTLED:,} on; {memory[0] / 1e6:.0f} MB then",
        ),
    ]


def _mutants() -> Mutated:
    midi = session()
    try:
        return mutate_under_events(midi, MUTANTS, MUTANT_RATE, seed=6)
    finally:
        midi.close()


def _mutant_rows(mutated: Mutated) -> list[Row]:
    played = mutated.played
    served = 100 * (1 - (played.lost + mutated.failures) / max(played.notes, 1))
    kinds = ", ".join(f"{times} {kind}" for kind, times in sorted(mutated.refused.items()))
    harmless = f"; {len(mutated.passed)} came into force and served too" if mutated.passed else ""
    return [
        Row(
            f"live coding: {MUTANTS:,} broken cells, events served",
            served,
            "%",
            at_least=100,
            detail=f"of {played.notes:,} notes; refused: {kinds}{harmless}",
        )
    ]


def _cells() -> tuple[list[float], list[float]]:
    """Return how long it took from the end of a cell to live, and how long events waited."""
    midi = Session(threads=False, backend="virtual", home=None)
    notebook, live, swaps = Notebook(midi), [], []
    filler = "\n".join(f"        value_{line} = {line} * 2" for line in range(LINES - 26))
    code = ECHO.replace("    def later(self):\n", f"    def later(self):\n{filler}\n")
    end = midi.end

    def timed(*, commit: bool, classes: Sequence[type[Plugin]] = ()) -> list[str]:
        began = time.perf_counter()
        remarks = end(commit=commit, classes=classes)
        live.append(time.perf_counter() - began)
        return remarks

    midi.end = timed  # type: ignore[method-assign]
    for version in range(CELLS):
        notebook.run("plugin", code.format(version=version))
        swaps.append(midi._undo._committer.swap_s)
        for velocity in range(1, 9):
            midi.virtual.press(60, velocity)
            midi.virtual.release(60)
            midi.settle()
    midi.close()
    return live[1:], swaps[1:]


def _steps() -> tuple[list[float], list[float]]:
    """Return how long each of 50 steps back took, and each forth again, in seconds."""
    midi = Session(threads=False, backend="virtual", home=None)
    notebook, chance = Notebook(midi), random.Random(6)  # noqa: S311 - cells, no secrets
    seen = [_told(midi)]
    for step in range(STEPS):
        cell = chance.choice("abc")
        notebook.run(cell, ECHO.format(version=step).replace("Echo", f"Echo{cell.upper()}"))
        seen.append(_told(midi))
    undone = [_timed(midi.undo, midi, seen[-2 - step]) for step in range(STEPS)]
    redone = [_timed(midi.redo, midi, one) for _, one in pairwise(seen)]
    midi.close()
    return undone, redone


def _told(midi: Session) -> tuple[list[str], dict[str, str]]:
    current = midi.plugins.journal.current
    sources = {name: current(name).source for name in midi.plugins.list_loaded()}  # type: ignore[union-attr]
    return sorted(map(str, midi.mappings())), sources


def _timed(step: object, midi: Session, expected: object) -> float:
    began = time.perf_counter()
    step()  # type: ignore[operator]
    took = time.perf_counter() - began
    if _told(midi) != expected:
        raise AssertionError("a step did not lead to the state that it began at")
    return took


def _how() -> str:
    return (
        "One session with threads on the virtual port. A cell with a plugin class and two mappings "
        f"is run {RELOADS:,} times with another version in it, while {RATE:,} events a second "
        "arrive from another thread; each press is echoed, and told apart by note, velocity and "
        "channel. "
        f"Then {MUTANTS:,} cells that are broken in one place each (syntax, imports, types, at run "
        f"time, a missing method, an endless loop) under {MUTANT_RATE} events a second. Every "
        "version is tried, before it goes live, with the last 8 executions."
    )
