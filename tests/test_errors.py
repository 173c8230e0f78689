"""The tree of errors is the one its docstring draws."""

import builtins
import inspect
import re

import pytest

from midimon_live import errors

LINE = re.compile(r"^ {4}(?P<stem>(?:[│ ] {3})*[├└]── )?(?P<name>[A-Z]\w+)(?P<rest>.*)$")


def drawn() -> dict[str, tuple[str, str]]:
    """Return parent and remark of each class in the drawing; the root's parent is Exception."""
    branch = ["Exception"]
    tree = {}
    for match in filter(None, map(LINE.match, (errors.__doc__ or "").splitlines())):
        depth = len(match["stem"] or "") // 4
        branch[depth + 1 :] = [match["name"]]
        tree[match["name"]] = (branch[depth], match["rest"])
    return tree


def test_tree_has_every_class_when_drawn() -> None:
    """No error is missing in the drawing, and none is drawn that does not exist."""
    found = inspect.getmembers(errors, inspect.isclass)
    classes = {name for name, one in found if one.__module__ == errors.__name__}
    assert set(drawn()) == classes


@pytest.mark.parametrize("name", sorted(drawn()))
def test_class_has_the_parent_that_is_drawn(name: str) -> None:
    """The first base of each class is the one it hangs from in the drawing."""
    assert getattr(errors, name).__bases__[0].__name__ == drawn()[name][0]


@pytest.mark.parametrize("name", sorted(drawn()))
def test_class_is_also_the_builtin_that_is_drawn(name: str) -> None:
    """Where the drawing says "also TimeoutError" that is a second base, and nowhere else."""
    bases = {base.__name__ for base in getattr(errors, name).__bases__[1:]}
    assert bases == set(re.findall(r"also (\w+)", drawn()[name][1]))
    assert all(hasattr(builtins, base) for base in bases)


@pytest.mark.parametrize("name", sorted(drawn()))
def test_class_says_when_it_is_raised(name: str) -> None:
    """Each class has a sentence of its own."""
    assert re.match(r"(Raised|The root)", getattr(errors, name).__doc__)


def test_plugin_error_names_its_plugin() -> None:
    """The name is there for programs, and in the text for people."""
    error = errors.PluginNotFound("blink", "no such plugin")
    assert error.plugin == "blink"
    assert str(error) == "blink: no such plugin"
