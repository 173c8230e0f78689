"""Configuration files: reading a large one, and how soon a saved change is played."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.results import MS, Detail, Row, Section, percentile, spread
from midimon_live.sessions import Session

LARGE, SMALL = 2250, 10
COLD_RUNS, EDITS = 5, 30
_PATIENCE_S = 10.0

_COLD = """
import json, sys, time
from pathlib import Path
from midimon_live.sessions import Session
midi = Session(backend="virtual")
began = time.perf_counter()
midi.config(Path(sys.argv[1]))
took = time.perf_counter() - began
assert len(midi.mappings()) == int(sys.argv[2])
print(json.dumps([took, *midi._configuration.times]))
midi.close()
"""


def text(mappings: int, note: int = 0) -> str:
    """Return a configuration of ten modes; `note` is what its first mapping sends."""
    lines = ['[device]\nname = ""\n']
    each = mappings // 10
    for mode in range(10):
        lines.append(f'[[modes]]\nname = "Mode {mode}"\n')
        lines += [_mapping(index, note if mode == 0 else 0) for index in range(each)]
    return "\n".join(lines)


def _mapping(index: int, note: int) -> str:
    return (
        f'[[modes.mappings]]\ndescription = "mapping {index}"\n'
        f"[modes.mappings.trigger]\n{_trigger(index)}\n"
        f"[modes.mappings.action]\n{_action(index, note)}\n"
    )


def _trigger(index: int) -> str:
    number, kind = index % 128, index // 128
    return (
        f'type = "Note"\nnote = {number}\nvelocity_min = 1'
        if not kind
        else f'type = "CC"\ncc = {number}'
    )


def _action(index: int, note: int) -> str:
    if index == 0:
        return f'type = "SendMidi"\nnote = {note}\nvelocity = "pass"'
    if index % 3 == 0:
        inner = '{ type = "SendMidi", note = 60, velocity = 90 }, { type = "Delay", ms = 20 }'
        return f'type = "Sequence"\nactions = [{inner}]'
    return 'type = "Keystroke"\nkeys = "space"\nmodifiers = ["cmd", "shift"]'


def run() -> Section:
    """Read, edit and save files, and return what was found."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pads.toml"
        cold = _cold(path)
        large, large_times = _edited(path, LARGE)
        small, small_times = _edited(path, SMALL)
    after = [(one.read_us + one.commit_us) / 1000 for one in small_times]
    swaps = [one.swap_us / 1000 for one in large_times] + [one[3] / 1000 for one in cold]
    rows = [
        Row(
            f"configuration: {LARGE:,} mappings, cold, slowest of {COLD_RUNS}",
            max(one[0] for one in cold),
            "s",
            at_most=1.5,
            detail="reading, checking, building and bringing into force, in a new process",
        ),
        Row(f"configuration: {LARGE:,} mappings, events wait, worst", max(swaps), "ms", at_most=1),
        Row(
            f"configuration: one of {LARGE:,} edited, save to play, slowest of {EDITS}",
            max(large) * MS,
            "ms",
            at_most=250,
        ),
        Row(
            f"configuration: one of {SMALL} edited, after the debounce, slowest of {EDITS}",
            max(after),
            "ms",
            at_most=20,
            detail=f"save to play {percentile(small, 50) * MS:.0f} ms, p50",
        ),
    ]
    return Section("Configuration files", _how(), rows, [_detail(cold, large, small, after, swaps)])


def _cold(path: Path) -> list[list[float]]:
    """Load a large file in new processes; returns seconds, and the three times that are told."""
    path.write_text(text(LARGE), "utf-8")
    found = []
    for _ in range(COLD_RUNS):
        done = subprocess.run(
            [sys.executable, "-c", _COLD, str(path), str(LARGE)],
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout))
    return found


def _edited(path: Path, mappings: int) -> tuple[list[float], list[Any]]:
    """Edit one mapping again and again; returns seconds from save to play, and the times told."""
    path.write_text(text(mappings), "utf-8")
    midi = Session(backend="virtual")
    seconds, times = [], []
    try:
        midi.config(path)
        for round_ in range(EDITS):
            note = round_ + 1
            beside = path.with_suffix(".new")
            beside.write_text(text(mappings, note), "utf-8")
            beside.replace(path)
            saved = time.perf_counter()
            while not _plays(midi, note):
                if time.perf_counter() - saved > _PATIENCE_S:
                    raise TimeoutError(f"note {note} is not played")
            seconds.append(time.perf_counter() - saved)
            midi.config()  # waits until it is done
            times.append(midi._configuration.times)
    finally:
        midi.close()
    return seconds, times


def _plays(midi: Session, note: int) -> bool:
    """Press the pad of the edited mapping and tell whether it plays that note."""
    midi.virtual.press(0)
    midi.settle()
    sent = midi.virtual.sent
    midi.virtual.clear()
    time.sleep(0.002)
    return any(one.note == note for one in sent)


def _how() -> str:
    return (
        f"A file of {LARGE:,} mappings in ten modes (keystrokes, sequences, notes) is loaded in "
        f"{COLD_RUNS} new processes. Then one mapping is edited {EDITS} times, each time by "
        "renaming a new file over it, while its pad is pressed every 2 ms until the new note is "
        f"heard; the same with {SMALL} mappings. The debounce is 50 ms at most."
    )


def _detail(
    cold: list[list[float]],
    large: list[float],
    small: list[float],
    after: list[float],
    swaps: list[float],
) -> Detail:
    lines = [
        (f"{LARGE:,}, cold: all", *spread([one[0] * MS for one in cold])),
        (f"{LARGE:,}, cold: reading aside", *spread([one[1] / 1000 for one in cold])),
        (f"{LARGE:,}, cold: bringing into force", *spread([one[2] / 1000 for one in cold])),
        (f"{LARGE:,}: events wait", *spread(swaps)),
        (f"{LARGE:,}: save to play", *spread([one * MS for one in large])),
        (f"{SMALL}: save to play", *spread([one * MS for one in small])),
        (f"{SMALL}: after the debounce", *spread(after)),
    ]
    return Detail("Milliseconds", ("what", "p50", "p90", "p99", "max"), lines)
