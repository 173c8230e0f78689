"""`midimon-live lab`: what is copied, what is opened, and what JupyterLab is started with."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from midimon_live.cli import course
from midimon_live.errors import InvalidValue
from tests.support.links import broken
from tests.test_cli import cli

ROOT = Path(__file__).parents[1]
FIRST = min(one.name for one in (ROOT / "notebooks").glob("*.ipynb"))

# stands in for JupyterLab, which `tests/browser` starts for real: prints how it was called
TELLS = """
import json, os, sys
print(json.dumps([sys.argv[1:], os.environ["JUPYTER_PATH"], os.environ["PATH"]]))
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a JupyterLab that only tells on the path; return a home for the user."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "jupyterlab.py").write_text(TELLS)
    path = os.pathsep.join([str(tmp_path / "there"), str(ROOT)])
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    return tmp_path


def test_a_checkout_is_opened_as_it_is(lab: Path) -> None:
    """On this machine only, at the first lesson, with the kernel of this very Python."""
    done = cli("lab", "--no-browser", "--port", "9999")
    words, jupyter_path, path = json.loads(done.stdout)
    assert "--ip=127.0.0.1" in words
    assert ("--allow-root" in words) == (os.geteuid() == 0)  # Jupyter refuses to start for root
    assert f"--ServerApp.root_dir={ROOT}" in words
    assert f"--LabApp.default_url=/lab/tree/notebooks/{FIRST}" in words
    assert words[-3:] == ["--no-browser", "--port", "9999"]
    assert jupyter_path.startswith(str(Path(sys.prefix) / "share"))
    assert path.startswith(str(Path(sys.executable).parent))
    assert not (lab / "user").exists()


def test_a_folder_gets_the_lessons_with_all_they_link_to(lab: Path) -> None:
    """Every link of a lesson leads somewhere, also in the copy."""
    folder = lab / "my lessons"
    told = json.loads(cli("lab", "--folder", str(folder)).stdout.splitlines()[-1])[0]
    assert f"--ServerApp.root_dir={folder}" in told
    copied = sorted(one.name for one in (folder / "notebooks").glob("*.ipynb"))
    assert copied == sorted(one.name for one in (ROOT / "notebooks").glob("*.ipynb"))
    for lesson in (folder / "notebooks").glob("*.ipynb"):
        cells = json.loads(lesson.read_text("utf-8"))["cells"]
        page = lesson.with_suffix(".md")
        page.write_text(
            "\n".join("".join(one["source"]) for one in cells if one["cell_type"] == "markdown")
        )
        assert broken(page) == []


def test_what_is_in_the_folder_stays_as_the_user_left_it(lab: Path) -> None:
    """Running it again brings back what was deleted, and overwrites nothing."""
    folder = lab / "mine"
    cli("lab", "--folder", str(folder))
    lesson = folder / "notebooks" / FIRST
    lesson.write_text("my own words")
    shutil.rmtree(folder / "docs")
    assert "copied to" in cli("lab", "--folder", str(folder)).stdout
    assert lesson.read_text() == "my own words"
    assert (folder / "docs" / "triggers.md").exists()


@pytest.mark.parametrize("words", ["01", "01_first_pad", "01_first_pad.ipynb"])
def test_a_lesson_is_opened_by_its_number_or_name(words: str) -> None:
    """However it is written."""
    assert course.notebook(ROOT, words) == "notebooks/01_first_pad.ipynb"
    assert course.notebook(ROOT, "notebooks/01_first_pad.ipynb") == "notebooks/01_first_pad.ipynb"


def test_a_lesson_that_is_not_there_is_told_with_those_that_are() -> None:
    """Also one that fits several, or lies outside."""
    for wanted in ("99", "0", "../README.md"):
        with pytest.raises(InvalidValue, match=FIRST):
            course.notebook(ROOT, wanted)


def test_without_jupyterlab_the_line_that_installs_it_is_said(tmp_path: Path) -> None:
    """And nothing is copied."""
    code = (
        "import sys, importlib.util as u; found = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'jupyterlab' else found(name, *a)\n"
        "from midimon_live.cli import main; sys.exit(main(['lab', '--folder', 'x']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "-m pip install 'midimon-live[lab]'" in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_notebook_outside_of_the_folder_is_told(tmp_path: Path) -> None:
    """JupyterLab shows nothing above the folder that it is started for."""
    elsewhere = tmp_path / "mine.ipynb"
    elsewhere.write_text("{}")
    with pytest.raises(InvalidValue, match=r"mine.ipynb is not in .*; --folder opens another one"):
        course.notebook(ROOT, str(elsewhere))
