"""A mapping as Python: run, the text makes the very same again."""

from typing import Any

import pytest

from midimon_live import delay, note, plugin, send, sequence, when
from midimon_live.curves import linear
from midimon_live.mappings import Mapping
from midimon_live.spelling import Speller
from midimon_live.testing import session
from midimon_live.triggers import Dormant
from tests.test_saving import ACTIONS, TRIGGERS


class Taken:
    """Takes what `midi.map` is called with."""

    def map(self, *given: Any, **options: Any) -> None:
        """Keep it."""
        self.given = *given, options


def made(trigger: Any, action: Any, **options: Any) -> Any:
    """Return what the text of a mapping calls `midi.map` with, in a notebook without imports."""
    speller = Speller()
    line = speller.mapping(trigger, action, **options)
    names: dict[str, Any] = {"midi": (taken := Taken())}
    exec(speller.imports + line, names)  # noqa: S102 - that is what the text is for
    return taken.given


@pytest.mark.parametrize("trigger", TRIGGERS, ids=str)
def test_every_trigger_is_made_again(trigger: Any) -> None:
    """Equal to the one that was written."""
    assert made(trigger, delay(1)) == (trigger, delay(1), {})


@pytest.mark.parametrize("action", ACTIONS, ids=str)
def test_every_action_is_made_again(action: Any) -> None:
    """Equal to the one that was written."""
    assert made(note(1), action) == (note(1), action, {})


def test_the_rest_of_a_mapping_is_written_too() -> None:
    """Mode, name, all and port, whatever characters are in them."""
    rest = {"mode": 'a "b"', "name": "c'd\n", "all": True, "port": "\N{MUSICAL KEYBOARD}\\"}
    assert made(note(1), delay(1), **rest) == (note(1), delay(1), rest)


@pytest.mark.parametrize(
    ("action", "line"),
    [
        (send("note_on", note=60), 'send("note_on", note=60)'),
        (send("note_on", note=60, velocity=linear(1, 9), duration_ms=20), "duration_ms=20)"),
        (delay(300), "delay(300)"),
        (plugin("p", function=1, **{"no name": 2}), '**{"no name": 2})'),
    ],
    ids=str,
)
def test_it_reads_as_people_write_it(action: Any, line: str) -> None:
    """Without what a builder takes for granted, and whole numbers whole."""
    assert Speller().action(action).endswith(line)
    assert made(note(1), action)[1] == action


def test_what_has_no_text_is_three_dots() -> None:
    """Objects, functions without a name, triggers of other programs; the rest is still there."""
    speller = Speller()
    assert speller.trigger(Dormant("x", "y")) == "..."
    assert (
        speller.action(plugin("p", a=object(), b=[float("nan")])) == 'plugin("p", a=..., b=[...])'
    )
    assert speller.condition(when(lambda _: True, delay(1)).condition) == "..."


def test_functions_are_called_by_their_names() -> None:
    """A lambda has none that could be typed."""

    def volume(_context: Any) -> None:
        """Be mapped."""

    with session() as midi:
        midi.map(note(1), sequence(volume, lambda _context: None))
        (mapping,) = midi.mappings()
    assert isinstance(mapping, Mapping)
    assert Speller().action(mapping.action) == "sequence(volume, ...)"
