"""The stall meter: how long nothing could run, and because of what."""

import sys

import pytest

from midimon_live.clock import ManualClock
from midimon_live.monitor import Monitor
from midimon_live.running import Running
from midimon_live.stalls import StallMeter


def meter() -> tuple[StallMeter, Monitor, Running]:
    """Return a stall meter and what it works with."""
    clock = ManualClock(epoch_ms=5_000)
    monitor, running = Monitor(clock), Running(clock)
    return StallMeter(clock, monitor, running), monitor, running


@pytest.mark.parametrize(("seconds", "count"), [(-1.0, 0), (0.049, 0), (0.05, 1), (3.0, 1)])
def test_short_delays_are_no_stalls(seconds: float, count: int) -> None:
    """Below 50 ms is ordinary life of a busy machine."""
    stalls, monitor, _ = meter()
    stalls.missed(seconds)
    assert (len(stalls.stalls()), monitor.counters["stalls"]) == (count, count)


def test_stall_is_between_cells_when_nothing_of_ours_runs() -> None:
    """With its length and moment."""
    stalls, _, _ = meter()
    stalls.missed(0.25)
    assert stalls.stalls() == [(5_000, 0.25, "between cells")]


def test_stall_names_the_plugin_that_runs() -> None:
    """It, not the cell beside it, has kept the lock."""
    stalls, _, running = meter()
    stalls.cell = lambda: "In [3]"
    running.call("blink", stalls.missed, 0.25)
    assert stalls.stalls()[0].where == "plugin blink"


def test_stall_names_the_cell_when_its_line_is_not_known() -> None:
    """At least that."""
    stalls, _, _ = meter()
    stalls.cell = lambda: "In [3]"
    stalls.missed(0.25)
    assert stalls.stalls()[0].where == "In [3]"


def test_stall_names_the_line_of_the_cell_the_main_thread_is_at() -> None:
    """The innermost one that belongs to a cell."""
    stalls, _, _ = meter()
    stalls.cell = lambda: "In [3]"
    stalls.place = lambda file, line: f"In [3], line {line}" if file == __file__ else ""
    line = sys._getframe().f_lineno + 1
    stalls.missed(0.25)
    assert stalls.stalls()[0].where == f"In [3], line {line}"


def test_notice_sums_up_the_stalls_of_one_place() -> None:
    """One line, however many there were; it says that nothing is lost."""
    stalls, monitor, _ = meter()
    for seconds in (0.1, 0.3, 0.2):
        stalls.missed(seconds)
    (notice,) = monitor.notices()
    assert notice.text.startswith("between cells: nothing could run, 3 times, for at most 300 ms")
    assert notice.text.endswith("nothing is lost")


def test_old_stalls_are_forgotten_when_there_are_many() -> None:
    """100 are kept; all are counted."""
    stalls, monitor, _ = meter()
    for _ in range(150):
        stalls.missed(0.1)
    assert (len(stalls.stalls()), monitor.counters["stalls"]) == (100, 150)
