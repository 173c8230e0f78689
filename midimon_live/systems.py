"""The MIDI systems of a session: some are there always, the hardware's may come and go as a whole.

Also how a port is found by what users type. `Ports` calls all of it under its lock.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from midimon_live.backends.base import Backend
from midimon_live.errors import PortError, PortNotFound

CHECK_S = 1.0

_Of = TypeVar("_Of")


class Systems:
    """Which backends there are.

    Args:
        always: those that live as long as the session, the virtual one first.
        open_hardware: opens the hardware backend; raises BackendUnavailable where there is none.
        now: tells monotonic seconds.

    Attributes:
        always: those that live as long as the session.
        hardware: the hardware backend, while it answers.
        status: one line about it.
    """

    def __init__(
        self,
        always: Sequence[Backend],
        open_hardware: Callable[[], Backend],
        now: Callable[[], float],
    ) -> None:
        self.always = tuple(always)
        self._open_hardware = open_hardware
        self._now = now
        self._next_look = 0.0
        self.hardware: Backend | None = None
        self.status = ""
        self.look_for_hardware()

    def look_for_hardware(self) -> None:
        """Open the hardware backend, or say in `status` why there is none."""
        self._next_look = self._now() + CHECK_S
        try:
            self.hardware = self._open_hardware()
            self.status = self.hardware.detail
        except PortError as error:
            self.status = str(error)

    def hardware_now(self) -> Backend | None:
        """Return the hardware backend; looks for it, though not more than once a second."""
        # looking where there is nothing takes 10 ms with the interpreter lock held: not per message
        if self.hardware is None and self._now() >= self._next_look:
            self.look_for_hardware()
        return self.hardware

    def lose_hardware(self) -> None:
        """The hardware's system does not answer any more."""
        if self.hardware is not None:
            self.status = f"{self.hardware.detail} has stopped answering"
            self.hardware = None

    def present(self) -> list[Backend]:
        """Return the backends there are now, the hardware's last."""
        return [*self.always, *filter(None, [self.hardware])]

    def inputs(self) -> list[tuple[str, Backend]]:
        """Return all inputs there are, by number; looks for hardware."""
        self.hardware_now()
        return [(name, one) for one in self.present() for name in one.inputs()]

    def outputs(self) -> list[tuple[str, Backend]]:
        """Return all outputs there are; looks for hardware."""
        self.hardware_now()
        return [(name, one) for one in self.present() for name in one.outputs()]

    def close(self) -> None:
        """Leave all systems for good; again is harmless."""
        for backend in self.present():
            backend.close()
        self.hardware = None
        self._next_look = float("inf")


def returned(name: str, asked: str | int, there: Iterable[str]) -> str | None:
    """Return the name under which a device has come back, if that is certain.

    Args:
        name: it had.
        asked: what the user called it.
        there: the names that are there now.
    """
    names = list(there)
    if name in names:
        return name
    # ALSA numbers its clients anew: "Launchpad:Launchpad MIDI 1 20:0"
    part = re.sub(r" \d+:\d+$", "", name if isinstance(asked, int) else asked)
    fitting = [one for one in names if part.lower() in one.lower()]
    return fitting[0] if len(fitting) == 1 else None


def is_index(wanted: str | int) -> bool:
    """Tell whether a port was asked for by its number."""
    return isinstance(wanted, int) or (isinstance(wanted, str) and wanted.isdecimal())


def the_one(wanted: str | int, pairs: Sequence[tuple[str, _Of]], what: str) -> tuple[str, _Of]:
    """Return the only one that is called so, or whose name contains it, or that has this number.

    Raises:
        PortNotFound: none fits, or more than one; the text lists them.
    """
    if wanted == "":
        raise PortNotFound(f"no {what} is called ''; give a part of its name")
    names = [name for name, _ in pairs]
    listed = ", ".join(f"{name!r} (number {index})" for index, name in enumerate(names)) or "none"
    there = f"there {'is only' if len(names) == 1 else 'are'} {listed}"
    if isinstance(wanted, bool) or not isinstance(wanted, (str, int)):
        raise PortNotFound(f"{wanted!r:.80} is no {what}; give a part of its name, or its number")
    if is_index(wanted) and wanted not in names:
        if 0 <= int(wanted) < len(pairs):
            return pairs[int(wanted)]
        raise PortNotFound(f"there is no {what} number {wanted}; {there}")
    part = str(wanted).lower()
    fitting = [pair for pair in pairs if wanted == pair[0]]
    fitting = fitting or [pair for pair in pairs if part in pair[0].lower()]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        found = ", ".join(repr(name) for name, _ in fitting)
        raise PortNotFound(f"{wanted!r} fits {len(fitting)} {what}s ({found}): say which")
    raise PortNotFound(f"no {what} is called {wanted!r}; {there}")
