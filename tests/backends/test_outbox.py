"""What waits for a browser, and what may take another's place there."""

import pytest

from midimon_live.backends.outbox import MERGE_FROM, MOST_WAITING, Outbox
from midimon_live.clock import ManualClock
from midimon_live.errors import PortClosed


def knob(value: int, control: int = 7, channel: int = 0) -> bytes:
    """Return a control change."""
    return bytes((0xB0 | channel, control, value))


def taken(outbox: Outbox) -> list[bytes]:
    """Return the bytes of what waits."""
    return [data for _, data in outbox.take()]


def filled() -> Outbox:
    """Return an outbox in which as many messages wait as are always kept, with a note before."""
    outbox = Outbox(ManualClock().now)
    outbox.put(b"\x90\x24\x64")
    for number in range(MERGE_FROM - 1):
        outbox.put(knob(number % 128))
    return outbox


def test_everything_is_kept_up_to_the_bound() -> None:
    """In order, each value of a knob too."""
    outbox = filled()
    assert (len(outbox), outbox.merged) == (MERGE_FROM, 0)
    assert taken(outbox)[1:] == [knob(number % 128) for number in range(MERGE_FROM - 1)]
    assert taken(outbox) == []


def test_beyond_the_bound_a_knob_keeps_its_newest_value() -> None:
    """It takes the place of the one before it that waits; another knob's is not touched."""
    outbox = filled()
    outbox.put(knob(1, control=8))
    outbox.put(knob(99))
    outbox.put(knob(100))
    assert (len(outbox), outbox.merged) == (MERGE_FROM + 1, 2)
    assert taken(outbox)[-2:] == [knob(100), knob(1, control=8)]


@pytest.mark.parametrize(
    "data",
    [
        b"\x90\x24\x64",
        b"\x90\x24\x00",
        b"\x80\x24\x40",
        b"\xc0\x05",
        b"\xf8",
        b"\xf0\x7e\xf7",
        knob(127, control=64),
        knob(1, control=6),
        knob(0, control=123),
        knob(0, control=99),
        b"\xb0",
        b"",
    ],
)
def test_whatever_is_no_knob_is_never_merged(data: bytes) -> None:
    """Notes, pedals, parameters, channel mode, system messages, and what is broken."""
    outbox = filled()
    for _ in range(3):
        outbox.put(data)
    assert (len(outbox), outbox.merged) == (MERGE_FROM + 3, 0)


@pytest.mark.parametrize("data", [knob(3), b"\xa0\x24\x05", b"\xd0\x05", b"\xe0\x00\x40"])
def test_no_value_is_moved_across_a_note(data: bytes) -> None:
    """Pressure and bend are values too; what a note sounds with stays what it was."""
    outbox = filled()
    outbox.put(data)
    outbox.put(b"\x90\x25\x64")
    outbox.put(data)
    outbox.put(data)
    assert outbox.merged == (2 if data == knob(3) else 1)
    assert taken(outbox)[-2:] == [b"\x90\x25\x64", data]


def test_nobody_who_takes_anything_is_an_error_at_last() -> None:
    """The memory of the kernel is not the browser's."""
    outbox = Outbox(ManualClock().now)
    for _ in range(MOST_WAITING):
        outbox.put(b"\x90\x24\x64")
    with pytest.raises(PortClosed, match="nobody takes them"):
        outbox.put(b"\x90\x24\x64")
