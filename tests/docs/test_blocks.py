"""The documentation is true: its code runs, its files load, its commands are there."""

from collections import Counter
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live.backends import BACKENDS
from tests.docs.blocks import LANGUAGES, PAGES, ROOT, Block, blocks
from tests.docs.controllers import Desk, opener
from tests.docs.running import Reader

ALL = [block for page in PAGES for block in blocks(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_shows_is_what_happens(
    page: Path,
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Block after block, in a notebook's shell, in an empty folder with three controllers."""
    desks: list[Desk] = []
    monkeypatch.setitem(BACKENDS, "desk", opener(desks))
    monkeypatch.setenv("MIDIMON_BACKEND", "desk")
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.syspath_prepend(work)
    shell.push({"desks": desks})
    reader = Reader(shell, lambda: "".join(capsys.readouterr()))
    for block in blocks(page):
        reader.read(block)


def test_every_block_says_what_it_is() -> None:
    """Those without a language would be looked at by nobody."""
    assert [str(block) for block in ALL if block.language not in LANGUAGES] == []


def test_every_block_is_run() -> None:
    """Whoever marks one as not run has to say so here as well, with the reason."""
    assert {str(one): one.words for one in ALL if one.note == "not run"} == {}


def test_the_pages_have_code() -> None:
    """A pattern that finds no block would let everything pass."""
    found = Counter(block.language for block in ALL if not block.hidden)
    assert found["python"] > 100
    assert found["toml"] > 50
    assert found["sh"] > 5


def test_a_block_that_is_wrong_is_found(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code that raises, other output, a file with an error, a target that is not there."""
    reader = Reader(shell, lambda: "".join(capsys.readouterr()))
    for language, code, note in (
        ("python", "1 / 0", ""),
        ("python", "1 / 1", "raises"),
        ("text", "nobody has printed this", "output"),
        ("toml", "[[modes]]\n", ""),
        ("sh", "make coffee", ""),
        ("sh", "midimon-live frobnicate", ""),
        ("json", "{", ""),
    ):
        with pytest.raises((AssertionError, ValueError)):
            reader.read(Block("page", 1, language, code + "\n", note))
