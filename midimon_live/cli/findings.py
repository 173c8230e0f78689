"""What `midimon-live doctor` finds: a name that stays, a status, and one line of remedy."""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass

GOOD, MISSING, OPTIONAL = "ok", "missing", "optional"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: what was looked at; it stays from version to version.
        status: "ok"; "missing": something that every notebook needs; "optional": not here, or not
            as good as it could be, and only some need it.
        found: one line about what there is.
        remedy: one line that helps, to be typed as it is where it begins with a command; None when
            nothing needs help.
    """

    name: str
    status: str
    found: str
    remedy: str | None = None


def good(name: str, found: str) -> Finding:
    """Return that all is well."""
    return Finding(name, GOOD, found)


def pip_line(*words: str) -> str:
    """Return the line that installs into the Python that runs this."""
    return typed(sys.executable, "-m", "pip", "install", *words)


def typed(*words: str) -> str:
    """Return a command as it is typed on this platform."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


def system_line(debian: str, homebrew: str = "", winget: str = "", otherwise: str = "") -> str:
    """Return the line that installs a program with the package manager that is here.

    Args:
        debian: the package's name for apt-get.
        homebrew: for brew; "" where it has none.
        winget: for winget; "" where it has none.
        otherwise: what to do where none of them is.
    """
    if shutil.which("apt-get"):
        return f"{as_root()}apt-get install -y {debian}"
    if homebrew and sys.platform == "darwin":
        return f"brew install {homebrew}"
    if winget and sys.platform == "win32":
        return f"winget install {winget}"
    return otherwise or f"install {debian} with your system's package manager"


def as_root() -> str:
    """Return what makes a command run as root: nothing for who is root already."""
    return "" if getattr(os, "geteuid", lambda: 0)() == 0 else "sudo "
