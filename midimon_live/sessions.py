"""The one object a notebook holds: it builds everything, connects it, and closes it again.

Magics, panels and tests call `Session` methods and nothing below them.
"""

import atexit
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

from midimon_live import explain, views
from midimon_live.actions import check_action
from midimon_live.assembly import assemble
from midimon_live.changes import Change, Committer, MappingHandle, WantedMapping
from midimon_live.clock import Clock, SystemClock
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.events import TriggerContext, message_bytes
from midimon_live.mappings import Mapping
from midimon_live.monitor import Monitor, Trace
from midimon_live.plugin.api import ActionPlugin
from midimon_live.plugin.failures import plain_place
from midimon_live.pump import Pump
from midimon_live.show import Table
from midimon_live.stalls import Stall
from midimon_live.triggers import check_trigger

Handler = Callable[[TriggerContext], Any]

# follows the code of a cell, also across `await`; a handler that runs meanwhile has a context of
# its own, in which this is empty or over
_cell_change: ContextVar[Change | None] = ContextVar("midimon_live_cell", default=None)


class Session:
    """A running engine with its ports and plugins. Any thread may call anything, unless said.

    Args:
        shell: the IPython shell whose cells define plugins; None outside of IPython.
        clock: what "now" is.
        threads: False handles every event at once in the caller's thread: for tests.
        backend: "rtmidi", "rtmidi/jack", "virtual", ...; the environment variable MIDIMON_BACKEND
            or "rtmidi" by default.
        name_place: turns a file and line into words such as "In [3], line 7".

    Attributes:
        plugins: the `PluginManager`.
        virtual: the built-in port: play on it, and look at what was sent to it.
        running: which handler runs now.
        stall_meter: learns from the cells which of them runs.
    """

    def __init__(
        self,
        shell: Any = None,
        *,
        clock: Clock | None = None,
        threads: bool = True,
        backend: str | None = None,
        name_place: Callable[[str, int], str] = plain_place,
    ) -> None:
        parts = assemble(
            shell, clock or SystemClock(), threads=threads, backend=backend, name_place=name_place
        )
        self._monitor = parts.monitor
        self._timers = parts.timers
        self._tasks = parts.tasks
        self._ports = parts.ports
        self._engine = parts.engine
        self._pump = parts.pump
        self.virtual = parts.virtual
        self.plugins = parts.plugins
        self.running = parts.running
        self.stall_meter = parts.stalls
        self._committer = Committer(self.plugins, self._engine, self._pump)
        self._open_changes: dict[int, Change] = {}
        self._closed = False
        self._pump.start()
        atexit.register(self.close)

    def map(
        self,
        trigger: Any,
        action: Any,
        *,
        mode: str | None = None,
        name: str | None = None,
        all: bool = False,  # noqa: A002 - the field's name in configurations
    ) -> MappingHandle:
        """Let a trigger fire an action, from the end of the running cell on.

        Args:
            trigger: from a builder: `note(36)`, `cc(7)`, `release(36)`.
            action: an `ActionPlugin` (class or instance), `plugin(...)`, or a function (sync or
                async) that takes the context.
            mode: only while this mode is active; None is always.
            name: for people.
            all: go on to further mappings of the same control after this one fired.

        Returns:
            A handle with `remove()`.

        Raises:
            InvalidValue: the trigger or the action can not work; the text says why.
        """
        return self._map(
            WantedMapping(check_trigger(trigger), check_action(action), mode, name, all)
        )

    def on(
        self, trigger: Any, *, mode: str | None = None, name: str | None = None
    ) -> Callable[[Handler], Handler]:
        """Map the function below: `@midi.on(note(36))`. Defining it again replaces the mapping."""
        checked = check_trigger(trigger)

        def mapped(function: Handler) -> Handler:
            wanted = WantedMapping(checked, check_action(function), mode, name, all=False)
            wanted.redefines = True
            self._map(wanted)
            return function

        return mapped

    def mappings(self) -> list[Mapping]:
        """Return the mappings in force, in the order they are tried."""
        return list(self._engine.table)

    def activate(self, plugin: type[ActionPlugin] | None = None) -> list[str]:
        """Make a plugin class live now, or, without one, all that the cell has said so far.

        Returns:
            Remarks: what took the place of what.

        Raises:
            LoadError: it could not be built or initialised; nothing was changed.
        """
        change = self._change()
        if plugin is not None:
            checked = check_action(plugin).plugin
            if not isinstance(checked, type):
                raise InvalidValue(f"{plugin!r:.80} is no plugin class")
            origin = change.origin if change is not None else None
            return self._committer.commit(Change(origin, classes=[checked]))
        if change is None:
            return []
        self.begin(Change(change.origin))
        change.over = True
        return self._committer.commit(change)

    def begin(self, change: Change) -> None:
        """Collect what the running cell does to plugins and mappings, until `end`."""
        self._open_changes[threading.get_ident()] = change
        _cell_change.set(change)

    def end(self, *, commit: bool, classes: Sequence[type[ActionPlugin]] = ()) -> list[str]:
        """Bring into force what was collected since `begin`, or forget it.

        Args:
            commit: which of the two.
            classes: plugin classes that were defined meanwhile.

        Returns:
            Remarks: what took the place of what.

        Raises:
            LoadError, InvalidValue: it could not be; nothing was changed.
        """
        change = self._open_changes.pop(threading.get_ident(), None)
        if change is None:
            return []
        change.over = True
        if not commit:
            return []
        change.classes.extend(classes)
        return self._committer.commit(change)

    @property
    def mode(self) -> str:
        """The active mode's name; assign one to change it."""
        return self._engine.mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self._engine.set_mode(mode)

    def ports(self) -> Table:
        """Return a table of all ports there are."""
        return views.ports(self._ports)

    def connect(self, port: str | int) -> str:
        """Open an input: a port's name, a part of it, or its index; returns the full name.

        Raises:
            PortNotFound: no port fits, or more than one.
            BackendUnavailable: the system refused.
        """
        self._check_open()
        name = self._ports.connect(port)
        self._pump.wake()
        return name

    def disconnect(self, port: str | int | None = None) -> list[str]:
        """Close one input, or all but the virtual one; returns their names.

        Raises:
            PortNotFound: none of the connected ones fits, or more than one.
        """
        return self._ports.disconnect(port)

    def create_port(self, name: str, direction: str = "both") -> str:
        """Make a port that other programs can connect to; direction "in", "out" or "both".

        Raises:
            PortError: the system has no virtual ports, or refused.
        """
        self._check_open()
        name = self._ports.create(name, direction)
        self._pump.wake()
        return name

    @property
    def output(self) -> str:
        """The output that `send` uses when no port is named; assign a name to change it."""
        return self._ports.outputs.default

    @output.setter
    def output(self, port: str) -> None:
        self._ports.outputs.default = self._ports.outputs.get(port).name

    def send(self, message: Any, /, *, port: str | None = None, **fields: Any) -> None:
        """Send MIDI: `midi.send("note_on", note=60, velocity=64)`, a `mido.Message` or bytes.

        Args:
            message: a mido message type, whose values are in `fields`; or a whole message.
            port: name of an output or a part of it; `midi.output` without.
            fields: note, velocity, control, value: 0-127; channel: 0-15; pitch: -8192-8191.

        Raises:
            InvalidValue: a value is out of its range.
            PortError: there is no such output, or it is gone.
        """
        self._ports.outputs.send(message_bytes(message, **fields), port)

    def panic(self) -> list[str]:
        """End all notes on all open outputs, cancel what plugins scheduled and their tasks.

        Returns:
            What went wrong, one line for each output that could not be reached.
        """
        self.plugins.cancel_timers()
        self._tasks.cancel()
        failures = self._ports.outputs.silence(thoroughly=True)
        for line in failures:
            self._monitor.notice(f"panic: {line}")
        return failures

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

    def traces(self, last: int | None = None) -> list[Trace]:
        """Return what is remembered of the last events, oldest first; at most 10,000."""
        return self._monitor.traces(last)

    def counters(self) -> dict[str, int]:
        """Return how often something out of the ordinary happened, by its name."""
        return dict(self._monitor.counters)

    def monitor(self, last: int = 20) -> Table:
        """Return a table of the last events and what they fired."""
        return views.monitor(self._monitor.traces(last))

    def why(self, event: int | None = None) -> Table:
        """Explain why an event fired what it fired, or nothing.

        Args:
            event: its number, as `monitor` shows it; the last one without.
        """
        return explain.why(self._monitor, self._engine.table, self.mode, event)

    def stats(self, plugin: str | None = None) -> Table:
        """Return a table of the statistics of one plugin, or of all; raises PluginNotFound."""
        names = self.plugins.list_loaded() if plugin is None else [plugin]
        return views.stats({name: self.plugins.get_stats(name) for name in names})

    def status(self) -> Table:
        """Return one glance at everything."""
        return views.status(
            handled=self._pump.handled(),
            monitor=self._monitor,
            ports=self._ports,
            plugins=self.plugins,
            mappings=len(self._engine.table),
            mode=self.mode,
            stalls=self.stalls(),
        )

    def stalls(self) -> list[Stall]:
        """Return the last 100 times that nothing could run, and because of which cell."""
        return self.stall_meter.stalls()

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
            step(self._tasks.cancel)
            step(self.plugins.close)
            step(self._pump.stop)
            step(self._tasks.close)
            step(self._ports.close)

    @property
    def closed(self) -> bool:
        """Whether the session has ended."""
        return self._closed

    def _map(self, wanted: WantedMapping) -> MappingHandle:
        self._check_open()
        handle = wanted.handle = MappingHandle(wanted, self._remove)
        change = self._change()
        if change is None:
            self._committer.commit(Change(mappings=[wanted]))
        else:
            change.mappings.append(wanted)
        return handle

    def _remove(self, handle: MappingHandle) -> None:
        change = self._change()
        if change is not None:
            change.mappings = [one for one in change.mappings if one.handle is not handle]
            change.removals.append(handle)
        elif handle.mapping is not None:
            self._committer.commit(Change(removals=[handle]))

    def _change(self) -> Change | None:
        """Return what the running cell has said so far; None outside of one, and in a handler."""
        change = _cell_change.get()
        return None if change is None or change.over or self.running.here() else change

    def _check_open(self) -> None:
        if self._closed:
            raise MidimonError("this session has ended; run: %load_ext midimon_live")

    def __repr__(self) -> str:
        return "<midimon_live session, closed>" if self._closed else repr(self.status())

    def _repr_html_(self) -> str | None:
        return None if self._closed else self.status()._repr_html_()


@contextmanager
def _each_step(monitor: Monitor) -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Run closing steps; one that raises is noted and the next ones run all the same."""

    def step(function: Callable[[], Any]) -> None:
        try:
            function()
        except BaseException as error:
            monitor.notice(f"closing: {error!r}")

    yield step
