"""The mappings panel in JupyterLab: learning without a line of code, looking, taking out."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab
from tests.browser.scene import HOSTILE, LOAD

pytestmark = pytest.mark.browser

SHOW = "midi.panel('mappings')"
MAPPED = f"""
from midimon_live import *
class Blink(ActionPlugin):
    def execute(self, params, context):
        pass
def wobble(context):
    pass
midi.define_mode("Drums", "orange")
midi.map(note(36), Blink, mode="Drums", name={HOSTILE!r}, port={HOSTILE!r})
midi.map(note(37), wobble, mode="Drums")
midi.map(cc(7), send("control_change", control=7, value="pass"))
midi.map(note(40), Blink, mode={HOSTILE!r})
midi.map(note(40), Blink, mode={HOSTILE!r})
"""
PLAY = """
import time
midi.virtual.press(50, velocity=90); midi.settle(); time.sleep(0.15)
midi.virtual.release(50); midi.settle()
"""
MANY = """
from midimon_live import *
with midi.at("now"):
    for number in range(2250):
        midi.map(cc(number % 128, value_min=number // 128), send("note_on", note=number % 128))
"""


def opened(lab: Lab, *cells: str) -> Locator:
    """Run cells, the last of which shows the panel, and return the panel."""
    lab.open([LOAD, *cells])
    for index in range(len(cells) + 1):
        lab.run(index)
    panel = lab.page.locator(".mm-mappings").first
    expect(panel.get_by_role("status")).to_be_empty()
    return panel


def rows(panel: Locator) -> Locator:
    """Return the rows of the table."""
    return panel.locator("tbody tr")


def test_a_pad_is_learned_mapped_played_and_taken_back_without_a_line_of_code(
    jupyterlab: Lab,
) -> None:
    """Learn, play, choose, map it, play it again: it fires; undo: it does not."""
    lab = jupyterlab
    panel = opened(lab, SHOW)
    expect(panel).to_contain_text("Nothing is mapped yet")
    panel.get_by_role("button", name="Learn", exact=True).click()
    expect(panel.get_by_role("timer")).to_be_visible()
    lab.ask(PLAY)
    expect(panel.get_by_role("status")).to_contain_text("heard: note 50")

    panel.get_by_role("radio", name=re.compile("on any channel")).check()
    panel.get_by_role("combobox", name="map it to").select_option("note")
    panel.get_by_role("spinbutton", name="note").fill("72")
    panel.get_by_label("name", exact=True).fill(HOSTILE)
    python = panel.get_by_role("region", name="Python").last
    expect(python).to_contain_text(f'name="{HOSTILE}"')
    panel.get_by_role("button", name="Map it").click()

    expect(rows(panel)).to_have_count(1)
    expect(panel.get_by_role("status")).to_contain_text("%midi undo takes it back")
    assert lab.ask("print(midi.mappings()[0].trigger)") == "note 50"
    lab.ask(PLAY)
    assert "note=72" in lab.ask("print(midi.virtual.sent)")
    expect(rows(panel).first.locator(".mm-c-fired")).to_have_text("1")

    panel.get_by_role("button", name="Undo").click()
    expect(rows(panel)).to_have_count(0)
    assert lab.ask("print(len(midi.mappings()))") == "0"
    panel.get_by_role("button", name="Redo").click()
    expect(rows(panel)).to_have_count(1)
    assert lab.page.evaluate("window.hacked === undefined")


def test_every_form_maps_what_it_says_and_says_what_is_wrong(jupyterlab: Lab) -> None:
    """A number out of range, a plugin, a control change, a mode; cancelling."""
    lab = jupyterlab
    panel = opened(lab, MAPPED, SHOW)
    learn = panel.get_by_role("button", name="Learn", exact=True)
    learn.click()
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_role("status")).to_contain_text("learning was cancelled")
    for action, wanted in (
        ("plugin", "blink"),
        ("cc", "send control_change 50 pass"),
        ("mode", "mode next while held"),
    ):
        learn.click()
        expect(panel.get_by_role("timer")).to_be_visible()
        lab.ask(PLAY)
        panel.get_by_role("combobox", name="map it to").select_option(action)
        if action == "cc":
            control = panel.get_by_role("spinbutton", name="control")
            control.fill("200")
            expect(panel.locator(".mm-wrong")).to_contain_text("control is 200; allowed are whole")
            expect(panel.get_by_role("button", name="Map it")).to_be_disabled()
            control.fill("50")
        if action == "mode":
            panel.get_by_label("only while it is held").check()
        expect(panel.get_by_role("region", name="Python").last).to_contain_text("midi.map(")
        panel.get_by_role("button", name="Map it").click()
        expect(panel.get_by_role("status")).to_contain_text("mapped as")
        assert lab.ask("print(midi.mappings()[-1].action)") == wanted


def test_the_foot_has_the_line_of_what_is_searched_and_chosen(jupyterlab: Lab) -> None:
    """While it is typed, not as it was when the field was pointed at."""
    lab = jupyterlab
    panel = opened(lab, MAPPED, SHOW)
    twin = panel.locator(".mm-twin")
    panel.get_by_role("searchbox").click()
    lab.page.keyboard.type("Wobble")
    expect(twin).to_have_text('[one for one in midi.mappings() if "wobble" in str(one).lower()]')
    assert lab.ask(f"print(len({twin.inner_text()}))") == "1"
    panel.get_by_role("searchbox").fill("")
    panel.get_by_label("show the mappings of").focus()
    panel.get_by_label("show the mappings of").select_option(label="Drums")
    expect(twin).to_have_text('[one for one in midi.mappings() if one.mode in (None, "Drums")]')


def test_a_double_click_takes_out_one_mapping(jupyterlab: Lab) -> None:
    """The second click would hit the row that has moved up."""
    lab = jupyterlab
    panel = opened(lab, MAPPED, SHOW)
    box = panel.get_by_label(re.compile("^remove mapping")).first.bounding_box()
    assert box
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    lab.page.mouse.click(*place)
    expect(rows(panel)).to_have_count(4)
    lab.page.mouse.down(click_count=2)
    lab.page.mouse.up(click_count=2)

    lab.page.wait_for_timeout(300)
    assert lab.ask("print(len(midi.mappings()))") == "4"


def test_a_name_given_to_one_pad_is_not_given_to_the_next(jupyterlab: Lab) -> None:
    """The form keeps what is likely to be the same, and a name is not."""
    lab = jupyterlab
    panel = opened(lab, SHOW)
    for heard in (50, 51):
        panel.get_by_role("button", name="Learn", exact=True).click()
        expect(panel.get_by_role("timer")).to_be_visible()
        lab.ask(PLAY.replace("50", str(heard)))
        expect(panel.get_by_role("status")).to_contain_text(f"heard: note {heard}")
        expect(panel.get_by_label("name", exact=True)).to_have_value("")
        panel.get_by_label("name", exact=True).fill("kick")
        panel.get_by_role("button", name="Map it").click()
        expect(panel.get_by_role("status")).to_contain_text("mapped as")


def test_looking_filtering_and_taking_out(jupyterlab: Lab) -> None:
    """Each control does what its twin does; nothing that a name holds is HTML."""
    lab = jupyterlab
    panel = opened(lab, MAPPED, SHOW)
    expect(rows(panel)).to_have_count(5)
    twin = panel.locator(".mm-twin")

    panel.get_by_label("show the mappings of").select_option(label="Drums")
    expect(rows(panel)).to_have_count(3)
    panel.get_by_label("show the mappings of").select_option("*")
    panel.get_by_role("searchbox").fill("wobble")
    expect(rows(panel)).to_have_count(1)
    panel.get_by_role("searchbox").fill("")
    panel.get_by_role("switch").check()
    expect(rows(panel)).to_have_count(1)
    expect(twin).to_have_text("%midi report")
    expect(rows(panel)).to_contain_text("shadowed")
    panel.get_by_role("switch").uncheck()

    panel.get_by_role("button", name="note 37").click()
    expect(panel.get_by_role("region", name="Python").first).to_contain_text(
        'midi.map(note(37), wobble, mode="Drums")'
    )
    expect(panel.get_by_role("region", name="TOML").first).to_contain_text("make it a plugin")
    expect(twin).to_have_text("%midi mappings 2")
    panel.get_by_role("button", name="copy the Python").first.click()
    expect(panel.get_by_role("status")).to_contain_text("Python")
    panel.get_by_role("button", name="Remove", exact=True).click()
    expect(panel.get_by_role("status")).to_contain_text("that cell, run again, maps it again")
    expect(rows(panel)).to_have_count(4)
    expect(panel).to_contain_text("it is not there any more")

    panel.get_by_role("button", name="remove mapping 3").click()
    expect(rows(panel)).to_have_count(3)
    assert lab.ask("print([one.number for one in midi.mappings()])") == "[1, 4, 5]"
    assert lab.page.evaluate("window.hacked === undefined")
    assert panel.locator("img").count() == 0


def test_it_is_worked_with_the_keyboard_alone(jupyterlab: Lab) -> None:
    """Tab to the table, arrows in it, Enter shows one, Tab to Remove; no letter gets out."""
    lab = jupyterlab
    panel = opened(lab, MAPPED, SHOW)
    press = lab.page.keyboard.press
    panel.get_by_role("switch").focus()
    press("Tab")
    expect(panel.locator(".mm-scroll")).to_be_focused()
    press("Tab")
    expect(panel.locator(".mm-pick").first).to_be_focused()
    press("ArrowDown")
    press("Enter")
    expect(panel.get_by_role("region", name="Python").first).to_contain_text("note(37)")
    for _ in range(4):
        if panel.get_by_role("button", name="Remove", exact=True).evaluate(
            "one => one.matches(':focus')"
        ):
            break
        press("Tab")
    press("Enter")
    expect(rows(panel)).to_have_count(4)
    panel.get_by_role("searchbox").focus()
    lab.page.keyboard.type("blink dd")
    assert lab.cells() == 3


def test_two_views_choose_for_themselves_and_know_of_one_lesson(jupyterlab: Lab) -> None:
    """What one filters and selects, the other does not; that somebody learns, both show."""
    lab = jupyterlab
    first = opened(lab, MAPPED, SHOW, SHOW)
    views = lab.page.locator(".mm-mappings")
    expect(views).to_have_count(2)
    second = views.nth(1)
    second.scroll_into_view_if_needed()  # nothing is drawn off the screen
    expect(rows(second)).to_have_count(5)
    first.get_by_role("searchbox").fill("wobble")
    expect(rows(first)).to_have_count(1)
    expect(rows(second)).to_have_count(5)

    first.get_by_role("button", name="Learn", exact=True).click()
    second.get_by_role("button", name="Cancel").click()
    expect(first).to_contain_text("Learning was cancelled. Press Learn to try again.")
    expect(second).to_contain_text("Choose a mapping")


def test_a_large_configuration_is_paged_and_found(jupyterlab: Lab) -> None:
    """2,250 mappings: a hundred at a time, the search over all of them."""
    lab = jupyterlab
    panel = opened(lab, MANY, SHOW)
    expect(panel).to_contain_text(re.compile("1.100 of 2,250"))
    expect(rows(panel)).to_have_count(100)
    panel.get_by_role("button", name="next page").click()
    expect(panel).to_contain_text(re.compile("101.200 of 2,250"))
    panel.get_by_role("searchbox").fill("2250")
    expect(panel).to_contain_text("1 of 1, 2,250 in all")
    lab.ask("midi.virtual.turn(73, 127); midi.settle()")
    panel.get_by_role("searchbox").fill("cc 73")
    expect(rows(panel).first.locator(".mm-c-fired")).to_have_text("1")


def test_a_page_that_has_missed_a_frame_asks_for_all_of_it(jupyterlab: Lab) -> None:
    """As after its connection was lost for a moment."""
    lab = jupyterlab
    panel = opened(lab, MAPPED, SHOW)
    expect(rows(panel)).to_have_count(5)
    lab.ask("panel = midi.panel('mappings'); send = panel.send; panel.send = lambda *_: None")
    lab.ask("midi.unmap(1); import time; time.sleep(0.5); panel.send = send; midi.unmap(2)")
    expect(rows(panel)).to_have_count(3)
    expect(rows(panel).first).to_contain_text("note 40")


def test_what_was_refused_stands_beside_what_fired(jupyterlab: Lab) -> None:
    """Each press fires; that nothing came of two of them is seen without pointing at anything."""
    lab = jupyterlab
    panel = opened(lab, MAPPED, SHOW)
    lab.ask("midi.plugins.disable_plugin('wobble()'); midi.mode = 'Drums'")
    lab.ask("midi.virtual.press(37); midi.virtual.press(37); midi.settle()")
    row = rows(panel).filter(has_text="wobble()")
    expect(row.locator(".mm-c-fired")).to_have_text("2")
    expect(row.locator(".mm-c-state")).to_contain_text("refused 2")
