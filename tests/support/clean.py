"""Clean environments outside the checkout, one for each Python of this machine."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_OLDEST = (3, 11)
_ASK = "import sys, venv, ensurepip; print(*sys.version_info[:2], sys.executable)"


class Clean:
    """A virtual environment with nothing in it but pip.

    Args:
        python: the interpreter that it is made of.
        folder: where; made new.

    Attributes:
        folder: of the environment.
        python: its interpreter.
    """

    def __init__(self, python: Path, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        uv("venv", "--quiet", "--seed", "--python", str(python), str(folder))

    def install(self, *words: str) -> None:
        """Install packages or files, as pip would."""
        uv("pip", "install", "--quiet", "--python", str(self.python), *words)

    def run(
        self, *words: str, cwd: Path, env: dict[str, str] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a program with this environment first on the path, and nothing of the checkout's."""
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        path = os.pathsep.join([str(self.python.parent), os.environ["PATH"]])
        done = subprocess.run(
            [shutil.which(words[0], path=path) or words[0], *words[1:]],
            cwd=cwd,
            env={**inherited, "PATH": path, "VIRTUAL_ENV": str(self.folder), **(env or {})},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if check:
            assert done.returncode == 0, f"{words}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done


def uv(*words: str) -> None:
    """Run uv, which does what pip does in a tenth of the time."""
    command = [sys.executable, "-m", "uv", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"uv {words}: {done.stderr[-3000:]}"


def pythons() -> dict[tuple[int, int], Path]:
    """Return the interpreters there are that may run this project, by version; the newest last."""
    found: dict[tuple[int, int], Path] = {}
    for candidate in _candidates():
        done = subprocess.run(
            [candidate, "-c", _ASK], capture_output=True, text=True, timeout=30, check=False
        )
        if done.returncode == 0:
            major, minor, path = done.stdout.split(maxsplit=2)
            found.setdefault((int(major), int(minor)), Path(path.strip()))
    return {version: found[version] for version in sorted(found) if version >= _OLDEST}


def checkout(folder: Path) -> Path:
    """Copy what git would commit of this checkout, as somebody gets who clones it."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, names.decode().split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # deleted, and not yet committed
            shutil.copy2(ROOT / name, target)
    return folder


def _candidates() -> Iterator[str]:
    yield getattr(sys, "_base_executable", sys.executable)
    for minor in range(_OLDEST[1], _OLDEST[1] + 6):
        yield from _existing([shutil.which(f"python3.{minor}")])
    versions = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser() / "versions"
    yield from _existing(map(str, sorted(versions.glob("3.*/bin/python"))))


def _existing(paths: Iterable[str | None]) -> Iterator[str]:
    return (path for path in paths if path is not None and Path(path).exists())
