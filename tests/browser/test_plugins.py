"""The plugins panel in a real JupyterLab: every control clicked and read back in the kernel."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab

pytestmark = pytest.mark.browser

LOAD = "%load_ext midimon_live"
DEFINE = """\
from midimon_live import ActionPlugin, note

class Blink(ActionPlugin):
    def execute(self, params, context):
        print("<b>hit</b>", context.velocity)
        if context.velocity > 120: raise ValueError("<img src=x onerror=alert(1)>")

class Evil(Blink):
    name = "<img src=x onerror='window.hacked=1'>"

midi.map(note(36), Blink); midi.map(note(37), Evil)"""
SHOW = "midi.panel('plugins')"


def shown(lab: Lab) -> Locator:
    """Run the cells and return the panel on the screen."""
    lab.open([LOAD, DEFINE, SHOW])
    for index in range(3):
        lab.run(index)
    found = lab.page.locator(".mm-plugins")
    expect(found.get_by_role("switch", name="blink is enabled")).to_be_visible()
    return found


def row(panel: Locator, name: str) -> Locator:
    """Return the row of a plugin."""
    return panel.get_by_role("row").filter(has=panel.page.get_by_role("rowheader", name=name))


def test_every_control_does_in_the_kernel_what_its_twin_says(jupyterlab: Lab) -> None:
    """Switch, look, load, reload, unload, roll back, log, errors; with hostile names and texts."""
    lab = jupyterlab
    panel = shown(lab)
    status = panel.get_by_role("status")

    panel.get_by_role("switch", name="blink is enabled").click()
    expect(status).to_have_text("blink is disabled")
    assert lab.ask("print(*midi.plugins.disabled())") == "blink"
    expect(panel.locator("code.mm-twin")).to_have_text("%midi disable blink")
    panel.get_by_role("switch", name="blink is enabled").click()
    expect(row(panel, "blink")).to_contain_text("enabled")

    lab.ask("midi.virtual.press(36, velocity=127); midi.settle()")
    expect(row(panel, "blink")).to_contain_text("ValueError: <img src=x onerror=alert(1)>")
    panel.get_by_role("tab", name="Errors").click()
    panel.get_by_role("button", name="traceback of ValueError").click()
    expect(panel.locator("pre").first).to_contain_text("in execute")
    panel.get_by_role("button", name="Forget them").click()
    expect(panel).to_contain_text("It has raised nothing")
    panel.get_by_role("tab", name="Log").click()
    expect(panel.get_by_role("log")).to_contain_text("<b>hit</b> 127")
    lab.ask("midi.virtual.press(36, velocity=33); midi.settle()")
    expect(panel.get_by_role("log")).to_contain_text("<b>hit</b> 33")
    panel.get_by_role("button", name="Empty it").click()
    expect(panel).to_contain_text("It has printed nothing")

    lab.write(1, DEFINE.replace("> 120", "> 100"))
    lab.run(1)
    panel.get_by_role("tab", name="Versions").click()
    panel.get_by_role("button", name="what version 2 has changed").click()
    expect(panel.locator(".mm-diff")).to_contain_text("> 100")
    panel.get_by_role("button", name="roll back to version 1").click()
    expect(status).to_have_text(re.compile("plays version 3 again|plays version 1 again"))
    assert lab.ask("print(midi.plugins.journal.current('blink').again)") == "1"

    lab.ask("midi.plugins.new_plugin('lamp')")
    panel.get_by_role("button", name="Look for plugins").click()
    panel.get_by_role("button", name="Available 1").click()
    panel.get_by_role("button", name="load lamp").click()
    panel.get_by_role("button", name="All 3").click()
    expect(row(panel, "lamp")).to_contain_text("enabled")
    panel.get_by_role("searchbox").fill("lamp folder")
    expect(panel.get_by_role("switch")).to_have_count(1)
    panel.get_by_role("button", name="Reload").click()
    expect(status).to_contain_text("lamp")
    panel.get_by_role("button", name="Unload").click()
    expect(status).to_have_text("lamp is unloaded")
    assert lab.ask("print(midi.plugins.list_loaded())").count("lamp") == 0
    assert lab.page.evaluate("window.hacked") is None


def test_the_keyboard_alone_walks_the_table_and_switches(jupyterlab: Lab) -> None:
    """One stop of the Tab key for a table, arrows inside of it."""
    lab = jupyterlab
    panel = shown(lab)
    keys = lab.page.keyboard
    panel.get_by_role("searchbox").focus()
    for _ in range(9):  # filters, the other button, the table, the first switch
        keys.press("Tab")
    keys.press("ArrowDown")
    expect(panel.get_by_role("switch", name="blink is enabled")).to_be_focused()
    keys.press("Space")
    expect(panel.get_by_role("status")).to_have_text("blink is disabled")
    keys.press("Tab")
    expect(panel.get_by_role("button", name="blink").first).to_be_focused()
    panel.get_by_role("tab", name="About").focus()
    keys.press("ArrowRight")
    expect(panel.get_by_role("tab", name="Errors")).to_be_focused()
    assert lab.ask("print(*midi.plugins.disabled())") == "blink"
    assert lab.page.locator(".jp-Cell").count() == 3


def test_a_double_click_unloads_one_plugin(jupyterlab: Lab) -> None:
    """The next plugin is chosen by then, under the same button; the second click is not for it."""
    lab = jupyterlab
    panel = shown(lab)
    row(panel, "blink").get_by_role("button", name="blink").click()
    panel.get_by_role("button", name="Unload").click()
    expect(panel.get_by_role("status")).to_have_text("blink is unloaded")
    expect(panel.locator(".mm-heading")).to_contain_text("onerror")

    lab.page.mouse.down(click_count=2)
    lab.page.mouse.up(click_count=2)

    lab.page.wait_for_timeout(300)
    assert lab.ask("print(len(midi.plugins.list_loaded()))") == "1"
