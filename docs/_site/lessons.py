"""Notebooks as pages: what they say and the code of their cells."""

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"\]\((?!\w+:|#)")


def paths() -> list[str]:
    """Return the notebooks, from the top of the repository, in their order."""
    return [f"notebooks/{one.name}" for one in sorted((ROOT / "notebooks").glob("*.ipynb"))]


def uri(path: str) -> str:
    """Return the page of a notebook."""
    return f"lessons/{Path(path).stem}.md"


def navigation() -> list[Any]:
    """Return an entry for each."""
    return [{_title(path): uri(path)} for path in paths()]


def table() -> str:
    """Return a list of them, each with the first words that it says."""
    return "\n".join(f"1. [{_title(one)}](../{one}): {_begins(one)}" for one in paths())


def page(path: str) -> str:
    """Return a notebook as Markdown."""
    parts = [
        _code(source) if kind == "code" else source.replace("<details>", '<details markdown="1">')
        for kind, source in _cells(path)
    ]
    head, *rest = parts
    title, _, below = head.partition("\n")
    how = f"*To run this lesson: `make lab NOTEBOOK={path}`.*"
    return "\n\n".join([title, how, below.strip(), *rest]) + "\n"


def _code(source: str) -> str:
    return f"```python\n{source}\n```"


def _cells(path: str) -> list[tuple[str, str]]:
    book = json.loads((ROOT / path).read_text("utf-8"))
    return [(cell["cell_type"], "".join(cell["source"])) for cell in book["cells"]]


def _title(path: str) -> str:
    first = _cells(path)[0][1]
    return first.partition("\n")[0].lstrip("# ")


def _begins(path: str) -> str:
    """Return the first sentences after the title."""
    paragraphs = re.split(r"\n\s*\n", _cells(path)[0][1])
    words = " ".join(paragraphs[1].split()) if len(paragraphs) > 1 else ""
    return _LINK.sub("](../notebooks/", words)  # it is read from a page, not from beside the others
