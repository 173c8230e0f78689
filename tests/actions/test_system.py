"""Shell and Launch, with real processes."""

import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest

from midimon_live.actions.base import Pending
from midimon_live.actions.system import _split, launch, launch_command, shell
from midimon_live.clock import SystemClock
from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from tests.support.host import FakeHost, outcome_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")

PYTHON = sys.executable
CONTEXT = TriggerContext(velocity=100, note=36, port="Pad; touch pwned")


def script(code: str, *args: str) -> list[str]:
    """Return the command that runs some Python."""
    return [PYTHON, "-I", "-S", "-c", code, *args]


def test_output_and_status_become_a_notice() -> None:
    """Both streams, the first three lines of them."""
    host = FakeHost()
    command = script("import sys; print('1\\n2', flush=True); print('3\\n4', file=sys.stderr)")
    assert outcome_of(shell(command), host).verdict == "ok"
    name = Path(PYTHON).name
    assert host.notices == [f"{name} ended with status 0: 1 | 2 | 3 | (1 more lines)"]


def test_a_failure_tells_its_status_and_last_line() -> None:
    """The last line is where programs say why."""
    done = outcome_of(shell("sh -c 'echo one; echo why >&2; exit 3'"))
    assert (done.verdict, done.error) == ("failed", "sh ended with status 3: why")


def test_a_signal_is_named() -> None:
    """Rather than being told as a negative number."""
    assert outcome_of(shell(["sh", "-c", "kill -9 $$"])).error == "sh ended with SIGKILL"


def test_big_output_is_cut_in_the_middle() -> None:
    """A megabyte comes through without a jam, and the last line is still there."""
    done = outcome_of(shell(script("print('x' * 999_999); print('end'); raise SystemExit(1)")))
    assert done.error.endswith("status 1: end")


def test_output_that_is_no_utf8_is_shown() -> None:
    """Each bad byte as the replacement character."""
    host = FakeHost()
    outcome_of(shell(["printf", r"a\377b"]), host)
    assert host.notices == ["printf ended with status 0: a\ufffdb"]


def test_no_shell_reads_the_arguments() -> None:
    """Nothing is expanded, and an argument with a semicolon is one argument."""
    host = FakeHost()
    outcome_of(shell("printf '%s,' '~' $HOME '*' ';' \"a b\""), host)
    assert host.notices == ["printf ended with status 0: ~,$HOME,*,;,a b,"]


def test_values_go_into_arguments_and_nothing_else_in_braces_does() -> None:
    """A field that does not apply is empty; the program's name stays as written."""
    host = FakeHost()
    outcome_of(shell(["echo", "{note}/{velocity}/{value}/{port}/{other}"]), host, CONTEXT)
    assert host.notices == ["echo ended with status 0: 36/100//Pad; touch pwned/{other}"]


def test_a_shells_text_gets_no_values_but_its_environment_does(tmp_path: Path) -> None:
    """A hostile port name is a value, not a command."""
    host = FakeHost()
    text = 'echo "{port}" "$MIDIMON_PORT" "$MIDIMON_NOTE" | cat'
    outcome_of(shell(text, shell=True, cwd=tmp_path), host, CONTEXT)
    assert host.notices[0].endswith(": {port} Pad; touch pwned 36")
    assert list(tmp_path.iterdir()) == []


def test_folder_and_environment_are_the_commands_own(tmp_path: Path) -> None:
    """And its input is empty, so nothing waits for a keyboard."""
    host = FakeHost()
    outcome_of(
        shell('pwd; echo "$COLOUR"; cat', shell=True, cwd=tmp_path, env={"COLOUR": "red"}), host
    )
    assert host.notices[0].endswith(f": {tmp_path} | red")


def test_a_missing_program_is_doubted_and_fails() -> None:
    """With the same words, at load and at firing."""
    action = shell("midimon-no-such-program --now")
    expected = (
        "program 'midimon-no-such-program' is not on the PATH; install it, or write its whole path"
    )
    assert action.doubts([]) == [expected]
    assert outcome_of(action)[:2] == ("failed", expected)


def test_a_missing_folder_is_doubted_and_fails(tmp_path: Path) -> None:
    """It is not taken for a missing program."""
    action = shell("echo", cwd=tmp_path / "none")
    assert "there is no folder" in action.doubts([])[0]
    assert outcome_of(action).error == action.doubts([])[0]


def test_what_only_a_shell_knows_is_doubted() -> None:
    """A pipe in a command without a shell is an argument."""
    assert shell("echo a | cat").doubts([]) == [
        "'|' is handed to echo as it is; for a shell say shell=True"
    ]
    assert shell("echo a | cat", shell=True).doubts([]) == []


def test_a_command_ends_at_its_timeout() -> None:
    """It is a failure, and takes no longer than told."""
    began = SystemClock.now()
    done = outcome_of(shell("sleep 60", timeout=0.2))
    assert (done.verdict, done.error) == ("failed", "sleep took longer than 0.2 s, ended")
    assert SystemClock.now() - began < 5


def _waiting(command: list[str]) -> tuple[Any, Pending, list[Any], threading.Event]:
    """Begin a command on a thread; return its steps, what they wait for, results, and the end."""
    steps: Any = shell(command).run(FakeHost(threads=True), CONTEXT)
    pending, results, over = next(steps), [], threading.Event()
    pending.then(lambda result: (results.append(result), over.set()))
    return steps, pending, results, over


_STUBBORN = (
    "import signal, subprocess, sys\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen(['sleep', '60'])\n"
    "open(sys.argv[1], 'w').write(str(child.pid))\n"
    "child.wait()\n"
    "signal.pause()\n"
)


