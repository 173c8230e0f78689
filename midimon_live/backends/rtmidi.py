"""Real ports through RtMidi: ALSA, JACK, CoreMIDI, WinMM.

Inputs are polled, never called back: a driver callback that waits for the interpreter lock loses
events, and closing a port under traffic then deadlocks. RtMidi's own queue fills without the lock.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from midimon_live.backends.base import Received
from midimon_live.backends.driver import load_driver, muted_stderr
from midimon_live.clock import Clock, sleep
from midimon_live.errors import BackendUnavailable, PortClosed, PortNotFound

_QUEUE_SIZE = 16_384
_DRIFT = 1e-4  # clocks of a driver and of the system differ by less than 100 ppm
# RtMidi's JACK output has a ring of 16,384 bytes and a header of 4 per message (RtMidi.cpp)
_JACK_UNCONFIRMED_BYTES, _JACK_HEADER = 8_192, 4
_JACK_QUESTIONS, _JACK_ANSWER_S = 3, 0.05
_PULSE = b"\xfe"


class _Arrival:
    """Turns the driver's time deltas into moments of our clock.

    The smallest difference seen between "polled" and "stamped" is taken as the clocks' offset (the
    minimum filter of NTP), so a late poll does not make an event late.
    """

    def __init__(self) -> None:
        self._driver = 0.0
        self._offset = float("inf")
        self._last = 0.0

    def moment(self, delta: float, polled: float) -> float:
        self._driver += delta
        self._offset = min(polled - self._driver, self._offset + _DRIFT * delta)
        self._last = max(self._last, self._driver + self._offset)
        return self._last


class _Closable:
    """An rtmidi port that is deleted for good, but never while another thread is inside it.

    Without `delete` the system keeps the client, a JACK server for ever.
    """

    def __init__(self, port: Any) -> None:
        self._port = port
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close it; again is harmless."""
        with self._lock:
            port, self._port = self._port, None
            if port is not None:
                _close(port)

    def abandon(self) -> None:
        """Drop it without closing: closing would wait for a server that is gone."""
        with self._lock:
            port, self._port = self._port, None
            _leak(port)


class RtMidiInput(_Closable):
    """An open input; the reader polls it."""

    polled = True

    def __init__(self, name: str, port: Any, clock: Clock) -> None:
        super().__init__(port)
        self.name = name
        self._now = clock.now
        self._arrival = _Arrival()

    def poll(self) -> list[Received]:
        """Return what has arrived since the last poll, oldest first; never waits."""
        with self._lock:
            port = self._port
            if port is None or (got := port.get_message()) is None:
                return []
            polled = self._now()
            arrived = []
            while got is not None:
                arrived.append(Received(self._arrival.moment(got[1], polled), bytes(got[0])))
                got = port.get_message()
            return arrived


class RtMidiOutput(_Closable):
    """An open output.

    Args:
        name: as listed by the backend.
        port: the `rtmidi.MidiOut`.
        may_send: asked with the size in bytes before each message.
        errors: what the driver raises when its server is gone.
    """

    def __init__(
        self,
        name: str,
        port: Any,
        may_send: Callable[[int], bool],
        errors: tuple[type[Exception], ...] = (),
    ) -> None:
        super().__init__(port)
        self.name = name
        self._may_send = may_send
        self._errors = errors

    def send(self, data: bytes) -> None:
        """Send one complete message; any thread may call."""
        with self._lock:
            if self._port is None or not self._may_send(len(data)):
                raise PortClosed(f"{self.name} is closed, or its MIDI server is gone")
            try:
                self._port.send_message(data)
            except self._errors as error:
                raise PortClosed(f"{self.name} does not take messages: {error}") from None


