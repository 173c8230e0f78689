"""Plugins and mappings defined in the cells of a real kernel."""

import time

import pytest

from tests.support.kernel import Kernel

pytestmark = pytest.mark.kernel

BLINK = """
class Blink(ActionPlugin):
    def execute(self, params, context):
        print("{text}", context.note, context.velocity)
midi.map(note(36), Blink)
"""
PRESS = "midi.virtual.press(36, velocity=100); midi.settle()"


def test_output_goes_to_the_cell_that_defined_the_plugin(kernel: Kernel) -> None:
    """What a handler prints lands under its class, not under the cell that runs."""
    defined = kernel.run(BLINK.format(text="pad"), cell_id="a")
    pressed = kernel.run(PRESS, cell_id="b")
    assert "pad 36 100" in kernel.wait_late(defined, "pad 36 100")
    assert pressed.stdout == ""


def test_running_the_cell_again_swaps_the_plugin_and_does_not_double_the_mapping(
    kernel: Kernel,
) -> None:
    """The next press plays the new code, once."""
    kernel.run(BLINK.format(text="old"), cell_id="a")
    again = kernel.run(BLINK.format(text="new"), cell_id="a")
    kernel.run(PRESS, cell_id="b")
    assert kernel.wait_late(again, "new 36 100").count("36 100") == 1
    assert kernel.json("len(midi.mappings())") == 1


def test_a_cell_without_an_id_does_not_double_the_mapping_either(kernel: Kernel) -> None:
    """A terminal or nbclient sends no cell id: the newer of two equal triggers wins."""
    kernel.run(BLINK.format(text="old"))
    kernel.run(BLINK.format(text="new"))
    assert kernel.json("len(midi.mappings())") == 1


def test_deleting_a_mapping_from_its_cell_removes_it(kernel: Kernel) -> None:
    """A cell stands for exactly what it says now."""
    kernel.run("midi.map(cc(1), print); midi.map(cc(2), print)", cell_id="a")
    kernel.run("midi.map(cc(2), print)", cell_id="a")
    assert kernel.json("[str(one.trigger) for one in midi.mappings()]") == ["cc 2"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("    1/0", "ZeroDivisionError"),
        ("    def initialize(self): 1/0", "ZeroDivisionError: division by zero (In [3], line 4)"),
        ("    capabilities = {'telepathy'}", "no capability is called 'telepathy'"),
        ("    def __init__(self): raise OSError('no lamp')", "OSError: no lamp (In [3], line 4)"),
    ],
)
def test_a_broken_version_changes_nothing_and_says_why(
    kernel: Kernel, change: str, complaint: str
) -> None:
    """Break the cell and the pads play the old; the complaint names the author's line."""
    kernel.run(BLINK.format(text="old"), cell_id="a")
    broken = BLINK.format(text="new").replace("midi.map", f"{change}\nmidi.map") + "#\n"
    reply = kernel.run(broken.replace("\n\n", "\n"), cell_id="a", check=False)
    kernel.run(PRESS, cell_id="b")
    assert "old 36 100" in kernel.wait_late(reply, "old 36 100")
    said = reply.stderr + str(reply.ename)
    assert complaint in said or complaint in str(reply.traceback)


def test_a_cell_that_fails_later_activates_nothing(kernel: Kernel) -> None:
    """A class counts only when the whole cell has succeeded."""
    reply = kernel.run(BLINK.format(text="x") + "1/0", cell_id="a", check=False)
    assert kernel.json("midi.plugins.list_loaded()") == []
    assert kernel.json("len(midi.mappings())") == 0
    assert "Blink is not live" in reply.stderr


def test_load_ext_and_plugin_in_one_cell(kernel: Kernel) -> None:
    """The first minute may be one single cell."""
    kernel.run("%unload_ext midimon_live")
    kernel.run("%load_ext midimon_live\n" + BLINK.format(text="x"), cell_id="one")
    assert kernel.json("midi.plugins.list_loaded()") == ["blink"]
    assert kernel.json("len(midi.mappings())") == 1
    kernel.run(BLINK.format(text="x"), cell_id="one")
    assert kernel.json("len(midi.mappings())") == 1


