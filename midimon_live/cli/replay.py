"""`midimon-live replay`: what comes of a take, in virtual time."""

import argparse
import contextlib
import sys
from typing import Any

from midimon_live.cli.answers import OK, complain, say
from midimon_live.errors import MidimonError
from midimon_live.show import printable


def add(commands: Any) -> None:
    """Tell argparse of the command."""
    parser = commands.add_parser("replay", help="play a take again in no time; say what came of it")
    parser.add_argument("file", metavar="FILE", help="a take: .jsonl, or .mid of any program")
    parser.add_argument("--config", metavar="CONFIG", help="the configuration it is played to")
    parser.add_argument(
        "--plugin", metavar="FOLDER", action="append", default=[], help="load a plugin before that"
    )
    parser.add_argument("--json", action="store_true", help="as a take, with its inputs")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Play it to what was asked for."""
    from midimon_live.testing import replayed

    setup = [*chosen.plugin, *([] if chosen.config is None else [chosen.config])]
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what plugins print is not the answer
            heard = replayed(chosen.file, setup)
    except (MidimonError, OSError) as error:
        return complain(error)
    if chosen.json:
        say(heard.dumps().rstrip("\n"))
        return OK
    for line in heard.results:
        say(printable(f"{line.t:>12.6f}  {line}"))
    say(f"{printable(chosen.file)}: {heard!r}")
    return OK
