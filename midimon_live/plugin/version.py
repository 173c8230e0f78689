"""One live version of a plugin: the instance, what it owns, and what it may do."""

import inspect
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from weakref import WeakSet

from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from midimon_live.mappings import Origin
from midimon_live.plugin.api import Plugin, TriggerPlugin
from midimon_live.plugin.guard.subject import Subject, acting
from midimon_live.plugin.handover import check_keep
from midimon_live.plugin.ledger import Ledger
from midimon_live.plugin.limits import Rate
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.scopes import Rights, scopes_of
from midimon_live.timers import Timer

_LOG_LINES = 500
_RECENT = 8
_SHORTEST_S, _LONGEST_S, _FASTEST = 0.001, 3600.0, 100_000.0


def _nothing() -> None:
    """Release nothing."""


class PluginState(Enum):
    """Where a plugin is in its life."""

    AVAILABLE = "available"
    LOADED = "loaded"
    ENABLED = "enabled"


class Kind(Enum):
    """How a plugin came to be, which decides when it goes.

    A class, folder or package stays until it is unloaded; an instance or function lives as long as
    it is mapped.
    """

    FOLDER = "folder"
    PACKAGE = "package"
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
        folder: where its files are, if it came from some.
        digest: of those files, or "".
        namespaces: the globals of its modules, by which its code is known.
        declared: what its manifest declares, in place of what the class does; None for a cell's.
        timeout: seconds for one execution that its manifest allows; None is what the class says.
        rate: executions a second that its manifest allows; None likewise.
        data: its data folder; None is the working directory.
        release: called when the last version that came from it has ended.
        fresh: whether it takes over no state from the version before.
        anew: defines the same once more, for what was released; None is this itself.
    """

    name: str
    source: object
    make: Callable[[], Plugin]
    kind: Kind
    origin: Origin | None
    folder: Path | None = None
    digest: str = ""
    namespaces: tuple[Mapping[str, Any], ...] = ()
    declared: Any = None
    timeout: float | None = None
    rate: float | None = None
    data: Path | None = None
    release: Callable[[], None] = _nothing
    fresh: bool = False
    anew: "Callable[[], Definition] | None" = None


class Version:
    """A plugin as it runs now. Frozen once it is live, but for `blocked` and what it owns.

    Attributes:
        blocked: "" or why it must not run: "disabled", "denied".
        context: where its output goes: the cell it was defined in.
        in_flight: executions that have begun and not ended.
        closed: whether `shutdown` has been called.
        notes: the notes it began and has not ended, as (output, channel, note).
        text: its `version`, as text.
        subject: it as the guard knows it.
        timeout: for how many seconds an `async` execution may run, or None.
        rate: how often it may be executed, or None.
        log: the last lines that it noted, as (epoch milliseconds, text).
        owned: what it opened through `host`, closed in reverse order at the end.
        number: counts the versions of that name, from 1; 0 for one that never goes live.
        initialize_s: how long `initialize` took, in seconds.
        failing: how many executions in a row have failed.
        succeeded: whether any execution has not.
        recent: what it, or the version before, was executed with lately.
        retired: whether a newer version has taken its place.
        gone: whether `shutdown` is over, and nothing is left to do for it.
    """

    __slots__ = (
        "blocked",
        "closed",
        "context",
        "declared",
        "definition",
        "execute",
        "failing",
        "gone",
        "in_flight",
        "initialize_s",
        "log",
        "main_thread",
        "name",
        "notes",
        "number",
        "owned",
        "plugin",
        "rate",
        "recent",
        "retired",
        "scopes",
        "stats",
        "subject",
        "succeeded",
        "text",
        "timeout",
        "timers",
    )

    def __init__(self, definition: Definition, stats: StatsRecorder, number: int = 0) -> None:
        """Build the instance; it is not initialised yet, and has no host.

        Raises:
            InvalidValue: its name or capabilities are unusable.
            Exception: whatever building it raised.
        """
        self.definition = definition
        self.name = definition.name
        self.subject = Subject(self.name, Rights((), ()), definition.folder, definition.digest)
        self.context: Context = copy_context()
        if definition.kind is not Kind.FUNCTION:  # a function is its user's own, as its cell is
            self.context.run(acting.set, self.subject)
        plugin = self.context.copy().run(definition.make)
        _check(plugin)
        declared = plugin.capabilities if definition.declared is None else definition.declared
        self.scopes = scopes_of(declared, definition.data)
        self.declared = frozenset(one.capability for one in self.scopes)
        self.plugin = plugin
        self.text = str(plugin.version)
        self.main_thread = bool(getattr(plugin, "main_thread", False))
        self.execute: Callable[[Mapping[str, Any], TriggerContext], Any] = getattr(
            plugin, "execute", _executes_nothing
        )
        timeout = plugin.timeout if definition.timeout is None else definition.timeout
        rate = plugin.rate if definition.rate is None else definition.rate
        self.timeout = _positive("timeout", timeout, _LONGEST_S)
        per_s = _positive("rate", rate, _FASTEST)
        self.rate = None if per_s is None else Rate(per_s)
        self.stats = stats
        self.log: deque[tuple[int, str]] = deque(maxlen=_LOG_LINES)
        self.owned = Ledger()
        self.number = number
        self.failing = 0
        self.initialize_s = 0.0
        self.succeeded = False
        self.recent: deque[tuple[Mapping[str, Any], TriggerContext]] = deque(maxlen=_RECENT)
        self.blocked = ""
        self.in_flight = 0
        self.retired = False
        self.closed = False
        self.gone = False
        self.timers: WeakSet[Timer] = WeakSet()
        self.notes: set[tuple[str, int, int]] = set()

    @property
    def is_executed(self) -> bool:
        """Whether it can be executed; else it only makes events."""
        return self.execute is not _executes_nothing

    @property
    def migrates(self) -> bool:
        """Whether its class takes over state in a way of its own."""
        return type(self.plugin).migrate is not Plugin.migrate

    def code_place(self) -> Any:
        """Return the code of the author's function, to name its place; None if there is none."""
        function = getattr(self.plugin, "function", None) or self.execute
        return getattr(inspect.unwrap(function), "__code__", None)


