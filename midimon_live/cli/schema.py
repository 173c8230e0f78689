"""`midimon-live schema`: the JSON Schema of configurations, for editors."""

import argparse
import json
from pathlib import Path
from typing import Any

from midimon_live.cli.answers import OK, complain, say, say_json


def add(commands: Any) -> None:
    """Tell argparse of the command."""
    parser = commands.add_parser("schema", help="print the JSON Schema of configurations")
    parser.add_argument("--output", metavar="FILE", help="write it there instead")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Print it, or write it."""
    from midimon_live.config.schema import json_schema

    if chosen.output is None:
        say_json(json_schema())
        return OK
    text = json.dumps(json_schema(), indent=2) + "\n"
    try:
        Path(chosen.output).write_text(text, encoding="utf-8")
    except OSError as error:
        return complain(f"{chosen.output} can not be written: {error.strerror}")
    say(f"written to {chosen.output}")
    return OK
