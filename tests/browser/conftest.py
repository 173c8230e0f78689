"""The server, the browser and the page that the tests in this folder ask for.

Server and browser live as long as this folder's tests: while Playwright is active, its event loop
counts as running in the main thread, and tests elsewhere want to run loops of their own.
"""

import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Error as PlaywrightError

from tests.browser.lab import Frontend, Lab
from tests.browser.launch import chromium_path, launched
from tests.browser.server import JupyterServer

_FAILURES = Path(__file__).with_name("failures")


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


@pytest.fixture(params=["lab", "notebook"])
def lab(request: pytest.FixtureRequest, jupyter: JupyterServer, browser: Browser) -> Iterator[Lab]:
    """A page of its own for the test, in JupyterLab and then in Notebook 7."""
    yield from _page(request, jupyter, browser, request.param)


def _page(
    request: pytest.FixtureRequest, jupyter: JupyterServer, browser: Browser, frontend: Frontend
) -> Iterator[Lab]:
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    window = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        yield Lab(jupyter, window, frontend, name)
    finally:
        window.close()
        jupyter.end_kernels()


@pytest.fixture
def jupyterlab(
    request: pytest.FixtureRequest, jupyter: JupyterServer, browser: Browser
) -> Iterator[Lab]:
    """A page of its own for the test, in JupyterLab alone."""
    yield from _page(request, jupyter, browser, "lab")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep a picture of what a failed test had on the screen."""
    report = yield
    given = getattr(item, "funcargs", {})
    lab = given.get("lab") or given.get("jupyterlab")
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
