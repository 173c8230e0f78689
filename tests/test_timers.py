"""One heap for everything that has to happen later."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live.timers import NEVER, Timers


def run_until(timers: Timers, moment: float) -> None:
    """Run what is due at `moment`."""
    while (timer := timers.pop_due(moment)) is not None:
        if timer.action is not None:
            timer.action()


def test_timers_run_soonest_first_when_scheduled_out_of_order() -> None:
    """The moment decides, not the order of scheduling."""
    timers, log = Timers(), []
    for due in (3.0, 1.0, 2.0):
        timers.schedule(due, lambda due=due: log.append(due))
    run_until(timers, 5.0)
    assert log == [1.0, 2.0, 3.0]


def test_timers_keep_their_order_when_due_at_one_moment() -> None:
    """First scheduled, first run."""
    timers, log = Timers(), []
    for name in "abcd":
        timers.schedule(1.0, lambda name=name: log.append(name))
    run_until(timers, 1.0)
    assert log == list("abcd")


def test_timer_waits_when_its_moment_has_not_come() -> None:
    """It is due at its moment, not before."""
    timers = Timers()
    timer = timers.schedule(2.0, lambda: None)
    assert timers.pop_due(1.999) is None
    assert timers.pop_due(2.0) is timer


def test_timer_is_passed_over_when_cancelled() -> None:
    """The ones behind it run all the same."""
    timers, log = Timers(), []
    first = timers.schedule(1.0, lambda: log.append("first"))
    timers.schedule(2.0, lambda: log.append("second"))
    first.cancel()
    assert len(timers) == 1
    run_until(timers, 3.0)
    assert log == ["second"]


def test_next_due_is_never_when_nothing_waits() -> None:
    """Before the first and after the last."""
    timers = Timers()
    assert timers.next_due == NEVER
    timers.schedule(1.0, lambda: None)
    timers.pop_due(1.0)
    assert timers.next_due == NEVER


def test_next_due_moves_on_when_the_soonest_was_cancelled() -> None:
    """Looking at that moment is enough to find the next one."""
    timers = Timers()
    timers.schedule(1.0, lambda: None).cancel()
    timers.schedule(2.0, lambda: None)
    assert timers.pop_due(1.0) is None
    assert timers.next_due == 2.0


@pytest.mark.parametrize(("due", "told"), [(1.0, 2), (3.0, 1)])
def test_changed_is_called_when_the_soonest_came_nearer(due: float, told: int) -> None:
    """A later one wakes nobody."""
    timers, calls = Timers(), []
    timers.changed = lambda: calls.append(timers.next_due)
    timers.schedule(2.0, lambda: None)
    timers.schedule(due, lambda: None)
    assert len(calls) == told


@settings(derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans())), st.integers(0, 20))
def test_timers_that_ran_are_those_due_and_not_cancelled(
    wanted: list[tuple[int, bool]], moment: int
) -> None:
    """In the order of their moments; `next_due` is what is left."""
    timers, log = Timers(), []
    for due, cancelled in wanted:
        timer = timers.schedule(due, lambda due=due: log.append(due))
        if cancelled:
            timer.cancel()
    run_until(timers, moment)
    assert log == sorted(due for due, cancelled in wanted if due <= moment and not cancelled)
    assert timers.next_due > moment
