"""Hooks: what another package can add to midimon_live, and what it is told; all on one page.

A package offers them as functions of a module, marked with `hookimpl`, and names the module in its
entry points::

    [project.entry-points.midimon_live]
    my_package = "my_package.hooks"

In a notebook, `midi.hooks.register(module_or_object)` does the same for the session. Hooks that
add something are asked when it is looked for. Hooks that are told something are called where it
happens, on that thread, must return soon, and can change nothing. What they raise is noticed, and
the music plays on.
"""

from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

import pluggy

from midimon_live.capabilities import Capability
from midimon_live.errors import InvalidValue

PROJECT = "midimon_live"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def midimon_actions() -> Mapping[str, Callable[..., Any]]:
    """Return builders of actions, by the word that configurations use as `type`.

    A builder takes the other keys of the table and returns an `Action`; see `actions/base.py`.
    """
    return {}


@hookspec
def midimon_triggers() -> Mapping[str, Callable[..., Any]]:
    """Return builders of triggers, by the word that configurations use as `type`."""
    return {}


@hookspec
def midimon_conditions() -> Mapping[str, Callable[..., Any]]:
    """Return builders of conditions, by the word that configurations use as `type`."""
    return {}


@hookspec
def midimon_plugins() -> Mapping[str, Any]:
    """Return plugin classes by name; they are found by `%midi discover`, as folders are."""
    return {}


@hookspec
def midimon_capabilities() -> Mapping[str, tuple[str, str]]:
    """Return capabilities by name: risk ("low", "medium", "high") and what each allows, in words.

    What they allow is held by whoever offers it: ask `host.require("name:what")` before the deed.
    """
    return {}


@hookspec
def midimon_backends() -> Mapping[str, Callable[..., Any]]:
    """Return openers of MIDI systems, by the name that MIDIMON_BACKEND uses."""
    return {}


@hookspec
def midimon_panels() -> Mapping[str, Any]:
    """Return classes of panels by the name that `midi.panel` takes; see `panels/base.py`."""
    return {}


@hookspec
def midimon_event(trace: Any) -> None:
    """Be told of an event when it has been handled: a `Trace`, as `midi.traces()` gives it."""


@hookspec
def midimon_executed(plugin: str, verdict: str, error: str) -> None:
    """Be told of an execution: "ok", "failed", "started" (async), and what went wrong, or ""."""


@hookspec
def midimon_decision(entry: Any) -> None:
    """Be told what a plugin was allowed or refused: an `audit.Entry`."""


@hookspec
def midimon_reloaded(plugin: str, version: str) -> None:
    """Be told that a version of a plugin is live now."""


def _has_hooks(thing: Any) -> bool:
    return any(hasattr(one, f"{PROJECT}_impl") for one in vars(thing).values())


HOOKS = tuple(name for name in list(globals()) if name.startswith("midimon_"))


class Hooks:
    """The hooks of a session. Any thread may register; who is told is called where it happens.

    Args:
        notice: takes one line about a hook that raised.

    Attributes:
        heard: the hooks that somebody has.
        changed: called when that has changed.
    """

    def __init__(self, notice: Callable[[str], None]) -> None:
        import sys

        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(sys.modules[__name__])
        self._notice = notice
        self._looked_for = False
        self.heard: frozenset[str] = frozenset()
        self.changed: Callable[[], None] = lambda: None

    def register(self, implementation: Any, name: str | None = None) -> None:
        """Take hooks from a module or object.

        Raises:
            InvalidValue: it is registered already, or one of its hooks takes other arguments.
        """
        try:
            self._manager.register(implementation, name)
        except (ValueError, pluggy.PluginValidationError) as error:
            raise InvalidValue(f"{implementation!r:.60} is not registered: {error}") from None
        self._add_capabilities()
        self._look()

    def unregister(self, implementation: Any) -> None:
        """Take no more hooks from there; harmless for one that was not registered."""
        if self._manager.is_registered(implementation):
            self._manager.unregister(implementation)
            self._look()

    def asked(self, hook: str) -> dict[str, Any]:
        """Return what all offer under a hook, by name; the first of a name counts."""
        found: dict[str, Any] = {}
        for one in self._implementations(hook):
            offered = self._call(one, {}) or {}
            for name, value in offered.items():
                found.setdefault(str(name), value)
        return found

    def builders(self) -> dict[str, dict[str, Any]]:
        """Return what builds "trigger", "action" and "condition": kind → type → builder."""
        self.load_packages()
        return {kind: self.asked(f"midimon_{kind}s") for kind in ("trigger", "action", "condition")}

    def load_packages(self) -> None:
        """Take hooks from the packages that are installed; only the first time, and when needed."""
        if self._looked_for:
            return
        self._looked_for = True
        for entry in metadata.entry_points(group=PROJECT):
            try:
                loaded = entry.load()
                if not isinstance(loaded, type) and _has_hooks(loaded):
                    self.register(loaded, entry.name)
            except (Exception, SystemExit) as error:
                self._notice(f"package {entry.name} was not loaded: {error}")

    def tell(self, hook: str, **what: Any) -> None:
        """Tell whoever listens."""
        for one in self._implementations(hook):
            self._call(one, what)

    def _add_capabilities(self) -> None:
        for name, row in self.asked("midimon_capabilities").items():
            try:
                risk, description = row
                Capability.add(name, risk, description)
            except (InvalidValue, TypeError, ValueError) as error:
                self._notice(f"capability {name!r:.60} is not added: {error}")

    def _look(self) -> None:
        self.heard = frozenset(name for name in HOOKS if self._implementations(name))
        self.changed()

    def _implementations(self, hook: str) -> list[Any]:
        return getattr(self._manager.hook, hook).get_hookimpls()  # type: ignore[no-any-return]

    def _call(self, implementation: Any, what: Mapping[str, Any]) -> Any:
        try:
            return implementation.function(**{name: what[name] for name in implementation.argnames})
        except BaseException as error:
            name = f"{implementation.plugin_name}: {implementation.function.__name__}"
            self._notice(f"hook {name} raised {type(error).__name__}: {error}")
            return None
