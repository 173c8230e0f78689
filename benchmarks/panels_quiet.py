"""Panels in which nothing happens: what goes over the wire."""

import time

from benchmarks.results import Row, Section
from midimon_live.panels import PANELS
from tests.browser.lab import Lab
from tests.browser.launch import launched
from tests.browser.scene import LOAD
from tests.browser.server import JupyterServer

SECONDS = 20
CALM_S = 5


def run() -> Section:
    """Count messages."""
    with JupyterServer() as server, launched() as browser:
        lab = Lab(server, browser.new_context(viewport={"width": 1280, "height": 1800}), "lab", "q")
        shown = [f"midi.panel({name!r})" for name in PANELS]
        lab.open([LOAD, *shown, "midi.panel()"])
        for index in range(len(shown) + 2):
            lab.run(index)
        lab.page.locator(".mm-overview").first.wait_for()
        time.sleep(CALM_S)
        lab.page.evaluate("driver.count()")
        time.sleep(SECONDS)
        silent = lab.page.evaluate("driver.counted()") / SECONDS
    rows = [Row("panels: all open, nothing happening", silent, "messages/s", at_most=0)]
    how = (
        "JupyterLab in headless Chromium. Messages are those of widgets, both ways, counted in the "
        f"page over {SECONDS} s, with each panel open by itself and the dashboard below them."
    )
    return Section("Panels at rest", how, rows)
