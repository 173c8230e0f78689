"""What MkDocs does beyond its settings, so that the pages can be read without this site as well.

Pages of `docs/` link to files of the repository as those lie there. Here each file or folder that a
page links to becomes a page too, and so do the lessons, the benchmarks, the changes and the names
of the package; links lead to those pages. What comments say to the tests is left out.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

import api
import lessons
import sources
from mkdocs.structure.files import File

ROOT = Path(__file__).parents[2]
TOP = {
    "README.md": "index.md",
    "benchmarks/README.md": "benchmarks.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "notebooks": "tutorial.md",
}
"""Files of the repository that are a page under another name."""

_COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)
_LESSONS = re.compile(r"^<!-- lessons -->$", re.MULTILINE)
_FENCE = re.compile(r"(^ *(`{3,}).*?^ *\2$)", re.MULTILINE | re.DOTALL)
_CONTENTS = re.compile(r"(?:^- \[[^\]]*\]\(#[^)]*\)\n)+", re.MULTILINE)
_CODE = re.compile(r"`[^`\n]+`")
_ROW = re.compile(r"^\|.*$", re.MULTILINE)
_LINK = re.compile(r"(?<=\]\()(?!\w+:|#|<)([^)\s#]+)(#[^)\s]*)?(?=\))")


class _Pages:
    """Which page shows what.

    Attributes:
        path: of what a page shows, from the top of the repository; a folder's ends with "/.".
        uri: the page of a path.
    """

    def __init__(self) -> None:
        self.path: dict[str, str] = {}
        self.uri: dict[str, str] = {}

    def put(self, uri: str, path: str) -> None:
        """Note that a page shows a file or folder."""
        self.path[uri] = f"{path}/." if (ROOT / path).is_dir() else path
        self.uri[path] = uri


_pages = _Pages()


def on_config(config: Any) -> Any:
    """Fill the places of the navigation that depend on what is there."""
    config.nav = _filled(config.nav)
    return config


def _filled(entries: list[Any]) -> list[Any]:
    filled: list[Any] = []
    for entry in entries:
        title, target = next(iter(entry.items())) if isinstance(entry, dict) else (None, entry)
        if isinstance(target, list):
            filled.append({title: _filled(target)})
        elif target in ("lessons", "api"):
            filled.append({title: (lessons if target == "lessons" else api).navigation()})
        elif target in TOP.values() or target.startswith("source/") or _is_page(target):
            filled.append(entry)
    return filled


def _is_page(target: str) -> bool:
    return (ROOT / "docs" / target).exists()


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are made of other files."""
    _pages.path.clear()
    _pages.uri.clear()
    texts: dict[str, str] = {}

    def add(uri: str, path: str, text: str) -> None:
        if uri not in _pages.path:
            files.append(File.generated(config, uri, content=text))
        _pages.put(uri, path)
        texts[_pages.path[uri]] = text

    for one in list(files.documentation_pages()):
        _pages.put(one.src_uri, f"docs/{one.src_uri}")
        texts[f"docs/{one.src_uri}"] = one.content_string
    for path, uri in TOP.items():
        if path.endswith(".md"):
            add(uri, path, (ROOT / path).read_text("utf-8"))
        else:
            _pages.uri[path] = uri
    for path in lessons.paths():
        add(lessons.uri(path), path, lessons.page(path))
    for uri, text in api.pages().items():
        files.append(File.generated(config, uri, content=text))
    while texts:
        path, text = texts.popitem()
        for there in _linked(path, text):
            add(sources.uri(there), there, sources.page(ROOT, there))
    return files


def _linked(path: str, text: str) -> set[str]:
    """Return what a text links to, as far as it is there and no page or picture shows it."""
    targets = {found[1] for part in _FENCE.split(text)[::3] for found in _LINK.finditer(part)}
    found = {_repository_path(path, target) for target in targets}
    return {
        one
        for one in found - set(_pages.uri)
        if (ROOT / one).exists() and (ROOT / one).suffix != ".png"
    }


def _repository_path(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def on_page_markdown(markdown: str, page: Any, **_others: Any) -> str:
    """Leave out comments, fill in what is marked, and let links lead to pages."""
    uri = page.file.src_uri
    if uri not in _pages.path:
        return markdown
    path = "docs/index.md" if uri == "index.md" else _pages.path[uri]
    parts = _FENCE.split(_LESSONS.sub(lambda _: lessons.table(), markdown))
    plain = [
        _LINK.sub(lambda found: _leads_to(found, uri, path), _cleaned(part)) for part in parts[::3]
    ]
    fences = [*parts[1::3], ""]
    return "".join(text for pair in zip(plain, fences, strict=True) for text in pair)


def _cleaned(text: str) -> str:
    """Leave out comments, contents, which stand beside the page, and what bars need elsewhere."""
    return _ROW.sub(
        lambda row: _CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]),
        _CONTENTS.sub("", _COMMENT.sub("", text)),
    )


def _leads_to(found: re.Match[str], uri: str, path: str) -> str:
    there = _repository_path(path, found[1])
    if not (ROOT / there).exists():
        return found[0]
    target = _pages.uri.get(there) or there.removeprefix("docs/")
    return posixpath.relpath(target, posixpath.dirname(uri) or ".") + (found[2] or "")


def on_page_content(html: str, **_others: Any) -> str:
    """End a line that leads over to an example as it is meant: docstrings write two colons."""
    return html.replace("::</p>", ":</p>")
