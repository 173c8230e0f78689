"""Runs the blocks of a page: code in a notebook's shell, files by their loaders, commands."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import tomli
from IPython.core.interactiveshell import InteractiveShell

from midimon_live.config import Loader
from midimon_live.plugin.folders.manifest import read_manifest
from tests.docs.blocks import ROOT, Block

_COMMAND_S = 120
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_SETTLE = "'midi' in globals() and midi.settle()"
_TARGETS = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
_PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


class Reader:
    """Does what a page says, in the working folder.

    Args:
        shell: a notebook's.
        heard: returns what was printed since the last time it was asked.
    """

    def __init__(self, shell: InteractiveShell, heard: Callable[[], str]) -> None:
        self._shell = shell
        self._heard = heard
        self._printed = ""

    def read(self, block: Block) -> None:
        """Run one block, or check it.

        Raises:
            AssertionError, ValueError: it does not do what the page says.
        """
        if block.note == "not run":
            return
        if block.note == "file":
            Path(block.words).write_text(block.code, "utf-8")
        if block.note == "output":
            self._compare(block)
        elif block.note == "file" and block.language == "python":
            compile(block.code, block.words, "exec")
        elif block.language == "python":
            self._run(block)
        elif block.language == "toml":
            _load(block)
        elif block.language == "sh":
            self._commands(block)
        elif block.language == "json":
            for line in block.code.splitlines():
                json.loads(line)

    def _run(self, block: Block) -> None:
        result = self._shell.run_cell(block.code, store_history=not block.hidden)
        error = result.error_before_exec or result.error_in_exec
        said = f"{type(error).__name__}: {error}"
        if block.note == "raises":
            assert error is not None, f"{block} raises nothing"
            assert block.words in said, f"{block} raises {said}"
        else:
            assert result.success, f"{block} raises {said}\n{block.code}"

    def _compare(self, block: Block) -> None:
        """Hold what was printed since the last comparison against what the page shows."""
        self._shell.run_cell(_SETTLE, silent=True)
        printed = _COLOURS.sub("", self._heard())
        self._printed += printed.replace(os.environ["MIDIMON_HOME"], "~/.midimon")
        assert re.search(_pattern(block.code), _evenly(self._printed)), (
            f"{block} is not what was printed:\n{self._printed}"
        )
        self._printed = ""

    def _commands(self, block: Block) -> None:
        status = int(block.words) if block.note == "exits" else 0
        for line in block.code.splitlines():
            words = shlex.split(line, comments=True)
            if words:
                self._printed += _command(line, words, status)


def _evenly(text: str) -> str:
    """Return a text without what depends on the width of columns."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def _pattern(shown: str) -> str:
    """Return what a text has to match: "..." is anything in a line; alone in one, any lines."""
    lines = [
        r"[\s\S]*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*?")
        for line in _evenly(shown).splitlines()
    ]
    return r"\n".join(lines)


def _load(block: Block) -> None:
    data = tomli.loads(block.code)
    if "plugin" in data:
        manifest, problems = read_manifest(block.code)
        assert manifest is not None, f"{block}: {problems}"
    elif "project" in data:
        assert set(data["project"]) <= {*_PROJECT, "entry-points"}, str(block)
    else:
        loaded = Loader().loads(block.code)
        remarks = [str(one) for one in loaded.problems if "dormant" not in one.text]
        assert loaded.config is not None, f"{block}: {remarks}"
        assert remarks == [], str(block)


def _command(line: str, words: list[str], status: int) -> str:
    """Run a `midimon-live`; see that what others name is there. Returns what was printed."""
    if words[0] == "midimon-live":
        return _own(line, status)
    if words[0] == "make":
        targets = {word for word in words[1:] if "=" not in word}
        assert targets <= _TARGETS, f"{line!r}: there are {sorted(_TARGETS)}"
    elif words[:2] == ["pip", "install"]:
        for name, extras in re.findall(r"([\w.-]+)\[([\w,]+)\]", line):
            assert name.replace("_", "-") in (".", _PROJECT["name"]), line
            assert set(extras.split(",")) <= set(_PROJECT["optional-dependencies"]), line
    elif words[:2] == ["python3", "-m"]:
        assert find_spec(words[2]), line
    elif words[0] == "jupyter":
        programs = metadata.entry_points(group="console_scripts").names
        assert f"jupyter-{words[1]}" in programs, line
    else:
        raise AssertionError(f"{line!r}: nobody knows how to check {words[0]}")
    return ""


def _own(line: str, status: int) -> str:
    program = shlex.join([sys.executable, "-m", "midimon_live"])
    done = subprocess.run(
        ["sh", "-c", line.replace("midimon-live", program, 1)],
        capture_output=True,
        text=True,
        timeout=_COMMAND_S,
        check=False,
        env=os.environ | {"MIDIMON_BACKEND": ""},  # the page's desk is in this process alone
    )
    assert done.returncode == status, f"{line!r}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr
