"""Wheel and source archive: what is in them, and that they work outside the checkout."""

import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import midimon_live
from tests.support.clean import ROOT, Clean, checkout, pythons

pytestmark = pytest.mark.release

PYTHONS = pythons()

# what a notebook does, through the protocol that notebooks speak
FIRST_MINUTE = '''
from jupyter_client.manager import start_new_kernel

CELLS = """
%load_ext midimon_live
from midimon_live import ActionPlugin, note
class Blink(ActionPlugin):
    def execute(self, params, context):
        print(f"pad {context.note} at {context.velocity}")
midi.map(note(36), Blink)
""", """
midi.virtual.press(36, velocity=100); midi.settle()
len(midi.panel()._repr_mimebundle_()[0]["text/html"]) > 1000
"""

manager, client = start_new_kernel()
try:
    for cell in CELLS:
        asked, state = client.execute(cell), ""
        while state != "idle":
            message = client.get_iopub_msg(timeout=60)
            content = message["content"]
            print(content.get("text", ""), content.get("data", ""), content.get("evalue", ""))
            if message["parent_header"].get("msg_id") == asked:
                state = content.get("execution_state", "")
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
'''


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build both from what git would commit, as `make wheel` does; return wheel and archive."""
    copy = checkout(tmp_path_factory.mktemp("source") / "a folder")
    build = [sys.executable, "-m", "hatchling", "build"]
    subprocess.run(build, cwd=copy, check=True, capture_output=True)
    return next(copy.glob("dist/*.whl")), next(copy.glob("dist/*.tar.gz"))


def test_the_wheel_holds_the_package_with_panels_and_lessons(built: tuple[Path, Path]) -> None:
    """And nothing else: no tests, no tools, nothing for compilers."""
    names = zipfile.ZipFile(built[0]).namelist()
    top = {name.split("/")[0] for name in names}
    assert top == {"midimon_live", f"midimon_live-{midimon_live.__version__}.dist-info"}
    front_end = {name for name in names if name.startswith("midimon_live/_widgets/")}
    assert {Path(name).name for name in front_end} == {
        one.name for kind in ("*.js", "*.css") for one in (ROOT / "widgets").glob(kind)
    }
    course = {name.removeprefix("midimon_live/_course/") for name in names if "/_course/" in name}
    assert {f"notebooks/{one.name}" for one in (ROOT / "notebooks").glob("*.ipynb")} <= course
    assert {name.split("/")[0] for name in course} == {"notebooks", "docs", "plugins"}
    assert {f"midimon_live/templates/{one.name}" for one in _templates()} <= set(names)


def test_the_source_archive_holds_what_the_repository_holds(built: tuple[Path, Path]) -> None:
    """Tests too, so that who packages it can run them; nothing that tools left behind."""
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    committed = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    assert {name for name in committed if not name.startswith('"')} - names == set()
    assert not {name for name in names if "node_modules" in name or ".venv" in name}


@pytest.mark.parametrize("version", PYTHONS, ids=lambda version: ".".join(map(str, version)))
def test_it_works_where_only_it_is_installed(
    built: tuple[Path, Path], version: tuple[int, int], tmp_path: Path
) -> None:
    """The wheel, then the archive: the doctor is content, and a kernel plays the first minute."""
    clean = Clean(PYTHONS[version], tmp_path / "clean")
    wheel, archive = built
    home = {"MIDIMON_HOME": str(tmp_path / "home"), "JACK_NO_START_SERVER": "1"}
    for words in ([str(wheel)], ["--reinstall", "--no-deps", str(archive)]):
        clean.install(*words)
        doctor = json.loads(
            clean.run("midimon-live", "doctor", "--json", cwd=tmp_path, env=home).stdout
        )
        assert doctor["works"]
        assert doctor["python"].startswith(".".join(map(str, version)))
        driver = next(one for one in doctor["findings"] if one["name"] == "driver")
        assert driver["status"] == "ok", driver
        played = clean.run("python", "-c", FIRST_MINUTE, cwd=tmp_path, env=home)
        assert "pad 36 at 100" in played.stdout
        assert "'text/plain': 'True'" in played.stdout
    refused = clean.run("midimon-live", "lab", cwd=tmp_path, env=home, check=False)
    assert "midimon-live[lab]" in refused.stderr


@pytest.mark.jack
@pytest.mark.skipif(max(PYTHONS) < (3, 13), reason="no Python here is new enough for supriya-midi")
def test_hardware_ports_work_on_the_newest_python(built: tuple[Path, Path], tmp_path: Path) -> None:
    """Where python-rtmidi has no wheels, the tests of ports pass with supriya-midi."""
    clean = Clean(PYTHONS[max(PYTHONS)], tmp_path / "clean")
    clean.install(str(built[0]), "pytest", "hypothesis", "pytest-benchmark")
    copy = checkout(tmp_path / "copy")
    tests = (
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/ports",
        "tests/kernel/test_jack.py",
    )
    done = clean.run("python", *tests, cwd=copy)
    assert " passed" in done.stdout
    assert "supriya" in clean.run("python", "-m", "pip", "list", cwd=copy).stdout


def _templates() -> list[Path]:
    return list((ROOT / "midimon_live" / "templates").glob("*.toml"))
