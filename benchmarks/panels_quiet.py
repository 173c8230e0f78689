"""Panels in which nothing happens, and a table that is long: what goes over the wire."""

import time

from benchmarks.results import Row, Section
from tests.browser.lab import Lab
from tests.browser.launch import launched
from tests.browser.server import JupyterServer

SECONDS = 20
CALM_S = 5
PLUGINS = 50
LOAD = "%env MIDIMON_BACKEND=virtual\n%load_ext midimon_live"
MANY = f"""
from midimon_live import ActionPlugin, note

def named(number):
    class Any(ActionPlugin):
        "Does nothing."
        name = f"plugin-{{number:02}}"
        def execute(self, params, context):
            pass
    return Any

for number in range({PLUGINS}):
    midi.map(note(number), named(number))
"""
ROWS = """
async (wanted) => {
    const rows = () => document.querySelectorAll(".mm-plugins tbody tr").length;
    while (rows() < wanted) await new Promise((resolve) => setTimeout(resolve, 5));
    return [performance.now() - window.began, driver.counted()];
}
"""


def run() -> Section:
    """Measure silence, and the table."""
    with JupyterServer() as server, launched() as browser:
        lab = Lab(server, browser.new_context(viewport={"width": 1280, "height": 1800}), "lab", "q")
        lab.open([LOAD, MANY, "midi.panel('plugins')", "midi.panel()"])
        lab.run(0)
        lab.run(1)
        lab.page.evaluate("window.began = performance.now(); driver.count()")
        lab.start(2)
        table_ms, table_messages = lab.page.evaluate(ROWS, PLUGINS)
        lab.run(3)
        lab.page.locator(".mm-overview").wait_for()
        time.sleep(CALM_S)
        lab.page.evaluate("driver.count()")
        time.sleep(SECONDS)
        silent = lab.page.evaluate("driver.counted()") / SECONDS
    rows = [
        Row("panels: all open, nothing happening", silent, "messages/s", at_most=0),
        Row(f"panels: a table of {PLUGINS} plugins visible", table_ms, "ms", at_most=500),
        Row("panels: messages for that", table_messages, at_most=12),
    ]
    how = (
        "JupyterLab in headless Chromium. Messages are those of widgets, in both directions, "
        f"counted in the page: over {SECONDS} s with the dashboard and the table of plugins open, "
        f"and from the run of the cell that shows {PLUGINS} plugins until the last row is there."
    )
    return Section("Panels at rest", how, rows)
