"""The capabilities, as data."""

import pytest

from midimon_live import Capability
from midimon_live.capabilities import Risk
from midimon_live.errors import InvalidValue


def test_risks_are_those_that_midimon_states() -> None:
    """Low ones are granted by themselves, so nothing may slip into that row."""
    by_risk = {risk: {one.name for one in Capability if one.risk is risk} for risk in Risk}
    assert by_risk == {
        Risk.LOW: {"NETWORK", "AUDIO", "MIDI"},
        Risk.MEDIUM: {"SYSTEM_CONTROL"},
        Risk.HIGH: {"FILESYSTEM", "SUBPROCESS"},
    }


@pytest.mark.parametrize("capability", list(Capability))
def test_capability_has_its_row(capability: Capability) -> None:
    """Each says what it allows."""
    assert capability.description


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


ADDED = [
    ("lights", "high", "switch the stage lights"),
    ("lights", Risk.HIGH, "switch the stage lights"),
]


def test_packages_add_their_own() -> None:
    """Once; the same again is the same."""
    try:
        first, second = (Capability.add(*one) for one in ADDED)
        assert first is second is Capability.of("Lights")
        assert first in list(Capability)
        with pytest.raises(InvalidValue, match="already"):
            Capability.add("lights", "low", "dim the lights")
    finally:
        del Capability.known["lights"]


@pytest.mark.parametrize(
    ("name", "risk", "description"),
    [
        ("", "low", "x"),
        ("A b", "low", "x"),
        ("a", "none", "x"),
        ("a", "low", " "),
        ("midi", "low", "x"),
    ],
)
def test_what_can_be_no_capability_is_refused(name: str, risk: str, description: str) -> None:
    """With what is allowed."""
    with pytest.raises(InvalidValue):
        Capability.add(name, risk, description)
