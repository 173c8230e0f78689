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

What a plugin reaches outside itself goes through `self.host`.
"""

import inspect
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from midimon_live.capabilities import Capability
from midimon_live.events import TriggerContext

# the classes most recently defined anywhere; whoever runs cells takes from here, nothing acts on it
defined: "deque[type[ActionPlugin]]" = deque(maxlen=10_000)


class Timer(Protocol):
    """What `Host.schedule` returns."""

    def cancel(self) -> None:
        """Do not run it; after it ran this does nothing. Any thread may call."""


class Host(Protocol):
    """What a plugin may do outside itself. Any thread may call."""

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

    def schedule(self, delay: float, function: Callable[..., Any], *args: Any) -> Timer:
        """Call `function(*args)` like a handler, `delay` seconds from now; 0.5 ms to 1 ms exact.

        It is cancelled when the plugin is replaced or unloaded, and by `panic`.
        """


def snake_case(name: str) -> str:
    """Return "my_http_plugin" for "MyHTTPPlugin"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


class ActionPlugin(ABC):
    """Something a pad, key or knob can do.

    Class attributes, all optional:

    Attributes:
        name: how it is called in mappings and panels; the class name in snake_case by default.
        version: free text.
        description: one line; the docstring's first line by default.
        capabilities: what it needs, as a set of `Capability` (or their names).
        main_thread: whether `execute` must run on the kernel's main thread.
        host: what it may do outside itself; there from `initialize` on.
    """

    name: str = ""
    version: str = "0.1.0"
    description: str = ""
    capabilities: Any = frozenset[Capability]()
    main_thread: bool = False
    host: Host
    abstract: ClassVar[bool] = True

    def __init_subclass__(cls, *, abstract: bool = False, **options: Any) -> None:
        """Note that the class exists; `abstract=True` marks a base that is no plugin itself."""
        super().__init_subclass__(**options)
        cls.abstract = abstract
        if "name" not in cls.__dict__:
            cls.name = snake_case(cls.__name__)
        if "description" not in cls.__dict__:
            lines = (cls.__dict__.get("__doc__") or "").strip().splitlines()
            cls.description = lines[0] if lines else ""
        if not abstract:
            defined.append(cls)

    def initialize(self) -> None:  # noqa: B027 - optional, not forgotten
        """Prepare; called once before the plugin is live. Raising keeps the old version playing."""

    @abstractmethod
    def execute(self, params: Mapping[str, Any], context: TriggerContext) -> Any:
        """Do it; may be `async`. What it raises is caught, counted and shown; the rest goes on.

        Args:
            params: as given in the mapping.
            context: the event that fired it.
        """

    def shutdown(self) -> None:  # noqa: B027 - optional, not forgotten
        """Give back what was opened; called once, after the last `execute` of this version."""


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
