"""Plugins that are edited: how soon a saved one is played, in a folder and in a module."""

import contextlib
import importlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.results import MS, Detail, Row, Section, percentile, spread
from midimon_live import note, plugin
from midimon_live.sessions import Session

EDITS, LINES = 30, 100
_PATIENCE_S = 10.0
_MANIFEST = '[plugin]\nname = "blink"\nversion = "1"\n[plugin.capabilities]\nmidi = true\n'
_CODE = '''"""Answers a pad."""

from midimon_live import ActionPlugin


class Blink(ActionPlugin):
    """Light up."""

    capabilities = frozenset({"midi"})

    def execute(self, params, context):
        """Answer."""
        self.host.send("note_on", note=NOTE)
'''
_MORE = '''
    def more_INDEX(self, value):
        """Work something out."""
        return [value * one for one in range(INDEX)]
'''


def code(answer: int) -> str:
    """Return a plugin of 100 lines that answers with a note."""
    text = _CODE.replace("NOTE", str(answer))
    while text.count("\n") < LINES:
        text += _MORE.replace("INDEX", str(text.count("\n")))
    return text


def run() -> Section:
    """Edit and save both, and return what was found."""
    folder = _folder()
    module = _module()
    rows = [
        Row(
            f"{what} edited, save to play, slowest of {EDITS}",
            max(seconds) * MS,
            "ms",
            at_most=250,
            detail=f"p50 {percentile(seconds, 50) * MS:.0f} ms",
        )
        for what, seconds in (("plugin in a folder:", folder), ("plugin in a module:", module))
    ]
    lines = [
        ("folder: save to play", *spread([one * MS for one in folder])),
        ("module: save to play", *spread([one * MS for one in module])),
    ]
    detail = Detail("Milliseconds", ("what", "p50", "p90", "p99", "max"), lines)
    return Section("Plugins that are edited", _how(), rows, [detail])


def _folder() -> list[float]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "plugins" / "blink"
        folder.mkdir(parents=True)
        (folder / "plugin.toml").write_text(_MANIFEST, "utf-8")
        _save(folder / "plugin.py", 0)
        midi = Session(backend="virtual", home=place)
        with contextlib.closing(midi):
            midi.plugins.discover_plugins()
            midi.plugins.load_plugin("blink")
            midi.map(note(36), plugin("blink"))
            return _edited(midi, folder / "plugin.py")


def _module() -> list[float]:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "benchmarked_lights.py"
        _save(path, 0)
        sys.path.insert(0, place)
        midi = Session(backend="virtual", home=None)
        try:
            midi.map(note(36), importlib.import_module(path.stem).Blink)
            return _edited(midi, path)
        finally:
            midi.close()
            sys.path.remove(place)
            sys.modules.pop(path.stem, None)


def _edited(midi: Session, path: Path) -> list[float]:
    """Save other notes; returns the seconds from each save to the first press that plays it."""
    midi.follow()
    _until(lambda: _played(midi) == 0)
    time.sleep(1.0)  # until it is watched
    seconds = []
    for answer in range(1, EDITS + 1):
        _save(path, answer)
        saved = time.perf_counter()
        _until(lambda answer=answer: _played(midi) == answer)
        seconds.append(time.perf_counter() - saved)
    return seconds


def _save(path: Path, answer: int) -> None:
    """Write beside and rename over, as editors do."""
    beside = path.with_name("saved~")
    beside.write_text(code(answer), "utf-8")
    os.replace(beside, path)  # noqa: PTH105 - nothing else between writing and measuring


def _until(true: Callable[[], Any]) -> None:
    end = time.perf_counter() + _PATIENCE_S
    while not true():
        if time.perf_counter() > end:
            raise TimeoutError("what was saved is not played")


def _played(midi: Session) -> int | None:
    """Press the pad; returns the note that answers."""
    midi.virtual.press(36)
    midi.settle()
    sent = midi.virtual.sent
    midi.virtual.clear()
    time.sleep(0.002)
    return next((one.note for one in sent if one.type == "note_on"), None)


def _how() -> str:
    return (
        f"A plugin of {LINES} lines is saved {EDITS} times, each time by renaming a new file over "
        "it, while its pad is pressed every 2 ms until the new note is heard: once as a plugin in "
        "a folder, which is read, hashed and imported anew, and once as a module that a cell "
        "imported. The debounce is 50 ms at most, and a dry run of the last events is part of it."
    )


if __name__ == "__main__":
    from benchmarks.report import show

    show(run())
