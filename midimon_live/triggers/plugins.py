"""Events that plugins make of their own: a tick, a file that came, a message from elsewhere."""

import re
from dataclasses import dataclass

from midimon_live.calling import explained
from midimon_live.errors import InvalidValue
from midimon_live.triggers.base import Controls, Trigger

_EVENT = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(frozen=True, slots=True)
class PluginTrigger(Trigger):
    """Fires at an event of a plugin.

    Attributes:
        plugin: its name.
        name: the event's name, or None for any.
        channel: always None; such an event has no channel.
    """

    plugin: str
    name: str | None = None
    channel: int | None = None

    event = "plugin"

    def controls(self) -> Controls:
        return ()

    def hears(self, plugin: str, event: str) -> bool:
        """Tell whether it listens to that event of that plugin."""
        return self.plugin == plugin and self.name in (None, event)

    def __str__(self) -> str:
        return f"{self.plugin}: {self.name or 'any event'}"


@explained
def plugin_event(plugin: str, event: str | None = None) -> PluginTrigger:
    """Fire at an event that a plugin makes of its own.

    Args:
        plugin: the plugin's name; it need not be loaded yet.
        event: the event's name; None is any.

    Raises:
        InvalidValue: a name can not be one.
    """
    if not isinstance(plugin, str) or not plugin:
        raise InvalidValue(f"plugin is {plugin!r:.60}; allowed is the name of a plugin")
    if event is not None and not (isinstance(event, str) and _EVENT.fullmatch(event)):
        raise InvalidValue(
            f"event is {event!r:.60}; allowed are 1 to 64 letters, digits and _ . : -, and None"
        )
    return PluginTrigger(plugin, event)
