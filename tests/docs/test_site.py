"""The documentation as a site: complete, without a broken link, and sufficient to itself."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

import pytest

import midimon_live
from midimon_live import testing
from midimon_live.magics import COMMANDS
from midimon_live.plugin.api import Host
from midimon_live.plugin.hooks import HOOKS
from midimon_live.plugin.manager import PluginManager
from midimon_live.sessions import Session
from tests.browser.launch import launched
from tests.docs.blocks import ROOT

_LOADED = {("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src")}
_LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "manifest"}


@dataclass
class Seen(HTMLParser):
    """What a page leads to, what it loads, and what can be led to in it."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag has."""
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        self.loads += [found[name] for kind, name in _LOADED if kind == tag and name in found]
        if tag == "link" and _LOADING_LINKS & set(found.get("rel", "").split()):
            self.loads.append(found["href"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])


def built(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Build the site as `make docs` does, into a folder."""
    quiet = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder), *words]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | quiet, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once; a warning fails here."""
    folder = tmp_path_factory.mktemp("site")
    done = built(folder)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Seen]:
    """Its pages."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        found[path] = Seen()
        found[path].feed(path.read_text("utf-8"))
    return found


def test_every_link_and_picture_leads_somewhere(site: Path, pages: dict[Path, Seen]) -> None:
    """Also those in the names, the lessons and the sources, with their anchors."""
    broken = []
    for page, seen in pages.items():
        if page.name == "404.html":
            continue
        for target in [*seen.links, *seen.loads]:
            parts = urlsplit(target)
            if parts.scheme or target.startswith("mailto:"):
                continue
            there = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            anchor = unquote(parts.fragment)
            known = pages[there].anchors if there in pages else {anchor}
            if not there.exists() or (anchor and anchor not in known | {"only-light", "only-dark"}):
                broken.append(f"{page.relative_to(site)}: {target}")
    assert broken == []


def test_nothing_is_loaded_from_elsewhere(site: Path, pages: dict[Path, Seen]) -> None:
    """No font, script or picture: the site works where there is no network."""
    loaded = {one for seen in pages.values() for one in seen.loads}
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    loaded |= {one for style in styles for one in re.findall(r"url\(['\"]?([^'\")]+)", style)}
    assert [one for one in loaded if urlsplit(one).netloc] == []


def test_everything_that_may_be_imported_is_described(pages: dict[Path, Seen]) -> None:
    """The package's names, those for tests, and the methods of what these give."""
    described = set().union(*(seen.anchors for seen in pages.values()))
    names = [
        *(f"midimon_live.{name}" for name in midimon_live.__all__ if "extension" not in name),
        *(f"midimon_live.testing.{name}" for name in testing.__all__ if name != "Take"),
        *(f"midimon_live.sessions.Session.{name}" for name in public(Session)),
        *(f"midimon_live.plugin.manager.PluginManager.{name}" for name in public(PluginManager)),
        *(f"midimon_live.plugin.api.Host.{name}" for name in public(Host)),
        *(f"midimon_live.plugin.hooks.{name}" for name in HOOKS),
    ]
    assert [name for name in names if name not in described] == []


def public(cls: type) -> list[str]:
    """Return the methods and properties of a class, inherited ones too."""
    found = (name for one in cls.__mro__[:-1] for name in vars(one))
    return sorted({name for name in found if name[0] != "_" and vars_of(cls, name)})


def vars_of(cls: type, name: str) -> bool:
    """Tell whether a name is a method or property."""
    value = getattr(cls, name, None)
    return callable(value) or isinstance(value, property)


def test_every_page_has_its_place() -> None:
    """A page that the navigation lacks is found by nobody: it belongs into mkdocs.yml."""
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    names = {page.name for page in (ROOT / "docs").glob("*.md")}
    assert names <= set(re.findall(r"[ :]([\w-]+\.md)$", settings, re.MULTILINE))


def test_every_command_has_its_row() -> None:
    """And docs/commands.md has no row of a command that there is not."""
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert set(re.findall(r"`%midi (\w+)", text)) == set(COMMANDS)


def test_a_link_that_is_broken_ends_the_build(tmp_path: Path) -> None:
    """A page, an anchor, a picture: each is named."""
    pages = tmp_path / "docs"
    pages.mkdir()
    (pages / "index.md").write_text(
        "# Page\n\n[a](gone.md) [b](#gone) [c](../gone.py)\n\n![d](gone.png)\n", "utf-8"
    )
    settings = tmp_path / "mkdocs.yml"
    settings.write_text(
        f"INHERIT: {ROOT / 'mkdocs.yml'}\ndocs_dir: {pages}\nnav: [index.md]\n"
        f"theme: {{custom_dir: {ROOT / 'docs/_site/theme'}}}\n"
        f"hooks: [{ROOT / 'docs/_site/hooks.py'}]\n",
        "utf-8",
    )
    done = built(tmp_path / "site", "--config-file", str(settings))
    assert done.returncode != 0
    for what in ("gone.md", "#gone", "../gone.py", "gone.png"):
        assert what in done.stderr


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """The site on a server of this machine."""
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.mark.browser
def test_a_reader_meets_no_other_host(address: str) -> None:
    """In a real browser: the first page, another one, a search, the dark theme."""
    with launched() as browser:
        page = browser.new_page(color_scheme="dark")
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/index.html")
        page.get_by_role("link", name="Lessons", exact=True).first.click()
        page.get_by_role("textbox", name="Search").fill("double tap")
        page.locator(".md-search-result__item").first.wait_for()
        assert [url for url in asked if not url.startswith((address, "data:"))] == []
        assert errors == []
