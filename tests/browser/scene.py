"""An afternoon's worth of playing, for pictures of the panels and for looking at them.

It needs nothing but the virtual port: a few plugins, one of which fails and one of which is refused
what it reaches for, three modes, mappings of many kinds, and a phrase that is played.
"""

LOAD = "%env MIDIMON_BACKEND=virtual\n%load_ext midimon_live"
HOSTILE = "<img src=x onerror=hacked=true>"
"""A name that would like to be HTML: if it ever is, `window.hacked` is set."""

CELLS = (
    LOAD,
    '''
from midimon_live import *

class Blink(ActionPlugin):
    """Answer each pad with a light."""
    capabilities = {Capability.MIDI}
    def execute(self, params, context):
        self.host.send("note_on", note=context.note, velocity=context.velocity)

class Strum(ActionPlugin):
    """Play a chord, one string after the other."""
    capabilities = {Capability.MIDI}
    def execute(self, params, context):
        for string, interval in enumerate((0, 4, 7, 12)):
            self.host.schedule(string * 0.03, self.pluck, context.note + interval)
    def pluck(self, note):
        self.host.send("note_on", note=note, velocity=90, channel=1)

class Weather(ActionPlugin):
    """Ask how the weather is, and play that."""
    capabilities = {"network:api.example.com:443", "midi"}
    def execute(self, params, context):
        import socket
        socket.create_connection(("tracker.example.net", 443), timeout=0.05)

class Diary(ActionPlugin):
    """Write each press into a file."""
    capabilities = {"filesystem:write:/tmp/diary", "midi"}
    def execute(self, params, context):
        with open("/tmp/diary/today.txt", "a") as file:
            file.write(f"{context.note}\\n")

class Arpeggio(ActionPlugin):
    """Has a fault in its third note."""
    capabilities = {Capability.MIDI}
    def execute(self, params, context):
        notes = [0, 4]
        self.host.send("note_on", note=context.note + notes[context.velocity % 3], channel=2)

midi.define_mode("Drums", "orange")
midi.define_mode("Keys", "dodgerblue")
midi.define_mode("Mixer", "mediumseagreen")
for pad in range(36, 44):
    midi.map(note(pad), Blink, mode="Drums", name=f"light {pad - 35}")
midi.map(note(44), Strum, mode="Drums", name="strum")
midi.map(note(45), Arpeggio, mode="Drums", name="arpeggio")
midi.map(note(46), Weather, mode="Drums", name="weather")
midi.map(note(48), Diary, mode="Drums", name="diary")
midi.map(long_press(47, duration_ms=600), mode("Keys"), mode="Drums", name="to the keys")
midi.map(double_tap(47), mode("Mixer"), mode="Drums", name="to the mixer")
midi.map(chord(60, 64, 67), send("program_change", program=5), mode="Keys", name="C major")
midi.map(cc(7), send("control_change", control=7, value="pass"), name="volume")
midi.map(note(36), send("note_on", note=35, channel=9), mode="Drums", name="never played")
''',
    """
midi.plugins.grant_capability("diary", "midi")
midi.mode = "Drums"
import threading, time
def play(seconds):
    from random import Random
    dice, end = Random(7), time.monotonic() + seconds
    while time.monotonic() < end:
        pad = dice.choice((36, 36, 38, 40, 41, 42, 44, 45, 46, 48, 50))
        midi.virtual.press(pad, velocity=dice.randint(20, 127))
        midi.virtual.turn(7, dice.randint(0, 127))
        time.sleep(0.045)
        midi.virtual.release(pad)
play(3)
midi.plugins.disable_plugin("strum")
threading.Thread(target=play, args=(SECONDS,), daemon=True).start()
""",
)


def cells(seconds: float) -> list[str]:
    """Return the cells; somebody plays on for that long after the last."""
    return [one.strip().replace("SECONDS", str(seconds)) for one in CELLS]
