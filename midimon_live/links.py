"""The session's ports: connecting to them, and sending."""

from typing import Any

from midimon_live.errors import MidimonError
from midimon_live.events import message_bytes
from midimon_live.logs import Logs


class Links(Logs):
    """What connects a session with the rest of the world. Any thread may call anything."""

    def connect(self, port: str | int) -> str:
        """Open an input: a port's name, a part of it, or its index; returns the full name.

        Raises:
            PortNotFound: no port fits, or more than one.
            BackendUnavailable: the system refused.
        """
        self._check_open()
        name = self._ports.connect(port)
        self._pump.wake()
        return name

    def disconnect(self, port: str | int | None = None) -> list[str]:
        """Close one input, or all but the virtual one; returns their names.

        Raises:
            PortNotFound: none of the connected ones fits, or more than one.
        """
        return self._ports.disconnect(port)

    def create_port(self, name: str, direction: str = "both") -> str:
        """Make a port that other programs can connect to; direction "in", "out" or "both".

        Raises:
            PortError: the system has no virtual ports, or refused.
        """
        self._check_open()
        name = self._ports.create(name, direction)
        self._pump.wake()
        return name

    @property
    def output(self) -> str:
        """The output that `send` uses when no port is named; assign a name to change it."""
        return self._ports.outputs.default

    @output.setter
    def output(self, port: str) -> None:
        self._ports.outputs.default = self._ports.outputs.get(port).name

    def send(self, message: Any, /, *, port: str | None = None, **fields: Any) -> None:
        """Send MIDI: `midi.send("note_on", note=60, velocity=64)`, a `mido.Message` or bytes.

        Args:
            message: a mido message type, whose values are in `fields`; or a whole message.
            port: name of an output or a part of it; `midi.output` without.
            fields: note, velocity, control, value: 0-127; channel: 0-15; pitch: -8192-8191.

        Raises:
            InvalidValue: a value is out of its range.
            PortError: there is no such output, or it is gone.
        """
        self._ports.outputs.send(message_bytes(message, **fields), port)

    def _check_open(self) -> None:
        if self._closed:
            raise MidimonError("this session has ended; run: %load_ext midimon_live")
