"""The engine beside a kernel: its loop when that turns, the stand-in thread when not."""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import ActionPlugin, TriggerContext, cc, note
from midimon_live.errors import MidimonError, SettleTimeout
from midimon_live.sessions import Session
from midimon_live.testing import session

PATIENCE = 10.0  # seconds, and only a test that fails waits for so long


@contextmanager
def threaded(shell: Any = None) -> Iterator[Session]:
    """Give a session with its reader thread, on the virtual port."""
    midi = Session(shell, backend="virtual")
    try:
        yield midi
    finally:
        midi.close()


def in_kernel(scenario: Callable[[Session], Coroutine[Any, Any, None]]) -> None:
    """Run `scenario` on a loop in the main thread, as a kernel runs an `await` cell.

    While it awaits, the loop is free; while it blocks, the loop is held, as by any other cell.
    """

    async def kernel() -> None:
        loop = asyncio.get_running_loop()
        shell = SimpleNamespace(kernel=SimpleNamespace(io_loop=SimpleNamespace(asyncio_loop=loop)))
        with threaded(shell) as midi:
            await scenario(midi)

    asyncio.run(kernel())


class Log:
    """What a handler saw, in order, and on which threads; can be waited for."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []
        self.threads: list[str] = []
        self._grown = threading.Condition()

    def __call__(self, context: TriggerContext) -> None:
        """Be the handler of a controller."""
        with self._grown:
            self.seen.append((context.control, context.value))
            self.threads.append(threading.current_thread().name)
            self._grown.notify_all()

    def wait_for(self, count: int) -> None:
        """Hold the calling thread until `count` events were handled."""
        with self._grown:
            assert self._grown.wait_for(lambda: len(self.seen) >= count, PATIENCE)


def play(midi: Session, control: int, values: range) -> None:
    """Turn a knob through `values`."""
    for value in values:
        midi.virtual.turn(control, value % 128)


def expected(control: int, values: range) -> list[tuple[int, int]]:
    """Return what a log of that holds."""
    return [(control, value % 128) for value in values]


READER, MAIN = "midimon-reader", "MainThread"


# without a kernel


def test_events_are_handled_in_order_on_the_reader() -> None:
    """Where no loop is, the stand-in thread does all."""
    log = Log()
    with threaded() as midi:
        midi.map(cc(7), log)
        play(midi, 7, range(1000))
        midi.settle(PATIENCE)
        assert log.seen == expected(7, range(1000))
    assert set(log.threads) == {READER}


def test_each_event_is_handled_once_when_several_threads_play() -> None:
    """None lost, none doubled, each thread's in its order, all numbered as they were handled."""
    log = Log()
    with threaded() as midi:
        for control in range(4):
            midi.map(cc(control), log)
        players = [
            threading.Thread(target=play, args=(midi, number, range(500))) for number in range(4)
        ]
        for player in players:
            player.start()
        for player in players:
            player.join()
        midi.settle(PATIENCE)
        serials = [trace.event.serial for trace in midi.traces()]
    for control in range(4):
        of_one = [pair for pair in log.seen if pair[0] == control]
        assert of_one == expected(control, range(500))
    assert serials == list(range(1, 2001))


def test_status_counts_what_was_handled_where() -> None:
    """All of it by the stand-in thread, here."""
    with threaded() as midi:
        play(midi, 7, range(5))
        midi.settle(PATIENCE)
        assert "0 on the kernel loop, 5 on the stand-in thread" in repr(midi.status())


def test_reader_goes_on_when_a_handler_raises() -> None:
    """Whatever it raises."""
    log = Log()

    def leave(_context: TriggerContext) -> None:
        raise SystemExit

    with threaded() as midi:
        midi.map(cc(1), leave)
        midi.map(cc(2), log)
        for control in (1, 2):
            play(midi, control, range(3))
        midi.settle(PATIENCE)
        assert (len(log.seen), midi.counters()) == (3, {"failed": 3})


