"""What actions may do: the engine's side of `ActionHost`."""

from collections.abc import Callable, Sequence
from contextvars import Context
from datetime import datetime
from typing import Any

from midimon_live.actions.base import Outcome, Pending
from midimon_live.clock import Clock
from midimon_live.errors import PortError
from midimon_live.events import TriggerContext
from midimon_live.modes import Modes
from midimon_live.monitor import Monitor
from midimon_live.outputs import Outputs
from midimon_live.plugin.manager import PluginManager
from midimon_live.running import Running
from midimon_live.surface import Surface
from midimon_live.workers import Workers


class Host:
    """Joins what actions need; see `ActionHost` for what each method promises.

    Args:
        clock: tells the time.
        modes: the active mode.
        surface: knows what is held.
        outputs: sends.
        plugins: executes.
        running: knows which handler runs.
        workers: does what may take long.
        monitor: takes notices.
        describe: returns one line about an exception, with the author's place.
    """

    def __init__(
        self,
        clock: Clock,
        modes: Modes,
        surface: Surface,
        outputs: Outputs,
        plugins: PluginManager,
        running: Running,
        workers: Workers,
        monitor: Monitor,
        describe: Callable[[BaseException], str],
    ) -> None:
        self._clock = clock
        self._modes = modes
        self._outputs = outputs
        self._running = running
        self._workers = workers
        self._describe = describe
        self._held: dict[tuple[str, int, int], object] = {}
        self.send = outputs.send
        self.execute = plugins.execute
        self.on_release = surface.on_release
        self.notice: Callable[[str], None] = monitor.notice

    @property
    def mode(self) -> str:
        """The active mode's name."""
        return self._modes.name

    @property
    def modes(self) -> Sequence[str]:
        """The names of all modes, in order."""
        return self._modes.table.modes

    def change_mode(self, mode: str) -> None:
        """Make a mode active, from the next event on; raises InvalidValue."""
        self._modes.change(mode)

    def hold_mode(self, mode: str) -> Callable[[], None]:
        """Make a mode active, and return what ends that; raises InvalidValue."""
        return self._modes.hold(mode)

    def hold_note(self, note_on: bytes, port: str | None) -> Callable[[], None]:
        """Send a note-on and return what ends the note; one that sounds there is ended before."""
        channel, note = note_on[0] & 0xF, note_on[1]
        note_off = bytes((0x80 | channel, note, 64))
        output = self._outputs.get(port).name  # another may be the default when the note ends
        place = (output, channel, note)
        if self._held.pop(place, None) is not None:
            self.send(note_off, output)
        self.send(note_on, output)
        mine = self._held[place] = object()
        silences = self._outputs.silences

        def end() -> None:
            if self._held.get(place) is not mine:
                return
            del self._held[place]
            if silences != self._outputs.silences:  # what sounds now is somebody else's
                return
            try:
                self.send(note_off, output)
            except PortError as error:  # whoever lets go has other things to end
                self.notice(f"note {note} was not ended: {error}")

        return end

    def ask(
        self, function: Callable[[TriggerContext], Any], context: TriggerContext, inside: Context
    ) -> Any:
        """Call a user's function like a handler and return its answer; see `ActionHost.ask`."""
        label = getattr(function, "__qualname__", "condition")
        return self._running.call(label, inside.run, function, context)

    def local_time(self) -> datetime:
        """Return the wall-clock time here."""
        seconds = self._clock.epoch_ms(self._clock.now()) / 1000
        return datetime.fromtimestamp(seconds)  # noqa: DTZ006 - "here" is the machine's own zone

    def beside(
        self,
        about: str,
        job: Callable[[], Any],
        *,
        lane: str | None = None,
        cancel: Callable[[], None] = lambda: None,
    ) -> Pending:
        """Do a job that may take long on another thread; see `ActionHost.beside`."""
        pending = Pending(about, cancel)

        def do() -> None:
            try:
                result = job()
            except BaseException as error:
                result = Outcome("failed", self._describe(error), error)
            pending.finish(result)

        if not self._workers.do(do, lane):
            pending.finish(Outcome("failed", f"{about}: too much is under way; try again later"))
        return pending
