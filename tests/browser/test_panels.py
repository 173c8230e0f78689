"""Panels in a real JupyterLab and a real Notebook 7: what is common to all of them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from midimon_live.panels import PANELS
from tests.browser.lab import Lab
from tests.browser.scene import HOSTILE, LOAD

pytestmark = pytest.mark.browser

HITS = """
from midimon_live import note
hits = []
midi.on(note(36))(lambda context: hits.append(context))
"""
LIVELY = f"""
from midimon_live import *
class Bad(ActionPlugin):
    \"\"\"{HOSTILE}\"\"\"
    capabilities = {{Capability.NETWORK}}
    def execute(self, params, context):
        print("{HOSTILE}")
        raise ValueError("{HOSTILE}")
midi.map(note(36), Bad, name="{HOSTILE}", mode="{HOSTILE}")
midi.map(cc(7), send("note_on", note=1), name="{HOSTILE}")
midi.create_port("{HOSTILE}")
"""


def panel(lab: Lab, name: str) -> Locator:
    """Return the panel of that name, on the screen."""
    return lab.page.locator(f".mm-{name}").first


def opened(lab: Lab, *cells: str) -> None:
    """Open a notebook with these cells and run them."""
    lab.open([LOAD, *cells])
    for index in range(len(cells) + 1):
        lab.run(index)


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


def test_the_overview_is_worked_with_the_keyboard_and_shows_its_twins(jupyterlab: Lab) -> None:
    """Letters typed in a panel are no commands of the notebook; Tab goes through the controls."""
    lab = jupyterlab
    opened(lab, "midi.define_mode('Drums', 'orange')\nmidi.panel('overview')")
    overview = panel(lab, "overview")
    expect(overview).to_contain_text("running")
    mode = overview.get_by_label("active mode")
    mode.focus()
    twin = overview.locator(".mm-twin")
    expect(twin).to_have_text('midi.mode = "Default"')
    lab.page.keyboard.type("Drums")
    expect(twin).to_have_text('midi.mode = "Drums"')
    lab.page.keyboard.press("Tab")

    expect(twin).to_have_text("%midi panic")
    lab.page.keyboard.press("Enter")

    expect(overview.get_by_role("status")).to_have_text(re.compile("all notes off"))
    expect(overview.get_by_role("status")).to_have_text("", timeout=10_000)  # no news for long
    assert lab.ask("print(midi.mode)") == "Drums"
    assert lab.cells() == 2


def test_a_late_answer_leaves_the_foot_to_what_is_pointed_at_by_then(jupyterlab: Lab) -> None:
    """The kernel is stuck while the mode is changed; Panic has the focus when it answers."""
    lab = jupyterlab
    opened(lab, "midi.define_mode('Drums', 'orange')\nmidi.panel('overview')", "")
    overview = panel(lab, "overview")
    expect(overview).to_contain_text("running")
    lab.write(2, "sum(range(10**8))")
    lab.start(2)
    lab.page.wait_for_timeout(300)
    overview.get_by_label("active mode").select_option("Drums")
    overview.get_by_role("button", name="Panic").focus()
    assert lab.is_running(2)

    expect(overview.get_by_role("status")).to_contain_text("Drums", timeout=20_000)

    expect(overview.locator(".mm-twin")).to_have_text("%midi panic")


def test_the_line_in_the_foot_is_selected_where_a_page_may_not_copy(jupyterlab: Lab) -> None:
    """As on plain http from another machine, which has no clipboard: nobody is left guessing."""
    lab = jupyterlab
    opened(lab, "midi.panel('overview')")
    overview = panel(lab, "overview")
    overview.get_by_role("button", name="Panic").focus()
    lab.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")

    overview.get_by_role("button", name="copy the line of code").click()

    expect(overview.get_by_role("status")).to_contain_text("press Ctrl+C")
    assert lab.page.evaluate("getSelection().toString()") == "%midi panic"


@pytest.mark.parametrize("name", ["dashboard", *PANELS])
def test_names_from_plugins_and_ports_are_only_text(jupyterlab: Lab, name: str) -> None:
    """A plugin, an error, a mode, a mapping and a port that would like to be HTML."""
    lab = jupyterlab
    asked = "midi.panel()" if name == "dashboard" else f"midi.panel({name!r})"
    opened(lab, LIVELY, f"midi.mode = {HOSTILE!r}", asked)
    lab.ask("midi.virtual.press(36); midi.virtual.turn(7, 3); midi.settle()")
    lab.page.wait_for_timeout(700)

    assert lab.page.evaluate("window.hacked === undefined")
    assert lab.page.locator(".mm img").count() == 0


def test_a_panel_outlives_its_kernel_and_says_so(jupyterlab: Lab) -> None:
    """After a restart the old picture is dimmed, its controls dead; the cell brings it back."""
    lab = jupyterlab
    opened(lab, "midi.panel('overview')")
    overview = panel(lab, "overview")
    expect(overview).to_contain_text("running")

    lab.restart_kernel()

    expect(overview.get_by_role("status")).to_contain_text("the kernel has gone")
    assert overview.locator(".mm-body").evaluate("body => body.inert")
    lab.run(0)
    lab.run(1)
    expect(panel(lab, "overview")).to_contain_text("running")
    expect(panel(lab, "overview").get_by_role("status")).to_be_empty()


def test_a_panel_shown_fifty_times_is_one_model_and_its_views_end(jupyterlab: Lab) -> None:
    """Re-running the cell leaves no listener, loop or view behind."""
    lab = jupyterlab
    lab.open([LOAD, "midi.panel('overview')"])
    lab.run(0)
    for _ in range(50):
        lab.run(1)
    expect(panel(lab, "overview")).to_contain_text("running")

    assert lab.page.locator(".mm-overview").count() == 1
    assert lab.ask("print(len(midi.panel('overview')._onlookers))") == "1"


def test_two_views_and_a_second_cell_show_the_same(jupyterlab: Lab) -> None:
    """What is clicked in one is seen in the other."""
    lab = jupyterlab
    opened(lab, "midi.define_mode('Drums')\nmidi.panel('overview')", "midi.panel('overview')")
    views = lab.page.locator(".mm-overview")
    expect(views).to_have_count(2)

    views.nth(0).get_by_label("active mode").select_option("Drums")

    expect(views.nth(1).get_by_label("active mode")).to_have_value("Drums")


def test_panels_off_the_screen_and_panels_without_news_cost_no_messages(jupyterlab: Lab) -> None:
    """All of them open, nothing happening: silence, in both directions."""
    lab = jupyterlab
    opened(lab, "midi.panel()")
    expect(panel(lab, "overview")).to_contain_text("running")
    lab.page.wait_for_timeout(3000)
    lab.page.evaluate("driver.count()")
    lab.page.wait_for_timeout(4000)

    assert lab.page.evaluate("driver.counted()") == 0


def test_a_page_that_is_hidden_for_an_hour_gets_nothing_and_then_the_present(
    jupyterlab: Lab,
) -> None:
    """What happened meanwhile is no backlog."""
    lab = jupyterlab
    opened(lab, HITS, "midi.panel('overview')")
    overview = panel(lab, "overview")
    expect(overview).to_contain_text("running")
    lab.page.evaluate("driver.hide(true)")
    lab.page.wait_for_timeout(500)
    lab.page.evaluate("driver.count()")
    lab.ask("for n in range(500): midi.virtual.press(36)\nmidi.settle()")
    lab.page.wait_for_timeout(1000)
    assert lab.page.evaluate("driver.counted()") == 0

    lab.page.evaluate("driver.hide(false)")

    expect(overview).to_contain_text("500 so far")


def test_four_notebooks_side_by_side_play_their_own_kernels(jupyterlab: Lab) -> None:
    """Four kernels, four dashboards in one page: each press arrives in its own, and only there."""
    lab = jupyterlab
    lab.open([LOAD])
    in_front = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    for number in range(4):
        lab.open_beside(f"beside-{number}", [LOAD, f"whose = {number}\n{HITS}", "midi.panel()"])
        for index in range(3):
            lab.run(index)
        expect(in_front.locator(".mm-overview")).to_contain_text("running")
    for number in reversed(range(4)):
        lab.show(f"beside-{number}")
        for _ in range(number + 1):
            in_front.get_by_role("button", name=re.compile("note 36")).first.click()
        lab.page.wait_for_timeout(300)
        lab.ask("midi.settle()")
        assert lab.ask("print(whose, len(hits))") == f"{number} {number + 1}"


def test_broken_messages_from_a_page_change_nothing(jupyterlab: Lab) -> None:
    """Nonsense at full speed: the panel says so, pads play on."""
    lab = jupyterlab
    opened(lab, HITS, "midi.panel('overview')")
    expect(panel(lab, "overview")).to_contain_text("running")
    line = lab.ask("print(midi._desk.line.comm.comm_id)")
    lab.page.evaluate(
        """line => {
            for (let n = 0; n < 3000; n++) driver.say(line, n % 2 ? { do: n } : null);
        }""",
        line,
    )
    expect(panel(lab, "overview").get_by_role("alert")).to_contain_text("message")
    lab.ask("midi.virtual.press(36); midi.settle()")

    assert lab.ask("print(len(hits))") == "1"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_serious_fault(jupyterlab: Lab, front_end_tools: Path, theme: str) -> None:
    """Names, roles, contrast: axe-core looks at every panel, behind every tab."""
    lab = jupyterlab
    opened(lab, LIVELY, "midi.panel()")
    lab.ask("for n in range(20): midi.virtual.press(36 + n)\nmidi.settle()")
    lab.page.evaluate(
        "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
    )
    lab.page.add_script_tag(path=front_end_tools / "node_modules/axe-core/axe.min.js")
    lab.page.wait_for_timeout(1000)
    found = []
    for tab in lab.page.locator(".mm-tabs > .lm-TabBar [role=tab]").all():
        tab.click()
        lab.page.wait_for_timeout(500)
        found += lab.page.evaluate("driver.faults('.mm-dashboard')")
    assert found == []


def test_a_panel_looks_the_same_whatever_is_shown_after_it(jupyterlab: Lab) -> None:
    """Each brings the rules that all share; those do not go over an earlier one's own."""
    lab = jupyterlab
    opened(lab, "\n".join(f"display(midi.panel({name!r}))" for name in PANELS), "midi.panel()")
    expect(lab.page.locator(".mm-overview")).to_have_count(2)

    paddings = {
        ".mm-pads input.mm-num": "3px 2px 3px 8px",
        ".mm-monitor tbody td.mm-when": "0px 6px",
    }
    for place, padding in paddings.items():
        expect(lab.page.locator(place).first).to_have_css("padding", padding)


def test_a_long_name_of_a_mode_does_not_move_the_overview(jupyterlab: Lab) -> None:
    """Panic stays in the line of the mode."""
    lab = jupyterlab
    opened(lab, "midi.define_mode('C ' * 40, 'orange')\nmidi.panel('overview')")
    overview = panel(lab, "overview")
    mode = overview.get_by_label("active mode")
    expect(mode.locator("option")).to_have_count(2)
    for width in (1280, 600):
        lab.page.set_viewport_size({"width": width, "height": 800})
        box, stop = mode.bounding_box(), overview.get_by_role("button", name="Panic").bounding_box()
        assert box
        assert stop
        assert abs(box["y"] - stop["y"]) < 8
