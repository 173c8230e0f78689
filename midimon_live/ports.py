"""Keeping ports open: several inputs at once, back by themselves after a loss.

The reader thread polls `reading` and calls `check`; everything else is for any thread.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from midimon_live.backends.base import Backend, InputPort
from midimon_live.clock import Clock
from midimon_live.errors import BackendUnavailable, PortError, PortNotFound
from midimon_live.monitor import Monitor
from midimon_live.outputs import Output, Outputs
from midimon_live.systems import CHECK_S, Systems, is_index, returned, the_one

VIRTUAL = "Virtual"
_BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 15.0)


@dataclass(frozen=True, slots=True)
class PortInfo:
    """One port, as `midi.ports()` lists it.

    Attributes:
        index: what `connect` takes instead of the name; None for outputs.
        name: as the system calls it.
        direction: "in" or "out".
        backend: "virtual", "web" or "rtmidi".
        state: "connected", "open", "waiting" (gone; reconnects by itself) or "".
    """

    index: int | None
    name: str
    direction: str
    backend: str
    state: str


@dataclass(slots=True)
class _Input:
    """An input the user connected; without a port it waits for its device to come back.

    Attributes:
        asked: what the user called it; a device can come back under another number.
        backend: where it was opened; None before it was there at all.
        reconnect: whether it waits when its device is gone.
    """

    asked: str | int
    name: str
    backend: Backend | None
    created: bool
    port: InputPort | None
    reconnect: bool = True


class Ports:
    """All ports of a session.

    Args:
        virtual: the in-process backend.
        open_hardware: opens the hardware backend; raises BackendUnavailable where there is none.
        clock: times the checks.
        monitor: gets a notice when a port is lost or back.
        others: further backends that are always there; `look` is called when their ports change.
        in_process: whether ports may be created that only this process can reach, as tests do.

    Attributes:
        outputs: everything about sending.
        lost: called with the name of an input that is gone or was disconnected, on any thread.
    """

    def __init__(
        self,
        virtual: Backend,
        open_hardware: Callable[[], Backend],
        clock: Clock,
        monitor: Monitor,
        *,
        others: Sequence[Backend] = (),
        in_process: bool = False,
    ) -> None:
        self._in_process = in_process
        self._virtual = virtual
        self._others = tuple(others)
        self._now = clock.now
        self._systems = Systems((virtual, *self._others), open_hardware, clock.now)
        self._monitor = monitor
        self._lock = threading.RLock()
        self._inputs: dict[str, _Input] = {}
        self._next_check = 0.0
        self._tries = 0
        self.reading: tuple[InputPort, ...] = ()
        self.polled = False
        self.outputs = Outputs(self._open_output, VIRTUAL)
        self.lost: Callable[[str], None] = lambda _name: None

    @property
    def status(self) -> str:
        """One line about the hardware's system."""
        return self._systems.status

    def connected(self) -> list[str]:
        """Return the names of the open inputs."""
        return [port.name for port in self.reading]

    def waiting(self) -> list[str]:
        """Return the names of the inputs whose device is gone."""
        return [one.name for one in list(self._inputs.values()) if one.port is None]

    def infos(self) -> list[PortInfo]:
        """Return all ports there are; looks for hardware again if there was none."""
        with self._lock:
            inputs = [
                PortInfo(index, name, "in", backend.name, self._input_state(name))
                for index, (name, backend) in enumerate(self._systems.inputs())
            ]
            open_now = self.outputs.names()
            outputs = [
                PortInfo(None, name, "out", backend.name, "open" if name in open_now else "")
                for name, backend in self._systems.outputs()
            ]
            gone = [
                PortInfo(None, one.name, "in", _system(one.backend), "waiting")
                for one in self._inputs.values()
                if one.port is None
            ]
            own = [] if self._systems.hardware is None else self._own_ports()
            return inputs + outputs + gone + own

    def output_names(self) -> list[str]:
        """Return the names of all outputs there are."""
        with self._lock:
            return [name for name, _ in self._systems.outputs()]

    def connect(self, port: str | int, *, reconnect: bool = True) -> str:
        """Open an input and return its full name.

        Args:
            port: its name, a part of it (any case), or its index in `infos()`.
            reconnect: whether to wait for it when it is gone.

        Raises:
            PortNotFound: no port fits, or more than one.
            BackendUnavailable: the system refused.
        """
        with self._lock:
            try:
                name, backend = the_one(port, self._systems.inputs(), "input")
            except PortNotFound as error:
                if self._systems.hardware is not None:
                    raise
                raise PortNotFound(f"{error}. {self.status}") from None
            opened = self._open_input(port, name, backend, created=False)
            self._inputs[opened].reconnect = reconnect
            return opened

    def expect(self, port: str) -> None:
        """Open an input, whose name contains `port`, when it comes."""
        with self._lock:
            waiting = _Input(port, port, None, created=False, port=None)
            self._inputs.setdefault(port, waiting)

    def create(self, name: str, direction: str = "both") -> str:
        """Make a port of our own, for other programs to connect to; returns its name.

        Args:
            name: as the others will see it.
            direction: "in", "out" or "both", seen from here.

        Raises:
            PortError: the system has no virtual ports (WinMM), or refused.
        """
        if direction not in ("in", "out", "both"):
            raise PortError(f'direction is {direction!r}; allowed are "in", "out" and "both"')
        if not isinstance(name, str) or not name.strip() or name == VIRTUAL:
            raise PortError(f"a port can not be called {name!r}; give it a name of its own")
        with self._lock:
            backend = self._systems.hardware_now() or (self._virtual if self._in_process else None)
            if backend is None:
                raise BackendUnavailable(f"other programs can not be reached: {self.status}")
            if direction != "out":
                self._open_input(name, name, backend, created=True)
            if direction != "in" and self.outputs.opened(name) is None:
                opened = backend.open_output(name, virtual=True)
                self.outputs.add(Output(name, opened, created=True))
            return name

    def disconnect(self, port: str | int | None = None) -> list[str]:
        """Close the input of that name, part of a name or index in `infos()`, or all.

        Returns:
            Their full names.

        Raises:
            PortNotFound: none of the connected ones fits, or more than one.
        """
        with self._lock:
            pairs = [(name, one.backend) for name, one in self._inputs.items() if name != VIRTUAL]
            if port is not None and is_index(port):
                port = the_one(port, self._systems.inputs(), "input")[0]
            if port is not None:
                pairs = [the_one(port, pairs, "connected input")]
            names = [name for name, _ in pairs]
            for name in names:
                one = self._inputs.pop(name)
                self._drop(one)
                if one.created and name in self._own_outputs():
                    self.outputs.close_one(name)
            return names

    def check(self) -> None:
        """See whether devices have gone or come back; the reader calls this all the time."""
        now = self._now()
        if now < self._next_check or not self._lock.acquire(blocking=False):
            return
        try:
            self._next_check = now + CHECK_S
            hardware = self._systems.hardware
            if hardware is None:
                self._find_server_again(now)
            elif hardware.alive():
                self._check_devices([hardware])
                self._tries = 0
            else:
                self._lose_server(hardware)
        except PortError as error:
            self._back_off(now)
            self._monitor.notice(str(error))
        finally:
            self._lock.release()

    def look(self) -> None:
        """See at once which ports of `others` have come or gone; they call this."""
        with self._lock:
            try:
                self._check_devices(self._others)
            except PortError as error:
                self._monitor.notice(str(error))

    def close(self) -> None:
        """End what sounds, close all ports, leave all systems; again is harmless."""
        with self._lock:
            self.outputs.close()
            self._inputs.clear()
            self._refresh()
            self._systems.close()
            self._next_check = float("inf")

    def _own_ports(self) -> list[PortInfo]:
        """Return what `create` made: the system lists it to others only."""
        ins = [one.name for one in self._inputs.values() if one.created and one.port is not None]
        backend = _system(self._systems.hardware)
        found = [PortInfo(None, name, "in", backend, "our own") for name in ins]
        return found + [
            PortInfo(None, name, "out", backend, "our own") for name in self._own_outputs()
        ]

    def _own_outputs(self) -> list[str]:
        opened = [self.outputs.opened(name) for name in self.outputs.names()]
        return [one.name for one in opened if one is not None and one.created]

    def _input_state(self, name: str) -> str:
        return "connected" if name in self._inputs else ""

    def _open_input(self, asked: str | int, name: str, backend: Backend, *, created: bool) -> str:
        known = self._inputs.get(name)
        if known is None or known.port is None:
            opened = backend.open_input(name, virtual=created)
            self._inputs[name] = _Input(asked, name, backend, created, opened)
            self._refresh()
        return name

    def _open_output(self, wanted: str) -> Output:
        with self._lock:
            name, backend = the_one(wanted, self._systems.outputs(), "output")
            return self.outputs.opened(name) or Output(name, backend.open_output(name))

    def _refresh(self) -> None:
        self.reading = tuple(one.port for one in self._inputs.values() if one.port is not None)
        self.polled = any(port.polled for port in self.reading)

    def _drop(self, gone: _Input) -> None:
        port, gone.port = gone.port, None
        self._refresh()
        if port is not None:
            port.close()
        self.lost(gone.name)

    def _check_devices(self, backends: Iterable[Backend]) -> None:
        """See which devices of these backends have gone, and which that were missed are there."""
        for backend in backends:
            there = backend.inputs()
            for one in list(self._inputs.values()):
                if one.backend is not None and one.backend.name != backend.name:
                    continue  # of another system; the hardware's may be opened anew meanwhile
                if one.port is None:
                    self._try_again(one, backend, there)
                elif not one.created and one.name not in there:
                    self._lose(one)
        self._forget_outputs()

    def _forget_outputs(self) -> None:
        sendable = {name for one in self._systems.present() for name in one.outputs()}
        for name in self.outputs.names():
            output = self.outputs.opened(name)
            if output is not None and not output.created and name not in sendable:
                self.outputs.forget(name)
                self._monitor.notice(f"{name} is gone; sending to it looks for it again")

    def _lose(self, one: _Input) -> None:
        self._drop(one)
        if one.reconnect:
            self._monitor.notice(f"{one.name} is gone; it reconnects when it is back")
        else:
            del self._inputs[one.name]
            self._monitor.notice(f"{one.name} is gone")

    def _try_again(self, one: _Input, backend: Backend, there: list[str]) -> None:
        name = one.name if one.created else returned(one.name, one.asked, there)
        if name is None:
            return
        known = self._inputs.get(name)
        if known is not None and known.port is not None:  # it was connected by another name
            del self._inputs[one.name]
            return
        one.backend, one.port = backend, backend.open_input(name, virtual=one.created)
        del self._inputs[one.name]
        one.name = name
        self._inputs[name] = one
        self._refresh()
        self._monitor.notice(f"{name} is back")

    def _lose_server(self, backend: Backend) -> None:
        self._systems.lose_hardware()
        self._monitor.notice(f"{self.status}; it is looked for again")
        staying = {name for one in self._systems.always for name in one.outputs()}
        for name in self.outputs.names():
            if name not in staying:
                self.outputs.forget(name)
        backend.close()
        for one in self._inputs.values():
            if one.backend is backend:
                self._drop(one)

    def _find_server_again(self, now: float) -> None:
        missed = any(
            one.port is None and one.backend not in self._systems.always
            for one in self._inputs.values()
        )
        if not missed:  # `infos` and `connect` look for it on demand
            return
        self._systems.look_for_hardware()
        if self._systems.hardware is None:
            self._back_off(now)
        else:
            self._check_devices([self._systems.hardware])
            self._tries = 0

    def _back_off(self, now: float) -> None:
        self._next_check = now + _BACK_OFF_S[min(self._tries, len(_BACK_OFF_S) - 1)]
        self._tries += 1


def _system(backend: Backend | None) -> str:
    return "rtmidi" if backend is None else backend.name
