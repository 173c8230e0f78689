"""Finding ports, keeping them, losing them, getting them back."""

from itertools import pairwise
from typing import Any

import pytest

from midimon_live.backends.base import Received
from midimon_live.backends.virtual import VirtualBackend
from midimon_live.backends.web import Offer, WebBackend
from midimon_live.clock import ManualClock
from midimon_live.errors import BackendUnavailable, PortClosed, PortError, PortNotFound
from midimon_live.monitor import Monitor
from midimon_live.ports import VIRTUAL, PortInfo, Ports


class Port:
    """Either end of a fake device."""

    polled = True

    def __init__(self, name: str) -> None:
        self.name = name
        self.open = True
        self.waiting: list[Received] = []
        self.sent: list[bytes] = []

    def poll(self) -> list[Received]:
        """Return what has arrived."""
        arrived, self.waiting = self.waiting, []
        return arrived

    def send(self, data: bytes) -> None:
        """Keep a message."""
        if not self.open:
            raise PortClosed(f"{self.name} is closed")
        self.sent.append(data)

    def close(self) -> None:
        """Close it; again is harmless."""
        self.open = False


class Hardware:
    """A MIDI system whose devices come and go as a test says."""

    name = "rtmidi"
    detail = "rtmidi, Fake"

    def __init__(self, *devices: str) -> None:
        self.devices = list(devices)
        self.opened: list[Port] = []
        self.answers = True
        self.refuses = False
        self.closed = False

    def inputs(self) -> list[str]:
        """Return the devices that are plugged in."""
        return list(self.devices)

    outputs = inputs

    def open_input(self, name: str, *, virtual: bool = False) -> Port:
        """Open a device, or make a port."""
        if self.refuses:
            raise BackendUnavailable(f"refused {name!r}")
        if not virtual and name not in self.devices:
            raise PortNotFound(f"{name!r} is gone")
        self.opened.append(Port(name))
        return self.opened[-1]

    open_output = open_input

    def alive(self) -> bool:
        """Tell whether the server answers."""
        return self.answers

    def close(self) -> None:
        """Close all ports."""
        self.closed = True
        for port in self.opened:
            port.close()


class Desk:
    """`Ports` on a fake system, with a clock that stands still.

    Attributes:
        web: the ports at browsers.
        looks: how often the system was looked for.
        lost: the names that `Ports.lost` was called with.
    """

    def __init__(self, hardware: Hardware | None = None) -> None:
        self.clock = ManualClock()
        self.monitor = Monitor(self.clock)
        self.hardware = hardware
        self.looks = 0
        self.lost: list[str] = []
        virtual = VirtualBackend(self.clock, lambda: None)
        virtual.open_input(VIRTUAL, virtual=True)
        self.web = WebBackend(self.clock, lambda: None)
        self.ports = Ports(virtual, self.look, self.clock, self.monitor, others=[self.web])
        self.ports.lost = self.lost.append
        self.ports.connect(VIRTUAL)

    def look(self) -> Hardware:
        """Return the system, if there is one."""
        self.looks += 1
        if self.hardware is None:
            raise BackendUnavailable("no hardware MIDI on this machine; plug a controller in")
        return self.hardware

    def check_after(self, seconds: float) -> None:
        """Let time pass, then check as the reader does."""
        self.clock.move_to(self.clock.now() + seconds)
        self.ports.check()

    def browser_has(self, *names: str) -> None:
        """Let a browser have these devices, each with an input and an output, and no others."""
        both = [Offer(name, name, direction) for name in names for direction in ("in", "out")]
        self.web.offer("page", "browser", both)
        self.ports.look()

    def notices(self) -> list[str]:
        """Return the texts for the user."""
        return [one.text for one in self.monitor.notices()]


@pytest.mark.parametrize("wanted", ["Launchpad Mini", "launchpad", "PAD M", 1, "1"])
def test_connect_finds_a_port_by_name_part_or_index(wanted: str | int) -> None:
    """Any case; an index may be text, as `%midi connect 1` gives it."""
    desk = Desk(Hardware("Launchpad Mini", "Keystation"))
    assert desk.ports.connect(wanted) == "Launchpad Mini"
    assert desk.ports.connected() == [VIRTUAL, "Launchpad Mini"]


