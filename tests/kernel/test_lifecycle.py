"""Loading, unloading, interrupting and ending a real kernel: nothing stays behind."""

import time

import pytest

from tests.support.kernel import Kernel

pytestmark = pytest.mark.kernel

CENSUS = """
import asyncio, gc, signal, sys, threading
OURS = {
    "<class 'midimon_live.sessions.Session'>", "<class 'midimon_live.engine.Engine'>",
    "<class 'midimon_live.plugin.version.Version'>", "<class 'midimon_live.cells.Cells'>",
}
def census():
    ip = get_ipython()
    return {
        "threads": sorted(t.name for t in threading.enumerate() if "midimon" in t.name),
        "pre": len(ip.events.callbacks["pre_run_cell"]),
        "post": len(ip.events.callbacks["post_run_cell"]),
        "switch": sys.getswitchinterval(),
        "tasks": sum("midimon" in repr(one) for one in asyncio.all_tasks()),
        "magics": sorted(set(ip.magics_manager.magics["line"]) & {"midi", "midimon"}),
        "name": "midi" in ip.user_ns,
        "sigint": str(ip.kernel.saved_sigint_handler),
        "objects": sum(str(type(one)) in OURS for one in gc.get_objects()),
    }
"""
MAPPED = """
class Hold(ActionPlugin):
    capabilities = {Capability.MIDI}
    async def execute(self, params, context):
        self.host.send("note_on", note=60, port="Virtual")
        self.host.schedule(3600, print)
        await asyncio.sleep(3600)
midi.map(note(36), Hold)
midi.map(cc(1), lambda context: None);
"""
LOOK = """
async def look():
    gc.collect()
    return census()
after = await look()
"""


def test_unload_and_reload_leave_nothing_behind(kernel: Kernel) -> None:
    """Threads, callbacks, tasks, timers, names, the switch interval and held notes are gone."""
    kernel.run("%unload_ext midimon_live\n" + CENSUS)
    kernel.run(LOOK + "before = after")
    for _ in range(3):
        kernel.run("%load_ext midimon_live\nfrom midimon_live import *")
        kernel.run(MAPPED)
        kernel.run("midi.virtual.press(36)\nawait asyncio.sleep(0.1)\nvirtual = midi.virtual")
        assert kernel.json("len(midi.virtual.sent)") == 1
        kernel.run("%reload_ext midimon_live")
        assert kernel.json("[str(m) for m in virtual.sent[1:]]") == [
            "note_off channel=0 note=60 velocity=64 time=0"
        ]
        assert kernel.json("[len(midi.mappings()), midi.virtual.open]") == [0, True]
        kernel.run("%unload_ext midimon_live\ndel virtual\nawait asyncio.sleep(0.05)")
        kernel.run(LOOK)
    assert kernel.json("after") == kernel.json("before")


def test_unload_in_the_cell_that_uses_it_is_clean(kernel: Kernel) -> None:
    """The end of a cell that unloaded finds nothing to commit and says nothing."""
    reply = kernel.run("midi.map(note(1), print)\n%unload_ext midimon_live")
    assert reply.stderr == ""
    assert kernel.run("1").stderr == ""


def test_loading_twice_is_refused_politely(kernel: Kernel) -> None:
    """The same engine stays."""
    kernel.run("first = midi")
    kernel.run("%load_ext midimon_live")
    assert kernel.json("midi is first")


def test_a_name_of_the_users_is_not_taken(kernel: Kernel) -> None:
    """A variable called midi stays the user's, and the way to the session is told."""
    kernel.run("%unload_ext midimon_live\nmidi = 'mine'")
    reply = kernel.run("%load_ext midimon_live")
    assert "midimon_live.session()" in reply.stdout
    assert kernel.json("midi") == "mine"
    kernel.run("import midimon_live; midimon_live.session().status()")
    kernel.run("%unload_ext midimon_live")
    assert kernel.json("midi") == "mine"


def test_interrupting_a_handler_on_the_idle_kernel_frees_it(kernel: Kernel) -> None:
    """Ctrl-C inside a stuck handler ends the handler, not the kernel; the next event is served."""
    kernel.run(
        "hits = []\n@midi.on(note(36))\ndef stuck(context):\n    while True: pass\n"
        "midi.map(note(37), lambda context: hits.append(context.note))"
    )
    kernel.run(
        "loop = get_ipython().kernel.io_loop.asyncio_loop\n"
        "loop.call_later(0.2, midi.virtual.press, 36)"
    )
    time.sleep(1)
    kernel.interrupt()
    kernel.run("midi.virtual.press(37); midi.settle()")
    assert kernel.json("hits") == [37]
    error = kernel.json("midi.plugins.get_stats('stuck()').last_error")
    assert "KeyboardInterrupt" in error


