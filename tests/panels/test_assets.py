"""The panels' files: plain modules, in their places, of a size that can be read."""

import re
import subprocess
from pathlib import Path

import pytest

from midimon_live.panels import PANELS
from midimon_live.panels.assets import asset, module, style

WIDGETS = Path(__file__).parents[2] / "widgets"
SCRIPTS = sorted(WIDGETS.glob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_never_parse_html(path: Path) -> None:
    """Up to 350 lines; text from plugins and ports is only ever text."""
    source = path.read_text("utf-8")
    assert len(source.splitlines()) <= 350
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert forbidden not in source
    assert "http://" not in source.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in source


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_is_sent_as_one_module(name: str) -> None:
    """A widget's module has no neighbours: whatever it imports is inside it."""
    source = module(name)
    assert not re.search(r"^import ", source, re.MULTILINE)
    assert source.count("export default") == 1
    assert source.count("const $elements = ") == 1
    assert style(name).startswith("/* What all panels look like")


def test_a_missing_file_is_named() -> None:
    """With the places that were searched."""
    with pytest.raises(FileNotFoundError, match=r"nothing\.js in .*widgets"):
        asset("nothing.js")


def test_the_types_of_all_scripts_fit(front_end_tools: Path) -> None:
    """`tsc --checkJs`, strictly."""
    check = ["npm", "run", "--silent", "check"]
    done = subprocess.run(check, cwd=front_end_tools, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
