"""A kernel dies while somebody works in JupyterLab; the browser has kept what was live."""

import json
import os
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab
from tests.browser.test_panels import LOAD
from tests.test_keeping import CHORD, SCALE

pytestmark = pytest.mark.browser

DEFINE = f"from midimon_live import *\n{SCALE}{CHORD}\nmidi.mode = 'Drums'\nprint('defined')"
SAY = "@midi.on(note(40))\ndef say(context):\n    midi.send('note_on', note=41)"
KEEP = "%midi keep"
PLAYED = "print(*(one.note for one in midi.virtual.sent if one.type == 'note_on'))"
PRESS = f"midi.virtual.clear(); midi.virtual.press({{}}); midi.settle(); {PLAYED}"


def opened(lab: Lab, *cells: str) -> Locator:
    """Run the cells, the last but one of which shows the panel; returns it, once it has kept."""
    lab.open([LOAD, DEFINE, SAY, KEEP, *cells])
    for index in range(4):
        lab.run(index)
    panel = lab.page.locator(".mm-keep")
    expect(panel).to_contain_text("2 mappings, 1 plugin, mode Drums")
    return panel


def kill(lab: Lab) -> float:
    """Kill the kernel's process as the system would; returns when that was."""
    pid = int(lab.ask("import os; print(os.getpid())"))
    os.kill(pid, signal.SIGKILL)
    return time.monotonic()


def wait_for_the_next_kernel(lab: Lab, dead: int) -> None:
    """Press whatever the application asks, and wait until another kernel answers."""
    lab.page.locator(".jp-Dialog button.jp-mod-accept").click(timeout=30_000)
    lab.page.evaluate("driver.answers()")
    assert int(lab.ask("import os; print(os.getpid())")) != dead


def test_a_kernel_that_is_killed_is_restored_in_fifteen_seconds(jupyterlab: Lab) -> None:
    """From SIGKILL, through the server's restart and two cells, to a pad that plays; printed."""
    lab = jupyterlab
    opened(lab)
    lab.ask("midi.plugins.grant_capability('chord', 'filesystem')")
    assert lab.ask(PRESS.format(36)) == "36 40 43"
    pid = int(lab.ask("import os; print(os.getpid())"))
    lab.write(3, "%midi keep restore")

    began = kill(lab)
    wait_for_the_next_kernel(lab, pid)
    back = time.monotonic() - began
    lab.run(0)
    lab.run(3)
    panel = lab.page.locator(".mm-keep")
    expect(panel).to_contain_text("restored: 2 of 2 cells, 2 mappings, mode Drums", timeout=30_000)
    took = time.monotonic() - began

    print(f"killed, restored after {took:.1f} s, of which the next kernel took {back:.1f} s")
    assert took < 15
    assert lab.ask(PRESS.format(40)) == "41"
    assert lab.ask(PRESS.format(36)) == ""  # grants are never kept
    assert lab.ask("print(midi.plugins.denial('chord', 'filesystem'))") == "not granted"
    lab.ask("midi.plugins.grant_capability('chord', 'filesystem')")
    assert lab.ask(PRESS.format(36)) == "36 40 43"
    lab.wait_for_text(3, "defined")  # what a cell prints is under the one that restores
    assert lab.output_text(1).count("defined") == 1


def test_nothing_is_run_before_a_click_and_the_offer_says_what_it_is(jupyterlab: Lab) -> None:
    """Restore by hand, after a restart; then there is nothing left to offer."""
    lab = jupyterlab
    opened(lab)
    lab.restart_kernel()
    lab.run(0)
    lab.run(3)
    panel = lab.page.locator(".mm-keep")
    offer = panel.get_by_role("group", name="what was kept")
    expect(offer).to_contain_text("From the kernel before, kept")
    expect(offer).to_contain_text("2 mappings, 1 plugin, mode Drums")
    lab.page.wait_for_timeout(1000)
    assert lab.ask("print(len(midi.mappings()))") == "0"

    offer.get_by_role("button", name="Restore").click()

    expect(panel.get_by_role("log")).to_contain_text("restored: 2 of 2 cells")
    expect(offer).to_be_hidden()
    assert lab.ask(PRESS.format(40)) == "41"
    expect(panel.locator(".mm-head")).to_contain_text("2 mappings, 1 plugin, mode Drums")
    lab.write(2, SAY.replace("41", "42"))
    lab.run(2)  # the same cell as before the restart: it replaces what was restored
    assert lab.ask(PRESS.format(40)) == "42"