def test_interrupting_the_idle_kernel_frees_a_handler_that_a_cell_left_stuck(
    kernel: Kernel,
) -> None:
    """The handler began beside a cell, on the stand-in thread, and outlived the cell."""
    kernel.run("@midi.on(note(36))\ndef stuck(context):\n    while True: pass")
    kernel.run("midi.virtual.press(36)\nimport time; time.sleep(0.1)")
    time.sleep(1)
    kernel.interrupt()
    kernel.run("midi.settle()")
    assert "KeyboardInterrupt" in kernel.json("midi.plugins.get_stats('stuck()').last_error")


def test_interrupting_a_cell_frees_a_handler_stuck_beside_it(kernel: Kernel) -> None:
    """A handler that spins on the stand-in thread ends when the cell is interrupted."""
    kernel.run("import time\n@midi.on(note(36))\ndef stuck(context):\n    while True: pass")
    cell = kernel.start("midi.virtual.press(36)\nprint('go', flush=True)\ntime.sleep(30)")
    time.sleep(1.5)
    kernel.interrupt()
    cell.wait(check=False)
    kernel.run("midi.settle()")
    assert "KeyboardInterrupt" in kernel.json("midi.plugins.get_stats('stuck()').last_error")


def test_a_hundred_interrupts_do_not_end_the_kernel(kernel: Kernel) -> None:
    """The signal is turned into an exception only inside a handler."""
    kernel.run(
        "import threading, time, os, signal\n"
        "@midi.on(cc(1))\ndef busy(context):\n"
        "    end = time.perf_counter() + 0.002\n    while time.perf_counter() < end: pass\n"
        "def rain():\n"
        "    for i in range(100):\n"
        "        midi.virtual.turn(1, i); time.sleep(0.003); os.kill(os.getpid(), signal.SIGINT)\n"
        "thread = threading.Thread(target=rain)\n"
        "get_ipython().kernel.io_loop.asyncio_loop.call_later(0.3, thread.start)"
    )
    time.sleep(2)  # a request meanwhile would be interrupted itself
    kernel.run("thread.join(); midi.settle()")
    assert kernel.json("midi.traces(1)[0].event.data[2]") == 99


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("raise ValueError('no')", "ValueError: no"),
        ("raise SystemExit", "SystemExit"),
        ("return execute_again(context)", "RecursionError"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_whatever_a_handler_raises_the_engine_goes_on(kernel: Kernel, body: str, what: str) -> None:
    """The next mapping's handler runs, and the failure is kept with its line."""
    kernel.run(
        "hits = []\ndef execute_again(context): return execute_again(context)\n"
        f"@midi.on(note(36))\ndef bad(context):\n    {body}\n"
        "midi.map(note(37), lambda context: hits.append(1))"
    )
    kernel.run("midi.virtual.press(36); midi.virtual.press(37); midi.settle()")
    assert kernel.json("hits") == [1]
    assert what in kernel.json("midi.plugins.get_stats('bad()').last_error")
    assert "In [2], line" in kernel.json("midi.plugins.get_stats('bad()').last_error")


def test_an_async_handler_that_exits_does_not_take_the_kernel_along(kernel: Kernel) -> None:
    """SystemExit out of a task would end the event loop."""
    kernel.run("@midi.on(note(36))\nasync def bad(context):\n    raise SystemExit(3)")
    kernel.run("midi.virtual.press(36)\nawait midi.settled()")
    assert "SystemExit" in kernel.json("midi.plugins.get_stats('bad()').last_error")


def test_a_slow_handler_is_named_and_the_rest_is_served_after_it(kernel: Kernel) -> None:
    """Order is kept behind a handler that sleeps, and status says who slept."""
    kernel.run(
        "import time\nhits = []\n@midi.on(note(36))\ndef sleepy(context):\n    time.sleep(0.5)\n"
        "midi.map(note(37), lambda context: hits.append(context.velocity))"
    )
    kernel.run(
        "midi.virtual.press(36)\nfor i in range(1, 6): midi.virtual.press(37, i)\nmidi.settle()"
    )
    assert kernel.json("hits") == [1, 2, 3, 4, 5]
    assert "sleepy(), In [2], line 3 took 5" in kernel.run("print(midi.status())").stdout


def test_a_call_that_keeps_the_interpreter_lock_is_named(kernel: Kernel) -> None:
    """The stall meter tells the cell, the line and its text."""
    kernel.run("import ctypes, os\nlocking = ctypes.PyDLL(None)")
    kernel.run("x = 1\nlocking.usleep(300_000)")
    stalls = kernel.json("[[one.seconds, one.where] for one in midi.stalls()]")
    assert any(
        seconds > 0.2 and where == "In [3], line 2: locking.usleep(300_000)"
        for seconds, where in stalls
    ), stalls


def test_shutdown_is_quick_and_clean(kernel: Kernel) -> None:
    """A kernel with the engine running ends by itself, with exit code 0."""
    kernel.run(MAPPED)
    assert kernel.shutdown() == 0
