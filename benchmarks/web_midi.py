"""Web MIDI: from a controller at the browser to the kernel and back, under a flood of knobs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Detail, Row, Section, percentile, spread
from tests.browser.lab import Lab
from tests.browser.launch import launched
from tests.browser.scene import LOAD
from tests.browser.server import JupyterServer

SECONDS = 30
CCS, NOTES, KNOBS = 2000, 25, 16  # a second; notes are pressed and let go
OUT_S, OUT = 10, 100
BOUND = 64  # beyond so many waiting messages a knob keeps only its newest value

FAKE = Path(__file__).parents[1] / "tests" / "browser" / "fake_midi.js"
LISTEN = """
import json, os, time
from midimon_live.panels.webpage import unpack

notes, knobs, batches, told = [], [], [], []
engine, web = midi._engine, midi.web()
handle, take = engine.handle, web._take

def handled(event):
    if event.data[0] >> 4 in (8, 9):
        notes.append((time.time() * 1000, event.data.hex()))
    else:
        knobs.append(event.data)
    handle(event)

def taken(page, message, **how):
    if message.do == "midi":
        batches.append((len(unpack(message.buffers)), message.args["merged"]))
    take(page, message, **how)

engine.handle, web._take = handled, taken
midi._desk.line.on_msg(lambda *_: told.append(time.monotonic()))

def report():
    [page] = web._pages.values()
    said = dict(notes=notes[:], knobs=len(knobs), batches=batches[:], told=len(told))
    said |= dict(cpu=sum(os.times()[:2]), lost=page.lost, late=page.lateness())
    said |= dict(trip=page.round_trip_ms)
    for one in (notes, knobs, batches, told):
        one.clear()
    return json.dumps(said)
