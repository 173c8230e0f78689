"""Sending: outputs open on first use, and a ledger knows which notes sound on each.

Everything here may be called from any thread; each output's lock keeps port and ledger in step.
"""

import threading
from collections.abc import Callable
from contextlib import suppress

from midimon_live.backends.base import OutputPort
from midimon_live.errors import MidimonError, PortClosed
from midimon_live.events import CONTROL_CHANGE, NOTE_OFF, NOTE_ON

SUSTAIN, ALL_SOUND_OFF, ALL_NOTES_OFF = 64, 120, 123


class Ledger:
    """Which notes sound on one output."""

    def __init__(self) -> None:
        self._sounding: set[tuple[int, int]] = set()

    def heard(self, data: bytes) -> None:
        """Take note of a message that was sent."""
        if len(data) != 3:
            return
        kind, channel = data[0] >> 4, data[0] & 0xF
        if kind == NOTE_ON and data[2]:
            self._sounding.add((channel, data[1]))
        elif kind in (NOTE_ON, NOTE_OFF):
            self._sounding.discard((channel, data[1]))
        elif kind == CONTROL_CHANGE and data[1] in (ALL_SOUND_OFF, ALL_NOTES_OFF):
            self._sounding = {one for one in self._sounding if one[0] != channel}

    def note_offs(self) -> list[bytes]:
        """Return the messages that end what sounds."""
        return [bytes((0x80 | channel, note, 64)) for channel, note in sorted(self._sounding)]

    def __len__(self) -> int:
        return len(self._sounding)


class Output:
    """An open output and its ledger.

    Args:
        name: as listed by the backend.
        port: opened by it.
        created: whether it is a port of our own, which no device can take away.
    """

    def __init__(self, name: str, port: OutputPort, *, created: bool = False) -> None:
        self.name = name
        self.port = port
        self.created = created
        self.ledger = Ledger()
        self._lock = threading.RLock()

    def send(self, data: bytes) -> None:
        """Send one complete message."""
        with self._lock:
            self.port.send(data)
            self.ledger.heard(data)

    def silence(self, *, thoroughly: bool) -> None:
        """End all notes that were begun here; thoroughly: whatever sounds, sustain released."""
        with self._lock:
            for data in self.ledger.note_offs():
                self.send(data)
            for channel in range(16) if thoroughly else ():
                for control in (SUSTAIN, ALL_NOTES_OFF, ALL_SOUND_OFF):
                    self.send(bytes((0xB0 | channel, control, 0)))


class Outputs:
    """The open outputs of a session.

    Args:
        find: opens the output of that name or part of a name.
        default: where messages go that name no port.

    Attributes:
        silences: how often every note was ended, whoever began it.
        muted: whether nothing is sent: in a copy of the process in which a plugin is tried.
        told: called with the name of the output and the bytes of each message that was sent.
    """

    def __init__(self, find: Callable[[str], Output], default: str) -> None:
        self._find = find
        self._lock = threading.RLock()
        self._open: dict[str, Output] = {}
        self._full_names: dict[str, str] = {}
        self.default = default
        self.silences = 0
        self.muted = False
        self.told: Callable[[str, bytes], None] = lambda _output, _data: None

    def get(self, port: str | None = None) -> Output:
        """Return the output whose name is `port` or contains it, opening it if need be.

        Raises:
            PortNotFound: none fits, or more than one.
            BackendUnavailable: the system refused.
        """
        wanted = port or self.default
        output = self._open.get(self._full_names.get(wanted, wanted))
        if output is not None:
            return output
        with self._lock:
            output = self.add(self._find(wanted))
            self._full_names[wanted] = output.name
            return output

    def add(self, output: Output) -> Output:
        """Keep an output; returns the one that is open already under its name, if there is one."""
        with self._lock:
            kept = self._open.get(output.name, output)
            self._open = {**self._open, output.name: kept}
            return kept

    def opened(self, name: str) -> Output | None:
        """Return the open output of that full name."""
        return self._open.get(name)

    def send(self, data: bytes, port: str | None = None) -> str:
        """Send one complete message and return the full name of the output.

        Raises:
            PortNotFound: no output fits, or more than one.
            PortClosed: its device or server is gone.
        """
        if self.muted:
            return port or self.default
        output = self.get(port)
        try:
            output.send(data)
        except PortClosed:
            self.forget(output.name)  # its device may come back: the next use opens it anew
            raise
        self.told(output.name, data)
        return output.name

    def names(self) -> list[str]:
        """Return the full names of the open ones."""
        return list(self._open)

    def forget(self, name: str) -> None:
        """Drop an output whose device or server is gone."""
        with self._lock:
            self._open = {kept: one for kept, one in self._open.items() if kept != name}
            self._full_names.clear()

    def close_one(self, name: str) -> None:
        """End what sounds on an output, and close it."""
        output = self._open.get(name)
        if output is not None:
            with suppress(MidimonError):  # gone: nothing sounds there any more
                output.silence(thoroughly=False)
            self.forget(name)
            output.port.close()

    def sounding(self) -> int:
        """Return how many notes sound on all of them."""
        return sum(len(output.ledger) for output in self._open.values())

    def silence(self, *, thoroughly: bool = False) -> list[str]:
        """End every note that was begun here; thoroughly: sustain, all notes, all sound off too.

        Returns:
            What went wrong, one line each; the other outputs fall silent all the same.
        """
        self.silences += 1
        failures = []
        for output in self._open.values():
            try:
                output.silence(thoroughly=thoroughly)
            except MidimonError as error:
                failures.append(str(error))
        return failures

    def close(self) -> None:
        """End what sounds and close all; again is harmless."""
        self.silence()
        gone, self._open = self._open, {}
        for output in gone.values():
            output.port.close()
