"""What plugins raised, alike with alike: how often, when, because of which event, and where."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

from midimon_live.events import MidiEvent

KEPT = 200


@dataclass(slots=True)
class ErrorGroup:
    """Errors of one type, from one line of one version of a plugin.

    Attributes:
        plugin: its name.
        version: which version, as "#3"; "" for what is none.
        error: the exception's type.
        place: the line that raised it, such as "In [3], line 7"; "" if it was none of its own.
        line: the last one in one line.
        times: how often.
        first_ms: when it came first, in milliseconds since the Unix epoch.
        last_ms: when it came last.
        first_event: the event that led to the first; None if it was none.
        event: the event that led to the last.
        first_traceback: of the first, as text; at most 10,000 characters.
        traceback: of the last.
    """

    plugin: str
    version: str
    error: str
    place: str
    line: str
    times: int
    first_ms: int
    last_ms: int
    first_event: MidiEvent | None
    event: MidiEvent | None
    first_traceback: str
    traceback: str


class Groups:
    """The last 200 groups; one that came again is the newest. Any thread may call.

    Attributes:
        changes: how often anything was added or forgotten.
    """

    def __init__(self) -> None:
        self._groups: OrderedDict[tuple[str, ...], ErrorGroup] = OrderedDict()
        self._lock = Lock()
        self.changes = 0

    def add(
        self,
        *,
        plugin: str,
        version: str,
        error: str,
        place: str,
        line: str,
        traceback: str,
        event: MidiEvent | None,
        epoch_ms: int,
    ) -> ErrorGroup:
        """Count one error, and return a copy of its group as it is now."""
        key = (plugin, version, error, place)
        with self._lock:
            self.changes += 1
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = ErrorGroup(
                    *key, line, 0, epoch_ms, epoch_ms, event, event, traceback, traceback
                )
                if len(self._groups) > KEPT:
                    self._groups.popitem(last=False)
            else:
                self._groups.move_to_end(key)
            group.times += 1
            group.line, group.traceback = line, traceback
            group.last_ms, group.event = epoch_ms, event
            return replace(group)

    def all(self, plugin: str | None = None) -> list[ErrorGroup]:
        """Return copies of the groups of one plugin, or of all, the newest first."""
        with self._lock:
            groups = [replace(one) for one in reversed(self._groups.values())]
        return [one for one in groups if plugin in (None, one.plugin)]

    def times(self) -> dict[str, int]:
        """Return how often each plugin has raised something that is remembered."""
        found: dict[str, int] = {}
        with self._lock:
            for one in self._groups.values():
                found[one.plugin] = found.get(one.plugin, 0) + one.times
        return found

    def forget(self, plugin: str | None = None) -> None:
        """Forget the groups of one plugin, or all."""
        with self._lock:
            self.changes += 1
            for key in [one for one in self._groups if plugin in (None, one[0])]:
                del self._groups[key]
