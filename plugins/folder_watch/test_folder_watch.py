"""Real files, virtual time."""

from pathlib import Path
from typing import Any

from midimon_live import plugin_event
from midimon_live.testing import plugin_session

HERE = Path(__file__).parent


def test_files_become_events() -> None:
    """What is there at the beginning is none."""
    heard: list[Any] = []
    with plugin_session(HERE, load=False) as midi:
        inbox = midi.home / "data" / "folder_watch" / "inbox"
        inbox.mkdir(parents=True)
        (inbox / "old.txt").write_text("old")
        midi.map(plugin_event("folder_watch"), lambda context: heard.append(context.data))
        midi.plugins.load_plugin("folder_watch")
        midi.plugins.grant_capability("folder_watch", "filesystem")
        midi.advance(0.3)
        (inbox / "new.txt").write_text("new")
        midi.advance(0.3)
        (inbox / "new.txt").write_text("newer")
        (inbox / "old.txt").unlink()
        midi.advance(0.3)
        assert midi.plugins.get_stats("folder_watch").last_error == ""
    assert [(one["event"], one["name"]) for one in heard] == [
        ("added", "new.txt"),
        ("changed", "new.txt"),
        ("removed", "old.txt"),
    ]


def test_nothing_happens_before_it_is_granted() -> None:
    """The file system is of high risk."""
    with plugin_session(HERE) as midi:
        midi.advance(1)
        assert "%midi grant folder_watch" in midi.plugins.refusal("folder_watch")
