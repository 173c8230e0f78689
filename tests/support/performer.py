"""Plays timed MIDI through JACK from a process of its own and records what comes back.

All times are `time.perf_counter()` in seconds. On Linux that is CLOCK_MONOTONIC, so times
taken in different processes of one machine can be compared.

The process (``python -m tests.support.performer OUT_PORT IN_PORT``) opens its two ports, prints
a ready line, and then answers each line of JSON on its input with one line of JSON:

* ``{"play": "messages.json", "tail": 0.5}``, where the file holds ``[[seconds, "hex"], ...]``
* ``{"numbered": 2000, "gaps": [2, 12], "seed": 0, "tail": 0.5}``, gaps in milliseconds
* ``{"quit": true}``, or the end of its input
"""

import gc
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.child import Child
from tests.support.jack import JackServer

Timed = tuple[float, bytes]
"""A time in seconds and the bytes of one MIDI message."""

_CONTROL_CHANGE = 0xB0
_VALUES = 128
_CONTROLS = 100  # from 102 on they are unassigned, from 120 on they are channel mode messages
_PER_CHANNEL = _CONTROLS * _VALUES
_POLL = 0.00015  # seconds; what a received message's time may be late by
_LEAD = 0.02  # seconds from the command to the first message


def encode(number: int) -> bytes:
    """Return the control change that carries a number from 0 to 204,799.

    The value holds the lowest seven bits, the control (0 to 99) the next digit and the channel
    the highest one, so that no number becomes a channel mode message.
    """
    channel, rest = divmod(number, _PER_CHANNEL)
    if not 0 <= channel < 16:
        raise ValueError(f"{number} is not in 0..{16 * _PER_CHANNEL - 1}")
    return bytes((_CONTROL_CHANGE | channel, rest // _VALUES, rest % _VALUES))


def decode(message: bytes) -> int:
    """Return the number that `encode` put into a message.

    Raises:
        ValueError: The message is not one of `encode`'s.
    """
    if len(message) != 3 or message[0] & 0xF0 != _CONTROL_CHANGE or message[1] >= _CONTROLS:
        raise ValueError(f"{message.hex(' ') or 'an empty message'} carries no number")
    return (message[0] & 0x0F) * _PER_CHANNEL + message[1] * _VALUES + message[2]


@dataclass(frozen=True)
class Trip:
    """How numbered messages came back.

    Attributes:
        sent: How many were sent.
        lost: The numbers that did not come back.
        repeated: The numbers that came back more than once.
        foreign: How many messages came back that had not been sent.
        in_order: Whether the first arrivals have the order in which they were sent.
        rtts_ms: The round-trip times in milliseconds, in the order of arrival.
    """

    sent: int
    lost: list[int]
    repeated: list[int]
    foreign: int
    in_order: bool
    rtts_ms: list[float]

    def percentile(self, percent: float) -> float:
        """Return the round-trip time in ms that `percent` of the messages did not exceed.

        It is NaN when nothing came back.
        """
        if not self.rtts_ms:
            return math.nan
        rank = math.ceil(percent / 100 * len(self.rtts_ms))
        return sorted(self.rtts_ms)[max(rank, 1) - 1]


@dataclass(frozen=True)
class Performance:
    """What a performer sent and what it got back.

    Attributes:
        sent: Each message with the moment just before it was sent.
        received: Each message with the moment at which it was noticed, up to 0.3 ms after it
            came in.
        stale: How many messages had come in before this performance began; they are dropped.
    """

    sent: list[Timed]
    received: list[Timed]
    stale: int

    def trip(self) -> Trip:
        """Compare what was sent with what came back, for `Performer.play_numbered`."""
        sent = {decode(message): at for at, message in self.sent}
        back: dict[int, float] = {}
        repeated, foreign = [], 0
        for at, message in self.received:
            number = _number(message)
            if number is None or number not in sent:
                foreign += 1
            elif number in back:
                repeated.append(number)
            else:
                back[number] = at
        return Trip(
            sent=len(sent),
            lost=[number for number in sent if number not in back],
            repeated=repeated,
            foreign=foreign,
            in_order=all(sent[a] <= sent[b] for a, b in pairwise(back)),
            rtts_ms=[(at - sent[number]) * 1000 for number, at in back.items()],
        )


def _number(message: bytes) -> int | None:
    try:
        return decode(message)
    except ValueError:
        return None


class Performer:
    """The performer's process, as a context manager.

    Connect the program under test to `out_port` (it plays there) and to `in_port` (it listens
    there). Either play and wait (`play`, `play_numbered`), or start, do something else and
    call `finish`. For one thread at a time.

    Args:
        server: The JACK server to open the ports on.
        out_port: ``client:port`` of the port it plays on.
        in_port: ``client:port`` of the port it records from. The two clients must differ.
    """

    def __init__(
        self,
        server: JackServer,
        out_port: str = "performer-out:play",
        in_port: str = "performer-in:record",
    ) -> None:
        self.out_port = out_port
        self.in_port = in_port
        self._server = server
        self._child: Child | None = None
        self._files = tempfile.TemporaryDirectory(prefix="performer-")
        self._due = 0.0

    def __enter__(self) -> Self:
        ports = [self.out_port, self.in_port]
        self._child = Child("tests.support.performer", ports, self._server.env)
        try:
            self._child.answer(timeout=20)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def pid(self) -> int:
        """The performer's process id."""
        return self._running().pid

    def play(self, messages: Sequence[Timed], *, tail: float = 0.5) -> Performance:
        """Play messages at their times (seconds from the start) and listen on for `tail` seconds.

        Without messages it only listens.
        """
        self.start_play(messages, tail=tail)
        return self.finish()

    def play_numbered(
        self,
        count: int,
        *,
        gaps_ms: tuple[float, float] = (2.0, 12.0),
        rate: float | None = None,
        seed: int = 0,
        tail: float = 0.5,
    ) -> Performance:
        """Play the messages `encode(0)` to `encode(count - 1)`; see `start_numbered`."""
        self.start_numbered(count, gaps_ms=gaps_ms, rate=rate, seed=seed, tail=tail)
        return self.finish()

    def start_play(self, messages: Sequence[Timed], *, tail: float = 0.5) -> None:
        """Begin what `play` does and return at once; the first message is some 20 ms away."""
        path = Path(self._files.name, "messages.json")
        path.write_text(json.dumps([[at, message.hex()] for at, message in messages]))
        length = messages[-1][0] if messages else 0.0
        self._command({"play": str(path), "tail": tail}, length + tail)

    def start_numbered(
        self,
        count: int,
        *,
        gaps_ms: tuple[float, float] = (2.0, 12.0),
        rate: float | None = None,
        seed: int = 0,
        tail: float = 0.5,
    ) -> None:
        """Begin to play numbered messages and return at once; the first is some 20 ms away.

        Args:
            count: How many messages.
            gaps_ms: Shortest and longest time between two of them, in milliseconds.
            rate: Messages per second, evenly spaced, instead of `gaps_ms`.
            seed: Another seed gives other gaps; the same one the same gaps.
            tail: Seconds to listen after the last one.
        """
        gaps = gaps_ms if rate is None else (1000 / rate, 1000 / rate)
        order = {"numbered": count, "gaps": list(gaps), "seed": seed, "tail": tail}
        self._command(order, count * max(gaps) / 1000 + tail)

    def finish(self, timeout: float | None = None) -> Performance:
        """Wait until the performance is over and return what was sent and received.

        Args:
            timeout: Seconds; the performance's own length and 30 s more if not given.
        """
        left = self._due - time.perf_counter()
        answer = self._running().answer(left + 30 if timeout is None else timeout)
        return Performance(
            [(at, bytes.fromhex(text)) for at, text in answer["sent"]],
            [(at, bytes.fromhex(text)) for at, text in answer["received"]],
            answer["stale"],
        )

    def _command(self, order: dict[str, Any], length: float) -> None:
        self._running().write(json.dumps(order))
        self._due = time.perf_counter() + length

    def _running(self) -> Child:
        if self._child is None:
            raise RuntimeError("the performer is not running: use it in a `with` statement")
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None
        self._files.cleanup()


@dataclass
class _Player:
    """The two ports and the record, inside the performer's process."""

    output: Any
    input: Any
    received: list[tuple[float, str]] = field(default_factory=list)

    def perform(self, messages: Sequence[Timed], tail: float) -> dict[str, Any]:
        stale = self._drain()
        self.received = []
        sent = []
        start = time.perf_counter() + _LEAD
        for at, message in messages:
            self._listen_until(start + at)
            sent.append((time.perf_counter(), message.hex()))
            self.output.send_message(message)
        self._listen_until(time.perf_counter() + tail)
        return {"sent": sent, "received": self.received, "stale": stale}

    def _listen_until(self, moment: float) -> None:
        """Sleep in short steps, so that both the sending and the noticing are on time."""
        while (left := moment - time.perf_counter()) > 0:
            self._drain()
            time.sleep(min(left, _POLL))
        self._drain()

    def _drain(self) -> int:
        # Never rtmidi's callback: it waits for the interpreter inside JACK's own thread, and
        # closing a port while messages come in can lock up the process.
        count = 0
        while got := self.input.get_message():
            self.received.append((time.perf_counter(), bytes(got[0]).hex()))
            count += 1
        return count


def _numbered(count: int, gaps: tuple[float, float], seed: int) -> Iterator[Timed]:
    rng = random.Random(seed)  # noqa: S311 - reproducible gaps
    now = 0.0
    for number in range(count):
        yield now, encode(number)
        now += rng.uniform(*gaps) / 1000


def _messages(order: dict[str, Any]) -> list[Timed]:
    if "numbered" in order:
        low, high = order["gaps"]
        return list(_numbered(order["numbered"], (low, high), order["seed"]))
    listed = json.loads(Path(order["play"]).read_text())
    return [(at, bytes.fromhex(text)) for at, text in listed]


def _open(out_port: str, in_port: str) -> _Player:
    from tests.support.far import jack_in, jack_out  # needs JACK, which importing this does not

    out_client, out_name = out_port.split(":", 1)
    in_client, in_name = in_port.split(":", 1)
    output = jack_out(out_client)
    output.open_virtual_port(out_name)
    received = jack_in(in_client)
    received.open_virtual_port(in_name)
    for wanted, seen in ((out_port, received.get_ports()), (in_port, output.get_ports())):
        if wanted not in seen:
            raise RuntimeError(f"JACK did not name a port {wanted}; it has {seen}")
    return _Player(output, received)


def main(out_port: str, in_port: str) -> None:
    """Run the performer: open the ports, then obey the lines on the standard input."""
    player = _open(out_port, in_port)
    # A collection in the middle of a performance would look like latency of the other side.
    gc.disable()
    print(json.dumps({"ready": [out_port, in_port]}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if order.get("quit"):
            break
        print(json.dumps(player.perform(_messages(order), order["tail"])), flush=True)
        gc.collect()
    player.output.close_port()
    player.input.close_port()


if __name__ == "__main__":
    main(*sys.argv[1:])
