"""Who may do what: for how long, kept for which files, and what is refused whatever else."""

import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, TriggerContext, note
from midimon_live.errors import InvalidValue
from midimon_live.plugin.rights.grantfile import GrantFile, Kept
from midimon_live.plugin.rights.grants import Grants
from midimon_live.plugin.version import Definition, Kind
from midimon_live.scopes import scope
from midimon_live.testing import TestSession, press, session


class Reader(ActionPlugin, abstract=True):
    """Read what is asked for."""

    name = "reader"
    capabilities = {"filesystem:read:~/one", "filesystem:read:~/two"}

    def execute(self, params: Any, context: Any) -> None:
        """Do nothing."""


def put(midi: TestSession, digest: str = "aa", cls: type[ActionPlugin] = Reader) -> None:
    """Load a plugin as if it came from files with that digest."""
    midi.plugins.put(Definition(cls.name, cls, cls, Kind.FOLDER, None, digest=digest))


def verdict(midi: TestSession) -> str:
    """Return what becomes of an execution."""
    return midi.plugins.execute("reader", {}, TriggerContext()).verdict


def test_a_part_of_what_is_declared_is_enough_to_run() -> None:
    """The guard refuses the rest."""
    with session() as midi:
        put(midi)
        assert verdict(midi) == "denied"
        midi.plugins.grant_capability("reader", "filesystem:read:~/one", until="session")
        assert verdict(midi) == "ok"
        rights = midi.plugins.get_metadata("reader").rights
        assert rights.allows(scope("filesystem:read:~/one/a.txt"))
        assert not rights.allows(scope("filesystem:read:~/two/a.txt"))


def test_once_is_for_one_execution() -> None:
    """Whether it succeeds or not."""
    with session() as midi:
        put(midi)
        midi.plugins.grant_capability("reader", "filesystem", until="once")
        assert [verdict(midi), verdict(midi)] == ["ok", "denied"]


def test_denied_is_denied_whatever_is_granted() -> None:
    """Until it is granted expressly."""
    with session() as midi:
        put(midi)
        midi.plugins.grant_capability("reader", "filesystem", until="session")
        midi.plugins.deny_capability("reader", "filesystem:read:~/two", until="session")
        rights = midi.plugins.get_metadata("reader").rights
        assert rights.refusal(scope("filesystem:read:~/two/x")) == "denied"
        assert rights.allows(scope("filesystem:read:~/one/x"))


def test_what_was_not_declared_can_not_be_granted() -> None:
    """The message says what is declared."""
    with session() as midi:
        put(midi)
        with pytest.raises(InvalidValue, match="does not declare network"):
            midi.plugins.grant_capability("reader", "network")


def test_grants_are_kept_for_the_very_files(tmp_path: Path) -> None:
    """Another digest suspends them, and the difference is shown."""

    class More(Reader, abstract=True):
        """Want more."""

        name = "reader"
        capabilities = {*Reader.capabilities, "network"}

    with session(tmp_path) as midi:
        put(midi)
        midi.plugins.grant_capability("reader", "filesystem")
    file = tmp_path / "grants.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with session(tmp_path) as midi:
        put(midi)
        assert verdict(midi) == "ok"
        put(midi, "bb", More)
        assert verdict(midi) == "denied"
        assert "its grants are suspended; it now declares network too" in repr(midi.status())
        put(midi)
        assert verdict(midi) == "ok"


def test_what_was_taken_back_stays_taken_back(tmp_path: Path) -> None:
    """Also a capability of low risk, that is granted by itself otherwise; and for other files."""

    class Low(Reader, abstract=True):
        """Want little."""

        name = "reader"
        capabilities = {"network"}

    for digest in ("aa", "aa", "bb"):
        with session(tmp_path) as midi:
            put(midi, digest, Low)
            if digest == "aa":
                midi.plugins.revoke_capability("reader", "network")
            assert verdict(midi) == "denied"


def test_a_refusal_outlives_every_change_of_the_files(tmp_path: Path) -> None:
    """Also where something else is granted to the new files, and kept beside it."""
    read, write = scope("filesystem:read:/a"), scope("filesystem:write:/b")
    file = GrantFile(tmp_path / "grants.toml", lambda _line: None)
    for digest in ("one", "two"):
        grants = Grants(file)
        grants.declare("mine", frozenset({read, write}), digest)
        if digest == "one":
            grants.deny("mine", read, "always")
        grants.grant("mine", write, "always")
    grants = Grants(file)
    grants.declare("mine", frozenset({read, write}), "three")
    assert grants.rights("mine").refusal(read) == "denied"


def test_plugins_of_cells_are_granted_for_the_session_only(tmp_path: Path) -> None:
    """A cell can change at any time."""

    class Mine(Reader):
        """Be defined here."""

        name = "mine"

    with session(tmp_path) as midi:
        midi.map(note(36), Mine)
        with pytest.raises(InvalidValue, match="does not come from a folder"):
            midi.plugins.grant_capability("mine", "filesystem", until="always")
        midi.plugins.grant_capability("mine", "filesystem")
        midi.play(press(36))
        assert midi.plugins.get_stats("mine").executions == 1
    assert not (tmp_path / "grants.toml").exists()


@pytest.mark.parametrize("text", ["[plugin", "plugin = 3", '[plugin.a]\ngranted = ["fly"]', "\0"])
def test_a_file_that_can_not_be_read_grants_nothing_and_is_kept(tmp_path: Path, text: str) -> None:
    """Aside, and it is said."""
    file = tmp_path / "grants.toml"
    file.write_text(text)
    with session(tmp_path) as midi:
        put(midi)
        assert verdict(midi) == "denied"
        assert "nothing in it is granted" in repr(midi.status())
    assert (tmp_path / "grants.toml.corrupt-1").read_text() == text


WRITER = """
import sys
from pathlib import Path
from midimon_live.plugin.rights.grantfile import GrantFile, Kept
from midimon_live.scopes import scope
file = GrantFile(Path(sys.argv[1]), print)
for number in range(20):
    some = frozenset({scope("network")})
    file.write(f"{sys.argv[2]}-{number}", Kept("aa", some, some, frozenset(), frozenset()))
"""


def test_two_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    """Each waits for the other."""
    path = tmp_path / "grants.toml"
    both = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("a", "b")
    ]
    assert [one.wait(60) for one in both] == [0, 0]
    file = GrantFile(path, print)
    names = [f"{name}-{number}" for name in "ab" for number in range(20)]
    assert all(isinstance(file.read(one), Kept) for one in names)


@pytest.mark.parametrize("name", ["a.b", 'q"uote', "<b>", "ümlaut", "[x]"])
def test_any_name_is_kept_and_found_again(tmp_path: Path, name: str) -> None:
    """Whatever is in it."""
    some = frozenset({scope("network:example.org:443")})
    kept = Kept("aa", some, some, frozenset(), frozenset())
    GrantFile(tmp_path / "grants.toml", print).write(name, kept)
    assert GrantFile(tmp_path / "grants.toml", print).read(name) == kept


def test_a_folder_that_can_not_be_written_is_said_and_nothing_is_granted_for_good(
    tmp_path: Path,
) -> None:
    """The way on is named."""
    (tmp_path / "file").write_text("in the way")
    with session(tmp_path / "file") as midi:
        put(midi)
        with pytest.raises(InvalidValue, match="grant for this session"):
            midi.plugins.grant_capability("reader", "filesystem")
        midi.plugins.grant_capability("reader", "filesystem", until="session")
        assert verdict(midi) == "ok"
