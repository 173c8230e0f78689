"""The `host` of a version, what a plugin reaches outside itself: may it, then the deed."""

import re
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from midimon_live.capabilities import Capability
from midimon_live.errors import InvalidValue, PermissionDenied
from midimon_live.events import NOTE_OFF, NOTE_ON, message_bytes
from midimon_live.plugin.version import Version
from midimon_live.scopes import Scope
from midimon_live.scopes import scope as scope_of
from midimon_live.show import as_text
from midimon_live.timers import Timer

_LONGEST_S = 1_000_000
_SHORTEST_S = 0.0005  # what calls itself again at once must not keep events from being read
_EVENT = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_PLAIN = (str, int, float, bool, type(None))
_DEEPEST = 8
_T = TypeVar("_T")


class Services(Protocol):
    """What a version's host reaches through; the manager provides it."""

    def send(self, data: bytes, port: str | None) -> str:
        """Send bytes to an output and return its name."""

    def output_name(self, port: str | None) -> str:
        """Return the full name of an output; raises PortError."""

    def output_names(self) -> list[str]:
        """Return the names of all outputs."""

    def schedule(
        self, version: Version, delay: float, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> Timer:
        """Call a function for `version`, `delay` seconds from now."""

    def emit(self, plugin: str, event: str, values: Mapping[str, Any]) -> None:
        """Put an event of a plugin into the inbox."""

    def now(self) -> float:
        """Return the moment, in monotonic seconds."""

    def epoch_ms(self) -> int:
        """Return the moment, in milliseconds since the Unix epoch."""

    def refused(self, version: Version, wanted: Scope, operation: str) -> str:
        """Note a refusal, and return the text for it."""


class MidiHost:
    """The `host.midi` of one version; see `HostMidi`."""

    __slots__ = ("_services", "_version")

    def __init__(self, version: Version, services: Services) -> None:
        self._version = version
        self._services = services

    def send(self, message: Any, /, *, port: str | None = None, **fields: Any) -> None:
        """Send MIDI; see `HostMidi.send`."""
        version = self._version
        self._check(version)
        data = message_bytes(message, **fields)
        if any(one.what for one in version.scopes if one.capability is Capability.MIDI):
            wanted = Scope(Capability.MIDI, f"out:{self._services.output_name(port)}")
            if not version.subject.rights.allows(wanted):
                text = self._services.refused(version, wanted, "midi.send")
                raise PermissionDenied(version.name, text)
        _note(version.notes, self._services.send(data, port), data)

    def ports(self) -> list[str]:
        """Return the outputs that it may send to; see `HostMidi.ports`."""
        version = self._version
        self._check(version)
        rights = version.subject.rights
        return [
            name
            for name in self._services.output_names()
            if rights.allows(Scope(Capability.MIDI, f"out:{name}"))
        ]

    def _check(self, version: Version) -> None:
        if Capability.MIDI not in version.declared:
            raise PermissionDenied(
                version.name,
                "sends MIDI without declaring it; "
                "add to the class: capabilities = {Capability.MIDI}",
            )
        if version.gone:
            raise PermissionDenied(version.name, "may not send MIDI: it was unloaded")
        if version.blocked and not version.retired:  # retired: `shutdown` puts the lights out
            raise PermissionDenied(version.name, f"may not send MIDI: it is {version.blocked}")


class VersionHost:
    """The `host` of one version; see `Host`."""

    def __init__(
        self, version: Version, services: Services, state: MutableMapping[str, Any], folder: str
    ) -> None:
        self._version = version
        self._services = services
        self.midi = MidiHost(version, services)
        self.state = state
        self.folder = folder
        self.send = self.midi.send

    def require(self, scope: str) -> None:
        """Go on only if the plugin may use that; see `Host.require`."""
        version = self._version
        wanted = scope_of(scope, version.definition.data)
        if not version.subject.rights.allows(wanted):
            raise PermissionDenied(
                version.name, self._services.refused(version, wanted, "host.require")
            )

    def now(self) -> float:
        """Return the moment; see `Host.now`."""
        return self._services.now()

    def log(self, text: Any) -> None:
        """Note one line; see `Host.log`."""
        self._version.voice.note(as_text(text))

    def emit(self, event: str, /, **values: Any) -> None:
        """Fire what is mapped to an event of this plugin; see `Host.emit`."""
        version = self._version
        if version.closed or version.blocked:  # what is under way ends on the version it began on
            return
        self._services.emit(version.name, check_event(event), _plain(values, event))

    def own(self, thing: _T, close: Callable[[], Any] | None = None) -> _T:
        """Have something closed with this version; see `Host.own`."""
        close = close or getattr(thing, "close", None)
        if not callable(close):
            raise InvalidValue(
                f"{thing!r:.80} has no close(); say what ends it: host.own(thing, thing.stop)"
            )
        self._version.owned.add(f"{thing!r:.80}", close, lambda: bool(getattr(thing, "closed", 0)))
        return thing

    def open(self, path: str, mode: str = "r", **options: Any) -> IO[Any]:
        """Open a file that is closed with this version; see `Host.open`."""
        file: IO[Any] = open(Path(self.folder, path), mode, **options)  # noqa: PTH123, SIM115 - it lasts
        return self.own(file)

    def schedule(self, delay: float, function: Callable[..., Any], *args: Any) -> Timer:
        """Call `function(*args)` later; see `Host.schedule`."""
        if not callable(function):
            raise InvalidValue(
                f"{function!r:.80} can not be called; pass the function, not what it returned: "
                f"schedule({delay!r:.40}, self.end, 50) calls self.end(50) then"
            )
        if not isinstance(delay, (int, float)) or not 0 <= delay <= _LONGEST_S:
            raise InvalidValue(f"delay is {delay!r:.40}; allowed are 0 to {_LONGEST_S} seconds")
        return self._services.schedule(self._version, max(delay, _SHORTEST_S), function, args)


def check_event(event: Any) -> str:
    """Return the name of an event; raises InvalidValue."""
    if isinstance(event, str) and _EVENT.fullmatch(event):
        return event
    raise InvalidValue(
        f"{event!r:.80} is no name of an event; allowed are 1 to 64 letters, digits and _ . : -"
    )


def _plain(value: Any, event: str, depth: int = 0) -> Any:
    """Return a copy of plain data; raises InvalidValue for anything else."""
    if isinstance(value, _PLAIN):
        return value
    if depth < _DEEPEST and isinstance(value, Mapping) and all(isinstance(k, str) for k in value):
        return {key: _plain(one, event, depth + 1) for key, one in value.items()}
    if depth < _DEEPEST and isinstance(value, (list, tuple)):
        return [_plain(one, event, depth + 1) for one in value]
    raise InvalidValue(
        f"event {event} has {_shown(value)}, which is no plain data; allowed are text, numbers, "
        f"true, false, None, and lists and tables of them, {_DEEPEST} deep"
    )


def _shown(value: Any) -> str:
    try:
        return f"{value!r:.60}"
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deep"


def _note(sounding: set[tuple[str, int, int]], output: str, data: bytes) -> None:
    """Keep `sounding` true after a message was sent."""
    if len(data) == 3 and data[0] >> 4 in (NOTE_ON, NOTE_OFF):
        one = (output, data[0] & 0xF, data[1])
        if data[0] >> 4 == NOTE_ON and data[2]:
            sounding.add(one)
        else:
            sounding.discard(one)
