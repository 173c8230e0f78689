"""What is sent to "Virtual" is heard: the audio graph of a real browser, measured."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.lab import Lab
from tests.browser.launch import launch
from tests.browser.server import JupyterServer
from tests.browser.test_panels import LOAD

pytestmark = pytest.mark.browser

LOCKED = """(() => {
    let touched = false;
    addEventListener("pointerdown", (event) => (touched ||= event.isTrusted), true);
    const Real = AudioContext;
    window.AudioContext = class extends Real {
        constructor(options) { super(options); super.suspend(); }
        get state() { return touched ? super.state : "suspended"; }
        resume() { return touched ? super.resume() : new Promise(() => {}); }
    };
})()"""
"""What a browser does before the first gesture; to Chromium, what drives the page here is one."""
EAR = Path(__file__).with_name("ear.js")
SILENT, AUDIBLE = 0.001, 0.01


@pytest.fixture(scope="module")
def speaking(browser: Browser) -> Iterator[Browser]:
    """A browser that lets pages sound which nobody has clicked on yet."""
    started = launch(browser.browser_type, "--autoplay-policy=no-user-gesture-required")
    yield started
    started.close()


@pytest.fixture
def heard(
    request: pytest.FixtureRequest, jupyter: JupyterServer, speaking: Browser
) -> Iterator[Lab]:
    """A page of that browser, with an ear at its loudspeaker."""
    window = speaking.new_context(viewport={"width": 1280, "height": 900})
    try:
        lab = Lab(jupyter, window, "lab", re.sub(r"\W+", "-", request.node.name).strip("-"))
        lab.page.add_init_script(path=EAR)
        yield lab
    finally:
        window.close()
        jupyter.end_kernels()


def pads(lab: Lab, *more: str) -> Locator:
    """Show the pads with their sound on, and further cells; returns the panel."""
    cells = [LOAD, "from midimon_live import *\nmidi.panel('pads').sound = True"]
    lab.open([*cells, "midi.panel('pads')", *more])
    for index in range(3 + len(more)):
        lab.run(index)
    shown = lab.page.locator(".mm-pads").first
    expect(shown.get_by_role("switch", name="Sound")).to_have_attribute("aria-checked", "true")
    wait_until_it_listens(lab)
    return shown


def wait_until_it_listens(lab: Lab) -> None:
    """Wait until the kernel sends what sounds, and the browser has opened its loudspeaker."""
    listens = "midi.panel('pads').sounds.listeners"
    lab.ask(f"import time\nfor _ in range(500):\n if {listens}: break\n time.sleep(0.02)")
    lab.page.wait_for_timeout(500)


def peak(lab: Lab, code: str) -> float:
    """Run code in the kernel and wait for sound; returns how loud it was at most."""
    lab.page.evaluate("ear.peak()")
    lab.ask(code)
    lab.page.wait_for_function("ear.first() > 0")
    lab.page.wait_for_timeout(400)
    return float(lab.page.evaluate("ear.peak()"))


def nothing(lab: Lab, code: str) -> bool:
    """Run code in the kernel and tell whether it stays silent."""
    lab.page.evaluate("ear.peak()")
    lab.ask(code)
    lab.page.wait_for_timeout(1000)
    return float(lab.page.evaluate("ear.peak()")) < SILENT


def wait_for_silence(lab: Lab) -> None:
    """Wait until nothing sounds any more."""
    lab.page.wait_for_function(f"ear.now() < {SILENT}")


def test_a_note_is_heard_from_its_note_on_to_its_note_off(heard: Lab) -> None:
    """Silence, a tone of the right pitch and loudness, bent, and silence again."""
    lab = heard
    pads(lab)
    assert nothing(lab, "pass")

    lab.ask("midi.send('program_change', program=16)")
    soft = peak(lab, "midi.send('note_on', note=69, velocity=20)")
    hard = peak(lab, "midi.send('note_on', note=69, velocity=120)")
    assert hard > 3 * soft > 3 * SILENT
    assert float(lab.page.evaluate("ear.pitch()")) == pytest.approx(440, rel=0.01)
    peak(lab, "midi.send('pitchwheel', pitch=-8192)")
    assert float(lab.page.evaluate("ear.pitch()")) == pytest.approx(392, rel=0.01)
    lab.ask("midi.send('note_off', note=69)")
    wait_for_silence(lab)


@pytest.mark.parametrize("program", [0, 9, 24, 48, 80])
def test_programs_are_different_and_all_end(heard: Lab, program: int) -> None:
    """A few instruments by General MIDI's families."""
    lab = heard
    pads(lab)
    lab.ask(f"midi.send('program_change', program={program})")
    assert peak(lab, "midi.send('note_on', note=60, velocity=110)") > AUDIBLE
    lab.ask("midi.send('note_off', note=60)")
    wait_for_silence(lab)


