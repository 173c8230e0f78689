"""Actions under way: listed, cancelled from anywhere, in order, without drift, and they end."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from midimon_live import ActionPlugin, delay, note, repeat, send, sequence, when
from midimon_live.conditions import app_running
from midimon_live.errors import CommandError, InvalidValue
from midimon_live.magics import run
from midimon_live.sessions import Session
from midimon_live.testing import TestSession, press, released, session

PATIENCE_S = 10


@contextmanager
def threaded() -> Iterator[Session]:
    """Give a session with threads, and close it at the end."""
    midi = Session(backend="virtual")
    try:
        yield midi
    finally:
        midi.close()


def in_thread(function: Callable[[], Any]) -> None:
    """Do something on another thread, to its end."""
    thread = threading.Thread(target=function)
    thread.start()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def moments(midi: TestSession) -> tuple[list[int], Callable[[Any], None]]:
    """Return a list, and a handler that puts the moment into it, in milliseconds."""
    found: list[int] = []
    return found, lambda _context: found.append(round(midi.clock.now() * 1000))


# list and cancel


def test_actions_lists_what_is_under_way_and_for_what_it_waits() -> None:
    """With the number that cancel takes."""
    with session() as midi:
        midi.map(note(1), sequence(delay(3000), print))
        midi.map(note(2), send("note_on", duration_ms=500))
        midi.play(press(1), press(2, time=0.1))
        lines = repr(midi.actions()).splitlines()
        assert " ".join(lines[2].split()) == (
            "1 note 1 -> wait 3000 ms, then print() 0.1 s 2.9 s more"
        )
        assert lines[3].split()[:1] == ["2"]
        assert "2 under way" in repr(midi.status())
        midi.advance(3)
        assert repr(midi.actions()) == "no action is under way"


def test_one_action_is_cancelled_and_the_other_goes_on() -> None:
    """The rest of it is not done, and `why` says so."""
    with session() as midi:
        found, now = moments(midi)
        midi.map(note(1), sequence(delay(100), now))
        midi.play(press(1), press(1, time=0.01))
        assert midi.cancel(1) == 1
        midi.advance(1)
        assert found == [110]
        assert "cancelled" in repr(midi.why(1))


def test_all_actions_are_cancelled() -> None:
    """And there is nothing left to wake them."""
    with session() as midi:
        for number, action in enumerate((delay(100), repeat(delay(1), 9), sequence(delay(5)))):
            midi.map(note(number), action)
        midi.play(*map(press, range(3)))
        assert (midi.cancel(), midi.cancel(), len(midi._timers)) == (3, 0, 0)


@pytest.mark.parametrize("number", [7, 0, -1])
def test_cancelling_what_is_not_under_way_names_what_is(number: int) -> None:
    """As numbers."""
    with session() as midi:
        midi.map(note(1), delay(100))
        midi.play(press(1), press(1))
        with pytest.raises(InvalidValue, match=f"no action {number} is under way; .* 1, 2"):
            midi.cancel(number)


def test_magics_list_and_cancel() -> None:
    """`%midi actions`, `%midi cancel`."""
    with session() as midi:
        midi.map(note(1), delay(100))
        midi.play(press(1), press(1), press(1))
        assert "wait 100 ms" in repr(run(midi, "actions"))
        assert run(midi, "cancel 2") == "cancelled: 1"
        assert run(midi, "cancel") == "cancelled: 2"
        with pytest.raises(CommandError, match="no action's number"):
            run(midi, "cancel all")


def test_panic_cancels_all_from_another_thread() -> None:
    """And ends their notes."""
    with session() as midi:
        midi.map(note(1), sequence(send("note_on", duration_ms=900), print))
        midi.map(note(2), repeat(send("note_on", note=5), 100, delay_ms=10))
        midi.play(press(1), press(2))
        in_thread(midi.panic)
        assert "0 notes sounding" in repr(midi.status())
        assert repr(midi.actions()) == "no action is under way"
        assert len(midi._timers) == 0


@pytest.mark.parametrize("end", [lambda midi: midi.cancel(), lambda midi: midi.panic()])
def test_cancelling_from_within_ends_the_action_after_its_step(end: Any) -> None:
    """A handler may cancel everything, itself included."""
    done: list[int] = []
    with session() as midi:
        midi.map(note(1), sequence(lambda _context: end(midi), delay(1), lambda _c: done.append(1)))
        midi.play(press(1))
        midi.advance(1)
        assert done == []
        assert "cancelled" in repr(midi.why())
        assert midi.counters() == {}


def test_cancelling_in_the_last_step_still_says_cancelled() -> None:
    """Once cancelled, it is."""
    with session() as midi:
        midi.map(note(1), sequence(delay(1), lambda _context: midi.cancel()))
        midi.play(press(1))
        midi.advance(1)
        assert midi.traces(1)[0].steps[0].verdict == "cancelled"


def test_cancel_while_a_step_runs_waits_for_its_end_and_does_no_more() -> None:
    """Another thread cancels; a note that the step began is ended."""
    begun, going_on, ended = threading.Event(), threading.Event(), threading.Event()
    done: list[str] = []

    def slow(_context: Any) -> None:
        begun.set()
        going_on.wait(PATIENCE_S)
        done.append("slow")

    with threaded() as midi:
        midi.map(note(1), sequence(slow, send("note_on", duration_ms=60_000), done.append))
        midi.map(note(2), lambda _context: ended.set())
        midi.virtual.press(1)
        assert begun.wait(PATIENCE_S)
        assert midi.cancel() == 1
        going_on.set()
        midi.virtual.press(2)
        assert ended.wait(PATIENCE_S)
        midi.settle()
        assert done == ["slow"]
        assert "0 notes sounding" in repr(midi.status())


def test_a_slow_condition_is_cancelled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer, when it comes, does nothing; events pass meanwhile."""
    asked, answer, hit = threading.Event(), threading.Event(), threading.Event()
    done: list[int] = []

    def is_running(_name: str) -> bool:
        asked.set()
        return answer.wait(PATIENCE_S)

    monkeypatch.setattr("midimon_live.applications.is_running", is_running)
    with threaded() as midi:
        midi.map(note(1), when(app_running("x"), lambda _context: done.append(1)))
        midi.map(note(2), lambda _context: hit.set())
        midi.virtual.press(1)
        assert asked.wait(PATIENCE_S)
        midi.virtual.press(2)
        assert hit.wait(PATIENCE_S)
        assert "whether 'x' runs" in repr(midi.actions())
        assert midi.cancel() == 1
        answer.set()
        midi.settle()
        assert done == []


