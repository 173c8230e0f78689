"""One live version of a plugin: the instance, what it owns, and what it may do."""

import inspect
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol
from weakref import WeakSet

from midimon_live.capabilities import Capability, capability_set
from midimon_live.errors import InvalidValue, PermissionDenied
from midimon_live.events import NOTE_OFF, NOTE_ON, TriggerContext, message_bytes
from midimon_live.mappings import Origin
from midimon_live.plugin.api import ActionPlugin
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.timers import Timer

_LONGEST_S = 1_000_000
_SHORTEST_S = 0.0005  # what calls itself again at once must not keep events from being read


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
        closed: whether `shutdown` has been called.
        notes: the notes it began and has not ended, as (output, channel, note).
        text: its `version`, as text.
        retired: whether a newer version has taken its place.
    """

    __slots__ = (
        "blocked",
        "closed",
        "context",
        "declared",
        "definition",
        "execute",
        "in_flight",
        "main_thread",
        "name",
        "notes",
        "plugin",
        "retired",
        "stats",
        "text",
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
        _check(plugin)
        self.declared = capability_set(plugin.capabilities)
        self.plugin = plugin
        self.text = str(plugin.version)
        self.main_thread = bool(plugin.main_thread)
        self.execute: Callable[[Mapping[str, Any], TriggerContext], Any] = plugin.execute
        self.stats = stats
        self.blocked = ""
        self.in_flight = 0
        self.retired = False
        self.closed = False
        self.timers: WeakSet[Timer] = WeakSet()
        self.notes: set[tuple[str, int, int]] = set()
        plugin.host = VersionHost(self, services)

    def code_place(self) -> Any:
        """Return the code of the author's function, to name its place; None if there is none."""
        function = getattr(self.plugin, "function", None) or type(self.plugin).execute
        return getattr(inspect.unwrap(function), "__code__", None)


def _check(plugin: ActionPlugin) -> None:
    """Refuse what could never run.

    Raises:
        InvalidValue: `execute` is a generator or takes other arguments, or `initialize` is async.
    """
    execute = plugin.execute
    if inspect.isgeneratorfunction(execute) or inspect.isasyncgenfunction(execute):
        raise InvalidValue("execute is a generator, which nobody runs; take `yield` out of it")
    if inspect.iscoroutinefunction(plugin.initialize):
        raise InvalidValue("initialize is async; it has to be done when the plugin goes live")
    try:
        inspect.signature(execute).bind({}, TriggerContext())
    except TypeError as error:
        raise InvalidValue(f"execute must take params and context: {error}") from None
    except ValueError:  # a C function without a signature: try it and see
        return


def _note(sounding: set[tuple[str, int, int]], output: str, data: bytes) -> None:
    """Keep `sounding` true after a message was sent."""
    if len(data) == 3 and data[0] >> 4 in (NOTE_ON, NOTE_OFF):
        one = (output, data[0] & 0xF, data[1])
        if data[0] >> 4 == NOTE_ON and data[2]:
            sounding.add(one)
        else:
            sounding.discard(one)


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
        if version.blocked and not version.retired:  # retired: `shutdown` puts the lights out
            raise PermissionDenied(version.name, f"may not send MIDI: it is {version.blocked}")
        data = message_bytes(message, **fields)
        _note(version.notes, self._services.send(data, port), data)

    def schedule(self, delay: float, function: Callable[..., Any], *args: Any) -> Timer:
        """Call `function(*args)` later; see `Host.schedule`."""
        if not callable(function):
            raise InvalidValue(f"{function!r:.80} can not be called; give a function")
        if not isinstance(delay, (int, float)) or not 0 <= delay <= _LONGEST_S:
            raise InvalidValue(f"delay is {delay!r:.40}; allowed are 0 to {_LONGEST_S} seconds")
        return self._services.schedule(self._version, max(delay, _SHORTEST_S), function, args)
