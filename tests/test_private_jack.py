"""The JACK server that tests start for themselves."""

import mmap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.jack import JackServer
from tests.support.need import need_program

pytestmark = pytest.mark.jack

PLACES = 8  # for the servers of a user, dead ones included


@pytest.fixture
def used_registry() -> Iterator[None]:
    """The registry in shared memory, which can not be deleted while a program like this uses it."""
    need_program("jackd", "Debian: apt-get install jackd2")
    with JackServer() as server:
        server.kill()
    registry = Path("/dev/shm/jack-shm-registry")  # noqa: S108 - where JACK itself keeps it
    with registry.open("r+b") as file, mmap.mmap(file.fileno(), 0):
        yield


@pytest.mark.usefixtures("used_registry")
def test_a_server_comes_up_where_killed_ones_have_every_place() -> None:
    """It takes the place and the name of a dead one; else a machine has only so many runs."""
    for _ in range(PLACES + 1):
        with JackServer() as server:
            server.kill()
