"""Executing a plugin, or a user's function.

Functions become plugins too (`FunctionPlugin`), so that everything users write takes one path:
state, grants, statistics, errors.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from midimon_live.actions.base import Action, ActionHost, Outcome, Steps, check_takes_context
from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from midimon_live.plugin.api import Plugin

PluginSource = type[Plugin] | Plugin | str | Callable[[TriggerContext], Any]


@dataclass(frozen=True, slots=True)
class PluginAction(Action):
    """Execute a plugin.

    Attributes:
        plugin: a class, an instance, a function, or the name of a plugin; in a mapping, a name.
        params: handed to `execute`, as a fresh copy each time.
    """

    plugin: PluginSource
    params: Mapping[str, Any] = field(default_factory=dict)

    def run(self, host: ActionHost, context: TriggerContext) -> Outcome | Steps:
        return host.execute(self.plugin, self.params, context)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return source_name(self.plugin)


def plugin(plugin: type[Plugin] | Plugin | str, /, **params: Any) -> PluginAction:
    """Execute a plugin with parameters: `plugin(Blink, color="red")` or `plugin("blink")`.

    Raises:
        InvalidValue: it is neither an ActionPlugin nor a name.
    """
    if isinstance(plugin, (str, Plugin)) or is_plugin_class(plugin):
        return PluginAction(plugin, params)
    raise InvalidValue(f"{plugin!r:.80} is neither an ActionPlugin nor the name of one")


def check_action(action: Any) -> Action:
    """Return what `midi.map` was given as an action.

    Raises:
        InvalidValue: it can not be executed; the text says what can.
    """
    if isinstance(action, Action):
        return action
    if isinstance(action, Plugin) or is_plugin_class(action):
        return PluginAction(action)
    if isinstance(action, type) or not callable(action):
        raise InvalidValue(
            f"{action!r:.80} is no action; give an ActionPlugin (class or instance), a builder's "
            "result such as send(...) or plugin(...), or a function that takes the context"
        )
    check_takes_context(action)
    return PluginAction(action)


def is_plugin_class(candidate: Any) -> bool:
    """Tell whether something is a plugin class, rather than an instance of one."""
    return isinstance(candidate, type) and issubclass(candidate, Plugin)


def source_name(source: Any) -> str:
    """Return what a plugin's source is called before it has come into force."""
    if isinstance(source, str):
        return source
    if isinstance(source, Plugin) or is_plugin_class(source):
        return str(source.name)
    return function_name(source)[0]


def function_name(function: Any) -> tuple[str, bool]:
    """Return what to call a function, and whether that name is its own.

    A lambda, a function made inside another, a method, a partial and `_` are told apart by number.
    """
    name = getattr(function, "__qualname__", type(function).__name__)
    if name.endswith("<lambda>"):
        return "lambda", False
    plain = inspect.isfunction(function) and "<" not in name and not name.startswith("_")
    return f"{name.rpartition('.')[2]}()", plain
