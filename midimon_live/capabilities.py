"""The capabilities a plugin can ask for: what each allows and how risky that is.

Names and risks of the six are MIDIMon v2.3's. Packages can add more, for what their own libraries
reach; whoever reaches it asks `host.require` first.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import ClassVar

from midimon_live.errors import InvalidValue

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Risk(Enum):
    """How much harm a capability can do. Low ones are granted when a plugin declares them."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class _Kinds(type):
    """Lets `for one in Capability` give all of them."""

    known: "dict[str, Capability]"

    def __iter__(cls) -> "Iterator[Capability]":
        return iter(list(cls.known.values()))


class Capability(metaclass=_Kinds):
    """Something outside itself that a plugin may be allowed to reach. One object for each.

    Attributes:
        value: its name, in small letters.
        risk: how much harm it can do.
        description: what it allows, in words for the person who grants it.
    """

    known: ClassVar[dict[str, "Capability"]] = {}

    NETWORK: ClassVar["Capability"]
    FILESYSTEM: ClassVar["Capability"]
    AUDIO: ClassVar["Capability"]
    MIDI: ClassVar["Capability"]
    SUBPROCESS: ClassVar["Capability"]
    SYSTEM_CONTROL: ClassVar["Capability"]

    __slots__ = ("description", "risk", "value")

    def __init__(self, value: str, risk: Risk, description: str) -> None:
        self.value = value
        self.risk = risk
        self.description = description
        self.known[value] = self

    @property
    def name(self) -> str:
        """Its name, in capitals."""
        return self.value.upper()

    @classmethod
    def of(cls, name: "Capability | str") -> "Capability":
        """Return the capability of that name ("network", any case; "system-control" too).

        Raises:
            InvalidValue: there is none of that name.
        """
        if isinstance(name, cls):
            return name
        found = cls.known.get(str(name).strip().lower().replace("-", "_").replace(" ", "_"))
        if found is None:
            known = ", ".join(cls.known)
            raise InvalidValue(f"no capability is called {name!r}; there are: {known}")
        return found

    @classmethod
    def add(cls, name: str, risk: "Risk | str", description: str) -> "Capability":
        """Let there be a capability of a package; again, the same is returned.

        Raises:
            InvalidValue: the name is taken or can be none, the risk is none, or nothing is said.
        """
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise InvalidValue(
                f"{name!r:.60} is no capability's name; allowed are a small letter, then small "
                "letters, digits and _, up to 40"
            )
        if risk not in [*Risk, *(one.value for one in Risk)]:
            raise InvalidValue(f"risk is {risk!r:.40}; allowed are low, medium and high")
        if not isinstance(description, str) or not description.strip():
            raise InvalidValue(f"capability {name} has no description; say what it allows")
        known = cls.known.get(name)
        if known is None:
            return cls(name, Risk(risk), description)
        if (known.risk, known.description) == (Risk(risk), description):
            return known
        raise InvalidValue(f"there is a capability {name} already: it may {known.description}")

    def __repr__(self) -> str:
        return f"<capability {self.value}>"


# in this order they are listed
Capability.NETWORK = Capability("network", Risk.LOW, "reach other machines over the network")
Capability.FILESYSTEM = Capability("filesystem", Risk.HIGH, "read and write files")
Capability.AUDIO = Capability("audio", Risk.LOW, "play and record sound")
Capability.MIDI = Capability("midi", Risk.LOW, "send MIDI messages")
Capability.SUBPROCESS = Capability("subprocess", Risk.HIGH, "start other programs")
Capability.SYSTEM_CONTROL = Capability(
    "system_control", Risk.MEDIUM, "press keys, move the mouse, change the volume"
)