def test_scheduled_calls_run_without_any_event() -> None:
    """The reader wakes up for them, in the order of their moments."""
    rang, all_rang = [], threading.Event()

    class Beats(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(0.01, all_rang.set)
            for delay in (0.003, 0.001, 0.002):
                self.host.schedule(delay, rang.append, delay)

    with threaded() as midi:
        midi.map(note(36), Beats)
        midi.virtual.press(36)
        assert all_rang.wait(PATIENCE)
    assert rang == [0.001, 0.002, 0.003]


@pytest.mark.parametrize("make", [session, threaded])
def test_event_that_a_handler_plays_is_handled_after_it(make: Callable[[], Any]) -> None:
    """Never inside it: handlers are not nested."""
    log, ended = [], threading.Event()

    with make() as midi:

        def first(_context: TriggerContext) -> None:
            midi.virtual.press(37)
            log.append("first ends")

        midi.map(note(36), first)
        midi.map(note(37), lambda _context: log.append("second"), all=True)
        midi.map(note(37), lambda _context: ended.set())
        midi.virtual.press(36)
        assert ended.wait(PATIENCE)
    assert log == ["first ends", "second"]


@pytest.mark.parametrize("make", [session, threaded])
def test_event_that_plays_itself_again_does_not_recurse(make: Callable[[], Any]) -> None:
    """Two thousand times, deeper than Python's stack."""
    hits, ended = [], threading.Event()

    with make() as midi:

        def again(_context: TriggerContext) -> None:
            hits.append(1)
            if len(hits) < 2000:
                midi.virtual.press(36)
            else:
                ended.set()

        midi.map(note(36), again)
        midi.virtual.press(36)
        assert ended.wait(PATIENCE)
        assert midi.counters() == {}
    assert len(hits) == 2000


def refusal(act: Callable[[Session], Any], make: Callable[[], Any]) -> list[str]:
    """Return what `act` raised inside a handler."""
    refused: list[str] = []
    with make() as midi:

        def handler(_context: TriggerContext) -> None:
            try:
                act(midi)
            except MidimonError as error:
                refused.append(str(error))

        midi.map(note(36), handler)
        midi.virtual.press(36)
        midi.settle(PATIENCE)
    return refused


@pytest.mark.parametrize("make", [session, threaded])
def test_settle_is_refused_inside_a_handler(make: Callable[[], Any]) -> None:
    """It would wait for itself; and so would its `await` form."""
    inside = "inside a handler would wait for itself"
    assert refusal(lambda midi: midi.settle(), make) == [f"settle() {inside}"]
    assert refusal(lambda midi: midi.settled().send(None), make) == [f"settled() {inside}"]


@pytest.mark.parametrize("make", [session, threaded])
def test_pausing_inside_a_handler_is_no_wait(make: Callable[[], Any]) -> None:
    """Events wait there anyway."""
    log = []

    def act(midi: Session) -> None:
        with midi.paused(timeout=0):
            log.append("paused")

    assert (refusal(act, make), log) == ([], ["paused"])


def test_events_wait_while_paused_and_are_handled_then() -> None:
    """None is lost; `settle` can not succeed meanwhile."""
    log = Log()
    with threaded() as midi:
        midi.map(cc(7), log)
        with midi.paused():
            play(midi, 7, range(5))
            with pytest.raises(MidimonError, match=r"wait for the events it holds back"):
                midi.settle(0.03)
            assert log.seen == []
        midi.settle(PATIENCE)
    assert log.seen == expected(7, range(5))


def test_pause_and_settle_name_the_handler_that_does_not_end() -> None:
    """So that one knows whom to wait for."""
    begun, ending = threading.Event(), threading.Event()

    def stubborn(_context: TriggerContext) -> None:
        begun.set()
        ending.wait(PATIENCE)

    with threaded() as midi:
        name = midi.map(note(36), stubborn).mapping.plugin
        midi.virtual.press(36)
        assert begun.wait(PATIENCE)
        with pytest.raises(SettleTimeout) as pausing, midi.paused(0.01):
            raise AssertionError
        with pytest.raises(SettleTimeout) as settling:
            midi.settle(0.01)
        ending.set()
    assert str(pausing.value) == f"{name} has kept events waiting for over 0.01 s"
    assert f"{name} is running" in str(settling.value)


def test_cell_can_be_swapped_while_a_handler_does_not_end() -> None:
    """The handler goes on with what it began with; the next event plays the new mapping."""
    begun, ending, log = threading.Event(), threading.Event(), Log()

    def stubborn(_context: TriggerContext) -> None:
        begun.set()
        ending.wait(PATIENCE)

    with threaded() as midi:
        midi.map(note(36), stubborn)
        midi.virtual.press(36)
        assert begun.wait(PATIENCE)
        midi.map(cc(7), log)
        ending.set()
        midi.virtual.turn(7, 1)
        midi.settle(PATIENCE)
    assert log.seen == [(7, 1)]


def test_settle_waits_for_async_handlers_where_there_is_no_kernel() -> None:
    """They run on a loop of their own."""
    log = []

    async def handler(context: TriggerContext) -> None:
        await asyncio.sleep(0.001)
        log.append(context.note)

    with threaded() as midi:
        midi.map(note(36), handler)
        midi.virtual.press(36)
        midi.settle(PATIENCE)
        assert log == [36]


def test_settled_can_be_awaited_on_any_loop() -> None:
    """Async handlers included."""
    log = []

    async def handler(context: TriggerContext) -> None:
        await asyncio.sleep(0.001)
        log.append(context.note)

    async def test() -> None:
        with threaded() as midi:
            midi.map(note(36), handler)
            midi.virtual.press(36)
            await midi.settled(PATIENCE)
            assert log == [36]

    asyncio.run(test())


def test_closing_ends_the_thread() -> None:
    """And the interpreter gives way to other threads as rarely as before."""
    before = sys.getswitchinterval()
    with threaded() as midi:
        midi.virtual.press(36)
        assert READER in {thread.name for thread in threading.enumerate()}
    assert READER not in {thread.name for thread in threading.enumerate()}
    assert sys.getswitchinterval() == before


def test_handler_can_close_the_session() -> None:
    """The handler ends, then the reader."""
    closed = threading.Event()
    with threaded() as midi:

        def bye(_context: TriggerContext) -> None:
            midi.close()
            closed.set()

        midi.map(note(36), bye)
        midi.virtual.press(36)
        assert closed.wait(PATIENCE)
        for thread in threading.enumerate():
            if thread.name == READER:
                thread.join(PATIENCE)
        assert READER not in {thread.name for thread in threading.enumerate()}


# beside a kernel


def test_free_loop_drains_on_the_main_thread() -> None:
    """Between cells handlers share the notebook's thread."""
    log = Log()

    async def scenario(midi: Session) -> None:
        midi.map(cc(7), log)
        for value in range(100):
            midi.virtual.turn(7, value)
            await midi.settled(PATIENCE)
            if MAIN in log.threads:
                return

    in_kernel(scenario)
    assert MAIN in log.threads
    assert log.seen == expected(7, range(len(log.seen)))


def test_held_loop_is_stood_in_for() -> None:
    """A cell that waits for its own pads is served."""
    log = Log()

    async def scenario(midi: Session) -> None:
        midi.map(cc(7), log)
        play(midi, 7, range(100))
        log.wait_for(100)

    in_kernel(scenario)
    assert log.seen == expected(7, range(100))
    assert set(log.threads) == {READER}


def test_settle_in_a_cell_holds_the_loop_and_is_served() -> None:
    """Not a deadlock."""
    log = Log()

    async def scenario(midi: Session) -> None:
        midi.map(cc(7), log)
        midi.cell_begins()
        play(midi, 7, range(10))
        midi.settle(PATIENCE)
        assert log.seen == expected(7, range(10))

    in_kernel(scenario)


def test_loop_takes_over_again_after_it_was_held() -> None:
    """The stand-in hands back; order is kept across both."""
    log = Log()

    async def scenario(midi: Session) -> None:
        midi.map(cc(7), log)
        play(midi, 7, range(10))
        log.wait_for(10)
        for value in range(10, 110):
            midi.virtual.turn(7, value)
            await midi.settled(PATIENCE)
            if log.threads[-1] == MAIN:
                return

    in_kernel(scenario)
    assert (log.threads[0], log.threads[-1]) == (READER, MAIN)
    assert log.seen == expected(7, range(len(log.seen)))


def test_async_handlers_run_on_the_kernels_loop() -> None:
    """Never on another one, though the stand-in started them; they wait while it is held."""
    loops, begun = [], threading.Event()

    async def handler(_context: TriggerContext) -> None:
        loops.append(asyncio.get_running_loop())

    async def scenario(midi: Session) -> None:
        midi.map(note(36), handler, all=True)
        midi.map(note(36), lambda _context: begun.set())
        midi.virtual.press(36)
        assert begun.wait(PATIENCE)
        assert loops == []
        await midi.settled(PATIENCE)
        assert loops == [asyncio.get_running_loop()]

    in_kernel(scenario)


def test_main_thread_plugin_waits_for_the_loop() -> None:
    """While a cell holds it the event is deferred, and its neighbours play."""
    log, threads = Log(), []

    class Draws(ActionPlugin):
        main_thread = True

        def execute(self, params, context):
            threads.append(threading.current_thread().name)

    async def scenario(midi: Session) -> None:
        midi.map(note(36), Draws)
        midi.map(cc(7), log)
        midi.virtual.press(36)
        midi.virtual.turn(7, 1)
        log.wait_for(1)
        assert threads == []
        assert midi.traces()[0].steps[0].verdict == "deferred"
        await midi.settled(PATIENCE)
        assert midi.traces()[0].steps[0].verdict == "ok"

    in_kernel(scenario)
    assert threads == [MAIN]


def test_deferred_execution_ends_before_its_version_is_shut_down() -> None:
    """Unloading meanwhile waits for what had begun."""
    log, held = [], Log()

    class Draws(ActionPlugin):
        main_thread = True

        def execute(self, params, context):
            log.append("execute")

        def shutdown(self):
            log.append("shutdown")

    async def scenario(midi: Session) -> None:
        midi.map(note(36), Draws)
        midi.map(cc(7), held)
        midi.virtual.press(36)
        midi.virtual.turn(7, 1)
        held.wait_for(1)
        midi.plugins.unload_plugin("draws")
        await midi.settled(PATIENCE)

    in_kernel(scenario)
    assert log == ["execute", "shutdown"]


def test_flood_leaves_the_loop_its_other_work() -> None:
    """A handler that plays itself for ever does not keep a task of the user's from its turns."""
    turns = []

    async def scenario(midi: Session) -> None:
        def again(_context: TriggerContext) -> None:
            if len(turns) < 20:
                midi.virtual.press(36)

        midi.map(note(36), again)
        midi.virtual.press(36)
        for number in range(20):
            await asyncio.sleep(0)
            turns.append(number)
        await midi.settled(PATIENCE)

    in_kernel(scenario)
    assert len(turns) == 20


HOLDS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), min_size=1, max_size=12)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(HOLDS)
def test_order_is_kept_however_the_loop_is_held_and_freed(holds: list[tuple[int, int]]) -> None:
    """Each event once, in order, while a thread plays and the loop comes and goes.

    Each hold lasts until so many more events were handled, each freedom so many turns of the loop.
    """
    log, total = Log(), 200

    async def scenario(midi: Session) -> None:
        midi.map(cc(7), log)
        player = threading.Thread(target=play, args=(midi, 7, range(total)))
        player.start()
        for events, turns in holds:
            log.wait_for(min(len(log.seen) + events, total))
            for _ in range(turns):
                await asyncio.sleep(0)
        await asyncio.to_thread(log.wait_for, total)
        player.join()

    in_kernel(scenario)
    assert log.seen == expected(7, range(total))


def test_swapping_under_a_stream_loses_nothing_and_shows_no_half_built_plugin() -> None:
    """A hundred new versions while events come in: each event is played once, by a whole one."""
    played, built = [], set()

    def version(number: int) -> type[ActionPlugin]:
        class Blink(ActionPlugin):
            def initialize(self):
                built.add(number)

            def execute(self, params, context):
                played.append((context.value, number, number in built))

        return Blink

    with threaded() as midi:
        midi.map(cc(7), version(0))
        player = threading.Thread(target=play, args=(midi, 7, range(1000)))
        player.start()
        for number in range(1, 100):
            midi.activate(version(number))
        player.join()
        midi.settle(PATIENCE)
    assert [value for value, _, _ in played] == [value % 128 for value in range(1000)]
    assert [number for _, number, _ in played] == sorted(number for _, number, _ in played)
    assert all(whole for _, _, whole in played)
