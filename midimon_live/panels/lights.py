"""What a controller shows of what is sent to it: lights, and faders that move by themselves."""

import threading
from collections.abc import Callable

from midimon_live.backends.virtual import VirtualPort
from midimon_live.events import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PITCHWHEEL
from midimon_live.outputs import ALL_NOTES_OFF, ALL_SOUND_OFF

_NOTES, _CHANNELS = 128, 16
_UNKNOWN = 0xFF
_DARK = bytes(_NOTES)


class Lights:
    """The lights of a virtual port. Any thread may call anything.

    Attributes:
        count: differs when there is something new to be seen.
        passed: gets each message that is sent, on the sending thread.
    """

    def __init__(self) -> None:
        self.passed: Callable[[bytes], None] = lambda _data: None
        self._lock = threading.Lock()
        self._lit = bytearray(_NOTES * _CHANNELS)
        self._struck = bytearray(_NOTES)
        self._controls = bytearray([_UNKNOWN]) * _NOTES
        self._bend = b"\x00\x40"
        self.count = 0

    def follow(self, port: VirtualPort) -> None:
        """Show what was sent to a port, as far as it is remembered, and what will be."""
        with self._lock:
            port.told = self.heard
            for data in port.kept():
                self._take(data)

    def leave(self, port: VirtualPort) -> None:
        """Show no more of what is sent to a port; harmless where that is so."""
        if port.told == self.heard:
            port.told = lambda _data: None

    def heard(self, data: bytes) -> None:
        """Take one message that was sent."""
        with self._lock:
            self._take(data)
        self.passed(data)

    def packed(self) -> bytes:
        """Return all of it in 386 bytes.

        128: the velocity with which each note is lit, 0 is dark, the brightest of all channels.
        128: how often each was lit so far, modulo 256, for flashes shorter than a frame.
        128: the value of each control, 255 where none was sent.
        2: pitch bend, low seven bits first.
        """
        with self._lock:
            channels = (self._lit[at : at + _NOTES] for at in range(0, len(self._lit), _NOTES))
            return bytes(map(max, *channels)) + self._struck + self._controls + self._bend

    def _take(self, data: bytes) -> None:
        if len(data) != 3:
            return
        kind, channel, number, value = data[0] >> 4, data[0] & 0xF, data[1], data[2]
        if kind == NOTE_ON and value:
            self._lit[channel * _NOTES + number] = value
            self._struck[number] = (self._struck[number] + 1) % 256
        elif kind in (NOTE_ON, NOTE_OFF):
            self._lit[channel * _NOTES + number] = 0
        elif kind == CONTROL_CHANGE:
            self._controls[number] = value
            if number in (ALL_NOTES_OFF, ALL_SOUND_OFF):
                self._lit[channel * _NOTES : (channel + 1) * _NOTES] = _DARK
        elif kind == PITCHWHEEL:
            self._bend = data[1:]
        else:
            return
        self.count += 1