def test_activate_makes_a_plugin_live_before_its_cell_ends(kernel: Kernel) -> None:
    """`midi.activate()` brings into force what the cell has said so far; the end adds nothing."""
    code = BLINK.format(text="x") + "midi.activate()\nmidi.virtual.press(36)\nmidi.settle()\n"
    kernel.run(code + "n = midi.plugins.get_stats('blink').executions", cell_id="a")
    assert kernel.json("n") == 1
    assert kernel.json("len(midi.mappings())") == 1
    kernel.run(code + "n = midi.plugins.get_stats('blink').executions", cell_id="a")
    assert kernel.json("[n, len(midi.mappings())]") == [2, 1]


def test_redefining_a_decorated_function_replaces_its_mapping(kernel: Kernel) -> None:
    """Also when the trigger changed and the cell has no id."""
    kernel.run("@midi.on(note(36))\ndef hit(context): pass")
    kernel.run("@midi.on(note(37))\ndef hit(context): pass")
    assert kernel.json("[str(one.trigger) for one in midi.mappings()]") == ["note 37"]


def test_another_cell_takes_a_trigger_over_and_says_so(kernel: Kernel) -> None:
    """The newest cell wins, visibly."""
    kernel.run(BLINK.format(text="x"), cell_id="a")
    reply = kernel.run("midi.map(note(36), lambda context: None)", cell_id="b")
    assert "note 36 now plays lambda (was blink, In [2])" in reply.stdout
    assert kernel.json("len(midi.mappings())") == 1


def test_an_empty_cell_and_a_nested_one_change_nothing(kernel: Kernel) -> None:
    """IPython announces those differently; the cells around them still count."""
    kernel.run("   ", cell_id="empty")
    nested = "get_ipython().run_cell('midi.map(cc(5), print)')\nmidi.map(cc(6), print)"
    kernel.run(nested, cell_id="n")
    kernel.run("midi.map(cc(7), print)", cell_id="m")
    assert kernel.json("len(midi.mappings())") == 3
    kernel.run(nested, cell_id="n")
    assert kernel.json("len(midi.mappings())") == 3


def test_an_async_plugin_runs_on_the_kernel_loop(kernel: Kernel) -> None:
    """And `await midi.settled()` waits for it."""
    kernel.run(
        "import asyncio, threading\nwhere = []\n"
        "class Slow(ActionPlugin):\n"
        "    async def execute(self, params, context):\n"
        "        await asyncio.sleep(0.05)\n"
        "        where.append(threading.current_thread() is threading.main_thread())\n"
        "midi.map(note(36), Slow)",
        cell_id="a",
    )
    kernel.run("midi.virtual.press(36)\nawait midi.settled()\nassert where == [True]")
    assert kernel.json("midi.plugins.get_stats('slow').executions") == 1


def test_a_main_thread_plugin_waits_for_the_loop(kernel: Kernel) -> None:
    """`main_thread = True` never runs beside a cell."""
    kernel.run(
        "import threading, time\nwhere = []\n"
        "class Gui(ActionPlugin):\n"
        "    main_thread = True\n"
        "    def execute(self, params, context):\n"
        "        where.append(threading.current_thread() is threading.main_thread())\n"
        "midi.map(note(36), Gui)"
    )
    kernel.run("midi.virtual.press(36); time.sleep(0.2); during = list(where)")
    kernel.run("await midi.settled()")
    assert kernel.json("[during, where]") == [[], [True]]


