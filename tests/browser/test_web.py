"""Web MIDI in a real JupyterLab: a controller at the browser, played by a fake of the browser's."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import Lab
from tests.browser.test_panels import HOSTILE, opened, panel

pytestmark = pytest.mark.browser

FAKE = Path(__file__).with_name("fake_midi.js")
HEARD = """
from midimon_live import note, release
heard, released = [], []
engine = midi._engine
engine.handle = lambda event, handle=engine.handle: (heard.append(event), handle(event))
midi.on(release(36))(lambda context: released.append(context))
"""
DATA = "print([(one.port, one.data.hex()) for one in heard])"
WEB = "midi.web()"


@pytest.fixture
def page(jupyterlab_alone: Lab) -> Lab:
    """JupyterLab in a browser whose MIDI is a fake, with nothing plugged in."""
    jupyterlab_alone.page.add_init_script(path=FAKE)
    return jupyterlab_alone


def fake(lab: Lab, call: str) -> object:
    """Have the fake do something."""
    return lab.page.evaluate(f"__fakeMidi.{call}")


def connected(lab: Lab, *cells: str) -> Locator:
    """Return the panel, with a Launchpad plugged in and connected."""
    opened(lab, HEARD, *cells, WEB)
    fake(lab, "add('a', 'Launchpad')")
    web = panel(lab, "web")
    web.get_by_role("button", name="Connect").click()
    expect(web.get_by_role("switch", name="receive from Launchpad")).to_be_checked()
    return web


def wait_until(lab: Lab, code: str, wanted: str) -> None:
    """Wait until code in the kernel prints that."""
    found = ""
    for _ in range(100):
        if (found := lab.ask(code)) == wanted:
            return
        lab.page.wait_for_timeout(50)
    raise AssertionError(f"{code}: {found!r} instead of {wanted!r}")


def test_nothing_is_asked_until_connect_is_pressed_and_then_events_arrive(page: Lab) -> None:
    """A note, knobs and a long sysex, whole and in order; in the other direction too."""
    web = connected(page)
    sysex = [0xF0, *range(128), *range(128), 0xF7]
    fake(page, "fire('a', [0x90, 36, 100])")
    for value in range(5):
        fake(page, f"fire('a', [0xb0, 7, {value}])")
    fake(page, f"fire('a', {sysex})")
    fake(page, "fire('a', [0xfe])")
    fake(page, "fire('a', [0xf8])")
    data = ["902464", *(f"b007{value:02x}" for value in range(5)), bytes(sysex).hex()]
    wait_until(page, DATA, str([("Launchpad (web)", one) for one in data]))

    page.ask("midi.send('note_on', note=60, velocity=9, port='launch')")
    page.ask("midi.send('note_off', note=60, port='launch')")

    page.page.wait_for_function("__fakeMidi.sent.length === 2")
    assert fake(page, "sent.map((one) => one.data)") == [[0x90, 60, 9], [0x80, 60, 64]]
    expect(web).to_contain_text("note off 60")
    assert page.ask("print(midi.web()._pages[list(midi.web()._pages)[0]].lost)") == "0"


def test_events_arrive_while_a_cell_sleeps(page: Lab) -> None:
    """The promise, for controllers far away."""
    connected(page, "import time")
    page.write(2, "time.sleep(5)")
    page.start(2)
    page.page.wait_for_timeout(500)
    for _ in range(3):
        fake(page, "fire('a', [0x90, 36, 100])")
        fake(page, "fire('a', [0x80, 36, 0])")
        page.page.wait_for_timeout(300)
    assert page.is_running(2)
    page.page.wait_for_function("!driver.running(2)", timeout=20_000)

    late = page.ask("print(max(one.time for one in heard) - min(one.time for one in heard))")

    assert page.ask(
        "print(len(heard), len(released), midi._pump.handled()['stand-in thread'])"
    ) == ("6 3 6")
    assert 0.5 < float(late) < 3


def test_page_behind_another_tab_plays_on(page: Lab) -> None:
    """Where no frames come, events leave all the same, as soon as they may."""
    connected(page)
    page.page.evaluate("window.requestAnimationFrame = () => 0; driver.hide(true)")
    for _ in range(30):
        fake(page, "fire('a', [0x90, 36, 100])")
        fake(page, "fire('a', [0x80, 36, 0])")
    wait_until(page, "print(len(heard), len(released))", "60 30")


def test_devices_come_and_go_and_a_held_note_is_let_go(page: Lab) -> None:
    """Hot-plug in both directions, by itself; and the same port when it is back."""
    web = connected(page)
    fake(page, f"add('b', '{HOSTILE}')")
    expect(web.get_by_role("switch", name=f"receive from {HOSTILE}")).to_be_checked()
    fake(page, "fire('a', [0x90, 36, 100])")
    wait_until(page, "print(len(heard))", "1")

    fake(page, "remove('a')")

    wait_until(page, "print(len(released))", "1")
    assert page.ask("print(midi._ports.waiting())") == "['Launchpad (web)']"
    expect(web.get_by_role("switch", name="receive from Launchpad")).to_have_count(0)
    fake(page, "add('a', 'Launchpad')")
    expect(web.get_by_role("switch", name="receive from Launchpad")).to_be_checked()
    fake(page, "fire('a', [0x90, 36, 100])")
    wait_until(page, "print(len(heard))", "3")
    assert page.page.locator(".mm img").count() == 0


def test_every_switch_does_what_its_line_says_with_the_keyboard_alone(page: Lab) -> None:
    """Inputs, the default output, clock and sysex; and what a cell does is seen here."""
    web = connected(page)
    receive = web.get_by_role("switch", name="receive from Launchpad")
    receive.focus()
    expect(web.locator(".mm-twin")).to_have_text('midi.disconnect("Launchpad (web)")')
    page.page.keyboard.press("Space")
    expect(receive).not_to_be_checked()
    assert page.ask("print(midi._ports.connected())") == "['Virtual']"
    assert fake(page, "listening()") == 0
    page.ask("midi.connect('launch')")
    expect(receive).to_be_checked()

    page.page.keyboard.press("Tab")
    expect(web.locator(".mm-twin")).to_have_text('midi.output = "Launchpad (web)"')
    page.page.keyboard.press("Enter")
    wait_until(page, "print(midi.output)", "Launchpad (web)")

    clock = web.get_by_role("switch", name="clock")
    clock.focus()
    page.page.keyboard.press("Space")
    expect(clock).to_be_checked()
    assert page.ask("print(midi.web().clock)") == "True"
    fake(page, "fire('a', [0xf8])")
    wait_until(page, "print([one.data.hex() for one in heard])", "['f8']")

    web.get_by_role("switch", name="sysex").press("Space")
    expect(web.get_by_role("switch", name="sysex")).to_be_checked()
    page.ask("midi.send(b'\\xf0\\x7e\\xf7')")
    page.page.wait_for_function("__fakeMidi.sent.length === 1")
    assert fake(page, "sent[0].data") == [0xF0, 0x7E, 0xF7]


def test_sysex_that_was_not_allowed_is_said_on_both_sides(page: Lab) -> None:
    """Nothing is dropped in silence."""
    web = connected(page)
    page.ask("midi.send(b'\\xf0\\x7e\\xf7', port='launch')")
    expect(web.get_by_role("status").first).to_contain_text("sysex is switched off")
    expect(web).to_contain_text("1 not sent")
    web.get_by_role("button", name="Measure").click()
    wait_until(
        page,
        "print(any('did not leave at a browser' in one.text for one in midi._monitor.notices()))",
        "True",
    )


REFUSED = [
    ("absent({ secure: false })", "not secure", "localhost"),
    ("absent({ secure: true })", "has no Web MIDI", "Chrome"),
    ("deny('SecurityError')", "does not let it use MIDI", "tab of its own"),
    ("deny('NotAllowedError')", "was not allowed", "Allow"),
    ("deny('InvalidStateError')", "does not answer", "snd-seq"),
]


def test_each_refusal_is_named_with_what_to_do_and_the_pads_as_the_way_on(page: Lab) -> None:
    """Five honest states; where asking again can help, it is offered, and does."""
    opened(page, WEB)
    for call, said, todo in reversed(REFUSED):
        fake(page, call)
        page.run(1)
        web = panel(page, "web")
        if "deny" in call:
            web.get_by_role("button", name="Connect").click()
            expect(web.get_by_role("button", name="Try again")).to_be_visible()
        else:
            expect(web.get_by_role("button", name="Try again")).to_be_hidden()
        expect(web.get_by_role("heading")).to_contain_text(said)
        expect(web).to_contain_text(todo)
        web.get_by_role("button", name="pads").click()
        expect(web.locator(".mm-front .mm-code")).to_have_text('midi.panel("pads")')
        expect(web.locator(".mm-front .mm-code")).to_be_visible()
        if "NotAllowed" in call:
            fake(page, "deny('')")
            web.get_by_role("button", name="Try again").click()
            expect(web).to_contain_text("nothing is plugged in")


def test_the_button_says_what_the_browser_will_do(page: Lab) -> None:
    """Allowed already, asked first, or refused before."""
    opened(page, WEB)
    web = panel(page, "web")
    expect(web.get_by_role("button", name="Connect …")).to_be_visible()
    fake(page, "permit('denied')")
    expect(web.get_by_role("heading")).to_contain_text("was not allowed")
    fake(page, "permit('granted')")
    expect(web.get_by_role("button", name="Connect", exact=True)).to_be_visible()
    expect(web).to_contain_text("allowed it already")


def test_a_port_that_another_program_has_is_said_and_can_be_tried_again(page: Lab) -> None:
    """As on Windows, where a port is one program's alone."""
    web = connected(page)
    fake(page, "add('b', 'Busy', { busy: true, output: false })")
    busy = web.get_by_role("switch", name="receive from Busy")
    expect(web).to_contain_text("used by another program")
    expect(busy).not_to_be_checked()
    wait_until(page, "print('Busy (web)' in midi._ports.connected())", "False")
    fake(page, "add('b', 'Busy', { output: false })")
    busy.click()
    expect(busy).to_be_checked()


