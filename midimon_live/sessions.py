"""The one object a notebook holds: it builds everything, connects it, and closes it again.

Magics, panels and tests call `Session` methods and nothing below them.
"""

import atexit
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

from midimon_live.actions import check_action
from midimon_live.assembly import assemble
from midimon_live.changes import Change, MappingHandle, WantedMapping
from midimon_live.clock import Clock, SystemClock
from midimon_live.committer import Committer
from midimon_live.drafts import Drafts
from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from midimon_live.home import home as usual_home
from midimon_live.home import move_in, move_out
from midimon_live.keeping import Keeping
from midimon_live.learn import TIMEOUT_S, Learner, Lessons
from midimon_live.learned import Learned, NothingLearned
from midimon_live.modes import check_color, check_mode_name
from midimon_live.monitor import Monitor
from midimon_live.plugin import streams
from midimon_live.plugin.api import Plugin
from midimon_live.plugin.failures import plain_place
from midimon_live.pump import Pump
from midimon_live.triggers import check_trigger
from midimon_live.undo import Undo
from midimon_live.waiting import WaitingChanges

Handler = Callable[[TriggerContext], Any]


class Session(Keeping):
    """A running engine with its ports and plugins. Any thread may call anything, unless said.

    Args:
        shell: the IPython shell whose cells define plugins; None outside of IPython.
        clock: what "now" is.
        threads: False handles every event at once in the caller's thread: for tests.
        loop: does everything, on this one thread, and starts none: where there are no threads.
        backend: "rtmidi", "rtmidi/jack", "virtual", ...; the environment variable MIDIMON_BACKEND
            or "rtmidi" by default.
        name_place: turns a file and line into words such as "In [3], line 7".
        home: where plugins, grants and logs are; the environment variable MIDIMON_HOME, or
            `~/.midimon`, without; None keeps nothing.
    """

    def __init__(
        self,
        shell: Any = None,
        *,
        clock: Clock | None = None,
        threads: bool = True,
        loop: AbstractEventLoop | None = None,
        backend: str | None = None,
        name_place: Callable[[str, int], str] = plain_place,
        home: str | PathLike[str] | None = "",
    ) -> None:
        threads = threads and loop is None
        self._usual_home = usual_home() if home == "" else None
        parts = assemble(
            shell,
            clock or SystemClock(),
            threads=threads,
            loop=loop,
            backend=backend,
            name_place=name_place,
            home=self._usual_home or _home(home),
        )
        super().__init__(parts)
        self.hooks = parts.hooks
        self._name_place = name_place
        self._timers = parts.timers
        self._tasks = parts.tasks
        self._engine = parts.engine
        self._runner = parts.runner
        self._watchdog = parts.watchdog
        self._gestures = parts.gestures
        live = self.plugins, self._modes, self._pump
        committer = Committer(*live, parts.plugins_in_use, parts.in_seconds, parts.clock.now)
        self._waiting = WaitingChanges(committer, parts.tempo, parts.monitor, parts.in_seconds)
        self._drafts = Drafts(self._waiting, self.running)
        self.use_tape(parts)
        self.follow_files(parts, committer, self._drafts, threads=threads)
        self.use_screens(parts, shell, threads=threads)
        self._undo = Undo(
            self.plugins, self._modes, committer, self._waiting, lambda: self._drafts.origin
        )
        committer.changed = self._undo.changed
        self.plugins.decided = self._decided
        self.plugins.call_off = self._waiting.call_off_plugin
        self._lessons = Lessons(parts)
        streams.install()
        self._pump.start()
        if self._usual_home is not None:
            move_in(self._usual_home)
        atexit.register(self.close)

    def map(
        self,
        trigger: Any,
        action: Any,
        *,
        mode: str | None = None,
        name: str | None = None,
        all: bool = False,  # noqa: A002 - the field's name in configurations
        port: str | None = None,
    ) -> MappingHandle:
        """Let a trigger fire an action, from the end of the running cell on.

        Args:
            trigger: from a builder: `note(36)`, `cc(7)`, `long_press(36)`, `chord(60, 64)`, ...
            action: from a builder (`send(...)`, `sequence(...)`, `mode(...)`, `plugin(...)`, ...),
                an `ActionPlugin` (class or instance), or a function (sync or async) that takes
                the context.
            mode: only while this mode is active; None is always.
            name: for people, shown wherever the mapping is.
            all: go on to further mappings of the same control after this one fired.
            port: only for events of ports whose name contains this, any case.

        Returns:
            A handle with `remove()`.

        Raises:
            InvalidValue: trigger, action or mode can not work; the text says why.
        """
        self._check_open()
        return self._drafts.map(
            WantedMapping(
                check_trigger(trigger), check_action(action), _mode(mode), name, all, _port(port)
            )
        )

    def on(
        self,
        trigger: Any,
        *,
        mode: str | None = None,
        name: str | None = None,
        all: bool = False,  # noqa: A002 - the field's name in configurations
        port: str | None = None,
    ) -> Callable[[Handler], Handler]:
        """Map the function below: `@midi.on(note(36))`. Defining it again replaces the mapping."""
        checked, where, source = check_trigger(trigger), _mode(mode), _port(port)

        def mapped(function: Handler) -> Handler:
            wanted = WantedMapping(checked, check_action(function), where, name, all, source)
            wanted.redefines = True
            self._check_open()
            self._drafts.map(wanted)
            return function

        return mapped

    def activate(self, plugin: type[Plugin] | None = None) -> list[str]:
        """Make a plugin class live now, or, without one, all that the cell has said so far.

        Returns:
            Remarks: what took the place of what.

        Raises:
            LoadError: it could not be built or initialised; nothing was changed.
        """
        return self._drafts.activate(plugin)

    def begin(self, change: Change) -> None:
        """Collect what the running cell does to plugins and mappings, until `end`."""
        self._drafts.begin(change)

    def end(self, *, commit: bool, classes: Sequence[type[Plugin]] = ()) -> list[str]:
        """Bring into force what was collected since `begin`, or forget it; see `Drafts.end`."""
        return self._drafts.end(commit=commit, classes=classes)

    def decide_later(self, plugin: str, decision: Callable[[], str]) -> str:
        """Have something decided with the running cell, if that defines a plugin of this name.

        Args:
            plugin: its name.
            decision: done when the cell has come into force, before the first event; returns what
                is to be said then, or "".

        Returns:
            When that is, in words; "" where no cell runs that defines it, and nothing was noted.
        """
        return self._drafts.decide_later(plugin, self.plugins.definitions().get(plugin), decision)

    def _decided(self, about: tuple[str, str], take_back: Callable[[], None]) -> None:
        self._drafts.decided(about, take_back)
        self._undo.changed()

    @property
    def mode(self) -> str:
        """The active mode's name; assign one to change it.

        One that the running cell defines is entered when the cell has come into force.
        """
        return self._modes.name

    @mode.setter
    def mode(self, mode: str) -> None:
        if not self._drafts.enter(mode, self._modes.table.modes):
            self._modes.change(mode)

    def define_mode(self, mode: str, color: str | None = None) -> None:
        """Let a mode exist, also before anything is mapped in it; in a cell, with that cell.

        Args:
            mode: its name.
            color: "#rrggbb" or a colour's name; None keeps the one it has.

        Raises:
            InvalidValue: the name or the colour can not be used.
        """
        self._check_open()
        self._drafts.define_mode(check_mode_name(mode), check_color(color))

    def cancel(self, action: int | None = None) -> int:
        """Cancel the action of that number, or all; what it began (a note) is ended.

        Returns:
            How many were cancelled.

        Raises:
            InvalidValue: none of that number is under way.
        """
        cancelled = self._runs.cancel(action)
        if action is not None and not cancelled:
            under_way = ", ".join(str(one.number) for one in self._runs.under_way()) or "none"
            raise InvalidValue(f"no action {action} is under way; there are: {under_way}")
        return cancelled

    @property
    def deadline(self) -> float:
        """For how many seconds a handler or `initialize` may run before it is stopped; first 10."""
        return self._watchdog.deadline

    @deadline.setter
    def deadline(self, seconds: float) -> None:
        number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if not number or not seconds > 0:
            raise InvalidValue(f"deadline is {seconds!r:.40}; allowed are seconds above 0")
        self._watchdog.deadline = self.plugins.builder.deadline = float(seconds)

    def panic(self) -> list[str]:
        """End all notes on all open outputs; cancel all actions, and what plugins scheduled.

        Returns:
            What went wrong, one line for each output that could not be reached.
        """
        self.end_replays()
        self._lessons.end()
        self._runs.cancel()
        self.plugins.retirement.wait_no_longer()
        self._tempo.cancel(fleeting=True)
        self.plugins.cancel_timers()
        self._tasks.cancel()
        failures = self._ports.outputs.silence(thoroughly=True)
        for line in failures:
            self._monitor.notice(f"panic: {line}")
        return failures

    def learn(
        self, timeout: float = TIMEOUT_S, *, wait: bool = True
    ) -> Learned | NothingLearned | Learner:
        """Propose a trigger for what is played next; meanwhile it fires nothing.

        Args:
            timeout: end after so many seconds without a gesture.
            wait: False returns at once, with a learner that tells `done` and `result` and has
                `cancel()`.

        Returns:
            What was learned; shown, it gives the lines of Python and TOML. Where that was
            nothing, the reason, which counts as false.

        Raises:
            InvalidValue: `timeout` is not above 0, up to 3600.
            MidimonError: it would wait inside a handler, or without a thread that receives.
        """
        self._check_open()
        return self._lessons.wait(timeout) if wait else self._lessons.begin(timeout)

    def settle(self, timeout: float = 5.0) -> None:
        """Wait until everything received is handled; for cells and tests, instead of sleeping.

        Raises:
            SettleTimeout: it was not within `timeout` seconds.
        """
        self._check_open()
        self._pump.settle(timeout)

    async def settled(self, timeout: float = 5.0) -> None:  # noqa: ASYNC109 - same as settle's
        """Like `settle`, in an `await` cell; waits for `async` handlers too."""
        await self._pump.settled(timeout)

    def paused(self, timeout: float = 5.0) -> AbstractContextManager[None]:
        """Keep events waiting meanwhile: `with midi.paused(): ...` for a compound update.

        Raises:
            SettleTimeout: a handler did not end within `timeout` seconds.
        """
        return self._pump.paused(timeout)

    def cell_begins(self) -> None:
        """Expect the kernel's loop to be held from now on; main thread."""
        if isinstance(self._pump, Pump):
            self._pump.cell_begins()

    def close(self) -> None:
        """End everything: plugins, held notes, ports, threads; again is harmless."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        with _each_step(self._monitor) as step:
            step(self.close_screens)
            step(self.close_takes)
            step(self.close_files)
            step(self._lessons.end)
            step(self._waiting.close)
            step(self._tempo.close)
            step(self._runs.cancel)
            step(self._tasks.cancel)
            step(self.plugins.close)
            step(self._pump.stop)
            step(self.plugins.finish)
            step(self._tasks.close)
            step(self._ports.close)
            step(streams.uninstall)
        if self._usual_home is not None:
            move_out(self._usual_home)

    def _aside(self, clock: Clock) -> "Session":
        return Session(clock=clock, threads=False, backend="virtual", home=None)

    @property
    def closed(self) -> bool:
        """Whether the session has ended."""
        return self._closed


def _home(given: str | PathLike[str] | None) -> Path | None:
    return Path(given).expanduser() if given else None


def _mode(mode: Any) -> str | None:
    return None if mode is None else check_mode_name(mode)


def _port(port: Any) -> str | None:
    if port is None or (isinstance(port, str) and port):
        return port
    raise InvalidValue(f"port is {port!r:.40}; allowed is a part of a port's name, or None")


@contextmanager
def _each_step(monitor: Monitor) -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Run closing steps; one that raises is noted and the next ones run all the same."""

    def step(function: Callable[[], Any]) -> None:
        try:
            function()
        except BaseException as error:
            monitor.notice(f"closing: {error!r}")

    yield step
