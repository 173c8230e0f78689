"""`midimon-live doctor` and `ports`: what they find here, and what they say where it is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from midimon_live.cli import machine, packages, surroundings, systems
from midimon_live.cli.findings import MISSING, OPTIONAL
from midimon_live.cli.systems import SystemState
from tests.support.jack import JackServer
from tests.support.need import need_program
from tests.test_cli import cli

ROOT = Path(__file__).parents[1]

NAMES = [
    "python",
    "midimon-live",
    "packages",
    "ipykernel",
    "anywidget",
    "extra lab",
    "extra desktop",
    "kernel",
    "virtual port",
    "clock",
    "event loop",
    "driver",
]


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever server runs on this machine is none of these tests' business."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"no-such-server-{os.getpid()}")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    monkeypatch.delenv("MIDIMON_BACKEND", raising=False)


def test_json_has_the_keys_that_scripts_count_on() -> None:
    """All of them, in this order; a developer's machine has what every notebook needs."""
    done = cli("doctor", "--json")
    answer = json.loads(done.stdout)
    assert list(answer) == ["version", "python", "platform", "works", "findings"]
    assert (done.returncode, answer["works"]) == (0, True)
    assert [one["name"] for one in answer["findings"]][: len(NAMES)] == NAMES
    for one in answer["findings"]:
        assert list(one) == ["name", "status", "found", "remedy"]
        assert (one["remedy"] is None) == (one["status"] == "ok"), one


def test_text_has_a_line_for_each_and_the_remedy_below() -> None:
    """And ends with the verdict."""
    lines = cli("doctor").stdout.splitlines()
    assert lines[0].startswith("ok        python ")
    assert any(line.strip().startswith("> ") for line in lines)
    assert lines[-1].startswith("Notebooks work here")


def test_a_home_that_can_not_be_written_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the line that moves it, and status 1."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "file" / "home"))
    found = surroundings.folder()
    assert (found.status, found.remedy) == (MISSING, "export MIDIMON_HOME=~/midimon")
    assert cli("doctor").returncode == 1


def test_looking_at_home_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A doctor leaves nothing behind."""
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path / "a" / "b"))
    assert surroundings.folder().status == "ok"
    assert "0 plugins" in surroundings.plugins().found
    assert list(tmp_path.iterdir()) == []


def test_a_plugin_that_is_refused_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without running any."""
    broken = tmp_path / "plugins" / "broken"
    broken.mkdir(parents=True)
    (broken / "plugin.toml").write_text("[plugin]\nname = 7\n")
    monkeypatch.setenv("MIDIMON_HOME", str(tmp_path))
    found = surroundings.plugins()
    assert found.status == OPTIONAL
    assert "broken" in found.found


def test_packages_that_are_missing_or_too_old_come_with_the_line_that_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By name and range, into the Python that runs this."""
    versions = {"midimon-live": "1.0", "pluggy": "1.0"}

    def version(name: str) -> str:
        if name in versions:
            return versions[name]
        raise packages.metadata.PackageNotFoundError

    monkeypatch.setattr(packages.metadata, "version", version)
    asked = ["pluggy>=1.5", "mido>=1.3", "jupyterlab>=4; extra == 'lab'"]
    monkeypatch.setattr(packages.metadata, "requires", lambda _name: asked)
    found = {one.name: one for one in packages.packages()}
    assert found["packages"].status == MISSING
    assert found["packages"].found == "pluggy is 1.0, needed is >=1.5; no mido"
    assert found["packages"].remedy is not None
    assert found["packages"].remedy.endswith("-m pip install 'pluggy>=1.5' 'mido>=1.3'")
    assert found["extra lab"].status == OPTIONAL
    assert packages.driver().status == OPTIONAL


def test_alsa_says_which_of_its_troubles_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No module in the kernel, or a device that is another's."""
    silent = SystemState("rtmidi/alsa", "ALSA", answers=False, said="it does not answer")
    monkeypatch.setattr(systems, "load_driver", lambda: None)
    monkeypatch.setattr(machine, "hardware", lambda: [silent])
    monkeypatch.setattr(machine, "_SEQUENCER", tmp_path / "seq")
    found = machine.systems()[0]
    assert (found.status, found.remedy and found.remedy.split()[-2:]) == (
        OPTIONAL,
        ["modprobe", "snd-seq"],
    )
    (tmp_path / "seq").write_text("")
    assert machine.systems()[0].found == "ALSA: it does not answer"


