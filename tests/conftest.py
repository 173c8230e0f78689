"""What all tests share."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from tests.support.need import need_program

_WIDGETS = Path(__file__).parents[1] / "widgets"


@pytest.fixture(scope="session", autouse=True)
def home_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests out of the user's own plugins, grants and logs; kernels inherit it."""
    before = os.environ.get("MIDIMON_HOME")
    os.environ["MIDIMON_HOME"] = str(tmp_path_factory.mktemp("home"))
    yield
    if before is None:
        del os.environ["MIDIMON_HOME"]
    else:
        os.environ["MIDIMON_HOME"] = before


@pytest.fixture(scope="session")
def front_end_tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `widgets/` with the npm packages that check it; they are used in tests alone."""
    npm = need_program("npm", "Debian: apt-get install npm")
    place = tmp_path_factory.mktemp("npm") / "widgets"
    shutil.copytree(_WIDGETS, place, ignore=shutil.ignore_patterns("node_modules"))
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run([npm, "install", *quiet], cwd=place, capture_output=True, check=False)
    if done.returncode:
        pytest.fail(f"npm install: {done.stderr.decode()[-2000:]}", pytrace=False)
    return place


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InteractiveShell]:
    """A shell that takes cells as a notebook does; what it has loaded is unloaded."""
    monkeypatch.setenv("MIDIMON_BACKEND", "virtual")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    created = InteractiveShell()
    yield created
    created.run_cell("%unload_ext midimon_live")
