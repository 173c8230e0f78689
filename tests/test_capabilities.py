"""The six capabilities, as data."""

import re

import pytest

from midimon_live import Capability
from midimon_live.capabilities import CAPABILITIES, Risk, capability_set
from midimon_live.errors import InvalidValue


def test_risks_are_those_that_midimon_states() -> None:
    """Low ones are granted by themselves, so nothing may slip into that row."""
    by_risk = {risk: {one.name for one in Capability if one.risk is risk} for risk in Risk}
    assert by_risk == {
        Risk.LOW: {"NETWORK", "AUDIO", "MIDI"},
        Risk.MEDIUM: {"SYSTEM_CONTROL"},
        Risk.HIGH: {"FILESYSTEM", "SUBPROCESS"},
    }


@pytest.mark.parametrize("capability", Capability)
def test_capability_has_its_row(capability: Capability) -> None:
    """Each says what it allows."""
    assert capability.description == CAPABILITIES[capability].description != ""


@pytest.mark.parametrize(
    "name", ["system_control", "System-Control", " SYSTEM CONTROL ", Capability.SYSTEM_CONTROL]
)
def test_capability_is_found_when_written_like_people_do(name: str) -> None:
    """Any case, with hyphens or spaces, or the thing itself."""
    assert Capability.of(name) is Capability.SYSTEM_CONTROL


@pytest.mark.parametrize("name", ["", "net", None, 3])
def test_capability_refuses_when_unknown(name: object) -> None:
    """The text lists those there are."""
    with pytest.raises(InvalidValue, match="there are: network, filesystem, audio, midi"):
        Capability.of(name)


def test_capability_set_takes_names_and_members() -> None:
    """Mixed, and each once."""
    names = ["midi", Capability.MIDI, "network"]
    assert capability_set(names) == {Capability.MIDI, Capability.NETWORK}


def test_capability_set_refuses_when_given_one_text() -> None:
    """A text would be read letter by letter."""
    with pytest.raises(InvalidValue, match=re.escape('write a set: {"midi"}')):
        capability_set("midi")
