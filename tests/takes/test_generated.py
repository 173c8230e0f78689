"""The same take gives the same bytes: twice, in two processes, whatever is mapped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def digests(first: int, count: int, hash_seed: str) -> list[str]:
    """Return what comes of that many takes in a process of its own, a line for each."""
    command = [sys.executable, "-m", "tests.takes.generated", str(first), str(count)]
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_takes_replay_to_the_byte_in_two_processes() -> None:
    """Each twice, and what came of it once more; sets have another order in the second one."""
    first = digests(0, 30, "1")
    assert len(set(first)) == 30
    assert digests(0, 30, "2") == first


@pytest.mark.soak
def test_a_thousand_takes_replay_to_the_byte_in_two_processes() -> None:
    """The same, with many more."""
    first = digests(1000, 1000, "1")
    assert len(first) == 1000
    assert digests(1000, 1000, "2") == first
