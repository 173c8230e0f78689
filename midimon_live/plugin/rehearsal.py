"""The dry run: what reached a plugin last is played to its new version before that goes live.

It is played to an instance of its own, in virtual time, with nothing sent and nothing shown.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from copy import deepcopy
from inspect import isawaitable
from typing import Any

from midimon_live.events import TriggerContext
from midimon_live.plugin.api import Plugin
from midimon_live.plugin.handover import carry
from midimon_live.plugin.host import Services, VersionHost
from midimon_live.plugin.stats import StatsRecorder
from midimon_live.plugin.version import Definition, Version
from midimon_live.scopes import Rights, Scope
from midimon_live.timers import Timer, Timers

Call = tuple[Mapping[str, Any], TriggerContext]

_AFTER_S, _MOST_TIMERS = 1.0, 200


class DryServices:
    """What stands behind the `host` of a rehearsed version: as real as can be without effect.

    Args:
        real: tells which outputs there are.
        began_ms: the moment of the first event, in milliseconds since the Unix epoch.
    """

    def __init__(self, real: Services, began_ms: int) -> None:
        self.output_name = real.output_name
        self.output_names = real.output_names
        self._began_ms = began_ms
        self._moment = 0.0
        self._timers = Timers()
        self._left = _MOST_TIMERS

    def send(self, _data: bytes, port: str | None) -> str:
        """Send nothing; raises PortError as the real one does."""
        return self.output_name(port)

    def schedule(
        self, version: Version, delay: float, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> Timer:
        """Keep a function for when virtual time has come so far."""
        timer = self._timers.schedule(self._moment + delay, lambda: function(*args))
        version.timers.add(timer)
        return timer

    def emit(self, _plugin: str, _event: str, _values: Mapping[str, Any]) -> None:
        """Let nobody hear of it."""

    def now(self) -> float:
        """Return the moment, in virtual seconds."""
        return self._moment

    def epoch_ms(self) -> int:
        """Return the moment, in milliseconds since the Unix epoch."""
        return self._began_ms + round(self._moment * 1000)

    def refused(self, _version: Version, wanted: Scope, _operation: str) -> str:
        """Return the text of a refusal, which is noted nowhere."""
        return f"may not use {wanted}"

    def move_to(self, moment_ms: float) -> None:
        """Let virtual time go on, and run what is due by then."""
        until = max((moment_ms - self._began_ms) / 1000, self._moment)
        while self._left and (timer := self._timers.pop_due(until)) is not None:
            self._left -= 1
            self._moment = max(self._moment, timer.due)
            action, timer.action = timer.action, None
            if action is not None:
                action()
        self._moment = until


class Rehearsal:
    """One dry run.

    Args:
        definition: of the version that is to go live.
        calls: what reached the plugin last, oldest first.
        services: the real ones.

    Attributes:
        version: the one that is rehearsed.
        playing: the event that it was at last, or None before the first.
    """

    def __init__(self, definition: Definition, calls: Iterable[Call], services: Services) -> None:
        self._calls = [(deepcopy(dict(params)), context) for params, context in calls]
        self._services = DryServices(services, self._calls[0][1].timestamp)
        self.version = Version(definition, StatsRecorder())
        self.playing: TriggerContext | None = None

    def run(self, rights: Rights, state: Mapping[str, Any], before: Plugin | None) -> None:
        """Play; what the plugin raises goes through.

        Args:
            rights: what it may do.
            state: a copy of what is in its table.
            before: the instance that plays now, whose state is copied.
        """
        version, table = self.version, dict(state)
        version.subject.rights = rights
        version.plugin.host = _host(version, self._services, table)
        version.plugin.initialize()
        if before is not None and type(version.plugin).migrate is Plugin.migrate:
            carry(_Copied(before), version.plugin)
        for params, context in self._calls:
            self.playing = context
            self._services.move_to(context.timestamp)
            result = version.execute(params, context)
            if isawaitable(result) and hasattr(result, "close"):
                result.close()
        self._services.move_to(self._services.epoch_ms() + _AFTER_S * 1000)
        version.plugin.shutdown()


class _Copied:
    """What a plugin keeps, as copies; what can not be copied is not there."""

    def __init__(self, plugin: Plugin) -> None:
        self.keep = plugin.keep
        for name in plugin.keep:
            try:
                setattr(self, name, deepcopy(getattr(plugin, name)))
            except Exception:  # noqa: S112 - whatever an object of the user's raises
                continue


def _host(version: Version, services: Services, table: MutableMapping[str, Any]) -> VersionHost:
    return VersionHost(version, services, table, str(version.definition.data or "."))
