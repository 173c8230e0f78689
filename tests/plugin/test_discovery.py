"""All plugins are found, and one that is broken keeps none of the others from it."""

import os
import stat
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from midimon_live.errors import DiscoveryError, DuplicatePlugin, ManifestError, PluginNotFound
from midimon_live.plugin.folders import discovery
from midimon_live.plugin.folders.discovery import (
    Discovered,
    Found,
    FoundAs,
    discover,
    plugins_folder,
)
from midimon_live.plugin.folders.loader import load, load_entry_point

SOURCE = """
from midimon_live import ActionPlugin
class Blink(ActionPlugin):
    def execute(self, params, context): return 1
"""


def put(folder: Path, name: str, more: str = "") -> Path:
    """Write a plugin's folder."""
    made = folder / name
    made.mkdir(parents=True)
    (made / "plugin.toml").write_text(f'[plugin]\nname = "{name}"\nversion = "1"\n{more}')
    (made / "plugin.py").write_text(SOURCE)
    return made


def search(*folders: Path) -> Discovered:
    """Look at folders alone."""
    return discover(folders, ())


def said(found: Discovered) -> str:
    """Return the one problem there is."""
    (one,) = found.problems
    return str(one)


def point(name: str, value: str) -> EntryPoint:
    """Return what a package would offer."""
    return EntryPoint(name, value, "midimon_live")


def loads(one: Found) -> str:
    """Return the name of the class that comes of it."""
    loaded = load(one.bundle())
    loaded.unload()
    return loaded.plugin.__name__


@pytest.fixture
def packages(tmp_path: Path, monkeypatch) -> Path:
    """A folder that imports are looked for in."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def test_folders_are_found_in_order(tmp_path: Path) -> None:
    """By name within a folder, and folders as they are given."""
    put(tmp_path / "one", "b")
    put(tmp_path / "one", "a")
    put(tmp_path / "two", "0".join("ab"))
    found = search(tmp_path / "two", tmp_path / "one")
    assert list(found.found) == ["a0b", "a", "b"]
    assert found.problems == []
    assert found.require("a").kind is FoundAs.FOLDER
    assert loads(found.require("a")) == "Blink"


def test_users_folder_is_made_for_the_user_alone(tmp_path: Path, monkeypatch) -> None:
    """On first use, with all that is missing above it."""
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "new" / "home"))
    assert discover(entry_points=()) == Discovered({}, [], [])
    for folder in (plugins_folder(), plugins_folder().parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    put(plugins_folder(), "blink")
    assert list(discover(entry_points=()).found) == ["blink"]


def test_home_without_a_word_is_below_the_users(tmp_path: Path, monkeypatch) -> None:
    """MIDIMon's own place."""
    monkeypatch.delenv("MIDIMON_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert plugins_folder() == tmp_path / ".midimon" / "plugins"


def test_home_that_is_a_file_is_said(tmp_path: Path, monkeypatch) -> None:
    """The rest of the search goes on."""
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "home"))
    found = discover(None, [point("x", "no_such_module_at_all:X")])
    assert len(found.problems) == 2
    assert f"{tmp_path}/home" in str(found.problems[0])


def test_second_of_a_name_is_reported_and_the_search_goes_on(tmp_path: Path) -> None:
    """Both places are named; the first is kept."""
    first, second = put(tmp_path / "one", "blink"), put(tmp_path / "two", "blink")
    put(tmp_path / "two", "later")
    found = search(tmp_path / "one", tmp_path / "two")
    assert list(found.found) == ["blink", "later"]
    assert found.require("blink").folder == first
    assert str(first) in said(found)
    assert str(second) in said(found)
    (error,) = found.errors
    assert isinstance(error, DuplicatePlugin)
    assert (error.kept, error.refused) == (str(first), str(second))


def test_manifest_with_errors_is_reported_with_its_lines(tmp_path: Path) -> None:
    """The others are found; asking for it raises what is wrong with it."""
    put(tmp_path, "bad", 'binary = "../x.py"\ntype = 3\n')
    put(tmp_path, "good")
    found = search(tmp_path)
    assert list(found.found) == ["good"]
    assert [(one.line, one.path) for one in found.problems] == [
        (4, "plugin.binary"),
        (5, "plugin.type"),
    ]
    with pytest.raises(ManifestError, match="2 errors"):
        found.require("bad")


def test_warnings_of_a_manifest_are_passed_on(tmp_path: Path) -> None:
    """The plugin is found all the same."""
    put(tmp_path, "blink", "colour = 1\n")
    found = search(tmp_path)
    assert "knows no colour" in said(found)
    assert found.require("blink").version == "1"


def test_broken_link_is_reported(tmp_path: Path) -> None:
    """A plugin somebody worked on elsewhere, and removed."""
    (tmp_path / "gone").symlink_to("nowhere")
    assert "a link to what is not there" in said(search(tmp_path))


def test_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    """A plugin somebody works on elsewhere."""
    put(tmp_path / "work", "blink")
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/blink").symlink_to(tmp_path / "work/blink")
    assert list(search(tmp_path / "plugins").found) == ["blink"]


