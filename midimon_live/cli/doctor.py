"""`midimon-live doctor`: what works on this machine, and the line that mends what does not."""

import argparse
import platform
import sys
from dataclasses import asdict
from typing import Any

from midimon_live.cli.answers import FAILED, OK, say, say_json
from midimon_live.cli.findings import GOOD, MISSING, Finding
from midimon_live.show import counted, printable


def add(commands: Any) -> None:
    """Tell argparse of the command."""
    parser = commands.add_parser("doctor", help="say what works here, and what mends the rest")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Look at everything; OK when nothing is missing that every notebook needs."""
    from midimon_live import __version__

    findings = examine()
    missing = sum(one.status == MISSING for one in findings)
    if chosen.json:
        say_json(
            {
                "version": __version__,
                "python": platform.python_version(),
                "platform": sys.platform,
                "works": not missing,
                "findings": [asdict(one) for one in findings],
            }
        )
    else:
        _tell(findings, missing)
    return FAILED if missing else OK


def examine() -> list[Finding]:
    """Look at everything, in about two seconds; raises nothing that is only this machine's."""
    from midimon_live.cli import machine, packages, surroundings

    return [
        packages.python(),
        *packages.packages(),
        surroundings.kernel(),
        machine.presses(),
        machine.clock(),
        machine.loop(),
        packages.driver(),
        *machine.systems(),
        surroundings.browser(),
        surroundings.folder(),
        surroundings.plugins(),
    ]


def _tell(findings: list[Finding], missing: int) -> None:
    wide = max(len(one.name) for one in findings)
    for one in findings:
        say(f"{one.status:8}  {one.name:{wide}}  {printable(one.found)}")
        if one.remedy:
            say(f"{'':8}  {'':{wide}}  > {printable(one.remedy)}")
    more = sum(one.status not in (GOOD, MISSING) for one in findings)
    rest = f"{counted(more, 'thing')} more for those who need it" if more else "nothing is left out"
    if missing:
        say(f"{counted(missing, 'thing')} missing: do what is behind >, then look again")
    else:
        say(f"Notebooks work here; {rest}")
