"""How much a busy cell is slowed by the engine beside it."""

from statistics import median

from benchmarks.results import MS, Detail, Row, Section, number, percentile
from benchmarks.stage import ECHO, stage
from tests.support.kernel import Kernel
from tests.support.performer import Performer

ROUNDS = 16
SLICES = 16
SLICE_S = 0.04  # about six events
EVENTS = 130  # 0.9 s of them: they go on for longer than the work

WITHOUT, SILENT, PLAYING = "not loaded", "loaded, nobody plays", "loaded, 143 events/s"


def run() -> Section:
    """Time the same work in the three conditions in turns and return what was found."""
    slices: dict[str, list[list[float]]] = {WITHOUT: [], SILENT: [], PLAYING: []}
    with stage() as (_, performer, kernel):
        count = kernel.json(f"inside.work_count({SLICE_S})")
        _load(kernel)
        for turn in range(ROUNDS):
            forth = turn % 2 == 0
            for condition in slices if forth else reversed(slices):
                _prepare(kernel, condition)
                slices[condition] += _work(kernel, performer, count, condition)
    return Section("A busy cell beside the engine", _how(), _rows(slices), [_detail(slices)])


def _load(kernel: Kernel) -> None:
    kernel.run("%load_ext midimon_live", cell_id="load")
    kernel.run(ECHO, cell_id="plugin")


def _prepare(kernel: Kernel, condition: str) -> None:
    loaded = kernel.json("bool(get_ipython().user_ns.get('midi'))")
    if loaded and condition == WITHOUT:
        kernel.run("%unload_ext midimon_live", cell_id="unload")
    elif not loaded and condition != WITHOUT:
        _load(kernel)


def _work(kernel: Kernel, performer: Performer, count: int, condition: str) -> list[list[float]]:
    # The performer plays into nothing when the extension is not loaded: the machine has as much
    # to do then, and only the engine makes the difference.
    if condition != SILENT:
        performer.start_numbered(EVENTS, tail=0.1)
    kernel.run(f"took = [inside.timed_work({count}) for _ in range({SLICES})]", cell_id="work")
    if condition != SILENT:
        performer.finish()
    return list(kernel.json("took"))


def _how() -> str:
    return (
        f"A cell of a real kernel does {SLICES} slices of the same pure Python work, about "
        f"{SLICE_S * MS:.0f} ms each, with the extension unloaded, loaded, and loaded while events "
        f"arrive and are sent back; in turns, {ROUNDS} rounds, the order reversed in every other "
        "one. The rows compare the medians over all slices; the lower percentiles are those of "
        "slices that nothing else on the machine disturbed."
    )


def _rows(slices: dict[str, list[list[float]]]) -> list[Row]:
    rows, base = [], _median(slices[WITHOUT])
    for condition, bar in ((PLAYING, 10.0), (SILENT, None)):
        took = _median(slices[condition])
        detail = f"{number(took * MS)} against {number(base * MS)} ms"
        what = f"busy cell slowed: {condition}"
        rows.append(Row(what, (took / base - 1) * 100, "%", bar, detail=detail))
    shares = [others / took * 100 for took, others in slices[PLAYING]]
    rows.append(Row("of a core, taken by other threads of the kernel then", median(shares), "%"))
    return rows


def _median(slices: list[list[float]]) -> float:
    return median(took for took, _ in slices)


def _detail(slices: dict[str, list[list[float]]]) -> Detail:
    lines = [
        (name, *(number(percentile(times, percent) * MS) for percent in (10, 25, 50, 75, 90)))
        for name, pairs in slices.items()
        for times in ([took for took, _ in pairs],)
    ]
    return Detail("Milliseconds a slice", ("", "p10", "p25", "p50", "p75", "p90"), lines)