@pytest.mark.parametrize("devices", [("Pad", "Pad 2"), ("Pad 2", "Pad")])
def test_connect_takes_the_exact_name_when_others_contain_it(devices: tuple[str, ...]) -> None:
    """A port called like a part of another one can be reached."""
    assert Desk(Hardware(*devices)).ports.connect("Pad") == "Pad"


def test_connect_takes_the_name_when_it_is_a_number() -> None:
    """A port called "7" is not the eighth."""
    assert Desk(Hardware("7")).ports.connect("7") == "7"


def test_connect_lists_what_fits_when_that_is_more_than_one() -> None:
    """Nothing is guessed, nothing opened."""
    desk = Desk(Hardware("Launchpad A", "Launchpad B"))
    with pytest.raises(PortNotFound, match=r"2 inputs \('Launchpad A', 'Launchpad B'\): say which"):
        desk.ports.connect("launch")
    assert desk.hardware.opened == []


@pytest.mark.parametrize(
    ("wanted", "text"),
    [("nope", "no input is called 'nope'"), (9, "no input number 9"), (-1, "no input number -1")],
)
def test_connect_lists_all_ports_when_none_fits(wanted: str | int, text: str) -> None:
    """With the numbers that `connect` takes."""
    there = r"there are 'Virtual' \(number 0\), 'Keystation' \(number 1\)"
    with pytest.raises(PortNotFound, match=f"{text}; {there}"):
        Desk(Hardware("Keystation")).ports.connect(wanted)


@pytest.mark.parametrize("wanted", ["nope", 9])
def test_where_there_is_one_port_the_sentence_says_one(wanted: str | int) -> None:
    """And its number is not taken for how many there are."""
    with pytest.raises(PortNotFound, match=r"; there is only 'Virtual' \(number 0\)"):
        Desk(Hardware()).ports.connect(wanted)


@pytest.mark.parametrize("wanted", [None, 1.5, ["Keystation"], True])
def test_what_is_neither_name_nor_number_is_told(wanted: Any) -> None:
    """With what to give instead."""
    with pytest.raises(PortNotFound, match="is no input; give a part of its name, or its number"):
        Desk(Hardware("Keystation")).ports.connect(wanted)


def test_connect_opens_once_when_called_twice() -> None:
    """The second call answers the name."""
    desk = Desk(Hardware("Keystation"))
    assert desk.ports.connect("key") == desk.ports.connect("Keystation")
    assert len(desk.hardware.opened) == 1


def test_connect_raises_when_the_system_refuses() -> None:
    """And the port is not listed as connected."""
    desk = Desk(Hardware("Keystation"))
    desk.hardware.refuses = True
    with pytest.raises(BackendUnavailable, match="refused"):
        desk.ports.connect("key")
    assert desk.ports.connected() == [VIRTUAL]