def test_page_that_is_loaded_again_lets_go_and_has_the_same_ports_afterwards(page: Lab) -> None:
    """Nothing hangs, nothing has to be mapped anew; the browser is not asked by itself."""
    connected(page)
    fake(page, "fire('a', [0x90, 36, 100])")
    wait_until(page, "print(len(heard))", "1")
    page.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    page.page.reload()
    page.page.evaluate("file => driver.open(file)", f"{page.name}.ipynb")
    wait_until(page, "print(len(released), midi._ports.waiting())", "1 ['Launchpad (web)']")

    page.run(2)
    fake(page, "add('a', 'Launchpad')")
    web = panel(page, "web")
    assert fake(page, "listening()") == 0
    web.get_by_role("button", name="Connect").click()

    expect(web.get_by_role("switch", name="receive from Launchpad")).to_be_checked()
    assert page.ask("print(midi._ports.connected())") == "['Virtual', 'Launchpad (web)']"
    assert page.ask("print(len(midi.web()._pages))") == "1"


def test_kernel_that_goes_leaves_no_port_open_and_no_note_sounding(page: Lab) -> None:
    """The page ends what the kernel began."""
    web = connected(page)
    page.ask("midi.send('note_on', note=60, port='launch')")
    page.page.wait_for_function("__fakeMidi.sent.length === 1")

    page.restart_kernel()

    expect(web.get_by_role("status").first).to_contain_text("the kernel has gone")
    assert fake(page, "sent[1].data") == [0x80, 60, 64]
    assert fake(page, "listening()") == 0


