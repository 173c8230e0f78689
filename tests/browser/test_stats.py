"""The statistics in a real JupyterLab: what is to be seen, and every control with its twin."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab

pytestmark = pytest.mark.browser

DEFINE = """\
%load_ext midimon_live
from midimon_live import ActionPlugin, note

class Quick(ActionPlugin):
    def execute(self, params, context):
        pass

class Picky(ActionPlugin):
    name = "<img src=x onerror=alert(1)>"
    def execute(self, params, context):
        raise ValueError("<img src=y onerror=alert(2)>")

class Never(ActionPlugin):
    def execute(self, params, context):
        pass

for number, plugin in enumerate((Quick, Picky, Never), 36):
    midi.map(note(number), plugin)
"""
PLAY = "for pad in (36, 36, 36, 37): midi.virtual.press(pad)\nmidi.settle()"


def shown(lab: Lab) -> Locator:
    """Open the panel, play to it, and return it."""
    lab.open([DEFINE, 'midi.panel("stats")', PLAY])
    for index in range(3):
        lab.run(index)
    panel = lab.page.locator(".mm-stats").first
    expect(panel.locator(".mm-card").nth(1)).to_contain_text("4")
    return panel


def names(panel: Locator) -> list[str]:
    """Return the plugins of the table, as they are in order."""
    return panel.locator("tbody .mm-name").all_text_contents()


def test_every_control_does_what_its_twin_says(jupyterlab: Lab) -> None:
    """Figures, sorting, whose times, how far back; hostile names stay text."""
    lab = jupyterlab
    panel = shown(lab)
    cards, foot = panel.locator(".mm-card"), panel.locator(".mm-twin")
    expect(cards.nth(0)).to_contain_text("4 so far")
    expect(cards.nth(2)).to_contain_text("75.0%")
    row = panel.get_by_role("row").filter(has_text="never")
    expect(row.get_by_role("cell").nth(3)).to_have_text("\N{EN DASH}")
    bars = panel.locator(".mm-durations rect title").all_text_contents()
    assert sum(int(one.split(": ")[1].split()[0]) for one in bars if one) == 4

    runs = panel.get_by_role("columnheader", name="runs")
    runs.get_by_role("button").click()
    expect(runs).to_have_attribute("aria-sort", "descending")
    expect(foot).to_have_text('midi.stats(sort="-runs")')
    ordered = lab.ask("print(*(row[0] for row in midi.stats(sort='-runs').rows), sep='|')")
    assert "|".join(names(panel)) == ordered
    runs.get_by_role("button").click()
    expect(runs).to_have_attribute("aria-sort", "ascending")
    expect(foot).to_have_text('midi.stats(sort="runs")')

    hostile = panel.get_by_role("button", name="<img src=x onerror=alert(1)>", exact=True)
    hostile.click()
    expect(foot).to_have_text("%midi stats '<img src=x onerror=alert(1)>'")
    twin = (foot.text_content() or "").removeprefix("%midi ")
    assert "ValueError" in lab.ask(f"print(get_ipython().run_line_magic('midi', {twin!r}))")
    expect(panel.locator(".mm-said")).to_contain_text("1 runs: half took up to")
    expect(panel.locator(".mm-error")).to_contain_text("ValueError: <img src=y onerror=alert(2)>")
    assert panel.locator("img").count() == 0

    panel.get_by_label("whose times are shown").select_option("the engine: lateness")
    expect(foot).to_have_text("%midi status")
    expect(panel.locator(".mm-said")).to_contain_text("4 events")

    for word, twin in (("1 h", "midi.activity(3600)"), ("session", "midi.activity()")):
        panel.get_by_role("button", name=word, exact=True).click()
        expect(foot).to_have_text(twin)
        assert lab.ask(f"print(sum(one.events for one in {twin}))") == "4"


def test_the_keyboard_is_enough(jupyterlab: Lab) -> None:
    """From the periods over the curve to the table; what is at the cursor is said."""
    lab = jupyterlab
    panel = shown(lab)
    page = lab.page
    panel.get_by_role("button", name="5 min").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("button", name="1 h")).to_have_attribute("aria-pressed", "true")
    curve = panel.get_by_role("slider", name="events and runs over time")
    curve.focus()
    page.keyboard.press("Home")
    expect(curve).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("ArrowRight")
    expect(curve).to_have_attribute("aria-valuenow", "1")
    expect(panel.locator(".mm-moment")).to_contain_text("at ")

    panel.get_by_role("button", name="plugin", exact=True).focus()
    page.keyboard.press("Enter")
    expect(panel.get_by_role("columnheader", name="plugin")).to_have_attribute(
        "aria-sort", "ascending"
    )
    panel.get_by_role("button", name="never", exact=True).focus()
    page.keyboard.press("Space")
    expect(panel.locator(".mm-said")).to_have_text(
        "never has not run yet: play what it is mapped to."
    )
    assert lab.ask("print(len(midi.mappings()))") == "3"
