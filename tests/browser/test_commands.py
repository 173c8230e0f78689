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
    """The headless case, on this machine only, with the project's own Python."""
    commands = make("-n", "lab", "NOTEBOOK=notebooks/x.ipynb", "ARGS=--no-browser")

    assert ".venv/bin/python -m jupyterlab" in commands
    assert "--ip=127.0.0.1" in commands
    assert '/lab/tree/notebooks/x.ipynb"' in commands
    assert "--no-browser" in commands


def test_make_lab_allows_root_only_when_it_is_root() -> None:
    """Jupyter refuses to start for root without it, and nobody else should say it."""
    assert ("--allow-root" in make("-n", "lab")) == (os.geteuid() == 0)


def test_make_alone_lists_every_command() -> None:
    """So that a newcomer needs nothing but `make`."""
    listed = make()

    for command in ("lab", "test", "soak", "bench", "wheel", "clean"):
        assert f"make {command}" in listed
