r"""All that a plugin author reads.

Write a class, say what it does in `execute`, map it::

    class Blink(ActionPlugin):
        \"\"\"Print which pad was hit, and how hard.\"\"\"

        def execute(self, params, context):
            print(f"pad {context.note} at {context.velocity}")

    midi.map(note(36), Blink)

Where handlers run: one at a time, in the order of the events. Normally on the kernel's main thread,
between cells; while a cell holds the kernel, on a second thread, next to your cell. A plugin with
`main_thread = True` waits for the main thread instead. An `async` `execute` runs as a task of the
kernel's event loop, so it waits while a cell holds that; for timing use `self.host.schedule`.

What a plugin reaches outside itself goes through `self.host`. Parameters, the context, events and
state are plain data (text, numbers, lists, tables), so that a plugin does not depend on running in
the same process as the engine.
"""

import inspect
import re
import sys
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, MutableMapping
from typing import IO, TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from midimon_live.capabilities import Capability
from midimon_live.events import TriggerContext

_T = TypeVar("_T")

# the classes most recently defined anywhere; whoever runs cells takes from here, nothing acts on it
defined: "deque[type[Plugin]]" = deque(maxlen=10_000)


class Timer(Protocol):
    """What `Host.schedule` returns."""

    def cancel(self) -> None:
        """Do not run it; after it ran this does nothing. Any thread may call."""


class HostMidi(Protocol):
    """MIDI, for a plugin that declares `midi`. Any thread may call."""

    def send(self, message: Any, /, *, port: str | None = None, **fields: Any) -> None:
        """Send MIDI: `send("note_on", note=60, velocity=64, channel=0)`, a `mido.Message` or bytes.

        Args:
            message: a mido message type, whose values are in `fields`; or a whole message.
            port: name of an output, or a part of it; the session's default output without.
            fields: note, velocity, control, value: 0-127; channel: 0-15; pitch: -8192-8191.

        Raises:
            PermissionDenied: the plugin does not declare `Capability.MIDI`, or it was revoked.
            InvalidValue: a value is out of its range.
            PortError: there is no such output, or it is gone.
        """

    def ports(self) -> list[str]:
        """Return the names of the outputs that it may send to; raises PermissionDenied."""


class Host(Protocol):
    """What a plugin may do outside itself. Any thread may call.

    Attributes:
        folder: the path of the plugin's data folder; relative scopes of the file system are in it.
            `~/.midimon/data/NAME`, and for a plugin in a cell the notebook's working directory.
        state: a small table of plain values under names, which survives new versions of the plugin
            and, for one from a folder or package, the kernel. 64,000 bytes.
    """

    @property
    def midi(self) -> HostMidi:
        """Sending MIDI."""

    folder: str
    state: MutableMapping[str, Any]

    def send(self, message: Any, /, *, port: str | None = None, **fields: Any) -> None:
        """Send MIDI: the same as `midi.send`."""

    def require(self, scope: str) -> None:
        """Go on only if the plugin may use that: for libraries with capabilities of their own.

        Args:
            scope: as "lights" or "lights:stage".

        Raises:
            PermissionDenied: it is not declared, not granted, or denied; the text says how to.
            InvalidValue: there is no such capability.
        """

    def now(self) -> float:
        """Return the moment in seconds, of a clock that only goes forward and that tests move."""

    def log(self, text: Any) -> None:
        """Note one line in the plugin's log, which `%midi log NAME` shows."""

    def emit(self, event: str, /, **values: Any) -> None:
        """Fire what is mapped to an event of this plugin.

        Args:
            event: its name.
            values: plain data, which handlers get as `context.data`; numbers called note, velocity,
                control, value and channel are in the context under those names too.

        Raises:
            InvalidValue: the name or a value can not be used.
        """

    def own(self, thing: _T, close: Callable[[], Any] | None = None) -> _T:
        """Have something closed when this version is replaced or unloaded, after `shutdown`.

        What was opened last is closed first; what can not be closed is told.

        Args:
            thing: a connection, a thread's owner, a port; it is returned.
            close: ends it; its own `close` without.

        Raises:
            InvalidValue: nothing tells how to close it.
        """

    def open(self, path: str, mode: str = "r", **options: Any) -> IO[Any]:
        """Open a file, in the data folder unless `path` is absolute, and own it.

        Takes what Python's own `open` takes, and needs the same capabilities.

        Raises:
            PermissionDenied: the plugin may not read, or write, there.
            OSError: it can not be opened.
        """

    def schedule(self, delay: float, function: Callable[..., Any], *args: Any) -> Timer:
        """Call `function(*args)` like a handler, `delay` seconds from now; 0.5 ms to 1 ms exact.

        It is cancelled when the plugin is replaced or unloaded, and by `panic`.
        """


_OF_HOST = {name for name in (*vars(Host), *Host.__annotations__) if not name.startswith("_")}


