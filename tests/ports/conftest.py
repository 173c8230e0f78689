"""A real JACK server for the port tests."""

from collections.abc import Iterator

import pytest

from tests.support.jack import JackServer
from tests.support.need import need_program


@pytest.fixture(scope="package")
def jack_server() -> Iterator[JackServer]:
    """One dummy JACK server, with a name of its own, for all tests of this folder."""
    need_program("jackd", "Debian: apt-get install jackd2")
    with JackServer() as server:
        yield server


@pytest.fixture
def jack(jack_server: JackServer, monkeypatch: pytest.MonkeyPatch) -> JackServer:
    """That server, as the one this process uses."""
    for name, value in jack_server.env.items():
        monkeypatch.setenv(name, value)
    return jack_server
