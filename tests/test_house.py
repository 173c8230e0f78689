"""The house keeps its order: who imports whom, what is public, how large things are."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import midimon_live

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "midimon_live"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    """Return "plugin.api" for midimon_live/plugin/api.py and "backends" for its __init__."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def rows() -> dict[str, int]:
    """Return each module's row in docs/architecture.md."""
    table = re.findall(
        r"^\| (\d+) \| (.+?) \|", (ROOT / "docs/architecture.md").read_text("utf-8"), re.MULTILINE
    )
    return {name: int(row) for row, names in table for name in re.findall(r"`([\w.]+)`", names)}


def imports(path: Path) -> set[str]:
    """Return what a module imports from the package when it runs, not only for type checking."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(one)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for one in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in skipped and node.module:
            base = node.module.removeprefix("midimon_live").lstrip(".")
            if not node.module.startswith("midimon_live"):
                continue
            names = {f"{base}.{alias.name}".lstrip(".") for alias in node.names}
            modules = {module_name(source) for source in SOURCES}
            found |= (names & modules) or {base}
    return found


def test_every_module_has_its_row_and_no_row_is_empty() -> None:
    """The table in docs/architecture.md is the house as it stands."""
    modules = {module_name(path) for path in SOURCES} - {"plugin"}
    assert set(rows()) == modules


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_go_upwards_only(path: Path) -> None:
    """A module knows nothing of the rows below its own."""
    order = rows()
    mine = order.get(module_name(path), 0)
    wrong = {name for name in imports(path) if order.get(name, 0) > mine > 0}
    assert not wrong, f"{module_name(path)} (row {mine}) imports {wrong}"


def test_importing_starts_and_loads_nothing() -> None:
    """No thread, no driver, no widgets, no IPython: `%load_ext` does all that."""
    code = (
        "import sys, threading, midimon_live\n"
        "heavy = {'rtmidi', 'ipywidgets', 'IPython', 'anywidget', 'mido', 'pydantic', 'httpx'}\n"
        "print(sorted(heavy & set(sys.modules)), threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "[] 1"


def test_public_names_are_sorted_and_there() -> None:
    """`__all__` is what users may rely on."""
    assert midimon_live.__all__ == sorted(midimon_live.__all__)
    assert all(hasattr(midimon_live, name) for name in midimon_live.__all__)


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_modules_and_functions_stay_small(path: Path) -> None:
    """Modules up to 400 lines, functions up to 50: larger ones are two things in one."""
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 50, f"{node.name} has {lines} lines"


def test_only_the_clock_asks_for_the_time() -> None:
    """Everything else can be moved through time by a test."""
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        modules = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert path.stem == "clock" or "time" not in modules, path
