"""Takes as Standard MIDI Files, for and from other programs.

Written: type 1, 120 beats a minute, 960 ticks a beat, so a time is off by 0.26 ms at most; a track
for each input port, called like it, and one for each output. What fired, what plugins emitted,
modes, and messages that no such file may hold (clock, broken ones) are left out.
"""

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from midimon_live.errors import TakeError
from midimon_live.events import MALFORMED, SYSTEM, control_key
from midimon_live.show import as_text
from midimon_live.takes.lines import IN, SENT, Line

if TYPE_CHECKING:
    import mido

SENT_TO = "midimon_live sent to "
_TEMPO, _TICKS_PER_BEAT = 500_000, 960  # microseconds a beat: 120 beats a minute
_TICKS_PER_S = _TICKS_PER_BEAT * 1_000_000 / _TEMPO
_LONGEST_S = 86_400.0

TempoMap = list[tuple[int, float]]


def written(lines: Iterable[Line], seconds: float) -> bytes:
    """Return the bytes of a file with what came in and what was sent."""
    import mido

    tracks: dict[str, list[Line]] = {}
    for line in lines:
        if line.kind in (IN, SENT) and control_key(line.data) not in (MALFORMED, SYSTEM):
            name = line.port if line.kind == IN else f"{SENT_TO}{line.port}"
            tracks.setdefault(name, []).append(line)
    file = mido.MidiFile(type=1, ticks_per_beat=_TICKS_PER_BEAT, charset="utf-8")
    head = file.add_track("midimon_live")
    head.append(mido.MetaMessage("set_tempo", tempo=_TEMPO))
    head.append(mido.MetaMessage("end_of_track", time=_ticks(seconds)))
    for name in sorted(tracks, key=lambda one: one.startswith(SENT_TO)):
        track = file.add_track(name.encode(errors="replace").decode())
        at = 0
        for line in tracks[name]:
            ticks = _ticks(line.t)
            track.append(mido.Message.from_bytes(line.data, time=ticks - at))
            at = ticks
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


def _ticks(seconds: float) -> int:
    return round(seconds * _TICKS_PER_S)


def read(data: bytes, name: str) -> tuple[list[Line], float]:
    """Return what came in by a file of any program, and its length in seconds.

    Args:
        data: the file.
        name: its name, for errors.

    Raises:
        TakeError: it is no MIDI file, or one that can not be one performance.
    """
    file = _parsed(data, name)
    if file.type == 2:
        raise TakeError(
            f"{name} is of type 2: its tracks are pieces of their own; save it as 0 or 1"
        )
    if not file.ticks_per_beat:
        raise TakeError(f"{name} has no ticks in a beat, so nothing in it has a time")
    tempos = _tempo_map(file)
    found: list[tuple[float, int, Line]] = []
    longest = 0.0
    for number, track in enumerate(file.tracks, 1):
        port = as_text(track.name)[:100].strip() or f"track {number}"
        ours = port.startswith(SENT_TO)
        for moment, message in _timed(track, tempos):
            longest = max(longest, moment)
            if not message.is_meta and not ours:
                t = round(moment, 6)
                line = Line(t, IN, port=port, data=bytes(message.bytes()))
                found.append((t, number, line))
    if longest > _LONGEST_S:
        raise TakeError(f"{name} is {longest:.0f} s long; a take has up to {_LONGEST_S:.0f} s")
    found.sort(key=lambda one: one[:2])
    return [line for _, _, line in found], round(longest, 6)


def _parsed(data: bytes, name: str) -> "mido.MidiFile":
    import mido

    if not data.startswith(b"MThd"):
        raise TakeError(f"{name} is no MIDI file: it does not begin with MThd")
    try:
        try:
            return mido.MidiFile(file=io.BytesIO(data), charset="utf-8")
        except UnicodeDecodeError:
            return mido.MidiFile(file=io.BytesIO(data), charset="latin1")
    except Exception as error:  # mido raises whatever it meets
        why = "it ends too early" if isinstance(error, EOFError) else error
        raise TakeError(f"{name} is no MIDI file that can be read: {why}") from None


def _tempo_map(file: Any) -> TempoMap:
    """Return from which tick on a tick has how many seconds; the tempo of any track is all's."""
    division = file.ticks_per_beat
    if division < 0:  # frames a second, and ticks a frame
        frames = 256 - (division >> 8 & 0xFF)
        return [(0, 1 / ((29.97 if frames == 29 else frames) * (division & 0xFF or 1)))]
    changes = {0: _TEMPO}
    for track in file.tracks:
        at = 0
        for message in track:
            at += message.time
            if message.type == "set_tempo":
                changes[at] = message.tempo
    return [(tick, tempo / 1_000_000 / division) for tick, tempo in sorted(changes.items())]


def _timed(track: Any, tempos: TempoMap) -> Iterator[tuple[float, Any]]:
    """Yield the messages of a track, each with its moment in seconds."""
    at, since, moment, place = 0, 0, 0.0, 0
    for message in track:
        at += message.time
        while place + 1 < len(tempos) and tempos[place + 1][0] <= at:
            tick, length = tempos[place + 1][0], tempos[place][1]
            moment, since, place = moment + (tick - since) * length, tick, place + 1
        yield moment + (at - since) * tempos[place][1], message
