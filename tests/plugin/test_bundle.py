"""A plugin's files are read once, and nothing gets in that is no plain file of its own."""

import os
import socket
from hashlib import sha256
from pathlib import Path

import pytest

from midimon_live.errors import ChecksumMismatch, InvalidPlugin, LoadError, ManifestError
from midimon_live.plugin.folders import bundle as bundles
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.manifest import Manifest

MANIFEST = b'[plugin]\nname = "blink"\nversion = "1"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plugin of three files."""
    made = tmp_path / "blink"
    (made / "data").mkdir(parents=True)
    (made / "plugin.toml").write_bytes(MANIFEST)
    (made / "plugin.py").write_bytes(b"x = 1\n")
    (made / "data/a.txt").write_bytes(b"hello")
    return made


@pytest.fixture(params=[True, False], ids=["by descriptor", "by path"])
def both_ways(request, monkeypatch) -> None:
    """Read as on Linux and macOS, and as on Windows."""
    if request.param and not bundles._BY_DESCRIPTOR:
        pytest.skip("this system opens nothing relative to a descriptor")
    monkeypatch.setattr(bundles, "_BY_DESCRIPTOR", request.param)


@pytest.mark.usefixtures("both_ways")
def test_bundle_has_every_file(folder: Path) -> None:
    """Paths are from the folder, with "/", and the manifest is one of them."""
    read = Bundle.read(folder)
    assert dict(read.files) == {
        "plugin.toml": MANIFEST,
        "plugin.py": b"x = 1\n",
        "data/a.txt": b"hello",
    }
    assert read.manifest() == Manifest("blink", "1")


def test_digest_is_of_the_bytes_that_are_documented(folder: Path) -> None:
    """Anybody can work it out in six lines."""
    whole = sha256(b"midimon-plugin-v1\0")
    for path in ("data/a.txt", "plugin.py", "plugin.toml"):
        data = (folder / path).read_bytes()
        whole.update(len(path).to_bytes(8, "big") + path.encode())
        whole.update(len(data).to_bytes(8, "big") + sha256(data).digest())
    assert Bundle.read(folder).digest == whole.hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "plugin.py").write_bytes(b"x = 2\n"),
        lambda folder: (folder / "data/a.txt").rename(folder / "data/b.txt"),
        lambda folder: (folder / "new").write_bytes(b""),
        lambda folder: (folder / "plugin.toml").write_bytes(MANIFEST + b"\n"),
    ],
)
def test_digest_is_another_one_when_anything_changes(folder: Path, change) -> None:
    """A byte, a name, an empty file, the manifest."""
    before = Bundle.read(folder).digest
    change(folder)
    assert Bundle.read(folder).digest != before


def test_what_programs_leave_behind_does_not_count(folder: Path) -> None:
    """Caches, editors' copies and version control are not part of a plugin."""
    before = Bundle.read(folder).digest
    for name in ("__pycache__", ".git", ".ipynb_checkpoints"):
        (folder / name).mkdir()
        (folder / name / "x").write_bytes(b"x")
    for name in ("plugin.pyc", ".DS_Store", "plugin.py~", ".plugin.py.swp", "#plugin.py#"):
        (folder / name).write_bytes(b"x")
    (folder / ".#plugin.py").symlink_to("nowhere")
    assert Bundle.read(folder).digest == before


def test_checksum_is_held_against_the_manifest(folder: Path) -> None:
    """The right one is verified, none is not, and another raises."""
    read = Bundle.read(folder)
    right = sha256(b"x = 1\n").hexdigest()
    assert read.verify(Manifest("blink", "1", checksum=right)) is True
    assert read.verify(Manifest("blink", "1")) is False


def test_checksum_off_by_one_digit_is_refused(folder: Path) -> None:
    """The error has both sums."""
    right = sha256(b"x = 1\n").hexdigest()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    with pytest.raises(ChecksumMismatch) as raised:
        Bundle.read(folder).verify(Manifest("blink", "1", checksum=wrong))
    assert (raised.value.plugin, raised.value.expected, raised.value.actual) == (
        "blink",
        wrong,
        right,
    )


def test_binary_that_is_not_there_is_refused(folder: Path) -> None:
    """The error says which Python files there are."""
    with pytest.raises(InvalidPlugin, match=r"other\.py.*Python files there: plugin\.py"):
        Bundle.read(folder).verify(Manifest("blink", "1", binary="other.py"))


def link_file(folder: Path) -> None:
    """Put a link to a file there."""
    (folder / "bad").symlink_to("/etc/hostname")


