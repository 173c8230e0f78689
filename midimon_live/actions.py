"""What a mapping does when it fires.

An action names a plugin and its parameters. Functions become plugins too (`FunctionPlugin`), so
everything that runs takes one path: state, grants, statistics, errors.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from midimon_live.plugin.api import ActionPlugin

PluginSource = type[ActionPlugin] | ActionPlugin | str | Callable[[TriggerContext], Any]


@dataclass(frozen=True, slots=True)
class PluginAction:
    """Execute a plugin.

    Attributes:
        plugin: a class, an instance, a function, or the name of a plugin that is loaded.
        params: handed to `execute`, as a fresh copy each time.
    """

    plugin: PluginSource
    params: Mapping[str, Any] = field(default_factory=dict)


def plugin(plugin: type[ActionPlugin] | ActionPlugin | str, /, **params: Any) -> PluginAction:
    """Execute a plugin with parameters: `plugin(Blink, color="red")` or `plugin("blink")`.

    Raises:
        InvalidValue: it is neither an ActionPlugin nor a name.
    """
    if isinstance(plugin, (str, ActionPlugin)) or is_plugin_class(plugin):
        return PluginAction(plugin, params)
    raise InvalidValue(f"{plugin!r:.80} is neither an ActionPlugin nor the name of one")


def check_action(action: Any) -> PluginAction:
    """Return what `midi.map` was given as an action.

    Raises:
        InvalidValue: it can not be executed; the text says what can.
    """
    if isinstance(action, PluginAction):
        return action
    if isinstance(action, ActionPlugin) or is_plugin_class(action):
        return PluginAction(action)
    if isinstance(action, type) or not callable(action):
        raise InvalidValue(
            f"{action!r:.80} is no action; give an ActionPlugin (class or instance), "
            "plugin(...), or a function that takes the context"
        )
    _check_takes_context(action)
    return PluginAction(action)


def is_plugin_class(candidate: Any) -> bool:
    """Tell whether something is an `ActionPlugin` class, rather than an instance of one."""
    return isinstance(candidate, type) and issubclass(candidate, ActionPlugin)


def _check_takes_context(function: Callable[..., Any]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a C function without a signature: try it and see
        return
    try:
        signature.bind(TriggerContext())
    except TypeError as error:
        name = getattr(function, "__qualname__", repr(function))
        raise InvalidValue(
            f"{name}{signature} must work with one argument, the context: {error}"
        ) from None