def _executes_nothing(_params: Mapping[str, Any], _context: TriggerContext) -> None:
    """Stand for `execute` of a plugin that only makes events."""
    raise InvalidValue("this plugin makes events and can not be executed; map plugin_event(...)")


def _positive(what: str, value: Any, most: float) -> float | None:
    """Return a limit as a number, or None; raises InvalidValue."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if value is None or (number and 0 < value <= most):
        return None if value is None else float(value)
    raise InvalidValue(f"{what} is {value!r:.40}; allowed are numbers above 0, up to {most:,.0f}")


def check_interval(value: Any) -> float:
    """Return the seconds from one poll to the next; raises InvalidValue."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and _SHORTEST_S <= value <= _LONGEST_S:
        return float(value)
    raise InvalidValue(f"interval is {value!r:.40}; allowed are 0.001 to 3600 seconds")


def _check(plugin: Plugin) -> None:
    """Refuse what could never run.

    Raises:
        InvalidValue: `execute` is a generator or takes other arguments, or `initialize` is async.
    """
    plugin.keep = check_keep(plugin.keep)
    if inspect.iscoroutinefunction(plugin.initialize):
        raise InvalidValue("initialize is async; it has to be done when the plugin goes live")
    if isinstance(plugin, TriggerPlugin):
        check_interval(plugin.interval)
        return
    execute = getattr(plugin, "execute", _executes_nothing)
    if inspect.isgeneratorfunction(execute) or inspect.isasyncgenfunction(execute):
        raise InvalidValue("execute is a generator, which nobody runs; take `yield` out of it")
    try:
        inspect.signature(execute).bind({}, TriggerContext())
    except TypeError as error:
        raise InvalidValue(f"execute must take params and context: {error}") from None
    except ValueError:  # a C function without a signature: try it and see
        return
