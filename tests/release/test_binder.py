"""`binder/`: the environment that its files describe is built, and the first lesson runs in it."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.clean import Clean, checkout, pythons

ROOT = Path(__file__).parents[2]
FIRST = min((ROOT / "notebooks").glob("*.ipynb")).name
ENVIRONMENT = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text())
CONDA = [one for one in ENVIRONMENT["dependencies"] if isinstance(one, str)]
PIP = next(one["pip"] for one in ENVIRONMENT["dependencies"] if isinstance(one, dict))


def test_it_installs_what_the_project_asks_for_and_no_driver() -> None:
    """Everything of pyproject.toml with the same bounds, JupyterLab, and nothing for ALSA."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["lab"]
    here = [one.removesuffix("; sys_platform != 'emscripten'") for one in asked]
    assert sorted(PIP) == sorted(one for one in here if ";" not in one)
    assert not re.search("rtmidi|supriya", " ".join(PIP))


@pytest.mark.release
def test_the_first_lesson_runs_in_what_these_files_build(tmp_path: Path) -> None:
    """In a clean environment, by postBuild and start, without a compiler or a MIDI system.

    The Python is the one that environment.yml asks for, or the nearest that is here.
    """
    there = pythons()
    wanted = tuple(
        map(int, re.findall(r"^python=(\d+)\.(\d+)$", "\n".join(CONDA), re.MULTILINE)[0])
    )
    clean = Clean(there.get(wanted, there[max(there)]), tmp_path / "binder")
    clean.install(*PIP)
    copy = checkout(tmp_path / "copy")
    no_compiler = {"CC": "/bin/false", "CXX": "/bin/false", "MIDIMON_HOME": str(tmp_path / "home")}
    built = clean.run("./binder/postBuild", cwd=copy, env=no_compiler)
    assert "Notebooks work here" in built.stdout
    overrides = clean.folder / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert "fetchNews" in overrides.read_text()
    lesson = copy / "notebooks" / FIRST
    stored = json.loads(lesson.read_text("utf-8"))["cells"]
    words = ("./binder/start", "jupyter", "execute", "--inplace", str(lesson))
    clean.run(*words, cwd=copy, env=no_compiler)
    ran = json.loads(lesson.read_text("utf-8"))["cells"]
    compared = [(_text(before), _text(after)) for before, after in zip(stored, ran, strict=True)]
    kept = [(before, after) for before, after in compared if before]
    assert kept
    assert [after for _, after in kept] == [before for before, _ in kept]


def test_start_says_that_there_is_no_hardware() -> None:
    """And then becomes whatever Binder starts."""
    told = [sys.executable, "-c", "import os; print(os.environ['MIDIMON_BACKEND'])"]
    done = subprocess.run([ROOT / "binder" / "start", *told], capture_output=True, check=True)
    assert done.stdout == b"virtual\n"


def test_both_scripts_can_be_executed() -> None:
    """Binder leaves out a postBuild that is not."""
    assert all(os.access(ROOT / "binder" / name, os.X_OK) for name in ("postBuild", "start"))


@pytest.mark.parametrize(
    ("origin", "words", "repository"),
    [
        ("https://github.com/ada/pads.git", [], "ada/pads"),
        ("git@github.com:ada/pads.git", [], "ada/pads"),
        ("https://example.org/ada/pads", ["bob/keys"], "bob/keys"),
        ("https://example.org/ada/pads", [], None),
        ("https://github.com/ada/pads", ["one"], None),
    ],
)
def test_the_badge_of_a_fork(
    tmp_path: Path, origin: str, words: list[str], repository: str | None
) -> None:
    """Of the repository that is named, or the one that this is a clone of; else it asks."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", origin], check=True)
    command = ["sh", str(ROOT / ".ci" / "binder-badge"), *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    address = f"/gh/{repository}/HEAD?urlpath=lab/tree/notebooks/{FIRST})"
    assert (address in done.stdout) == (repository is not None)
    assert (done.returncode, "make badge REPOSITORY=" in done.stderr) == (
        (1, True) if repository is None else (0, False)
    )


def _text(cell: dict[str, Any]) -> str:
    return "".join("".join(one.get("text", ())) for one in cell.get("outputs", ()))
