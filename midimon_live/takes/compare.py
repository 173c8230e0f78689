"""Holding what came of a take against what came of it before."""

from collections import defaultdict, deque
from collections.abc import Sequence
from difflib import ndiff
from typing import NamedTuple

from midimon_live.takes.lines import EMITTED
from midimon_live.takes.take import Take

TOLERANCE_S = 0.05
_BEFORE, _SHOWN = 3, 20


class _Heard(NamedTuple):
    t: float
    text: str


def tolerance_of(take: Take) -> float:
    """Return by how many seconds results may be off: not at all where time stood still."""
    return 0.0 if take.clock == "virtual" else TOLERANCE_S


def difference(expected: Take, heard: Take, tolerance: float, *, emitted: bool) -> str:
    """Return how the results of two takes differ, for people to read, or "".

    Args:
        expected: has what was recorded.
        heard: has what came now.
        tolerance: by how many seconds each may come sooner or later. Those that the recorded take
            has at one moment keep their order; others may change it within that.
        emitted: whether what plugins emit is an input here, and no result.
    """
    wanted, found = _results(expected, emitted=emitted), _results(heard, emitted=emitted)
    if tolerance:
        found = _aligned(wanted, found, tolerance)
    if wanted == found:
        return ""
    place = next(
        (
            index
            for index, pair in enumerate(zip(wanted, found, strict=False))
            if pair[0] != pair[1]
        ),
        min(len(wanted), len(found)),
    )
    return _told(wanted, found, place, expected)


def _results(take: Take, *, emitted: bool) -> list[_Heard]:
    lines = (line for line in take.results if not (emitted and line.kind == EMITTED))
    return [_Heard(line.t, str(line)) for line in lines]


def _aligned(wanted: Sequence[_Heard], found: Sequence[_Heard], tolerance: float) -> list[_Heard]:
    """Give each result that comes nearly when it should the moment at which it should come."""
    waiting: defaultdict[str, deque[float]] = defaultdict(deque)
    for one in wanted:
        waiting[one.text].append(one.t)
    aligned = []
    slack = tolerance + 1e-9
    for one in found:
        moments = waiting[one.text]
        while moments and moments[0] < one.t - slack:
            moments.popleft()
        near = bool(moments) and moments[0] <= one.t + slack
        aligned.append(_Heard(moments.popleft(), one.text) if near else one)
    return sorted(aligned, key=lambda one: one.t)


def _told(wanted: Sequence[_Heard], found: Sequence[_Heard], place: int, expected: Take) -> str:
    first = min((one[place].t for one in (wanted, found) if place < len(one)), default=0.0)
    inputs = [line for line in expected.lines if line.played and line.t <= first]
    after = f", after {' '.join(str(inputs[-1]).split())} at {inputs[-1].t:.6f} s" if inputs else ""
    lines = [
        f"the first difference is at {first:.6f} s{after}",
        f"  expected: {_at(wanted, place)}",
        f"  heard:    {_at(found, place)}",
        f"{len(wanted)} were expected, {len(found)} heard; around there (- expected, + heard):",
    ]
    begin, end = max(place - _BEFORE, 0), place + _SHOWN
    before, after_it = ([_shown(one) for one in side[begin:end]] for side in (wanted, found))
    lines += [line.rstrip() for line in ndiff(before, after_it) if not line.startswith("?")]
    if max(len(wanted), len(found)) > end:
        lines.append("  ...")
    return "\n".join(lines)


def _at(results: Sequence[_Heard], place: int) -> str:
    return _shown(results[place]) if place < len(results) else "nothing more"


def _shown(one: _Heard) -> str:
    return f"{one.t:>12.6f}  {one.text}"