class RtMidiBackend:
    """One of the systems that RtMidi was built for.

    Args:
        clock: stamps what arrives.
        api: which one: "alsa", "jack", "core", "winmm"; None takes the first that works.

    Raises:
        BackendUnavailable: no binding of RtMidi is installed, or no system answers.
    """

    name = "rtmidi"

    def __init__(self, clock: Clock, api: str | None = None) -> None:
        self._clock = clock
        self._rtmidi = load_driver()
        self._client = f"midimon-{os.getpid()}"
        self._api, self._lister_in = self._first_that_works(api)
        self._lister_out = self._new(self._rtmidi.MidiOut, "list")
        self.api_name: str = self._rtmidi.get_api_name(self._api)
        self.detail = f"rtmidi, {self._rtmidi.get_api_display_name(self._api)}"
        self._open: list[RtMidiInput | RtMidiOutput] = []
        self._pulse: _JackPulse | None = None
        if self.api_name == "jack":
            with muted_stderr():
                self._pulse = _JackPulse(
                    self._lister_in, self._lister_out, self._client, clock, self._rtmidi.errors
                )

    def inputs(self) -> list[str]:
        """Return the names of the ports that can be received from, our own left out."""
        return self._names(self._lister_in)

    def outputs(self) -> list[str]:
        """Return the names of the ports that can be sent to, our own left out."""
        return self._names(self._lister_out)

    def open_input(self, name: str, *, virtual: bool = False) -> RtMidiInput:
        """Open the input `name`, or create it for other programs to connect to."""
        port = self._new(self._rtmidi.MidiIn, "in", queue_size_limit=_QUEUE_SIZE)
        port.ignore_types(sysex=False, timing=False, active_sense=False)
        self._connect(port, name, virtual=virtual)
        opened = RtMidiInput(name, port, self._clock)
        self._open.append(opened)
        return opened

    def open_output(self, name: str, *, virtual: bool = False) -> RtMidiOutput:
        """Open the output `name`, or create it for other programs to connect to."""
        port = self._new(self._rtmidi.MidiOut, "out")
        self._connect(port, name, virtual=virtual)
        opened = RtMidiOutput(name, port, self._may_send, self._rtmidi.errors)
        self._open.append(opened)
        return opened

    def alive(self) -> bool:
        """Tell whether the system still answers."""
        return self._pulse is None or self._pulse.beat()

    def close(self) -> None:
        """Close all ports; with a dead server they are dropped, for closing would wait for it."""
        ports, self._open = self._open, []
        dead = self._pulse is not None and self._pulse.dead
        for port in ports:
            if dead:
                port.abandon()
            else:
                port.close()
        for lister in filter(None, (self._lister_in, self._lister_out)):
            if dead:
                _leak(lister)
            else:
                _close(lister)
        self._lister_in = self._lister_out = None

    def _may_send(self, size: int) -> bool:
        return self._pulse is None or self._pulse.may_send(size)

    def _names(self, lister: Any) -> list[str]:
        if lister is None or (self._pulse is not None and self._pulse.dead):
            return []
        try:
            names: list[str] = lister.get_ports()
        except self._rtmidi.errors:  # its server is gone; `alive` says so soon
            return []
        return [name for name in names if not name.startswith(self._client)]

    def _connect(self, port: Any, name: str, *, virtual: bool) -> None:
        try:
            with muted_stderr():
                if virtual:
                    port.open_virtual_port(name)
                    return
                names = port.get_ports()
                if name in names:
                    port.open_port(names.index(name), "port")
                    return
        except self._rtmidi.errors as error:
            raise BackendUnavailable(f"{self.detail} refused {name!r}: {error}") from None
        raise PortNotFound(f"{name!r} is gone; there are: {', '.join(names) or 'none'}")

    def _new(self, kind: Any, role: str, **options: Any) -> Any:
        try:
            with muted_stderr():
                return kind(self._api, f"{self._client}-{role}", **options)
        except self._rtmidi.errors as error:
            raise BackendUnavailable(f"no MIDI system answers: {error}") from None

    def _first_that_works(self, wanted: str | None) -> tuple[Any, Any]:
        rtmidi = self._rtmidi
        refusals = []
        for api in rtmidi.get_compiled_api():
            api_name = rtmidi.get_api_name(api)
            if api_name == "dummy" or wanted not in (None, api_name):
                continue
            try:
                with muted_stderr():
                    return api, rtmidi.MidiIn(api, f"{self._client}-list")
            except rtmidi.errors as error:
                refusals.append(f"{api_name}: {error}")
        raise BackendUnavailable(_no_system("; ".join(refusals) or f"no API called {wanted!r}"))