def test_infos_list_inputs_with_numbers_and_outputs_without() -> None:
    """And say what is connected and open."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.ports.outputs.send(b"\xf8", "key")
    assert desk.ports.infos() == [
        PortInfo(0, "Virtual", "in", "virtual", "connected"),
        PortInfo(1, "Keystation", "in", "rtmidi", "connected"),
        PortInfo(None, "Virtual", "out", "virtual", ""),
        PortInfo(None, "Keystation", "out", "rtmidi", "open"),
    ]


def test_no_hardware_is_one_line_of_status() -> None:
    """No error: the virtual port works."""
    desk = Desk()
    assert desk.ports.status == "no hardware MIDI on this machine; plug a controller in"
    assert [one.name for one in desk.ports.infos()] == [VIRTUAL, VIRTUAL]


def test_hardware_is_found_when_it_appears_later() -> None:
    """Listing the ports looks again, though not more than once a second."""
    desk = Desk()
    desk.hardware = Hardware("Keystation")
    desk.ports.infos()
    assert desk.looks == 1
    desk.clock.move_to(1.0)
    assert desk.ports.connect("key") == "Keystation"
    assert desk.ports.status == "rtmidi, Fake"


def test_disconnect_closes_all_but_the_virtual_port() -> None:
    """And answers their names."""
    desk = Desk(Hardware("A", "B"))
    desk.ports.connect("A")
    desk.ports.connect("B")
    assert desk.ports.disconnect() == ["A", "B"]
    assert desk.ports.connected() == [VIRTUAL]
    assert not any(port.open for port in desk.hardware.opened)


def test_disconnect_closes_one_when_named() -> None:
    """By a part of its name; what it held is released."""
    desk = Desk(Hardware("Keystation", "Launchpad"))
    desk.ports.connect("key")
    desk.ports.connect("launch")
    assert desk.ports.disconnect("station") == ["Keystation"]
    assert desk.ports.connected() == [VIRTUAL, "Launchpad"]
    assert desk.lost == ["Keystation"]


def test_disconnect_refuses_when_the_port_is_not_connected() -> None:
    """The text lists the connected ones."""
    desk = Desk(Hardware("Keystation"))
    with pytest.raises(PortNotFound, match="no connected input is called 'Keys'; there are none"):
        desk.ports.disconnect("Keys")


def test_device_that_vanishes_is_closed_and_waited_for() -> None:
    """Its held notes can be released, and the user is told."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.hardware.devices.clear()
    desk.check_after(1.0)
    assert desk.ports.connected() == [VIRTUAL]
    assert (desk.ports.waiting(), desk.lost) == (["Keystation"], ["Keystation"])
    assert not desk.hardware.opened[0].open
    assert desk.notices() == ["Keystation is gone; it reconnects when it is back"]


def test_device_that_vanished_is_listed_as_waiting() -> None:
    """Without a number: there is nothing to connect to yet."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.hardware.devices.clear()
    desk.check_after(1.0)
    assert PortInfo(None, "Keystation", "in", "rtmidi", "waiting") in desk.ports.infos()


def test_device_reconnects_when_it_is_back() -> None:
    """By itself, on a port opened anew."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.hardware.devices.clear()
    desk.check_after(1.0)
    desk.hardware.devices.append("Keystation")
    desk.check_after(1.0)
    assert desk.ports.connected() == [VIRTUAL, "Keystation"]
    assert (desk.ports.waiting(), len(desk.hardware.opened)) == ([], 2)
    assert desk.notices()[-1] == "Keystation is back"


@pytest.mark.parametrize("asked", ["Launchpad", "Launchpad:Launchpad MIDI 1 20:0", 1])
def test_device_reconnects_when_its_number_has_changed(asked: str | int) -> None:
    """ALSA counts its clients anew; the name the user gave still finds it."""
    desk = Desk(Hardware("Launchpad:Launchpad MIDI 1 20:0"))
    desk.ports.connect(asked)
    desk.hardware.devices = []
    desk.check_after(1.0)
    desk.hardware.devices = ["Launchpad:Launchpad MIDI 1 24:0"]
    desk.check_after(1.0)
    assert desk.ports.connected() == [VIRTUAL, "Launchpad:Launchpad MIDI 1 24:0"]


def test_device_is_waited_for_when_two_could_be_it() -> None:
    """What is not certain is left to the user."""
    desk = Desk(Hardware("Pad A"))
    desk.ports.connect("pad")
    desk.hardware.devices = []
    desk.check_after(1.0)
    desk.hardware.devices = ["Pad B", "Pad C"]
    desk.check_after(1.0)
    assert desk.ports.waiting() == ["Pad A"]


