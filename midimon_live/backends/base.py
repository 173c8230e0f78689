"""What a backend has to offer: two kinds of port, and their names. Shared tests hold all to it.

A port is opened by its exact name; matching what users type is `midimon_live.ports`' job.
"""

from typing import NamedTuple, Protocol


class Received(NamedTuple):
    """One message as a port received it: arrival in monotonic seconds, and its bytes."""

    time: float
    data: bytes


class InputPort(Protocol):
    """A port that receives. One thread, the reader, polls it; nothing calls back.

    Attributes:
        name: as listed by the backend.
        polled: whether it has to be polled about every millisecond; if not, it announces arrivals.
    """

    name: str
    polled: bool

    def poll(self) -> list[Received]:
        """Return what has arrived since the last poll, oldest first; never waits."""

    def close(self) -> None:
        """Close it; again is harmless."""


class OutputPort(Protocol):
    """A port that sends.

    Attributes:
        name: as listed by the backend.
    """

    name: str

    def send(self, data: bytes) -> None:
        """Send one complete message; any thread may call.

        Raises:
            PortClosed: it was closed, or its device or server is gone.
        """

    def close(self) -> None:
        """Close it; again is harmless."""


class Backend(Protocol):
    """A MIDI system: ALSA, JACK, CoreMIDI, WinMM, or the one inside this process.

    Attributes:
        name: its row in `BACKENDS`.
        detail: one line for the status, e.g. "rtmidi, JACK".
    """

    name: str
    detail: str

    def inputs(self) -> list[str]:
        """Return the names of the ports that can be received from."""

    def outputs(self) -> list[str]:
        """Return the names of the ports that can be sent to."""

    def open_input(self, name: str, *, virtual: bool = False) -> InputPort:
        """Open the input `name`, or create it for other programs to connect to.

        Raises:
            PortNotFound: there is no such port.
            BackendUnavailable: the system refused.
        """

    def open_output(self, name: str, *, virtual: bool = False) -> OutputPort:
        """Open the output `name`, or create it; raises like `open_input`."""

    def alive(self) -> bool:
        """Tell whether the system still answers; the reader asks about once a second."""

    def close(self) -> None:
        """Give back everything; again is harmless."""
