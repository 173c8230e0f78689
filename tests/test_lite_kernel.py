"""What JupyterLite's kernel does not tell IPython: which cell runs, and whose output is whose."""

from collections.abc import Iterator
from contextlib import redirect_stdout
from contextvars import copy_context
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live.lite import cell_of


class Page:
    """What shows things: it asks the kernel which request it answers; `shown` is what is where."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self.shown: list[tuple[str, str]] = []

    def write(self, text: str) -> int:
        """Show a text."""
        self.shown.append((self._kernel._parent_header["header"].get("cell", "nowhere"), text))
        return len(text)

    def flush(self) -> None:
        """Do nothing."""

    def cells(self) -> set[str]:
        """Return where something is shown, and forget it."""
        found = {where for where, text in self.shown if text.strip()}
        self.shown.clear()
        return found


@pytest.fixture
def kernel(shell: InteractiveShell) -> Iterator[Any]:
    """A shell's kernel that is JupyterLite's for all that can be seen of it."""
    made = type("PyodideKernel", (), {"__module__": "pyodide_kernel.kernel"})
    shell.kernel = made()
    come(shell.kernel, "none yet")
    run(shell, "loading", "%load_ext midimon_live")
    yield shell.kernel
    run(shell, "unloading", "%unload_ext midimon_live")


def come(kernel: Any, cell: str) -> None:
    """Let a request of that cell be the last."""
    kernel._parent_header = {"header": {"cell": cell}, "metadata": {"cellId": cell}}


def run(shell: InteractiveShell, cell: str, code: str) -> None:
    """Run a cell that has that id."""
    come(shell.kernel, cell)
    copy_context().run(shell.run_cell, code).raise_error()


PRINTS = """
from midimon_live import note
midi.on(note(36))(lambda context: print("pad", context.note))
"""


def test_output_of_a_plugin_is_shown_under_its_cell(shell: InteractiveShell, kernel: Any) -> None:
    """Whichever cell runs, and when it is a click on a panel that came last."""
    page, midi = Page(kernel), shell.user_ns["midi"]
    with redirect_stdout(page):
        run(shell, "defines", PRINTS)
        run(shell, "plays", "midi.virtual.press(36); midi.settle()")
        assert page.cells() == {"defines"}
        come(kernel, "clicked")
        midi.virtual.press(36)
        midi.settle()
    assert page.cells() == {"defines"}
    assert kernel._parent_header["header"] == {"cell": "clicked"}


def test_a_click_takes_no_output_from_the_cell_that_runs(
    shell: InteractiveShell, kernel: Any
) -> None:
    """Neither what that prints afterwards, nor its error, which the page shows at its end."""
    page = Page(kernel)
    shell.user_ns["click"] = lambda: come(kernel, "clicked")
    with redirect_stdout(page):
        run(shell, "runs", "click(); print('still here')")
    assert page.cells() == {"runs"}
    assert kernel._parent_header["header"] == {"cell": "runs"}


def test_a_cell_that_is_run_again_takes_what_it_mapped_before(
    shell: InteractiveShell, kernel: Any
) -> None:
    """IPython is told no cell's id, so it comes from the request."""
    code = "from midimon_live import note, send; midi.map(note({}), send('note_on', note=1));"
    run(shell, "one", code.format(36))
    run(shell, "two", code.format(37))
    run(shell, "one", code.format(38))
    numbers = [one.trigger.number for one in shell.user_ns["midi"].mappings()]
    assert sorted(numbers) == [37, 38]


def test_unloading_leaves_the_kernel_as_it_was(shell: InteractiveShell, kernel: Any) -> None:
    """Output is shown under the last request again, and the shell has no more methods."""
    run(shell, "unloads", "%unload_ext midimon_live")
    come(kernel, "last")
    assert vars(type(kernel)).keys().isdisjoint({"_parent_header"})
    assert not hasattr(shell, "set_thread_parent")


def test_other_kernels_are_left_alone(shell: InteractiveShell) -> None:
    """Their cells are known to IPython."""
    assert cell_of(shell) is None
    assert cell_of(None) is None
