"""Plugins that make events of their own: started when enabled, stopped when disabled."""

import asyncio
from collections.abc import Callable
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.plugin.api import Event, TriggerPlugin
from midimon_live.plugin.runner import Runner
from midimon_live.plugin.version import Version, check_interval
from midimon_live.timers import Timer


class Sources:
    """The event makers of a session. Whoever holds the baton calls, or nobody plays yet.

    Args:
        runner: calls them, with the care that everything of a plugin gets.
        schedule: calls a function in so many seconds, like a handler.
        notice: takes one line for the user.
    """

    def __init__(
        self,
        runner: Runner,
        schedule: Callable[[float, Callable[[], None]], Timer],
        notice: Callable[[str], None],
    ) -> None:
        self._runner = runner
        self._schedule = schedule
        self._notice = notice
        self._going: dict[Version, Timer | None] = {}

    def start(self, version: Version) -> None:
        """Begin to take events from a version; for one that makes none, or again, nothing."""
        plugin = version.plugin
        if not isinstance(plugin, TriggerPlugin) or version in self._going:
            return
        self._going[version] = None
        if type(plugin).events is TriggerPlugin.events:
            self._poll(version, plugin)
        elif self._runner.lasting:
            self._runner.listen(version, _listen, plugin)
        else:
            self._notice(f"{version.name} has events(), which need an event loop; none runs here")

    def stop(self, version: Version) -> None:
        """Take no more; harmless for one that was not started."""
        if version not in self._going:
            return
        timer = self._going.pop(version)
        if timer is not None:
            timer.cancel()
        self._runner.cancel(version)

    def _poll(self, version: Version, plugin: TriggerPlugin) -> None:
        if version not in self._going:
            return
        self._runner.call(version, _take, plugin)
        if version in self._going:  # its own events may have ended it
            spans = [TriggerPlugin.interval]
            self._runner.call(version, _add_span, plugin, spans)  # it may be a property
            again = self._schedule(spans[-1], lambda: self._poll(version, plugin))
            self._going[version] = again


def _add_span(plugin: TriggerPlugin, spans: list[float]) -> None:
    spans.append(check_interval(plugin.interval))


def _take(plugin: TriggerPlugin) -> None:
    for event in plugin.poll_events() or ():
        _emit(plugin, event)


async def _listen(plugin: TriggerPlugin) -> None:
    events = plugin.events()
    if not hasattr(events, "__aiter__"):
        if hasattr(events, "close"):
            events.close()  # a coroutine, which nobody is to await
        raise InvalidValue(
            f"events() gives {events!r:.60}; it has to be `async def` with `yield` in it"
        )
    async for event in events:
        _emit(plugin, event)
        await asyncio.sleep(0)  # one that never waits would keep pads waiting
    raise InvalidValue("events() has ended, and makes no more; loop in it, or disable the plugin")


def _emit(plugin: TriggerPlugin, event: Event) -> None:
    name, values = (event, {}) if isinstance(event, str) else _pair(event)
    plugin.host.emit(name, **values)


def _pair(event: Any) -> tuple[str, Any]:
    try:
        name, values = event
        return name, dict(values)
    except (TypeError, ValueError):
        raise InvalidValue(
            f"{event!r:.60} is no event; allowed are a name, and (name, {{values}})"
        ) from None