def test_cancelling_ends_the_process_and_its_children(tmp_path: Path) -> None:
    """Also one that does not want to; and its parent has reaped it."""
    os.mkfifo(tmp_path / "pid")
    _, pending, results, over = _waiting(script(_STUBBORN, str(tmp_path / "pid")))
    child = psutil.Process(int((tmp_path / "pid").read_text()))
    parent = child.parent()
    pending.cancel()
    assert over.wait(10)
    assert (results[0].why, results[0].status) == ("cancelled", -signal.SIGKILL)
    assert parent is not None
    assert not parent.is_running()
    # an orphan of a container without an init stays a zombie, but nothing runs
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_closing_the_steps_cancels() -> None:
    """As the engine does when everything is to stop."""
    steps, _, results, over = _waiting(["sleep", "60"])
    steps.close()
    assert over.wait(10)
    assert results[0].why == "cancelled"


def test_a_background_process_does_not_hold_its_starter() -> None:
    """The command is over when the program is, though its output is still open."""
    began = SystemClock.now()
    host = FakeHost()
    assert outcome_of(shell("sleep 30 & echo $!", shell=True), host).verdict == "ok"
    assert SystemClock.now() - began < 10
    psutil.Process(int(host.notices[0].split()[-1])).kill()


def test_no_zombie_stays() -> None:
    """Neither of what ended, nor of what was ended, nor of a launcher."""
    outcome_of(shell("true"))
    outcome_of(shell("sleep 60", timeout=0.05))
    outcome_of(launch("true"))
    assert [one for one in psutil.Process().children() if one.status() == "zombie"] == []


@pytest.mark.parametrize(
    ("command", "options", "text"),
    [
        ("", {}, "allowed is text, or a list of texts"),
        ([], {}, "allowed is text, or a list of texts"),
        (["a", 1], {}, "allowed is text, or a list of texts"),
        (["a\0b"], {}, "allowed is text, or a list of texts"),
        (3, {}, "allowed is text, or a list of texts"),
        ("say 'hi", {}, "No closing quotation; close it"),
        (["a"], {"shell": True}, "with shell=True it is the text"),
        ("a", {"timeout": 0}, "timeout is 0; allowed are seconds above 0"),
        ("a", {"timeout": float("nan")}, "timeout is nan"),
        ("a", {"env": {"A": 1}}, "env is"),
    ],
)
def test_what_can_not_be_run_is_refused(command: Any, options: dict[str, Any], text: str) -> None:
    """Where it is written, not when it fires."""
    with pytest.raises(InvalidValue, match=text):
        shell(command, **options)


def test_backslashes_are_kept_where_they_are_paths() -> None:
    """On Windows they separate folders; elsewhere they take a character's meaning."""
    assert _split(r'"C:\My Files\x.exe" a\b', windows=True) == [r"C:\My Files\x.exe", r"a\b"]
    assert _split(r"a\ b #c", windows=False) == ["a b", "#c"]


_LAUNCHED = (
    "import os, signal, sys\n"
    "told = f'{os.getpid()} {signal.getsignal(signal.SIGINT) is signal.SIG_IGN}'\n"
    "open(sys.argv[1], 'w').write(told)\n"
    "signal.pause()\n"
)


def test_a_launched_program_is_nobodys_child(tmp_path: Path) -> None:
    """So it outlives the kernel; Ctrl-C reaches it although the kernel ignores that."""
    os.mkfifo(tmp_path / "pid")
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = outcome_of(launch(*script(_LAUNCHED, str(tmp_path / "pid"))))
    finally:
        signal.signal(signal.SIGINT, before)
    pid, ignored = (tmp_path / "pid").read_text().split()
    launched = psutil.Process(int(pid))
    assert (done.verdict, ignored) == ("ok", "False")
    assert launched not in psutil.Process().children(recursive=True)
    assert os.getsid(int(pid)) != os.getsid(0)
    launched.kill()


def test_launching_a_missing_program_is_doubted_and_fails() -> None:
    """At load and at firing."""
    action = launch("midimon-no-such-application")
    assert "is not on the PATH" in action.doubts([])[0]
    done = outcome_of(action)
    assert done.verdict == "failed"
    assert "was not started: program 'midimon-no-such-application' is not on the PATH" in done.error


def test_launching_what_is_no_program_fails(tmp_path: Path) -> None:
    """The system's own reason is passed on."""
    path = tmp_path / "app"
    path.write_bytes(b"\x7fELF but not really")
    assert "may not be run; allow it with: chmod +x" in launch(str(path)).doubts([])[0]
    path.chmod(0o755)
    assert "Exec format error" in outcome_of(launch(str(path))).error


def test_a_desktop_entry_is_launched_by_gtk_launch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its id is no program, and known all the same."""
    (tmp_path / "applications").mkdir()
    (tmp_path / "applications/org.example.Synth.desktop").touch()
    tool = tmp_path / "gtk-launch"
    tool.write_text(f'#!{shutil.which("sh")}\necho "no $1 today" >&2; exit 2\n')
    tool.chmod(0o755)
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    action = launch("org.example.Synth")
    assert action.doubts([]) == []
    assert outcome_of(action).error.endswith("was not started: no org.example.Synth today")


def test_macos_opens_applications() -> None:
    """Arguments go behind a marker of their own."""
    assert launch_command("Live", [], "darwin") == ["open", "-a", "Live"]
    assert launch_command("Live", ["a b"], "darwin") == ["open", "-a", "Live", "--args", "a b"]
