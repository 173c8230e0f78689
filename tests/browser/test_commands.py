"""The command that opens a lesson, as far as it can be told without opening one."""

import os
import subprocess
from pathlib import Path

from tests.support.need import need_program

ROOT = Path(__file__).resolve().parents[2]


def make(*words: str) -> str:
    """Return what make prints."""
    program = need_program("make", "Debian: apt-get install make; macOS: xcode-select --install")
    # These tests themselves may have been started by make.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        [program, *words], cwd=ROOT, env=plain, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_make_lab_opens_the_notebook_that_was_asked_for() -> None:
    """The headless case, with the project's own Python; without a name it is the first lesson."""
    commands = make("-n", "lab", "NOTEBOOK=notebooks/x.ipynb", "ARGS=--no-browser")

    assert ".venv/bin/python -m midimon_live lab" in commands
    assert '--notebook "notebooks/x.ipynb" --no-browser' in commands
    assert "--notebook" not in make("-n", "lab")


def test_make_alone_lists_every_command() -> None:
    """So that a newcomer needs nothing but `make`."""
    listed = make()

    for command in ("lab", "test", "soak", "bench", "docs", "lite", "wheel", "clean"):
        assert f"make {command}" in listed
