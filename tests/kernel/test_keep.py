"""Restoring in a real kernel: beside its cells, on its main thread, and never for ever."""

import time

import pytest

from tests.support.kernel import Kernel

pytestmark = pytest.mark.kernel

SOON = """
from contextvars import copy_context
from midimon_live.snapshots import KeptCell, Snapshot
import threading
outcomes = []
cells = tuple(KeptCell("", str(n), text) for n, text in enumerate({cells!r}, 1))
midi.restore_soon(Snapshot(cells=cells), copy_context(), outcomes.append)
"""
HERE = "print('here', threading.current_thread() is threading.main_thread())"


def outcome(kernel: Kernel) -> str:
    """Return what came of it, as soon as that is known."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        if found := kernel.json("[str(one) for one in outcomes]"):
            return str(found[0])
    raise AssertionError("nothing was restored")


def test_it_waits_for_the_cell_that_runs_and_prints_under_the_one_that_asked(
    kernel: Kernel,
) -> None:
    """On the main thread; a cell that only awaits is not interrupted in its middle either."""
    asked = kernel.run(
        SOON.format(cells=[HERE]) + "import asyncio\nawait asyncio.sleep(0.5)\nprint('slept')"
    )
    kernel.wait_late(asked, "here True")
    assert outcome(kernel).startswith("restored: 1 of 1 cell")


def test_a_cell_that_hangs_is_stopped_by_an_interrupt(kernel: Kernel) -> None:
    """As a cell of the notebook is; those behind it are not run."""
    hang = "import time\nwhile True: time.sleep(0.01)"
    kernel.run(SOON.format(cells=[hang, HERE]))
    time.sleep(1.0)  # the kernel can not be asked while it hangs
    kernel.interrupt()
    said = outcome(kernel)
    assert "not restored: In [1], line 2: stopped" in said
    assert said.startswith("restored: 0 of 2 cells")
