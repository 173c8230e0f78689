"""`midimon-live` on the command line: what needs no notebook.

Each command is a module with `add`, which tells argparse of it. What a command needs is imported
when it runs, so that `check` works where there is neither MIDI nor Jupyter.
"""

import argparse
import io
import sys
from collections.abc import Sequence

from midimon_live.cli import check, doctor, lab, new, ports, replay, schema
from midimon_live.cli.answers import FAILED, complain, let_go_of_output

_COMMANDS = (lab, new, check, schema, replay, ports, doctor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after `midimon-live`; those of the process without.

    Returns:
        The exit status: 0, or 1 when something is wrong with what was asked about. (A command that
        is not understood ends the process with 2.)
    """
    chosen = _understood(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # whatever the terminal can show
    try:
        return int(chosen.run(chosen))
    except OSError as error:  # a full disk, or who read it has read enough
        let_go_of_output()
        if isinstance(error, BrokenPipeError):
            return FAILED
        return complain(f"nothing more can be written: {error.strerror}")


def _understood(arguments: Sequence[str] | None) -> argparse.Namespace:
    from midimon_live import __version__

    parser = argparse.ArgumentParser(
        prog="midimon-live",
        description="Live-code MIDI controllers: what works without a notebook.",
    )
    parser.add_argument("--version", action="version", version=f"midimon-live {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    chosen, others = parser.parse_known_args(arguments)
    chosen.others = others
    if others and chosen.run is not lab.run:  # only JupyterLab has words of its own
        parser.error(f"not understood: {' '.join(others)}; midimon-live COMMAND --help lists more")
    return chosen
