"""What every panel is: snapshots of the session on their way to a browser, and commands back.

A panel is one widget with any number of views. Frames go out on the panel's own comm; what views
say comes in on another, the `line` that all panels of a session share: ipykernel hands a comm's
messages to the thread that sent on it last, and frames are sent from a thread.
"""

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import anywidget
import traitlets
from ipywidgets import Widget, widget_serialization

from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.panels.assets import module, style
from midimon_live.panels.messages import Message, check_args
from midimon_live.panels.onlookers import Onlookers
from midimon_live.show import Table
from midimon_live.skew import Skew

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

TICK_S = 1 / 30
_MOST_CLOCKS = 64
LATEST_MS = 1e15
_SLACK_S = 0.005  # a tick that is this early counts as in time


class Frame(NamedTuple):
    """One picture.

    Attributes:
        state: JSON; b"" where only the buffers are new.
        buffers: whatever is packed.
    """

    state: bytes
    buffers: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """What a view may ask for.

    Attributes:
        run: is called with the panel and the arguments, on a thread for commands, one after the
            other; what it returns goes back to the view. A text is shown there.
        args: the type of each argument, or a tuple of types; None in it lets one be missing.
    """

    run: Callable[..., Any]
    args: Mapping[str, Any] = field(default_factory=dict)


class Line(Widget):  # type: ignore[misc]
    """The comm on which views speak; it has no view of its own."""


class Panel(anywidget.AnyWidget):
    """One panel of a session; made by `Desk.panel`.

    A panel gives `name`, `state` and `table`, and what it needs of the rest.

    Args:
        desk: the session's.

    Attributes:
        name: its name in `PANELS`, and that of its files in `widgets/`.
        hertz: how many frames a second at most; 30 is the most.
        unseen: whether views that are off the screen get frames too.
        commands: what its views may ask for, by name.
        direct: what is done at once, on whatever thread the message came, by name; gets the message
            and whether it is within the rate. It may unpack and queue, and nothing else.
        desk: what it belongs to.
        session: what it shows.
        clocks: the clocks of its views, by view; each gets what `at` of its first message tells.
    """

    name: ClassVar[str] = ""
    hertz: ClassVar[float] = 4.0
    unseen: ClassVar[bool] = False
    commands: ClassVar[Mapping[str, Command]] = {}
    direct: ClassVar[Mapping[str, Callable[[Any, Message, bool], None]]] = {}

    _line = traitlets.Instance(Widget).tag(sync=True, **widget_serialization)
    _panel = traitlets.Unicode().tag(sync=True)

    def __init__(self, desk: "Desk") -> None:
        self.desk = desk
        self.session = desk.session
        self.parts = desk.parts
        self.clocks: dict[str, Skew] = {}
        self._onlookers = Onlookers()
        self._number = 0
        self._due = 0.0
        self._version: Hashable = None
        self._last = b""
        self._told = ""
        super().__init__(_line=desk.line, _panel=self.name)

    @property
    def _esm(self) -> str:
        return module(self.name)

    @property
    def _css(self) -> str:
        return style(self.name)

    def version(self) -> Hashable:
        """Return something cheap that differs when `state` would; None where nothing is."""
        return None

    def state(self) -> Mapping[str, Any]:
        """Return what is to be seen, for JSON; called on the panels' thread, up to `hertz`."""
        raise NotImplementedError

    def table(self) -> Table:
        """Return the picture for where there is no kernel: escaped HTML, and text."""
        raise NotImplementedError

    def frame(self, *, whole: bool) -> Frame | None:
        """Return the next picture, or None when nothing has changed.

        Args:
            whole: whether somebody looks who has seen none before.
        """
        version = self.version()
        if version is not None and version == self._version and not whole:
            return None
        state, self._version = packed(self.state()), version
        if state == self._last and not whole:
            return None
        self._last = state
        return Frame(state)

    def feed(self, now: float) -> None:
        """Send a frame, if it is time, somebody looks, and there is something new."""
        if not self.watched:
            return
        whole = self._onlookers.fresh()
        if now < self._due and not whole:
            return
        self._due = now + 1 / self.hertz - _SLACK_S
        trouble = self.desk.trouble
        try:
            frame = self.frame(whole=whole)
        except Exception as error:
            frame, trouble = None, f"this panel can not be worked out: {error!r:.200}"
        if frame is None and trouble == self._told:
            return
        self._told = trouble
        self._number += 1
        state, buffers = frame or (b"", ())
        self.send({"frame": self._number, "trouble": trouble}, [state, *buffers])

    def rest(self) -> float | None:
        """Return after how many seconds it is to be fed again; None: once something happens."""
        return TICK_S if self.watched else None

    @property
    def watched(self) -> bool:
        """Whether a view of it is on a screen."""
        return self._onlookers.watch(self._number)

    def receive(self, message: Message, *, admitted: bool) -> None:
        """Take what a view says; on any thread. Nothing is waited for.

        Args:
            message: what it says.
            admitted: False when there were too many before it.
        """
        view, args = message.view, message.args
        if message.do in ("hello", "look"):
            self._onlookers.hello(view, self._number, on=self.unseen or bool(args.get("on")))
            self._set_clock(view, args.get("at"))
        elif message.do == "seen":
            frame = args.get("frame")
            self._onlookers.seen(view, frame if isinstance(frame, int) else 0, self._number)
        elif message.do == "bye":
            self._onlookers.bye(view)
            self.clocks.pop(view, None)
            self.left(view)
        elif message.do in self.direct:
            self.direct[message.do](self, message, admitted)
        elif message.do not in self.commands:
            self.desk.answer(message, error=f"{self.name} has no command {message.do!r:.40}")
        elif not admitted:
            self.desk.answer(message, error="too many commands; wait a moment")
        else:
            self.desk.hand_over(message, lambda: self._command(message))

    def _set_clock(self, view: str, at: Any) -> None:
        if not isinstance(at, (int, float)) or not abs(at) < LATEST_MS:
            return  # not a number, or none that a clock shows
        if view not in self.clocks and len(self.clocks) >= _MOST_CLOCKS:
            self.clocks.pop(next(iter(self.clocks)), None)  # long forgotten by its page
        self.clocks.setdefault(view, Skew()).heard(at / 1000, self.parts.clock.now())

    def left(self, view: str) -> None:
        """A view has gone: whatever it held is let go of."""

    def _command(self, message: Message) -> Any:
        """Do what a view has asked for and return the answer; on the thread for commands."""
        command = self.commands[message.do]
        return command.run(self, **check_args(message.args, command.args))

    def close(self) -> None:
        """Take it off all screens; again is harmless."""
        self.desk.forget(self)
        self.layout.close()
        super().close()

    def __repr__(self) -> str:
        try:
            return repr(self.table())
        except MidimonError as error:
            return f"<panel {self.name}: {error}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return with_table(super()._repr_mimebundle_(**kwargs), self.table())


def with_table(bundle: Any, table: Table) -> Any:
    """Return what a widget shows itself as, with a table for where there is no kernel."""
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    return {**data, "text/plain": repr(table), "text/html": table._repr_html_()}, metadata


def packed(state: Any) -> bytes:
    """Return a snapshot as JSON; what JSON does not know is written as text."""
    return json.dumps(state, ensure_ascii=False, separators=(",", ":"), default=str).encode(
        "utf-8", "replace"
    )


def one_of(value: str, allowed: Sequence[str], what: str) -> str:
    """Return `value`; raises InvalidValue when it is none of `allowed`."""
    if value not in allowed:
        raise InvalidValue(f"{what} is {value!r:.40}; allowed are {', '.join(allowed)}")
    return value
