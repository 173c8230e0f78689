"""What is played, played again: transposed, softer, elsewhere."""

from collections.abc import Mapping
from typing import Any

from midimon_live import ActionPlugin, TriggerContext


class MidiEcho(ActionPlugin):
    """Play the note of the event, transposed; map it to presses and releases."""

    name = "midi_echo"
    capabilities = {"midi"}

    def execute(self, params: Mapping[str, Any], context: TriggerContext) -> None:
        """Send the event on."""
        channel = params.get("channel", context.channel or 0)
        port = params.get("port")
        if context.control is not None:
            values = {"control": context.control, "value": context.value}
            self.host.midi.send("control_change", channel=channel, port=port, **values)
            return
        if context.note is None:
            raise ValueError(
                f"{context.event} has no note; map midi_echo to notes, releases, knobs"
            )
        note = context.note + int(params.get("transpose", 0))
        if not 0 <= note <= 127:
            return  # beyond the keyboard
        if context.event == "release":
            velocity = context.velocity or 0
            self.host.midi.send(
                "note_off", note=note, velocity=velocity, channel=channel, port=port
            )
        else:
            factor = float(params.get("velocity_factor", 1))
            velocity = max(1, min(127, round((context.velocity or 100) * factor)))
            self.host.midi.send("note_on", note=note, velocity=velocity, channel=channel, port=port)
