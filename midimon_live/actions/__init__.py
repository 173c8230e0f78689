"""What a mapping does when it fires."""

from collections.abc import Callable

from midimon_live.actions.base import Action, ActionHost, Outcome, Pending, walk
from midimon_live.actions.desktop import keys, mouse, text, volume
from midimon_live.actions.dormant import Dormant
from midimon_live.actions.flow import delay, mode, repeat, sequence, when
from midimon_live.actions.midi import send
from midimon_live.actions.plugins import (
    PluginAction,
    PluginSource,
    check_action,
    function_name,
    is_plugin_class,
    plugin,
)
from midimon_live.actions.system import launch, shell

__all__ = [
    "ACTIONS",
    "Action",
    "ActionHost",
    "Dormant",
    "Outcome",
    "Pending",
    "PluginAction",
    "PluginSource",
    "check_action",
    "delay",
    "function_name",
    "is_plugin_class",
    "keys",
    "launch",
    "mode",
    "mouse",
    "plugin",
    "repeat",
    "send",
    "sequence",
    "shell",
    "text",
    "volume",
    "walk",
    "when",
]

ACTIONS: dict[str, Callable[..., Action]] = {
    "send": send,
    "sequence": sequence,
    "delay": delay,
    "repeat": repeat,
    "when": when,
    "mode": mode,
    "plugin": plugin,
    "keys": keys,
    "text": text,
    "mouse": mouse,
    "volume": volume,
    "launch": launch,
    "shell": shell,
}
