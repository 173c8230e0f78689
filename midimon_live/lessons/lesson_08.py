"""Lesson 8: a take that is played again, faster, and on other mappings."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from midimon_live.lessons.base import Finding, Lesson, Step, found, missing
from midimon_live.lessons.evidence import Evidence, Played
from midimon_live.lessons.looks import first_note, listed, silence_of

_PAD = 38
_FEWEST = 3
_SHORTEST_S = 0.2
_SAME_S = 0.002
_SPEED = 2.0
_MOST = 200  # presses that are looked at


class _Again(NamedTuple):
    """A phrase, and the same one again.

    Attributes:
        first: its presses.
        second: the presses that are like them.
        speed: how many times as fast they are; None where the times are not alike.
        after: the presses after both.
    """

    first: Sequence[Played]
    second: Sequence[Played]
    speed: float | None
    after: Sequence[Played]


def _phrase(evidence: Evidence) -> Finding:
    presses = evidence.presses(_PAD)
    if not presses:
        return missing(
            "no press of note 38",
            "Map note 38 to a note of your choice, begin to record, and press it three times.",
        )
    silent = [one for one in presses[-_FEWEST:] if first_note(one) is None]
    if silent and all(first_note(one) is None for one in presses):
        return missing(
            silence_of(silent[-1]),
            'Map it first: midi.map(note(38), send("note_on", note=60, duration_ms=100)).',
        )
    if len(presses) < _FEWEST:
        return missing(
            f"{len(presses)} of 3 presses of note 38", "Press it at least three times in a take."
        )
    if presses[-1].event.time - presses[0].event.time < _SHORTEST_S:
        return missing(
            f"{len(presses)} presses at once",
            "Leave a moment between them, so that there is a rhythm: time.sleep(0.2), or play "
            'on midi.panel("pads").',
        )
    return found(f"velocities {listed(_velocities(presses)[:6])}")


def _faster(evidence: Evidence) -> Finding:
    again = _best(evidence)
    if again is None:
        return missing(
            "the rhythm was not heard again",
            "Play the take again: midi.replay(take, speed=2). What was recorded is what "
            "`with midi.record() as recording:` holds afterwards, as recording.take.",
        )
    if again.speed is None:
        return missing(
            "the same velocities, in another rhythm",
            "That was played by hand. A take has every moment: midi.replay(take, speed=2).",
        )
    if abs(again.speed - _SPEED) > _SPEED * _SAME_S:
        return missing(
            f"the same again, {again.speed:.3g} times as fast",
            "Twice as fast, please: midi.replay(take, speed=2).",
        )
    return found(f"{len(again.first)} presses, twice as fast")


def _other_notes(evidence: Evidence) -> Finding:
    again = _best(evidence)
    if again is None:
        return missing("the rhythm was not heard again", "midi.replay(take, speed=2)")
    size = len(again.first)
    third = again.after[-size:]
    before, now = _played(again.first), _played(third)
    if len(third) < size or _velocities(third) != _velocities(again.first):
        return missing(
            "nothing was played after that",
            "Map note 38 to another note, in the same cell, run it, and replay the take once more.",
        )
    if None in now:
        return missing(
            silence_of(third[now.index(None)]),
            "Note 38 has to play a note still: mend its mapping, and replay the take once more.",
        )
    if any(earlier == later for earlier, later in zip(before, now, strict=True)):
        return missing(
            f"notes {listed(now[:6])} again",
            "The mapping is as it was, or the older one stands before the new one: %midi why "
            "tells. Edit the cell that maps note 38, run it, and replay the take once more.",
        )
    return found(f"notes {listed(now[:6])} in place of {listed(before[:6])}")


def _best(evidence: Evidence) -> _Again | None:
    """Return a phrase and its repetition: at the right speed, and with other notes, if there is."""
    pairs = list(_repeated(evidence.presses(_PAD)[-_MOST:]))
    timed = [one for one in pairs if one.speed is not None]
    right = [one for one in timed if abs((one.speed or 0) - _SPEED) <= _SPEED * _SAME_S]
    if right:
        changed = (one for one in right if _is_changed(one))
        return next(changed, None) or max(right, key=lambda one: len(one.after))
    return next(reversed(timed or pairs), None)


def _is_changed(again: _Again) -> bool:
    """Tell whether the phrase was played once more after that, with other notes."""
    third = again.after[-len(again.first) :]
    pairs = list(zip(_played(again.first), _played(third), strict=False))
    return _velocities(third) == _velocities(again.first) and all(
        now is not None and before != now for before, now in pairs
    )


def _repeated(presses: Sequence[Played]) -> Iterator[_Again]:
    """Yield each phrase that is followed by its like, by its beginning and then the longest."""
    velocities = _velocities(presses)
    for start in range(len(presses)):
        for size in range((len(presses) - start) // 2, _FEWEST - 1, -1):
            middle, end = start + size, start + 2 * size
            if velocities[start:middle] == velocities[middle:end]:
                first, second = presses[start:middle], presses[middle:end]
                yield _Again(first, second, _speed(first, second), presses[end:])


def _speed(first: Sequence[Played], second: Sequence[Played]) -> float | None:
    """Return how many times as fast the second is, where all its gaps say the same."""
    gaps, others = _gaps(first), _gaps(second)
    if sum(gaps) < _SHORTEST_S or not sum(others):
        return None
    speed = sum(gaps) / sum(others)
    alike = all(abs(gap / speed - other) < _SAME_S for gap, other in zip(gaps, others, strict=True))
    return speed if alike else None


def _gaps(presses: Sequence[Played]) -> list[float]:
    times = [one.event.time for one in presses]
    return [later - earlier for earlier, later in pairwise(times)]


def _velocities(presses: Sequence[Played]) -> list[int]:
    return [one.event.data[2] for one in presses]


def _played(presses: Sequence[Played]) -> list[int | None]:
    return [first_note(one) for one in presses]


LESSON = Lesson(
    number=8,
    title="record and test",
    notebook="08_record_and_test.ipynb",
    task="a take of note 38 is played again twice as fast, and once more with other notes.",
    steps=(
        Step("note 38 is played three times or more, with a rhythm", _phrase),
        Step("a replay plays the same, twice as fast", _faster),
        Step("note 38 is mapped to another note, and the replay plays that", _other_notes),
    ),
)
