"""The ports that pages of browsers have."""

import pytest

from midimon_live.backends.web import Offer, WebBackend
from midimon_live.clock import ManualClock
from midimon_live.errors import BackendUnavailable, PortClosed, PortNotFound

PAD_IN, PAD_OUT = Offer("a", "Pad", "in"), Offer("b", "Pad", "out")


def backend() -> WebBackend:
    """Return one that nobody looks at yet."""
    return WebBackend(ManualClock(), lambda: None)


def test_page_has_its_ports_and_both_directions_may_share_a_name() -> None:
    """As with any system."""
    web = backend()
    given = web.offer("page", "firefox", [PAD_IN, PAD_OUT])
    assert (web.inputs(), web.outputs()) == (["Pad (web)"], ["Pad (web)"])
    assert [one.name for one in given] == ["Pad (web)", "Pad (web)"]
    assert given[0].number != given[1].number


def test_two_browsers_have_two_devices() -> None:
    """The same id says nothing across browsers; the second gets a number."""
    web = backend()
    web.offer("one", "firefox", [PAD_IN])
    web.offer("two", "chromium", [PAD_IN])
    assert web.inputs() == ["Pad (web)", "Pad (web 2)"]
    web.withdraw("one")
    assert web.inputs() == ["Pad (web 2)"]


def test_device_keeps_its_name_when_it_comes_back() -> None:
    """Also when another is there first."""
    web = backend()
    web.offer("one", "firefox", [PAD_IN])
    web.offer("two", "chromium", [PAD_IN])
    web.withdraw("one")
    web.withdraw("two")
    web.offer("three", "chromium", [PAD_IN])
    assert web.inputs() == ["Pad (web 2)"]


def test_two_alike_at_one_page_are_told_apart() -> None:
    """By the browser's ids."""
    web = backend()
    web.offer("page", "firefox", [PAD_IN, Offer("c", "Pad", "in")])
    assert web.inputs() == ["Pad (web)", "Pad (web 2)"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("", "unnamed (web)"),
        ("  a\n\tb\x00 ", "a b (web)"),
        ("<img src=x>", "<img src=x> (web)"),
        ("x" * 1000, "x" * 80 + " (web)"),
    ],
)
def test_names_are_one_line_of_a_bearable_length(given: str, name: str) -> None:
    """Whatever a device calls itself."""
    web = backend()
    web.offer("page", "firefox", [Offer("a", given, "in")])
    assert web.inputs() == [name]


def test_another_page_of_the_same_browser_takes_the_device_over() -> None:
    """One device is one input: nothing arrives twice, nothing has to be opened again."""
    web = backend()
    moved = []
    web.moved = moved.append
    before = web.offer("old", "firefox", [PAD_IN])[0].number
    opened = web.open_input("Pad (web)")
    after = web.offer("new", "firefox", [PAD_IN])[0].number
    assert web.feed("old", [(before, 0.0, b"\xf8")]) == 1
    assert web.feed("new", [(after, 0.0, b"\xfa")]) == 0
    assert [one.data for one in opened.poll()] == [b"\xfa"]
    assert (moved, web.inputs(), web.of("old")) == (["Pad (web)"], ["Pad (web)"], [])


def test_page_that_says_the_same_again_changes_nothing() -> None:
    """Numbers and open ports stay."""
    web = backend()
    first = web.offer("page", "firefox", [PAD_IN, PAD_OUT])
    opened = web.open_input("Pad (web)")
    assert web.offer("page", "firefox", [PAD_IN, PAD_OUT]) == first
    assert web.open_input("Pad (web)") is opened


def test_what_arrives_for_a_port_that_is_not_open_is_counted() -> None:
    """And goes nowhere."""
    web = backend()
    number = web.offer("page", "firefox", [PAD_IN])[0].number
    assert web.feed("page", [(number, 0.0, b"\xf8"), (99, 0.0, b"\xf8")]) == 2
    assert web.open_input("Pad (web)").poll() == []


def test_moments_never_run_backwards_on_a_port() -> None:
    """A browser's clock may be set meanwhile."""
    web = backend()
    number = web.offer("page", "firefox", [PAD_IN])[0].number
    opened = web.open_input("Pad (web)")
    web.feed("page", [(number, 2.0, b"\xf8"), (number, 1.0, b"\xf8")])
    assert [one.time for one in opened.poll()] == [2.0, 2.0]


def test_output_of_a_page_that_has_gone_refuses() -> None:
    """What waited goes with it."""
    web = backend()
    web.offer("page", "firefox", [PAD_OUT])
    opened = web.open_output("Pad (web)")
    opened.send(b"\xf8")
    assert web.waits("page")
    web.withdraw("page")
    assert not web.waits("page")
    with pytest.raises(PortClosed, match=r"Pad \(web\) is gone"):
        opened.send(b"\xf8")


def test_sending_is_announced_with_each_message() -> None:
    """So that the page is fed soon."""
    web = backend()
    rings = []
    web.sending = lambda: rings.append(1)
    web.offer("page", "firefox", [PAD_OUT])
    opened = web.open_output("Pad (web)")
    opened.send(b"\xf8")
    opened.send(b"\xf8")
    assert len(rings) == 2


def test_disconnecting_what_is_there_is_remembered_and_losing_it_is_not() -> None:
    """So the one stays off when it is plugged in again, and the other comes back."""
    web = backend()
    web.offer("page", "firefox", [PAD_IN])
    web.open_input("Pad (web)").close()
    assert web.unwanted == {"Pad (web)"}
    opened = web.open_input("Pad (web)")
    assert web.unwanted == set()
    web.withdraw("page")
    opened.close()
    assert web.unwanted == set()


def test_nothing_can_be_created_at_a_browser() -> None:
    """And what is not there can not be opened."""
    web = backend()
    with pytest.raises(BackendUnavailable, match="can not be created at a browser"):
        web.open_input("Mine", virtual=True)
    with pytest.raises(PortNotFound, match=r"connect it in midi\.web\(\)"):
        web.open_output("Pad (web)")
