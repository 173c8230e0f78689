"""One live version of a plugin: the instance, what it owns, and what it may do."""

import inspect
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from midimon_live.capabilities import Capability, capability_set
from midimon_live.errors import InvalidValue, PermissionDenied
from midimon_live.events import TriggerContext, message_bytes
from midimon_live.mappings import Origin
from midimon_live.plugin.api import ActionPlugin
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.timers import Timer


class PluginState(Enum):
    """Where a plugin is in its life."""

    AVAILABLE = "available"
    LOADED = "loaded"
    ENABLED = "enabled"


class Kind(Enum):
    """How a plugin came to be, which decides when it goes.

    A class stays until it is unloaded; an instance or function lives as long as it is mapped.
    """

    CLASS = "class"
    INSTANCE = "instance"
    FUNCTION = "function"


@dataclass(frozen=True, slots=True)
class Definition:
    """A plugin that somebody wants live.

    Attributes:
        name: how mappings call it.
        source: the class, instance or function, to tell whether it changed.
        make: builds the instance.
        kind: how it came to be.
        origin: the cell, if any.
    """

    name: str
    source: object
    make: Callable[[], ActionPlugin]
    kind: Kind
    origin: Origin | None


class Services(Protocol):
    """What a version's host reaches through; the manager provides it."""

    def send(self, data: bytes, port: str | None) -> str:
        """Send bytes to an output and return its name."""

    def schedule(
        self, version: "Version", delay: float, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> Timer:
        """Call a function for `version`, `delay` seconds from now."""


class Version:
    """A plugin as it runs now. Frozen once it is live, but for `blocked` and what it owns.

    Attributes:
        blocked: "" or why it must not run: "disabled", "denied".
        context: where its output goes: the cell it was defined in.
        in_flight: executions that have begun and not ended.
        retired: whether a newer version has taken its place.
    """

    __slots__ = (
        "blocked",
        "context",
        "declared",
        "definition",
        "execute",
        "in_flight",
        "main_thread",
        "name",
        "plugin",
        "retired",
        "stats",
        "timers",
    )

    def __init__(self, definition: Definition, stats: StatsRecorder, services: Services) -> None:
        """Build the instance; it is not initialised yet.

        Raises:
            InvalidValue: its name or capabilities are unusable.
            Exception: whatever building it raised.
        """
        self.definition = definition
        self.name = definition.name
        self.context: Context = copy_context()
        plugin: ActionPlugin = self.context.copy().run(definition.make)
        self.declared = capability_set(plugin.capabilities)
        self.plugin = plugin
        self.main_thread = bool(plugin.main_thread)
        self.execute: Callable[[Mapping[str, Any], TriggerContext], Any] = plugin.execute
        self.stats = stats
        self.blocked = ""
        self.in_flight = 0
        self.retired = False
        self.timers: set[Timer] = set()
        plugin.host = VersionHost(self, services)

    def code_place(self) -> Any:
        """Return the code of the author's function, to name its place; None if there is none."""
        function = getattr(self.plugin, "function", None) or type(self.plugin).execute
        return getattr(inspect.unwrap(function), "__code__", None)


class VersionHost:
    """The `host` of one version: capability first, then the deed."""

    def __init__(self, version: Version, services: Services) -> None:
        self._version = version
        self._services = services

    def send(self, message: Any, /, *, port: str | None = None, **fields: Any) -> None:
        """Send MIDI; see `Host.send`."""
        version = self._version
        if Capability.MIDI not in version.declared:
            raise PermissionDenied(
                version.name,
                "sends MIDI without declaring it; "
                "add to the class: capabilities = {Capability.MIDI}",
            )
        if version.blocked == "denied":
            raise PermissionDenied(version.name, "midi was revoked")
        self._services.send(message_bytes(message, **fields), port)

    def schedule(self, delay: float, function: Callable[..., Any], *args: Any) -> Timer:
        """Call `function(*args)` later; see `Host.schedule`."""
        if not callable(function):
            raise InvalidValue(f"{function!r:.80} can not be called; give a function")
        if not isinstance(delay, (int, float)) or not 0 <= delay < float("inf"):
            raise InvalidValue(f"delay is {delay!r}; allowed are seconds from 0 on")
        return self._services.schedule(self._version, delay, function, args)
