"""What happened: traces, lateness, counters, notices."""

import threading
import time

import pytest

from midimon_live import note
from midimon_live.clock import ManualClock
from midimon_live.events import MidiEvent
from midimon_live.mappings import MappingTable
from midimon_live.monitor import Monitor, copied, percentile
from midimon_live.testing import press, session

TABLE = MappingTable()


def filled(late_ms: list[float], capacity: int = 10_000) -> Monitor:
    """Return a monitor that recorded events which reached the engine so late."""
    monitor = Monitor(ManualClock(), capacity)
    for serial, late in enumerate(late_ms, 1):
        event = MidiEvent(float(serial), "Virtual", b"\xf8", serial)
        monitor.record((event, serial + late / 1000, "system", (), (), None))
    return monitor


def test_trace_holds_every_step_when_an_event_fired() -> None:
    """Event, verdict, what was considered, and the mapping with its moments."""
    with session() as midi:
        handle = midi.map(note(36), lambda _context: midi.clock.move_to(1.5))
        midi.advance(1.0)
        midi.play(press(36))
        (trace,) = midi.traces()
    assert (trace.event.data, trace.verdict) == (b"\x90\x24\x64", "fired")
    assert trace.considered == (handle.mapping,)
    (step,) = trace.steps
    assert (step.mapping, step.verdict, step.error) == (handle.mapping, "ok", "")
    assert (trace.event.time, step.started, step.finished) == (1.0, 1.0, 1.5)


def test_serials_count_from_one_over_all_events() -> None:
    """Mapped or not, sound or broken."""
    with session() as midi:
        midi.play(press(36), b"\xff\xff", press(37))
        assert [trace.event.serial for trace in midi.traces()] == [1, 2, 3]


def test_traces_forget_the_oldest_when_full() -> None:
    """The ring keeps as many as it holds."""
    monitor = filled([0] * 5, capacity=3)
    assert [trace.event.serial for trace in monitor.traces()] == [3, 4, 5]


def test_traces_are_the_newest_when_some_are_asked_for() -> None:
    """Oldest of them first; asking for more than there are gives all."""
    monitor = filled([0] * 5)
    assert [trace.event.serial for trace in monitor.traces(2)] == [4, 5]
    assert len(monitor.traces(50)) == 5


def test_find_answers_none_when_an_event_is_not_remembered() -> None:
    """Forgotten and never seen are the same."""
    monitor = filled([0] * 5, capacity=3)
    assert monitor.find(1) is monitor.find(6) is None
    assert monitor.find(3).event.serial == 3


def test_lateness_is_from_the_stamp_to_the_engine() -> None:
    """Median, 99th percentile and the worst, in milliseconds."""
    late = filled([float(number) for number in range(100)]).lateness()
    assert (late.p50_ms, late.p99_ms, late.max_ms) == pytest.approx((49, 98, 99))


def test_lateness_looks_at_the_newest_when_there_are_many() -> None:
    """An old hiccup is forgotten after 2,000 events."""
    assert filled([500.0] + [1.0] * 2000).lateness().max_ms == pytest.approx(1.0)


def test_lateness_is_zero_when_nothing_came() -> None:
    """No division, no error."""
    assert filled([]).lateness() == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("values", "share", "result"),
    [([], 0.5, 0.0), ([7], 0.99, 7), ([1, 2, 3, 4], 0.5, 2), ([1, 2, 3, 4], 1.0, 4)],
)
def test_percentile_is_one_of_the_values(values: list[float], share: float, result: float) -> None:
    """Nearest rank: nothing is interpolated, and the end is the largest."""
    assert percentile(values, share) == result


def test_notice_takes_the_place_of_one_about_the_same() -> None:
    """It moves to the end; notices about other things stay."""
    monitor = Monitor(ManualClock())
    monitor.notice("stalled once", about="stall")
    monitor.notice("a port is gone")
    monitor.notice("stalled twice", about="stall")
    assert [one.text for one in monitor.notices()] == ["a port is gone", "stalled twice"]


def test_notice_is_kept_once_when_said_again() -> None:
    """The text itself is what it is about, unless said otherwise."""
    clock = ManualClock(epoch_ms=1000)
    monitor = Monitor(clock)
    monitor.notice("gone")
    clock.move_to(2.0)
    monitor.notice("gone")
    assert [one.epoch_ms for one in monitor.notices()] == [3000]


def test_notices_forget_the_oldest_when_there_are_many() -> None:
    """A flood of them does not fill the memory."""
    monitor = Monitor(ManualClock())
    for number in range(300):
        monitor.notice(f"notice {number}")
    assert len(monitor.notices()) == 200
    assert monitor.notices()[-1].text == "notice 299"


def test_traces_can_be_read_while_the_engine_appends() -> None:
    """A reader on another thread gets a whole list and no error."""
    monitor, ending, seen = filled([0] * 1000, capacity=1000), threading.Event(), []

    def read() -> None:
        while not ending.is_set():
            seen.append(len(monitor.traces()))

    reader = threading.Thread(target=read)
    reader.start()
    for serial in range(20_000):
        monitor.record((MidiEvent(0.0, "", b"", serial), 0.0, "", (), (), None))
    ending.set()
    reader.join()
    assert set(seen) <= {1000}


def test_copied_tries_again_when_the_ring_changed_meanwhile() -> None:
    """What a deque raises then is no error of the reader."""

    class Changing:
        tries = 0

        def __iter__(self):
            self.tries += 1
            if self.tries < 3:
                raise RuntimeError("deque mutated during iteration")
            return iter([1, 2])

    assert copied(Changing()) == [1, 2]


def test_newer_returns_what_was_recorded_after_a_row_and_all_where_it_is_forgotten() -> None:
    """Oldest first; of a reader that was away too long nothing is held back but what is gone."""
    monitor = filled([0] * 3000, capacity=5000)
    known = monitor.newer(None)[-1]
    assert monitor.newer(known) == []

    for serial in range(4000, 7000):
        monitor.record((MidiEvent(0.0, "", b"", serial), 0.0, "", (), (), None))
        if serial == 4002:
            assert [row[0].serial for row in monitor.newer(known)] == [4000, 4001, 4002]

    assert [row[0].serial for row in monitor.newer(known)] == list(range(4000, 7000))
    forgotten = (MidiEvent(0.0, "", b"", 1), 0.0, "", (), (), None)
    assert len(monitor.newer(forgotten)) == monitor.capacity == 5000


def test_newer_is_whole_while_the_engine_appends() -> None:
    """A reader that goes from row to row meets each once, and in order."""
    monitor, seen = Monitor(ManualClock()), []

    def write() -> None:
        for serial in range(30_000):
            monitor.record((MidiEvent(0.0, "", b"", serial), 0.0, "", (), (), None))
            if serial % 500 == 0:
                time.sleep(0)

    writer = threading.Thread(target=write)
    writer.start()
    while len(seen) < 30_000 and (writer.is_alive() or monitor.newer(seen[-1] if seen else None)):
        seen += monitor.newer(seen[-1] if seen else None)
    serials = [row[0].serial for row in seen]
    assert serials == sorted(set(serials))
