"""`midimon-live new`: a folder to begin a plugin with."""

import argparse
from typing import Any

from midimon_live.cli.answers import OK, complain, say, say_json, wanted_folder
from midimon_live.errors import InvalidValue
from midimon_live.show import printable


def add(commands: Any) -> None:
    """Tell argparse of the command."""
    parser = commands.add_parser("new", help="write a folder to begin a plugin with")
    parser.add_argument("name", metavar="NAME", help="small letters, digits, _ and -")
    parser.add_argument(
        "--folder", metavar="FOLDER", help="make it in there; where plugins are looked for without"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Write it; what is there already is never changed."""
    from midimon_live.plugin.folders.discovery import plugins_folder
    from midimon_live.plugin.folders.scaffold import new_plugin

    try:
        parent = wanted_folder(chosen.folder) if chosen.folder else plugins_folder()
        made = new_plugin(chosen.name, parent.absolute())
    except (InvalidValue, OSError, RuntimeError) as error:
        return complain(error)
    files = sorted(one.name for one in made.iterdir())
    if chosen.json:
        say_json({"name": chosen.name, "folder": str(made), "files": files})
        return OK
    say(printable(f"{made} is a plugin to begin with: {', '.join(files)}"))
    if chosen.folder:
        say(printable(f"Edit plugin.py; python -m pytest {made} tells whether it plays."))
    else:
        say(f"Edit plugin.py, then say in a notebook: %midi load {chosen.name}")
    return OK
