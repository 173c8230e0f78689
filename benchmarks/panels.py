"""Panels in a real JupyterLab and Chromium: what they cost, and whether they keep up."""

import json
from dataclasses import astuple, dataclass
from typing import Any

from benchmarks.results import Detail, Row, Section, number
from tests.browser.lab import Lab
from tests.browser.launch import launched
from tests.browser.server import JupyterServer

MONITOR_RATE, MONITOR_S = 2_000, 60.0
TURNS, TURN_S = 6, 8.0

_LOAD = """
%env MIDIMON_BACKEND=virtual
%load_ext midimon_live
import threading, time
import psutil
from midimon_live import cc, note
midi.on(note(36))(lambda context: None)
midi.on(cc(7))(lambda context: None)

class Load(threading.Thread):
    "Plays so many events a second on the virtual port, ten at a time, until stopped."
    def __init__(self, rate):
        super().__init__(daemon=True)
        self.pause, self.going, self.played = 10 / rate, True, 0
        self.start()
    def run(self):
        due = time.perf_counter()
        while self.going:
            for index in range(self.played, self.played + 10):
                one = (0x90, 36 + index % 3, 100) if index % 2 else (0xB0, 7, index // 2 % 128)
                midi.virtual.feed(bytes(one))
            self.played += 10
            due += self.pause
            time.sleep(max(due - time.perf_counter(), 0))

def spent():
    "Return moment, processor time of this process and of the threads of panels, events played."
    names = {one.native_id: one.name for one in threading.enumerate()}
    threads = [one for one in psutil.Process().threads() if names.get(one.id) in SERVING]
    serving = sum(one.user_time + one.system_time for one in threads)
    return time.perf_counter(), time.process_time(), serving, load.played

SERVING = ("midimon-panels", "IOPub")
load = Load(RATE)
"""
_FRAMES = """() => {
    window.frames_counted = 0;
    const count = () => { window.frames_counted++; requestAnimationFrame(count); };
    requestAnimationFrame(count);
}"""
_COUNTERS = "() => document.querySelector('.mm-monitor').monitor.counters()"


@dataclass(frozen=True)
class _Span:
    """What was measured over some seconds of load.

    Attributes:
        seconds: how long it was.
        core: processor time of the kernel's process, in % of a core.
        serving: of the threads that serve panels, in % of a core.
        rate: events a second that were played.
    """

    seconds: float
    core: float
    serving: float
    rate: float


def run() -> Section:
    """Measure all in turn and return what was found."""
    with JupyterServer() as server, launched() as browser:
        window = browser.new_context(viewport={"width": 1280, "height": 900})
        rows, details = _monitor(Lab(server, window, "lab", "monitor"))
    return Section("Panels", _how(), rows, details)


def _monitor(lab: Lab) -> tuple[list[Row], list[Detail]]:
    """The monitor under load: on the screen for a minute, then hidden and shown in turn."""
    lab.open([_LOAD.replace("RATE", str(MONITOR_RATE)), "midi.panel('monitor')"])
    lab.run(0)
    lab.run(1)
    lab.page.evaluate(_FRAMES)
    lab.page.evaluate("driver.count()")
    lab.page.wait_for_timeout(5000)
    before = _seen(lab)
    shown = [_span(lab, MONITOR_S)]
    after = _seen(lab)
    hidden = []
    for turn in range(TURNS * 2):
        hide = turn % 4 in (0, 3)  # a drift of the machine counts for both alike
        lab.page.evaluate("hide => driver.hide(hide)", hide)
        lab.page.wait_for_timeout(1000)
        (hidden if hide else shown).append(_span(lab, TURN_S))
    lab.ask("load.going = False; load.join(); midi.settle()")
    lines = [
        (name, len(spans), *(number(one) for one in astuple(_together(spans))))
        for name, spans in (
            ("on the screen", shown[1:]),
            ("hidden", hidden),
            ("a minute", shown[:1]),
        )
    ]
    head = ("", "times", "s", "kernel, % of a core", "threads of panels, %", "events/s")
    return _monitor_rows(before, after, shown, hidden), [Detail("Monitor", head, lines)]


def _monitor_rows(
    before: dict[str, Any], after: dict[str, Any], shown: list[_Span], hidden: list[_Span]
) -> list[Row]:
    events = after["latest"] - before["latest"]
    lost = events - (after["received"] - before["received"])
    seconds = (after["at"] - before["at"]) / 1000
    frames, messages = ((after[name] - before[name]) / seconds for name in ("frames", "messages"))
    on, off = _together(shown[1:]), _together(hidden)
    what = f"monitor, {MONITOR_RATE:,} events/s"
    return [
        Row(f"{what}: events lost", lost, "", at_most=0, detail=f"of {events:,} in the page"),
        Row(f"{what}: frames a second", frames, "", at_least=55),
        Row(
            f"{what}: cost for the kernel",
            on.core - off.core,
            "% of a core",
            at_most=3,
            detail=f"{on.core:.1f} % shown, {off.core:.1f} % hidden",
        ),
        Row(f"{what}: threads that serve panels", shown[0].serving, "% of a core", at_most=3),
        Row(f"{what}: messages a second", messages, ""),
    ]


def _together(spans: list[_Span]) -> _Span:
    """Return the mean of some spans; its length is theirs together."""
    core, serving, rate = (
        sum(getattr(one, name) for one in spans) / len(spans)
        for name in ("core", "serving", "rate")
    )
    return _Span(sum(one.seconds for one in spans), core, serving, rate)


def _span(lab: Lab, seconds: float) -> _Span:
    """Return what the kernel's process takes over so many seconds."""
    before = json.loads(lab.ask("print(list(spent()))"))
    lab.page.wait_for_timeout(seconds * 1000)
    after = json.loads(lab.ask("print(list(spent()))"))
    wall, core, serving, played = (one - other for one, other in zip(after, before, strict=True))
    return _Span(wall, core / wall * 100, serving / wall * 100, played / wall)


def _seen(lab: Lab) -> dict[str, Any]:
    """Return what the page has counted so far."""
    counters: dict[str, Any] = lab.page.evaluate(_COUNTERS)
    at, frames, messages = lab.page.evaluate(
        "() => [performance.now(), window.frames_counted, driver.counted()]"
    )
    return {**counters, "at": at, "frames": frames, "messages": messages}


def _how() -> str:
    return (
        "A real JupyterLab with the panel in a notebook, in headless Chromium without a graphics "
        "card, on the same cores as the kernel. A thread of the kernel plays "
        f"{MONITOR_RATE:,} events a second on the virtual port, half notes, half control changes, "
        f"two thirds of them mapped, throughout. What is lost and drawn is counted for "
        f"{MONITOR_S:g} s; the cost is the processor time of the kernel's whole process with the "
        f"panel on the screen, less that with it hidden, {TURNS} times {TURN_S:g} s each in turn."
    )
