"""The server, the browser and the page that the tests in this folder ask for.

Server and browser live as long as this folder's tests: while Playwright is active, its event loop
counts as running in the main thread, and tests elsewhere want to run loops of their own.
"""

import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize
from playwright.sync_api import Error as PlaywrightError

from tests.browser.lab import Frontend, Lab
from tests.browser.launch import chromium_path, launched
from tests.browser.server import JupyterServer

_FAILURES = Path(__file__).with_name("failures")
_WINDOW: ViewportSize = {"width": 1280, "height": 900}
_PASSED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def chromium() -> str:
    """The path of the system's Chromium, or of a relative."""
    return chromium_path()


@pytest.fixture(scope="package")
def jupyter(chromium: str) -> Iterator[JupyterServer]:
    """A Jupyter server; it is not started where there is no browser to look at it."""
    with JupyterServer() as server:
        yield server


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """The browser, without a window yet."""
    with launched() as started:
        yield started


@pytest.fixture(scope="package")
def windows(browser: Browser) -> Iterator["Windows"]:
    """The window in which JupyterLab stays open from test to test."""
    kept = Windows(browser)
    yield kept
    kept.close()


class Windows:
    """Loading JupyterLab takes longer than most tests: those that can share one page do."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._shared: BrowserContext | None = None

    def new(self) -> BrowserContext:
        """Return a window without anything in it."""
        return self._browser.new_context(viewport=_WINDOW)

    def shared(self, server: JupyterServer, name: str) -> Lab:
        """Return a notebook in the page that the test before has left, if it was left whole."""
        if self._shared is None:
            self._shared = self.new()
            return Lab(server, self._shared, "lab", name)
        page = self._shared.pages[0]
        page.set_viewport_size(_WINDOW)
        return Lab(server, self._shared, "lab", name, page)

    def close(self) -> None:
        """Close the shared window; the next test gets another."""
        if self._shared is not None:
            self._shared.close()
            self._shared = None


@pytest.fixture(params=["lab", "notebook"])
def lab(request: pytest.FixtureRequest, jupyter: JupyterServer, windows: Windows) -> Iterator[Lab]:
    """A window of its own for the test, in JupyterLab and then in Notebook 7."""
    yield from _alone(request, jupyter, windows, request.param)


@pytest.fixture
def jupyterlab_alone(
    request: pytest.FixtureRequest, jupyter: JupyterServer, windows: Windows
) -> Iterator[Lab]:
    """A window of its own for the test, in JupyterLab: for scripts and rights of the page."""
    yield from _alone(request, jupyter, windows, "lab")


def _alone(
    request: pytest.FixtureRequest, jupyter: JupyterServer, windows: Windows, frontend: Frontend
) -> Iterator[Lab]:
    window = windows.new()
    try:
        yield Lab(jupyter, window, frontend, _name(request))
    finally:
        window.close()
        jupyter.end_kernels()


@pytest.fixture
def jupyterlab(
    request: pytest.FixtureRequest, jupyter: JupyterServer, windows: Windows
) -> Iterator[Lab]:
    """A notebook of its own for the test, in the JupyterLab that the tests before have used."""
    lab = windows.shared(jupyter, _name(request))
    try:
        yield lab
    finally:
        if request.node.stash.get(_PASSED, False):
            lab.clear()
        else:
            windows.close()
        jupyter.end_kernels()


def _name(request: pytest.FixtureRequest) -> str:
    return re.sub(r"\W+", "-", request.node.name).strip("-")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a picture of what a failed test had on the screen."""
    report = yield
    given = getattr(item, "funcargs", {})
    lab = given.get("lab") or given.get("jupyterlab") or given.get("jupyterlab_alone")
    if report.when == "call":
        item.stash[_PASSED] = report.passed
    if report.when == "call" and report.failed and lab is not None:
        report.sections.append(("screen", _picture(lab)))
    return report


def _picture(lab: Lab) -> str:
    """Save what is on the screen and say where, or say why that was not possible."""
    path = _FAILURES / f"{lab.name}.png"
    try:
        lab.screenshot(path)
    except PlaywrightError as error:
        return f"no picture: {error}"
    return str(path)
