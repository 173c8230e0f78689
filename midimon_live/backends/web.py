"""MIDI at browsers: ports that pages have, as ports of this kernel.

The panel "web" is the other end: it says which ports a page has (`offer`), hands in what arrived
(`feed`), and fetches what is to leave (`collect`). A device at one browser is one device, whichever
page there it is offered by: the page that offered it last has it. Devices of two browsers are two,
and get two names: "Launchpad (web)" and "Launchpad (web 2)".
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import NamedTuple

from midimon_live.backends.base import Received
from midimon_live.backends.outbox import Outbox, Waiting
from midimon_live.clock import Clock
from midimon_live.errors import BackendUnavailable, PortClosed, PortNotFound

_LONGEST_NAME = 80
_REMEMBERED = 256


class Key(NamedTuple):
    """What a device is known by: which browser, its id for the port, and "in" or "out"."""

    browser: str
    id: str
    direction: str


class Offer(NamedTuple):
    """A port that a page has: the browser's id and name for it, and "in" or "out"."""

    id: str
    name: str
    direction: str


class WebInput:
    """An open input at a browser. The page feeds it; the reader polls it.

    Args:
        name: as the backend lists it.
        closed: called when it is closed.
    """

    polled = False

    def __init__(self, name: str, closed: Callable[[], None]) -> None:
        self.name = name
        self._closed = closed
        self._arrived: deque[Received] = deque()
        self._last = float("-inf")
        self.open = True

    def arrive(self, time: float, data: bytes) -> None:
        """Let a message arrive: `time` in monotonic seconds, never before the one before it."""
        if self.open:
            self._last = max(self._last, time)
            self._arrived.append(Received(self._last, data))

    def poll(self) -> list[Received]:
        """Return what has arrived since the last poll, oldest first."""
        arrived = []
        while self._arrived:
            arrived.append(self._arrived.popleft())
        return arrived if self.open else []

    def close(self) -> None:
        """Close it; again is harmless."""
        if self.open:
            self.open = False
            self._closed()


class WebOutput:
    """An open output at a browser. What is sent waits in its outbox until the page is fed.

    Args:
        name: as the backend lists it.
        outbox: where messages wait.
        sent: called after each message, on the sending thread.
    """

    def __init__(self, name: str, outbox: Outbox, sent: Callable[[], None]) -> None:
        self.name = name
        self._outbox = outbox
        self._sent = sent
        self.gone = ""

    def send(self, data: bytes) -> None:
        """Send one complete message; any thread may call.

        Raises:
            PortClosed: it was closed, the device or its page is gone, or takes nothing any more.
        """
        if self.gone:
            raise PortClosed(f"{self.name} is {self.gone}")
        self._outbox.put(data)
        self._sent()

    def close(self) -> None:
        """Close it; again is harmless. What waits leaves still."""
        self.gone = self.gone or "closed"


@dataclass(slots=True, eq=False)
class Device:
    """One port of one browser.

    Attributes:
        key: what it is known by.
        name: as the kernel lists it.
        outbox: what is to leave through it.
        view: the page that has it.
        number: the page's number for it.
        input: the open input, for "in".
        outputs: the open outputs, for "out".
    """

    key: Key
    name: str
    outbox: Outbox
    view: str = ""
    number: int = 0
    input: WebInput | None = None
    outputs: tuple[WebOutput, ...] = ()

    @property
    def direction(self) -> str:
        """Return "in" or "out"."""
        return self.key.direction