def test_an_async_plugin_is_cancelled_within_its_sequence() -> None:
    """It gets its CancelledError, and what follows it is not done."""
    order: list[str] = []

    async def slow(_context: Any) -> None:
        try:
            await asyncio.sleep(PATIENCE_S)
        except asyncio.CancelledError:
            order.append("cancelled")
            raise

    async def test() -> None:
        with session() as midi:
            midi.map(note(1), sequence(slow, lambda _context: order.append("next")))
            midi.play(press(1))
            await asyncio.sleep(0)
            assert "slow(), async" in repr(midi.actions())
            assert midi.cancel() == 1
            await midi.settled()

    asyncio.run(test())
    assert order == ["cancelled"]


@pytest.mark.parametrize("nest", [lambda act: act, lambda act: sequence(act, print)])
def test_panic_calls_off_what_waits_for_the_main_thread(nest: Any) -> None:
    """A busy cell keeps it waiting; it does not run after the panic."""
    hits: list[int] = []
    jobs: list[Callable[[], None]] = []

    class Main(ActionPlugin):
        main_thread = True

        def execute(self, params, context):
            hits.append(1)

    with session() as midi:
        midi.map(note(1), nest(Main))
        midi.plugins.defer = lambda job: jobs.append(job) or True
        in_thread(lambda: midi.play(press(1)))
        assert "the main thread" in repr(midi.actions())
        midi.panic()
        for job in jobs:
            job()
        assert (len(jobs), hits) == (1, [])
        assert "cancelled" in repr(midi.why())


# time


def test_ten_thousand_delays_use_one_heap_and_all_end() -> None:
    """Each at its moment, in order; nothing is left."""
    with session() as midi:
        found, now = moments(midi)
        midi.map(note(1), sequence(delay(1000), now))
        before = threading.active_count()
        for _ in range(10_000):
            midi.play(press(1))
        assert threading.active_count() == before
        assert len(midi._timers) == 10_000
        midi.advance(1)
        assert found == [1000] * 10_000
        assert (len(midi._timers), repr(midi.actions())) == (0, "no action is under way")


def test_ten_thousand_cancelled_delays_are_gone() -> None:
    """What nobody waits for is not kept for a day."""
    with session() as midi:
        midi.map(note(1), delay(86_400_000))
        for _ in range(10_000):
            midi.play(press(1))
            midi.cancel()
        assert len(midi._timers._heap) < 1000


def test_what_is_due_at_one_moment_is_done_in_the_order_of_firing() -> None:
    """And sooner things before later ones, whenever they were begun."""
    order: list[int] = []
    with session() as midi:
        for number, ms in enumerate((300, 100, 200, 100)):
            act = lambda _context, number=number: order.append(number)  # noqa: E731
            midi.map(note(number), sequence(delay(ms), act))
        midi.play(*map(press, range(4)))
        midi.advance(1)
    assert order == [1, 3, 2, 0]