def test_check_does_nothing_when_a_second_has_not_passed() -> None:
    """The reader calls it all the time; asking the system is not free."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.ports.check()
    desk.hardware.devices.clear()
    desk.check_after(0.9)
    assert desk.ports.connected() == [VIRTUAL, "Keystation"]
    desk.check_after(0.2)
    assert desk.ports.connected() == [VIRTUAL]


def test_output_of_a_device_that_vanished_is_looked_for_when_used_again() -> None:
    """The user is told once; the next message goes to the device that came back."""
    desk = Desk(Hardware("Synth"))
    desk.ports.outputs.send(b"\xf8", "syn")
    desk.hardware.devices = []
    desk.check_after(1.0)
    with pytest.raises(PortNotFound):
        desk.ports.outputs.send(b"\xf8", "syn")
    desk.hardware.devices = ["Synth"]
    desk.ports.outputs.send(b"\xf8", "syn")
    assert [port.sent for port in desk.hardware.opened] == [[b"\xf8"], [b"\xf8"]]
    assert desk.notices() == ["Synth is gone; sending to it looks for it again"]


def test_dead_server_is_closed_and_its_inputs_wait() -> None:
    """The virtual port plays on."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.ports.outputs.send(b"\xf8", "key")
    dead, desk.hardware = desk.hardware, None
    dead.answers = False
    desk.check_after(1.0)
    assert (dead.closed, desk.ports.waiting()) == (True, ["Keystation"])
    assert desk.ports.connected() == [VIRTUAL]
    assert desk.ports.outputs.names() == []
    assert desk.ports.status == "rtmidi, Fake has stopped answering"


def test_dead_server_is_found_again_with_its_inputs() -> None:
    """A new one that shows the same ports takes over."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.hardware.answers = False
    desk.check_after(1.0)
    desk.hardware = Hardware("Keystation")
    desk.check_after(1.0)
    assert desk.ports.connected() == [VIRTUAL, "Keystation"]
    assert desk.hardware.opened[0].open
    assert desk.ports.status == "rtmidi, Fake"


def test_dead_server_is_looked_for_ever_more_rarely() -> None:
    """After 1, 1, 2, 4, 8 and then every 15 seconds."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.hardware.answers = False
    desk.check_after(1.0)
    desk.hardware, moments = None, []
    for second in range(2, 66):
        before = desk.looks
        desk.check_after(1.0)
        if desk.looks > before:
            moments.append(second)
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert (moments[0], waits) == (2, [1, 2, 4, 8, 15, 15, 15])


def test_dead_server_is_not_looked_for_when_nobody_misses_it() -> None:
    """Looking takes the interpreter lock for 10 ms; nothing was connected."""
    desk = Desk(Hardware("Keystation"))
    desk.hardware.answers = False
    desk.check_after(1.0)
    for _ in range(20):
        desk.check_after(1.0)
    assert desk.looks == 1


def test_device_that_refuses_to_reopen_is_tried_again() -> None:
    """The refusal is a notice; the reader goes on."""
    desk = Desk(Hardware("Keystation"))
    desk.ports.connect("key")
    desk.hardware.devices.clear()
    desk.check_after(1.0)
    desk.hardware.devices.append("Keystation")
    desk.hardware.refuses = True
    desk.check_after(1.0)
    assert desk.notices()[-1] == "refused 'Keystation'"
    desk.hardware.refuses = False
    desk.check_after(15.0)
    assert desk.ports.connected() == [VIRTUAL, "Keystation"]


@pytest.mark.parametrize(("direction", "count"), [("in", 1), ("out", 1), ("both", 2)])
def test_created_port_opens_the_ends_that_were_asked_for(direction: str, count: int) -> None:
    """Seen from here; creating it again changes nothing."""
    desk = Desk(Hardware())
    assert desk.ports.create("Mine", direction) == "Mine"
    desk.ports.create("Mine", direction)
    assert len(desk.hardware.opened) == count
    assert ("Mine" in desk.ports.connected()) == (direction != "out")
    assert ("Mine" in desk.ports.outputs.names()) == (direction != "in")


def test_created_port_is_refused_when_the_direction_is_unknown() -> None:
    """The text says which there are."""
    with pytest.raises(PortError, match='direction is \'up\'; allowed are "in", "out" and "both"'):
        Desk(Hardware()).ports.create("Mine", "up")


def test_created_port_stays_when_devices_are_checked() -> None:
    """The system does not list our own ports among the devices."""
    desk = Desk(Hardware())
    desk.ports.create("Mine")
    desk.check_after(1.0)
    assert desk.ports.connected() == [VIRTUAL, "Mine"]
    assert desk.ports.outputs.names() == ["Mine"]


