"""TOML laid out at random, and the line of everything in it; `test_places` looks for them."""

from collections.abc import Callable
from random import Random
from typing import Any

from midimon_live.config.problems import Path

_SCALARS = ("1", "-0.5", "true", "1979-05-27 07:32:00Z", "inf", '"a ] } # b"', "'c [ \" { = d'")
_LONG = (
    '"""\n]] = [ "quoted" }\n[not.a.header]\n"""',
    "'''\nkey = '' # no comment\n'''",
    '"""ends with quotes"""""',
    '"""a \\""" b \\\n   c"""',
)
_KEYS = ("k{}", "K-{}_", '"k {}"', "'k.{}'", '"é ] {}"', '"\\u00e9\\" {}"', "'[x] = \" {}'")
_MEANT = {'"é ] {}"': "é ] {}", '"\\u00e9\\" {}"': 'é" {}', "'[x] = \" {}'": '[x] = " {}'}
_REMARKS = ("# [[no.header]]", "# ] } \" ''' =", "#", "# é日🎹 {", "")


class Layout:
    """Writes a document piece by piece, and notes where each piece stands.

    Args:
        random: decides about everything.

    Attributes:
        text: the document.
        lines: path → line.
    """

    def __init__(self, random: Random) -> None:
        self.text = ""
        self.lines: dict[Path, int] = {}
        self._random = random
        self._number = 0
        for _ in range(random.randint(0, 3)):
            self._pair(())
        for _ in range(random.randint(0, 4)):
            random.choice((self._table, self._list))(())

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def _space(self) -> None:
        self.text += self._random.choice(("", "", " ", "\t "))

    def _gap(self) -> None:
        """Write whatever may stand between lines."""
        for _ in range(self._random.randint(0, 2)):
            self._space()
            self.text += self._random.choice(_REMARKS) + "\n"
        self._space()

    def _name(self) -> tuple[str, str]:
        """Return a new key as it is written, and as it is meant."""
        self._number += 1
        form = self._random.choice(_KEYS)
        meant = _MEANT.get(form, form.strip("\"'"))
        return form.format(self._number), meant.format(self._number)

    def _keys(self, path: Path, most: int) -> Path:
        """Write "a.b", and note its parts, which all stand where it begins."""
        for index in range(self._random.randint(1, most)):
            written, meant = self._name()
            path = (*path, meant)
            if index:
                self._space()
                self.text += "."
                self._space()
            self.text += written
            self._note(path)
        return path

    def _pair(self, path: Path, depth: int = 0) -> None:
        if not depth:
            self._gap()
        path = self._keys(path, 3)
        self._space()
        self.text += "="
        self._space()
        self._value(path, depth)
        if not depth:
            self._space()
            self.text += self._random.choice(_REMARKS) + "\n"

    def _value(self, path: Path, depth: int) -> None:
        match self._random.randrange(4 if depth < 4 else 2):
            case 0:
                self.text += self._random.choice(_SCALARS)
            case 1:
                self.text += self._random.choice(_LONG)
            case 2:
                self._between("[]", lambda index: self._item((*path, index), depth))
            case _:
                self._between("{}", lambda _: self._pair(path, depth + 1))

    def _item(self, path: Path, depth: int) -> None:
        self._note(path)
        self._value(path, depth + 1)

    def _between(self, brackets: str, write: Callable[[int], Any]) -> None:
        self.text += brackets[0]
        count = self._random.randint(0, 3)
        for index in range(count):
            self._gap()
            write(index)
            self._gap()
            if index < count - 1 or self._random.random() < 0.5:
                self.text += ","
        self._gap()
        self.text += brackets[1]

    def _header(self, path: Path, brackets: tuple[str, str]) -> Path:
        """Write "[outer.inner]" for a new table of `path`, which may hold numbers."""
        self._gap()
        outer = ".".join(_quoted(one) for one in path if isinstance(one, str))
        line = self.text.count("\n") + 1
        self.text += brackets[0] + outer + ("." if outer else "")
        written, meant = self._name()
        self.lines[*path, meant] = line
        self.text += f"{written}{brackets[1]}{self._random.choice((' # ]', ''))}\n"
        return (*path, meant)

    def _table(self, path: Path, depth: int = 0) -> None:
        path = self._header(path, ("[", "]"))
        self._inside(path, depth)

    def _list(self, path: Path, depth: int = 0) -> None:
        """Write several tables of one name."""
        whole = self._header(path, ("[[ ", " ]]"))
        header = ".".join(_quoted(one) for one in whole if isinstance(one, str))
        self.lines[*whole, 0] = self.lines[whole]
        self._inside((*whole, 0), depth)
        for index in range(1, self._random.randint(1, 3)):
            self._gap()
            self._note((*whole, index))
            self.text += f"[[{header}]]\n"
            self._inside((*whole, index), depth)

    def _inside(self, path: Path, depth: int) -> None:
        for _ in range(self._random.randint(0, 3)):
            self._pair(path)
        for _ in range(self._random.randint(0, 2) if depth < 2 else 0):
            self._random.choice((self._table, self._list))(path, depth + 1)


def _quoted(key: str) -> str:
    return "'" + key + "'" if '"' in key else f'"{key}"'
