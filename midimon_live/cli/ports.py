"""`midimon-live ports`: what can be played on and sent to, on every MIDI system."""

import argparse
import os
from dataclasses import asdict
from typing import Any

from midimon_live.cli.answers import FAILED, OK, complain, say, say_json
from midimon_live.show import Table, printable


def add(commands: Any) -> None:
    """Tell argparse of the command."""
    parser = commands.add_parser("ports", help="list the MIDI ports of every system there is")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """List them; OK unless MIDIMON_BACKEND names none, or one that does not answer."""
    from midimon_live.cli.systems import every, in_use, not_a_backend, without_choice

    states = list(every())
    taken, wanted = in_use(states), os.environ.get("MIDIMON_BACKEND") or ""
    if chosen.json:
        say_json({"hardware": taken or None, "systems": [asdict(one) for one in states]})
    else:
        rows = [
            (one.name, direction, printable(port))
            for one in states
            for direction, names in (("in", one.inputs), ("out", one.outputs))
            for port in names
        ]
        own = ", ".join(one.name for one in states if one.own_ports) or "none"
        remarks = [f"{one.name}: {one.said}" for one in states if one.answers and one.said]
        silent = ", ".join(one.name for one in states if not one.answers)
        if silent:
            remarks.append(f"no answer from {silent}; midimon-live doctor says what to do")
        remarks.append(f"midi.connect finds hardware on: {taken or 'none'}")
        remarks.append(f"ports of your own, that other programs see: {own}")
        say(repr(Table("", ("system", "", "port"), rows, remarks)))
    if wrong := not_a_backend():
        return complain(f"MIDIMON_BACKEND: {wrong}. Name one of them, or: {without_choice()}")
    return FAILED if wanted.startswith("rtmidi") and not taken else OK
