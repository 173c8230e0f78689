"""A chord from one pad, its notes one after another: what `host.schedule` is for."""

from collections.abc import Mapping
from typing import Any

from midimon_live import ActionPlugin, TriggerContext

CHORDS = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "sus4": (0, 5, 7),
    "major7": (0, 4, 7, 11),
    "minor7": (0, 3, 7, 10),
    "power": (0, 7, 12),
}


class ChordStrum(ActionPlugin):
    """Strum a chord on the pad's note: chord, strum_ms, length_ms, direction."""

    name = "chord_strum"
    capabilities = {"midi"}

    def execute(self, params: Mapping[str, Any], context: TriggerContext) -> None:
        """Plan the notes; nothing here waits."""
        chord = params.get("chord", "major")
        if chord not in CHORDS:
            raise ValueError(f"chord is {chord!r}; allowed are {', '.join(CHORDS)}")
        root = int(params.get("root", 60 if context.note is None else context.note))
        velocity = context.velocity or 100
        steps = CHORDS[chord]
        if params.get("direction") == "down":
            steps = steps[::-1]
        gap, length = float(params.get("strum_ms", 30)), float(params.get("length_ms", 500))
        for place, step in enumerate(steps):
            note = root + step
            if note <= 127:
                self.host.schedule(place * gap / 1000, self._begin, note, velocity, length / 1000)

    def _begin(self, note: int, velocity: int, length_s: float) -> None:
        self.host.midi.send("note_on", note=note, velocity=velocity)
        self.host.schedule(length_s, self._end, note)

    def _end(self, note: int) -> None:
        self.host.midi.send("note_off", note=note)
