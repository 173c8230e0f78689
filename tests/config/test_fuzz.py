"""Whatever a file holds: a configuration or errors, soon, in little memory, and no exception."""

import tracemalloc

import pytest

from tests.config import fuzz

SEED = 20
LONGEST_S, LARGEST = 2.0, 200_000_000


def check(count: int) -> None:
    """Read so many files."""
    slowest, loads = 0.0, 0
    tracemalloc.start()
    try:
        for data in fuzz.texts(SEED, count):
            loaded, seconds = fuzz.read(data)
            slowest = max(slowest, seconds)
            errors = [one for one in loaded.problems if one.severity == "error"]
            assert (loaded.config is None) == bool(errors), data
            assert all(one.text for one in loaded.problems), data
            assert not any("could not make sense" in one.text for one in errors), (data, errors)
            loads += loaded.config is not None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert slowest < LONGEST_S
    assert peak < LARGEST
    assert 0.1 < loads / count < 0.9, "it changes too little or too much to find anything"


def test_2000_files() -> None:
    """The same ones each time."""
    check(2_000)


@pytest.mark.soak
def test_100000_files() -> None:
    """The same, and many more."""
    check(100_000)
