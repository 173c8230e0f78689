"""`midimon-live lab`: the lessons in JupyterLab, on this machine only."""

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from midimon_live.cli.answers import FAILED, complain, say, wanted_folder
from midimon_live.cli.findings import pip_line
from midimon_live.errors import InvalidValue
from midimon_live.show import counted, printable

USUAL_FOLDER = "~/midimon-lessons"


def add(commands: Any) -> None:
    """Tell argparse of the command."""
    parser = commands.add_parser(
        "lab",
        allow_abbrev=False,
        help="open the lessons in JupyterLab",
        description="Open the lessons in JupyterLab. It answers on this machine only. Words that "
        "are not listed here go to JupyterLab: --no-browser, --port=9999.",
    )
    parser.add_argument(
        "--folder",
        metavar="FOLDER",
        help=f"where the lessons are copied to, {USUAL_FOLDER} without; what is there stays",
    )
    parser.add_argument("--notebook", metavar="NAME", help="another one than the first lesson")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Copy the lessons where that is needed, and become JupyterLab."""
    from midimon_live.cli.course import checkout, copied, notebook

    if find_spec("jupyterlab") is None:
        return complain(
            f"JupyterLab is not installed; this does it:\n{pip_line('midimon-live[lab]')}"
        )
    try:
        root = checkout() if chosen.folder is None else None
        if root is None:
            root, new = copied(wanted_folder(chosen.folder or USUAL_FOLDER))
            if new:
                say(printable(f"{counted(new, 'file')} copied to {root}"))
        opened = notebook(root, chosen.notebook)
    except (InvalidValue, OSError, RuntimeError) as error:
        return complain(error)
    return _become(_command(root, opened, chosen.others), _environment())


def _command(root: Path, opened: str, others: list[str]) -> list[str]:
    geteuid = getattr(os, "geteuid", None)
    as_root = ["--allow-root"] if geteuid is not None and geteuid() == 0 else []
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ip=127.0.0.1",
        *as_root,
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{opened}",
        *others,
    ]


def _environment() -> dict[str, str]:
    """Return one in which the kernel called python3 is this Python, whatever is at home."""
    prefix = Path(sys.prefix)
    added = {
        "PATH": str(Path(sys.executable).parent),
        "JUPYTER_PATH": str(prefix / "share" / "jupyter"),
    }
    return os.environ | {
        name: os.pathsep.join(filter(None, (first, os.environ.get(name))))
        for name, first in added.items()
    }


def _become(command: list[str], environment: dict[str, str]) -> int:
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, environment)  # noqa: S606 - Ctrl-C is JupyterLab's then
    try:
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return FAILED
