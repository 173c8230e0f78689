"""The first minute with midimon_live, as a person sees it in either application."""

import pytest

from tests.browser.lab import Lab

pytestmark = pytest.mark.browser

LOAD = "%load_ext midimon_live"
DEFINE = """\
from midimon_live import ActionPlugin, note

class Blink(ActionPlugin):
    \"\"\"Print which pad was hit, and how hard.\"\"\"
    def execute(self, params, context):
        print(f"pad {context.note} at {context.velocity}")

midi.map(note(36), Blink)"""
PRESS = "midi.virtual.press(36, velocity=100); midi.settle()"


def test_output_of_a_handler_appears_under_the_cell_that_defined_it(lab: Lab) -> None:
    """Not under the cell that happened to run when the pad was hit."""
    lab.open([LOAD, DEFINE, PRESS])
    for index in range(3):
        lab.run(index)

    lab.wait_for_text(1, "pad 36 at 100")

    assert "pad" not in lab.output_text(2)


def test_the_next_press_runs_the_new_code_when_the_cell_was_run_again(lab: Lab) -> None:
    """Edit, run again, play on."""
    lab.open([LOAD, DEFINE, PRESS])
    for index in range(3):
        lab.run(index)
    lab.wait_for_text(1, "pad 36 at 100")

    lab.write(1, DEFINE.replace('"pad {', '"new pad {'))
    lab.run(1)
    lab.run(2)

    lab.wait_for_text(1, "new pad 36 at 100")
    assert lab.output_text(1).count("pad 36") == 1