def test_drums_pedal_volume_and_panic(heard: Lab) -> None:
    """Channel 9 strikes and ends by itself; control 64 keeps, 7 is how loud, panic ends all."""
    lab = heard
    pads(lab)
    for drum in (36, 38, 42, 49, 45):
        assert peak(lab, f"midi.send('note_on', note={drum}, velocity=110, channel=9)") > AUDIBLE
    wait_for_silence(lab)

    lab.ask("midi.send('program_change', program=16)")
    lab.ask("midi.send('control_change', control=64, value=127)")
    loud = peak(lab, "midi.send('note_on', note=69)\nmidi.send('note_off', note=69)")
    lab.page.wait_for_timeout(500)
    assert lab.page.evaluate("ear.now()") > SILENT
    lab.ask("midi.send('control_change', control=64, value=0)")
    wait_for_silence(lab)

    lab.ask("midi.send('control_change', control=7, value=30)")
    low = peak(lab, "midi.send('note_on', note=69)")
    assert SILENT < low < loud / 2
    lab.ask("midi.panic()")
    wait_for_silence(lab)


def test_the_switch_the_hidden_page_and_the_closed_panel_are_silent(heard: Lab) -> None:
    """Each ends what sounds, and what is sent then is not heard."""
    lab = heard
    shown = pads(lab)
    lab.ask("midi.send('program_change', program=16)")
    begin = "midi.send('note_on', note=69)"
    for off, on in (
        ("midi.panel('pads').sound = False", "midi.panel('pads').sound = True"),
        ("driver.hide(true)", "driver.hide(false)"),
    ):
        ask = lab.page.evaluate if "driver" in off else lab.ask
        assert peak(lab, begin) > AUDIBLE
        ask(off)
        wait_for_silence(lab)
        assert nothing(lab, begin)
        ask(on)
        wait_until_it_listens(lab)
    shown.get_by_role("switch", name="Sound").click()
    expect(shown.get_by_role("status").last).to_have_text("sound: off")
    assert lab.ask("print(midi.panel('pads').sound)") == "False"
    shown.get_by_role("switch", name="Sound").click()
    expect(shown.get_by_role("status").last).to_have_text("sound: on")
    wait_until_it_listens(lab)
    assert peak(lab, begin) > AUDIBLE
    lab.ask("midi.panel('pads').close()")
    wait_for_silence(lab)


def test_two_views_are_as_loud_as_one_and_the_second_goes_on(heard: Lab) -> None:
    """One view of a browser sounds; when that has gone, the next does."""
    lab = heard
    pads(lab)
    lab.ask("midi.send('program_change', program=16)")
    alone = peak(lab, "midi.send('note_on', note=69)")
    lab.ask("midi.send('note_off', note=69)")
    lab.write(1, "midi.panel('pads')")
    lab.run(1)
    lab.page.wait_for_timeout(700)
    views = lab.page.locator(".mm-pads")
    expect(views).to_have_count(2)
    expect(views.first).to_contain_text("another view of this browser plays it")
    assert peak(lab, "midi.send('note_on', note=69)") == pytest.approx(alone, rel=0.2)
    lab.ask("midi.send('note_off', note=69)")

    lab.write(2, "")
    lab.run(2)
    expect(views).not_to_contain_text("another view of this browser plays it")
    wait_until_it_listens(lab)
    assert peak(lab, "midi.send('note_on', note=69)") == pytest.approx(alone, rel=0.2)


def test_a_dead_kernel_leaves_no_note_sounding(heard: Lab) -> None:
    """Its note-off never comes; the page ends the note by itself."""
    lab = heard
    pads(lab)
    lab.ask("midi.send('program_change', program=16)")
    assert peak(lab, "midi.send('note_on', note=69)") > AUDIBLE
    lab.page.wait_for_timeout(7500)  # longer than the page's patience: it is answered
    assert lab.page.evaluate("ear.now()") > AUDIBLE
    lab.restart_kernel()
    wait_for_silence(lab)


def test_before_the_first_gesture_it_says_so_and_a_click_lets_sound_through(heard: Lab) -> None:
    """Browsers let no page sound that nobody has touched."""
    lab = heard
    lab.page.add_init_script(LOCKED)
    shown = pads(lab)
    expect(shown).to_contain_text("click once, so that the browser lets sound through")
    assert nothing(lab, "midi.send('note_on', note=69)")

    shown.get_by_text("click once").click()

    expect(shown).not_to_contain_text("click once")
    assert peak(lab, "midi.send('note_on', note=69)") > AUDIBLE


def test_a_click_on_a_pad_is_heard_soon(heard: Lab) -> None:
    """From the pad through the kernel's mapping back to the loudspeaker; the time is printed."""
    lab = heard
    action = "send('note_on', note=69, velocity=110, until_release=True)"
    shown = pads(lab, f"midi.map(note(36), {action})")
    spot = shown.get_by_role("button", name=re.compile("^pad 1, "))
    spot.scroll_into_view_if_needed()
    took = []
    for _ in range(7):
        lab.page.evaluate("ear.peak()")
        assert lab.page.evaluate("ear.first()") == 0
        box = spot.bounding_box()
        assert box is not None
        lab.page.mouse.move(box["x"] + 20, box["y"] + 20)
        pressed = lab.page.evaluate("performance.timeOrigin + performance.now()")
        lab.page.mouse.down()
        lab.page.wait_for_timeout(1200)  # a press that reaches the kernel too late is left out
        if first := lab.page.evaluate("ear.first()"):
            took.append(first - pressed)
        lab.page.mouse.up()
        wait_for_silence(lab)
    took.sort()
    assert len(took) > 3
    print(f"from click to sound: {took[len(took) // 2]:.0f} ms (median), {took[-1]:.0f} ms (most)")
