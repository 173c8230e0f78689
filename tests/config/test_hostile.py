"""Files that nobody expected."""

import pytest

from midimon_live.config import Loader

HUGE = "0x" + "f" * 10_000


@pytest.mark.parametrize(
    "text",
    [
        f"modes = {HUGE}\n",
        f"[advanced_settings]\nchord_timeout_ms = {HUGE}\n",
        f'[[global_mappings]]\ntrigger = {{ type = "Note", note = {HUGE} }}\n',
    ],
)
def test_a_number_that_python_will_not_show_is_an_error(text: str) -> None:
    """And nothing is raised: TOML's whole numbers have 64 bits."""
    loaded = Loader().loads(text)
    assert loaded.failed
    assert "64 bits" in loaded.problems[0].text


def test_problems_hold_nothing_that_a_terminal_obeys() -> None:
    """A key may be an escape sequence, and as long as the file."""
    long = "k" * 100_000
    problems = Loader().loads(f'"\\u001b[31mred" = 1\n{long} = 1\n').problems
    assert all(str(one).isprintable() for one in problems)
    assert all(len(str(one)) < 3000 for one in problems)


def test_an_event_of_a_plugin_is_a_trigger_that_is_kept() -> None:
    """A channel, which it has not, does no harm."""
    trigger = 'trigger = { type = "Plugin", plugin = "weather", event = "rain", channel = 1 }'
    text = f'[[global_mappings]]\n{trigger}\naction = {{ type = "Text", text = "a" }}\n'
    loaded = Loader().loads(text)
    assert "weather: rain" in str(loaded.config.mappings[0].trigger)