def test_file_where_a_folder_should_be_is_reported(tmp_path: Path) -> None:
    """As a plugin, as the folder of plugins, and a folder as the manifest."""
    (tmp_path / "blink.py").write_text("")
    assert "it is no folder" in said(search(tmp_path))
    assert "it is a file" in said(search(tmp_path / "blink.py"))
    (tmp_path / "other/bad/plugin.toml").mkdir(parents=True)
    assert "a folder" in said(search(tmp_path / "other"))
    os.mkfifo(tmp_path / "other/pipe")
    assert len(search(tmp_path / "other").problems) == 2


def test_folder_without_manifest_is_a_warning(tmp_path: Path) -> None:
    """Its author has forgotten something; hidden folders and caches are nobody's plugin."""
    for name in ("notes", ".git", "__pycache__"):
        (tmp_path / name).mkdir()
    found = search(tmp_path)
    assert "notes: warning: it has no plugin.toml" in said(found)
    assert found.errors == []


def test_refusal_by_the_system_is_reported(tmp_path: Path, monkeypatch) -> None:
    """Whatever reading a folder raises is a problem with its place."""

    def scandir(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(discovery.os, "scandir", scandir)
    assert (
        said(search(tmp_path)) == f"{tmp_path}: error: it may not be read; see to its permissions"
    )


def test_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    """A folder that somebody names is not made for them."""
    assert "there is no such folder" in said(search(tmp_path / "gone"))
    assert not (tmp_path / "gone").exists()


def test_strange_names_are_one_printable_line(tmp_path: Path) -> None:
    """Of folders that are no plugins, too."""
    (tmp_path / "a\x1b[2J\nb<script>").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).mkdir()
    assert all(str(one).isprintable() for one in search(tmp_path).problems)


def test_class_in_a_package_is_found_without_importing_it(packages: Path) -> None:
    """It is imported when it is loaded."""
    (packages / "midimon_found_class.py").write_text(SOURCE)
    found = discover((), [point("blink", "midimon_found_class:Blink")])
    one = found.require("blink")
    assert one.kind is FoundAs.ENTRY_POINT
    assert "midimon_found_class" not in sys.modules
    assert load_entry_point("blink", one.entry_point).__name__ == "Blink"
    with pytest.raises(DiscoveryError, match="is a class"):
        one.bundle()


@pytest.mark.parametrize("value", ["blink", "midimon_outer.blink"])
def test_package_with_a_manifest_is_a_folder(packages: Path, value: str) -> None:
    """It is loaded as one, so its checksum holds and a reload is a reload."""
    put(packages / Path(*value.split(".")[:-1]), "blink")
    found = discover((), [point("any", value)])
    one = found.require("blink")
    assert one.kind is FoundAs.PACKAGE
    assert loads(one) == "Blink"
    assert value not in sys.modules


def test_installed_packages_are_asked(packages: Path, monkeypatch) -> None:
    """What pip writes down is read by importlib.metadata."""
    (packages / "midimon_found_class.py").write_text(SOURCE)
    info = packages / "blinker-2.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: blinker-x\nVersion: 2.5\n")
    (info / "entry_points.txt").write_text("[midimon_live]\nblink = midimon_found_class:Blink\n")
    one = discover(()).require("blink")
    assert (one.version, one.place) == ("2.5", "blinker-x (midimon_found_class:Blink)")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("blink", "no_such_module_at_all:Blink", "no module is called no_such_module_at_all"),
        ("blink", "no_such_module_at_all", "a module without plugin.toml"),
        ("blink", "json", "name a class, as json:Blink"),
        ("../x", "json:Blink", "a name is a lower-case letter"),
        ("blink", "not a value", "entry point blink"),
        ("blink", "", "entry point blink"),
    ],
)
def test_entry_point_that_is_none_is_reported(name: str, value: str, why: str) -> None:
    """What a package promises and has not is a problem, no exception."""
    found = discover((), [point(name, value)])
    assert why in said(found)
    assert not found.found


def test_folder_comes_before_a_package(tmp_path: Path, packages: Path) -> None:
    """A user's own copy takes the place of what is installed."""
    put(packages, "blink")
    own = put(tmp_path / "own", "blink")
    found = discover([tmp_path / "own"], [point("blink", "blink")])
    assert found.require("blink").folder == own
    assert isinstance(found.errors[0], DuplicatePlugin)


def test_what_is_not_there_is_said_with_what_is(tmp_path: Path) -> None:
    """A name that is misspelt is seen at once."""
    put(tmp_path, "blink")
    with pytest.raises(PluginNotFound, match="there are: blink"):
        search(tmp_path).require("blimk")


def test_a_thousand_folders_are_found(tmp_path: Path) -> None:
    """In order, and each with what it declares; how long it takes is a benchmark."""
    for index in range(1000):
        put(tmp_path, f"p{index:03}", f'capabilities = ["network:host{index}:80"]\n')
    found = search(tmp_path)
    assert len(found.found) == 1000
    assert not found.problems
    assert found.require("p999").manifest.capabilities == ("network:host999:80",)
