"""The panels in a browser that is no relative of Chromium."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.lab import saved
from tests.browser.server import JupyterServer
from tests.support.need import need_program

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
CELLS = (
    "%load_ext midimon_live",
    "%midi keep",
    """
from midimon_live import note
heard = []
@midi.on(note(36))
def hear(context):
    heard.append(context.velocity)
""",
    "midi.panel('pads')",
    "midi.web()",
)


def test_panels_are_played_connected_and_restored_in_firefox(
    jupyter: JupyterServer, front_end_tools: Path
) -> None:
    """A pad by mouse and keys, Firefox's own test port, and a kernel that is lost."""
    firefox = need_program(
        ("firefox", "firefox-esr"),
        "Debian: apt-get install firefox-esr",
        promise="MIDIMON_REQUIRE_BROWSER",
    )
    node = need_program("node", "Debian: apt-get install npm")
    notebook = saved(jupyter, "fox", CELLS)
    script = shutil.copy(HERE / "firefox.mjs", front_end_tools)

    asked = [node, script, jupyter.url, notebook, firefox, str(HERE / "driver.js")]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["faults"] == []
    clicked, *typed = json.loads(told["heard"])
    assert 1 <= clicked <= 127
    assert typed == [100, 127]
    assert "Test Control MIDI Device Input Port (web)" in told["inputs"]
    assert told["restored"] == "[9]"
