"""A real performance: a MIDI file, played by another process, through JACK, into a real kernel."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.jack import JackServer
from tests.support.kernel import Kernel
from tests.support.need import need_program
from tests.support.performance import performance_messages, write_performance
from tests.support.performer import Performer

pytestmark = [pytest.mark.jack, pytest.mark.kernel]

THRU = """
from midimon_live import *
handled = []
class Thru(ActionPlugin):
    capabilities = {Capability.MIDI}
    def execute(self, params, context):
        handled.append([context.event, context.channel, context.note, context.control])
        value = context.velocity if context.value is None else context.value
        kind = {"note": 0x90, "release": 0x80, "cc": 0xB0}[context.event]
        number = context.control if context.note is None else context.note
        self.host.send([kind | context.channel, number, value], port="performer-in")
for number in range(128):
    midi.map(note(number), Thru)
    midi.map(release(number), Thru)
    midi.map(cc(number), Thru)
midi.connect("performer-out")
"""
CELLS = (
    "import time; time.sleep(2)",
    "end = time.perf_counter() + 2\nwhile time.perf_counter() < end: sum(range(1000))",
    "import asyncio; await asyncio.sleep(2)",
)
TAP = """
from midimon_live.backends.rtmidi import RtMidiInput
polled, poll = [], RtMidiInput.poll
def tapped(port):
    got = poll(port)
    polled.extend(one.data.hex() for one in got)
    return got
RtMidiInput.poll = tapped
"""
# what a JACK server that is not real-time, or kept waiting, drops or repeats by itself: 5 % where
# the machine was slow; what reached the port is compared exactly
SERVERS_FAULT = 0.1


def test_every_event_of_a_midi_file_is_handled_in_order_and_once(tmp_path: Path) -> None:
    """Idle, sleeping, computing and awaiting: nothing that reached the port is lost or doubled.

    What the driver's queue gave is compared with what the engine took, that with what the plugin
    handled, and both ends with what the performer sent and got back.
    """
    need_program("jackd", "Debian: apt-get install jackd2")
    write_performance(tmp_path / "piece.mid")
    piece = performance_messages(tmp_path / "piece.mid", speed=6, max_gap=0.012)
    with JackServer() as server, Performer(server) as performer, Kernel(server.env) as kernel:
        kernel.run("%load_ext midimon_live")
        kernel.run(THRU + TAP)
        performer.start_play(piece, tail=1)
        for code in CELLS:
            kernel.run(code)
        played = performer.finish()
        kernel.run("midi.settle()")
        polled = kernel.json("polled")
        taken = kernel.json("[[t.event.serial, t.event.data.hex()] for t in midi.traces()]")
        handled = kernel.json("handled")
        executions = kernel.json("midi.plugins.get_stats('thru').executions")
    mappable = [bytes.fromhex(one) for one in polled if one[0] in "89b"]
    assert len(played.sent) >= 2000
    assert taken == [[serial, data] for serial, data in enumerate(polled, start=1)]
    assert handled == [as_handled(data) for data in mappable]
    assert executions == len(handled)
    assert_nearly_the_same(
        [data for _, data in played.sent], [bytes.fromhex(one) for one in polled]
    )
    back = [data for _, data in played.received]
    assert_nearly_the_same([as_sent_back(data) for data in mappable], back)


def assert_nearly_the_same(before: list[bytes], after: list[bytes]) -> None:
    """Let the server lose and repeat a little, and change nothing."""
    sent, arrived = Counter(before), Counter(after)
    assert (sent - arrived).total() <= SERVERS_FAULT * len(before)
    assert (arrived - sent).total() <= SERVERS_FAULT * len(before)
    assert set(arrived) <= set(sent)


def as_sent_back(data: bytes) -> bytes:
    """What the plugin makes of a message: a note-on with velocity 0 becomes a note-off."""
    status, number, value = data
    released = status >> 4 == 0x9 and not value
    return bytes((status - 0x10 if released else status, number, value))


def as_handled(data: bytes) -> list[object]:
    """What the plugin writes down about a message."""
    status, number, _ = as_sent_back(data)
    kind = {0x9: "note", 0x8: "release", 0xB: "cc"}[status >> 4]
    is_control = kind == "cc"
    return [kind, status & 0xF, None if is_control else number, number if is_control else None]
