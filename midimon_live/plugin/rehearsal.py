"""The dry run: what reached a plugin last is played to its new version before that goes live.

It is played in a copy of the process (`os.fork`), in virtual time, with nothing sent and nothing
shown. What the plugin changes there, its own state or a list of the notebook's, is gone with the
copy. A version is refused only for what the version before can do: the same events are played to
that one, too, before anybody is told of a mistake.
"""

import gc
import io
import json
import os
import select
import signal
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from inspect import iscoroutinefunction
from typing import Any, NamedTuple, NoReturn

from midimon_live.capabilities import Capability
from midimon_live.events import TriggerContext
from midimon_live.plugin.api import ActionPlugin
from midimon_live.plugin.host import VersionHost
from midimon_live.plugin.services import HostServices
from midimon_live.plugin.version import Kind, Version
from midimon_live.scopes import Scope
from midimon_live.timers import Timer, Timers

Call = tuple[Mapping[str, Any], TriggerContext]

SLOW_S = 0.05
_AFTER_S, _MOST_TIMERS = 1.0, 200
_LARGE_S = 0.02  # a process that takes so long to copy would keep MIDI waiting


class Verdict(NamedTuple):
    """What came of a dry run.

    Attributes:
        kind: "ok", "failed", "late" (it did not come back), or "unknown".
        line: what was raised, in one line.
        at: the event that was played then, in words, or "".
    """

    kind: str
    line: str = ""
    at: str = ""


class DryServices:
    """What stands behind the `host` of a plugin that is tried: as real as can be without effect.

    Args:
        outputs: the full names of those that are open; others are not asked for.
        began_ms: the moment of the first event, in milliseconds since the Unix epoch.
    """

    def __init__(self, outputs: list[str], began_ms: int) -> None:
        self._outputs = outputs
        self._began_ms = began_ms
        self._moment = 0.0
        self._timers = Timers()
        self._left = _MOST_TIMERS

    def send(self, _data: bytes, port: str | None) -> str:
        """Send nothing."""
        return self.output_name(port)

    def output_name(self, port: str | None) -> str:
        """Return the full name of an open output, or what was given."""
        return next((one for one in self._outputs if port is None or port in one), port or "")

    def output_names(self) -> list[str]:
        """Return the names of the open outputs."""
        return list(self._outputs)

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


class Rehearsals:
    """Tries versions.

    Args:
        services: the real ones, which send nothing any more in a copy.
        describe: returns one line about an exception.

    Attributes:
        still: keeps handlers from running elsewhere while the process is copied.
    """

    def __init__(self, services: HostServices, describe: Callable[[BaseException], str]) -> None:
        self._services = services
        self._describe = describe
        self.still: Callable[[], AbstractContextManager[None]] = nullcontext
        self._copying_s = 0.0

    def unfit(self, version: Version, before: Version) -> str:
        """Return why a version is not tried, or ""."""
        plugin, executions = version.plugin, max(before.stats.executions, 1)
        slowest = max(before.stats.total / executions, before.initialize_s)
        makes_events = not isinstance(plugin, ActionPlugin)
        reasons = {
            "only Linux copies a process with threads safely": sys.platform != "linux",
            "this process is too large to be copied": self._copying_s > _LARGE_S,
            "it is a function": version.definition.kind is Kind.FUNCTION,
            "it says dry_run = False": not plugin.dry_run,
            "it is async, or makes events": makes_events or iscoroutinefunction(version.execute),
            "it may do more than send MIDI": bool(version.declared - {Capability.MIDI}),
            "it is slow": slowest > SLOW_S,
            "nothing has reached it yet": not before.recent,
        }
        return next((why for why, so in reasons.items() if so), "")

    def play(
        self, version: Version, before: Version, take_over: Callable[[], object], seconds: float
    ) -> Verdict:
        """Play what reached a plugin last to its new version, and tell what is wrong with that.

        Args:
            version: the new one; it is not initialised.
            before: the one that plays now.
            take_over: hands state over from one to the other.
            seconds: how long it may take.
        """
        calls, state = list(before.recent), dict(before.plugin.host.state)

        def new() -> None:
            version.plugin.initialize()
            take_over()

        def play(one: Version, begin: Callable[[], None], end: Callable[[], None]) -> Verdict:
            return self._copied(lambda: self._play(one, calls, dict(state), begin, end), seconds)

        found = play(version, new, version.plugin.shutdown)
        if found.kind in ("ok", "unknown"):
            return found
        if play(before, _nothing, _nothing).kind != "ok":  # no event for a version to be tried with
            return Verdict("unknown")
        if found.kind == "late":  # a lock that was held just then, perhaps
            return play(version, new, version.plugin.shutdown)
        return found

    def _play(
        self,
        version: Version,
        calls: list[Call],
        state: dict[str, Any],
        begin: Callable[[], None],
        end: Callable[[], None],
    ) -> Verdict:
        """Play to a version, in the copy."""
        services = DryServices(self._services.open_outputs(), calls[0][1].timestamp)
        plugin = version.plugin
        plugin.host = VersionHost(version, services, state, plugin.host.folder)
        at = ""

        def all_of_it() -> None:
            nonlocal at
            begin()
            for params, context in calls:
                at = _said(context)
                services.move_to(context.timestamp)
                version.execute(dict(params), context)
            services.move_to(services.epoch_ms() + _AFTER_S * 1000)
            end()

        try:
            version.context.copy().run(all_of_it)
        except KeyboardInterrupt:
            return Verdict("unknown")
        except BaseException as error:
            return Verdict("failed", self._describe(error), at)
        return Verdict("ok")

    def _copied(self, play: Callable[[], Verdict], seconds: float) -> Verdict:
        """Play in a copy of the process, and return what came of it there."""
        told, tell = os.pipe()
        began = self._services.now()
        try:
            with warnings.catch_warnings(), self.still():
                warnings.simplefilter("ignore")  # of threads: the copy needs none of them
                child = os.fork()
                if child == 0:
                    self._be_a_copy(play, tell)
        except OSError:  # no process can be had
            os.close(told)
            os.close(tell)
            return Verdict("unknown")
        self._copying_s = self._services.now() - began
        os.close(tell)
        try:
            return _heard(told, seconds)
        finally:
            os.close(told)
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(child, 0)

    def _be_a_copy(self, play: Callable[[], Verdict], tell: int) -> NoReturn:
        """Play, tell, and be gone: nothing of the original is closed, flushed or finalised."""
        try:
            gc.disable()
            _silence()
            self._services.mute()
            os.write(tell, json.dumps(play()).encode())
        finally:
            os._exit(0)


def _heard(told: int, seconds: float) -> Verdict:
    ready, _, _ = select.select([told], [], [], seconds)
    if not ready:
        return Verdict("late")
    data = os.read(told, 60_000)
    return Verdict(*json.loads(data)) if data else Verdict("unknown")


def _silence() -> None:
    """Let nothing be shown: neither prints, nor what is displayed, nor widgets."""
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    module = sys.modules.get("IPython.core.interactiveshell")
    shell = getattr(getattr(module, "InteractiveShell", None), "_instance", None)
    session = getattr(getattr(shell, "kernel", None), "session", None)
    if session is not None:
        session.send = lambda *_words, **_more: None


def _nothing() -> None:
    """Begin and end nothing."""


def _said(context: TriggerContext) -> str:
    """Return an event in words."""
    if context.note is not None:
        return f"{context.event} {context.note} at {context.velocity}"
    if context.control is not None:
        return f"{context.event} {context.control} at {context.value}"
    return context.event
