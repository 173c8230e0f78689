"""What needs no MIDI system: stamps, closing, refusals, with a stand-in for python-rtmidi."""

import os
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live.backends import open_backend
from midimon_live.backends.driver import muted_stderr
from midimon_live.backends.rtmidi import RtMidiBackend, RtMidiInput
from midimon_live.clock import ManualClock
from midimon_live.errors import BackendUnavailable, PortClosed, PortNotFound

ALSA, JACK, DUMMY = 2, 3, 5
API_NAMES = {ALSA: "alsa", JACK: "jack", DUMMY: "dummy"}


class RtMidiError(Exception):
    """What python-rtmidi raises."""


class TickingClock(ManualClock):
    """Moves by 50 ms whenever it is asked, so that waiting for an answer ends."""

    def now(self) -> float:
        """Return a moment later than the one before."""
        self.move_to(super().now() + 0.05)
        return super().now()


class System:
    """The machine: its devices, which APIs answer, and all clients that were made."""

    def __init__(self) -> None:
        self.devices = ["Keystation 20:0", "Launchpad 24:0"]
        self.working = {ALSA, JACK}
        self.clients: list[Client] = []
        self.carries = True
        self.loses = 0  # so many pulses

    def named(self, role: str) -> "Client":
        """Return the client whose name ends like that."""
        return next(one for one in reversed(self.clients) if one.name.endswith(role))


class Client:
    """A stand-in for both `rtmidi.MidiIn` and `rtmidi.MidiOut`."""

    def __init__(self, system: System, api: int, name: str, **options: Any) -> None:
        if api not in system.working:
            raise RtMidiError(f"{API_NAMES[api]} does not answer")
        self.system, self.name, self.options = system, name, options
        self.arrived: deque[tuple[list[int], float]] = deque()
        self.sent: list[bytes] = []
        self.opened: int | str | None = None
        self.target = ""
        self.calls: list[str] = []
        system.clients.append(self)

    def get_ports(self) -> list[str]:
        """List devices, and the ports that clients made."""
        made = [f"{c.name}:{c.opened}" for c in self.system.clients if isinstance(c.opened, str)]
        return [*self.system.devices, *made]

    def open_port(self, number: int, name: str) -> None:
        """Connect to a port of `get_ports`."""
        self.target = self.get_ports()[number]
        self.opened = number

    def open_virtual_port(self, name: str) -> None:
        """Make a port."""
        if name == "refused":
            raise NotImplementedError("virtual ports are not supported")
        self.opened = name

    def ignore_types(self, **kinds: bool) -> None:
        """Note what is asked for."""
        self.options.update(kinds)

    def get_message(self) -> tuple[list[int], float] | None:
        """Take what has arrived."""
        return self.arrived.popleft() if self.arrived else None

    def send_message(self, data: bytes) -> None:
        """Keep it; the pulse comes back as long as the server carries messages."""
        self.sent.append(bytes(data))
        if self.target.endswith(":pulse") and self.system.carries:
            if self.system.loses:
                self.system.loses -= 1
                return
            pulse = next(one for one in self.system.clients if one.opened == "pulse")
            pulse.arrived.append((list(data), 0.0))

    def close_port(self) -> None:
        """Note it."""
        self.calls.append("close")

    def delete(self) -> None:
        """Note it."""
        self.calls.append("delete")


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> System:
    """Put a stand-in in the place of python-rtmidi and return the machine behind it."""
    machine, module = System(), ModuleType("rtmidi")
    module.__file__ = str(tmp_path / "rtmidi" / "__init__.py")
    module.RtMidiError = RtMidiError
    module.MidiIn = module.MidiOut = lambda api, name, **options: Client(
        machine, api, name, **options
    )
    module.get_compiled_api = lambda: list(API_NAMES)
    module.get_api_name = API_NAMES.__getitem__
    module.get_api_display_name = lambda api: API_NAMES[api].upper()
    monkeypatch.setitem(sys.modules, "rtmidi", module)
    return machine


def backend(api: str = "alsa", clock: ManualClock | None = None) -> RtMidiBackend:
    """Return a backend on the stand-in."""
    return RtMidiBackend(clock or ManualClock(), api)


# stamps


def stamps(times: list[float], polled_at: list[float]) -> list[float]:
    """Let messages leave the driver at `times`, poll at `polled_at`; return their moments."""
    clock, moments, before = ManualClock(), [], None
    client = Client(System(), ALSA, "in")
    port = RtMidiInput("in", client, clock)
    for time, poll in zip(times, polled_at, strict=True):
        client.arrived.append(([0x90, 36, 100], 0.0 if before is None else time - before))
        before = time
        clock.move_to(poll)
        moments += [one.time for one in port.poll()]
    return moments


def test_stamps_keep_their_distances_when_a_poll_is_late() -> None:
    """The driver's own times count, as soon as one poll was quick."""
    times = [1.0, 1.1, 1.2, 1.3]
    late = stamps(times, [1.001, 1.101, 1.9, 2.0])
    assert late == pytest.approx([1.001, 1.101, 1.201, 1.301], abs=1e-4)


