"""Plugins: finding a thousand, loading one, checking a large one, and what executing one costs."""

import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.results import MS, US, Detail, Row, Section, number, percentile, spread
from midimon_live import ActionPlugin, TriggerContext
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.discovery import discover
from midimon_live.plugin.folders.loader import LoadedPlugin, load
from midimon_live.plugin.folders.manifest import Manifest, read_manifest
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.plugin.version import Definition, Kind
from midimon_live.sessions import Session

FOLDERS, SCANS = 1_000, 11
LOADS = 200
LARGE, SUMS = 10_000_000, 31
SLICES, EXECUTIONS = 200, 500

_SOURCE = '''"""Answers a pad."""

from midimon_live import ActionPlugin, Capability

from .colours import COLOURS


class Blink(ActionPlugin):
    """Light up."""

    capabilities = frozenset({Capability.MIDI})

    def execute(self, params, context):
        """Send the colour that the velocity asks for."""
        colour = COLOURS[context.velocity % len(COLOURS)]
        self.host.send("note_on", note=context.note, velocity=colour)
'''
_HELPER = "COLOURS = [1, 5, 9, 13]\n"


def run() -> Section:
    """Measure all three in turn and return what was found."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        scans = _scans(root / "many")
        loads = _loads(root / "one")
        checked, alone = _sums(root / "large")
    executed, bare, counted = _executions()
    ratio = median(checked) / median(alone)
    times = f"{number(median(checked) * MS)} against {number(median(alone) * MS)} ms"
    rows = [
        Row(
            f"plugins: finding {FOLDERS:,} folders, slowest of {SCANS}",
            max(scans) * MS,
            "ms",
            at_most=500,
            detail="each manifest read and checked",
        ),
        Row(
            f"plugins: loading a small one, p90 of {LOADS}",
            percentile(loads, 90) * MS,
            "ms",
            at_most=5,
            detail=f"read, verified, compiled, imported; p50 {number(median(loads) * MS)} ms",
        ),
        Row("plugins: checking 10 MB to SHA-256 alone", ratio, "x", at_most=2, detail=times),
        Row(
            "plugins: what an execution costs beside the plugin",
            executed - bare,
            "µs",
            at_most=3,
            detail="rights, rate, context, guard, statistics",
        ),
        Row("plugins: statistics of an execution", counted, "µs", at_most=1),
    ]
    lines = [
        (f"finding {FOLDERS:,} folders", *spread([one * MS for one in scans])),
        ("loading a small one", *spread([one * MS for one in loads])),
        ("10 MB: read and verified", *spread([one * MS for one in checked])),
        ("10 MB: SHA-256 of bytes in memory", *spread([one * MS for one in alone])),
    ]
    detail = Detail("Milliseconds", ("what", "p50", "p90", "p99", "max"), lines)
    return Section("Plugins", _how(), rows, [detail])


class Nothing(ActionPlugin, abstract=True):
    """Do nothing: what remains is everything around it."""

    name = "nothing"
    capabilities = frozenset({"midi"})
    rate = 100_000.0

    def execute(self, params: Any, context: Any) -> None:
        """Do nothing."""


def _executions() -> tuple[float, float, float]:
    """Return the medians of executing, of the bare call, and of counting, in microseconds."""
    midi = Session(threads=False, backend="virtual", home=None)
    midi.plugins.put(Definition("nothing", Nothing, Nothing, Kind.CLASS, None))
    context, bare, recorder = TriggerContext(), Nothing().execute, StatsRecorder()
    cases = (
        lambda: midi.plugins.execute("nothing", {}, context),
        lambda: bare({}, context),
        lambda: recorder.ran(130e-6, 1, 1.0),
    )
    took: list[list[float]] = [[], [], []]
    for _ in range(SLICES):
        for case, times in zip(cases, took, strict=True):
            began = time.perf_counter()
            for _ in range(EXECUTIONS):
                case()
            times.append((time.perf_counter() - began) / EXECUTIONS * US)
    midi.close()
    executed, called, counted = (median(times) for times in took)
    return executed, called, counted


def _put(folder: Path, name: str, source: bytes, index: int = 0) -> None:
    """Write a plugin with a checksum, and a manifest as people write them."""
    folder.mkdir(parents=True)
    (folder / "plugin.py").write_bytes(source)
    (folder / "colours.py").write_text(_HELPER, "utf-8")
    manifest = f"""[plugin]
name = "{name}"
version = "1.0.{index}"
description = "Light up the pad that was hit, number {index}"
author = "Somebody"
license = "MIT"
homepage = "https://example.com/{index}"
type = "action"
binary = "plugin.py"
checksum = "sha256:{sha256(source).hexdigest()}"

[plugin.capabilities]
midi = true
network = ["host{index}.example.com:443"]
filesystem = {{ read = ["samples{index}/"] }}

[plugin.reasons]
network = "to tell the light"

[[actions]]
name = "blink"
description = "Light up"
parameters = [{{ name = "colour", type = "integer", description = "0 to 127" }}]
"""
    (folder / "plugin.toml").write_text(manifest, "utf-8")


def _scans(root: Path) -> list[float]:
    """Find all; importing pydantic is left out."""
    for index in range(FOLDERS):
        _put(root / f"blink_{index}", f"blink_{index}", _SOURCE.encode(), index)
    read_manifest('[plugin]\nname = "first"\nversion = "1"\n')
    return [_timed(lambda: _all_found(root)) for _ in range(SCANS)]


def _all_found(root: Path) -> None:
    found = discover([root], ())
    assert len(found.found) == FOLDERS
    assert not found.problems


def _loads(folder: Path) -> list[float]:
    """Load one again and again, each time other bytes beside the version before."""
    times: list[float] = []
    live: list[LoadedPlugin] = []
    for index in range(LOADS):
        source = f"{_SOURCE}\n# {index}\n".encode()
        place = folder / str(index)
        _put(place, "blink", source)

        def once(place: Path = place) -> None:
            live.append(load(Bundle.read(place)))
            assert live[-1].verified

        times.append(_timed(once))
        for old in live[:-1]:
            old.unload()
        del live[:-1]
    live[0].unload()
    return times


def _sums(folder: Path) -> tuple[list[float], list[float]]:
    """Check a large file, and hash as many bytes, in turns."""
    source = b"#" * LARGE
    _put(folder, "large", source)
    manifest = Manifest("large", "1", checksum=sha256(source).hexdigest())
    checked, alone = [], []
    for _ in range(SUMS):
        checked.append(_timed(lambda: Bundle.read(folder).verify(manifest)))
        alone.append(_timed(lambda: sha256(source).hexdigest()))
    return checked, alone


def _timed(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def _how() -> str:
    return (
        f"{FOLDERS:,} folders, each with a manifest of 24 lines, are found {SCANS} times. A plugin "
        f"of two files is loaded {LOADS} times, each time from another folder: read, held against "
        "its checksum, compiled, imported. A plugin with a file of 10 MB is read and held against "
        f"its checksum {SUMS} times, in turns with `hashlib` on bytes that are in memory already."
    )


if __name__ == "__main__":
    from benchmarks.report import show

    show(run())
