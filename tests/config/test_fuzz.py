"""Whatever a file holds, loading it ends with a configuration or with its errors."""

import tracemalloc
from random import Random

import pytest

from midimon_live.config import Loader
from tests.config import fuzz

MOST_BYTES = 200_000_000


def holds(outcome: fuzz.Outcome, count: int) -> None:
    """Nothing was raised, none was slow, and both ends were reached."""
    assert outcome.broken == []
    assert outcome.slowest_s < fuzz.SLOWEST_S
    assert outcome.loaded + outcome.refused == count
    assert min(outcome.loaded, outcome.refused) > count / 20


def test_two_thousand_damaged_files() -> None:
    """Each ends with a configuration, or with errors that have their place."""
    holds(fuzz.run(seed=1, count=2_000), 2_000)


@pytest.mark.soak
def test_a_hundred_thousand_damaged_files() -> None:
    """The same for others."""
    holds(fuzz.run(seed=2, count=100_000), 100_000)


@pytest.mark.parametrize("text", fuzz.TEXTS[:20])
def test_they_are_made_from_files_that_load(text: str) -> None:
    """So that what is changed is what is wrong."""
    assert fuzz.wrong(text.encode())[:2] == ("", True)


def test_a_loader_that_is_used_again_says_the_same() -> None:
    """What it takes over from the file before is what it would have made."""
    random, again = Random(4), Loader()  # noqa: S311 - the same files each time
    for _ in range(300):
        data = fuzz.changed(random)
        for one in (data, data, b"\n" + data):
            found, fresh = again.loads(one), Loader().loads(one)
            assert repr(found.config) == repr(fresh.config)
            assert found.problems == fresh.problems


def test_loading_needs_little_memory() -> None:
    """None of a batch, nor all of it together, holds on to much."""
    tracemalloc.start()
    fuzz.run(seed=3, count=300)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_BYTES


@pytest.mark.parametrize("curve", ["[]", "{}", "1", "1979-05-27", "[[[1]]]", "{ Note = {} }"])
@pytest.mark.parametrize("key", ["type", "curve_type", "curve"])
def test_a_curve_of_any_kind_is_refused_by_name(key: str, curve: str) -> None:
    """A shape that is a list or a table is no shape."""
    shape = f"velocity_mapping = {{ {key} = {curve} }}"
    text = f"[[global_mappings]]\ntrigger = 'Note'\naction = {{ SendMidi = {{ {shape} }} }}\n"
    assert "could not make sense" not in str(Loader().loads(text).problems)


def test_too_many_actions_are_refused_with_their_place() -> None:
    """Each of them is fine."""
    actions = "{ type = 'Text', text = 'a' }," * 10_001
    text = f"[[global_mappings]]\ntrigger = 'Note'\naction = [{actions}]\n"
    (problem,) = Loader().loads(text).problems
    assert (problem.line, "over 10000 actions" in problem.text) == (3, True)


@pytest.mark.parametrize("key", ["a." * 5_000 + "a = 1", f"[{'a.' * 900}a]", "a." * 900 + "a = 1"])
def test_a_key_of_thousands_of_parts_costs_little(key: str) -> None:
    """Its place is not looked for in each of them."""
    tracemalloc.start()
    problems = Loader().loads(f"{key}\n").problems
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.line for one in problems] == [1]
    assert peak < MOST_BYTES / 10


def test_a_message_with_two_types_does_not_change_what_the_action_is() -> None:
    """The other one is named."""
    message = "{ type = 'CC', message_type = 'NoteOn', note = 40 }"
    text = (
        f"[[mappings]]\ntrigger = 'Note'\naction = {{ type = 'SendMIDI', message = {message} }}\n"
    )
    loaded = Loader().loads(text)
    assert [one.text for one in loaded.problems] == ["message_type is given too, and counts"]
    assert loaded.config is not None
