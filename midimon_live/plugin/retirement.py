"""How a version of a plugin ends: what it began is let finish, what it opened is given back.

A version whose notes sound because a pad is held lingers: the release of that pad is still its own,
so a note ends where it began. Then it is shut down.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from midimon_live.errors import PortError
from midimon_live.events import NOTE_ON, TriggerContext, key_of
from midimon_live.plugin.guard.guard import Guard
from midimon_live.plugin.services import HostServices
from midimon_live.plugin.sources import Sources
from midimon_live.plugin.surroundings import Surroundings
from midimon_live.plugin.version import Version

_LAST_WORDS_S = 5.0
Place = tuple[str, int]  # an input, and the `control_key` of a note-on there


class Retirement:
    """Ends versions. Whoever changes plugins calls.

    Args:
        around: what plugins are run in.
        services: sends what ends notes.
        sources: take events from those that make some.
        guard: knows the threads that they began.

    Attributes:
        later: takes a job to be done between two events.
        held: returns where pads are held that fired a plugin; calls the function it is given with
            each place when its release has been handled.
        lingering: versions that wait for pads, by name.
    """

    def __init__(
        self, around: Surroundings, services: HostServices, sources: Sources, guard: Guard
    ) -> None:
        self._runner = around.runner
        self._monitor = around.monitor
        self._timers = around.timers
        self._now = around.clock.now
        self._services = services
        self._sources = sources
        self._guard = guard
        self.later: Callable[[Callable[[], None]], None] = lambda job: job()
        self.held: Callable[[str, Callable[[Place], None]], list[Place]] = lambda *_name: []
        self.lingering: dict[str, dict[Version, set[Place]]] = {}

    def linger(self, version: Version) -> None:
        """Let a version have the releases of the pads that hold its notes; between two events."""
        if not version.notes:
            return
        places = set(self.held(version.name, partial(self._let_go, version)))
        if places:
            self.lingering.setdefault(version.name, {})[version] = places

    def of_release(self, name: str, context: TriggerContext) -> Version | None:
        """Return the version that has the release of a pad, if that is not the live one."""
        if context.note is None:
            return None
        place = context.port, key_of(NOTE_ON, context.channel or 0, context.note)
        waiting = self.lingering[name].items()
        return next((version for version, places in waiting if place in places), None)

    def retire(self, versions: Iterable[Version], *, at_once: bool = False) -> None:
        """Take versions out of service: what they scheduled is cancelled, `shutdown` is called.

        Executions under way may end first, within 5 seconds; `at_once` waits for nothing.
        """
        for version in versions:
            self._sources.stop(version)
            if at_once:
                self._forget(version)
            elif version in self.lingering.get(version.name, ()):
                continue
            version.retired = True
            cancel_timers(version)
            if at_once or not version.in_flight:
                self.later(partial(self.shut_down, version))
            else:
                self._in_seconds(_LAST_WORDS_S, partial(self._runner.cancel, version))
                self._in_seconds(2 * _LAST_WORDS_S, partial(self._give_up, version))

    def wait_no_longer(self, names: Iterable[str] | None = None) -> None:
        """Retire what lingers of some plugins, or of all."""
        for name in list(self.lingering) if names is None else names:
            self.retire(list(self.lingering.pop(name, ())))

    def discard(self, version: Version) -> None:
        """Take back what a version has begun whose `initialize` raised; it is not shut down."""
        version.retired = version.closed = version.gone = True
        cancel_timers(version)
        self._runner.cancel(version)
        self._give_back(version)

    def quieten(self, version: Version) -> None:
        """End what a version does by itself, and its notes; it stays in service."""
        self._sources.stop(version)
        cancel_timers(version)
        self._runner.cancel(version)
        self.end_notes(version)

    def end_notes(self, version: Version) -> None:
        """End the notes that a version began."""
        notes, version.notes = version.notes, set()
        for output, channel, note in sorted(notes):
            with suppress(PortError):  # gone: nothing sounds there any more
                self._services.send(bytes((0x80 | channel, note, 64)), output)

    def shut_down(self, version: Version) -> None:
        """Call `shutdown`, once, and give back what it opened."""
        if version.closed:
            return
        version.closed = True
        self._runner.call(version, version.plugin.shutdown)
        self._give_back(version)
        version.gone = True
        version.definition.release()

    def _let_go(self, version: Version, place: Place) -> None:
        """The release of a pad has been handled: the version may end."""
        places = self.lingering.get(version.name, {}).get(version)
        if places is None:
            return
        places.discard(place)
        if not places:
            self._forget(version)
            self.retire([version])

    def _forget(self, version: Version) -> None:
        waiting = self.lingering.get(version.name, {})
        waiting.pop(version, None)
        if not waiting:
            self.lingering.pop(version.name, None)

    def _give_up(self, version: Version) -> None:
        """Wait no longer for an execution that goes on though it was cancelled."""
        if version.in_flight and not version.closed:
            what = f"{version.in_flight} async executions, which went on when cancelled"
            self._left(version, what)
            self.shut_down(version)

    def _give_back(self, version: Version) -> None:
        self.end_notes(version)
        for failure in version.owned.close():
            self._monitor.notice(f"{version.name}: {failure}")
        if threads := ", ".join(self._guard.threads_of(version.subject)):
            self._left(version, f"threads running: {threads}; end them in its shutdown")
        self._guard.forget(version.subject)

    def _left(self, version: Version, what: str) -> None:
        self._monitor.counters["left behind"] += 1
        self._monitor.notice(f"{version.name} left {what}")

    def _in_seconds(self, delay: float, job: Callable[[], None]) -> None:
        self._timers.schedule(self._now() + delay, job)


def cancel_timers(version: Version) -> None:
    """Cancel what a version scheduled."""
    for timer in list(version.timers):
        timer.cancel()
    version.timers.clear()
