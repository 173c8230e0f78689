"""A JACK server that dies under a running kernel, and one that comes back."""

import pytest

from tests.support.jack import JackServer
from tests.support.kernel import Kernel
from tests.support.need import need_program
from tests.support.performer import Performer

pytestmark = [pytest.mark.jack, pytest.mark.kernel]

SEND_ALL = """
import time
from midimon_live.errors import PortError
begin, refused = time.perf_counter(), 0
for i in range(5000):
    try:
        midi.send("note_on", note=1, port="performer-in")
    except PortError:
        refused += 1
seconds = time.perf_counter() - begin
"""
UNTIL = """
def until(condition, seconds):
    end = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < end:
        time.sleep(0.02)
    return condition()
"""


def test_a_server_that_dies_is_noticed_and_nothing_hangs() -> None:
    """5,000 messages to a dead server fail at once; the rest of the kernel goes on."""
    need_program("jackd", "Debian: apt-get install jackd2")
    with JackServer() as server, Performer(server), Kernel(server.env) as kernel:
        kernel.run("%load_ext midimon_live\nfrom midimon_live import *")
        kernel.run("midi.connect('performer-out')")
        kernel.run("midi.send('note_on', note=1, port='performer-in')")
        server.kill()
        reply = kernel.run(SEND_ALL, timeout=30)
        assert kernel.json("refused") > 2500
        assert kernel.json("seconds") < 5
        kernel.run(UNTIL + "assert until(lambda: 'waiting' in repr(midi.status()), 10)")
        kernel.run("hits = []\nmidi.map(note(5), lambda context: hits.append(1))")
        kernel.run("midi.virtual.press(5); midi.settle()")
        assert kernel.json("hits") == [1]
        assert reply.stderr == ""
        assert kernel.shutdown() == 0


def test_held_notes_end_when_the_kernel_is_restarted_or_interrupted_for_good() -> None:
    """Restarting a kernel that holds notes sends the note-offs through JACK."""
    need_program("jackd", "Debian: apt-get install jackd2")
    with JackServer() as server, Performer(server) as performer, Kernel(server.env) as kernel:
        kernel.run("%load_ext midimon_live")
        kernel.run("midi.send('note_on', note=60, channel=2, port='performer-in')")
        performer.start_play([], tail=4)
        kernel.restart()
        heard = [data for _, data in performer.finish().received]
    assert heard[-1] == bytes((0x82, 60, 64))


def test_a_server_that_comes_back_is_used_again() -> None:
    """The input waits with back-off and plays on by itself once its device is there again."""
    need_program("jackd", "Debian: apt-get install jackd2")
    with JackServer() as first, Kernel(first.env) as kernel:
        kernel.run("%load_ext midimon_live\nfrom midimon_live import *\nimport time\n" + UNTIL)
        kernel.run("midi.create_port('stage', 'in')")
        first.kill()
        kernel.run("assert until(lambda: 'waiting for stage' in repr(midi.status()), 10)")
        with JackServer(name=first.name):
            kernel.run("assert until(lambda: 'stage is back' in repr(midi.status()), 20)")


def test_two_kernels_on_one_port_both_play() -> None:
    """Neither takes the controller from the other, and each has names of its own on the server."""
    need_program("jackd", "Debian: apt-get install jackd2")
    with (
        JackServer() as server,
        Performer(server) as performer,
        Kernel(server.env) as one,
        Kernel(server.env) as two,
    ):
        for kernel in (one, two):
            kernel.run("%load_ext midimon_live\nfrom midimon_live import *\nheard = []")
            kernel.run("midi.map(cc(5), lambda context: heard.append(context.value))")
            kernel.run("midi.connect('performer-out')")
        performer.play([(0.01 * i, bytes((0xB0, 5, i))) for i in range(100)], tail=0.3)
        for kernel in (one, two):
            heard = kernel.json("heard")
            assert set(heard) <= set(range(100))
            assert len(set(heard)) >= 95  # the server may drop a few
