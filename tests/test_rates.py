"""Counts by the second, for ever in little room."""

import threading

from midimon_live.rates import Rates


def counted(rates: Rates, *, seconds: int, each: int = 1) -> int:
    """Count `each` in every second and return the total."""
    total = 0
    for second in range(seconds):
        if second >= rates.until:
            rates.reach(second, total)
        total += each
    return total


def test_what_is_counted_belongs_to_its_second() -> None:
    """The open second too; empty ones are left out."""
    rates = Rates(2)
    rates.reach(0.2, 0, 0)
    rates.reach(1.0, 3, 1)
    rates.reach(5.9, 3, 1)
    assert rates.rows(0, 10, 1) == [(0, 1, (3, 1)), (5, 1, (7, 0))]


def test_only_what_is_asked_for_is_told() -> None:
    """A row that has ended by then is left out."""
    rates = Rates(1)
    total = counted(rates, seconds=10)
    assert [row.start for row in rates.rows(7.0, total)] == [7, 8, 9]
    assert [row.start for row in rates.rows(6.5, total)] == [6, 7, 8, 9]
    assert rates.rows(100.0, total) == []


def test_a_second_is_begun_once() -> None:
    """Though two threads find that it is time."""
    rates = Rates(1)
    rates.reach(3.0, 5)
    rates.reach(3.5, 9)
    assert rates.until == 4.0
    assert [row.counts for row in rates.rows(0, 9)] == [(5,), (4,)]


def test_what_is_old_becomes_coarse_and_nothing_is_lost_until_it_is_dropped() -> None:
    """600 seconds, 720 times ten, then minutes."""
    rates = Rates(1)
    total = counted(rates, seconds=20_000, each=2)
    rows = rates.rows(0, total)
    assert sum(row.counts[0] for row in rows) == total
    assert [row.start for row in rows] == sorted(row.start for row in rows)
    fine = [row for row in rows if row.seconds == 1]
    tens = [row for row in rows if row.seconds == 10]
    assert (len(fine), len(tens)) == (601, 720)
    assert {row.counts[0] / row.seconds for row in rows if 60 <= row.start < 12_000} == {2.0}


def test_the_oldest_is_dropped_in_the_end() -> None:
    """A week of playing takes the room of a day."""
    rates = Rates(1)
    total = counted(rates, seconds=7 * 86_400)
    rows = rates.rows(0, total)
    assert len(rows) <= 600 + 720 + 1440 + 1
    assert sum(row.counts[0] for row in rows) < total


def test_reading_beside_counting_tells_each_count_once() -> None:
    """While rows go from one tier to the next."""
    rates = Rates(1)
    done = threading.Event()
    totals: list[int] = []

    def read() -> None:
        while not done.is_set():
            rows = rates.rows(0, 10**9)  # the open second is what is missing to that
            totals.append(sum(row.counts[0] for row in rows))

    reader = threading.Thread(target=read)
    reader.start()
    counted(rates, seconds=3_000)
    done.set()
    reader.join()
    assert set(totals) <= {10**9}
