"""What a browser says reaches a panel while a cell runs, from any front end, and leaves nothing."""

import time

import pytest

from tests.support.kernel import Kernel

pytestmark = pytest.mark.kernel

SHOW = "midi.panel()\npanel = midi.panel('overview')\nmidi.define_mode('Drums')"
SLEEP = "import time\ntime.sleep(4)"
SPIN = "import time\nend = time.monotonic() + 4\nwhile time.monotonic() < end: pass"
AWAIT = "import asyncio\nawait asyncio.sleep(4)"


def say(kernel: Kernel, comm_id: str, do: str, number: int, **args: object) -> str:
    """Send what a view of the overview would, without naming a subshell, as old front ends do."""
    content = {"panel": "overview", "view": "v", "do": do, "id": number, "args": args}
    data = {"method": "custom", "content": content}
    return kernel.send("comm_msg", {"comm_id": comm_id, "data": data})


def answers(kernel: Kernel, comm_id: str) -> list[dict[str, object]]:
    """Return what was answered on that comm so far."""
    return [
        message["content"]["data"]["content"]
        for messages in kernel.everything().values()
        for message in messages
        if message["header"]["msg_type"] == "comm_msg"
        and message["content"]["comm_id"] == comm_id
        and "reply" in message["content"]["data"].get("content", {})
    ]


@pytest.mark.parametrize("busy", [SLEEP, SPIN, AWAIT], ids=["sleeping", "spinning", "awaiting"])
def test_a_command_is_done_while_a_cell_runs(kernel: Kernel, busy: str) -> None:
    """Also while frames go out all the time, which would pin a comm to the main thread."""
    kernel.run(SHOW)
    comm_id = kernel.json("midi._desk.line.comm.comm_id")
    say(kernel, comm_id, "hello", 1, on=True)
    cell = kernel.start(busy)
    give_up = time.monotonic() + 20
    time.sleep(0.3)  # let the cell begin: nothing outside of the kernel tells when that is

    say(kernel, comm_id, "mode", 2, mode="Drums")
    while not answers(kernel, comm_id) and time.monotonic() < give_up:
        time.sleep(0.01)

    assert not cell.done
    assert answers(kernel, comm_id) == [{"reply": 2, "view": "v", "value": "mode: Drums"}]
    cell.wait()
    assert kernel.json("midi.mode") == "Drums"


def test_unloading_takes_panels_their_thread_and_their_subshell_along(kernel: Kernel) -> None:
    """And loading again brings them back."""
    kernel.run("import threading, ipywidgets\n" + SHOW)
    census = (
        "(sorted(t.name for t in threading.enumerate() if 'panels' in t.name),"
        " len(get_ipython().kernel.shell_channel_thread.manager.list_subshell()),"
        " len(ipywidgets.widgets.widget._instances))"
    )
    comm_id = kernel.json("midi._desk.line.comm.comm_id")
    say(kernel, comm_id, "hello", 1, on=True)
    kernel.run("while not len(panel._onlookers): pass")
    assert kernel.json(census)[:2] == [["midimon-panels"], 1]

    kernel.run("%unload_ext midimon_live")

    assert kernel.json(census) == [[], 0, 0]
    kernel.run("%load_ext midimon_live\n" + SHOW)
    assert kernel.json(census)[1] == 1


def test_a_kernel_with_panels_ends_when_it_is_asked_to(kernel: Kernel) -> None:
    """By itself, with exit code 0: it is not left waiting for its subshell until it is killed."""
    kernel.run(SHOW)
    assert kernel.shutdown() == 0
