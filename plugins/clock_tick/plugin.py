"""A beat that mappings can listen to: a trigger plugin that is polled."""

from collections.abc import Iterator
from typing import Any

from midimon_live import TriggerPlugin

SLOWEST, FASTEST = 20.0, 400.0


class ClockTick(TriggerPlugin):
    """Make an event for every beat, and one for every bar of four."""

    name = "clock_tick"
    interval = 0.005

    def initialize(self) -> None:
        """Begin with the first beat at once."""
        self._due = self.host.now()
        self._beat = 0

    def poll_events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the beats that are due; the tempo is `state["bpm"]`, 120 without."""
        bpm = min(FASTEST, max(SLOWEST, float(self.host.state.get("bpm", 120))))
        now = self.host.now()
        if now - self._due > 1:  # the machine slept: do not make up for it in a burst
            self._due = now
        while self._due <= now:
            values = {"beat": self._beat % 4 + 1, "bar": self._beat // 4 + 1, "bpm": bpm}
            if values["beat"] == 1:
                yield "bar", values
            yield "beat", values
            self._beat += 1
            self._due += 60 / bpm
