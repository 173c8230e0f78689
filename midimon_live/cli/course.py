"""The lessons, and the pages they link to: in a checkout, or brought along by the wheel."""

import shutil
from pathlib import Path
from urllib.parse import quote

from midimon_live.errors import InvalidValue

_PACKAGE = Path(__file__).resolve().parents[1]
_BROUGHT = _PACKAGE / "_course"
NOTEBOOKS = "notebooks"


def checkout() -> Path | None:
    """Return the root of the checkout that this runs from; None where it was installed."""
    root = _PACKAGE.parent
    there = (root / NOTEBOOKS).is_dir() and (root / "pyproject.toml").is_file()
    return root if there else None


def copied(folder: Path) -> tuple[Path, int]:
    """Copy what is not there yet into a folder of the user's; what is there is never changed.

    Args:
        folder: is made where there is none.

    Returns:
        That folder, and how many files are new in it.

    Raises:
        InvalidValue: the lessons were not installed along.
        OSError: it can not be written.
    """
    source = _BROUGHT if _BROUGHT.is_dir() else checkout()
    if source is None:
        raise InvalidValue("the lessons were not installed; install midimon-live from its wheel")
    new = 0
    for part in (NOTEBOOKS, "docs", "plugins"):
        for file in sorted((source / part).rglob("*")):
            target = folder / file.relative_to(source)
            if file.is_file() and not _left_behind(file) and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
                new += 1
    return folder, new


def notebook(root: Path, wanted: str | None) -> str:
    """Return the address, in JupyterLab, of the notebook that is asked for; of the first without.

    Args:
        root: the folder that `notebooks` is in.
        wanted: a path from there, a file's name in `notebooks`, or how such a name begins.

    Raises:
        InvalidValue: there is none; the text lists them.
    """
    there = sorted(one.name for one in (root / NOTEBOOKS).glob("*.ipynb"))
    if wanted is None and there:
        return f"{NOTEBOOKS}/{quote(there[0])}"
    if wanted and (file := (root / wanted).resolve()).is_file():
        if file.is_relative_to(root.resolve()):
            return quote(file.relative_to(root.resolve()).as_posix())
        raise InvalidValue(
            f"{file} is not in {root}, the folder that is opened; --folder opens another one"
        )
    fitting = [name for name in there if wanted and name.startswith(Path(wanted).name)]
    if len(fitting) == 1:
        return f"{NOTEBOOKS}/{quote(fitting[0])}"
    listed = ", ".join(there) or "none"
    raise InvalidValue(f"no notebook is called {wanted!r}; in {root / NOTEBOOKS} are: {listed}")


def _left_behind(file: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in file.parts[-3:])
