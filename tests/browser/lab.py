"""A notebook on the screen, and the hands and eyes of the person in front of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import nbformat
from playwright.sync_api import BrowserContext, Page

from tests.browser.server import JupyterServer

Frontend = Literal["lab", "notebook"]

_ADDRESS: dict[Frontend, str] = {"lab": "lab/tree/{}?reset", "notebook": "notebooks/{}"}
_DRIVER = Path(__file__).with_name("driver.js")


class CellError(AssertionError):
    """A cell raised; the message is its traceback."""


def saved(server: JupyterServer, name: str, sources: Sequence[str]) -> str:
    """Put a notebook with these cells on a server and return its file's name."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    file = f"{name}.ipynb"
    nbformat.write(notebook, server.notebooks / file)
    return file


class Lab:
    """One notebook with its own kernel, in JupyterLab or in Notebook 7.

    Cells count from 0. Everything waits for what it started, at most a minute.

    Args:
        server: The server to put the notebook on.
        browser: The browser window.
        frontend: Which of the two applications to open it in.
        name: What to call the notebook.
        page: A page of that window in which JupyterLab is open; a new one without.

    Attributes:
        name: The notebook's name, without its suffix.
        page: The browser's page, for what has no method here.
    """

    def __init__(
        self,
        server: JupyterServer,
        browser: BrowserContext,
        frontend: Frontend,
        name: str,
        page: Page | None = None,
    ) -> None:
        self._server = server
        self._frontend = frontend
        self._loaded = page is not None
        self.name = name
        self.page: Page = page or browser.new_page()
        if page is None:
            self.page.add_init_script(path=_DRIVER)

    def open(self, sources: Sequence[str]) -> None:
        """Open a notebook with these cells and wait until its kernel answers."""
        file = saved(self._server, self.name, sources)
        if self._loaded:
            self.show(self.name)
            return
        self.page.goto(self._server.url + _ADDRESS[self._frontend].format(file))
        self.page.evaluate("file => driver.open(file)", file)

    def open_beside(self, name: str, sources: Sequence[str]) -> None:
        """Open another notebook in the same page, with a kernel of its own; JupyterLab only."""
        saved(self._server, name, sources)
        self.show(name)

    def show(self, name: str) -> None:
        """Bring a notebook that is open to the front, and work with that one from now on."""
        self.page.evaluate("file => driver.beside(file)", f"{name}.ipynb")

    def clear(self) -> None:
        """Close all notebooks and forget what panels have kept: JupyterLab is as it was opened."""
        self.page.evaluate("driver.clear()")

    def run(self, index: int) -> None:
        """Run one cell and wait until it is done.

        Raises:
            CellError: The cell raised.
        """
        if traceback := self.page.evaluate("index => driver.run(index)", index):
            raise CellError(f"cell {index} raised\n{traceback}")

    def start(self, index: int) -> None:
        """Begin to run one cell, without waiting for it."""
        self.page.evaluate("index => driver.start(index)", index)

    def is_running(self, index: int) -> bool:
        """Tell whether a cell runs, or waits for its turn."""
        return bool(self.page.evaluate("index => driver.running(index)", index))

    def cells(self) -> int:
        """Return how many cells the notebook has."""
        return int(self.page.evaluate("driver.cells()"))

    def restart_kernel(self) -> None:
        """End the kernel and wait until the new one answers."""
        self.page.evaluate("driver.restart()")

    def write(self, index: int, source: str) -> None:
        """Replace what stands in a cell, without running it."""
        self.page.evaluate("args => driver.write(...args)", [index, source])

    def output_text(self, index: int) -> str:
        """Return what is to be read under a cell now."""
        return str(self.page.evaluate("index => driver.text(index)", index))

    def wait_for_text(self, index: int, text: str, seconds: float = 10.0) -> None:
        """Wait until a text is to be read under a cell.

        Raises:
            AssertionError: It did not come; the message shows what is there instead.
        """
        wanted = [index, text, seconds * 1000]
        if not self.page.evaluate("args => driver.shows(...args)", wanted):
            found = self.output_text(index)
            raise AssertionError(f"no {text!r} under cell {index} for {seconds:g} s, but {found!r}")

    def ask(self, code: str) -> str:
        """Run code in the kernel without touching the notebook and return what it prints."""
        return str(self.page.evaluate("code => driver.ask(code)", code))

    def screenshot(self, path: Path) -> None:
        """Save a picture of the page, as PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)
