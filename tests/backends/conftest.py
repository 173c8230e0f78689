"""What all tests of backends begin with."""

import pytest

from midimon_live.backends import driver


@pytest.fixture(autouse=True)
def one_libjack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's would take the place of python-rtmidi's in all later tests of this process."""
    monkeypatch.setattr(driver, "_prefer_libjack_of_the_machine", lambda: None)
