"""A real performance: a MIDI file, played by another process, through JACK, into a real kernel."""

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
ALLOWED_LOSS = 0.005  # what a JACK server on a busy machine drops by itself


def test_every_event_of_a_midi_file_is_handled_in_order_and_once(tmp_path: Path) -> None:
    """Idle, sleeping, computing and awaiting: nothing that reached the port is lost or doubled.

    The performer's stream is compared with what the engine took, that with what the plugin
    handled, and that with what came back through JACK.
    """
    need_program("jackd", "Debian: apt-get install jackd2")
    write_performance(tmp_path / "piece.mid")
    piece = performance_messages(tmp_path / "piece.mid", speed=6, max_gap=0.012)
    with JackServer() as server, Performer(server) as performer, Kernel(server.env) as kernel:
        kernel.run("%load_ext midimon_live")
        kernel.run(THRU)
        performer.start_play(piece, tail=1)
        for code in CELLS:
            kernel.run(code)
        played = performer.finish()
        kernel.run("midi.settle()")
        taken = [
            bytes.fromhex(one) for one in kernel.json("[t.event.data.hex() for t in midi.traces()]")
        ]
        serials = kernel.json("[t.event.serial for t in midi.traces()]")
        handled = kernel.json("len(handled)")
        stats = kernel.json("midi.plugins.get_stats('thru').executions")
    sent = [data for _, data in played.sent]
    mappable = [data for data in taken if data[0] >> 4 in (0x8, 0x9, 0xB)]
    assert len(sent) >= 2000
    assert serials == list(range(1, len(taken) + 1))
    assert is_subsequence(taken, sent)
    assert len(sent) - len(taken) <= ALLOWED_LOSS * len(sent)
    assert handled == stats == len(mappable)
    back = [data for _, data in played.received]
    assert is_subsequence(back, [as_sent_back(data) for data in mappable])
    assert len(mappable) - len(back) <= ALLOWED_LOSS * len(mappable)


def is_subsequence(part: list[bytes], whole: list[bytes]) -> bool:
    """Tell whether `part` is `whole` with nothing added, doubled or moved."""
    rest = iter(whole)
    return all(one in rest for one in part)


def as_sent_back(data: bytes) -> bytes:
    """What the plugin makes of a message: a note-on with velocity 0 becomes a note-off."""
    status, number, value = data
    released = status >> 4 == 0x9 and not value
    return bytes((status - 0x10 if released else status, number, value))
