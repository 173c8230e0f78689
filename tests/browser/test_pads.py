"""The pads in a real JupyterLab: played with mouse, fingers and keys, whatever the kernel does."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab
from tests.browser.test_panels import LOAD

pytestmark = pytest.mark.browser

NOTES = """
import time
from midimon_live import note, release
played = []
midi.on(note())(lambda c: played.append((time.time(), "on", c.note, c.channel, c.velocity)))
midi.on(release())(lambda c: played.append((time.time(), "off", c.note, c.channel, c.velocity)))
"""
BUSY = {
    "sleeping": "time.sleep(5)",
    "spinning": "while time.time() - began < 5: sum(n * n for n in range(1000))",
    "awaiting": "import asyncio; await asyncio.sleep(5)",
}
FINGERS = """
(area, steps) => {
    for (const [kind, id, name, low] of steps) {
        const spot = area.querySelector(`[aria-label^="${name}"]`);
        const { left, top, width, height } = spot.getBoundingClientRect();
        const place = { clientX: left + width / 2, clientY: top + height * low };
        const finger = { pointerId: id, pointerType: "touch", pressure: 0, bubbles: true };
        spot.dispatchEvent(new PointerEvent(kind, { ...finger, ...place, cancelable: true }));
    }
}
"""


def pads(lab: Lab, *more: str, last: str = "") -> Locator:
    """Open a notebook that notes what is played, show the pads and wait for their picture.

    Args:
        lab: the page.
        more: lines before the pads are shown.
        last: a cell behind them, which is not run.
    """
    lab.open([LOAD, "\n".join([NOTES, *more]), "midi.panel('pads')", last])
    for index in range(3):
        lab.run(index)
    shown = lab.page.locator(".mm-pads").first
    expect(shown).to_contain_text("of 16 pads mapped")
    shown.scroll_into_view_if_needed()
    return shown


def played(lab: Lab, count: int) -> list[list[Any]]:
    """Return kind, note, channel and velocity of what was played, when it is so much; forget it."""
    lab.ask(f"for _ in range(100):\n if len(played) >= {count}: break\n time.sleep(0.02)")
    lab.page.wait_for_timeout(150)  # and if it is more, that has come too
    print_it = "import json; print(json.dumps([one[1:] for one in played])); played.clear()"
    notes: list[list[Any]] = json.loads(lab.ask(f"midi.settle(); {print_it}"))
    return notes


def sent(lab: Lab, count: int) -> str:
    """Return the last messages that have arrived, as text."""
    lab.page.wait_for_timeout(200)
    return lab.ask(f"midi.settle(); print(*(t.event.data.hex(' ') for t in midi.traces({count})))")


def pad(shown: Locator, number: int) -> Locator:
    """Return a pad by its number, from 1."""
    return shown.get_by_role("button", name=re.compile(rf"^pad {number}, "))


@pytest.mark.parametrize("kind", list(BUSY))
def test_pads_play_while_a_cell_runs(jupyterlab: Lab, kind: str) -> None:
    """Each click is one press and one release, before the cell has ended."""
    lab = jupyterlab
    shown = pads(lab, last=f"began = time.time()\n{BUSY[kind]}")
    lab.start(3)
    lab.page.wait_for_timeout(500)
    for number in (1, 6, 11):
        pad(shown, number).click()

    lab.page.wait_for_timeout(500)
    assert lab.is_running(3)
    expect(shown).to_contain_text("in time")
    lab.ask("pass")  # waits for the cell
    before = "all(one[0] < began + 4.9 for one in played)"
    assert lab.ask(f"print({before})") == "True"
    assert [one[:2] for one in played(lab, 6)] == [
        [kind, number] for number in (36, 41, 46) for kind in ("on", "off")
    ]


def test_a_kernel_that_is_stuck_is_said_to_be_busy_and_plays_no_stale_press(
    jupyterlab: Lab,
) -> None:
    """One C call keeps the interpreter for seconds: no burst follows, and no note stays down."""
    lab = jupyterlab
    shown = pads(lab, last="sum(range(10**8))")
    pad(shown, 1).click()
    assert len(played(lab, 2)) == 2
    lab.start(3)
    lab.page.wait_for_timeout(300)
    pad(shown, 2).click()
    expect(shown).to_contain_text("kernel busy")

    expect(shown).to_contain_text("1 came too late", timeout=20_000)
    pad(shown, 3).click()
    assert [one[:2] for one in played(lab, 2)] == [["on", 38], ["off", 38]]


def test_every_control_is_an_attribute_of_the_panel(jupyterlab: Lab) -> None:
    """Click it, and read it back in the kernel; the foot says the line that does the same."""
    lab = jupyterlab
    shown = pads(lab)

    def button(name: str) -> Locator:
        return shown.get_by_role("button", name=name, exact=True)

    def kernel(name: str) -> str:
        expect(shown.get_by_role("status")).to_contain_text(name.replace("_", " "))
        return lab.ask(f"print(repr(midi.panel('pads').{name}))")

    button("pads: an octave up").click()
    assert kernel("first_pad") == "48"
    expect(shown.locator(".mm-twin")).to_have_text('midi.panel("pads").first_pad = 48')
    shown.get_by_label("note of the lowest pad").fill("40")
    shown.get_by_label("note of the lowest pad").press("Enter")
    expect(shown.get_by_role("status")).to_contain_text("40")
    assert kernel("first_pad") == "40"
    button("keyboard: an octave down").click()
    assert kernel("first_key") == "36"
    shown.get_by_label("channel").select_option("9")
    assert kernel("channel") == "9"
    shown.get_by_role("switch", name="fixed velocity").click()
    assert kernel("velocity") == "100"
    shown.get_by_role("switch", name="Sound").click()
    assert kernel("sound") == "True"
    button("Keyboard").click()
    assert kernel("computer_keys") == "'piano'"

    pad(shown, 1).click(position={"x": 30, "y": 8})
    assert played(lab, 2) == [["on", 40, 9, 100], ["off", 40, 9, 64]]
    line = "midi.virtual.press(40, velocity=100, channel=9); midi.virtual.release(40, channel=9)"
    expect(shown.locator(".mm-twin")).to_have_text(line)
    lab.ask(shown.locator(".mm-twin").inner_text())
    assert played(lab, 2) == [["on", 40, 9, 100], ["off", 40, 9, 64]]
    lab.ask("midi.panel('pads').velocity = None; midi.panel('pads').channel = 0")
    expect(shown.get_by_label("channel")).to_have_value("0")
    shown.get_by_role("button", name="Sustain").click()
    shown.get_by_label("modulation").fill("90")
    shown.get_by_label("pitch bend").press("ArrowUp")
    assert sent(lab, 4) == "b0 40 7f b0 01 5a e0 00 60 e0 00 40"


def test_fingers_hold_one_note_each_and_keys_are_slid_over(jupyterlab: Lab) -> None:
    """Multi-touch with velocity by place; nothing stays down, whichever way a touch ends."""
    lab = jupyterlab
    shown = pads(lab)
    area = shown.locator(".mm-area")
    down, move, up = "pointerdown", "pointermove", "pointerup"
    area.evaluate(
        FINGERS,
        [
            [down, 1, "pad 1,", 0.5],
            [down, 2, "pad 2,", 0.999],
            [down, 3, "pad 1,", 0.2],
            [up, 1, "pad 1,", 0.5],
            ["pointercancel", 2, "pad 2,", 0.5],
            ["lostpointercapture", 3, "pad 1,", 0.5],
            [down, 4, "C3", 0.9],
            [move, 4, "D3", 0.9],
            [move, 4, "D3", 0.9],
            [move, 4, "E3", 0.9],
            [up, 4, "E3", 0.9],
        ],
    )
    notes = played(lab, 10)
    assert [one[:2] for one in notes] == [
        *(["on", 36], ["on", 37], ["off", 37], ["off", 36]),
        *(["on", 48], ["off", 48], ["on", 50], ["off", 50], ["on", 52], ["off", 52]),
    ]
    assert notes[0][3] in range(60, 69)
    assert notes[1][3] == 127


@pytest.mark.parametrize(
    "leaving",
    ["driver.hide(true)", "window.dispatchEvent(new Event('blur'))", "driver.write(2, '')"],
)
def test_what_is_held_ends_with_blur_hiding_and_unmounting(jupyterlab: Lab, leaving: str) -> None:
    """A note is never left hanging, nor is the pedal."""
    lab = jupyterlab
    shown = pads(lab)
    shown.get_by_role("button", name="Sustain").click()
    box = pad(shown, 5).bounding_box()
    assert box is not None
    lab.page.mouse.move(box["x"] + 20, box["y"] + 20)
    lab.page.mouse.down()
    expect(pad(shown, 5)).to_have_attribute("aria-pressed", "true")

    lab.page.evaluate(leaving)
    if "write" in leaving:
        lab.run(2)  # the cell shows nothing any more

    assert [one[:2] for one in played(lab, 2)] == [["on", 40], ["off", 40]]
    assert "b0 40 00" in sent(lab, 6)
    lab.page.mouse.up()
    assert played(lab, 0) == []


def test_the_computers_keyboard_plays_pads_and_piano(jupyterlab: Lab) -> None:
    """Without a mouse: Tab to the pads, rows of keys, arrows, Enter, octaves, the pedal."""
    lab = jupyterlab
    shown = pads(lab)
    keyboard = lab.page.keyboard
    shown.get_by_label("note of the lowest pad").focus()
    for _ in range(3):
        keyboard.press("Tab")
    expect(pad(shown, 1)).to_be_focused()
    for code in ("KeyZ", "Digit4", "ArrowUp", "ArrowRight", "Enter"):
        keyboard.press(code)
    keyboard.down("KeyB")  # a command of the notebook, elsewhere
    keyboard.down("KeyX")
    keyboard.down("KeyX")  # held: the system repeats it
    keyboard.up("KeyX")
    notes = played(lab, 8)
    assert [one[:2] for one in notes] == [
        [kind, key] for key in (36, 51, 41, 37) for kind in ("on", "off")
    ]

    shown.get_by_role("button", name="Keyboard", exact=True).focus()
    for code in ("Space", "Period", "KeyA", "KeyW"):
        keyboard.press(code)
    keyboard.press("Slash")
    assert [one[:2] for one in played(lab, 4)] == [
        *(["on", 60], ["off", 60], ["on", 61], ["off", 61]),
    ]
    assert sent(lab, 2) == "b0 40 7f b0 40 00"
    assert lab.cells() == 4


def test_lights_show_what_is_sent_and_what_is_mapped(jupyterlab: Lab) -> None:
    """The mode's colour, the mapping's name, the velocity; short flashes too; the wheel moves."""
    lab = jupyterlab
    shown = pads(
        lab,
        "midi.define_mode('Drums', 'orange')",
        "midi.map(note(38), played.append, mode='Drums', name='kick')",
    )
    lab.ask("midi.mode = 'Drums'; midi.send('note_on', note=38, velocity=127)")
    expect(shown).to_contain_text("Drums")
    expect(pad(shown, 3)).to_contain_text("kick")
    expect(pad(shown, 3)).to_have_class(re.compile("mm-lit"))
    lab.ask("midi.send('control_change', control=1, value=77); midi.panic()")
    expect(pad(shown, 3)).not_to_have_class(re.compile("mm-lit"))
    expect(shown.get_by_label("modulation")).to_have_value("77")
    pad(shown, 4).evaluate(
        """el => { window.flashed = 0; new MutationObserver(() => {
            if (el.classList.contains("mm-flash")) window.flashed++;
        }).observe(el, { attributes: true, attributeFilter: ["class"] }); }"""
    )
    lab.ask("midi.send('note_on', note=39); midi.send('note_off', note=39)")
    lab.page.wait_for_function("window.flashed > 0")


def test_a_click_beside_a_pad_leaves_the_computers_keys_to_the_pads(jupyterlab: Lab) -> None:
    """In the gap between two: the next key plays, and cuts no cell, whoever had the focus."""
    lab = jupyterlab
    shown = pads(lab)
    for first in (pad(shown, 6), lab.page.locator(".cm-content").last):
        first.click()
        shown.scroll_into_view_if_needed()
        played(lab, 0)
        left, right = pad(shown, 6).bounding_box(), pad(shown, 7).bounding_box()
        assert left
        assert right

        middle = (left["x"] + left["width"] + right["x"]) / 2
        lab.page.mouse.click(middle, left["y"] + left["height"] / 2)
        lab.page.keyboard.press("x")

        assert [one[:2] for one in played(lab, 2)] == [["on", 37], ["off", 37]]
        assert lab.cells() == 4
