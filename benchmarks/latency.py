"""Latency through JACK into a real kernel, in every state that a cell can put it in."""

import itertools
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median

from benchmarks.results import Detail, Row, Section, number, percentile, spread
from benchmarks.stage import ECHO, Order, compare, missing, one_way_ms, stage
from tests.support.echo import BareEcho
from tests.support.kernel import Kernel
from tests.support.performer import Performance, Performer

ROUNDS = 3
EVENTS = 667  # 4.67 s with gaps of 2 to 12 ms: they end before the cell's 5 s
TAIL_S = 1.5  # to listen on: where the lock is kept, events come back late
BARE = "bare echo"

_UNTIL = "until = perf_counter() + 5\nwhile perf_counter() < until:\n    "
CELLS = {
    "idle": "",
    "awaiting cell": "import asyncio\nawait asyncio.sleep(5)",
    "time.sleep(5)": "sleep(5)",
    "pure Python, busy": f"total = 0\n{_UNTIL}for step in range(1000): total += step * step",
    "numpy, lock released": f"{_UNTIL}numpy.sin(numbers, out=result)",
    "C calls, lock kept": f"{_UNTIL}sum(range(hold_count))",
}
"""The cell of each state; its last line is the one that keeps the kernel busy."""

ROUND = (BARE, "idle", *list(CELLS)[1:4], BARE, "idle", *list(CELLS)[4:])
HOLD_S = 0.08

_PREPARE = f"""
import numpy
numbers = numpy.random.default_rng(0).random(400_000)
result = numpy.empty_like(numbers)
hold_count = inside.hold_count({HOLD_S})
"""


@dataclass
class State:
    """What was seen in one state, over all rounds.

    Attributes:
        sent: how many events were played.
        not_arrived: how many of them never reached the kernel's (or the echo's) port.
        rtts: round trips, in ms, one list per turn.
        one_ways: from sending to the start of the handler, in ms.
        orders: how the handled events compare with those that left the driver's queue.
        on_loop: how many were handled on the kernel's loop.
        stalls: where the stalls of at least 50 ms were said to be, and where they were.
    """

    sent: int = 0
    not_arrived: int = 0
    rtts: list[list[float]] = field(default_factory=list)
    one_ways: list[float] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    on_loop: int = 0
    stalls: list[tuple[str, str]] = field(default_factory=list)

    @property
    def all_rtts(self) -> list[float]:
        """The round trips of all turns."""
        return list(itertools.chain.from_iterable(self.rtts))

    def rtt(self, percent: float) -> float:
        """Return a percentile of the round trip, in ms."""
        return percentile(self.all_rtts, percent)

    def wrong(self, what: str) -> int:
        """Return how many events were "lost", "doubled" or "displaced" in the kernel."""
        return sum(getattr(order, what) for order in self.orders)


def run() -> Section:
    """Measure all states in turns and return what was found."""
    states = {name: State() for name in (BARE, *CELLS)}
    with ExitStack() as stack:
        server, performer, kernel = stack.enter_context(stage())
        other = Performer(server, "bare-out:play", "bare-in:record")
        bare_performer = stack.enter_context(other)
        echo = stack.enter_context(BareEcho(server, bare_performer))
        kernel.run("%load_ext midimon_live", cell_id="load")
        kernel.run(ECHO, cell_id="plugin")
        kernel.run(_PREPARE, cell_id="prepare")
        for turn, name in enumerate(ROUND * ROUNDS):
            if name == BARE:
                _bare_turn(states[BARE], bare_performer, echo, turn)
            else:
                _turn(states[name], performer, kernel, CELLS[name], turn)
    return Section("Latency through JACK", _how(), _rows(states), _details(states))


def _bare_turn(state: State, performer: Performer, echo: BareEcho, seed: int) -> None:
    performance = performer.play_numbered(EVENTS, tail=TAIL_S, seed=seed)
    _note(state, performance, [data.hex() for _, data in echo.report()])


def _turn(state: State, performer: Performer, kernel: Kernel, code: str, seed: int) -> None:
    kernel.json("inside.taken() and 0")
    began = time.time() * 1000
    cell = kernel.start(code, cell_id=f"state {code[-20:]}") if code else None
    time.sleep(0.1)
    performance = performer.play_numbered(EVENTS, tail=TAIL_S, seed=seed)
    number_of_cell = cell.wait().execution_count if cell else None
    noted = kernel.json("inside.taken()")
    _note(state, performance, noted["tapped"])
    state.one_ways += one_way_ms(performance, noted["handled"])
    state.orders.append(compare(noted["tapped"], [data for _, data, *_ in noted["handled"]]))
    state.on_loop += sum(on_main for _, _, on_main in noted["handled"])
    stalls = kernel.json("[(one.at, one.where) for one in midi.stalls()]")
    place = f"In [{number_of_cell}], line {code.count(chr(10)) + 1}"
    state.stalls += [(where, place) for at, where in stalls if at > began]


