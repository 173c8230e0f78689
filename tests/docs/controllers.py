"""Controllers for the code of the documentation, which speaks of hardware that is not there."""

from collections.abc import Callable

from midimon_live.backends.virtual import VirtualBackend, VirtualPort
from midimon_live.clock import Clock

NAMES = ("Launchpad Mini", "nanoKONTROL2", "Synth")


class PluggedIn(VirtualPort):
    """A port that has to be polled, as hardware has."""

    polled = True


class Desk(VirtualBackend):
    """A MIDI system with a few controllers, which can be unplugged.

    Args:
        clock: stamps what is played.
    """

    name = "desk"
    detail = "a desk with controllers"

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, lambda: None)
        for name in NAMES:
            self.plug_in(name)

    def plug_in(self, name: str) -> None:
        """Let a controller be there."""
        self.ports[name] = PluggedIn(name, self._clock)

    def unplug(self, name: str) -> None:
        """Let it be gone."""
        self.ports.pop(name).close()


def opener(desks: list[Desk]) -> Callable[..., Desk]:
    """Return what opens a desk, as a row of `BACKENDS`, and puts it into a list."""

    def opened(clock: Clock, wake: object, api: str | None) -> Desk:
        desks.append(Desk(clock))
        return desks[-1]

    return opened