def test_a_handler_that_maps_during_an_awaiting_cell_is_not_part_of_it(kernel: Kernel) -> None:
    """Its mapping counts at once, and stays when the cell fails."""
    kernel.run(
        "hits = []\n@midi.on(note(1))\ndef learn(context):\n    midi.map(note(2), hits.append)"
    )
    kernel.run(
        "midi.virtual.press(1)\nawait midi.settled()\nmidi.virtual.press(2)\n"
        "await midi.settled()\nassert len(hits) == 1\n1/0",
        cell_id="a",
        check=False,
    )
    assert kernel.json("[len(hits), len(midi.mappings())]") == [1, 2]


def test_removing_a_mapping_in_a_cell_that_fails_removes_nothing(kernel: Kernel) -> None:
    """And it can be removed afterwards."""
    kernel.run("handle = midi.map(note(1), print)", cell_id="a")
    kernel.run("handle.remove(); 1/0", cell_id="b", check=False)
    assert kernel.json("len(midi.mappings())") == 1
    kernel.run("handle.remove()", cell_id="b")
    assert kernel.json("len(midi.mappings())") == 0


def test_a_class_that_was_renamed_in_its_cell_is_gone(kernel: Kernel) -> None:
    """With what it scheduled; `shutdown` is called."""
    code = (
        "class One(ActionPlugin):\n    def execute(self, params, context): pass\n"
        "    def shutdown(self): log.append('shutdown')"
    )
    kernel.run("log = []", cell_id="log")
    kernel.run(code, cell_id="a")
    kernel.run(code.replace("One", "Two"), cell_id="a")
    kernel.run("midi.settle()")
    assert kernel.json("[log, midi.plugins.list_loaded()]") == [["shutdown"], ["two"]]


def test_a_refused_plugin_is_announced_with_the_line_that_allows_it(kernel: Kernel) -> None:
    """In the cell that defines it, not only when a pad stays silent."""
    reply = kernel.run(
        "class Log(ActionPlugin):\n    capabilities = {'filesystem'}\n"
        "    def execute(self, params, context): pass"
    )
    assert "log wants filesystem (high risk)" in reply.stdout
    assert "%midi grant log filesystem" in reply.stdout


def test_a_disabled_main_thread_plugin_does_not_run_what_waited(kernel: Kernel) -> None:
    """The check is made when it would run."""
    kernel.run(
        "import time\nhits = []\nclass Gui(ActionPlugin):\n    main_thread = True\n"
        "    def execute(self, params, context): hits.append(1)\nmidi.map(note(1), Gui)"
    )
    kernel.run("midi.virtual.press(1); time.sleep(0.1); midi.plugins.disable_plugin('gui')")
    kernel.run("await midi.settled()")
    assert kernel.json("hits") == []


def test_a_cell_that_is_interrupted_half_way_changes_nothing(kernel: Kernel) -> None:
    """Neither its mapping nor what it decided about a plugin is in force."""
    kernel.run(BLINK.format(text="pad"), cell_id="a")
    cell = kernel.start(
        "midi.map(cc(1), print)\n%midi disable blink\nimport time; time.sleep(60)",
        cell_id="b",
    )
    time.sleep(1.5)
    kernel.interrupt()
    cell.wait(check=False)
    assert kernel.json("[str(one.trigger) for one in midi.mappings()]") == ["note 36"]
    assert kernel.json("midi.plugins.refusal('blink')") == ""


def test_undo_and_rollback_in_cells(kernel: Kernel) -> None:
    """`%midi undo` takes back the cell before, also where it stands in a cell of its own."""
    for text in ("old", "new"):
        kernel.run(BLINK.format(text=text), cell_id="a")
    kernel.run("%midi undo", cell_id="b")
    kernel.run("%midi redo", cell_id="c")
    kernel.run("%midi undo 1", cell_id="d")
    kernel.run(PRESS, cell_id="e")
    outcomes = kernel.json("[v.outcome for v in midi.plugins.journal.history('blink')]")
    assert outcomes == ["replaced", "replaced", "replaced", "replaced", "live"]
    assert '"old"' in kernel.json("midi.plugins.journal.current('blink').source")