"""
PLAY = """
async ([seconds, ccs, notes, knobs]) => {
    const fired = { knobs: 0, notes: [] };
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const hex = (data) => data.map((one) => one.toString(16).padStart(2, "0")).join("");
    const began = performance.now();
    let pressed = 0;
    const note = (status) => {
        const data = [status, pressed % 128, 1 + Math.floor(pressed / 128) % 127];
        fired.notes.push([performance.timeOrigin + performance.now(), hex(data)]);
        __fakeMidi.fire("a", data);
    };
    for (let past = 0; past < seconds; await pause(2)) {
        past = (performance.now() - began) / 1000;
        for (; fired.knobs < past * ccs; fired.knobs++) {
            const value = Math.floor(fired.knobs / knobs) % 128;
            __fakeMidi.fire("a", [0xb0, 16 + (fired.knobs % knobs), value]);
        }
        for (; pressed < past * notes; pressed++) {
            note(0x90);
            note(0x80);
        }
    }
    return fired;
}
"""
SEND = f"""
import threading
def send():
    for number in range({OUT_S * OUT}):
        at = time.time() * 1000
        midi.send("note_on", note=number % 128, velocity=1 + number // 128, port="Fader")
        sent.append(at)
        time.sleep({1 / OUT})
sent = []
threading.Thread(target=send).start()
"""
HEAR = """
() => {
    const arrived = (window.arrived = []);
    const push = __fakeMidi.sent.push.bind(__fakeMidi.sent);
    __fakeMidi.sent.push = (one) => {
        arrived.push(performance.timeOrigin + performance.now() + one.late);
        return push(one);
    };
}
"""
FRAMES = """
() => {
    window.frames_seen = 0;
    const seen = () => (window.frames_seen++, requestAnimationFrame(seen));
    requestAnimationFrame(seen);
}
"""


def run() -> Section:
    """Play, listen, send, and return what was found."""
    with JupyterServer() as server, launched() as browser:
        lab = Lab(server, browser.new_context(), "lab", "web_midi")
        lab.page.add_init_script(path=FAKE)
        lab.open([LOAD, LISTEN, "midi.web()"])
        for index in range(3):
            lab.run(index)
        lab.page.evaluate("__fakeMidi.add('a', 'Fader')")
        shown = lab.page.locator(".mm-web").first
        shown.get_by_role("button", name="Connect").click()
        shown.get_by_role("switch", name="receive from Fader").wait_for()
        lab.page.wait_for_timeout(2000)
        lab.page.evaluate(FRAMES)
        before = json.loads(lab.ask("print(report())"))
        fired = lab.page.evaluate(PLAY, [SECONDS, CCS, NOTES, KNOBS])
        fired["frames"] = lab.page.evaluate("frames_seen") / SECONDS
        lab.page.wait_for_timeout(1000)
        heard = json.loads(lab.ask("midi.settle(); print(report())"))
        heard["cpu"] -= before["cpu"]
        out = _sent(lab)
    return Section("Web MIDI", _how(), _rows(fired, heard, out), [_detail(fired, heard, out)])


def _sent(lab: Lab) -> dict[str, Any]:
    lab.page.evaluate(HEAR)
    lab.ask(SEND)
    lab.page.wait_for_timeout((OUT_S + 3) * 1000)
    said = json.loads(lab.ask("print(json.dumps(sent))"))
    arrived = lab.page.evaluate("arrived")
    ms = [there - here for here, there in zip(said, arrived, strict=False)]
    return {"ms": ms, "lost": len(said) - len(arrived)}


def _rows(fired: dict[str, Any], heard: dict[str, Any], out: dict[str, Any]) -> list[Row]:
    wanted = [data for _, data in fired["notes"]]
    came = [data for _, data in heard["notes"]]
    merged = heard["batches"][-1][1]
    ms = _one_way(fired, heard)
    return [
        Row(
            "web MIDI: notes lost, doubled or out of order",
            _wrong(wanted, came),
            at_most=0,
            detail=f"{len(wanted):,} messages, {heard['lost']} events lost on the way",
        ),
        Row(
            "web MIDI: messages from the browser to the kernel",
            heard["told"] / SECONDS,
            "/s",
            at_most=60,
            detail=f"{fired['knobs'] / SECONDS:,.0f} knob values/s and {len(wanted) / SECONDS:.0f} "
            "note messages/s",
        ),
        Row(
            f"web MIDI: knob values merged where up to {BOUND} waited",
            _too_early(heard["batches"]),
            at_most=0,
            detail=f"{merged:,} of {fired['knobs']:,} merged beyond that",
        ),
        Row(
            "web MIDI: knob values neither handled nor merged",
            fired["knobs"] - heard["knobs"] - merged,
            at_most=0,
        ),
        Row("web MIDI: key to handler, p50", percentile(ms, 50), "ms"),
        Row("web MIDI: kernel", heard["cpu"] / SECONDS * 100, "% of a core"),
        Row("web MIDI: frames in the page", fired["frames"], "/s"),
        Row("web MIDI: notes sent to the browser and lost", out["lost"], at_most=0),
    ]


def _wrong(wanted: Sequence[str], came: Sequence[str]) -> int:
    matching = sum(one == other for one, other in zip(wanted, came, strict=False))
    return max(len(wanted), len(came)) - matching


def _too_early(batches: Sequence[Sequence[int]]) -> int:
    """Return how many batches had merged values in them although few messages waited."""
    before = [0, *(merged for _, merged in batches)]
    return sum(
        merged > earlier and size < BOUND
        for (size, merged), earlier in zip(batches, before, strict=False)
    )


def _one_way(fired: dict[str, Any], heard: dict[str, Any]) -> list[float]:
    pairs = zip(fired["notes"], heard["notes"], strict=False)
    return [there - here for (here, _), (there, _) in pairs]


def _how() -> str:
    return (
        "A private JupyterLab in Chromium, on the same machine as the kernel, with a fake in place "
        f"of the browser's MIDI. For {SECONDS} s it lets {CCS:,} values of {KNOBS} knobs and "
        f"{NOTES} notes, pressed and let go, arrive a second. Then the kernel sends {OUT} notes a "
        f"second for {OUT_S} s to the fake. The page's clock is held against `time.time()` in the "
        "kernel. Messages are counted by the kernel: all that the page says, pings included. "
        "Page, server and kernel share the processor's cores."
    )


def _detail(fired: dict[str, Any], heard: dict[str, Any], out: dict[str, Any]) -> Detail:
    sizes = [size for size, _ in heard["batches"]]
    lines = [
        ("key to handler, ms", *spread(_one_way(fired, heard))),
        ("sent to output at the browser, ms", *spread(out["ms"])),
        ("events in a message", *spread(sizes)),
    ]
    trip, (late, latest) = heard["trip"], heard["late"]
    return Detail(
        f"As the panel said: round trip {trip:.0f} ms, jitter p50 {late} ms, p99 {latest} ms. "
        "Over all messages",
        ("", "p50", "p90", "p99", "max"),
        lines,
    )
