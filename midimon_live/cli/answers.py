"""How commands take words and answer them.

On standard output is what was asked for, on standard error what went wrong.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.show import printable

OK, FAILED = 0, 1


def say(text: str) -> None:
    """Print one piece of the answer; raises OSError when nobody can read on."""
    print(text, flush=True)


def say_json(value: Any) -> None:
    """Print the answer for a program: JSON, indented by two."""
    say(json.dumps(value, indent=2))


def complain(error: object) -> int:
    """Print what went wrong, with nothing in it that a terminal obeys, and return FAILED."""
    print("\n".join(map(printable, str(error).split("\n"))), file=sys.stderr)
    return FAILED


def wanted_folder(said: str) -> Path:
    """Return the folder that was typed behind --folder; it need not be there yet.

    Raises:
        InvalidValue: a file is where it, or a folder above it, would be.
        RuntimeError: it begins with the home of a user that does not exist.
    """
    folder = Path(said).expanduser().absolute()
    for one in (folder, *folder.parents):
        if one.exists() and not one.is_dir():
            raise InvalidValue(
                f"{one} is a file; --folder takes a folder, one that is there or a new one"
            )
    return folder


def let_go_of_output() -> None:
    """Let what is left in the buffer go nowhere when the process ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
