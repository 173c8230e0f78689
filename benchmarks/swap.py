"""A plugin that is defined again and again while events arrive."""

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from benchmarks.results import MS, Detail, Row, Section, percentile, spread
from benchmarks.stage import compare, missing, one_way_ms, stage
from tests.support.kernel import Kernel
from tests.support.performer import Performance, Performer

SWAPS = 1000
RATE = 500
_SPARE = 2.5  # events go on for longer than the cells take before any, which have no dry run

CELL = '''
class Swapped(ActionPlugin):
    """Version {version}."""
    state = "built"

    def initialize(self):
        sleep(0.002)
        self.state = "initialised"

    def execute(self, params, context):
        inside.handle(context, {version}, self.state)

    def shutdown(self):
        self.state = "shut down"

for control in range(100):
    midi.map(cc(control), Swapped)
'''


def run() -> Section:
    """Run the cell over and over while events arrive and return what was found."""
    with stage() as (_, performer, kernel):
        kernel.run("%load_ext midimon_live", cell_id="load")
        kernel.run(CELL.format(version=0), cell_id="plugin")
        kernel.run('inside.time_swaps(midi._pump)\nmidi.connect("performer-out")', cell_id="time")
        performance = _swap(performer, kernel)
        noted = kernel.json("inside.taken()")
        failures = kernel.json("midi.plugins.get_stats('swapped').failures")
    first, last = performance.sent[0][0], performance.sent[-1][0]
    swaps = [one for one in noted["swaps"] if first < one[0] < last]
    rows = [*_event_rows(performance, noted, failures), *_swap_rows(swaps)]
    return Section("Hot swap", _how(), rows, [_detail(swaps, performance, noted)])


def _swap(performer: Performer, kernel: Kernel) -> Performance:
    version, warm_up = 0, 20
    started = time.perf_counter()
    while version < warm_up:
        version = _next_version(kernel, version)
    seconds = (time.perf_counter() - started) / warm_up * SWAPS * _SPARE + 1
    kernel.json("inside.taken() and 0")
    performer.start_numbered(round(seconds * RATE), rate=RATE)
    time.sleep(0.2)
    for _ in range(SWAPS):
        version = _next_version(kernel, version)
    return performer.finish()


def _next_version(kernel: Kernel, version: int) -> int:
    kernel.run(CELL.format(version=version + 1), cell_id="plugin")
    return version + 1


def _how() -> str:
    return (
        f"One cell of a real kernel with a plugin class and its 100 mappings is run {SWAPS:,} "
        f"times with another version in it, while {RATE} events a second arrive through JACK. "
        "`initialize` sleeps for 2 ms before it says that the plugin is ready, `shutdown` says "
        "that it is not; `execute` notes what was said, and its version. The swap is timed "
        "around the block in which events are kept waiting."
    )


def _event_rows(performance: Performance, noted: dict[str, Any], failures: int) -> list[Row]:
    handled = noted["handled"]
    order = compare(noted["tapped"], [one[1] for one in handled])
    half_built = sum(state != "initialised" for *_, state in handled)
    back = sum(one[3] > other[3] for one, other in pairwise(handled))
    of = f"of {len(noted['tapped']):,} events; {missing(performance, noted['tapped'])} lost by JACK"
    return [
        Row("hot swap: events lost", order.lost + failures, "", at_most=0, detail=of),
        Row("hot swap: doubled or out of order", order.doubled + order.displaced, "", at_most=0),
        Row("hot swap: handled by a half-built or ended version", half_built, "", at_most=0),
        Row("hot swap: handled by an older version than the one before", back, "", at_most=0),
    ]


def _swap_rows(swaps: Sequence[Sequence[float]]) -> list[Row]:
    held = [seconds * MS for _, _, seconds in swaps]
    whole = [(waited + seconds) * MS for _, waited, seconds in swaps]
    return [
        Row("hot swap: swaps while events arrived", len(swaps), "", at_least=SWAPS),
        Row("hot swap: the swap itself, p99", percentile(held, 99), "ms", at_most=1),
        Row("hot swap: with the wait for the running handler, p99", percentile(whole, 99), "ms"),
    ]


def _detail(
    swaps: Sequence[Sequence[float]], performance: Performance, noted: dict[str, Any]
) -> Detail:
    handled = noted["handled"]
    lines = [
        ("the swap itself: events kept waiting", *spread([one * MS for *_, one in swaps])),
        ("wait for the running handler", *spread([one * MS for _, one, _ in swaps])),
        ("events meanwhile, one way", *spread(one_way_ms(performance, handled))),
    ]
    versions = len({version for *_, version, _ in handled})
    title = f"Milliseconds ({versions:,} versions handled events)"
    return Detail(title, ("", "p50", "p90", "p99", "max"), lines)
