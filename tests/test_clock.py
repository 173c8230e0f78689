"""What "now" is."""

import time

from midimon_live.clock import ManualClock, SystemClock


def test_manual_clock_stands_still_when_not_moved() -> None:
    """Time passes only by `move_to`."""
    clock = ManualClock(start=2.5)
    assert (clock.now(), clock.now()) == (2.5, 2.5)


def test_manual_clock_moves_when_told() -> None:
    """`move_to` names the new moment, not a distance."""
    clock = ManualClock(start=1.0)
    clock.move_to(4.0)
    assert clock.now() == 4.0


def test_manual_clock_stays_when_told_to_go_back() -> None:
    """It never runs backwards."""
    clock = ManualClock(start=4.0)
    clock.move_to(1.0)
    assert clock.now() == 4.0


def test_manual_clock_gives_whole_milliseconds_when_asked_for_the_epoch() -> None:
    """Moment 0 is `epoch_ms`; seconds become milliseconds."""
    clock = ManualClock(epoch_ms=1_000)
    assert clock.epoch_ms(0.2509) == 1_251


def test_system_clock_never_goes_back() -> None:
    """Its scale is monotonic."""
    clock = SystemClock()
    moments = [clock.now() for _ in range(1000)]
    assert moments == sorted(moments)


def test_system_clock_keeps_distances_when_it_gives_the_epoch() -> None:
    """An event two seconds ago is two seconds ago in wall-clock time too, give or take a step."""
    clock = SystemClock()
    now = clock.now()
    before = time.time() * 1000 - 2000
    past = clock.epoch_ms(now - 2)
    assert before - 1000 < past < time.time() * 1000 - 1000
