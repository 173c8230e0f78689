"""One live version of a plugin: the instance, what it owns, and what it may do."""

import inspect
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from weakref import WeakSet

from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from midimon_live.mappings import Origin
from midimon_live.plugin.api import Plugin, TriggerPlugin
from midimon_live.plugin.guard.subject import Subject
from midimon_live.plugin.handover import check_keep
from midimon_live.plugin.ledger import Ledger
from midimon_live.plugin.limits import Rate
from midimon_live.plugin.lines import Lines
from midimon_live.plugin.slips import no_execute
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.plugin.voices import Voice, Voices
from midimon_live.scopes import Rights, scopes_of
from midimon_live.timers import Timer

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
        context: what its calls are run in; it leads to the cell it was defined in.
        in_flight: executions that have begun and not ended.
        closed: whether `shutdown` has been called.
        notes: the notes it began and has not ended, as (output, channel, note).
        text: its `version`, as text.
        subject: it as the guard knows it.
        timeout: for how many seconds an `async` execution may run, or None.
        rate: how often it may be executed, or None.
        owned: what it opened through `host`, closed in reverse order at the end.
        number: counts the versions of that name, from 1; 0 for one that never goes live.
        initialize_s: how long `initialize` took, in seconds.
        failing: how many executions in a row have failed.
        succeeded: whether any execution has not.
        recent: what it, or the version before, was executed with lately.
        voice: takes what it prints.
        lines: of the files it was compiled from.
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
        "lines",
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
        "voice",
    )

    def __init__(
        self,
        definition: Definition,
        stats: StatsRecorder,
        voices: Voices,
        number: int = 0,
        before: "Version | None" = None,
    ) -> None:
        """Build the instance; it is not initialised yet, and has no host.

        Args:
            definition: says how.
            stats: of all versions of its name.
            voices: gives it one.
            number: counts the versions of that name; 0 for one that never goes live.
            before: the version whose place it is to take.

        Raises:
            InvalidValue: its name or capabilities are unusable.
            Exception: whatever building it raised.
        """
        self.definition = definition
        self.name = definition.name
        self.subject = Subject(self.name, Rights((), ()), definition.folder, definition.digest)
        self.lines = Lines(definition.source, definition.namespaces)
        self.number = number
        self._begin_to_speak(voices, before)
        plugin = self.context.copy().run(_made, definition)
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
        self.owned, self.failing, self.succeeded = Ledger(), 0, False
        self.blocked, self.in_flight, self.initialize_s = "", 0, 0.0
        self.recent: deque[tuple[Mapping[str, Any], TriggerContext]] = deque(maxlen=_RECENT)
        self.retired = self.closed = self.gone = False
        self.timers: WeakSet[Timer] = WeakSet()
        self.notes: set[tuple[str, int, int]] = set()

    def _begin_to_speak(self, voices: Voices, before: "Version | None") -> None:
        aloud = self.definition.kind not in (Kind.FOLDER, Kind.PACKAGE)
        self.voice = Voice(voices, self.name, self.number, aloud=aloud)
        self.speak_here(before)

    def speak_here(self, before: "Version | None" = None) -> None:
        """From now on, run its calls so that what they print appears under the cell that runs."""
        # a function is its user's own, as its cell is
        subject = None if self.definition.kind is Kind.FUNCTION else self.subject
        former = None if before is None else before.context
        self.context: Context = self.voice.context_here(subject, former)

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


def _made(definition: Definition) -> Plugin:
    """Build the instance; raises InvalidValue where its class does not say what it does."""
    if lack := no_execute(definition.source):
        raise InvalidValue(lack)
    return definition.make()


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
