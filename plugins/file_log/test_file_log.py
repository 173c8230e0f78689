"""Files, and the scope that keeps them in one folder."""

import json
from pathlib import Path

from midimon_live import note, plugin
from midimon_live.testing import plugin_session, press

HERE = Path(__file__).parent


def test_it_asks_before_it_writes() -> None:
    """The file system is of high risk."""
    with plugin_session(HERE) as midi:
        midi.map(note(36), plugin("file_log"))
        midi.play(press(36))
        assert midi.plugins.get_stats("file_log").denied == 1
        assert "%midi grant file_log" in midi.plugins.refusal("file_log")


def test_lines_are_written() -> None:
    """One for each event."""
    with plugin_session(HERE, grants=["filesystem"]) as midi:
        midi.map(note(36), plugin("file_log", text="kick"))
        midi.play(press(36, velocity=90), press(36, velocity=91))
        written = (midi.home / "data" / "file_log" / "events.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in written.splitlines()]
    assert [(one["text"], one["note"], one["value"]) for one in lines] == [
        ("kick", 36, 90),
        ("kick", 36, 91),
    ]


def test_another_folder_is_refused() -> None:
    """Whatever the mapping says."""
    with plugin_session(HERE, grants=["filesystem"]) as midi:
        midi.map(note(36), plugin("file_log", file="../../escaped.txt"))
        midi.play(press(36))
        assert "filesystem:write" in midi.plugins.get_stats("file_log").last_error
        assert not (midi.home / "escaped.txt").exists()