def test_stamps_of_one_poll_are_apart_when_the_events_were() -> None:
    """A burst that is read at once, late, keeps its rhythm."""
    client, clock = Client(System(), ALSA, "in"), ManualClock(start=5.0)
    port = RtMidiInput("in", client, clock)
    client.arrived.append(([0xF8], 0.0))
    port.poll()
    client.arrived.extend([([0xF8], 1.0), ([0xF8], 0.25), ([0xF8], 0.25)])
    clock.move_to(10.0)
    first, second, third = (one.time for one in port.poll())
    assert (second - first, third - second) == pytest.approx((0.25, 0.25), abs=1e-4)
    assert first == pytest.approx(6.0, abs=1e-3)


DELAYS = st.lists(st.floats(0, 2), min_size=1, max_size=50)


@settings(derandomize=True, deadline=None)
@given(DELAYS, st.lists(st.floats(0, 0.5), min_size=50, max_size=50))
def test_stamps_are_in_order_and_never_in_the_future(gaps: list[float], lates: list[float]) -> None:
    """Nor before the driver's own moment by more than the clocks may differ."""
    times, polls, now = [], [], 0.0
    for gap, late in zip(gaps, lates, strict=False):
        now += gap
        times.append(now)
        polls.append(max(now + late, polls[-1] if polls else 0.0))
    moments = stamps(times, polls)
    assert moments == sorted(moments)
    assert all(moment <= poll + 1e-9 for moment, poll in zip(moments, polls, strict=True))
    assert all(moment >= time - 1e-6 for moment, time in zip(moments, times, strict=True))


def test_stamps_follow_when_the_drivers_clock_is_slower() -> None:
    """50 ppm, over an hour: late by a fraction of a second only, not by ever more."""
    times = [float(second) for second in range(0, 3600, 10)]
    slow = [time * (1 - 50e-6) for time in times]
    moments = stamps(slow, [time + 0.001 for time in times])
    assert max(abs(moment - time) for moment, time in zip(moments, times, strict=True)) < 0.003


# ports


def test_input_asks_for_everything_and_a_long_queue(system: System) -> None:
    """Sysex, clock and active sensing are counted, not dropped unseen."""
    backend().open_input("Launchpad 24:0")
    client = system.named("-in")
    assert client.opened == 1
    assert client.options["queue_size_limit"] >= 10_000
    kinds = ("sysex", "timing", "active_sense")
    assert [client.options[kind] for kind in kinds] == [False, False, False]


def test_input_answers_nothing_when_nothing_came(system: System) -> None:
    """An empty list, at once."""
    assert backend().open_input("Launchpad 24:0").poll() == []


def test_output_sends_bytes_as_they_are(system: System) -> None:
    """To the port of that name."""
    output = backend().open_output("Keystation 20:0")
    output.send(b"\x90\x24\x64")
    assert (system.named("-out").opened, system.named("-out").sent) == (0, [b"\x90\x24\x64"])


@pytest.mark.parametrize("kind", ["open_input", "open_output"])
def test_closing_a_port_twice_closes_it_once_and_for_good(system: System, kind: str) -> None:
    """`close_port` alone keeps the client in the system."""
    opened = getattr(backend(), kind)("Launchpad 24:0")
    opened.close()
    opened.close()
    assert system.clients[-1].calls == ["close", "delete"]


def test_closed_ports_are_quiet(system: System) -> None:
    """Polling finds nothing; sending says so."""
    opened = backend()
    port, output = opened.open_input("Launchpad 24:0"), opened.open_output("Launchpad 24:0")
    opened.close()
    assert port.poll() == []
    with pytest.raises(PortClosed, match="Launchpad 24:0 is closed"):
        output.send(b"\xf8")


def test_closing_the_backend_gives_back_every_client_once(system: System) -> None:
    """Ports, and the clients that only listed; again is harmless."""
    opened = backend()
    opened.open_input("Launchpad 24:0")
    opened.open_output("Launchpad 24:0").close()
    opened.close()
    opened.close()
    assert [client.calls for client in system.clients] == [["close", "delete"]] * 4
    assert opened.inputs() == opened.outputs() == []


def test_own_ports_are_not_listed(system: System) -> None:
    """Connecting to oneself would be a loop."""
    opened = backend()
    opened.open_input("Mine", virtual=True)
    assert opened.inputs() == opened.outputs() == ["Keystation 20:0", "Launchpad 24:0"]


@pytest.mark.parametrize("kind", ["open_input", "open_output"])
def test_device_that_has_just_gone_is_an_error_that_lists_the_others(
    system: System, kind: str
) -> None:
    """Between listing and opening."""
    opened = backend()
    system.devices.remove("Launchpad 24:0")
    with pytest.raises(PortNotFound, match="'Launchpad 24:0' is gone; there are: Keystation 20:0"):
        getattr(opened, kind)("Launchpad 24:0")


