"""What all tests share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell


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


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InteractiveShell]:
    """A shell that takes cells as a notebook does; what it has loaded is unloaded."""
    monkeypatch.setenv("MIDIMON_BACKEND", "virtual")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    created = InteractiveShell()
    yield created
    created.run_cell("%unload_ext midimon_live")
