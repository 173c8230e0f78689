"""What plugins print, display and raise in a real kernel: under their own cell, or under none."""

import json

import pytest

from tests.support.kernel import Kernel, Reply

pytestmark = pytest.mark.kernel

# plugins that say a word in every way there is
LOUD = """
import _thread, asyncio, sys, threading, time, warnings
from concurrent.futures import ThreadPoolExecutor
from IPython.display import display

class Shown:
    def __init__(self, text): self.text = text
    def __repr__(self): return self.text

class Loud(ActionPlugin):
    def initialize(self):
        self.pool = ThreadPoolExecutor(1)
    def execute(self, params, context):
        print("{word}-print")
        print("{word}-err", file=sys.stderr)
        sys.stdout.write("{word}-write\\n")
        display(Shown("{word}-display"))
        warnings.warn("{word}-warn")
        self.host.schedule(0.01, print, "{word}-later")
        threading.Thread(target=self.beside).start()
        _thread.start_new_thread(print, ("{word}-bare",))
        self.pool.submit(print, "{word}-pool")
        raise ValueError("{word}-raised")
    def beside(self):
        time.sleep(0.02)
        print("{word}-thread")
        display(Shown("{word}-displayed-beside"))

class Slow(ActionPlugin):
    async def execute(self, params, context):
        await asyncio.sleep(0.2)
        print("{word}-async")
        await asyncio.to_thread(print, "{word}-to-thread")
        raise ValueError("{word}-later-raised")

midi.map(note(36), Loud)
midi.map(note(37), Slow)
midi.map(note(38), lambda context: print("{word}-function"))
midi.map(note(39), when(lambda context: print("{word}-condition"), delay(1)))
"""
WAYS = {
    *("print", "err", "write", "display", "warn", "later", "thread", "displayed-beside", "bare"),
    *("pool", "raised", "async", "to-thread", "later-raised", "function", "condition"),
}
PLAY = "import time; [midi.virtual.press(note) for note in (36, 37, 38, 39)]"
CAPTURE = "with __import__('contextlib').redirect_stdout(__import__('io').StringIO()):"
BUSY = {
    "sleeping": f"{PLAY}; time.sleep(0.5); midi.settle()",
    "spinning": f"{PLAY}\nend = time.time() + 0.5\nwhile time.time() < end: pass",
    "awaiting": f"import asyncio\n{PLAY}\nawait asyncio.sleep(0.5)",
    "capturing": f"%%capture\n{PLAY}; time.sleep(0.5)",
    "redirecting": f"{PLAY}\n{CAPTURE}\n    time.sleep(0.5)",
}


def said(kernel: Kernel, word: str) -> dict[str, set[str]]:
    """Return the requests under which something of a word was published, by how it was said."""
    found: dict[str, set[str]] = {}
    for msg_id, messages in kernel.everything().items():
        for message in messages:
            if message["msg_type"] in ("stream", "display_data", "error", "execute_result"):
                text = json.dumps(message["content"])
                for way in WAYS:
                    if f"{word}-{way}" in text:
                        found.setdefault(way, set()).add(msg_id)
    return found


def wait_for(kernel: Kernel, word: str, *cells: Reply) -> dict[str, set[str]]:
    """Wait until a word was said in every way under one of some cells; return `said`."""
    for _ in range(100):
        kernel.run("await midi.settled(); time.sleep(0.05)")
        found = said(kernel, word)
        if found.keys() >= WAYS:
            break
    ids = {one.msg_id for one in cells}
    assert {way: where - ids for way, where in found.items()} == {way: set() for way in WAYS}
    return found


@pytest.mark.parametrize("busy", BUSY)
def test_nothing_lands_in_the_cell_that_runs(kernel: Kernel, busy: str) -> None:
    """However a plugin says it, and whatever another cell does meanwhile."""
    defined = kernel.run(LOUD.format(word="one"), cell_id="a")
    kernel.run(BUSY[busy], cell_id="b")
    wait_for(kernel, "one", defined)


def test_what_an_older_version_says_late_stays_with_its_cell(kernel: Kernel) -> None:
    """Its threads and tasks go on while the cell is run again; they speak there."""
    first = kernel.run(LOUD.format(word="one"), cell_id="a")
    kernel.run(PLAY, cell_id="b")
    again = kernel.run(LOUD.format(word="two"), cell_id="a")
    kernel.run(PLAY, cell_id="b")
    wait_for(kernel, "one", first, again)
    wait_for(kernel, "two", again)


