"""MIDI inside this process: a port that code plays and listens to, there on every machine."""

from collections import deque
from collections.abc import Callable
from typing import Any

import mido

from midimon_live.backends.base import Received
from midimon_live.clock import Clock
from midimon_live.errors import InvalidValue, PortClosed, PortNotFound
from midimon_live.events import message_bytes

KEPT = 10_000


class VirtualPort:
    """A controller and a synthesizer in one: what is played here arrives like hardware's events.

    Every method may be called from any thread.

    Args:
        name: of both its input and its output.
        clock: stamps what is played.

    Attributes:
        sent: the last 10,000 messages that were sent to it, as `mido.Message`, oldest first.
        told: called with the bytes of each message that is sent to it, on the sending thread.
    """

    polled = False

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self._clock = clock
        self._arrived: deque[Received] = deque()
        self._sent: deque[bytes] = deque(maxlen=KEPT)
        self._announce: Callable[[], None] | None = None
        self.told: Callable[[bytes], None] = lambda _data: None
        self.open = True

    def play(self, message: Any, **fields: Any) -> None:
        """Play a message: `play("note_on", note=36, velocity=100)`, a `mido.Message`, or bytes.

        Bytes are not checked, so that it can be tried what broken ones do.

        Raises:
            InvalidValue: a value is outside its MIDI range, or these are no bytes at all.
            PortClosed: the session has ended.
        """
        raw = isinstance(message, (bytes, bytearray))
        self.feed(bytes(message) if raw else message_bytes(message, **fields))

    def press(self, note: int, velocity: int = 100, channel: int = 0) -> None:
        """Press a pad or key: note 0-127, velocity 1-127, channel 0-15."""
        if velocity == 0:
            raise InvalidValue("velocity is 0, which is a release; press with 1 to 127")
        self.play("note_on", note=note, velocity=velocity, channel=channel)

    def release(self, note: int, velocity: int = 64, channel: int = 0) -> None:
        """Let go of a pad or key: note 0-127, release velocity 0-127, channel 0-15."""
        self.play("note_off", note=note, velocity=velocity, channel=channel)

    def turn(self, control: int, value: int, channel: int = 0) -> None:
        """Move a knob or fader: control 0-127 to value 0-127, channel 0-15."""
        self.play("control_change", control=control, value=value, channel=channel)

    @property
    def sent(self) -> list[mido.Message]:
        """The messages sent to this port, oldest first."""
        return [mido.Message.from_bytes(data) for data in self.kept()]

    def kept(self) -> list[bytes]:
        """Return the bytes of what is in `sent`."""
        return list(self._sent)

    def clear(self) -> None:
        """Forget what was sent."""
        self._sent.clear()

    def feed(self, data: bytes) -> None:
        """Let these bytes arrive now."""
        if not self.open:
            raise PortClosed(f"{self.name} is closed: its session has ended")
        self._arrived.append(Received(self._clock.now(), data))
        if self._announce is not None:
            self._announce()

    def poll(self) -> list[Received]:
        """Return what has arrived since the last poll, oldest first."""
        arrived = []
        while self._arrived:
            arrived.append(self._arrived.popleft())
        return arrived

    def send(self, data: bytes) -> None:
        """Take a message into `sent`."""
        if not self.open:
            raise PortClosed(f"{self.name} is closed: its session has ended")
        self._sent.append(data)
        self.told(data)

    def close(self) -> None:
        """Close it; again is harmless."""
        self.open = False
        self._announce = None

    def announce_to(self, wake: Callable[[], None]) -> None:
        """Let `wake` be called, on the playing thread, whenever something arrives."""
        self._announce = wake

    def __repr__(self) -> str:
        """Say what it is, and what it holds."""
        return f"<VirtualPort {self.name!r}: {len(self._sent)} messages sent to it>"


class VirtualBackend:
    """The in-process system. Ports come into being with `virtual=True`.

    Args:
        clock: stamps what is played.
        wake: called whenever something arrives at any of its ports.
    """

    name = "virtual"
    detail = "virtual"

    def __init__(self, clock: Clock, wake: Callable[[], None]) -> None:
        self._clock = clock
        self._wake = wake
        self.ports: dict[str, VirtualPort] = {}

    def inputs(self) -> list[str]:
        """Return the names of its ports."""
        return [name for name, port in self.ports.items() if port.open]

    outputs = inputs

    def open_input(self, name: str, *, virtual: bool = False) -> VirtualPort:
        """Return the port `name`; with `virtual`, make it if need be."""
        port = self.ports.get(name)
        if port is None or not port.open:
            if not virtual:
                raise PortNotFound(f"no virtual port is called {name!r}; create it first")
            port = self.ports[name] = VirtualPort(name, self._clock)
            port.announce_to(self._wake)
        return port

    open_output = open_input

    def alive(self) -> bool:
        """Answer yes: it lives as long as the process."""
        return True

    def close(self) -> None:
        """Close all ports."""
        for port in self.ports.values():
            port.close()
