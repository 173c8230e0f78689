"""Files that went wrong: the corpus, changed at random, and what must hold for each of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from time import perf_counter

from midimon_live.config import ERROR, Loader, aliases
from midimon_live.config.models import Advanced, Device, Logging, Mode, NamedDevice, models
from tests.config import corpus, words

SLOWEST_S = 2.0

_WORDS = [
    word
    for table in (*aliases.KEYS.values(), aliases.SECTIONS, aliases.MODE, aliases.MAPPING)
    for pair in table.items()
    for word in pair
]
_FIELDS = [
    key
    for model in (
        *(one for kind in words.KINDS for one in models(kind).values()),
        *(Advanced, Device, Logging, Mode, NamedDevice),
    )
    for key in model.model_fields
]
KEYS = sorted(
    {*_WORDS, *_FIELDS, *(key for table in aliases.MEANINGLESS.values() for key in table)}
    | {"message", "relative", "conditions", "operator", "ranges", "velocity_range", "range"}
    | {"soft_action", "medium_action", "hard_action", "curve", "curve_type", "output_min"}
)
TYPES = sorted({word for kind in words.KINDS for word in models(kind)} | {*aliases.NO_ACTIONS})

ODD = (
    *("nan", "-nan", "inf", "-inf", "1e400", "1e-400", "0.1", "-0.0", "36.0", "1e9"),
    *("-1", "0", "1", "127", "128", "255", "16384", "-8193", "9223372036854775807"),
    *("9223372036854775808", "-9223372036854775808", "1" * 300, "0xff", "0o17", "0b1", "1_0"),
    *("true", "false", '""', "''", '" "', '"\\u0000"', '"\\u001b[31m"', '"\\U0010ffff"'),
    *('"é日本🎹"', '"a\u202eb"', "'''\nlong\n'''", '"""\n]]}} = [[\n"""', f'"{"x" * 20_000}"'),
    *("1979-05-27", "07:32:00", "1979-05-27T07:32:00Z", "1979-05-27 07:32:00.999999-07:00"),
    *("[]", "[[]]", "[[[[[[]]]]]]", "[1, [2, [3, 'a']]]", "{}", "{ a = {} }", "{ type = {} }"),
    *("[{}]", "[{ type = [] }]", "[1, 'a', 1.5, {}, []]", "{ type = 'Note' }", "{ Note = {} }"),
    *('"pass"', '"next"', '"Always"', '"TimeRange:"', '"DayOfWeek:9,x"', '"TimeRange:1-"', '"a:"'),
    *('"cmd+"', '"+"', '"++"', '"ctrl+shift"', '"Note"', '"SendMidi"', '"Dormant"', '"curve"'),
    *("{ range = [] }", "{ range = [5, 1] }", "{ min = 'a' }", "[127, 0]", "[1, 2, 3]", "['1']"),
    *('{ type = "Curve", curve = [] }', "{ Fixed = 999 }", "{ Fixed = true }", "{ curve = 1 }"),
    *("[" * 70 + "]" * 70, "[" * 2000 + "]" * 2000, "{ a = " * 70 + "1" + " }" * 70),
    *("[true]", "[nan]", "[36, 36]", "[1979-05-27]", '["Note"]', "'\\'", "36", '"36"'),
)
"""Values that nobody expects where they stand."""

_PAIR = re.compile(r'(?P<key>"?[\w-]+"?) = (?P<value>"[^"\n]*"|\'[^\'\n]*\'|[^\s,{}\[\]]+)')


def texts() -> Iterator[str]:
    """Yield what is changed: everything that loads."""
    cases = {**corpus.DIALECTS, **corpus.ROWS}
    yield from (case.text for case in cases.values())
    for make in (words.other_types, words.other_keys, words.without_effect):
        yield from (case.text for _, case in make())
    yield from (text for _, text, _ in words.dormant())
    for kind, table in words.KINDS.items():
        yield from (words.placed(kind, words.typed(word, one)) for word, one in table.items())


TEXTS = list(dict.fromkeys(texts()))


def _bytes(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 4)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _cut(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data))
    return data[:start] + data[start + random.randint(1, 12) :]


def _lines(data: bytes, random: Random) -> bytes:
    lines = data.splitlines(keepends=True)
    index, other = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(3):
        case 0:
            lines.insert(other, lines[index])
        case 1:
            lines[index], lines[other] = lines[other], lines[index]
        case _:
            del lines[index]
    return b"".join(lines)


def _replaced(data: bytes, random: Random, part: str, new: Callable[[list[str]], str]) -> bytes:
    text = data.decode(errors="replace")
    found = list(_PAIR.finditer(text))
    if not found:
        return data
    one = random.choice(found)
    word = new([each[part] for each in found])
    return (text[: one.start(part)] + word + text[one.end(part) :]).encode(errors="replace")


def _swap(data: bytes, random: Random) -> bytes:
    return _replaced(data, random, "value", random.choice)


def _key(data: bytes, random: Random) -> bytes:
    return _replaced(data, random, "key", lambda _: random.choice(KEYS))


def _type(data: bytes, random: Random) -> bytes:
    return _replaced(data, random, "value", lambda _: f'"{random.choice(TYPES)}"')


def _odd(data: bytes, random: Random) -> bytes:
    return _replaced(data, random, "value", lambda _: random.choice(ODD))


def _table(data: bytes, random: Random) -> bytes:
    """Put an odd value in place of a table on one line."""
    text = data.decode(errors="replace")
    found = list(re.finditer(r"\{[^{}]*\}|\[[^\[\]]*\]", text))
    if not found:
        return data
    one = random.choice(found)
    return (text[: one.start()] + random.choice(ODD) + text[one.end() :]).encode()


def _more(data: bytes, random: Random) -> bytes:
    """Put a key into a table on one line."""
    text = data.decode(errors="replace")
    opened = [one.end() for one in re.finditer(r"\{", text)]
    if not opened:
        return data
    at = random.choice(opened)
    return f"{text[:at]} {random.choice(KEYS)} = {random.choice(ODD)},{text[at:]}".encode()


def _join(data: bytes, random: Random) -> bytes:
    return data + random.choice(TEXTS).encode()


CHANGES = (_bytes, _cut, _lines, _swap, _key, _key, _type, _odd, _odd, _odd, _table, _more, _join)


def changed(random: Random) -> bytes:
    """Return a file of the corpus with one to four changes."""
    data = random.choice(TEXTS).encode()
    for _ in range(random.randint(1, 4)):
        if data:
            data = random.choice(CHANGES)(data, random)
    return data


@dataclass
class Outcome:
    """What became of a batch."""

    loaded: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    broken: list[tuple[bytes, str]] = field(default_factory=list)


def wrong(data: bytes) -> tuple[str, bool, float]:
    """Load a file; returns what should not be, or "", whether it loaded, and the seconds."""
    began = perf_counter()
    try:
        loaded = Loader().loads(data)
        problems = loaded.problems
        said = [f"{one} {one.as_dict()}" for one in problems]
    except Exception as error:  # this is what is looked for
        return f"raised {type(error).__name__}: {error}", False, perf_counter() - began
    took = perf_counter() - began
    failed = any(one.severity == ERROR for one in problems)
    faults: Mapping[str, bool] = {
        "config and errors do not agree": failed != (loaded.config is None),
        f"catch-all: {said}": any("could not make sense of it" in one for one in said),
        f"not one line: {said}": any(not str(one).isprintable() for one in problems),
        f"said twice: {said}": len(set(problems)) < len(problems),
        f"no place: {said}": any(one.line < 1 or one.column < 1 for one in problems),
        f"took {took:.1f} s": took >= SLOWEST_S,
    }
    return next((what for what, so in faults.items() if so), ""), not failed, took


def run(seed: int, count: int) -> Outcome:
    """Load so many changed files."""
    random, outcome = Random(seed), Outcome()  # noqa: S311 - the same files each time
    for _ in range(count):
        data = changed(random)
        fault, ok, took = wrong(data)
        outcome.loaded += ok
        outcome.refused += not ok
        outcome.slowest_s = max(outcome.slowest_s, took)
        if fault:
            outcome.broken.append((data, fault))
    return outcome
