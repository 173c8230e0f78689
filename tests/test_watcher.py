"""What has changed, told by a generator that is fed: no threads, no sleeping."""

import threading
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
import watchfiles

from midimon_live.watcher import (
    Watched,
    WatchedFile,
    WatchedFolder,
    WatchedPlaces,
    changes,
    state_of,
    wakes,
)


def told(watched: dict[str, Watched], *steps: object) -> list[list[str]]:
    """Return what is yielded when each step is a wake: a function to do first, or paths."""

    def fed() -> Iterator[Collection[str]]:
        for step in steps:
            if callable(step):
                step()
                yield ()
            else:
                yield [str(one) for one in step]  # type: ignore[attr-defined]

    return list(changes(lambda: watched, fed()))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file."""
    path = tmp_path / "pads.toml"
    path.write_text("one")
    return path


def test_what_is_new_is_yielded_once_and_then_only_when_it_changes(file: Path) -> None:
    """Nobody knows what happened to it before; afterwards a wake without a change says nothing."""
    found = told({"a": WatchedFile(file)}, (), (), lambda: file.write_text("longer"), ())
    assert found == [["a"], ["a"]]


def test_a_file_whose_state_is_known_is_not_yielded_for_being_new(file: Path) -> None:
    """Unless it was saved since, before anybody watched."""
    since = state_of(file)
    assert told({"a": WatchedFile(file, since)}, ()) == []
    assert told({"a": WatchedFile(file, since)}, lambda: file.write_text("longer")) == [["a"]]


def test_a_save_that_leaves_time_and_size_alone_is_seen_where_the_system_tells_of_it(
    file: Path,
) -> None:
    """Two saves within one tick of the file system's clock look the same afterwards."""
    watched = {"a": WatchedFile(file, state_of(file))}
    assert told(watched, (file,)) == [["a"]]
    assert told(watched, (file.with_name("other"),)) == []


def test_a_file_goes_comes_back_and_becomes_a_folder(file: Path) -> None:
    """Each is a change, and none an error."""

    def becomes_folder() -> None:
        file.unlink()
        file.mkdir()

    steps = (file.unlink, lambda: file.write_text("back"), becomes_folder)
    assert told({"a": WatchedFile(file, state_of(file))}, *steps) == [["a"]] * 3


def test_a_link_changes_with_what_it_leads_to(tmp_path: Path, file: Path) -> None:
    """The file behind it, and where it leads."""
    link, other = tmp_path / "inner" / "link", tmp_path / "other"
    link.parent.mkdir()
    link.symlink_to(file)
    other.write_text("another")

    def leads_elsewhere() -> None:
        link.unlink()
        link.symlink_to(other)

    watched = WatchedFile(link, state_of(link))
    assert told({"a": watched}, (file,), leads_elsewhere) == [["a"], ["a"]]
    assert set(watched.folders()) == {str(tmp_path), str(link.parent)}


def test_a_link_in_a_circle_is_nothing_to_watch(tmp_path: Path) -> None:
    """It raises nowhere."""
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    assert told({"a": WatchedFile(circle)}, (), ()) == []
    assert told({"b": WatchedFolder(tmp_path)}, ()) == [["b"]]
    assert told({"c": WatchedPlaces(tmp_path, "plugin.toml")}, ()) == [["c"]]


def test_a_folder_changes_with_everything_in_it_but_what_is_ignored(tmp_path: Path) -> None:
    """Also deep inside; what an editor leaves beside it does not count."""
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    watched = WatchedFolder(tmp_path, ("__pycache__", "*~"))
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    steps = (
        (),
        lambda: (deep / "helper.py").write_text("new"),
        lambda: (cache / "helper.pyc").write_text("new"),
        lambda: (deep / "helper.py~").write_text("new"),
        (cache / "helper.pyc",),
        (deep / "helper.py",),
        (tmp_path.parent / "elsewhere.py",),
        (deep / "helper.py").unlink,
    )
    assert told({"a": watched}, *steps) == [["a"]] * 4
    assert set(watched.folders()) == {str(one) for one in (tmp_path, tmp_path / "a", deep)}


def test_a_place_changes_when_a_folder_in_it_gets_or_loses_its_file(tmp_path: Path) -> None:
    """An empty folder, and other files, say nothing."""
    blink = tmp_path / "blink"
    manifest = blink / "plugin.toml"
    watched = WatchedPlaces(tmp_path, "plugin.toml")
    steps = (
        (),
        blink.mkdir,
        lambda: (blink / "plugin.py").write_text(""),
        lambda: manifest.write_text(""),
        manifest.unlink,
    )
    assert told({"a": watched}, *steps) == [["a"]] * 3


def test_each_wake_tells_of_all_that_changed_together(tmp_path: Path) -> None:
    """Two files saved at one go are one answer, in the order in which they are watched."""
    one, two = tmp_path / "one", tmp_path / "two"

    def both() -> None:
        two.write_text("2")
        one.write_text("1")

    watched: dict[str, Watched] = {"a": WatchedFile(one), "b": WatchedFile(two)}
    assert told(watched, both) == [["a", "b"]]


def test_a_system_that_refuses_is_told_of_once_and_looked_for_by_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost but time: a wake without paths lets states be compared."""

    def refuses(*_paths: str, **_options: object) -> Iterator[None]:
        raise OSError(28, "OS file watch limit reached.")

    monkeypatch.setattr(watchfiles, "watch", refuses)
    stop, poke = threading.Event(), threading.Event()
    refused: list[Exception] = []
    poke.set()
    found = wakes(lambda: [str(tmp_path)], stop, poke, refused.append)
    assert next(found) == ()
    poke.set()
    assert next(found) == ()
    assert "watch limit" in str(*refused)
    stop.set()
    assert list(found) == []


def test_what_is_not_there_is_waited_for(tmp_path: Path) -> None:
    """No folder at all is no error either."""
    stop, poke = threading.Event(), threading.Event()
    folders: list[str] = [str(tmp_path / "none")]
    poke.set()
    found = wakes(lambda: folders, stop, poke, lambda error: pytest.fail(str(error)))
    assert next(found) == ()
    folders[0] = str(tmp_path)
    poke.set()
    assert next(found) == set()
    (tmp_path / "new").write_text("")
    assert next(found) == {str(tmp_path / "new")}
    stop.set()
    assert list(found) == []
