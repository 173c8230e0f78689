"""Files of takes: stable text, bad files, full disks."""

import errno
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midimon_live.errors import TakeError
from midimon_live.takes import take as takes
from midimon_live.takes.lines import IN, Line, spoken, understood
from midimon_live.testing import Take

HEAD = '{"format": "midimon_live take", "version": 1}'
NOTE = '{"t": 1.5, "in": "note_on channel=0 note=36 velocity=100", "port": "Virtual"}'


def text(*lines: str) -> str:
    """Return a take's text."""
    return "\n".join((HEAD, *lines))


@given(st.binary(max_size=8))
def test_any_bytes_are_read_back_as_they_were(data: bytes) -> None:
    """In mido's words where they are a message, else in hex digits."""
    assert understood(spoken(data)) == data


@given(
    st.lists(
        st.builds(
            Line,
            st.floats(0, 1000).map(lambda t: round(t, 6)),
            st.just(IN),
            port=st.text(),
            data=st.binary(max_size=4),
        )
    )
)
def test_text_of_a_take_gives_the_take_again(lines: list[Line]) -> None:
    """And the take the same text."""
    ordered = tuple(sorted(lines, key=lambda line: line.t))
    take = Take(ordered, 1000.0, "Shift", "real")
    assert Take.loads(take.dumps()) == take
    assert Take.loads(take.dumps()).dumps() == take.dumps()


def test_what_a_person_writes_is_enough() -> None:
    """Without a port, with bytes, with empty lines."""
    take = Take.loads(text('{"t": 0, "in": "note_on note=36"}', "", '{"t": 1, "in": "80 24 40"}'))
    assert [line.data.hex() for line in take.lines] == ["902440", "802440"]
    assert [line.port for line in take.lines] == ["Virtual"] * 2
    assert (take.seconds, take.clock) == (3.0, "")


def test_a_byte_order_mark_is_no_part_of_a_take(tmp_path: Path) -> None:
    """Editors on Windows write one; text that was read with it, and a file, are read all the same.

    Two come of a file that was read with its mark and written with another one.
    """
    content = text(NOTE)
    file = tmp_path / "a.jsonl"
    for marks in ("\ufeff", "\ufeff\ufeff"):
        assert Take.loads(marks + content) == Take.loads(content)
        file.write_text(marks + content, "utf-8")
        assert Take.load(file) == Take.loads(content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("{}", 'line 1: this is no take: the first line has to have "format"'),
        ("[1]", "line 1: found '\\[1\\]'; a line of a take is one JSON object"),
        (NOTE, "line 1: this is no take"),
        (HEAD.replace("1}", "2}"), "of version 2, from a newer midimon_live; this one reads"),
        (HEAD.replace("1}", '"1"}'), "version is '1'"),
        (HEAD.replace("}", ', "clock": "wall"}'), "clock is 'wall'"),
        (HEAD.replace("}", ', "tempo": 1}'), "'tempo' has no meaning here"),
        (HEAD.replace("}", ', "seconds": 1e9}'), "seconds is 1000000000.0; allowed are 0 to"),
        (text(NOTE, NOTE[:50]), "line 3: no JSON, it ends in the middle"),
        (text(NOTE, NOTE.replace("1.5", "1.25")), "line 3: t is 1.250000, after 1.500000"),
        (text(NOTE.replace("1.5", "-1")), "line 2: t is -1"),
        (text(NOTE.replace("1.5", "NaN")), "t is nan"),
        (text(NOTE.replace("1.5", "1e999")), "t is inf"),
        (text(NOTE.replace("1.5", "1" + "0" * 400)), "t is 1000"),
        (text(NOTE.replace("1.5", "true")), "t is True"),
        (text(NOTE.replace("36", "136")), "which is no message .*; write it in mido's words"),
        (text(NOTE.replace("note_on", "note")), "which is no message"),
        (text(NOTE.replace('"Virtual"', "5")), "port is 5; it has to be text"),
        (text(NOTE.replace("port", "prot")), "'prot' has no meaning here; allowed are t, port"),
        (text(NOTE.replace('"in"', '"out"')), "a line has exactly one of in, emitted"),
        (text('{"t": 0, "in": "90 24 64", "mode": "x"}'), "found in, mode"),
        (text('{"t": 0, "mode": 5}'), "mode is 5; it has to be text"),
        (text('{"t": 0, "fired": "x", "verdict": {}}'), "verdict is {}; it has to be text"),
        (text("[" * 100_000), "line 2: no JSON"),
        (text('{"t": ' + "9" * 5000 + "}"), "line 2: no JSON"),
    ],
)
def test_a_bad_text_is_refused_with_its_line(content: str, said: str) -> None:
    """What was found, what is allowed, what to do."""
    with pytest.raises(TakeError, match=said):
        Take.loads(content)


def test_bad_files_are_refused(tmp_path: Path) -> None:
    """A folder, none, a pipe that nobody writes to, no text, MIDI by another name."""
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(HEAD.encode() + b"\n\xff")
    (tmp_path / "midi.jsonl").write_bytes(b"MThd")
    (tmp_path / "folder.jsonl").mkdir()
    for name, said in (
        ("folder.jsonl", "is a folder"),
        ("none.jsonl", "there is no file"),
        ("pipe.jsonl", "is a device or pipe"),
        ("bytes.jsonl", "line 2: this is no text"),
        ("midi.jsonl", "give it a name that ends in .mid"),
        ("\0.jsonl", "can not be read"),
    ):
        with pytest.raises(TakeError, match=said):
            Take.load(tmp_path / name)


@pytest.mark.parametrize("name", ["take.jsonl", "take.mid"])
def test_a_file_of_a_hundred_megabytes_is_not_read(tmp_path: Path, name: str) -> None:
    """It says how large one may be."""
    with (tmp_path / name).open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(TakeError, match="is larger than"):
        Take.load(tmp_path / name)


def test_a_full_disk_leaves_the_file_before_and_the_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no half a file beside it."""
    path = tmp_path / "take.jsonl"
    path.write_text("before")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("midimon_live.atomic.os.fsync", full)
    take = Take.loads(text(NOTE))
    with pytest.raises(TakeError, match="No space left on device; what was there is there still"):
        take.save(path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    take.save(path)
    assert Take.load(path) == take


def test_a_file_keeps_its_permissions_and_its_link(tmp_path: Path) -> None:
    """It is replaced, not made anew."""
    real = tmp_path / "real.jsonl"
    real.write_text("before")
    real.chmod(0o640)
    link = tmp_path / "link.jsonl"
    link.symlink_to(real)
    Take.loads(text(NOTE)).save(link)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_names_that_are_no_text_are_written_all_the_same(tmp_path: Path) -> None:
    """What a driver calls its port is not ours to choose."""
    take = Take((Line(0, IN, port="\udc80 \u266b", data=b"\xf8"),), 1.0)
    for suffix in ("jsonl", "mid"):
        take.save(tmp_path / f"take.{suffix}")
    assert Take.load(tmp_path / "take.jsonl").lines == take.lines


def test_each_line_is_json_of_its_own() -> None:
    """For other programs; times have all their digits, so that columns stand."""
    take = Take.loads(text(NOTE))
    assert [json.loads(line).get("t") for line in take.dumps().splitlines()] == [None, 1.5]
    assert '{"t": 1.500000, "in": ' in take.dumps()


def test_the_largest_recording_can_be_read_again() -> None:
    """What may be recorded is within what may be loaded."""
    from midimon_live.takes import recording

    line = max(len(one) for one in Take.loads(text(NOTE)).dumps().splitlines())
    assert recording._LARGEST * line < takes.LARGEST
