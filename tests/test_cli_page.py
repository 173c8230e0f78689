"""docs/cli.md is true: its commands are run, in order, and answer as the page shows."""

import re
import shlex
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.test_cli import cli

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
TEXT = PAGE.read_text("utf-8")
FILES = re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
BLOCKS = re.findall(
    r"(?:<!-- exits: (\d) -->\n)?```sh\nmidimon-live (.*?)\n```\n\n"
    r"(?:<!-- output -->\n)?```text\n(.*?)```",
    TEXT,
    re.DOTALL,
)


def shows(page: str, answer: str) -> bool:
    """Tell whether an answer is the page's; "..." stands for anything."""
    pattern = re.sub(r"([\[*?])", r"[\1]", page).replace("...", "*")
    return fnmatchcase(answer, pattern)


def names(answer: str) -> list[str]:
    """Return what the doctor looked at."""
    return re.findall(r"^(?:ok|missing|optional) +(\w+(?:[ /-]\w+)?)  ", answer, re.MULTILINE)


def test_every_command_answers_as_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the files that the page shows; of the doctor, what it looks at."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(PAGE.parents[1]))
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    for name, content in FILES:
        Path(name).write_text(content)
    shown = ("new", "check", "check", "schema", "replay", "ports", "doctor")
    assert tuple(words.split()[0] for _, words, _ in BLOCKS) == shown
    for status, words, page in BLOCKS:
        done = cli(*shlex.split(words))
        assert done.returncode == int(status or 0), done.stderr
        if words == "doctor":
            assert names(done.stdout) == names(page) != []
        else:
            assert shows(page, done.stdout), done.stdout


def test_every_command_there_is_has_its_part() -> None:
    """And no other is named."""
    usage = cli("--help").stdout
    there = re.findall(r"^    (\w+) ", usage, re.MULTILINE)
    assert re.findall(r"^## (\w+)", TEXT, re.MULTILINE) == there
