"""Panels in a real JupyterLab and a real Notebook 7: what is common to all of them."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab

pytestmark = pytest.mark.browser

LOAD = "%load_ext midimon_live"


def panel(lab: Lab, name: str) -> Locator:
    """Return the panel of that name, on the screen."""
    return lab.page.locator(f".mm-{name}").first


def test_a_panel_shows_itself_and_its_controls_work_while_a_cell_sleeps(lab: Lab) -> None:
    """The promise, for panels: whatever the kernel is doing, they answer."""
    lab.open([LOAD, "midi.panel('overview')", "import time\ntime.sleep(6)"])
    lab.run(0)
    lab.run(1)
    overview = panel(lab, "overview")
    expect(overview).to_contain_text("running")

    lab.start(2)
    overview.get_by_role("button", name="Panic").click()

    expect(overview.get_by_role("status")).to_have_text(re.compile("all notes off"), timeout=3000)
    assert lab.is_running(2)
