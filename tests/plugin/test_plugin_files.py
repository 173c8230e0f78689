"""Plugins in folders that are edited: loaded again, refused, announced, gone. Without threads."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from midimon_live import note, plugin
from midimon_live.errors import InvalidValue
from midimon_live.testing import TestSession, session
from tests.support.pad import noticed, played

MANIFEST = '[plugin]\nname = "{name}"\nversion = "1"\n{more}'
CODE = """
from midimon_live import ActionPlugin

class {name}(ActionPlugin):
    def execute(self, params, context):
        self.host.midi.send("note_on", note={note})
"""
READS = 'capabilities = { midi = true, filesystem = { read = ["samples"] } }\n'


def put(home: Path, name: str = "blink", answer: object = 1, more: str = "") -> Path:
    """Write a plugin into the folder of plugins; returns its plugin.py."""
    folder = home / "plugins" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plugin.toml").write_text(
        MANIFEST.format(name=name, more=more or "capabilities = { midi = true }\n")
    )
    code = folder / "plugin.py"
    code.write_text(CODE.format(name=name.title().replace("_", ""), note=answer))
    return code


@pytest.fixture
def midi(tmp_path: Path) -> Iterator[TestSession]:
    """Give a session in which `blink` plays note 1 when pad 36 is hit."""
    put(tmp_path)
    with session(tmp_path) as made:
        made.plugins.discover_plugins()
        made.plugins.load_plugin("blink")
        made.map(note(36), plugin("blink"))
        made.look()
        yield made


def test_a_saved_plugin_plays_its_new_version(midi: TestSession) -> None:
    """Once for each content, and its statistics stay."""
    assert played(midi) == [1]
    put(midi.home, answer=2)
    midi.look()
    midi.look()
    assert played(midi) == [2]
    assert midi.counters()["plugins reloaded"] == 1
    assert midi.plugins.get_stats("blink").executions == 2
    assert "blink is reloaded" in noticed(midi)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("class Blink(", "line 1"),
        ("raise SystemExit", "take sys.exit out of it"),
        ("1/0", "ZeroDivisionError: division by zero (plugin.py, line 1)"),
    ],
)
def test_a_broken_one_is_refused_once_and_the_next_save_repairs(
    midi: TestSession, broken: str, complaint: str
) -> None:
    """The version before plays on; a second look at the same content says nothing more."""
    code = midi.home / "plugins/blink/plugin.py"
    code.write_text(broken)
    midi.look()
    midi.look()
    assert played(midi) == [1]
    assert complaint in noticed(midi)
    assert "the version before plays on" in noticed(midi)
    assert midi.counters()["plugins refused"] == 1
    put(midi.home, answer=3)
    midi.look()
    assert played(midi) == [3]
    assert complaint not in noticed(midi)


def test_a_half_written_manifest_is_refused_like_code(midi: TestSession) -> None:
    """With its line, and nothing of it is left to be said when it is whole again."""
    manifest = midi.home / "plugins/blink/plugin.toml"
    whole = manifest.read_text()
    manifest.write_text(whole[:12])
    midi.look()
    assert "plugin.toml has 1 error" in noticed(midi)
    manifest.write_text(whole)
    midi.look()
    assert played(midi) == [1]
    assert "error" not in noticed(midi)
    assert "plugins reloaded" not in midi.counters()


def test_edits_go_on_beside_a_grant_for_the_session_and_suspend_one_for_good(
    tmp_path: Path,
) -> None:
    """What was granted for the files that were there is not granted to others, and that is said."""
    put(tmp_path, more=READS)
    with session(tmp_path) as midi:
        midi.plugins.discover_plugins()
        midi.plugins.load_plugin("blink")
        midi.plugins.grant_capability("blink", "filesystem")
        assert midi.plugins.refusal("blink") == ""
        put(tmp_path, answer=2, more=READS)
        midi.look()
        assert "not granted" in midi.plugins.refusal("blink")
        assert "its grants are suspended" in noticed(midi)
        assert "with --session that lasts while you edit" in noticed(midi)
        midi.plugins.grant_capability("blink", "filesystem", until="session")
        put(tmp_path, answer=3, more=READS)
        midi.look()
        assert midi.plugins.refusal("blink") == ""


def test_a_version_that_was_put_back_stays(midi: TestSession) -> None:
    """Until the files are saved again."""
    put(midi.home, answer=2)
    midi.look()
    midi.rollback("blink")
    midi.look()
    assert played(midi) == [1]
    put(midi.home, answer=3)
    midi.look()
    assert played(midi) == [3]


def test_a_plugin_that_is_disabled_stays_so(midi: TestSession) -> None:
    """Its new version waits to be enabled."""
    midi.plugins.disable_plugin("blink")
    put(midi.home, answer=2)
    midi.look()
    assert played(midi) == []
    midi.plugins.enable_plugin("blink")
    assert played(midi) == [2]


def test_a_new_folder_is_announced_when_it_has_a_manifest(midi: TestSession) -> None:
    """With the line that loads it; before that it is only a folder."""
    folder = midi.home / "plugins" / "strum"
    folder.mkdir()
    midi.look()
    assert "strum" not in noticed(midi)
    put(midi.home, "strum")
    midi.look()
    assert "found: strum; %midi load strum" in noticed(midi)
    assert "strum" in midi.plugins.list_available()


def test_a_folder_that_goes_is_said_and_its_version_plays_on(midi: TestSession) -> None:
    """When it is back as it was, that is said too."""
    folder = midi.home / "plugins" / "blink"
    shutil.move(folder, midi.home / "away")
    midi.look()
    assert played(midi) == [1]
    assert "gone; the version in memory plays on" in noticed(midi)
    shutil.move(midi.home / "away", folder)
    midi.look()
    assert "gone" not in noticed(midi)
    put(midi.home, answer=2)
    midi.look()
    assert played(midi) == [2]


def test_a_folder_that_gets_another_name_is_the_same_plugin(midi: TestSession) -> None:
    """Its manifest says what it is called; from then on it is followed there."""
    folder = midi.home / "plugins" / "blink"
    moved = folder.rename(folder.with_name("lights"))
    midi.look()
    (moved / "plugin.py").write_text(CODE.format(name="Blink", note=5))
    midi.look()
    assert played(midi) == [5]


def test_a_file_that_becomes_a_folder_or_a_link_is_refused(midi: TestSession) -> None:
    """Whatever stands in its place, the version before plays on."""
    code = midi.home / "plugins/blink/plugin.py"
    code.unlink()
    code.mkdir()
    midi.look()
    assert played(midi) == [1]
    assert "plugin.py" in noticed(midi)
    code.rmdir()
    code.symlink_to(code)
    midi.look()
    assert "it is a link" in noticed(midi)
    code.unlink()
    put(midi.home, answer=2)
    midi.look()
    assert played(midi) == [2]


def test_a_plugin_that_writes_into_its_own_folder_as_it_begins_is_left_alone(
    tmp_path: Path,
) -> None:
    """Else it would be loaded again for ever; `reload` follows it again."""
    code = put(tmp_path)
    changing = CODE.format(name="Blink", note=1).replace(
        "    def",
        "    def initialize(self):\n"
        "        with open(__file__.replace('plugin.py', 'x.txt'), 'a') as file:\n"
        "            file.write('x')\n"
        "    def",
        1,
    )
    code.write_text(changing)
    manifest = code.with_name("plugin.toml")
    manifest.write_text(
        MANIFEST.format(
            name="blink", more=f'capabilities = {{ filesystem = ["write:{code.parent}/x.txt"] }}\n'
        )
    )
    with session(tmp_path) as midi:
        midi.plugins.discover_plugins()
        midi.plugins.grant_capability("blink", "filesystem", until="session")
        midi.plugins.load_plugin("blink")
        for _ in range(10):
            midi.look()
        assert midi.counters()["plugins reloaded"] == 3
        assert midi.plugins.refusal("blink") == ""
        assert "not followed until %midi reload blink" in noticed(midi)
        midi.plugins.reload_plugin("blink")
        midi.look()
        assert midi.counters()["plugins reloaded"] == 4


def test_what_could_be_followed_is_shown_where_nothing_is(midi: TestSession) -> None:
    """A session without threads follows nothing by itself, and can not be told to."""
    assert str(midi.home / "plugins" / "blink") in repr(midi.follow())
    assert "nothing is followed" in repr(midi.follow())
    with pytest.raises(InvalidValue, match="no threads"):
        midi.follow(on=True)
