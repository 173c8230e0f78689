"""Cells of a real kernel that land on the beat."""

import pytest

from tests.support.kernel import Kernel

pytestmark = pytest.mark.kernel

WAIT = """
import time
for _ in range(500):
    if midi.mappings(): break
    time.sleep(0.01)
print(len(midi.mappings()))
"""


def test_a_cell_lands_while_another_keeps_the_kernel_busy(kernel: Kernel) -> None:
    """It says for what it waits, and needs no loop to come into force."""
    kernel.run("%midi tempo 240\n%midi apply bar")
    said = kernel.run("midi.map(note(36), lambda _context: print('played'))", cell_id="a")
    assert "it comes into force at the next bar, in" in said.stdout
    assert kernel.run(WAIT, cell_id="b").stdout.strip() == "1"


def test_a_cell_says_for_what_it_waits(kernel: Kernel) -> None:
    """`%midi at` is for its own cell only; the next one is in force at its end."""
    kernel.run("midi.tempo = 20")
    kernel.run("%midi at 99 bars\nmidi.map(note(36), print)", cell_id="a")
    kernel.run("midi.map(note(37), print)", cell_id="b")
    assert kernel.json("[str(one.trigger) for one in midi.mappings()]") == ["note 37"]
    kernel.run("midi.tempo = None")
    kernel.run("midi.settle()")
    assert kernel.json("len(midi.mappings())") == 2


def test_output_on_the_beat_goes_to_the_cell_that_asked_for_it(kernel: Kernel) -> None:
    """Not to the one that runs."""
    asked = kernel.run("midi.tempo = 999\nmidi.at('beat', print, 'on the beat')", cell_id="a")
    kernel.run("import time; time.sleep(0.2)", cell_id="b")
    assert "on the beat" in kernel.wait_late(asked, "on the beat")
