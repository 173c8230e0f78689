"""midimon_live without a server: the site is built, served as files, and played in Chromium."""

import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from playwright.sync_api import Browser, Page, expect

from tests.browser.lab import Lab
from tests.browser.launch import chromium_path, launched
from tests.lite.site import served
from tests.notebooks.test_notebooks import ASSERTIONS, CHECKED, printed
from tests.support.need import need_program

pytestmark = pytest.mark.lite

ROOT = Path(__file__).parents[2]
LESSONS = sorted(one for n in ("00", "01", "02") for one in ROOT.glob(f"notebooks/{n}_*.ipynb"))
FAKE = ROOT / "tests/browser/fake_midi.js"
FIRST_EVENT_S = 30.0
PLAYED = "print(len(midi.traces()))"
MAPS = """
from midimon_live import note

@midi.on(note(36))
def hit(context):
    print("velocity", context.velocity)
"""
BROWSER = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "os_name": "posix",
    "python_version": "3.14",
    "python_full_version": "3.14.2",
    "extra": "",
}


class Lite(Lab):
    """A lesson in the browser's own JupyterLab, with a kernel of the browser's."""

    def open_lesson(self, name: str) -> None:
        """Open a lesson from the first page and wait until its kernel answers."""
        self.page.goto(self._server.url)
        self.page.locator(f"a[href$='{name}']").click()
        self.page.evaluate("file => driver.open(file)", name)

    def outputs(self, index: int) -> list[Any]:
        """Return what is under a cell, also where that is not on the screen."""
        return self.page.evaluate("index => driver.outputs(index)", index)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make lite` does; it is not built where nobody could look at it."""
    need_program("npm", "Debian: apt-get install npm")
    chromium_path()
    folder = tmp_path_factory.mktemp("lite") / "site"
    build = [sys.executable, str(ROOT / "binder/lite/build.py"), "--output", str(folder)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def url(site: Path) -> Iterator[str]:
    """The address of the site."""
    with served(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser(url: str) -> Iterator[Browser]:
    """The browser, without a window yet."""
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def asked(browser: Browser) -> list[str]:
    """Every address that any page, worker or service worker of the tests here has asked for."""
    return []


@pytest.fixture
def lite(browser: Browser, url: str, asked: list[str]) -> Iterator[Lite]:
    """A window of its own, where nobody has been before."""
    window = browser.new_context(viewport={"width": 1280, "height": 900})
    window.on("request", lambda request: asked.append(request.url))
    window.on("page", lambda page: _listen(page, asked))
    yield Lite(SimpleNamespace(url=url), window, "lab", "lite")
    window.close()


def _listen(page: Page, asked: list[str]) -> None:
    page.on("websocket", lambda socket: asked.append(socket.url))


def code_cells(path: Path) -> list[tuple[int, Any]]:
    """Return the code cells of a lesson, each with its place."""
    cells = nbformat.read(path, as_version=4).cells
    return [(index, cell) for index, cell in enumerate(cells) if cell.cell_type == "code"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_played_in_the_browser(
    lite: Lite, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each cell does what its text promises, and the engine has recorded what was taught.

    From the kernel's answer to the first event it is 30 seconds at most, which are printed.
    """
    began = time.monotonic()
    lite.open_lesson(path.name)
    ready, first = time.monotonic(), 0.0
    for index, cell in code_cells(path):
        lite.run(index)
        if CHECKED in cell.metadata.get("tags", []):
            text = "".join(one.get("text", "") for one in lite.outputs(index))
            assert text.splitlines() == printed(cell), f"cell {index}"
        if not first and "%load_ext" not in cell.source and lite.ask(PLAYED) != "0":
            first = time.monotonic()
    with capsys.disabled():
        page, kernel = f"{first - began:.1f} s", f"{first - ready:.1f} s"
        print(f"\n{path.stem}: first event {page} after the page, {kernel} after the kernel")
    assert 0 <= first - ready <= FIRST_EVENT_S
    lite.ask(ASSERTIONS[path.stem])


def test_pads_and_controllers_play_what_is_mapped(lite: Lite) -> None:
    """A click, and notes of a controller at the browser, appear under the cell that maps them.

    What comes while a cell runs is there when that has ended.
    """
    lite.page.add_init_script(path=FAKE)
    lite.open_lesson("01_first_pad.ipynb")
    cells = [
        "%load_ext midimon_live",
        MAPS,
        'midi.panel("pads")',
        "midi.web()",
    ]
    places = [index for index, _ in code_cells(ROOT / "notebooks/01_first_pad.ipynb")]
    for index, source in zip(places, cells, strict=False):
        lite.write(index, source)
        lite.run(index)
    lite.page.get_by_role("button", name="pad 1, note 36").click()
    web = lite.page.locator(".mm-web")
    lite.page.evaluate("__fakeMidi.add('a', 'Launchpad')")
    web.get_by_role("button", name="Connect").click()
    expect(web.get_by_role("switch", name="receive from Launchpad")).to_be_checked()
    lite.page.evaluate("__fakeMidi.fire('a', [0x90, 36, 77])")
    lite.wait_for_text(places[1], "velocity 77")
    assert len(lite.output_text(places[1]).splitlines()) == 2

    lite.write(places[4], "import time; time.sleep(1)")
    lite.start(places[4])
    lite.page.wait_for_timeout(200)
    lite.page.evaluate("__fakeMidi.fire('a', [0x90, 36, 78])")
    lite.wait_for_text(places[1], "velocity 78")
    assert not lite.is_running(places[4])

    lite.ask("midi.send('note_on', note=60, velocity=9, port='Launchpad')")

    lite.page.wait_for_function("__fakeMidi.sent.length === 1")
    assert lite.page.evaluate("__fakeMidi.sent[0].data") == [0x90, 60, 9]


def test_nothing_leaves_this_machine(asked: list[str], url: str) -> None:
    """After all that, every request of pages and of the kernel's worker was for the site."""
    address = url.removeprefix("http://")
    own = tuple(f"{scheme}://{address}" for scheme in ("http", "ws"))
    assert [one for one in asked if not one.startswith((*own, "blob:", "data:"))] == []
    assert any(one.endswith("pyodide.asm.wasm") for one in asked)


def test_all_that_the_kernel_needs_is_in_the_site(site: Path) -> None:
    """Wheels are loaded as they are listed, by version; each finds there what it asks for."""
    there: dict[str, str] = {}
    wanted: list[tuple[str, Requirement]] = []
    for wheel in sorted((site / "static/pyodide").glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            (about,) = [one for one in archive.namelist() if one.endswith("info/METADATA")]
            told = HeaderParser().parsestr(archive.read(about).decode())
        there[canonicalize_name(told["Name"])] = told["Version"]
        needs = map(Requirement, told.get_all("Requires-Dist") or [])
        wanted += [(wheel.name, one) for one in needs]
    missing = [
        f"{wheel} needs {one}"
        for wheel, one in wanted
        if one.marker is None or one.marker.evaluate(BROWSER)
        if not one.specifier.contains(there.get(canonicalize_name(one.name), "0.dev0"))
    ]
    assert missing == []
