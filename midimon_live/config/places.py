"""Where each key of a TOML text stands: path → line and column.

The parser keeps no places, so this reads the text again, and only when there is something to say.
It trusts that the parser has accepted the text. Grammar: TOML 1.1, toml.io.
"""

import re
from bisect import bisect_right
from collections import Counter
from typing import Any

from midimon_live.config.problems import Path

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[^\s.=\[\]{},#"\']+')
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?!")"{0,2}|\'\'\'.*?\'\'\'(?!\')\'{0,2}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'',
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}\n#]*")
_DEEPEST = 80  # the loader takes fewer; a key of a thousand parts would make a thousand paths


class Places:
    """The places of a text.

    Args:
        text: TOML that the parser has accepted.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._found: dict[Path, int] = {}
        self._implied: dict[Path, int] = {}
        self._tables: Counter[Path] = Counter()
        self._table: Path = ()
        at = self._skip(0)
        while at < len(text):
            at = self._skip(self._header(at) if text[at] == "[" else self._pair(at, self._table, 0))

    def find(self, path: Path) -> tuple[int, int]:
        """Return line and column, from 1, of a path or of the nearest thing around it."""
        while path and path not in self._found and path not in self._implied:
            path = path[:-1]
        at = self._found.get(path, self._implied.get(path, 0))
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    def _skip(self, at: int) -> int:
        return _SPACE.match(self._text, at).end()  # type: ignore[union-attr]

    def _header(self, at: int) -> int:
        twice = self._text.startswith("[[", at)
        start = at
        keys, at = self._keys(at + 1 + twice)
        path: Path = ()
        for index, key in enumerate(keys):
            path = (*path, key)
            last = index == len(keys) - 1
            if twice and last:
                self._found.setdefault(path, start)
                path = (*path, self._tables[path])
                self._tables[path[:-1]] += 1
            elif self._tables[path]:
                path = (*path, self._tables[path] - 1)
            elif not last:
                self._implied.setdefault(path, start)
        self._table = path
        self._found.setdefault(path, start)
        return self._text.index("]", at) + 1 + twice

    def _pair(self, at: int, table: Path, depth: int) -> int:
        """Read "a.b = value"; returns where it ends."""
        start = at
        keys, at = self._keys(at)
        path: Path = table
        for key in keys:
            path = (*path, key)
            self._found.setdefault(path, start)
        equals = self._text.find("=", at)
        if not keys or equals < 0:
            return len(self._text)  # not what was promised: no more places
        return self._value(self._skip(equals + 1), path, depth)

    def _keys(self, at: int) -> tuple[list[str], int]:
        keys: list[str] = []
        while True:
            at = _BLANK.match(self._text, at).end()  # type: ignore[union-attr]
            match = _KEY.match(self._text, at)
            if match is None:
                return keys, at
            if len(keys) < _DEEPEST:
                keys.append(_unquoted(match[0]))
            at = _BLANK.match(self._text, match.end()).end()  # type: ignore[union-attr]
            if not self._text.startswith(".", at):
                return keys, at
            at += 1

    def _value(self, at: int, path: Path, depth: int) -> int:
        if depth > _DEEPEST:
            return len(self._text)
        if self._text.startswith("[", at):
            return self._items(at + 1, path, depth + 1)
        if self._text.startswith("{", at):
            return self._members(at + 1, path, depth + 1)
        match = _STRING.match(self._text, at) or _PLAIN.match(self._text, at)
        return match.end() if match else len(self._text)

    def _items(self, at: int, path: Path, depth: int) -> int:
        index = 0
        at = self._skip(at)
        while at < len(self._text) and self._text[at] != "]":
            self._found.setdefault((*path, index), at)
            at = self._next(self._value(at, (*path, index), depth))
            index += 1
        return at + 1

    def _members(self, at: int, path: Path, depth: int) -> int:
        at = self._skip(at)
        while at < len(self._text) and self._text[at] != "}":
            at = self._next(self._pair(at, path, depth))
        return at + 1

    def _next(self, at: int) -> int:
        at = self._skip(at)
        return self._skip(at + 1) if self._text.startswith(",", at) else at


def _unquoted(key: str) -> str:
    if key[0] == "'":
        return key[1:-1]
    if key[0] != '"':
        return key
    try:
        import tomli

        parsed: Any = tomli.loads(f"key = {key}")
        return str(parsed["key"])
    except ValueError:
        return key[1:-1]
