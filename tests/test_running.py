"""Which handler runs now, and how an interrupt reaches it."""

import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from midimon_live import note
from midimon_live.clock import ManualClock
from midimon_live.running import Running
from midimon_live.testing import press, session


@pytest.fixture
def sigint() -> Iterator[None]:
    """Put the handler of SIGINT back afterwards."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_label_is_there_only_while_a_handler_runs() -> None:
    """And is taken away when it raises, too."""
    running = Running(ManualClock())
    assert running.call("blink", lambda: running.label) == "blink"
    with pytest.raises(ZeroDivisionError):
        running.call("blink", lambda: 1 / 0)
    assert running.label is None


def test_here_is_true_only_inside_the_handler() -> None:
    """Not before, not after, not on another thread."""
    running, elsewhere = Running(ManualClock()), []

    def handler() -> bool:
        other = threading.Thread(target=lambda: elsewhere.append(running.here()))
        other.start()
        other.join()
        return running.here()

    assert (running.call("blink", handler), running.here(), elsewhere) == (True, False, [False])


def test_seconds_are_those_of_the_present_handler() -> None:
    """Zero when none runs."""
    clock = ManualClock()
    running = Running(clock)

    def handler() -> float:
        clock.move_to(2.5)
        return running.seconds()

    assert (running.call("blink", handler), running.seconds()) == (2.5, 0.0)


def test_line_is_where_the_handler_is() -> None:
    """File and line, as long as it runs."""
    running = Running(ManualClock())
    ready, ending, seen = threading.Event(), threading.Event(), []

    def handler() -> None:
        ready.set()
        ending.wait(5)

    thread = threading.Thread(target=running.call, args=("blink", handler))
    thread.start()
    ready.wait(5)
    seen.append(running.line())
    ending.set()
    thread.join()
    assert seen[0].rpartition(":")[0].endswith(("threading.py", "test_running.py"))
    assert running.line() == ""


def test_session_knows_which_handler_runs() -> None:
    """`midi.running.label` is the plugin's name."""
    seen = []
    with session() as midi:
        handle = midi.map(note(36), lambda _context: seen.append(midi.running.label))
        midi.play(press(36))
        assert seen == [handle.mapping.plugin]
        assert midi.running.label is None


def test_interrupt_reaches_a_handler_on_the_main_thread(sigint: None) -> None:
    """As KeyboardInterrupt, inside the handler."""
    running = Running(ManualClock())
    with running.interruptible(), pytest.raises(KeyboardInterrupt):
        running.call("blink", signal.raise_signal, signal.SIGINT)


def test_interrupt_is_swallowed_between_two_handlers(sigint: None) -> None:
    """Outside of a handler it would end the process of an idle kernel."""
    running = Running(ManualClock())
    with running.interruptible():
        signal.raise_signal(signal.SIGINT)
        assert running.call("blink", lambda: "goes on") == "goes on"


def test_interrupt_goes_on_to_who_had_it_before(sigint: None) -> None:
    """A handler of the user's own is still called when none of ours runs."""
    seen = []
    signal.signal(signal.SIGINT, lambda number, _frame: seen.append(number))
    with Running(ManualClock()).interruptible():
        signal.raise_signal(signal.SIGINT)
    assert seen == [signal.SIGINT]


def test_interrupts_are_as_before_when_the_drain_has_ended(sigint: None) -> None:
    """Also when what ran inside raised."""
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), Running(ManualClock()).interruptible():
        _ = 1 / 0
    assert signal.getsignal(signal.SIGINT) is before


def test_idle_kernel_lets_an_interrupt_end_a_stuck_handler(sigint: None) -> None:
    """It ignored SIGINT before the first event; our answer stays, and is harmless when idle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    running = Running(ManualClock())
    with running.interruptible():
        pass
    assert signal.getsignal(signal.SIGINT) == running.on_interrupt
    signal.raise_signal(signal.SIGINT)


def test_kernel_ignores_interrupts_again_after_the_cell_that_left(sigint: None) -> None:
    """While it handles a request it keeps the idle kernel's handler aside; there it is changed."""
    running = Running(ManualClock())
    kernel = SimpleNamespace(saved_sigint_handler=running.on_interrupt)
    running.leave_interrupts(kernel)
    assert kernel.saved_sigint_handler == signal.SIG_IGN


def test_leaving_does_not_touch_a_handler_of_somebody_else(sigint: None) -> None:
    """Neither the process's nor the one kept aside."""
    before, kernel = signal.getsignal(signal.SIGINT), SimpleNamespace(saved_sigint_handler=print)
    Running(ManualClock()).leave_interrupts(kernel)
    assert (signal.getsignal(signal.SIGINT), kernel.saved_sigint_handler) == (before, print)


def test_stuck_handler_is_interrupted_on_its_thread() -> None:
    """Once it has run for longer than given; others are left alone."""
    clock = ManualClock()
    running, ready, seen = Running(clock), threading.Event(), []

    def stuck() -> None:
        ready.set()
        try:
            while True:
                pass
        except KeyboardInterrupt:
            seen.append(threading.current_thread())

    thread = threading.Thread(target=running.call, args=("blink", stuck))
    thread.start()
    ready.wait(5)
    assert running.interrupt_if_stuck() is False
    clock.move_to(0.6)
    assert running.interrupt_if_stuck() is True
    thread.join(5)
    assert seen == [thread]


def test_nothing_is_interrupted_when_no_handler_runs() -> None:
    """Nor from inside a handler, which would be interrupting itself."""
    clock = ManualClock(start=100.0)
    running = Running(clock)
    assert running.interrupt_if_stuck() is False

    def handler() -> bool:
        clock.move_to(200.0)
        return running.interrupt_if_stuck()

    assert running.call("blink", handler) is False
