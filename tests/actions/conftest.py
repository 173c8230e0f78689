"""A real X display for the desktop actions."""

import importlib.util
import os
from collections.abc import Iterator

import pytest

from tests.support.need import need_program
from tests.support.xvfb import Display


@pytest.fixture(scope="package")
def display_server() -> Iterator[Display]:
    """One X server for all tests of this folder."""
    program = need_program("Xvfb", "Debian: apt-get install xvfb")
    if importlib.util.find_spec("pynput") is None:
        promised = os.environ.get("CI") == "true" or os.environ.get("MIDIMON_REQUIRE") == "1"
        (pytest.fail if promised else pytest.skip)("pynput is missing (pip install '.[desktop]')")
    with Display(program) as display:
        yield display


@pytest.fixture
def display(display_server: Display, monkeypatch: pytest.MonkeyPatch) -> Display:
    """That server, as the one this process uses."""
    monkeypatch.setenv("DISPLAY", display_server.name)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    display_server.events()
    return display_server
