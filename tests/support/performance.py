"""A two-hand piano performance as a Standard MIDI File, the same one every time.

``python -m tests.support.performance OUT.mid`` writes it.
"""

import math
import random
import sys
from pathlib import Path

import mido

RIGHT, LEFT, STRINGS = 0, 1, 2
"""The channels: right hand, left hand, and a string voice with bends and swells."""

BARS = 32
_TICKS = 480  # per quarter note
_BAR = 4 * _TICKS
_TEMPO = mido.bpm2tempo(92)
_SUSTAIN, _EXPRESSION = 64, 11
_ORDER = {"note_off": 0, "control_change": 1, "pitchwheel": 2, "note_on": 3}

# Root and triad of eight bars in A minor, as note numbers.
_HARMONY = (
    (45, (57, 60, 64)),
    (41, (57, 60, 65)),
    (48, (55, 60, 64)),
    (43, (55, 59, 62)),
    (38, (57, 62, 65)),
    (45, (57, 60, 64)),
    (40, (56, 59, 64)),
    (45, (57, 60, 64)),
)
_Event = tuple[int, mido.Message]


def write_performance(path: str | Path) -> None:
    """Write the piece as a type 1 file: a tempo track and one track for each channel.

    It has about 2,460 channel messages in 83 seconds: notes and chords for both
    hands, the sustain pedal, expression and pitch bend. Two calls write the same bytes.
    """
    rng = random.Random(20)  # noqa: S311 - a fixed seed, for the same touch in every run
    song = mido.MidiFile(type=1, ticks_per_beat=_TICKS)
    tempo = mido.MidiTrack()
    tempo.append(mido.MetaMessage("set_tempo", tempo=_TEMPO, time=0))
    tempo.append(mido.MetaMessage("time_signature", numerator=4, denominator=4, time=0))
    song.tracks.append(tempo)
    for part in (_right_hand, _left_hand, _strings):
        song.tracks.append(_track([e for bar in range(BARS) for e in part(bar, rng)]))
    song.save(str(path))


def performance_messages(
    path: str | Path, speed: float = 1.0, max_gap: float | None = None
) -> list[tuple[float, bytes]]:
    """Return the channel messages of a MIDI file in the order in which they are played.

    Args:
        path: The file.
        speed: How many times faster than written.
        max_gap: Seconds between two messages at most, after `speed`; longer rests are cut.

    Returns:
        Seconds from the start and the message's bytes. Messages of one chord have equal times.
    """
    now, found = 0.0, []
    for message in mido.MidiFile(str(path)):
        gap = message.time / speed
        now += gap if max_gap is None else min(gap, max_gap)
        if not message.is_meta and hasattr(message, "channel"):
            found.append((now, bytes(message.bytes())))
    return found


def _right_hand(bar: int, rng: random.Random) -> list[_Event]:
    """An arpeggio in eighths that turns round in every other bar, with chords on the accents."""
    _, triad = _HARMONY[bar % len(_HARMONY)]
    ladder = [note + 12 for note in (*triad, triad[0] + 12)]
    walk = ladder + ladder[::-1] if bar % 2 == 0 else ladder[::-1] + ladder
    events: list[_Event] = []
    for step, note in enumerate(walk):
        start = bar * _BAR + step * _TICKS // 2
        accent = step % 4 == 0
        notes = (note, note + 12) if accent else (note,)
        velocity = (88 if accent else 66) + rng.randrange(-8, 9)
        length = _TICKS // 2 - rng.randrange(10, 60)
        events += _chord(RIGHT, notes, start, length, velocity)
    return events


def _left_hand(bar: int, rng: random.Random) -> list[_Event]:
    """Bass and chord in turn, under a pedal that is pressed a little late and lifted early."""
    root, triad = _HARMONY[bar % len(_HARMONY)]
    start = bar * _BAR
    events = [
        (start + 40, _control(LEFT, _SUSTAIN, 127)),
        (start + _BAR - 30, _control(LEFT, _SUSTAIN, 0)),
    ]
    for beat in range(4):
        notes = (root - 12, root) if beat % 2 == 0 else triad
        velocity = 72 + rng.randrange(-6, 7)
        events += _chord(LEFT, notes, start + beat * _TICKS, _TICKS - 40, velocity)
    return events


def _strings(bar: int, rng: random.Random) -> list[_Event]:
    """One long note, swelling (expression) and with a vibrato (pitch bend) that grows."""
    _, triad = _HARMONY[bar % len(_HARMONY)]
    start, steps = bar * _BAR, 16
    top = 96 + rng.randrange(0, 24)
    events = _chord(STRINGS, (triad[-1] + 12,), start, _BAR - 20, 60)
    for step in range(steps):
        tick = start + step * _BAR // steps + 15
        swell = round(40 + (top - 40) * math.sin(math.pi * step / steps))
        bend = round(1500 * step / steps * math.sin(2 * math.pi * step / 4 + 0.5))
        events.append((tick, _control(STRINGS, _EXPRESSION, swell)))
        events.append((tick + 30, mido.Message("pitchwheel", channel=STRINGS, pitch=bend)))
    events.append((start + _BAR - 5, mido.Message("pitchwheel", channel=STRINGS, pitch=0)))
    return events


def _chord(
    channel: int, notes: tuple[int, ...], start: int, length: int, velocity: int
) -> list[_Event]:
    on = [mido.Message("note_on", channel=channel, note=n, velocity=velocity) for n in notes]
    off = [mido.Message("note_off", channel=channel, note=n, velocity=64) for n in notes]
    return [(start, m) for m in on] + [(start + length, m) for m in off]


def _control(channel: int, control: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=control, value=value)


def _track(events: list[_Event]) -> mido.MidiTrack:
    """Turn absolute ticks into a track; at one tick, notes end before others begin."""
    track, last = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: (event[0], _ORDER[event[1].type])):
        track.append(message.copy(time=tick - last))
        last = tick
    return track


if __name__ == "__main__":
    write_performance(sys.argv[1])
