"""What keeps the repository in order: the hooks of a commit, and files that must agree."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import midimon_live
from tests.support.clean import ROOT

SCRIPT = ROOT / ".ci" / "strip-notebooks"
(_LOCAL,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
HOOKS = _LOCAL["hooks"]
TAG = "nbval-check-output"


def strip(*words: object) -> subprocess.CompletedProcess[str]:
    """Run the hook."""
    command = [sys.executable, str(SCRIPT), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def ran(tags: list[str]) -> dict[str, Any]:
    """Return a cell as Jupyter leaves it when it was run."""
    output = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}
    times = {"tags": tags, "execution": {"iopub.status.busy": "2026"}, "collapsed": True}
    cell = {"cell_type": "code", "id": "a", "source": ["1"]}
    return cell | {"execution_count": 3, "metadata": times, "outputs": [output]}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A notebook that was run, with a cell whose output tests compare."""
    path = tmp_path / "été.ipynb"
    info = {"name": "python", "version": "3.11.7"}
    metadata = {"language_info": info, "widgets": {"x": 1}}
    cells = [ran([]), ran([TAG])]
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_outputs_go_but_for_those_that_tests_compare(book: Path) -> None:
    """And what a front end keeps for itself, and what depends on the machine."""
    assert strip(book).returncode == 1
    stripped = json.loads(book.read_text("utf-8"))
    first, kept = stripped["cells"]
    assert (first["outputs"], first["execution_count"], first["metadata"]) == (
        [],
        None,
        {"tags": []},
    )
    assert (kept["outputs"], kept["execution_count"]) == (ran([])["outputs"], 3)
    assert kept["metadata"] == {"tags": [TAG]}
    assert stripped["metadata"] == {"language_info": {"name": "python"}}


def test_stripping_again_changes_nothing(book: Path) -> None:
    """So that a second commit goes through."""
    strip(book)
    again = strip(book)
    assert (again.returncode, again.stdout) == (0, "")


def test_check_writes_nothing(book: Path) -> None:
    """It only says so."""
    before = book.read_bytes()
    told = strip("--check", book)
    assert (told.returncode, str(book) in told.stdout) == (1, True)
    assert book.read_bytes() == before


@pytest.mark.parametrize("content", ["", "[]", '{"cells": 1, "metadata": {}}', "\x00"])
def test_what_is_no_notebook_stays_as_it_is(tmp_path: Path, content: str) -> None:
    """And is named, without a traceback."""
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    told = strip(path)
    assert (told.returncode, path.read_text()) == (1, content)
    assert "is no notebook" in told.stderr
    assert "Traceback" not in told.stderr


def test_every_notebook_here_is_stripped() -> None:
    """As the hook would leave it."""
    told = strip("--check")
    assert (told.stdout, told.stderr, told.returncode) == ("", "", 0)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_every_hook_runs_and_is_content_with_what_is_here(hook: dict[str, Any]) -> None:
    """With the tools that are here: a commit fetches nothing."""
    program, *words = hook["entry"].split()
    assert (program, hook["language"]) == (".venv/bin/python", "system")
    lesson = min((ROOT / "notebooks").glob("*.ipynb"))
    check = [] if hook["id"] == "ruff" else ["--check"]
    command = [sys.executable, *words, *check, lesson]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_one_version_is_named_everywhere() -> None:
    """By the package, the changelog and the citation."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    heading = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert heading is not None
    assert {midimon_live.__version__} == {citation["version"], heading[1].rstrip(",")}
