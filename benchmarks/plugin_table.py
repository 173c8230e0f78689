"""The plugins panel with 50 plugins in a real JupyterLab: how soon, in how many messages."""

import json
from collections import Counter
from statistics import median
from typing import Any

from playwright.sync_api import Page

from benchmarks.results import Detail, Row, Section, number
from tests.browser.lab import Lab
from tests.browser.launch import launched
from tests.browser.server import JupyterServer

PLUGINS = 50
ROUNDS = 5

_DEFINE = f"""
from midimon_live import ActionPlugin, note

def execute(self, params, context):
    print(context.note)

for number in range({PLUGINS}):
    about = {{"execute": execute, "name": f"plugin_{{number}}", "capabilities": {{"midi"}},
             "__doc__": "Print which pad was hit, and how hard."}}
    midi.map(note(number), type("Example", (ActionPlugin,), about))
"""
_CELLS = (
    "%load_ext midimon_live",
    _DEFINE,
    "import ipywidgets; ipywidgets.Label('widgets are at work')",
    "midi.panel('plugins')",
)
_SHOW = len(_CELLS) - 1
_UNTIL_SHOWN = """async ([cell, wanted]) => {
  const began = performance.now();
  driver.start(cell);
  const rows = () => [...document.querySelectorAll(".mm-plugins .mm-who")]
    .filter((one) => one.closest("tbody") && one.getBoundingClientRect().height > 0).length;
  while (rows() < wanted && performance.now() - began < 20000) {
    await new Promise(requestAnimationFrame);
  }
  return [performance.now() - began, rows()];
}"""
_COMMS = ("comm_open", "comm_msg", "comm_close")


def run() -> Section:
    """Measure in pages that begin anew, and return what was found."""
    rounds = []
    with JupyterServer() as server, launched() as browser:
        for turn in range(ROUNDS):
            window = browser.new_context(viewport={"width": 1280, "height": 900})
            rounds.append(_round(Lab(server, window, "lab", f"table{turn}")))
            window.close()
            server.end_kernels()
    times, messages, kinds = zip(*rounds, strict=True)
    most = max(messages)
    rows = [
        Row(
            f"{PLUGINS} plugins: from running the cell to all rows on the page, median",
            median(times),
            "ms",
            at_most=500,
            detail=f"slowest of {ROUNDS}: {number(max(times))} ms",
        ),
        Row("messages of widgets until then, both ways, most", most, "", at_most=12),
    ]
    head = ("round", "ms", "messages of widgets", "all messages of the kernel's WebSocket")
    lines = [
        (turn + 1, number(time), count, _in_words(kind))
        for turn, (time, count, kind) in enumerate(zip(times, messages, kinds, strict=True))
    ]
    return Section("The plugins panel", _how(), rows, [Detail("Each round", head, lines)])


def _round(lab: Lab) -> tuple[float, int, Counter[str]]:
    """Return milliseconds, messages of widgets, and all messages by their kind."""
    heard: Counter[str] = Counter()
    listening = [False]
    _listen(lab.page, heard, listening)
    lab.open(_CELLS)
    for index in range(_SHOW):
        lab.run(index)
    lab.page.wait_for_timeout(500)
    listening[0] = True
    took, shown = lab.page.evaluate(_UNTIL_SHOWN, [_SHOW, PLUGINS])
    listening[0] = False
    if shown < PLUGINS:
        raise RuntimeError(f"only {shown} of {PLUGINS} plugins are on the page")
    return took, sum(heard[one] for one in _COMMS), heard


def _listen(page: Page, heard: Counter[str], listening: list[bool]) -> None:
    """Count the messages of all WebSockets of a page by their kind, while that is wanted."""

    def count(payload: Any) -> None:
        if listening[0]:
            heard[_kind(payload)] += 1

    def opened(socket: Any) -> None:
        socket.on("framesent", count)
        socket.on("framereceived", count)

    page.on("websocket", opened)


def _kind(payload: Any) -> str:
    """Return a message's kind, in Jupyter's binary framing or as JSON."""
    if isinstance(payload, str):
        return str(json.loads(payload).get("header", {}).get("msg_type", "text"))
    parts = int.from_bytes(payload[:8], "little")
    ends = [int.from_bytes(payload[8 * at : 8 * at + 8], "little") for at in range(1, parts + 1)]
    return str(json.loads(payload[ends[1] : ends[2]])["msg_type"])


def _in_words(kinds: Counter[str]) -> str:
    return ", ".join(f"{times} {kind}" for kind, times in sorted(kinds.items()))


def _how() -> str:
    return (
        f"A kernel with {PLUGINS} plugins in JupyterLab, in Chromium without a window; each round "
        "has a page and a kernel of its own, in which another widget is shown already. Time is "
        "taken in the page, from running the cell `midi.panel('plugins')` until all rows have a "
        "place on it. Messages are those on the kernel's WebSocket meanwhile; those of widgets "
        "are `comm_open` and `comm_msg`."
    )
