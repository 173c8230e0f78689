"""The overview: one glance at engine, ports, mode, plugins and errors; and the way to stop."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from midimon_live.panels.base import Command, Panel
from midimon_live.plugin.version import Kind
from midimon_live.show import Table

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

_NOTICES = 2
_RATE_MS = 1000


class View(Panel):
    """The overview of a session."""

    name = "overview"
    hertz = 4.0

    def __init__(self, desk: "Desk") -> None:
        self._late: tuple[int, Mapping[str, float]] = (0, {})
        super().__init__(desk)

    def state(self) -> Mapping[str, Any]:
        """Return one glance at everything."""
        parts, session = self.parts, self.session
        ports, outputs = parts.ports, parts.ports.outputs
        position = parts.tempo.position()
        notices = parts.monitor.notices()[-_NOTICES:]
        return {
            "closed": session.closed,
            "events": self._serial(),
            "rate": self._rate(),
            "handled": parts.pump.handled(),
            "late": self._lateness(),
            "inputs": ports.connected(),
            "waiting": ports.waiting(),
            "output": outputs.default,
            "sounding": outputs.sounding(),
            "hardware": ports.status,
            "mode": parts.modes.name,
            "modes": [
                {"name": name, "color": parts.modes.table.colors.get(name, "")}
                for name in parts.modes.table.modes
            ],
            "mappings": len(parts.modes.table),
            "actions": len(parts.runs.under_way()),
            "plugins": self._plugins(),
            "errors": self._raised(),
            "clock": str(position) if position is not None else "",
            "stall": self._stall(),
            "notices": [{"at": one.epoch_ms, "text": one.text} for one in notices],
        }

    def table(self) -> Table:
        """Return what `midi.status()` shows."""
        return self.session.status()

    def panic(self) -> str:
        """End all notes and actions."""
        failures = self.session.panic()
        return "; ".join(failures) or "all notes off, all actions cancelled"

    def enter(self, mode: str) -> str:
        """Make another mode active."""
        self.session.mode = mode
        return f"mode: {mode}"

    commands: ClassVar[Mapping[str, Command]] = {
        "panic": Command(panic),
        "mode": Command(enter, {"mode": str}),
    }

    def _serial(self) -> int:
        last = self.parts.monitor.traces(1)
        return last[0].event.serial if last else 0

    def _rate(self) -> int:
        """Return how many events came in the last second."""
        since = self.parts.clock.now() - _RATE_MS / 1000
        return self.parts.monitor.since(since)

    def _lateness(self) -> Mapping[str, float]:
        """Return how late events were; worked out anew only when there were more."""
        serial = self._serial()
        if serial != self._late[0]:
            late = self.parts.monitor.lateness()
            p50, p99, most = (round(one, 2) for one in late)
            self._late = serial, {"p50": p50, "p99": p99, "max": most}
        return self._late[1]

    def _plugins(self) -> Mapping[str, Any]:
        plugins = self.session.plugins
        disabled = plugins.disabled()
        states: Counter[str] = Counter()
        functions = 0
        for name, one in plugins.definitions().items():
            if one.kind is Kind.FUNCTION:
                functions += 1
            elif name in disabled:
                states["disabled"] += 1
            elif plugins.refusal(name):
                states["refused"] += 1
            else:
                states["enabled"] += 1
        return {**states, "functions": functions}

    def _raised(self) -> Mapping[str, Any]:
        groups = self.parts.errors.all()
        newest = groups[0] if groups else None
        return {
            "times": sum(one.times for one in groups),
            "last": f"{newest.plugin}: {newest.line}" if newest is not None else "",
        }

    def _stall(self) -> Mapping[str, Any] | None:
        stalls = self.session.stalls()
        if not stalls:
            return None
        return {"ms": round(stalls[-1].seconds * 1000), "where": stalls[-1].where}
