"""`midimon-live check`: what there is to say about configurations."""

import argparse
import sys
from pathlib import Path
from typing import Any

from midimon_live.cli.answers import FAILED, OK, say, say_json
from midimon_live.config import Loaded, Loader
from midimon_live.report import shadowed
from midimon_live.show import counted, printable


def add(commands: Any) -> None:
    """Tell argparse of the command."""
    parser = commands.add_parser("check", help="say what there is to say about configurations")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a TOML file; - is standard input")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.set_defaults(run=run, error=parser.error)


def run(chosen: argparse.Namespace) -> int:
    """Check them all; OK when all of them load."""
    if "-" in chosen.files and sys.stdin is None:
        chosen.error("there is no standard input")
    loader = Loader()
    loaded = [
        loader.loads(sys.stdin.buffer.read(), "-") if file == "-" else loader.load(Path(file))
        for file in chosen.files
    ]
    for one in loaded:
        if one.config is not None:
            one.add(shadowed(one.config.mappings))
    if chosen.json:
        say_json([_as_dict(one) for one in loaded])
    else:
        for one in loaded:
            for problem in one.problems:
                say(printable(str(problem)))
            say(printable(_verdict(one)))
    return FAILED if any(one.failed for one in loaded) else OK


def _verdict(loaded: Loaded) -> str:
    errors = sum(one.severity == "error" for one in loaded.problems)
    warnings = counted(len(loaded.problems) - errors, "warning")
    if loaded.config is None:
        return f"{loaded.file}: refused, {counted(errors, 'error')}, {warnings}"
    mappings = counted(len(loaded.config.mappings), "mapping")
    modes = counted(len(loaded.config.modes), "mode")
    return f"{loaded.file}: loads, {mappings} in {modes}, {warnings}"


def _as_dict(loaded: Loaded) -> dict[str, Any]:
    config = loaded.config
    return {
        "file": loaded.file,
        "loads": config is not None,
        "mappings": 0 if config is None else len(config.mappings),
        "modes": [] if config is None else [name for name, _ in config.modes],
        "problems": [one.as_dict() for one in loaded.problems],
    }