def test_repeat_does_not_drift() -> None:
    """A step that takes a while makes the wait after it shorter, not the beat longer."""
    with session() as midi:
        found: list[int] = []

        def slow(_context: Any) -> None:
            found.append(round(midi.clock.now() * 1000))
            midi.clock.move_to(midi.clock.now() + 0.03)

        midi.map(note(1), repeat(slow, 5, delay_ms=100))
        midi.play(press(1))
        midi.advance(1)
        assert found == [0, 100, 200, 300, 400]


def test_repeat_does_not_make_up_for_a_stall_in_a_burst() -> None:
    """What was missed is late, once; then the beat goes on from there."""
    with session() as midi:
        found: list[int] = []

        def stalls_once(_context: Any) -> None:
            found.append(round(midi.clock.now() * 1000))
            if len(found) == 1:
                midi.clock.move_to(0.55)

        midi.map(note(1), repeat(stalls_once, 4, delay_ms=100))
        midi.play(press(1))
        midi.advance(1)
        assert found == [0, 550, 650, 750]


def test_wait_after_something_awaited_begins_when_that_ended() -> None:
    """Not when the action began."""
    with session() as midi:
        found, now = moments(midi)

        async def slow(_context: Any) -> None:
            midi.clock.move_to(midi.clock.now() + 0.5)

        midi.map(note(1), sequence(slow, delay(100), now))
        midi.play(press(1))
        midi.advance(1)
        assert found == [600]


# failures


def test_action_that_fails_says_so_in_why_a_notice_and_a_counter() -> None:
    """And is over."""
    with session() as midi:
        midi.map(note(1), send("note_on", port="Nope"))
        midi.play(press(1))
        assert "failed: " in repr(midi.why())
        assert "Nope" in repr(midi.status())
        assert midi.counters()["failed"] == 1
        assert midi.cancel() == 0


def test_plugin_that_is_disabled_ends_its_async_execution_in_a_sequence() -> None:
    """What follows is done; the sequence does not wait for ever."""
    order: list[str] = []

    class Slow(ActionPlugin):
        async def execute(self, params, context):
            await asyncio.sleep(PATIENCE_S)

    async def test() -> None:
        with session() as midi:
            midi.map(note(1), sequence(Slow, lambda _context: order.append("next")))
            midi.play(press(1))
            await asyncio.sleep(0)
            midi.plugins.disable_plugin("slow")
            await midi.settled()
            assert repr(midi.actions()) == "no action is under way"

    asyncio.run(test())
    assert order == ["next"]


# a handler that turns on its session


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda midi: midi.settle(), "settle() inside a handler would wait for itself"),
        (lambda midi: midi.learn(1), "learn() inside a handler would wait for itself"),
        (lambda midi: midi.cancel(99), "no action 99 is under way"),
        (lambda midi: midi.map(5, print), "5 is no trigger"),
        (lambda midi: midi.map(note(9), print), ""),
        (lambda midi: setattr(midi, "mode", "X"), ""),
        (lambda midi: midi.panic(), ""),
        (lambda midi: midi.learn(1, wait=False).cancel(), ""),
        (lambda midi: midi.handles[0].remove(), ""),
        (lambda midi: midi.play(press(2)), ""),
        (lambda midi: midi.why(), ""),
        (lambda midi: midi.report(), ""),
        (lambda midi: midi.plugins.unload_plugin("lambda"), ""),
    ],
)
@pytest.mark.parametrize("nest", [lambda act: act, lambda act: sequence(delay(1), act)])
def test_handlers_may_call_anything(call: Any, error: str, nest: Any) -> None:
    """What can not work is that handler's failure; the next event is handled as ever."""
    hits: list[int] = []
    with session() as midi:
        midi.define_mode("X")
        midi.handles = [midi.map(note(1), nest(lambda _context: call(midi)))]
        midi.map(note(2), lambda _context: hits.append(1))
        midi.play(press(1), released(1))
        midi.advance(1)
        assert error in repr(midi.why(1))
        assert ("failed" in repr(midi.why(1))) is bool(error)
        midi.play(press(2))
        assert hits[-1:] == [1]
        assert "engine errors" not in midi.counters()
        assert not midi.running.here()


def test_a_delay_begins_when_a_slow_step_has_ended() -> None:
    """300 ms of work, then 200 ms of rest."""
    with session() as midi:
        at: list[float] = []

        def slow(_context: object) -> None:
            midi.clock.move_to(midi.clock.now() + 0.3)

        def note_it(_context: object) -> None:
            at.append(round(midi.clock.now(), 3))

        midi.map(note(1), sequence(slow, delay(200), note_it))
        midi.play(press(1))
        midi.advance(2)
    assert at == [0.5]
