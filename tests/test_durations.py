"""How long things took, counted by how long."""

from math import inf

import pytest

from midimon_live.durations import BUCKETS, bucket_of, buckets, edge_us, percentiles, sorted_into


@pytest.mark.parametrize("us", [0.0, 0.4, 1.0, 1.5, 7.0, 130.0, 999.0, 12_345.0, 9e6, 1e9, 1e30])
def test_a_duration_lies_between_the_edges_of_its_bucket(us: float) -> None:
    """From nothing to far beyond the last edge."""
    number = bucket_of(us / 1e6)
    high = edge_us(number + 1) if number < BUCKETS - 1 else inf
    assert edge_us(number) <= us * 1.000001
    assert us < high * 1.000001


def test_a_bucket_is_a_quarter_of_an_octave_wide() -> None:
    """So 8 to 16 µs are four of them."""
    numbers = {bucket_of(us / 1e6) for us in (8.5, 10, 12, 15)}
    assert len(numbers) == 4
    assert edge_us(min(numbers)) == pytest.approx(8)
    assert edge_us(max(numbers) + 1) == pytest.approx(16)


def test_only_buckets_that_hold_something_are_told_and_the_last_has_no_end() -> None:
    """Shortest first."""
    counts = [0] * BUCKETS
    counts[0], counts[-1] = 2, 1
    first, last = buckets(counts)
    assert first == (0.0, 1.0, 2)
    assert (last.low_us, last.high_us, last.times) == (pytest.approx(2**24), inf, 1)


def test_sorting_many_into_buckets_is_the_same_as_one_after_another() -> None:
    """From below nothing to beyond the last edge."""
    ordered = sorted([-0.001, 0.0, *(1.07**power * 1e-7 for power in range(300))])
    counts = [0] * BUCKETS
    for seconds in ordered:
        counts[bucket_of(max(seconds, 0.0))] += 1
    assert sorted_into(ordered) == counts
    assert sorted_into([]) == [0] * BUCKETS


def test_percentiles_are_true_to_within_a_bucket() -> None:
    """Of 1 to 1,000 µs, each once."""
    counts = [0] * BUCKETS
    for us in range(1, 1001):
        counts[bucket_of(us / 1e6)] += 1
    assert percentiles(counts, (0.5, 0.95, 0.99)) == pytest.approx([500, 950, 990], rel=0.1)


def test_percentiles_of_nothing_are_none_and_of_one_lie_in_its_bucket() -> None:
    """No number is made up."""
    counts = [0] * BUCKETS
    assert percentiles(counts, (0.5, 0.99)) == [None, None]
    counts[bucket_of(100e-6)] = 1
    for found in percentiles(counts, (0.0, 0.5, 1.0)):
        assert found == pytest.approx(100, rel=0.19)


def test_percentiles_of_what_is_beyond_the_last_edge_are_that_edge() -> None:
    """It is not known how long they took."""
    counts = [0] * BUCKETS
    counts[-1] = 3
    assert percentiles(counts, (0.5, 0.99)) == pytest.approx([2**24, 2**24], rel=0.2)
