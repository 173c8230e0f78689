"""What the guard of plugins costs: plugins, the user's own cells, and files."""

import contextvars
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.results import US, Detail, Row, Section, number, percentile

PROCESSES = 6  # of each kind, in turns
SLICES = 60
HOW = ("without", "started")
CELL = """
total = 0
rows = [{'note': n, 'velocity': n % 128} for n in range(300)]
for row in rows:
    total += row['note'] * row['velocity']
names = sorted(str(row) for row in rows)
@__import__('functools').wraps(sorted)
def function(x):
    return x
class Thing:
    value = property(lambda self: 1)
values = [Thing().value for _ in range(200)]
"""


def run() -> Section:
    """Measure in processes of their own, since a hook can not be removed, and return what came."""
    took: dict[str, dict[str, list[float]]] = {how: {} for how in HOW}
    for _ in range(PROCESSES):
        for how in HOW:
            command = [sys.executable, "-m", "benchmarks.guard", how]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            for name, times in json.loads(done.stdout).items():
                took[how].setdefault(name, []).extend(times)
    return Section("Guard", _how(), _rows(took), [_detail(took)])


def _how() -> str:
    return (
        "Each kind is measured in processes of its own, in turns, since an audit hook can not be "
        f"removed: {PROCESSES} processes of {SLICES} slices each, medians over all slices. "
        "*Started* is a guard that watches one plugin. The cell is run by IPython and opens "
        "nothing. The file is opened and closed 20 frames deep; the plugin was granted its folder."
    )


def _rows(took: dict[str, dict[str, list[float]]]) -> list[Row]:
    def times(how: str, name: str) -> float:
        return median(took[how][name])

    def ratio(what: str, name: str, bar: float | None) -> Row:
        few, many = times("without", name) * US, times("started", name) * US
        detail = f"{number(many)} against {number(few)} µs"
        return Row(
            f"guard: {what}, started to without", many / few, "x", at_most=bar, detail=detail
        )

    return [
        ratio("a cell that opens no files", "cell", 1.05),
        ratio("entering and leaving a plugin", "enter", None),
        ratio("open and close by the user", "open", None),
        Row("guard: open and close by the user", times("started", "open") * US, "µs"),
        Row(
            "guard: open and close by a plugin", times("started", "plugin") * US, "µs", at_most=150
        ),
    ]


def _detail(took: dict[str, dict[str, list[float]]]) -> Detail:
    lines = [
        (f"{name}, {how}", *(number(percentile(times, one) * US) for one in (10, 50, 90)))
        for how, found in took.items()
        for name, times in found.items()
    ]
    return Detail("Microseconds, over the slices", ("", "p10", "p50", "p90"), lines)


def _measure(how: str) -> dict[str, list[float]]:
    from IPython.core.interactiveshell import InteractiveShell

    from midimon_live.plugin.guard.guard import Guard
    from midimon_live.plugin.guard.subject import Subject, acting
    from midimon_live.scopes import Rights, scope

    shell = InteractiveShell.instance()
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder).resolve() / "file")
        Path(file).touch()
        rights = [scope(f"filesystem:read:{folder}")]
        subject = Subject("bench", Rights(rights, rights))
        context = contextvars.copy_context()
        context.run(acting.set, subject)
        guard = Guard()
        space: dict[str, Any] = {}
        exec("def touch(path):\n    open(path).close()", space)  # noqa: S102
        if how == "started":
            guard.watch(subject, space)
            guard.start()
        cases: dict[str, tuple[int, Callable[[], Any]]] = {
            "cell": (3, lambda: shell.run_cell(CELL, store_history=False)),
            "enter": (300, lambda: context.run(len, "")),
            "open": (50, lambda: _deep(20, _touch, file)),
            "plugin": (50, lambda: context.run(_deep, 20, space["touch"], file)),
        }
        took: dict[str, list[float]] = {name: [] for name in cases}
        for name, (times, function) in cases.items():
            for _ in range(SLICES):
                started = time.perf_counter()
                for _ in range(times):
                    function()
                took[name].append((time.perf_counter() - started) / times)
        guard.stop()
    return took


def _touch(path: str) -> None:
    os.close(os.open(path, os.O_RDONLY))


def _deep(depth: int, function: Callable[[str], Any], path: str) -> Any:
    return _deep(depth - 1, function, path) if depth else function(path)


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))
