"""The code blocks of the documentation, and what its comments say is to come of them.

A comment right before a block says what happens; readers of the page do not see it::

    <!-- hidden: code -->      run in this place, and not shown
    <!-- raises: words -->     the code below raises an error whose text has these words
    <!-- output -->            this is what the code above has printed; ... stands for anything
    <!-- exits: 1 -->          the commands below end with this status
    <!-- file: name -->        this is saved under that name
    <!-- not run: reason -->   the block below can not be run here
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "plugins").glob("*/README.md")),
]
LANGUAGES = ("python", "toml", "sh", "json", "text")

_PART = re.compile(
    r"^<!-- hidden:(?P<hidden>.*?)-->$"
    r"|(?:^<!-- (?P<note>raises|output|exits|file|not run)(?:: (?P<words>[^\n]*?))? -->\n+)?"
    r"^(?P<indent> *)```(?P<language>[^\n]*)\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of code on a page.

    Attributes:
        page: the file, from the top of the repository.
        line: where its first line of code stands, from 1.
        language: one of `LANGUAGES`.
        code: its text.
        note: "raises", "output", "exits", "file", "not run", or "".
        words: what the comment says beside that.
        hidden: whether readers do not see it.
    """

    page: str
    line: int
    language: str
    code: str
    note: str = ""
    words: str = ""
    hidden: bool = False

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of a page, in its order."""
    text = page.read_text("utf-8")
    name = page.relative_to(ROOT).as_posix()
    for found in _PART.finditer(text):
        hidden = found["hidden"] is not None
        start = found.start("hidden" if hidden else "code")
        yield Block(
            name,
            text.count("\n", 0, start) + 1,
            "python" if hidden else found["language"].strip(),
            dedent(found["hidden"] or found["code"] or "").strip("\n") + "\n",
            found["note"] or "",
            found["words"] or "",
            hidden,
        )
