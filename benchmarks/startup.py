"""What the import and `%load_ext` take, and that the import starts nothing."""

import json
import os
import subprocess
import sys
from statistics import median

from benchmarks.results import MS, Detail, Row, Section, number
from tests.support.child import ROOT
from tests.support.jack import JackServer
from tests.support.kernel import Kernel

IMPORTS, LOADS = 10, 6
HEAVY = ("rtmidi", "ipywidgets", "anywidget", "IPython", "ipykernel", "mido")

_IMPORT = f"""
import json, sys, threading, time
before = time.perf_counter()
import midimon_live
seconds = time.perf_counter() - before
heavy = [name for name in {HEAVY!r} if name in sys.modules]
print(json.dumps([seconds, threading.active_count() - 1, heavy]))
"""

_LOAD = """
import time
before = time.perf_counter()
get_ipython().run_line_magic("load_ext", "midimon_live")
took = time.perf_counter() - before
"""

NO_MIDI = {"JACK_DEFAULT_SERVER": "no-such-server", "JACK_NO_START_SERVER": "1"}


def run() -> Section:
    """Time imports and loads in fresh processes and return what was found."""
    _import()  # so that all is compiled and in the file cache
    imports = [_import() for _ in range(IMPORTS)]
    loads: dict[str, list[float]] = {"with JACK": [], "no MIDI system": []}
    with JackServer() as server:
        for _ in range(LOADS):
            for name, env in zip(loads, (server.env, NO_MIDI), strict=True):
                loads[name].append(_load(env))
    times = [seconds for seconds, _, _ in imports]
    threads = max(count for _, count, _ in imports)
    heavy = {name for _, _, names in imports for name in names}
    rows = [
        _row("`import midimon_live`", times, 150),
        Row("started by the import: threads", threads, "", at_most=0),
        Row("imported by it: " + ", ".join(HEAVY), len(heavy), "", 0, detail=" ".join(heavy)),
        *(_row(f"`%load_ext midimon_live`, {name}", took, 400) for name, took in loads.items()),
    ]
    return Section("Start", _how(), rows, [_detail({"import": times, **loads})])


def _import() -> tuple[float, int, list[str]]:
    command = [sys.executable, "-c", _IMPORT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, threads, heavy = json.loads(done.stdout)
    return seconds, threads, heavy


def _load(env: dict[str, str]) -> float:
    with Kernel({**os.environ, **env}) as kernel:
        kernel.run(_LOAD)
        return float(kernel.json("took"))


def _row(what: str, times: list[float], bar: float) -> Row:
    return Row(f"{what}, median", median(times) * MS, "ms", at_most=bar)


def _how() -> str:
    return (
        f"The import: {IMPORTS} fresh interpreters, timed inside. `%load_ext`: {LOADS} fresh real "
        "kernels each with a JACK server and without any MIDI system, in turns, timed in the cell; "
        "it is the kernel's first import of midimon_live too."
    )


def _detail(times: dict[str, list[float]]) -> Detail:
    lines = [
        (name, *(number(one * MS) for one in (min(each), median(each), max(each))))
        for name, each in times.items()
    ]
    return Detail("Milliseconds", ("", "fastest", "median", "slowest"), lines)
