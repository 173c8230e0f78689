"""Takes as Standard MIDI Files, of ours and of other programs."""

import contextlib
import io
from pathlib import Path

import mido
import pytest

from midimon_live import note, send
from midimon_live.errors import TakeError
from midimon_live.testing import Take, press, released, session

# a beat of a second has 96 ticks; two notes, in running status, end a beat apart
TRACK = bytes.fromhex("00ff51030f4240 00902464 002864 602400 602800 00ff2f00")
RUNNING = bytes.fromhex("4d546864 00000006 0000 0001 0060 4d54726b 00000018") + TRACK


def saved(file: mido.MidiFile, path: Path) -> Take:
    """Return the take of what mido wrote."""
    file.save(path)
    return Take.load(path)


def test_times_of_a_file_of_ours_are_kept_to_a_millisecond(tmp_path: Path) -> None:
    """Each port has its track; length, bytes and ports are the same."""
    with session() as midi, midi.record() as recording:
        for step in range(200):
            midi.advance(0.0137)
            midi._pump.inject(f"Port {step % 3}", bytes((0x90, step % 128, 1 + step % 127)))
        midi.advance(1)
    recording.save(tmp_path / "take.mid")
    take, loaded = recording.take, Take.load(tmp_path / "take.mid")
    pairs = list(zip(take.inputs, loaded.inputs, strict=True))
    assert all((one.port, one.data) == (other.port, other.data) for one, other in pairs)
    assert max(abs(one.t - other.t) for one, other in pairs) < 0.001
    assert abs(loaded.seconds - take.seconds - 2) < 0.001
    assert (loaded.results, loaded.clock) == ([], "")


def test_what_was_sent_has_a_track_of_its_own_and_is_no_input(tmp_path: Path) -> None:
    """Other programs can play it; here it comes again when the take is replayed."""
    with session() as midi:
        midi.map(note(36), send("note_on", note=60, until_release=True))
        with midi.record(tmp_path / "take.mid"):
            midi.play(press(36), released(36, time=0.5), b"\xf8", b"\x90", b"\xf0\x01\xf7")
    file = mido.MidiFile(tmp_path / "take.mid")
    assert [track.name for track in file.tracks] == [
        "midimon_live",
        "Virtual",
        "midimon_live sent to Virtual",
    ]
    assert [one.note for one in file.tracks[2] if not one.is_meta] == [60, 60]
    loaded = Take.load(tmp_path / "take.mid")
    assert [line.data[0] for line in loaded.inputs] == [0x90, 0x80, 0xF0]


def test_running_status_and_a_tempo_of_another_program_are_understood(tmp_path: Path) -> None:
    """At its own tempo, from a track without a name."""
    (tmp_path / "hand.mid").write_bytes(RUNNING)
    take = Take.load(tmp_path / "hand.mid")
    assert [(line.t, line.data.hex()) for line in take.lines] == [
        (0, "902464"),
        (0, "902864"),
        (1, "902400"),
        (2, "902800"),
    ]
    assert {line.port for line in take.lines} == {"track 1"}


def test_a_tempo_of_any_track_counts_for_all(tmp_path: Path) -> None:
    """From its own tick on, in type 1; the text in between is passed over."""
    file = mido.MidiFile(type=1, ticks_per_beat=100)
    tempo, keys = file.add_track("Tempo"), file.add_track("Keys")
    tempo.append(mido.MetaMessage("set_tempo", tempo=1_000_000, time=0))
    tempo.append(mido.MetaMessage("set_tempo", tempo=2_000_000, time=200))
    keys.append(mido.MetaMessage("text", text="play", time=0))
    keys.append(press(36, time=100))
    keys.append(released(36, time=200))
    take = saved(file, tmp_path / "tempo.mid")
    assert [(line.t, line.port) for line in take.lines] == [(1, "Keys"), (4, "Keys")]
    assert take.seconds == 6


def test_frames_instead_of_beats_are_understood(tmp_path: Path) -> None:
    """25 frames of 40 ticks a second: a tick is a millisecond."""
    file = mido.MidiFile(type=0, ticks_per_beat=(256 - 25 << 8 | 40) - 65536)
    file.add_track().append(press(36, time=500))
    assert [line.t for line in saved(file, tmp_path / "frames.mid").lines] == [0.5]


def test_names_in_either_code_are_read(tmp_path: Path) -> None:
    """UTF-8 as we write it, Latin-1 as most write it."""
    for charset in ("utf-8", "latin1"):
        file = mido.MidiFile(type=1, charset=charset)
        file.add_track("Flügel").append(press(36))
        assert saved(file, tmp_path / f"{charset}.mid").lines[0].port == "Flügel"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it does not begin with MThd"),
        (b'{"format": "midimon_live take"}', "it does not begin with MThd"),
        (RUNNING[:-8], "it ends too early"),
        (RUNNING[:14], "it ends too early"),
        (RUNNING.replace(b"MTrk", b"XXXX"), "no MTrk header"),
        (RUNNING.replace(b"\x90\x24\x64", b"\x90\xa4\x64"), "can be read"),
        (RUNNING.replace(b"\x00\x90\x24", b"\x00\x24\x24"), "running status"),
        (RUNNING[:9] + b"\x02" + RUNNING[10:], "is of type 2"),
        (RUNNING[:12] + b"\0\0" + RUNNING[14:], "has no ticks in a beat"),
    ],
)
def test_what_is_no_midi_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """One sentence, whatever mido makes of it."""
    (tmp_path / "bad.mid").write_bytes(content)
    with pytest.raises(TakeError, match=said):
        Take.load(tmp_path / "bad.mid")


def test_every_shortened_or_damaged_file_is_read_or_refused(tmp_path: Path) -> None:
    """Nothing else comes of it."""
    path = tmp_path / "take.mid"
    for place in range(len(RUNNING)):
        for content in (RUNNING[:place], RUNNING[:place] + b"\xff" + RUNNING[place + 1 :]):
            path.write_bytes(content)
            with contextlib.suppress(TakeError):
                Take.load(path)


def test_a_file_that_plays_for_days_is_refused(tmp_path: Path) -> None:
    """Virtual time would have to pass."""
    file = mido.MidiFile(type=0, ticks_per_beat=1)
    file.add_track().append(press(36, time=200_000))
    with pytest.raises(TakeError, match="a take has up to 86400 s"):
        saved(file, tmp_path / "long.mid")


def test_the_same_take_gives_the_same_file() -> None:
    """As its text does."""
    from midimon_live.takes import midifile

    lines = Take.loads(
        '{"format": "midimon_live take", "version": 1}\n{"t": 1, "in": "90 24 64"}'
    ).lines
    content = midifile.written(lines, 2.0)
    assert content == midifile.written(lines, 2.0)
    assert mido.MidiFile(file=io.BytesIO(content)).length == 2
