"""The grants panel in a real JupyterLab: every answer given and read back in the kernel."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab

pytestmark = pytest.mark.browser

LOAD = "%load_ext midimon_live"
DEFINE = """\
from midimon_live import ActionPlugin, note

class Reader(ActionPlugin):
    capabilities = {"filesystem:read:/etc", "network"}
    def execute(self, params, context):
        open("/etc/hostname").read()
        open("/proc/version").read()

class Evil(Reader):
    name = "<img src=x onerror='window.hacked=1'>"

midi.map(note(36), Reader); midi.map(note(37), Evil)"""
PLAY = "midi.virtual.press(36); midi.settle()"
SHOW = "midi.panel('grants')"
MAY = "print(midi.plugins.denial('reader', {!r}) or 'may')"
ETC = "filesystem:read:/etc"


def shown(lab: Lab) -> Locator:
    """Run the cells and return the panel on the screen."""
    lab.open([LOAD, DEFINE, PLAY, SHOW])
    for index in range(4):
        lab.run(index)
    found = lab.page.locator(".mm-grants")
    expect(found.get_by_role("region", name="waiting for an answer")).to_contain_text("reader")
    return found


def test_every_answer_is_in_force_in_the_kernel(jupyterlab: Lab) -> None:
    """Waiting, matrix, scopes, a part of one, what is never used, the audit."""
    lab = jupyterlab
    panel = shown(lab)
    status = panel.get_by_role("status").last
    waiting = panel.get_by_role("region", name="waiting for an answer")

    wish = waiting.get_by_role("listitem").filter(has_text="reader tried")
    expect(wish).to_contain_text("once")
    wish.get_by_role("button", name="grant session").click()
    expect(status).to_have_text(f"reader may use {ETC} for this session")
    assert lab.ask(MAY.format(ETC)) == "may"
    expect(wish).to_contain_text("answered")  # and stays in its place under the hand
    panel.get_by_role("tab", name="Audit").hover()
    expect(wish).to_have_count(0)
    lab.ask(PLAY)
    tried = waiting.get_by_role("listitem").filter(has_text="/proc/version")
    expect(tried).to_contain_text("not declared, so it can not be granted")
    tried.get_by_role("button", name="deny").click()
    expect(tried).to_contain_text("answered")
    assert lab.ask(MAY.format("filesystem:read:/proc/version")) == "denied"

    panel.get_by_role("button", name="reader, filesystem: in part").click()
    decide = panel.get_by_role("group", name=f"decide about {ETC} of reader")
    decide.get_by_role("button", name="grant always").click()
    expect(panel.get_by_role("alert").filter(has_text="make it a folder")).to_have_count(1)
    expect(panel.locator("code.mm-twin")).to_have_text(f"%midi grant reader {ETC} --always")
    decide.get_by_role("button", name="revoke").click()
    expect(status).to_have_text(f"reader may not use {ETC} any more")
    panel.get_by_role("textbox", name="another scope").fill("filesystem:read:/etc/hostname")
    panel.get_by_role("button", name="grant session: filesystem:read:/etc/hostname").click()
    expect(status).to_contain_text("/etc/hostname for this session")
    assert lab.ask(MAY.format("filesystem:read:/etc/hostname")) == "may"

    panel.get_by_role("tab", name="Never used").click()
    panel.get_by_role("button", name="revoke: network for reader").last.click()
    expect(status).to_have_text("reader may not use network any more")
    panel.get_by_role("tab", name="Audit").click()
    panel.get_by_label("whose decisions").select_option("reader")
    expect(panel.get_by_role("region", name="the last 50 decisions")).to_contain_text("revoked")
    panel.get_by_role("switch", name="grant low risks").click()
    expect(status).to_have_text("low risks are asked for")
    assert lab.ask("print(midi.plugins.grants.auto_grant_safe)") == "False"
    assert lab.page.evaluate("window.hacked") is None


def test_the_keyboard_alone_finds_a_cell_and_decides(jupyterlab: Lab) -> None:
    """Arrows go through the matrix, which is one stop of the Tab key."""
    lab = jupyterlab
    panel = shown(lab)
    keys = lab.page.keyboard
    panel.get_by_role("region", name="who may do what").focus()
    keys.press("Tab")
    keys.press("ArrowDown")
    expect(panel.get_by_role("rowheader", name="reader").get_by_role("button")).to_be_focused()
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(panel.get_by_role("button", name="reader, filesystem: asks")).to_be_focused()
    for _ in range(3):  # the chosen plugin, Once, Session
        keys.press("Tab")
    keys.press("Enter")
    expect(panel.get_by_role("status").last).to_contain_text("for this session")
    assert lab.ask(MAY.format(ETC)) == "may"