def snake_case(name: str) -> str:
    """Return "my_http_plugin" for "MyHTTPPlugin"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _place() -> tuple[str, int]:
    """Return file and line of the class statement that is just executed."""
    frame = sys._getframe(2)  # noqa: SLF001 - classes do not know their lines before Python 3.13
    while frame.f_back and frame.f_code.co_name in ("__init_subclass__", "__new__"):
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


class Plugin(ABC):
    """What actions and triggers have in common; derive from one of those.

    Class attributes, all optional:

    Attributes:
        name: how it is called in mappings and panels; the class name in snake_case by default.
        version: free text.
        description: one line; the docstring's first line by default.
        capabilities: what it needs: a set of `Capability`s, of their names, or of scopes such as
            "network:api.example.com:443" (`midimon_live.scopes`); or a table, as in plugin.toml.
        timeout: for how many seconds an `async` execution may run; None is without end.
        rate: how many executions a second are let through; None is all.
        keep: names of attributes that the next version takes over, if it keeps them too and begins
            with a value of the same kind: `keep = ("count", "last")`.
        dry_run: whether a new version is tried, aside, with the events that came last.
        host: what it may do outside itself; there from `initialize` on.
    """

    name: str = ""
    version: str = "0.1.0"
    description: str = ""
    capabilities: Any = frozenset[Capability]()
    timeout: float | None = None
    rate: float | None = None
    keep: tuple[str, ...] = ()
    dry_run: bool = True
    host: Host
    abstract: ClassVar[bool] = True
    _defined_at: ClassVar[tuple[str, int]] = ("", 0)

    def __init_subclass__(cls, *, abstract: bool = False, **options: Any) -> None:
        """Note that the class exists; `abstract=True` marks a base that is no plugin itself."""
        super().__init_subclass__(**options)
        cls.abstract = abstract
        cls._defined_at = _place()
        if "name" not in cls.__dict__:
            cls.name = snake_case(cls.__name__)
        if "description" not in cls.__dict__:
            lines = (cls.__dict__.get("__doc__") or "").strip().splitlines()
            cls.description = lines[0] if lines else ""
        if not abstract:
            defined.append(cls)

    if not TYPE_CHECKING:  # a checker would take every name for one of a plugin's

        def __getattr__(self, name: str) -> Any:
            """Say where to find what is not in a plugin itself."""
            if inspect.getattr_static(self, name, None) is not None:
                return object.__getattribute__(self, name)  # a property whose own error this was
            text = f"{type(self).__name__!r} object has no attribute {name!r}"
            if name == "host":
                text += "; it is there from initialize on, and not in __init__"
            elif name in _OF_HOST:
                text += f"; did you mean self.host.{name}?"
            raise AttributeError(text, name=name, obj=self)

    def initialize(self) -> None:  # noqa: B027 - optional, not forgotten
        """Prepare; called once before the plugin is live. Raising keeps the old version playing."""

    def migrate(self, old: "Plugin") -> None:  # noqa: B027 - optional, not forgotten
        """Take over state from the version before, in place of what `keep` does.

        Called once, after `initialize` and just before it goes live, while events wait. Raising
        keeps the old version playing; do not change that one.
        """

    def shutdown(self) -> None:  # noqa: B027 - optional, not forgotten
        """Give back what was opened; called once, after the last use of this version."""


class ActionPlugin(Plugin, abstract=True):
    """Something a pad, key or knob can do; see `Plugin` for what a class can state.

    Attributes:
        main_thread: whether `execute` must run on the kernel's main thread.
    """

    main_thread: bool = False

    @abstractmethod
    def execute(self, params: Mapping[str, Any], context: TriggerContext) -> Any:
        """Do it; may be `async`. What it raises is caught, counted and shown; the rest goes on.

        Args:
            params: as given in the mapping.
            context: the event that fired it.
        """


class TriggerPlugin(Plugin, abstract=True):
    """Something that makes events of its own: a clock, a sensor, a folder that is watched.

    Write one of the two: `poll_events`, which is called every `interval` seconds, or `events`,
    which yields whenever there is one. Either begins when the plugin is enabled, and ends with it.
    Mappings listen to them with `plugin_event("name", "event")`.

    Attributes:
        interval: seconds from one `poll_events` to the next, 0.001 to 3600.
    """

    interval: float = 0.1

    def poll_events(self) -> Iterable["Event"]:
        """Return what has happened since the last call: names, or (name, values)."""
        return ()

    def events(self) -> AsyncIterator["Event"]:
        """Yield events, as names or (name, values), from an `async def` with `yield`."""
        raise NotImplementedError


Event = str | tuple[str, Mapping[str, Any]]


class FunctionPlugin(ActionPlugin, abstract=True):
    """A plain function as a plugin: mapped functions have statistics and errors like any other."""

    def __init__(self, name: str, function: Callable[[TriggerContext], Any]) -> None:
        self.name = name
        self.description = (inspect.getdoc(function) or "").partition("\n")[0]
        self.function = function
        self.capabilities = frozenset({Capability.MIDI})

    def execute(self, params: Mapping[str, Any], context: TriggerContext) -> Any:  # noqa: ARG002
        """Call the function with the context."""
        return self.function(context)
