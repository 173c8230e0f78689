"""Plugins that make events of their own, and mappings that listen to them."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from midimon_live import ActionPlugin, TriggerPlugin, note, plugin_event, send
from midimon_live.config import Loader
from midimon_live.errors import InvalidValue
from midimon_live.sessions import Session
from midimon_live.testing import press, session


class Ticker(TriggerPlugin, abstract=True):
    """Tick."""

    name = "ticker"
    interval = 0.5

    def initialize(self) -> None:
        """Count from 1."""
        self.count = 0

    def poll_events(self) -> Iterator[Any]:
        """Yield one event with values, and every second time one without."""
        self.count += 1
        yield "tick", {"count": self.count, "velocity": 70}
        if self.count % 2 == 0:
            yield "tock"


def test_polled_events_fire_what_is_mapped_to_them() -> None:
    """In order, with their values; numbers in the words of MIDI are in the context."""
    heard: list[Any] = []
    with session() as midi:
        midi.map(plugin_event("ticker", "tick"), heard.append)
        midi.map(plugin_event("ticker", "tock"), send("note_on", note=9))
        midi.map(plugin_event("ticker"), lambda context: heard.append("any"), all=True)
        midi.plugins.put(definition(Ticker))
        midi.advance(1.2)
        assert [one.data["count"] for one in heard if one != "any"] == [1, 2, 3]
        assert heard[0].velocity == 70
        assert heard[0].event == "plugin"
        assert len(midi.sent) == 1
        assert "tick, count 3" in repr(midi.monitor())


def definition(cls: Any) -> Any:
    """Return how a class is put into force."""
    from midimon_live.plugin.version import Definition, Kind

    return Definition(cls.name, cls, cls, Kind.CLASS, None)


def test_events_start_with_enable_and_stop_with_disable_reload_and_unload() -> None:
    """Each exactly once."""
    with session() as midi:
        midi.plugins.put(definition(Ticker))
        midi.advance(0.6)
        midi.plugins.disable_plugin("ticker")
        midi.advance(5)
        assert len(midi.traces()) == 3
        midi.plugins.enable_plugin("ticker")
        midi.plugins.enable_plugin("ticker")
        midi.advance(0.1)
        assert len(midi.traces()) == 4
        midi.plugins.put(definition(Ticker))
        midi.advance(0.1)
        assert len(midi.traces()) == 5
        midi.plugins.unload_plugin("ticker")
        midi.advance(5)
        assert len(midi.traces()) == 5


def test_a_mode_decides_about_events_of_plugins_too() -> None:
    """The mode's mapping first, then those of every mode."""
    with session() as midi:
        midi.map(plugin_event("ticker", "tick"), send("note_on", note=1), mode="A")
        midi.map(plugin_event("ticker", "tick"), send("note_on", note=2))
        midi.plugins.put(definition(Ticker))
        midi.mode = "A"
        midi.advance(0.6)
        midi.mode = "Default"
        midi.advance(0.5)
        assert [one.note for one in midi.sent] == [2, 1, 2]


def test_what_a_poll_raises_is_caught_and_counted() -> None:
    """And it is polled again."""

    class Broken(Ticker, abstract=True):
        """Raise."""

        name = "broken"

        def poll_events(self) -> Iterator[Any]:
            """Raise after the first."""
            yield "one"
            raise RuntimeError("no sensor")

    with session() as midi:
        midi.plugins.put(definition(Broken))
        midi.advance(1.1)
        assert midi.plugins.get_stats("broken").failures == 3
        assert len(midi.traces()) == 3


def test_an_async_generator_makes_events_until_it_is_disabled() -> None:
    """On a real loop, beside the caller; nobody waits for its end."""
    ended: list[bool] = []

    class Stream(TriggerPlugin, abstract=True):
        """Yield without end."""

        name = "stream"

        async def events(self) -> AsyncIterator[Any]:
            """Yield."""
            try:
                while True:
                    yield "drop", {"note": 60}
                    await asyncio.sleep(0.01)
            finally:
                ended.append(True)

    midi = Session(backend="virtual", home=None)
    try:
        midi.map(plugin_event("stream", "drop"), send("note_on", note="pass"))
        midi.plugins.put(definition(Stream))
        until(lambda: len(midi.virtual.sent) > 3)
        midi.settle()
        midi.panic()
        count = len(midi.traces())
        until(lambda: len(midi.traces()) > count)
        midi.plugins.disable_plugin("stream")
        until(lambda: bool(ended))
    finally:
        midi.close()


def until(true: Any) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_emit_fires_from_an_action_too() -> None:
    """Once, and not while the plugin is disabled."""

    class Relay(ActionPlugin, abstract=True):
        """Emit."""

        name = "relay"

        def execute(self, params: Any, context: Any) -> None:
            """Emit the velocity."""
            self.host.emit("hit", velocity=context.velocity, deep={"a": [1, None]})

    with session() as midi:
        midi.map(note(36), Relay())
        midi.map(plugin_event("relay", "hit"), send("note_on", note=5, velocity="pass"))
        midi.play(press(36, velocity=33))
        assert [one.velocity for one in midi.sent] == [33]


def test_what_is_under_way_emits_to_its_end_after_the_cell_ran_again() -> None:
    """A reload ends nothing that a press began: its last event counts too."""

    async def test() -> None:
        gate = asyncio.Event()

        class Relay(ActionPlugin, abstract=True):
            """Emit late."""

            name = "relay"

            async def execute(self, params: Any, context: Any) -> None:
                """Emit when the gate opens."""
                await gate.wait()
                self.host.emit("done")

        with session() as midi:
            midi.map(note(36), Relay())
            midi.map(plugin_event("relay", "done"), send("note_on", note=5))
            midi.play(press(36))
            midi.map(note(36), Relay())
            gate.set()
            await midi.settled()
            assert [one.note for one in midi.sent] == [5]

    asyncio.run(test())


@pytest.mark.parametrize(
    ("name", "values"), [("", {}), ("a b", {}), ("x", {"bad": object()}), ("x", {"set": {1}})]
)
def test_only_plain_data_is_emitted(name: str, values: dict[str, Any]) -> None:
    """So that a plugin could run elsewhere."""

    class Odd(ActionPlugin, abstract=True):
        """Emit what it can not."""

        name = "odd"

        def execute(self, params: Any, context: Any) -> None:
            """Emit."""
            self.host.emit(name, **values)

    with session() as midi:
        midi.map(note(36), Odd())
        midi.play(press(36))
        assert "InvalidValue" in midi.plugins.get_stats("odd").last_error


def test_events_of_plugins_are_mapped_in_files() -> None:
    """As MIDI is."""
    text = '[[mappings]]\ntrigger = { type = "Plugin", plugin = "ticker", event = "tick" }\n'
    loaded = Loader().loads(text + 'action = { type = "Delay", ms = 1 }\n')
    assert loaded.problems == []
    assert loaded.config.mappings[0].trigger == plugin_event("ticker", "tick")


@pytest.mark.parametrize(("plugin", "event"), [("", None), (3, None), ("p", ""), ("p", "a b")])
def test_names_that_can_be_none_are_refused(plugin: Any, event: Any) -> None:
    """Where they are written."""
    with pytest.raises(InvalidValue):
        plugin_event(plugin, event)
