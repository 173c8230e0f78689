"""`%load_ext` wherever IPython runs: terminal, bare shell, nbclient, `jupyter execute`."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

LOAD = "%load_ext midimon_live"
FIRST_PAD = """
from midimon_live import ActionPlugin, note
class Blink(ActionPlugin):
    def execute(self, params, context):
        print(f"pad {context.note} at {context.velocity}")
midi.map(note(36), Blink)
"""
PRESS = "midi.virtual.press(36, velocity=99); midi.settle()"


@pytest.fixture
def virtual_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No hardware, and no profile of the user's."""
    monkeypatch.setenv("MIDIMON_BACKEND", "virtual")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))


@pytest.fixture
def shell(virtual_only: None) -> Iterator[InteractiveShell]:
    """A bare shell, as tests of notebooks code use it."""
    created = InteractiveShell()
    yield created
    created.run_cell("%unload_ext midimon_live")
    created.history_manager.end_session()
    created.history_manager.save_thread and created.history_manager.save_thread.stop()


def test_a_bare_shell_plays(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """Under pytest, with cells run by hand and no event loop."""
    for cell in (LOAD, FIRST_PAD, PRESS):
        assert shell.run_cell(cell).success
    assert "pad 36 at 99" in capsys.readouterr().out


def test_loading_without_a_cell_applies_mappings_at_once(shell: InteractiveShell) -> None:
    """`run_line_magic` is no cell: there is no end of one to wait for."""
    shell.run_line_magic("load_ext", "midimon_live")
    midi = shell.user_ns["midi"]
    hits: list[Any] = []
    midi.map(__import__("midimon_live").note(36), hits.append)
    midi.virtual.press(36)
    midi.settle()
    assert len(hits) == 1


def test_unloading_ends_the_reader(shell: InteractiveShell) -> None:
    """No thread of ours is left in the process."""
    shell.run_cell(LOAD)
    assert any("midimon" in one.name for one in threading.enumerate())
    shell.run_cell("%unload_ext midimon_live")
    assert not any("midimon" in one.name for one in threading.enumerate())


def test_an_async_handler_runs_without_a_kernel(shell: InteractiveShell) -> None:
    """In a loop of its own, and `settle` waits for it."""
    shell.run_cell(LOAD)
    shell.run_cell(
        "import asyncio\nfrom midimon_live import note\nhits = []\n@midi.on(note(36))\n"
        "async def hit(context):\n    await asyncio.sleep(0.01)\n    hits.append(context.note)"
    )
    shell.run_cell(PRESS)
    assert shell.user_ns["hits"] == [36]


def test_terminal_ipython_plays(virtual_only: None, tmp_path: Path) -> None:
    """`ipython`, with a prompt and no kernel."""
    script = "\n".join(
        [LOAD, *FIRST_PAD.strip().splitlines(), "", PRESS, "%unload_ext midimon_live"]
    )
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=nocolor"],
        input=script.replace("midi.map", "\nmidi.map") + "\nexit\n",
        text=True,
        capture_output=True,
        timeout=60,
        env=os.environ,
        check=False,
    )
    assert "pad 36 at 99" in done.stdout, done.stdout + done.stderr
    assert "Error" not in done.stdout + done.stderr


def notebook(tmp_path: Path) -> Path:
    """The first minute as a notebook that asserts for itself."""
    cells = [LOAD, "log = []\n" + FIRST_PAD.replace("print(", "log.append("), PRESS]
    cells.append("assert log == ['pad 36 at 99'], log\nprint('played')")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path = tmp_path / "first.ipynb"
    nbformat.write(book, path)
    return path


@pytest.mark.kernel
@pytest.mark.parametrize(
    "command",
    [
        ["-m", "nbclient.cli", "--inplace"],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env"],
    ],
    ids=["jupyter execute", "nbval"],
)
def test_notebooks_run_headless(command: list[str], virtual_only: None, tmp_path: Path) -> None:
    """`jupyter execute` (which is nbclient's command) and nbval play the first minute."""
    path = notebook(tmp_path)
    runner = [sys.executable, *command]
    if "nbclient.cli" in command:
        main = "from nbclient.cli import NbClientApp; NbClientApp.launch_instance()"
        runner = [sys.executable, "-c", main, "--inplace"]
    done = subprocess.run(
        [*runner, str(path)], capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
