"""Files and folders of the repository as pages, for links that lead to them."""

from pathlib import Path

_LANGUAGES = {
    ".py": "python",
    ".toml": "toml",
    ".js": "javascript",
    ".css": "css",
    ".json": "json",
    ".md": "markdown",
    "": "text",
}
_LARGEST = 60_000


def uri(path: str) -> str:
    """Return the page of a file or folder, by its path from the top of the repository."""
    return f"source/{path}.md"


def page(root: Path, path: str) -> str:
    """Return a file as Markdown, or a folder with what is in it."""
    there = root / path
    if there.is_file():
        return f"# {there.name}\n\n`{path}`\n\n{_file(there)}"
    inside = sorted(one for one in there.iterdir() if _shown(one))
    readme = there / "README.md"
    head = readme.read_text("utf-8") if readme.exists() else f"# {there.name}\n"
    links = "\n".join(f"- [{one.name}]({one.name})" for one in inside if one.is_dir())
    rest = [f"## {one.name}\n\n{_file(one)}" for one in inside if one.is_file() and one != readme]
    return "\n".join([f"{head}\n`{path}`\n", links, *rest]) + "\n"


def _shown(path: Path) -> bool:
    return path.name[0] not in "._" and (path.is_dir() or path.suffix in {*_LANGUAGES, ".png"})


def _file(path: Path) -> str:
    if path.suffix == ".png":
        return f"![{path.stem}]({path.name})\n"
    text = path.read_text("utf-8")[:_LARGEST]
    return f"`````{_LANGUAGES.get(path.suffix, 'text')}\n{text.rstrip()}\n`````\n"
