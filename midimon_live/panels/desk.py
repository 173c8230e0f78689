"""All panels of a session: what feeds them, and one line on which browsers speak."""

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from midimon_live.assembly import Assembly
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.panels.base import TICK_S, Line, Panel
from midimon_live.panels.feeding import Feeder, LoopFeeder, NoFeeder, ThreadFeeder
from midimon_live.panels.messages import Flow, Message, read
from midimon_live.panels.route import Route
from midimon_live.workers import InlineWorkers, ThreadWorkers, Workers

if TYPE_CHECKING:
    from midimon_live.panels.dashboard import Dashboard
    from midimon_live.sessions import Session

_TROUBLE_S = 5.0
_MOST_WAITING = 50
_LANE = "panels"


class Desk:
    """The panels of a session. Any thread may call anything.

    Args:
        session: what is shown.
        parts: what it is made of.
        shell: the IPython shell, for its kernel; None outside of IPython.
        threads: False starts none; without a loop either, tests call `tick`.

    Attributes:
        session: what is shown.
        parts: what it is made of.
        line: the comm on which views speak.
    """

    def __init__(self, session: "Session", parts: Assembly, shell: Any, *, threads: bool) -> None:
        self.session = session
        self.parts = parts
        self._workers: Workers = ThreadWorkers() if threads else InlineWorkers()
        self._now = parts.clock.now
        self._flow = Flow(self._now)
        self._route = Route(shell)
        self._panels: dict[str, Panel] = {}
        self._dashboard: Dashboard | None = None
        self._waiting = 0
        self._trouble = ""
        self._trouble_until = 0.0
        self._frames = Lock()
        self._feeder = self._new_feeder(threads=threads)
        self._closed = False
        self.line = self._new_line()

    def panel(self, name: str) -> Panel:
        """Return the panel of that name, in any case, or title, the same one every time.

        Raises:
            InvalidValue: there is none of that name.
        """
        from midimon_live.panels import kind, named

        name = named(name, self.parts.hooks)
        known = self._panels.get(name)
        if known is not None and known.comm is not None:
            return known
        if self.line.comm is None:  # somebody closed all widgets
            self.line = self._new_line()
        panel = self._panels[name] = kind(name, self.parts.hooks)(self)
        return panel

    def dashboard(self) -> "Dashboard":
        """Return all panels at once, the same ones every time."""
        from midimon_live.panels.dashboard import Dashboard

        known = self._dashboard
        if known is None or known.comm is None or any(one.comm is None for one in known.panels):
            self._dashboard = known = Dashboard(self)
        return known

    def forget(self, panel: Panel) -> None:
        """A panel was closed; the next `panel` makes another."""
        if self._panels.get(panel.name) is panel:
            del self._panels[panel.name]

    @property
    def trouble(self) -> str:
        """What was wrong with the last messages of browsers, for some seconds; or ""."""
        if self._trouble and self._now() >= self._trouble_until:
            self._trouble = ""
        return self._trouble

    def refuse(self, why: str) -> None:
        """Say in all panels that something a browser said is not taken."""
        self.parts.monitor.counters["refused browser messages"] += 1
        self._trouble = why
        self._trouble_until = self._now() + _TROUBLE_S

    def hand_over(self, message: Message, job: Callable[[], Any]) -> None:
        """Have a command done on the thread for commands, and answered: the hop to the session."""
        if self._waiting >= _MOST_WAITING:
            self.answer(message, error=f"{_MOST_WAITING} commands before this one have not ended")
            return
        self._waiting += 1

        def done() -> None:
            value, wrong = None, ""
            try:
                value = job()
            except MidimonError as error:
                wrong = str(error)
            except Exception as error:
                wrong = f"{type(error).__name__}: {error!s:.300}"
            finally:
                self._waiting -= 1
            with self._frames:  # what shows the state from before has been sent by then
                self.answer(message, value=value, error=wrong)
            self.wake()

        self._workers.do(done, _LANE)

    def beside(self, job: Callable[[], None]) -> None:
        """Have something done on the thread for commands, in its turn."""
        self._workers.do(job, _LANE)

    def answer(self, message: Message, *, value: Any = None, error: str = "") -> None:
        """Answer a view."""
        if not self._closed:
            reply = {"reply": message.id, "view": message.view}
            self.line.send({**reply, "error": error} if error else {**reply, "value": value})

    def tick(self) -> None:
        """Feed every panel that somebody looks at; the feeder calls, or a test."""
        now = self._now()
        for panel in list(self._panels.values()):
            with self._frames:
                self._guarded(partial(panel.feed, now), TICK_S)

    def close(self) -> None:
        """Take all panels off the screens; again is harmless."""
        self._closed = True
        self._feeder.close()
        for panel in list(self._panels.values()):
            panel.close()
        if self._dashboard is not None:
            self._dashboard.close()
        self.line.close()
        self._route.close()

    def _new_line(self) -> Line:
        line = Line()
        line.on_msg(self._heard)
        self._route.serve(line.comm)
        return line

    def _heard(self, _line: Line, content: Any, buffers: Any) -> None:
        """Take one message; on a subshell's thread, or on the main thread."""
        admitted = self._flow.admits()
        try:
            message = read(content, buffers)
        except InvalidValue as error:
            self.refuse(str(error))
            return
        panel = self._panels.get(message.panel)
        if panel is None:
            self.answer(message, error="this panel was closed; run the cell again")
            return
        if not admitted:
            self.refuse("more messages came from the browser than are taken; some were left out")
        panel.receive(message, admitted=admitted)
        self.wake()

    def wake(self) -> None:
        """Let the panels be fed now."""
        self._feeder.wake()

    def _new_feeder(self, *, threads: bool) -> Feeder:
        if threads:
            return ThreadFeeder(self.tick, self._rest)
        loop = self.parts.pump.loop
        return NoFeeder() if loop is None else LoopFeeder(self.tick, self._rest, loop)

    def _rest(self) -> float | None:
        """Return after how many seconds the next panel is to be fed; None: once it is asked to."""
        spans = [self._guarded(panel.rest, TICK_S) for panel in list(self._panels.values())]
        return min((one for one in spans if one is not None), default=None)

    def _guarded(self, asked: Callable[[], Any], otherwise: float) -> Any:
        """Ask a panel; what one of a package raises keeps no other from being fed."""
        try:
            return asked()
        except Exception as error:
            self.parts.monitor.notice(f"panels: {error!r:.200}", about="panels")
            return otherwise
