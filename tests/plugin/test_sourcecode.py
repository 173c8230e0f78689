"""The source text of classes and functions: cells, modules, plugins' folders, and what has none."""

import functools
import inspect
import linecache
import textwrap
from typing import Any

import pytest

from midimon_live.plugin import stats
from midimon_live.plugin.sourcecode import source_of
from tests.support.cells import run

BLINK = '''
@decorated("a",
           with_="b")
class Blink(ActionPlugin):
    """A class.

class Blink(NotThis):
    no = 1
    """

    text = """
not indented
"""

    # a remark
    def execute(self, params, context):
        return """
nor this""" + ")"
# a remark that is not indented
    @property
    def more(self): return 1

# what follows is no part of it
def blink(): pass
'''


def test_a_class_of_a_cell_with_all_that_misleads() -> None:
    """Decorators, strings and remarks at the margin, and a class of its name in its docstring."""
    source = source_of(run(BLINK)["Blink"])
    assert source is not None
    assert source.text == BLINK.strip().partition("\n\n# what")[0] + "\n"
    assert source.line == 2
    assert source.filename.startswith("/kernel/cell-")


CLASSES = {
    "no method": "class A(ActionPlugin, abstract=True):\n    color = 'red'\n",
    "no plugin": "class A:\n    color = 'red'\n    size: int = 3\n",
    "one line": "class A: run = lambda self: 1\n",
    "long head": "class A(\n    Base,\n):\n    def f(\n        self,\n    ):\n        pass\n",
    "a wrapped method": "class A:\n    @functools.lru_cache\n    def f(self):\n        pass\n",
    "a static method": "class A:\n    @staticmethod\n    def f():\n        pass\n",
    "cached": "class A:\n    @functools.cached_property\n    def f(self):\n        return [')']\n",
    "a name in letters": "class Größe:\n    def f(self):\n        pass\n",
    "continued": "class A:\n    def f(self):\n        return 1 + \\\n2\n",
    "an open bracket": "class A:\n    def f(self):\n        return [\n1,\n]\n",
    "brackets in strings": "class A:\n    def f(self):\n        return f\"{'('}\" '[' # }\n",
}


@pytest.mark.parametrize("text", CLASSES.values(), ids=CLASSES)
def test_shapes_of_classes(text: str) -> None:
    """Whatever stands around a class, its text is what was written, and nothing more."""
    namespace = run(f"class Base: pass\n{text}\n\nafter = 2\n")
    cls = namespace.get("A") or namespace["Größe"]
    source = source_of(cls)
    assert source is not None
    assert (source.text, source.line) == (text, 2)


def test_classes_inside_are_found_without_their_indentation() -> None:
    """In a class, and in a function."""
    namespace = run(
        """
        class Outer:
            class Inner:
                def f(self):
                    return 1

        def make():
            class Inner:
                def f(self):
                    return 2
            return Inner
        """
    )
    inside, made = source_of(namespace["Outer"].Inner), source_of(namespace["make"]())
    assert inside is not None
    assert made is not None
    assert inside.text == "class Inner:\n    def f(self):\n        return 1\n"
    assert made.text.endswith("return 2\n")
    assert made.line == 8


def test_functions_and_what_wraps_them() -> None:
    """A function, a method, a partial, a wrapper and an async one: the text of the inside."""
    namespace = run(
        """
        @functools.lru_cache
        def first():
            return 1

        async def second(context): return 2

        class A:
            def third(self):
                return 3
        """
    )
    first, second = namespace["first"], namespace["second"]
    expected = "@functools.lru_cache\ndef first():\n    return 1\n"
    assert [source_of(one).text for one in (first, functools.partial(first))] == [expected] * 2  # type: ignore[union-attr]
    assert source_of(second).text == "async def second(context): return 2\n"  # type: ignore[union-attr]
    assert source_of(namespace["A"]().third).text == "def third(self):\n    return 3\n"  # type: ignore[union-attr]


def test_of_a_lambda_the_statement_is_returned_that_holds_it() -> None:
    """A lambda has no text of its own that could stand alone."""
    namespace = run("kept = []\nif kept is not None:\n    kept.append(\n        lambda c: c)\n")
    source = source_of(namespace["kept"][0])
    assert source is not None
    assert (source.text, source.line) == ("kept.append(\n    lambda c: c)\n", 3)


def test_modules_have_their_own_text() -> None:
    """The same text as the standard library finds, where that finds one."""
    for thing in (stats.StatsRecorder, stats.PluginStats, source_of, TestsOwn):
        source = source_of(thing)
        assert source is not None
        assert source.text == textwrap.dedent(inspect.getsource(thing))


class TestsOwn:
    """A class without anything in it."""


def test_an_older_cell_of_the_same_name_keeps_its_own_text() -> None:
    """Two cells define a class without methods: each has the text of its own cell."""
    red = run("class A(ActionPlugin, abstract=True):\n    color = 'red'\n")["A"]
    run("class A(ActionPlugin, abstract=True):\n    color = 'blue'\n")
    source = source_of(red)
    assert source is not None
    assert "red" in source.text


def test_nothing_is_taken_for_the_source_that_is_not() -> None:
    """Cleared caches, other text in its place, C code and broken objects have none."""
    namespace = run("class A:\n    def f(self):\n        pass\n\ndef g():\n    pass\n")
    cls, function = namespace["A"], namespace["g"]
    filename = function.__code__.co_filename
    for lines in ([], ["class B:\n", "    def h(self):\n", "        pass\n"] * 3, ["'''\n"] * 9):
        linecache.cache[filename] = 9, None, lines, filename
        assert source_of(cls) is None
        assert source_of(function) is None
    del linecache.cache[filename]
    made = type("Made", (), {})
    things: list[Any] = [cls, function, cls.f, len, int, [].append, made, None, 3, "text"]
    assert [source_of(thing) for thing in things] == [None] * len(things)