def test_refused_virtual_port_is_an_error_of_ours(system: System) -> None:
    """As on Windows."""
    with pytest.raises(BackendUnavailable, match=r"rtmidi, ALSA refused 'refused': virtual ports"):
        backend().open_input("refused", virtual=True)


# systems


def test_first_system_that_answers_is_taken(system: System) -> None:
    """JACK where ALSA is absent."""
    system.working = {JACK}
    opened = RtMidiBackend(TickingClock())
    assert (opened.api_name, opened.detail) == ("jack", "rtmidi, JACK")
    opened.close()


def test_system_can_be_chosen(system: System) -> None:
    """As MIDIMON_BACKEND does: rtmidi/jack."""
    opened = open_backend("rtmidi/jack", TickingClock(), lambda: None)
    assert opened.detail == "rtmidi, JACK"
    opened.close()


@pytest.mark.parametrize(
    ("api", "reason"),
    [(None, "alsa: alsa does not answer; jack: jack does"), ("core", "no API called 'core'")],
)
def test_no_system_is_one_line_with_the_reasons(
    system: System, api: str | None, reason: str
) -> None:
    """Which were tried, and that the virtual port works."""
    system.working = set()
    with pytest.raises(BackendUnavailable) as caught:
        RtMidiBackend(ManualClock(), api)
    text = str(caught.value)
    assert reason in text
    assert "The virtual port works." in text
    assert "\n" not in text


def test_missing_package_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither binding of RtMidi is installed."""
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    monkeypatch.setitem(sys.modules, "supriya_midi", None)
    with pytest.raises(BackendUnavailable, match="no library for hardware ports is usable here"):
        RtMidiBackend(ManualClock())


def test_unknown_backend_lists_those_there_are() -> None:
    """A slip in MIDIMON_BACKEND."""
    with pytest.raises(BackendUnavailable, match="no backend 'alsa'; there are: virtual, rtmidi"):
        open_backend("alsa", ManualClock(), lambda: None)


# a JACK server that dies


def beaten(opened: RtMidiBackend, times: int) -> bool:
    """Ask several times, as the reader does about once a second."""
    return [opened.alive() for _ in range(times)][-1]


def test_server_lives_as_long_as_it_carries_the_pulse(system: System) -> None:
    """However often it is asked."""
    opened = backend("jack", TickingClock())
    assert beaten(opened, 100) is True
    opened.close()


def test_server_that_loses_a_pulse_is_not_dead(system: System) -> None:
    """One that is not real-time drops a message now and then; its devices stay."""
    opened = backend("jack", TickingClock())
    for _ in range(5):
        system.loses = 2
        assert beaten(opened, 30) is True
    assert opened.inputs() == system.devices
    opened.close()


def test_server_is_dead_when_the_pulse_stays_away(system: System) -> None:
    """Its ports are not listed any more, though RtMidi still has them."""
    opened = backend("jack", TickingClock())
    system.carries = False
    assert beaten(opened, 30) is False
    assert (opened.inputs(), opened.outputs()) == ([], [])
    opened.close()


def test_sending_stops_before_a_dead_servers_ring_is_full(system: System) -> None:
    """Past that, `send_message` would spin with the interpreter lock held."""
    opened = backend("jack", TickingClock())
    output = opened.open_output("Launchpad 24:0")
    system.carries = False

    def flood() -> None:
        for _ in range(10_000):
            output.send(b"\x90\x24\x64")

    with pytest.raises(PortClosed, match="its MIDI server is gone"):
        flood()
    assert len(system.named("-out").sent) * 7 < 16_384
    opened.close()


def test_sending_goes_on_when_the_server_keeps_up(system: System) -> None:
    """Any number of messages."""
    opened = backend("jack", TickingClock())
    output = opened.open_output("Launchpad 24:0")
    for _ in range(10_000):
        output.send(b"\x90\x24\x64")
    assert len(system.named("-out").sent) == 10_000
    opened.close()


def test_dead_servers_ports_are_dropped_not_closed(system: System) -> None:
    """Closing would wait for the server for ever."""
    opened = backend("jack", TickingClock())
    opened.open_input("Launchpad 24:0")
    system.carries = False
    assert beaten(opened, 30) is False
    opened.close()
    assert [client.calls for client in system.clients] == [[]] * len(system.clients)


# standard error


def written_by(act: Callable[[], None], capfd: pytest.CaptureFixture[str]) -> str:
    """Return what `act` left on file descriptor 2."""
    act()
    return capfd.readouterr().err


def test_muted_stderr_keeps_c_libraries_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    """Only meanwhile; also when what runs inside raises."""

    def act() -> None:
        with suppress(ZeroDivisionError), muted_stderr():
            os.write(2, b"ALSA lib seq_hw.c:466")
            _ = 1 / 0
        os.write(2, b"after")

    assert written_by(act, capfd) == "after"
