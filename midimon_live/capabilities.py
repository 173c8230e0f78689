"""The six capabilities a plugin can ask for, as data: what each allows and how risky that is.

Names and risks are MIDIMon v2.3's. `Capability.NETWORK.risk` answers from the table below.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from midimon_live.errors import InvalidValue


class Risk(Enum):
    """How much harm a capability can do. Low ones are granted when a plugin declares them."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Capability(Enum):
    """Something outside itself that a plugin may be allowed to reach."""

    NETWORK = "network"
    FILESYSTEM = "filesystem"
    AUDIO = "audio"
    MIDI = "midi"
    SUBPROCESS = "subprocess"
    SYSTEM_CONTROL = "system_control"

    @property
    def risk(self) -> Risk:
        """How much harm it can do."""
        return CAPABILITIES[self].risk

    @property
    def description(self) -> str:
        """What it allows, in words for the person who grants it."""
        return CAPABILITIES[self].description

    @classmethod
    def of(cls, name: "Capability | str") -> "Capability":
        """Return the capability of that name ("network", any case; "system-control" too).

        Raises:
            InvalidValue: there is none of that name.
        """
        if isinstance(name, cls):
            return name
        wanted = str(name).strip().lower().replace("-", "_").replace(" ", "_")
        for capability in cls:
            if capability.value == wanted:
                return capability
        known = ", ".join(capability.value for capability in cls)
        raise InvalidValue(f"no capability is called {name!r}; there are: {known}")


class CapabilityRow(NamedTuple):
    """One line of the table below."""

    risk: Risk
    description: str


CAPABILITIES = {
    Capability.NETWORK: CapabilityRow(Risk.LOW, "reach other machines over the network"),
    Capability.AUDIO: CapabilityRow(Risk.LOW, "play and record sound"),
    Capability.MIDI: CapabilityRow(Risk.LOW, "send MIDI messages"),
    Capability.SYSTEM_CONTROL: CapabilityRow(
        Risk.MEDIUM, "press keys, move the mouse, change the volume"
    ),
    Capability.FILESYSTEM: CapabilityRow(Risk.HIGH, "read and write files"),
    Capability.SUBPROCESS: CapabilityRow(Risk.HIGH, "start other programs"),
}


def capability_set(names: Iterable[Capability | str]) -> frozenset[Capability]:
    """Return `names` as a set of capabilities.

    Raises:
        InvalidValue: one of them does not exist, or `names` is a single string.
    """
    if isinstance(names, str):
        raise InvalidValue(f'capabilities is the text {names!r}; write a set: {{"{names}"}}')
    return frozenset(Capability.of(name) for name in names)
