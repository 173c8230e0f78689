"""Which mapping an event fires, through a session."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midimon_live import cc, note, release
from midimon_live.actions import PluginAction
from midimon_live.errors import InvalidValue
from midimon_live.events import key_of
from midimon_live.mappings import Mapping, MappingTable
from midimon_live.testing import press, session


def mapping(number: int, trigger: Any, mode: str | None = None) -> Mapping:
    """Return a mapping of a plugin that need not exist."""
    return Mapping(number, trigger, PluginAction("p"), mode)


def fired(*wanted: dict[str, Any], mode: str | None = None) -> list[str]:
    """Map note 36 as each of `wanted` says, press it on channel 9, and return who was called."""
    log: list[str] = []
    with session() as midi:
        for one in wanted:
            options = {key: one[key] for key in ("mode", "all") if key in one}
            trigger = note(36, channel=one.get("channel"))
            midi.map(trigger, lambda _context, who=one["who"]: log.append(who), **options)
        if mode:
            midi.mode = mode
        midi.play(press(36, channel=9))
    return log


def test_first_mapping_wins_when_two_match() -> None:
    """In the order they were made."""
    assert fired({"who": "first"}, {"who": "second"}) == ["first"]


def test_search_goes_on_when_mapping_says_all() -> None:
    """Up to and including the first that does not say so."""
    log = fired({"who": "a", "all": True}, {"who": "b"}, {"who": "c"})
    assert log == ["a", "b"]


def test_mode_comes_before_global_when_active() -> None:
    """Even if it was mapped later."""
    assert fired({"who": "global"}, {"who": "drums", "mode": "Drums"}, mode="Drums") == ["drums"]


def test_mode_is_silent_when_another_is_active() -> None:
    """Its mapping is passed over; the global one plays."""
    assert fired({"who": "drums", "mode": "Drums"}, {"who": "global"}) == ["global"]


def test_channels_keep_the_order_of_making_when_mixed() -> None:
    """The one for any channel is neither before nor after a stated one."""
    assert fired({"who": "any"}, {"who": "nine", "channel": 9}) == ["any"]
    assert fired({"who": "nine", "channel": 9}, {"who": "any"}) == ["nine"]


def test_mapping_is_silent_when_on_another_channel() -> None:
    """A stated channel is that channel only."""
    assert fired({"who": "eight", "channel": 8}) == []


def test_setting_a_mode_refuses_when_no_mapping_names_it() -> None:
    """The text lists the modes there are."""
    with session() as midi:
        midi.map(note(36), print, mode="Drums")
        with pytest.raises(InvalidValue, match="no mode is called 'Drum'; there are: Default, Dr"):
            midi.mode = "Drum"


def test_mode_falls_back_when_its_last_mapping_goes() -> None:
    """A mode stays known; the table made without it from the start does not know it."""
    with session() as midi:
        midi.map(note(36), print, mode="Drums")
        midi.mode = "Drums"
        assert midi.mode == "Drums"
        midi.mode = "Default"
        assert midi.mode == "Default"


def test_table_is_unchanged_when_another_is_made_from_it() -> None:
    """An event that is being handled keeps the table it began with."""
    one, two = mapping(1, note(36)), mapping(2, note(36))
    table = MappingTable().changed([one])
    later = table.changed([two], drop=[one])
    assert (list(table), list(later)) == ([one], [two])
    assert table.candidates(key_of(0x9, 0, 36), "Default") == (one,)


def test_table_ignores_a_drop_when_it_is_gone_already() -> None:
    """Removing twice is harmless."""
    one = mapping(1, note(36))
    table = MappingTable().changed([one]).changed(drop=[one]).changed(drop=[one])
    assert len(table) == 0


def test_table_has_no_candidates_when_the_key_is_no_control() -> None:
    """Sysex and broken bytes find nothing."""
    assert MappingTable().changed([mapping(1, note(0))]).candidates(-1, "Default") == ()


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (mapping(1, cc(7)), "cc 7 -> p"),
        (mapping(1, cc(7), "Mix"), "cc 7 in Mix -> p"),
    ],
)
def test_mapping_reads_as_trigger_mode_and_plugin(one: Mapping, text: str) -> None:
    """As tables and `why` show it."""
    assert str(one) == text


WANTED = st.tuples(
    st.sampled_from([note, release, cc]),
    st.integers(0, 2),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([None, "A", "B"]),
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(WANTED, max_size=12),
    st.sampled_from([0x8, 0x9, 0xB]),
    st.integers(0, 1),
    st.integers(0, 2),
    st.sampled_from(["Default", "A", "B"]),
)
def test_candidates_are_what_a_search_through_all_finds(
    wanted: list[Any], kind: int, channel: int, number: int, mode: str
) -> None:
    """The index answers as the rules read: the mode's own, then global, each as made."""
    made = [
        mapping(place, build(control, channel=on), within)
        for place, (build, control, on, within) in enumerate(wanted, 1)
    ]
    hit = [
        one
        for one in made
        if (one.trigger.kind, one.trigger.number) == (kind, number)
        and one.trigger.channel in (None, channel)
    ]
    expected = [one for one in hit if one.mode == mode] + [one for one in hit if one.mode is None]
    found = MappingTable().changed(made).candidates(key_of(kind, channel, number), mode)
    assert list(found) == expected
