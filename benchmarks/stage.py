"""The stage of the benchmarks that use real MIDI: a JACK server, performers and a kernel."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.jack import JackServer
from tests.support.kernel import Kernel
from tests.support.performer import Performance, Performer

IMPORTS = """
from time import perf_counter, sleep
from benchmarks import inside
from midimon_live import ActionPlugin, Capability, cc
inside.tap()
"""

ECHO = """
class Echo(ActionPlugin):
    "Send back what came."
    capabilities = {Capability.MIDI}

    def execute(self, params, context):
        self.host.send(inside.handle(context), port="performer-in")

for control in range(100):
    midi.map(cc(control), Echo)
midi.connect("performer-out")
"""


@contextmanager
def stage() -> Iterator[tuple[JackServer, Performer, Kernel]]:
    """Set up a JACK server, a performer and a kernel with the tap, without the extension."""
    with JackServer() as server, Performer(server) as performer, Kernel(server.env) as kernel:
        kernel.run(IMPORTS, cell_id="imports")
        yield server, performer, kernel


@dataclass(frozen=True)
class Order:
    """How what the plugin handled compares with what left the driver's queue.

    Attributes:
        lost: left the queue and was not handled.
        doubled: was handled more often than it left the queue.
        displaced: was handled at another place of the order.
    """

    lost: int
    doubled: int
    displaced: int

    @property
    def wrong(self) -> int:
        """How many events are not as they should be."""
        return self.lost + self.doubled + self.displaced


def compare(left_queue: Sequence[str], handled: Sequence[str]) -> Order:
    """Compare two sequences of numbered events."""
    there, here = Counter(left_queue), Counter(handled)
    lost, doubled = there - here, here - there
    expected = _without(left_queue, lost)
    found = _without(handled, doubled)
    displaced = sum(one != other for one, other in zip(expected, found, strict=True))
    return Order(lost.total(), doubled.total(), displaced)


def one_way_ms(performance: Performance, handled: Sequence[Sequence[Any]]) -> list[float]:
    """Return the milliseconds from the performer's sending to the start of the handler."""
    sent = {message.hex(): at for at, message in performance.sent}
    return [(at - sent[data]) * 1000 for at, data, *_ in handled if data in sent]


def missing(performance: Performance, arrived: Sequence[str]) -> int:
    """Return how many of the events that were sent did not arrive."""
    sent = Counter(message.hex() for _, message in performance.sent)
    return (sent - Counter(arrived)).total()


def _without(events: Sequence[str], surplus: Counter[str]) -> list[str]:
    left, kept = surplus.copy(), []
    for event in events:
        if left[event] > 0:
            left[event] -= 1
        else:
            kept.append(event)
    return kept