def test_second_view_in_the_same_browser_takes_the_ports_and_gives_them_back(page: Lab) -> None:
    """No event arrives twice."""
    connected(page, WEB)
    first, second = (page.page.locator(".mm-web").nth(one) for one in (0, 1))
    second.get_by_role("button", name="Connect").click()
    expect(second.get_by_role("switch", name="receive from Launchpad")).to_be_checked()
    expect(first).to_contain_text("another view in this browser")
    fake(page, "fire('a', [0x90, 36, 100])")
    wait_until(page, "print(len(heard))", "1")
    assert fake(page, "listening()") == 1

    first.get_by_role("button", name="Take back").click()

    expect(first.get_by_role("switch", name="receive from Launchpad")).to_be_checked()
    expect(second).to_contain_text("another view in this browser")
    assert fake(page, "listening()") == 1


def test_connected_and_idle_costs_no_messages_and_measuring_costs_few(page: Lab) -> None:
    """Nothing happening is nothing sent, in both directions; and the figures are there."""
    web = connected(page)
    fake(page, "fire('a', [0x90, 36, 100])")
    fake(page, "fire('a', [0x80, 36, 0])")
    page.page.wait_for_timeout(3500)
    page.page.evaluate("driver.count()")
    page.page.wait_for_timeout(3000)
    assert page.page.evaluate("driver.counted()") == 0

    web.get_by_role("button", name="Measure").click()

    expect(web.locator(".mm-card").first).to_contain_text(re.compile(r"ROUND TRIP[\d.]+ms"))
    assert page.page.evaluate("driver.counted()") <= 6


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_no_serious_fault_in_any_state(
    page: Lab, front_end_tools: Path, theme: str
) -> None:
    """Refused, and connected with a port that says no."""
    opened(page, WEB)
    page.page.evaluate(
        "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
    )
    page.page.add_script_tag(path=front_end_tools / "node_modules/axe-core/axe.min.js")
    fake(page, "permit('denied')")
    expect(panel(page, "web")).to_contain_text("was not allowed")
    assert page.page.evaluate("driver.faults('.mm-web')") == []

    fake(page, "add('a', 'Launchpad')")
    fake(page, "add('b', 'Busy', { busy: true })")
    panel(page, "web").get_by_role("button", name="Try again").click()
    expect(panel(page, "web")).to_contain_text("used by another program")
    assert page.page.evaluate("driver.faults('.mm-web')") == []
