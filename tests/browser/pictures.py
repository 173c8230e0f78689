"""Take the pictures of the panels in docs/images: `make pictures`.

A real JupyterLab in Chromium runs `scene.CELLS`, and each panel is shown at 1280 and 600 pixels, in
the light and in the dark theme. Words on the command line are the panels to be shown; without, all.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page

from midimon_live.panels import PANELS
from tests.browser.lab import Lab
from tests.browser.launch import launched
from tests.browser.scene import cells
from tests.browser.server import JupyterServer

IMAGES = Path(__file__).parents[2] / "docs" / "images"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
WIDTHS = (1280, 600)
_HEIGHT = 1900  # room for the tallest panel
_CALM_S = 1.5
_PLAYED_S = 240.0


def main(names: list[str], folder: Path = IMAGES) -> None:
    """Take the pictures of these panels; "dashboard" is all of them."""
    with JupyterServer() as server, launched() as browser:
        window = browser.new_context(viewport={"width": WIDTHS[0], "height": _HEIGHT})
        lab = Lab(server, window, "lab", "pictures")
        sources = cells(_PLAYED_S)
        shown = [
            "midi.panel()" if name == "dashboard" else f"midi.panel({name!r})" for name in names
        ]
        lab.open([*sources, *shown])
        for index in range(len(sources)):
            lab.run(index)
        lab.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")
        for place, name in enumerate(names):
            lab.run(len(sources) + place)
            for width in WIDTHS:
                for theme in THEMES:
                    _take(lab.page, name, width, theme, folder)


def _take(page: Page, name: str, width: int, theme: str, folder: Path) -> None:
    page.set_viewport_size({"width": width, "height": _HEIGHT})
    page.evaluate(
        "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", THEMES[theme]
    )
    shown = page.locator(f".mm-{name}").last
    shown.scroll_into_view_if_needed()
    page.wait_for_timeout(_CALM_S * 1000)
    folder.mkdir(parents=True, exist_ok=True)
    shown.screenshot(path=folder / f"{name}-{width}-{theme}.png")
    print(f"{name}-{width}-{theme}.png")


if __name__ == "__main__":
    main(sys.argv[1:] or ["dashboard", *PANELS])