def test_a_cell_that_fails_is_told_and_what_was_kept_is_offered_on(jupyterlab: Lab) -> None:
    """Nothing is lost because of it."""
    lab = jupyterlab
    lab.open([LOAD, "ready = True\nfrom midimon_live import *", KEEP, SAY])
    for index in range(4):
        lab.run(index)
    lab.write(
        1,
        "from midimon_live import *\nimport builtins\nif not hasattr(builtins, 'once'): 0/0\n"
        "midi.map(note(50), print)",
    )
    lab.ask("import builtins; builtins.once = 1")
    lab.run(1)
    panel = lab.page.locator(".mm-keep")
    expect(panel).to_contain_text("2 mappings")
    lab.restart_kernel()
    lab.run(0)
    lab.run(2)
    panel.get_by_role("button", name="Restore").click()

    expect(panel.get_by_role("log")).to_contain_text("line 3: ZeroDivisionError")
    expect(panel.get_by_role("log")).to_contain_text("In [")
    expect(panel.get_by_role("button", name="Restore")).to_be_visible()
    expect(panel.get_by_role("status").last).to_have_text("not everything could be restored")


def test_download_open_and_start_afresh(jupyterlab: Lab, tmp_path: Path) -> None:
    """A file goes to another notebook; what is not wanted is forgotten."""
    lab = jupyterlab
    panel = opened(lab)
    with lab.page.expect_download() as download:
        panel.get_by_role("button", name="Download", exact=True).click()
    file = tmp_path / "kept.json"
    download.value.save_as(file)
    assert len(json.loads(file.read_text())["cells"]) == 2

    lab.open_beside("other", [LOAD, KEEP])
    lab.run(0)
    lab.run(1)
    other = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .mm-keep")
    expect(other).to_contain_text("nothing is live")  # its own place, not the first one's
    broken = tmp_path / "broken.json"
    broken.write_text('{"format": "midimon_live session", "version": 9}')
    other.get_by_label("a session's file").set_input_files(broken)
    expect(other.get_by_role("status").last).to_contain_text("broken.json is no session")
    other.get_by_label("a session's file").set_input_files(file)
    offer = other.get_by_role("group", name="what was kept")
    expect(offer).to_contain_text("kept.json, kept")
    offer.get_by_role("button", name="Restore").click()
    expect(other.get_by_role("log")).to_contain_text("restored: 2 of 2 cells")
    assert lab.ask(PRESS.format(40)) == "41"

    lab.restart_kernel()
    lab.run(0)
    lab.run(1)
    offer.get_by_role("button", name="Start afresh").click()
    expect(offer).to_be_hidden()
    lab.run(1)
    expect(other.locator(".mm-head")).to_contain_text("nothing is live")
    expect(offer).to_be_hidden()


@pytest.mark.parametrize(
    "entry",
    [
        "nonsense",
        "[]",
        '{"version": 1, "now": 7, "before": {"text": 3}}',
        '{"version": 1, "now": {"at": 1, "text": "{}"}}',
    ],
)
def test_what_stands_in_the_browser_may_be_broken(jupyterlab_alone: Lab, entry: str) -> None:
    """It is as if nothing were there, and what is live is kept."""
    lab = jupyterlab_alone
    key = f"midimon kept /{lab.name}.ipynb"
    lab.page.add_init_script(
        f"localStorage.getItem({key!r}) || localStorage.setItem({key!r}, {entry!r})"
    )
    panel = opened(lab)
    expect(panel.get_by_role("group", name="what was kept")).to_be_hidden()
    kept = json.loads(lab.page.evaluate("key => localStorage.getItem(key)", key))
    assert json.loads(kept["now"]["text"])["about"] == {"mappings": 2, "plugins": 1}


def test_what_a_newer_version_has_kept_is_left_alone(jupyterlab_alone: Lab) -> None:
    """It says so, and writes nothing over it."""
    lab = jupyterlab_alone
    key, entry = f"midimon kept /{lab.name}.ipynb", '{"version": 2}'
    lab.page.add_init_script(f"localStorage.setItem({key!r}, {entry!r})")
    lab.open([LOAD, DEFINE, SAY, KEEP])
    for index in range(4):
        lab.run(index)
    expect(lab.page.locator(".mm-keep")).to_contain_text("a newer midimon_live has kept something")
    assert lab.page.evaluate("key => localStorage.getItem(key)", key) == entry
