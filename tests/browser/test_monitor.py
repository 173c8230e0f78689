"""The monitor in a real JupyterLab: what is clicked, typed, and found by its lines of code."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab
from tests.browser.test_panels import opened, panel

pytestmark = pytest.mark.browser

MAPPED = """
from midimon_live import *
class Bad(ActionPlugin):
    def execute(self, params, context):
        raise ValueError("no such light")
midi.map(note(36), lambda context: None, name="kick")
midi.map(note(37, velocity_min=100), lambda context: None)
midi.map(note(38), Bad)
midi.map(double_tap(40, timeout_ms=2000), lambda context: None)
"""
PLAYED = """
for number in (36, 37, 38, 39):
    midi.virtual.press(number, velocity=90, channel=number % 2)
midi.virtual.turn(7, 65)
midi.virtual.play("clock")
midi.settle()
midi._pump.emit("tick", "beat", {})
midi.settle()
"""
SHOW = "midi.panel('monitor')"


def shown(monitor: Locator) -> int:
    """Return how many events the list holds."""
    table = monitor.get_by_role("grid")
    return int(table.get_attribute("aria-rowcount") or 0) - 1


def begun(lab: Lab, *cells: str) -> Locator:
    """Run these cells, show the monitor, play, and return it with seven events."""
    opened(lab, *cells, SHOW)
    monitor = panel(lab, "monitor")
    expect(monitor).to_contain_text("No event yet")
    lab.ask(PLAYED)
    expect(monitor.get_by_role("grid")).to_have_attribute("aria-rowcount", "8")
    return monitor


def test_events_say_what_became_of_them_and_why(jupyterlab: Lab) -> None:
    """In the list by word, below in full, and as the line that plays it again."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    rows = monitor.locator("tbody tr")
    expect(rows.nth(6)).to_contain_text("note on 36, velocity 90, channel 0")
    expect(rows.nth(6)).to_contain_text("1. kick: note 36")
    for index, became in ((6, "fired"), (5, "no match"), (4, "failed"), (3, "unmapped")):
        expect(rows.nth(index).locator(".mm-chip")).to_have_text(became)

    rows.nth(5).click()

    why = monitor.get_by_role("region", name="why")
    expect(why).to_contain_text("velocity 90 is outside 100-127")
    expect(why.get_by_role("columnheader", name="result")).to_be_visible()
    assert monitor.locator(".mm-twin").inner_text() == "%midi why 2"
    why.get_by_role("button", name="Copy as code").click()
    lab.ask(f"{monitor.locator('.mm-twin').inner_text()}; midi.settle()")
    expect(monitor.get_by_role("grid")).to_have_attribute("aria-rowcount", "8")  # it is held
    monitor.get_by_role("button", name=re.compile("new")).click()
    expect(rows.first).to_contain_text("note on 37, velocity 90, channel 1")


def test_an_outcome_that_is_decided_later_changes_in_place(jupyterlab: Lab) -> None:
    """Undecided for as long as a second tap may come, then a single that matches nothing."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    lab.ask("midi.virtual.press(40)")
    became = monitor.locator("tbody tr").first.locator(".mm-chip")
    expect(became).to_have_text("waiting")
    expect(became).to_have_text("no match", timeout=4000)


def test_the_keyboard_alone_reads_from_event_to_event(jupyterlab: Lab) -> None:
    """Tab to the list, `j`, `k`, arrows, Home and End; Escape is back to what happens now."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    why = monitor.locator(".mm-why")
    monitor.get_by_label("text to look for").focus()
    lab.page.keyboard.press("Tab")
    assert lab.page.evaluate("document.activeElement.getAttribute('role')") == "grid"
    for key, serial in (("j", 7), ("j", 6), ("ArrowDown", 5), ("k", 6), ("End", 1), ("Home", 7)):
        lab.page.keyboard.press(key)
        expect(why).to_contain_text(f"event {serial}:")
    lab.ask("midi.virtual.press(39); midi.settle()")
    expect(monitor.get_by_role("button", name=re.compile("1 new"))).to_be_visible()

    lab.page.keyboard.press("Escape")

    expect(monitor.locator("tbody tr").first).to_contain_text("note on 39")
    assert lab.cells() == 3


