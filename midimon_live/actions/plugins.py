"""Executing a plugin, or a user's function.

Functions become plugins too (`FunctionPlugin`), so that everything users write takes one path:
state, grants, statistics, errors.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from midimon_live.actions.base import Action, ActionHost, Outcome, Steps, check_takes_context
from midimon_live.calling import explained
from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from midimon_live.plugin.api import Plugin
from midimon_live.triggers import Trigger

_BUILDERS = ("midimon_live.actions", "midimon_live.triggers")
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


@explained
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
    if isinstance(action, type) or not callable(action) or _is_builder(action):
        instead = _meant(action) or (
            "give an ActionPlugin (class or instance), a builder's result such as send(...) or "
            "plugin(...), or a function that takes the context"
        )
        raise InvalidValue(f"{action!r:.80} is no action; {instead}")
    check_takes_context(action)
    return PluginAction(action)


def _is_builder(candidate: Any) -> bool:
    """Tell whether it is a builder itself, and not what it makes."""
    module = getattr(candidate, "__module__", None) or ""
    return inspect.isfunction(candidate) and module.startswith(_BUILDERS)


def _meant(given: Any) -> str:
    """Return what was probably meant by something that is no action; "" where nobody knows."""
    if isinstance(given, Trigger):
        return "it is a trigger, which comes first: midi.map(note(36), send(...))"
    if _is_builder(given):
        return f"call it: {given.__name__}(...)"
    if isinstance(given, str):
        return f"the plugin of that name is plugin({given!r:.80})"
    if isinstance(given, (list, tuple)):
        return "several, one after another, are sequence(...)"
    if given is None:
        return "a function is given without calling it: blink, not blink()"
    return ""


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