def test_another_pythons_kernel_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks would run where midimon_live is not installed."""
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    described = {"argv": ["/elsewhere/bin/python"], "display_name": "x", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(described))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    found = surroundings.kernel()
    assert (found.status, "/elsewhere/bin/python" in found.found) == (OPTIONAL, True)
    assert found.remedy == f"{sys.executable} -m ipykernel install --sys-prefix"


def test_ports_lists_every_system_as_text_and_as_json() -> None:
    """Also those that do not answer, and why."""
    answer = json.loads(cli("ports", "--json").stdout)
    assert answer["hardware"] is None
    names = [one["name"] for one in answer["systems"]]
    assert names[:2] == ["virtual", "web"]
    keys = ["name", "system", "answers", "inputs", "outputs", "own_ports", "said"]
    assert all(list(one) == keys for one in answer["systems"])
    text = cli("ports").stdout
    assert "virtual  in   Virtual" in text
    assert "midi.connect finds hardware on: none" in text


def test_a_system_that_is_asked_for_and_does_not_answer_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No hardware is fine; no hardware where MIDIMON_BACKEND asks for it is not."""
    assert cli("ports").returncode == 0
    monkeypatch.setenv("MIDIMON_BACKEND", "rtmidi/jack")
    assert cli("ports").returncode == 1


# in a process of its own: libjack keeps what it knew of servers that tests before have ended
PADS = """
import sys
from tests.support.far import jack_out
pads = jack_out("Pads")
pads.open_virtual_port("play")
print("there", flush=True)
sys.stdin.read()
"""


@pytest.mark.jack
def test_a_device_on_a_real_server_is_listed_and_a_port_is_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By `ports`, with the system that it is on; the doctor opens ports there."""
    need_program("jackd", "Debian: apt-get install jackd2")
    with JackServer() as server:
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        with subprocess.Popen(
            [sys.executable, "-c", PADS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
        ) as pads:
            assert pads.stdout is not None
            pads.stdout.readline()
            answer = json.loads(cli("ports", "--json").stdout)
            doctor = json.loads(cli("doctor", "--json").stdout)
            pads.communicate()
    assert answer["hardware"] == "rtmidi/jack"
    jack = next(one for one in answer["systems"] if one["name"] == "rtmidi/jack")
    assert (jack["inputs"], jack["own_ports"]) == (["Pads:play"], True)
    opened = next(one for one in doctor["findings"] if one["name"] == "hardware port")
    assert opened["found"] == "rtmidi/jack opens an input and an output"


def test_nothing_needs_a_driver_or_a_notebook(tmp_path: Path) -> None:
    """Where neither is installed, the doctor says so instead of failing."""
    code = (
        "import sys\n"
        "for name in ('rtmidi', 'supriya_midi', 'jupyter_client'): sys.modules[name] = None\n"
        "from midimon_live.cli import main; main(['ports']); sys.exit(main(['doctor', '--json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no jupyter_client" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["nonsense", "rtmidi/nonsense", "Virtual "])
def test_a_backend_that_does_not_exist_is_a_fault(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both commands end with 1, and say what there is and what to type, as JSON too."""
    monkeypatch.setenv("MIDIMON_BACKEND", name)
    said = f"MIDIMON_BACKEND: no backend {name!r}; there are virtual, rtmidi"
    for words in (["ports"], ["ports", "--json"]):
        done = cli(*words)
        assert done.returncode == 1
        assert done.stderr.startswith(said)
        assert done.stderr.endswith("unset MIDIMON_BACKEND\n")
    done = cli("doctor", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["works"]) == (1, False)
    (fault,) = (one for one in answer["findings"] if one["status"] == "missing")
    assert (fault["name"], fault["remedy"]) == ("hardware port", "unset MIDIMON_BACKEND")
    assert fault["found"].startswith(said)


def test_backends_that_exist_are_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither without a choice nor with a system of another platform is the name found wrong."""
    for name in ("", "virtual", "rtmidi", "rtmidi/jack", "rtmidi/core"):
        monkeypatch.setenv("MIDIMON_BACKEND", name)
        assert systems.not_a_backend() == "", name