def test_each_filter_finds_what_its_line_of_python_finds(jupyterlab: Lab) -> None:
    """What is shown after a click, and what the line in the foot yields, are as many."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    twin, everything = monitor.locator(".mm-twin"), monitor.get_by_role("button", name="Show all")

    def found(count: int) -> None:
        expect(monitor.get_by_role("grid")).to_have_attribute("aria-rowcount", str(count + 1))
        assert lab.ask(f"print(len({twin.inner_text()}))") == str(count)

    for name, count in (
        ("notes", 4),
        ("cc", 1),
        ("pressure", 0),
        ("bend", 0),
        ("program", 0),
        ("clock, sysex", 1),
        ("plugins", 1),
    ):
        monitor.get_by_role("button", name=name, exact=True).click()
        found(count)
        everything.click()
    monitor.get_by_label("what became of it").select_option("fired")
    found(2)
    monitor.get_by_label("what became of it").select_option("wrong")
    found(1)
    monitor.get_by_label("what became of it").select_option("not")
    found(5)
    monitor.get_by_label("channel").select_option("1")
    found(2)
    monitor.get_by_role("button", name="notes", exact=True).click()
    monitor.get_by_role("button", name="cc", exact=True).click()
    found(2)
    everything.click()
    monitor.get_by_label("port", exact=True).select_option("tick")
    found(1)
    everything.click()
    monitor.get_by_label("text to look for").fill("VELOCITY 90")
    found(4)
    monitor.get_by_label("text to look for").fill("nowhere")
    expect(monitor).to_contain_text("Nothing that passes the filter")


def test_paused_it_counts_and_loses_nothing_and_clear_empties_the_view_alone(
    jupyterlab: Lab,
) -> None:
    """What came meanwhile is there afterwards."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    monitor.get_by_role("button", name="Pause").click()
    lab.ask("for _ in range(300): midi.virtual.press(36)\nmidi.settle()")
    expect(monitor).to_contain_text("300 new")
    assert shown(monitor) == 7

    monitor.get_by_role("button", name="Resume").click()
    expect(monitor.get_by_role("grid")).to_have_attribute("aria-rowcount", "308")
    monitor.get_by_role("button", name="Clear").click()

    expect(monitor.get_by_role("grid")).to_have_attribute("aria-rowcount", "1")
    assert lab.ask("print(len(midi.traces()))") == "307"


def test_a_cleared_list_forgets_what_was_chosen_and_goes_on_with_the_next_event(
    jupyterlab: Lab,
) -> None:
    """An arrow in a list without events stops nothing; what is read was left, and is gone."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    table, why = monitor.get_by_role("grid"), monitor.locator(".mm-why")
    monitor.locator("tbody tr").nth(2).click()
    expect(why).to_contain_text("event 5:")

    monitor.get_by_role("button", name="Clear").click()
    expect(monitor).to_contain_text("No event since it was cleared")
    expect(why).to_contain_text("Choose an event")
    table.focus()
    lab.page.keyboard.press("ArrowDown")
    lab.ask("midi.virtual.press(39); midi.settle()")

    expect(table).to_have_attribute("aria-rowcount", "2")
    expect(monitor.locator("tbody tr").first).to_contain_text("note on 39")


def test_the_foot_names_the_event_that_is_chosen_whatever_scrolls_under_the_hand(
    jupyterlab: Lab,
) -> None:
    """A mouse that rests over the list points at nothing while the keys go through it."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    lab.ask("for _ in range(40): midi.virtual.press(36)\nmidi.settle()")
    expect(monitor.get_by_role("grid")).to_have_attribute("aria-rowcount", "48")
    monitor.locator("tbody tr").nth(2).click()
    expect(monitor.locator(".mm-why")).to_contain_text("event 45:")
    for key, serial in (("PageDown", 37), ("PageDown", 29), ("End", 1), ("Home", 47)):
        lab.page.keyboard.press(key)
        expect(monitor.locator(".mm-why")).to_contain_text(f"event {serial}:")
        lab.page.wait_for_timeout(200)
        expect(monitor.locator(".mm-twin")).to_have_text(f"%midi why {serial}")


def test_an_event_in_the_picture_is_chosen_by_pointing_at_it(jupyterlab: Lab) -> None:
    """Also while the list shows others."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    monitor.get_by_role("button", name="Pause").click()
    monitor.get_by_role("button", name="cc", exact=True).click()
    lab.page.evaluate(
        """() => {
            const canvas = document.querySelector('.mm-monitor canvas');
            const { left, top, width } = canvas.getBoundingClientRect();
            for (let x = 0; x < width; x += 5) {
                const at = { clientX: left + x, clientY: top + 95 };
                canvas.dispatchEvent(new PointerEvent('pointerdown', at));
            }
        }"""
    )
    expect(monitor.locator(".mm-why")).to_contain_text("cc 7, value 65")
    expect(monitor.locator("tbody tr[aria-selected=true]")).to_contain_text("cc 7, value 65")


def test_a_flood_is_owned_up_to_and_rows_in_the_page_stay_few(jupyterlab: Lab) -> None:
    """More than is shown: the panel says how many are not, and shows the newest."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    expect(monitor).to_contain_text("none lost")
    lab.ask("for _ in range(30_000): midi.virtual.turn(8, 1)\nmidi.settle(60)")
    lab.ask("midi.virtual.press(36); midi.settle()")

    expect(monitor).to_contain_text(re.compile(r"[\d,]+ not shown"))
    expect(monitor.locator("tbody tr").first).to_contain_text("note on 36")
    counters = lab.page.evaluate("document.querySelector('.mm-monitor').monitor.counters()")
    assert counters["received"] + counters["missed"] == counters["latest"] == 30_008
    assert lab.page.locator(".mm-monitor tr").count() < 20


def test_it_draws_only_while_something_moves(jupyterlab: Lab) -> None:
    """Five seconds after the last event the picture stands still, and costs nothing."""
    lab = jupyterlab
    monitor = begun(lab, MAPPED)
    expect(monitor).to_contain_text("nothing in the last 5 seconds", timeout=9000)
    drawn = "document.querySelector('.mm-monitor').monitor.counters().drawn"
    lab.page.wait_for_timeout(700)
    before = lab.page.evaluate(drawn)
    lab.page.wait_for_timeout(1500)
    assert lab.page.evaluate(drawn) == before
