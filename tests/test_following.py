"""A configuration file that is saved again comes into force, on a real thread and a real disk."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, note, send
from midimon_live.sessions import Session

TEXT = """
[[global_mappings]]
trigger = { type = "Note", note = 36 }
action = { type = "SendMidi", note = 40, duration_ms = 50 }
"""
LONGEST = 10.0


def written(path: Path, text: str) -> None:
    """Write in place."""
    path.write_text(text)


def renamed(path: Path, text: str) -> None:
    """Write beside and rename over it, as editors do."""
    beside = path.with_name(".new")
    beside.write_text(text)
    beside.replace(path)


def moved_away_first(path: Path, text: str) -> None:
    """Keep the old one as a backup, then write a new file, as others do."""
    path.replace(path.with_name("pads.toml~"))
    path.write_text(text)


def in_pieces(path: Path, text: str) -> None:
    """Truncate it, then write it in two goes."""
    with path.open("w") as file:
        file.flush()
        file.write(text[: len(text) // 2])
        file.flush()
        os.fsync(file.fileno())
        file.write(text[len(text) // 2 :])


SAVES = [written, renamed, moved_away_first, in_pieces]


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.005)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of a configuration that loads."""
    path = tmp_path / "pads.toml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def midi() -> Iterator[Session]:
    """Give a session with threads."""
    session = Session(backend="virtual")
    yield session
    session.close()


def mapped(midi: Session) -> list[str]:
    """Return the mappings in force, as text."""
    return [str(one) for one in midi.mappings()]


@pytest.mark.parametrize("save", SAVES)
def test_a_saved_file_comes_into_force(
    file: Path, midi: Session, save: Callable[[Path, str], None]
) -> None:
    """However it is saved; a second time too."""
    midi.config(file)
    for number in (41, 42):
        save(file, TEXT.replace("40", str(number)))
        until(lambda number=number: any(f"note_on {number}" in one for one in mapped(midi)))
    assert len(mapped(midi)) == 1


def test_a_saved_file_with_an_error_is_refused_until_it_has_none(file: Path, midi: Session) -> None:
    """The one before stays, `midi.config()` says why, and the next good one comes into force."""
    midi.config(file)
    before = mapped(midi)
    written(file, TEXT.replace("40", "400"))
    until(lambda: midi.counters().get("configurations refused", 0) > 0)
    assert mapped(midi) == before
    assert "found 400" in repr(midi.config())
    assert "found 400" in repr(midi.status())
    written(file, TEXT.replace("40", "41"))
    until(lambda: mapped(midi) != before)
    assert "found 400" not in repr(midi.config())


def test_a_file_that_is_deleted_stays_in_force_and_is_followed_when_it_is_back(
    file: Path, midi: Session
) -> None:
    """A notice says so meanwhile."""
    midi.config(file)
    before = mapped(midi)
    file.unlink()
    until(lambda: "no such file" in repr(midi.status()))
    assert mapped(midi) == before
    written(file, TEXT.replace("40", "41"))
    until(lambda: mapped(midi) != before)


def test_a_link_is_followed_to_its_file(tmp_path: Path, file: Path, midi: Session) -> None:
    """Also when it leads into another folder."""
    folder = tmp_path / "links"
    folder.mkdir()
    link = folder / "link.toml"
    link.symlink_to(file)
    midi.config(link)
    renamed(file, TEXT.replace("40", "41"))
    until(lambda: "note_on 41" in str(mapped(midi)))


def test_only_the_last_file_is_followed(tmp_path: Path, file: Path, midi: Session) -> None:
    """One thread watches; it ends with the session."""
    other = tmp_path / "other.toml"
    other.write_text(TEXT.replace("40", "50"))
    midi.config(file)
    midi.config(other)
    watchers = [one for one in threading.enumerate() if one.name == "midimon-watcher"]
    assert len(watchers) == 1
    written(file, TEXT.replace("40", "41"))
    written(other, TEXT.replace("40", "51"))
    until(lambda: "note_on 51" in str(mapped(midi)))
    assert "note_on 41" not in str(mapped(midi))
    midi.close()
    assert not watchers[0].is_alive()


def test_times_are_told(file: Path, midi: Session) -> None:
    """In microseconds: reading aside, committing aside, and what events waited."""
    midi.config(file)
    assert "events waited" in repr(midi.config())


def test_a_path_stays_where_it_was_when_the_notebook_moves(
    tmp_path: Path, midi: Session, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Followed and saved there, whatever the other folder has of that name."""
    other = tmp_path / "other"
    other.mkdir()
    (other / file.name).write_text(TEXT.replace("40", "50"))
    monkeypatch.chdir(file.parent)
    midi.config(file.name)
    monkeypatch.chdir(other)
    written(file, TEXT.replace("40", "41"))
    until(lambda: "note_on 41" in str(mapped(midi)))
    midi.map(note(50), send("note_on", note=3))
    midi.save()
    assert "note = 50 }" in file.read_text()
    assert [one.name for one in other.iterdir()] == [file.name]


def test_warnings_of_a_saved_file_are_counted(file: Path, midi: Session) -> None:
    """`midi.config()` has them."""
    midi.config(file)
    written(file, "[led]\n" + TEXT)
    until(lambda: "1 warning" in repr(midi.status()))
    assert "led has no effect" in repr(midi.config())


def test_a_plugin_that_asks_for_the_configuration_as_it_begins_holds_nothing_up(
    file: Path, midi: Session
) -> None:
    """Though the file is loaded again at that moment."""
    midi.config(file)

    class Curious(ActionPlugin):
        """Looks around while another thread loads."""

        def initialize(self) -> None:
            """Give the other thread time to begin."""
            time.sleep(0.5)
            midi.config()

        def execute(self, params: Any, context: Any) -> None:
            """Do nothing."""

    threading.Timer(0.1, written, (file, TEXT.replace("40", "41"))).start()
    begun = threading.Thread(target=midi.activate, args=(Curious,), daemon=True)
    begun.start()
    begun.join(LONGEST)
    assert not begun.is_alive()
    until(lambda: "note_on 41" in str(mapped(midi)))
