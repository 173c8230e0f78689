"""Which cells what is live needs: those that made it, and those that these need."""

from typing import Any

import pytest

from midimon_live.cellbook import CellBook
from midimon_live.mappings import Origin


def needed(cells: list[str], *live: int) -> list[int]:
    """Run cells, numbered from 1, and return which of them the live ones need."""
    book = CellBook()
    for number, text in enumerate(cells, 1):
        book.note(Origin(f"cell-{number}", f"In [{number}]", number), text)
    return [one.origin.run for one in book.needed(set(live))]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["import math", "x = 1", "midi.map(n, lambda c: math.pi)"], [1, 3]),
        (["a = 1", "b = a", "c = b", "d = 9", "f(c)"], [1, 2, 3, 5]),
        (["x = 1", "print(x)", "x = 2", "f(x)"], [3, 4]),
        (["scale = []", "scale.append(7)", "f(scale)"], [1, 2, 3]),
        (["scale = {}", "scale[3] = 1", "other = {}", "other[1] = 2", "f(scale)"], [1, 2, 5]),
        (["n = 1", "n += 1", "f(n)"], [1, 2, 3]),
        (["import time", "time.sleep(5)", "f(lambda: time.time())"], [1, 3]),
        (["def f(): return g()", "def g(): pass", "f()"], [1, 2, 3]),
        (["x = 5", "class P:\n    def m(self):\n        return x", "use(P)"], [1, 2, 3]),
        (["x = 5", "def f(x): return x\nf(1)"], [2]),
        (["x = 5", "y = [x for x in range(3)]"], [2]),
        (["from os.path import *", "f(join)"], [1, 2]),
        (["x = 1", "x = x + 1\nf(x)"], [1, 2]),
        (["x = 1", "x = 2\nf(x)"], [2]),
        (["def outer():\n    global made\n    made = 1", "f(made)"], [1, 2]),
        (["a.b = 1", "f(a)"], [2]),
        (["this is ( no Python", "f(x)"], [2]),
        (["midi.mode = 'x'", "midi.map(1)"], [2]),
    ],
)
def test_a_cell_brings_along_what_it_needs(cells: list[str], wanted: list[int]) -> None:
    """And nothing else: a cell that plays, prints or waits is not run again."""
    assert needed(cells, len(cells)) == wanted


def test_what_a_name_had_and_what_it_has_now_both_count() -> None:
    """A function that was mapped reads a variable that was set again since."""
    assert needed(["key = 1", "f(lambda: key)", "key = 2", "print(key)"], 2) == [1, 2, 3]


def test_a_cell_that_is_run_for_hours_leaves_the_others_in_the_book() -> None:
    """Three runs of each cell are kept, and a thousand cells."""
    book = CellBook()
    book.note(Origin("first", "In [1]", 1), "x = 1")
    for run in range(2, 3000):
        book.note(Origin("again", f"In [{run}]", run), f"f(x, {run})")
    assert [one.origin.run for one in book.needed({2999})] == [1, 2999]
    for run in range(3000, 4100):
        book.note(Origin(f"cell-{run}", "", run), "pass")
    assert [one.origin.run for one in book.needed({2999})] == []


def test_loading_is_left_out_of_a_text_and_lines_keep_their_numbers() -> None:
    """`%load_ext midimon_live` in a kept cell would begin a session in the middle of restoring."""
    book = CellBook()
    text = "%reload_ext midimon_live\nif 1:\n    %load_ext midimon_live\nmidi.map(1)"
    book.note(Origin("a", "In [1]", 1), text)
    (kept,) = book.needed({1})
    assert kept.text == "pass\nif 1:\n    pass\nmidi.map(1)"


def test_magics_are_read_as_what_they_are() -> None:
    """The book is told how a cell becomes Python."""
    book = CellBook()
    book.python = lambda text: text.replace("%run", "run(a)#")
    book.note(Origin("a", "In [1]", 1), "a = 1")
    book.note(Origin("b", "In [2]", 2), "%run")
    assert len(book.needed({2})) == 2


def test_it_is_quick_enough_to_be_asked_often(benchmark: Any) -> None:
    """A thousand cells, two hundred of them live."""
    book = CellBook()
    for run in range(1, 1001):
        book.note(Origin(f"c{run}", "", run), f"v{run} = v{run - 1}\ndef f{run}(): return v{run}")
    live = set(range(800, 1001))
    found = benchmark(book.needed, live)
    assert len(found) == 1000