def link_folder(folder: Path) -> None:
    """Put a link to a folder there."""
    (folder / "bad").symlink_to("data")


def link_nowhere(folder: Path) -> None:
    """Put a link there that leads nowhere."""
    (folder / "bad").symlink_to("nowhere")


def pipe(folder: Path) -> None:
    """Put a named pipe there, which would keep a reader waiting."""
    os.mkfifo(folder / "bad")


def listening(folder: Path) -> None:
    """Put a socket there; bound by a short path, as their length is limited."""
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(folder)
        try:
            one.bind("bad")
        finally:
            os.chdir(here)


def not_utf8(folder: Path) -> None:
    """Put a file there whose name is no text."""
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff")).write_bytes(b"")


def line_break(folder: Path) -> None:
    """Put a file there whose name would break a line."""
    (folder / "a\nb").write_bytes(b"")


def backslash(folder: Path) -> None:
    """Put a file there that would be in a folder elsewhere."""
    (folder / "a\\b").write_bytes(b"")


def case(folder: Path) -> None:
    """Put two files there that are one elsewhere."""
    (folder / "Plugin.py").write_bytes(b"")


def case_of_a_folder(folder: Path) -> None:
    """Put two folders there that are one elsewhere."""
    (folder / "DATA").mkdir()


def composed(folder: Path) -> None:
    """Put two files there whose names look alike."""
    (folder / "e\u0301").write_bytes(b"")
    (folder / "\u00c9").write_bytes(b"")


@pytest.mark.usefixtures("both_ways")
@pytest.mark.parametrize(
    "put",
    [
        link_file,
        link_folder,
        link_nowhere,
        pipe,
        listening,
        not_utf8,
        line_break,
        backslash,
        case,
        case_of_a_folder,
        composed,
    ],
)
def test_what_is_no_plain_file_is_refused(folder: Path, put) -> None:
    """Links lead out, pipes wait, and names that are alike are one file elsewhere."""
    put(folder)
    with pytest.raises(InvalidPlugin) as raised:
        Bundle.read(folder)
    assert str(raised.value).isprintable()


def test_folder_itself_may_be_a_link(folder: Path) -> None:
    """People link a plugin they work on into the plugins folder; its real path is kept."""
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert Bundle.read(link).folder == folder.resolve()


def test_file_that_becomes_a_link_while_it_is_read_is_refused(folder: Path, monkeypatch) -> None:
    """Between looking and opening, somebody swaps it: what is opened is never a link's target."""
    target, real = folder / "plugin.py", os.open

    def swap(path, *args, **kwargs):
        if os.path.basename(path) == "plugin.py":  # noqa: PTH119 - it may be a bare name
            target.unlink()
            target.symlink_to("/etc/hostname")
        return real(path, *args, **kwargs)

    monkeypatch.setattr(bundles.os, "open", swap)
    with pytest.raises(LoadError):
        Bundle.read(folder)


def test_too_many_files_are_refused(folder: Path, monkeypatch) -> None:
    """A folder that is no plugin is not read to its end."""
    monkeypatch.setattr(bundles, "MOST_FILES", 3)
    Bundle.read(folder)
    (folder / "one").write_bytes(b"")
    with pytest.raises(InvalidPlugin, match="one file too many"):
        Bundle.read(folder)


def test_too_many_bytes_are_refused(folder: Path) -> None:
    """The limit is for all files together, and a file that is too large is not read at all."""
    with (folder / "large").open("wb") as file:
        file.truncate(bundles.MOST_BYTES)
    with pytest.raises(InvalidPlugin, match="more than 64 MB"):
        Bundle.read(folder)


def test_folders_without_end_are_refused(folder: Path) -> None:
    """Sixteen deep is enough."""
    (folder / "/".join("a" * (bundles.DEEPEST + 1))).mkdir(parents=True)
    with pytest.raises(InvalidPlugin, match="nested"):
        Bundle.read(folder)


def test_folder_that_is_not_there_is_a_load_error(tmp_path: Path) -> None:
    """A folder that went since it was found is no surprise."""
    with pytest.raises(LoadError, match="can not be read"):
        Bundle.read(tmp_path / "gone")


def test_manifest_of_a_bundle_is_of_its_bytes(folder: Path) -> None:
    """A manifest that is missing or wrong is named with its path."""
    with pytest.raises(InvalidPlugin, match=r"no plugin\.toml"):
        Bundle(folder, {}).manifest()
    with pytest.raises(ManifestError, match=r"blink/plugin\.toml:1:2"):
        Bundle(folder, {"plugin.toml": b"x"}).manifest()
