"""What every backend promises, checked on each: virtual, web, and rtmidi on a real JACK server."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from midimon_live.backends import open_backend
from midimon_live.backends.base import Backend, InputPort, OutputPort, Received
from midimon_live.backends.web import Offer, WebBackend
from midimon_live.clock import SystemClock
from midimon_live.errors import PortClosed, PortNotFound
from tests.support.far import jack_in, jack_out

MESSAGES = [
    bytes((0x90, 60, 100)),
    bytes((0x80, 60, 64)),
    bytes((0xB3, 7, 127)),
    bytes((0xC0, 5)),
    bytes((0xD1, 99)),
    bytes((0xE0, 0, 64)),
    bytes((0xF8,)),
    bytes((0xFE,)),
    b"\xf0\x7e\x7f\x06\x01\xf7",
]


@dataclass
class Far:
    """The other end: what another program would hold."""

    backend: Backend
    feed: Callable[[bytes], None]
    heard: Callable[[], list[bytes]]
    near_input: InputPort
    near_output: OutputPort


def _virtual() -> Iterator[Far]:
    backend = open_backend("virtual", SystemClock(), lambda: None)
    port: Any = backend.open_input("loop", virtual=True)
    yield Far(backend, port.feed, lambda: [bytes(m.bytes()) for m in port.sent], port, port)
    backend.close()


def _web() -> Iterator[Far]:
    clock = SystemClock()
    backend = WebBackend(clock, lambda: None)
    offers = [Offer("1", "Pad", "in"), Offer("2", "Pad", "out")]
    number = backend.offer("page", "browser", offers)[0].number
    kept: list[bytes] = []

    def feed(data: bytes) -> None:
        backend.feed("page", [(number, clock.now(), data)])

    def heard() -> list[bytes]:
        kept.extend(waiting.data for _, waiting in backend.collect("page"))
        return list(kept)

    near = backend.open_input("Pad (web)"), backend.open_output("Pad (web)")
    yield Far(backend, feed, heard, *near)
    backend.close()


def _jack() -> Iterator[Far]:
    there_out, there_in = jack_out("far-out"), jack_in("far-in")
    there_out.open_virtual_port("play")
    there_in.open_virtual_port("record")
    backend = open_backend("rtmidi/jack", SystemClock(), lambda: None)
    kept: list[bytes] = []

    def heard() -> list[bytes]:
        while (got := there_in.get_message()) is not None:
            kept.append(bytes(got[0]))
        return list(kept)

    near_input = backend.open_input(_named(backend.inputs(), "far-out"))
    near_output = backend.open_output(_named(backend.outputs(), "far-in"))
    _wait_until_carried(there_out.send_message, near_input)
    yield Far(backend, there_out.send_message, heard, near_input, near_output)
    backend.close()
    there_out.close_port()
    there_in.close_port()


def _wait_until_carried(feed: Any, near_input: Any) -> None:
    """A JACK server under load carries nothing for some cycles after the ports were connected."""
    until = time.perf_counter() + 10
    while time.perf_counter() < until:
        feed(b"\xb0\x00\x00")
        time.sleep(0.05)
        if near_input.poll():
            break
    while near_input.poll():
        time.sleep(0.05)


def _named(names: list[str], part: str) -> str:
    return next(name for name in names if part in name)


@pytest.fixture(params=["virtual", "web", pytest.param("jack", marks=pytest.mark.jack)])
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    """Each backend with its other end."""
    if request.param == "jack":
        request.getfixturevalue("jack")
    yield from {"virtual": _virtual, "web": _web, "jack": _jack}[request.param]()


def poll_until(far: Far, count: int) -> list[Received]:
    """Poll as the reader does, until `count` messages are there or two seconds are over."""
    got: list[Received] = []
    until = time.perf_counter() + 2
    while len(got) < count and time.perf_counter() < until:
        got += far.near_input.poll()
        time.sleep(0.001)
    return got


def test_every_kind_of_message_arrives_whole_and_in_order(far: Far) -> None:
    """Bytes in, the same bytes out: channel messages, realtime and sysex."""
    for message in MESSAGES:
        far.feed(message)
    assert [data for _, data in poll_until(far, len(MESSAGES))] == MESSAGES


def test_arrival_is_stamped_in_order_and_never_in_the_future(far: Far) -> None:
    """Stamps do not decrease and lie before the poll that found them."""
    for value in range(50):
        far.feed(bytes((0xB0, 1, value)))
    got = poll_until(far, 50)
    stamps = [moment for moment, _ in got]
    assert stamps == sorted(stamps)
    assert stamps[-1] <= time.perf_counter()


def test_a_late_poll_does_not_make_the_events_late(far: Far) -> None:
    """The stamps keep the spacing that the events had, even if nobody polled meanwhile."""
    for value in range(3):
        far.feed(bytes((0xB0, 1, value)))
        poll_until(far, 1)
    for value in range(4):
        far.feed(bytes((0xB0, 2, value)))
        time.sleep(0.05)
    got = poll_until(far, 4)
    assert 0.12 < got[-1].time - got[0].time < 0.3


def test_what_is_sent_reaches_the_other_end_in_order(far: Far) -> None:
    """Every message of the output arrives, once."""
    for message in MESSAGES:
        far.near_output.send(message)
    until = time.perf_counter() + 2
    while len(far.heard()) < len(MESSAGES) and time.perf_counter() < until:
        time.sleep(0.01)
    assert far.heard() == MESSAGES


def test_polling_an_idle_port_returns_nothing_at_once(far: Far) -> None:
    """It does not wait for something to come."""
    assert far.near_input.poll() == []


def test_a_port_that_does_not_exist_is_an_error_that_says_so(far: Far) -> None:
    """By its exact name; matching is done elsewhere."""
    with pytest.raises(PortNotFound, match="nowhere"):
        far.backend.open_input("nowhere")
    with pytest.raises(PortNotFound, match="nowhere"):
        far.backend.open_output("nowhere")


def test_closing_is_harmless_twice_and_sending_after_it_is_an_error(far: Far) -> None:
    """A closed port receives nothing and refuses to send."""
    for _ in range(2):
        far.near_input.close()
        far.near_output.close()
    assert far.near_input.poll() == []
    with pytest.raises(PortClosed, match="closed"):
        far.near_output.send(MESSAGES[0])


def test_a_live_backend_says_so_and_lists_strings(far: Far) -> None:
    """Status answers are there on every backend."""
    assert far.backend.alive()
    assert all(isinstance(name, str) for name in far.backend.inputs() + far.backend.outputs())
    assert far.backend.detail
