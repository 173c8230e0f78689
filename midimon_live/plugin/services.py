"""What stands behind every `host`: sending, timers, events, and the text of a refusal."""

from collections.abc import Callable, Mapping
from shlex import quote
from typing import Any

from midimon_live.plugin.rights.audit import Audit
from midimon_live.plugin.surroundings import Surroundings
from midimon_live.plugin.version import Version
from midimon_live.scopes import Scope
from midimon_live.timers import Timer


class HostServices:
    """The `host.Services` of a session; whoever runs a plugin's code calls.

    Args:
        around: what plugins are run in.
        audit: is told of refusals.

    Attributes:
        emitted: takes an event of a plugin: its name, the event's, and values.
    """

    def __init__(self, around: Surroundings, audit: Audit) -> None:
        self._runner = around.runner
        self._cause = around.voices.cause
        self._clock = around.clock
        self._timers = around.timers
        self._outputs = around.outputs
        self._audit = audit
        self.send = around.outputs.send
        self.output_names = around.output_names
        self.now = around.clock.now
        self.emitted: Callable[[str, str, Mapping[str, Any]], None] = lambda *_event: None

    def schedule(
        self, version: Version, delay: float, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> Timer:
        """Keep `function` for `version`; it runs like a handler."""

        def ring() -> None:
            if not version.blocked and not version.retired:
                self._runner.call(version, function, *args)

        timer = self._timers.schedule(self.now() + delay, ring)
        timer.cause = self._cause()  # it may be a thread that asks, beside another event
        version.timers.add(timer)
        return timer

    def emit(self, plugin: str, event: str, values: Mapping[str, Any]) -> None:
        """Put an event of a plugin into the inbox."""
        self.emitted(plugin, event, values)

    def output_name(self, port: str | None) -> str:
        """Return the full name of an output; raises PortError."""
        return self._outputs.get(port).name

    def open_outputs(self) -> list[str]:
        """Return the names of the open outputs."""
        return self._outputs.names()

    def mute(self) -> None:
        """Send nothing from now on, whoever does."""
        self._outputs.muted = True

    def epoch_ms(self) -> int:
        """Return the moment, in milliseconds since the Unix epoch."""
        return self._clock.epoch_ms(self.now())

    def refused(self, version: Version, wanted: Scope, operation: str) -> str:
        """Note a refusal, and return the text for it."""
        why = version.subject.rights.refusal(wanted)
        version.stats.denied += 1
        digest = version.subject.digest
        self._audit.add(version.name, str(wanted), operation, "refused", why=why, digest=digest)
        return f"may not use {wanted}: {why}; to allow it: {grant_line(version.name, wanted)}"


def grant_line(name: str, wanted: Scope) -> str:
    """Return the line that would allow a plugin that."""
    return f"%midi grant {quote(name)} {quote(str(wanted))}"
