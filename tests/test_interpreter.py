"""What is set in the interpreter while the engine runs, and put back."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from midimon_live.interpreter import Interpreter


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave nothing to the next test, whatever happens in this one."""
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    gc.unfreeze()


def test_threads_are_switched_eagerly_only_while_the_reader_sleeps() -> None:
    """A busy cell lets it in soon; a busy handler is not interrupted more often than before."""
    sys.setswitchinterval(0.004)
    interpreter = Interpreter()
    interpreter.enter()
    interpreter.reader_works()
    working = sys.getswitchinterval()
    interpreter.reader_sleeps()
    assert sys.getswitchinterval() < working == 0.004


def test_users_own_interval_is_back_when_left() -> None:
    """The one at `enter`, not Python's default; leaving again is harmless."""
    interpreter = Interpreter()
    sys.setswitchinterval(0.003)
    interpreter.enter()
    interpreter.leave()
    interpreter.leave()
    assert sys.getswitchinterval() == 0.003


_HEAP = """
import gc
from midimon_live.interpreter import Interpreter
interpreter, heap = Interpreter(), [[] for _ in range({objects})]
interpreter.enter()
print(gc.get_freeze_count() > 0)
interpreter.leave()
print(gc.get_freeze_count())
"""


def _frozen_and_left(objects: int) -> list[str]:
    """What a process of its own says: its heap is not that of the tests before."""
    return subprocess.run(
        [sys.executable, "-c", _HEAP.format(objects=objects)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()


def test_heap_is_collected_as_before_when_left() -> None:
    """What was kept out of collections comes back into them."""
    assert _frozen_and_left(0) == ["True", "0"]


def test_a_large_heap_is_left_alone() -> None:
    """A full collection of it would stop the user's kernel for longer than it saves."""
    assert _frozen_and_left(600_000) == ["False", "0"]
