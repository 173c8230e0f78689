"""Files that nobody wrote: the corpus, with things changed that people and programs change."""

import random
import time
from collections.abc import Iterator

from midimon_live.config import Loaded, Loader, aliases
from tests.config.corpus import CASES, rows

_ODD = [
    "nan", "-inf", "0", "-1", "128", "1e400", "9223372036854775807", "0x7f", "true", '""', '"x"',
    "[]", "{}", "[[[]]]", "{ a = { b = [] } }", "1979-05-27T07:32:00Z", "07:32:00", "[1, 'a', {}]",
    '"\\u0000"', '"\U0001f3b9"', "'''\n'''", '"pass"', '"Note"', "[36, 36]", "{ type = 3 }",
]  # fmt: skip
_WORDS = sorted(
    {
        *aliases.TRIGGER_TYPES,
        *aliases.ACTION_TYPES,
        *aliases.NO_ACTIONS,
        *(key for table in aliases.KEYS.values() for pair in table.items() for key in pair),
        *("type", "note", "trigger", "action", "modes", "mappings", "global_mappings", "device"),
    }
)


def texts(seed: int, count: int) -> Iterator[bytes]:
    """Yield `count` files; the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - the same files each time
    corpus = [text for case in (*CASES, *rows()) for text in (case.text, case.canonical)]
    for _ in range(count):
        text = chance.choice(corpus)
        for _ in range(chance.randint(1, 4)):
            text = chance.choice(_CHANGES)(chance, text, corpus)
        data = text.encode(errors="surrogatepass")
        if chance.random() < 0.1 and data:
            place = chance.randrange(len(data))
            data = data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
        yield data


def _value(chance: random.Random, text: str, _corpus: list[str]) -> str:
    places = [index for index, one in enumerate(text) if one == "="]
    if not places:
        return text
    place = chance.choice(places) + 1
    end = min((i for i in (text.find(c, place) for c in ",}\n") if i > 0), default=len(text))
    return f"{text[:place]} {chance.choice(_ODD)}{text[end:]}"


def _key(chance: random.Random, text: str, _corpus: list[str]) -> str:
    word = chance.choice(_WORDS)
    other = chance.choice([one for one in _WORDS if one in text] or [word])
    return text.replace(other, word, chance.choice((1, -1)))


def _line(chance: random.Random, text: str, _corpus: list[str]) -> str:
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    if chance.random() < 0.5:
        lines.insert(chance.randrange(len(lines)), lines[place])
    else:
        del lines[place]
    return "\n".join(lines)


def _join(chance: random.Random, text: str, corpus: list[str]) -> str:
    return f"{text}\n{chance.choice(corpus)}"


def _cut(chance: random.Random, text: str, _corpus: list[str]) -> str:
    start = chance.randrange(len(text) + 1)
    return text[:start] + text[start + chance.randint(0, 8) :]


def _nest(chance: random.Random, text: str, _corpus: list[str]) -> str:
    depth = chance.choice((2, 30, 200))
    inner = "{ type = 'Sequence', actions = [" * depth + "]}" * depth
    return f"{text}\n[[mappings]]\nnote = 3\naction = {inner}\n"


_CHANGES = (_value, _value, _key, _line, _join, _cut, _nest)


def read(data: bytes) -> tuple[Loaded, float]:
    """Load a file and look at all there is to say; returns it, and the seconds that took."""
    began = time.perf_counter()
    loaded = Loader().loads(data)
    for problem in loaded.problems:
        str(problem)
        problem.as_dict()
    return loaded, time.perf_counter() - began
