"""Starting the system's Chromium for tests, benchmarks and pictures alike."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserType, sync_playwright

from tests.support.need import need_program

_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_HINT = "Debian: apt-get install chromium; macOS: brew install --cask google-chrome"
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--mute-audio",
    "--no-first-run",
)


def chromium_path() -> str:
    """Return the path of Chromium, or of a relative; ends the calling test if there is none."""
    return need_program(_NAMES, _HINT, promise="MIDIMON_REQUIRE_BROWSER")


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser, without a window yet, and close it at the end."""
    chromium_path()
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()


def launch(kind: BrowserType, *more: str) -> Browser:
    """Start one more browser of a kind, with further flags; whoever calls closes it."""
    # Chromium's own sandbox refuses to work for root.
    flags = [*_FLAGS, *more, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return kind.launch(executable_path=chromium_path(), args=flags)
