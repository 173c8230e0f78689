"""What all tests share."""

import os
from collections.abc import Iterator

import pytest


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
