"""How long things took, counted by how long: four buckets to the octave, from 1 µs to 16 s."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, compress, pairwise
from typing import NamedTuple

BUCKETS = 98
_PER_OCTAVE = 4


class Bucket(NamedTuple):
    """How many took at least `low_us` and less than `high_us`, in microseconds.

    The first is 0 to 1 µs; the last, from 16.8 s on, has no end (`inf`).
    """

    low_us: float
    high_us: float
    times: int


def bucket_of(seconds: float) -> int:
    """Return the number of the bucket that a duration belongs to, 0 to 97."""
    us = seconds * 1e6
    us *= us
    # the fourth power has four times as many binary digits: a quarter of an octave each
    number = int(us * us).bit_length()
    return number if number < BUCKETS else BUCKETS - 1


# where each begins, and where the last would end
_EDGES_US = [0.0, *(2 ** (number / _PER_OCTAVE) for number in range(BUCKETS))]
_ENDS_S = [edge / 1e6 for edge in _EDGES_US[1:-1]]


def edge_us(number: int) -> float:
    """Return where bucket `number` begins, in microseconds."""
    return _EDGES_US[number]


def sorted_into(ordered: Sequence[float]) -> list[int]:
    """Return how many of these durations belong to each bucket.

    Args:
        ordered: seconds, shortest first; what is negative counts as nothing.
    """
    ends = [0, *(bisect_left(ordered, end) for end in _ENDS_S), len(ordered)]
    return [high - low for low, high in pairwise(ends)]


def buckets(counts: Sequence[int]) -> tuple[Bucket, ...]:
    """Return the buckets that hold something, shortest first."""
    return tuple(
        Bucket(
            edge_us(number),
            edge_us(number + 1) if number < BUCKETS - 1 else float("inf"),
            counts[number],
        )
        for number in filled(counts)
    )


def filled(counts: Sequence[int]) -> list[int]:
    """Return the numbers of the buckets that hold something."""
    return list(compress(range(BUCKETS), counts))


def percentiles(counts: Sequence[int], shares: Sequence[float]) -> list[float | None]:
    """Return what these shares (0-1, ascending) did not exceed, in microseconds.

    Within a bucket it is read off a straight line, so it is true to within a bucket's width, 19 %.
    All are None where nothing was counted; what fell into the last bucket counts as its beginning.
    """
    sums = list(accumulate(counts))
    if not sums[-1]:
        return [None] * len(shares)
    found: list[float | None] = []
    for share in shares:
        wanted = max(share * sums[-1], 1e-9)
        number = bisect_left(sums, wanted)
        low, high = _EDGES_US[number], _EDGES_US[min(number + 1, BUCKETS - 1)]
        found.append(low + (high - low) * (1 - (sums[number] - wanted) / counts[number]))
    return found