def test_a_cell_that_fails_when_run_again_still_shows_what_plays_on(kernel: Kernel) -> None:
    """A front end has forgotten the first execution: the newest of that cell is where it shows."""
    first = kernel.run(LOUD.format(word="one"), cell_id="a")
    failed = kernel.run(LOUD.format(word="two") + "1/0", cell_id="a", check=False)
    kernel.run(BUSY["sleeping"], cell_id="b")
    found = wait_for(kernel, "one", first, failed)
    assert {way for way, where in found.items() if where != {failed.msg_id}} == {"condition"}


FOLDER = """
from IPython.display import display
from midimon_live import ActionPlugin
print("{word}-print")
class Quiet(ActionPlugin):
    def execute(self, params, context):
        print("{word}-function")
        if params.get("loud"):
            display("{word}-display")
            raise ValueError("{word}-raised")
"""
WRITE = """
from pathlib import Path
path = midi.plugins.plugins_dir / "quiet" / "plugin.py"
path.write_text({text!r})
"""


def write(word: str) -> str:
    """Return a cell that writes the plugin."""
    return WRITE.format(text=FOLDER.format(word=word))


def test_a_folder_prints_into_its_log_until_a_cell_asks_for_it(kernel: Kernel) -> None:
    """And then under that cell, not under the one that plays."""
    kernel.run("%midi new quiet")
    kernel.run(write("one"))
    kernel.run("%midi load quiet")
    kernel.run("midi.map(note(36), plugin('quiet')); import time")
    kernel.run("midi.virtual.press(36); midi.settle(); time.sleep(0.3)")
    assert said(kernel, "one") == {}
    log = kernel.json("repr(midi.log('quiet'))")
    assert "one-print" in log
    assert "one-function" in log
    asked = kernel.run("%midi log quiet on")
    kernel.run("midi.virtual.press(36); midi.settle(); time.sleep(0.3)")
    assert said(kernel, "one") == {"function": {asked.msg_id}}


def test_what_a_thread_loads_says_nothing_in_the_cell_that_runs(kernel: Kernel) -> None:
    """One that follows files is in no cell: errors stay with the cell that loaded the first."""
    kernel.run("%midi new quiet")
    kernel.run(write("one"))
    loaded = kernel.run("%midi load quiet")
    kernel.run("midi.map(note(36), plugin('quiet', loud=True)); import threading, time")
    kernel.run(write("two"))
    kernel.run(
        "thread = threading.Thread(target=midi.plugins.reload_plugin, args=('quiet',))\n"
        "thread.start(); thread.join()\n"
        "midi.virtual.press(36); midi.settle(); time.sleep(0.3)"
    )
    assert said(kernel, "two") == {"display": {loaded.msg_id}, "raised": {loaded.msg_id}}
    kernel.run("midi.plugins.unload_plugin('quiet')")
    kernel.run(WRITE.format(text="\n" + FOLDER.format(word="three")))
    kernel.run(
        "thread = threading.Thread(target=midi.plugins.load_plugin, args=('quiet',))\n"
        "thread.start(); thread.join()\n"
        "midi.virtual.press(36); midi.settle(); time.sleep(0.3)"
    )
    assert said(kernel, "three") == {"display": {""}, "raised": {""}}
    assert kernel.json("midi.errors('quiet')[0].line").startswith("ValueError: three-raised")


def test_a_flood_reaches_the_cell_in_part_and_says_how_much_is_in_the_log(kernel: Kernel) -> None:
    """10,000 lines by one press: the front end gets 100 of them, and the number of the others."""
    defined = kernel.run(
        "import time\n"
        "@midi.on(note(36))\n"
        "def flood(context):\n"
        "    for number in range(10_000):\n"
        "        print('line', number)"
    )
    kernel.run("midi.virtual.press(36); midi.settle()")
    text = kernel.wait_late(defined, "more lines in %midi log flood")
    shown = text.count("line ")
    assert 100 <= shown < 5_000
    hidden = [int(one.split()[1]) for one in text.splitlines() if "more lines" in one]
    assert shown + sum(hidden) == 10_000
    kernel.run("midi.virtual.press(36); midi.settle()")
    log = kernel.run("%midi log flood() 2").outputs[0]["data"]["text/plain"]
    assert log.splitlines()[-1].endswith("line 9999")


def test_unloading_puts_the_kernels_streams_back(kernel: Kernel) -> None:
    """And what is printed then goes the way it went before."""
    kernel.run(LOUD.format(word="one"))
    assert not kernel.json("type(__import__('sys').stdout).__module__.startswith('ipykernel')")
    kernel.run("%unload_ext midimon_live")
    names = kernel.json("[type(one).__name__ for one in (sys.stdout, sys.stderr)]")
    assert names == ["OutStream", "OutStream"]
    assert kernel.run("print('here')").stdout == "here\n"
