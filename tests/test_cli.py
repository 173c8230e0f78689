"""`midimon-live` on the command line, as its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import midimon_live

GOOD = """[[global_mappings]]
trigger = { type = "Note", note = 36 }
action = { type = "Delay", ms = 1 }
"""
WARNED = GOOD + "[led]\nx = 1\n"
BAD = GOOD.replace("36", "136")


def cli(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run a command."""
    command = [sys.executable, "-m", "midimon_live", *words]
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    return subprocess.CompletedProcess(words, done.returncode, out, err)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a good file, one to be warned of, and a bad one."""
    for name, text in (("good", GOOD), ("warned", WARNED), ("bad", BAD)):
        (tmp_path / f"{name}.toml").write_text(text)
    return tmp_path


def test_the_status_tells_whether_all_load(folder: Path) -> None:
    """Warnings do not count."""
    good, warned, bad = (str(folder / f"{one}.toml") for one in ("good", "warned", "bad"))
    assert cli("check", good, warned).returncode == 0
    assert cli("check", good, bad).returncode == 1
    assert cli("check").returncode == 2
    assert cli("frobnicate").returncode == 2


def test_lines_are_what_editors_understand(folder: Path) -> None:
    """file:line:column: severity: ..., and a verdict for each file."""
    bad = folder / "bad.toml"
    lines = cli("check", str(bad)).stdout.splitlines()
    assert lines[0].startswith(f"{bad}:2:28: error: global_mappings[0].trigger.note: found 136")
    assert lines[1] == f"{bad}: refused, 1 error, 0 warnings"


def test_json_says_the_same(folder: Path) -> None:
    """One object for each file, in the order given."""
    files = [str(folder / "warned.toml"), str(folder / "bad.toml")]
    done = cli("check", "--json", *files)
    warned, bad = json.loads(done.stdout)
    assert (warned["file"], warned["loads"], warned["mappings"]) == (files[0], True, 1)
    assert [one["severity"] for one in warned["problems"]] == ["warning"]
    assert (bad["loads"], bad["problems"][0]["line"]) == (False, 2)
    assert done.returncode == 1


def test_standard_input_is_a_file_too() -> None:
    """Called "-"."""
    done = cli("check", "-", given=BAD.encode())
    assert done.stdout.startswith("-:2:28: error")


def test_whatever_is_no_file_is_a_problem(tmp_path: Path) -> None:
    """No traceback, and nothing that a terminal obeys."""
    strange = tmp_path / "\x1b[31mred.toml"
    strange.write_bytes(b"\xff\x00")
    done = cli("check", str(tmp_path), str(tmp_path / "none.toml"), str(strange))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout
    assert done.stdout.count("refused, 1 error") == 3


def test_the_schema_is_printed_or_written(tmp_path: Path) -> None:
    """And is one."""
    printed = json.loads(cli("schema").stdout)
    Draft202012Validator.check_schema(printed)
    path = tmp_path / "schema.json"
    assert cli("schema", "--output", str(path)).returncode == 0
    assert json.loads(path.read_text("utf-8")) == printed
    assert cli("schema", "--output", str(tmp_path)).returncode == 1


def test_nothing_of_midi_or_notebooks_is_loaded(folder: Path) -> None:
    """A check works where there is neither."""
    code = (
        "import sys; from midimon_live.cli import main; "
        f"main(['check', {str(folder / 'good.toml')!r}]); "
        "print(sorted({'rtmidi', 'IPython', 'ipykernel', 'mido'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_who_reads_may_stop_reading(folder: Path) -> None:
    """No traceback with `| head -1`, nor on a terminal that lacks the letters."""
    many = folder / "many.toml"
    many.write_text("".join(f'"ключ{number}" = 1\n' for number in range(3000)), "utf-8")
    command = [sys.executable, "-m", "midimon_live", "check", str(many)]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ascii_only
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"\\u043a" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told(folder: Path) -> None:
    """In one line, and by the status."""
    command = [sys.executable, "-m", "midimon_live", "check", str(folder / "good.toml")]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.decode().count("\n")) == (1, 1)


def test_the_version_is_the_packages() -> None:
    """One line."""
    assert cli("--version").stdout.strip() == f"midimon-live {midimon_live.__version__}"


def test_a_word_that_is_not_understood_is_said() -> None:
    """Only `lab` hands words on."""
    done = cli("ports", "--frobnicate")
    assert (done.returncode, "--frobnicate" in done.stderr) == (2, True)


def test_new_makes_a_plugin_where_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one elsewhere whose own test passes; what is there is not touched."""
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "home"))
    assert "%midi load fifth" in cli("new", "fifth").stdout
    assert (tmp_path / "home" / "plugins" / "fifth" / "plugin.toml").exists()
    told = json.loads(cli("new", "fifth", "--folder", str(tmp_path), "--json").stdout)
    files = ["README.md", "plugin.py", "plugin.toml", "test_fifth.py"]
    assert told == {"name": "fifth", "folder": str(tmp_path / "fifth"), "files": files}
    test = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", told["folder"]]
    assert subprocess.run(test, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    again = cli("new", "fifth", "--folder", str(tmp_path))
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    assert "is no plugin's name" in cli("new", "Fifth!").stderr


@pytest.mark.parametrize("words", [["new", "fifth"], ["lab", "--no-browser"]])
@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_place_of_a_folder_is_told(folder: Path, words: list[str], below: str) -> None:
    """It is named, and stays what it was."""
    file = folder / "good.toml"
    done = cli(*words, "--folder", str(file / below))
    assert (done.returncode, done.stdout) == (1, "")
    said = f"{file} is a file; --folder takes a folder, one that is there or a new one\n"
    assert done.stderr == said
    assert file.read_text() == GOOD