def test_created_port_is_made_again_when_the_server_was_replaced() -> None:
    """Under the same name."""
    desk = Desk(Hardware())
    desk.ports.create("Mine", "in")
    desk.hardware.answers = False
    desk.check_after(1.0)
    desk.hardware = Hardware()
    desk.check_after(1.0)
    assert desk.ports.connected() == [VIRTUAL, "Mine"]


def test_close_gives_back_everything_and_again_is_harmless() -> None:
    """Sounding notes end first."""
    desk = Desk(Hardware("Synth"))
    desk.ports.connect("syn")
    desk.ports.outputs.send(b"\x90\x24\x64", "syn")
    desk.ports.close()
    desk.ports.close()
    assert (desk.hardware.closed, desk.ports.connected()) == (True, [])
    assert desk.hardware.opened[1].sent == [b"\x90\x24\x64", b"\x80\x24\x40"]


def test_polling_is_wanted_only_with_ports_that_need_it() -> None:
    """With the virtual port alone the reader may sleep."""
    desk = Desk(Hardware("device"))
    assert desk.ports.polled is False
    desk.ports.connect("dev")
    assert desk.ports.polled is True
    desk.ports.disconnect()
    assert desk.ports.polled is False


def test_device_at_a_browser_is_a_port_like_others() -> None:
    """With a number, a part of its name is enough, and it says which system it is of."""
    desk = Desk(Hardware("Keystation"))
    desk.browser_has("Launchpad")
    assert desk.ports.connect("launch") == "Launchpad (web)"
    desk.ports.outputs.send(b"\xf8", "launch")
    assert desk.ports.infos()[1:3] == [
        PortInfo(1, "Launchpad (web)", "in", "web", "connected"),
        PortInfo(2, "Keystation", "in", "rtmidi", ""),
    ]
    assert [one.data for _, one in desk.web.collect("page")] == [b"\xf8"]


def test_device_at_a_browser_is_lost_at_once_and_comes_back_by_itself() -> None:
    """Nobody has to wait for the next look at the hardware, and there need not be any."""
    desk = Desk()
    desk.browser_has("Launchpad")
    desk.ports.connect("launch")
    desk.ports.outputs.send(b"\xf8", "launch")
    desk.browser_has()
    assert (desk.ports.waiting(), desk.lost) == (["Launchpad (web)"], ["Launchpad (web)"])
    assert desk.ports.outputs.names() == []
    desk.browser_has("Launchpad")
    assert desk.ports.connected() == [VIRTUAL, "Launchpad (web)"]
    assert desk.notices() == [
        "Launchpad (web) is gone; it reconnects when it is back",
        "Launchpad (web) is gone; sending to it looks for it again",
        "Launchpad (web) is back",
    ]


def test_missing_device_at_a_browser_is_not_looked_for_in_the_hardware() -> None:
    """Looking takes the interpreter lock for 10 ms."""
    desk = Desk()
    desk.browser_has("Launchpad")
    desk.ports.connect("launch")
    desk.browser_has()
    for _ in range(20):
        desk.check_after(1.0)
    assert desk.looks == 1


def test_device_of_one_system_does_not_come_back_as_that_of_another() -> None:
    """Chromium sees what is plugged into this machine too, and is quicker."""
    desk = Desk(Hardware("Launchpad"))
    desk.ports.connect("launch")
    desk.hardware.devices.clear()
    desk.check_after(1.0)
    desk.browser_has("Launchpad")
    assert desk.ports.connected() == [VIRTUAL]
    desk.hardware.devices.append("Launchpad")
    desk.check_after(1.0)
    assert desk.ports.connected() == [VIRTUAL, "Launchpad"]


def test_device_that_is_expected_may_come_at_a_browser() -> None:
    """Where a configuration names it; then it is connected once."""
    desk = Desk(Hardware())
    desk.ports.expect("Launchpad")
    desk.browser_has("Launchpad")
    assert desk.ports.connected() == [VIRTUAL, "Launchpad (web)"]
    desk.ports.expect("Launchpad")
    desk.check_after(1.0)
    desk.ports.look()
    assert (desk.ports.connected()[1:], desk.ports.waiting()) == (["Launchpad (web)"], [])