class _JackPulse:
    """Notices a JACK server that died, by sending to itself through it.

    RtMidi's port lists come from shared memory and stay; and once about 2,340 messages wait in its
    ring, `send_message` spins for ever with the interpreter lock held. So no more than half of the
    ring is filled without proof that the server still empties it.

    Args:
        receiver: an `rtmidi.MidiIn` that has no port yet.
        sender: an `rtmidi.MidiOut` that has no port yet.
        client: what the names of our own clients begin with.
        clock: times the answers.
        errors: what the driver raises when it knows by itself that the server is gone.
    """

    def __init__(
        self,
        receiver: Any,
        sender: Any,
        client: str,
        clock: Clock,
        errors: tuple[type[Exception], ...],
    ) -> None:
        self._now = clock.now
        self._in = receiver
        self._out = sender
        self._in.ignore_types(active_sense=False)
        self._in.open_virtual_port("pulse")
        names = self._out.get_ports()
        own = next((n for n in names if n.startswith(client)), None)
        if own is None:
            raise BackendUnavailable("the JACK server does not show the ports made on it")
        self._out.open_port(names.index(own), "pulse")
        self._errors = errors
        self._lock = threading.Lock()
        self._unconfirmed = 0
        self._asked: float | None = None
        self.dead = False

    def beat(self) -> bool:
        """Ask again if the last question was answered; dead once one waits too long."""
        with self._lock:
            self._collect()
            if self._asked is not None and self._now() - self._asked > 1.0:
                self.dead = not self._answers(_JACK_ANSWER_S)
            elif self._asked is None:
                self.dead = not self._ask()
            return not self.dead

    def may_send(self, size: int) -> bool:
        """Count a message of `size` bytes; past half a ring, wait for proof first."""
        if self.dead:
            return False
        self._unconfirmed += size + _JACK_HEADER
        if self._unconfirmed < _JACK_UNCONFIRMED_BYTES:
            return True
        with self._lock:
            if self._unconfirmed >= _JACK_UNCONFIRMED_BYTES:
                self.dead = not self._answers(0.3)
                self._unconfirmed = size
        return not self.dead

    def _ask(self) -> bool:
        """Send a question; False when the driver knows that nobody will answer it."""
        if self._asked is None:
            self._asked = self._now()
            self._at_question = self._unconfirmed
        try:
            self._out.send_message(_PULSE)
        except self._errors:
            return False
        return True

    def _collect(self) -> None:
        while self._in.get_message() is not None:
            if self._asked is not None:
                self._unconfirmed -= self._at_question
                self._asked = None

    def _answers(self, seconds: float) -> bool:
        """Ask and wait, more than once: a server that is not real-time drops some messages."""
        for _ in range(_JACK_QUESTIONS):
            if not self._ask():
                return False
            until = self._now() + seconds
            while True:
                self._collect()
                if self._asked is None:
                    return True
                if self._now() >= until:
                    break
                sleep(0.001)
        return False


def _close(port: Any) -> None:
    port.close_port()
    port.delete()


def _leak(thing: Any) -> None:
    """Keep `thing` for ever: its destructor would wait for a server that is gone."""
    if thing is not None:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def _no_system(refusals: str) -> str:
    hint = {
        "linux": "plug a controller in (ALSA needs /dev/snd/seq), or start a JACK server",
        "darwin": "check that CoreMIDI is running",
        "win32": "check that the Windows MIDI service is running",
    }.get(sys.platform, "connect a MIDI device")
    return f"no hardware MIDI on this machine ({refusals}); {hint}. The virtual port works."
