"""Pads on the screen: from the click in the page to the plugin in the kernel, in every state."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.results import Detail, Row, Section, percentile, spread
from tests.browser.lab import Lab
from tests.browser.launch import launched
from tests.browser.scene import LOAD
from tests.browser.server import JupyterServer

PRESSES = 300
SECONDS = 15  # for how long a cell runs; the presses take about 10
HELD_MS, LEAST_MS, MORE_MS = 12, 6, 24
WARM = 20

PLUGIN = """
from time import time, sleep
from midimon_live import ActionPlugin, note

noted = []

class Stamp(ActionPlugin):
    "Note when it is executed."

    def execute(self, params, context):
        noted.append((time() * 1000, context.note))

midi.map(note(), Stamp)
"""
STATES = {
    "idle": ("", 8.0),
    "sleeping cell": (f"sleep({SECONDS})", 10.0),
    "spinning cell": (
        f"until = time() + {SECONDS}\nwhile time() < until:\n    sum(n * n for n in range(1000))",
        40.0,
    ),
}
"""The cell of each state, and the bar for its median in milliseconds."""

PLAY = """
async ([presses, held, least, more]) => {
    const pads = [...document.querySelectorAll(".mm-pad")];
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const finger = { bubbles: true, cancelable: true, pointerId: 1, pointerType: "touch" };
    const played = [];
    for (let number = 0; number < presses; number++) {
        const pad = pads[(number * 7) % pads.length];
        const { left, top, width, height } = pad.getBoundingClientRect();
        const place = { clientX: left + width / 2, clientY: top + height / 2 };
        const down = new PointerEvent("pointerdown", { ...finger, ...place });
        const note = Number(/note (\\d+)/.exec(pad.ariaLabel)[1]);
        played.push([performance.timeOrigin + down.timeStamp, note]);
        pad.dispatchEvent(down);
        await pause(held);
        pad.dispatchEvent(new PointerEvent("pointerup", { ...finger, ...place }));
        await pause(least + Math.random() * more);
    }
    return played;
}
"""


@dataclass(frozen=True)
class Played:
    """What came of the presses in one state.

    Attributes:
        ms: from each press in the page to its plugin, in milliseconds.
        lost: presses without an execution.
        doubled: executions without a press of their own.
    """

    ms: Sequence[float]
    lost: int
    doubled: int


def run() -> Section:
    """Play in each state and return what was found."""
    with JupyterServer() as server, launched() as browser:
        lab = Lab(server, browser.new_context(), "lab", "pads")
        cells = [code for code, _ in STATES.values() if code]
        lab.open([LOAD, PLUGIN, "midi.panel('pads')", *cells])
        for index in range(3):
            lab.run(index)
        shown = lab.page.locator(".mm-pads").first
        shown.scroll_into_view_if_needed()
        lab.page.wait_for_timeout(2000)
        _play(lab, WARM)
        _noted(lab)
        found = {}
        for index, name in enumerate(STATES):
            if index:
                lab.start(2 + index)
                lab.page.wait_for_timeout(500)
            found[name] = _compared(_play(lab, PRESSES), _noted(lab))
        late = int(lab.ask("print(midi.panel('pads').state()['late'])"))
    return Section("Panels: pads", _how(), _rows(found, late), [_detail(found)])


def _play(lab: Lab, presses: int) -> list[tuple[float, int]]:
    played = lab.page.evaluate(PLAY, [presses, HELD_MS, LEAST_MS, MORE_MS])
    return [(at, note) for at, note in played]


def _noted(lab: Lab) -> list[tuple[float, int]]:
    """Return when the plugin was executed, once the cell has ended, and forget it."""
    said = lab.ask(
        "import json; sleep(0.5); midi.settle(); print(json.dumps(noted)); noted.clear()"
    )
    return [(at, note) for at, note in json.loads(said)]


def _compared(played: Sequence[tuple[float, int]], noted: Sequence[tuple[float, int]]) -> Played:
    """Match executions with presses, in order, by their notes."""
    left, ms, doubled = list(noted), [], 0
    for began, note in played:
        while left and left[0][0] < began:  # before the press it would belong to
            left.pop(0)
            doubled += 1
        if left and left[0][1] == note:
            ms.append(left.pop(0)[0] - began)
    return Played(ms, len(played) - len(ms), doubled + len(left))


def _how() -> str:
    cells = "; ".join(
        f"*{name}*: `{code}`".replace("\n", " ") for name, (code, _) in STATES.items()
    )
    return (
        "A private JupyterLab in Chromium, on the same machine as the kernel. In the page "
        f"{PRESSES} presses are dispatched to the pads in each state, every "
        f"{HELD_MS + LEAST_MS} to {HELD_MS + LEAST_MS + MORE_MS} ms; the page's clock (`timeStamp` "
        "of the event) is held against `time.time()` in the plugin that it fires. Page, server and "
        f"kernel share the processor's cores. {cells}"
    )


def _rows(found: dict[str, Played], late: int) -> list[Row]:
    rows = [
        Row(
            f"pads: click to plugin, {name}, p50",
            percentile(found[name].ms, 50),
            "ms",
            at_most=bar,
            detail=f"{len(found[name].ms)} presses, p99 {percentile(found[name].ms, 99):.1f} ms",
        )
        for name, (_, bar) in STATES.items()
    ]
    lost, doubled = (
        sum(getattr(one, what) for one in found.values()) for what in ("lost", "doubled")
    )
    return [
        *rows,
        Row(
            "pads: presses lost",
            lost,
            "",
            at_most=0,
            detail=f"{late} of them too late to be played",
        ),
        Row("pads: presses doubled", doubled, "", at_most=0),
    ]


def _detail(found: dict[str, Played]) -> Detail:
    lines = [(name, *spread(one.ms)) for name, one in found.items()]
    return Detail("Milliseconds from click to plugin", ("state", "p50", "p90", "p99", "max"), lines)