def _note(state: State, performance: Performance, arrived: Sequence[str]) -> None:
    state.sent += len(performance.sent)
    state.not_arrived += missing(performance, arrived)
    state.rtts.append(performance.trip().rtts_ms)


def _how() -> str:
    cells = "; ".join(f"*{name}*: `{_last_line(code)}`" for name, code in CELLS.items() if code)
    return (
        "A performer in a process of its own plays numbered control changes through JACK, with "
        "gaps of 2 to 12 ms. In a real ipykernel a plugin sends each of them back through JACK. "
        "The *bare echo* is a process with nothing but python-rtmidi and a loop that looks every "
        "millisecond; it has a performer of its own and is there all the time. "
        f"The states take turns, {ROUNDS} rounds of {EVENTS} events in a 5 s cell each, the bare "
        "echo and the idle kernel twice a round; percentiles are over all rounds. Round trip: "
        "sending to return, in the performer. One way: sending to the first line of `execute`. "
        f"The last line of each cell: {cells}."
    )


def _last_line(code: str) -> str:
    return code.rsplit("\n", 1)[-1].strip()


def _rows(states: dict[str, State]) -> list[Row]:
    bare, idle, busy = states[BARE], states["idle"], states["pure Python, busy"]
    return [
        _added(bare, idle, "idle"),
        _added(bare, states["awaiting cell"], "awaiting cell"),
        _ratio(idle, states["time.sleep(5)"], "`time.sleep(5)`", 1.5),
        Row("busy cell: one way, p99", percentile(busy.one_ways, 99), "ms", at_most=8),
        Row("busy cell: one way, p50", percentile(busy.one_ways, 50), "ms", at_most=3),
        _ratio(idle, states["numpy, lock released"], "numpy releasing the lock", 2.0),
        *_lock_rows(states["C calls, lock kept"]),
        *_order_rows(states),
    ]


def _added(bare: State, state: State, name: str) -> Row:
    added = state.rtt(99) - bare.rtt(99)
    detail = f"{number(state.rtt(99))} against {number(bare.rtt(99))} ms"
    return Row(f"{name}: round trip p99 minus the bare echo's", added, "ms", 1.0, detail=detail)


def _ratio(idle: State, state: State, name: str, bar: float) -> Row:
    detail = f"{number(state.rtt(99))} against {number(idle.rtt(99))} ms"
    what = f"{name}: round trip p99, times idle"
    return Row(what, state.rtt(99) / idle.rtt(99), "x", bar, detail=detail)


def _lock_rows(state: State) -> list[Row]:
    named = sum(where.startswith(place) for where, place in state.stalls)
    wrong = sum(order.wrong for order in state.orders)
    detail = f"{named} of {len(state.stalls)} stalls"
    share = named / len(state.stalls) * 100 if state.stalls else 0.0
    return [
        Row("lock kept by C calls: events lost or out of order", wrong, "", at_most=0),
        Row("lock kept: stalls named with cell and line", share, "%", at_least=100, detail=detail),
    ]


def _order_rows(states: dict[str, State]) -> list[Row]:
    kernel = [state for name, state in states.items() if name != BARE]
    events = sum(len(state.one_ways) for state in kernel)
    return [
        Row(f"all states: {label} between driver and plugin", count, "", at_most=0, detail=of)
        for label, count, of in (
            ("lost", sum(state.wrong("lost") for state in kernel), f"of {events:,} events"),
            ("doubled", sum(state.wrong("doubled") for state in kernel), ""),
            ("out of order", sum(state.wrong("displaced") for state in kernel), ""),
        )
    ]


def _details(states: dict[str, State]) -> list[Detail]:
    head = ("p50", "p90", "p99", "max")
    round_trip = [f"round trip {one}" for one in head]
    one_way = [f"one way {one}" for one in head]
    times = Detail(
        "Milliseconds",
        ("state", *round_trip, "p99 of each turn", *one_way),
        [(name, *_times(state)) for name, state in states.items()],
    )
    arrived = ("sent", "lost on the way in", "lost in the kernel", "doubled", "out of order")
    counts = Detail(
        "Events",
        ("state", *arrived, "came back", "handled on the kernel's loop"),
        [(name, *_counts(state)) for name, state in states.items()],
    )
    return [times, counts]


def _times(state: State) -> Iterable[str]:
    turns = sorted(percentile(one, 99) for one in state.rtts)
    each = " ".join(number(one) for one in turns)
    one_way = spread(state.one_ways) if state.one_ways else ["-"] * 4
    return (*spread(state.all_rtts), f"{each} (median {number(median(turns))})", *one_way)


def _counts(state: State) -> Iterable[str]:
    came_back = f"{len(state.all_rtts):,}"
    if not state.orders:
        return (f"{state.sent:,}", f"{state.not_arrived}", "-", "-", "-", came_back, "-")
    wrong = [f"{state.wrong(what)}" for what in ("lost", "doubled", "displaced")]
    on_loop = f"{state.on_loop / max(len(state.one_ways), 1):.0%}"
    return (f"{state.sent:,}", f"{state.not_arrived}", *wrong, came_back, on_loop)