class WebBackend:
    """The ports of all browsers that look at this kernel. Any thread may call anything.

    Args:
        clock: stamps what is sent.
        wake: called whenever something has arrived.

    Attributes:
        sending: called when something is to leave, on the sending thread.
        moved: called with the name of an open input that another page of its browser has now.
        unwanted: the inputs that were disconnected while they were there.
    """

    name = "web"
    detail = "web, by midi.web()"

    def __init__(self, clock: Clock, wake: Callable[[], None]) -> None:
        self._now = clock.now
        self._wake = wake
        self._lock = threading.RLock()
        self._devices: dict[tuple[str, int], Device] = {}  # never changed in place
        self._gone: dict[Key, Device] = {}
        self._numbers = count(1)
        self.sending: Callable[[], None] = lambda: None
        self.moved: Callable[[str], None] = lambda _name: None
        self.unwanted: set[str] = set()

    def inputs(self) -> list[str]:
        """Return the names of the inputs that browsers have."""
        return [one.name for one in self._devices.values() if one.direction == "in"]

    def outputs(self) -> list[str]:
        """Return the names of the outputs that browsers have."""
        return [one.name for one in self._devices.values() if one.direction == "out"]

    def open_input(self, name: str, *, virtual: bool = False) -> WebInput:
        """Open the input `name`.

        Raises:
            PortNotFound: no browser has it.
            BackendUnavailable: it was to be created.
        """
        with self._lock:
            device = self._find(name, "in", virtual=virtual)
            if device.input is None or not device.input.open:
                device.input = WebInput(name, lambda: self._closed(device))
            self.unwanted.discard(name)
            return device.input

    def open_output(self, name: str, *, virtual: bool = False) -> WebOutput:
        """Open the output `name`; raises like `open_input`."""
        with self._lock:
            device = self._find(name, "out", virtual=virtual)
            opened = WebOutput(name, device.outbox, self._sent)
            device.outputs = (*(one for one in device.outputs if not one.gone), opened)
            return opened

    def alive(self) -> bool:
        """Answer yes: it lives as long as the process; its ports come and go."""
        return True

    def close(self) -> None:
        """Let go of all ports; again is harmless."""
        for view in {view for view, _ in self._devices}:
            self.withdraw(view)

    def offer(self, view: str, browser: str, offers: Sequence[Offer]) -> list[Device]:
        """Take note of the ports that a page has now, all of them; those it had before are gone.

        Args:
            view: the page.
            browser: which browser, the same for all its pages.
            offers: its ports.

        Returns:
            The devices, each with its name and number, in the order of `offers`.
        """
        keys = {Key(browser, one.id, one.direction): one.name for one in offers}
        with self._lock:
            staying = [one for one in self._devices.values() if one.view != view or one.key in keys]
            known = {one.key: one for one in staying}
            for key, name in keys.items():
                if key not in known:
                    known[key] = self._returned(key, name, known.values())
                if known[key].view != view:
                    self._hand_over(known[key], view)
            self._take_in(known.values())
            return [known[key] for key in keys]

    def withdraw(self, view: str) -> None:
        """A page has gone, with its ports."""
        with self._lock:
            self._take_in([one for one in self._devices.values() if one.view != view])

    def of(self, view: str) -> list[Device]:
        """Return the devices that a page has."""
        return [one for one in self._devices.values() if one.view == view]

    def feed(self, view: str, events: Iterable[tuple[int, float, bytes]]) -> int:
        """Let messages arrive: the page's number of the input, monotonic seconds, bytes.

        Returns:
            How many belonged to no open input.
        """
        strays = 0
        for number, time, data in events:
            device = self._devices.get((view, number))
            if device is None or device.input is None or not device.input.open:
                strays += 1
            else:
                device.input.arrive(time, data)
        self._wake()
        return strays

    def collect(self, view: str) -> list[tuple[int, Waiting]]:
        """Return what is to leave through the outputs of a page, and forget it."""
        return [
            (one.number, waiting)
            for one in self.of(view)
            if len(one.outbox)
            for waiting in one.outbox.take()
        ]

    def waits(self, view: str) -> bool:
        """Tell whether something is to leave through the outputs of a page."""
        return any(len(one.outbox) for one in self.of(view))

    def _find(self, name: str, direction: str, *, virtual: bool) -> Device:
        if virtual:
            raise BackendUnavailable(f"{name!r} can not be created at a browser")
        for one in self._devices.values():
            if one.name == name and one.direction == direction:
                return one
        raise PortNotFound(f"no browser has a port {name!r}; connect it in midi.web()")

    def _returned(self, key: Key, given: str, others: Iterable[Device]) -> Device:
        """Return the device as it was before, or a new one, under a name that no other has now."""
        taken = {one.name for one in others if one.direction == key.direction}
        device = self._gone.pop(key, None)
        if device is not None and device.name not in taken:
            return device
        plain = "".join(one if one.isprintable() else " " for one in given)
        plain = " ".join(plain.split())[:_LONGEST_NAME] or "unnamed"
        name = next(one for one in _numbered(plain) if one not in taken)
        return Device(key, name, Outbox(self._now))

    def _hand_over(self, device: Device, view: str) -> None:
        moves, device.view, device.number = device.view, view, next(self._numbers)
        if moves and device.input is not None and device.input.open:
            self.moved(device.name)

    def _take_in(self, devices: Iterable[Device]) -> None:
        """Have these devices and no others; what was opened on others is gone."""
        before = self._devices.values()
        self._devices = {(one.view, one.number): one for one in devices}
        staying = set(self._devices.values())
        for device in set(before) - staying:
            device.outbox.take()
            for output in device.outputs:
                output.gone = "gone, with its page or its plug"
            self._gone[device.key] = device
        while len(self._gone) > _REMEMBERED:
            del self._gone[next(iter(self._gone))]

    def _sent(self) -> None:
        self.sending()

    def _closed(self, device: Device) -> None:
        """An input was closed; where its device is still there, somebody wanted that."""
        if self._devices.get((device.view, device.number)) is device:
            self.unwanted.add(device.name)


def _numbered(plain: str) -> Iterator[str]:
    """Return the names that a device may get, the best first."""
    return chain([f"{plain} (web)"], (f"{plain} (web {number})" for number in count(2)))
