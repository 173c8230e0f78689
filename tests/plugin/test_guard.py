"""The guard does what the table of attempts says, and leaves everybody else alone."""

import _thread
import contextlib
import contextvars
import http.server
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from midimon_live.errors import PermissionDenied
from midimon_live.plugin.guard.audited import AUDITED
from midimon_live.plugin.guard.guard import Decision, Guard
from midimon_live.plugin.guard.subject import Subject, acting
from midimon_live.scopes import Rights, scope
from tests.plugin import page
from tests.plugin.attempts import ATTEMPTS, MUST, PASSES, STOPPED, Attempt
from tests.plugin.trying import furnish, guarded, in_context, run, run_in_child

NONE = Rights((), ())


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """Return the ports of two servers."""
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answer) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield servers[0].server_port, servers[1].server_port
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.skipif(sys.platform != "linux", reason="the attempts are made with Linux's calls")
@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda one: f"{one.group}: {one.name}")
def test_the_table_of_attempts_is_true(
    attempt: Attempt, tmp_path: Path, ports: tuple[int, int]
) -> None:
    """Each is stopped or passes as the table says."""
    furnish(tmp_path)
    outcome = (run_in_child if attempt.child else run)(attempt, tmp_path.resolve(), *ports)
    assert outcome.verdict == attempt.expected, outcome.detail


def test_the_table_is_large_and_gives_reasons() -> None:
    """Both columns are filled, names are not used twice, and what passes has a reason."""
    count = Counter(one.expected for one in ATTEMPTS)
    assert len(ATTEMPTS) >= 120
    assert count[STOPPED] > count[PASSES] > 20
    assert all(one.why for one in ATTEMPTS if one.expected == PASSES)
    assert not [name for name, times in Counter(one.name for one in ATTEMPTS).items() if times > 1]
    assert sum(one.why == MUST for one in ATTEMPTS) > 20


def test_the_page_is_that_of_the_table() -> None:
    """`python -m tests.plugin.page` has been run."""
    assert page.PAGE.read_text("utf-8") == page.text()


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    """Return a plugin without any rights."""
    return Subject("blink", NONE, tmp_path / "own")


def test_others_are_never_refused(tmp_path: Path, subject: Subject) -> None:
    """Code of nobody's does what it likes while plugins are watched, and is not noted."""
    with guarded(subject, {}) as decisions:
        _thread.start_new_thread(os.mkdir, (tmp_path / "c",))
        until = time.monotonic() + 5
        while not (tmp_path / "c").exists() and time.monotonic() < until:
            time.sleep(0.01)
        (tmp_path / "c").rmdir()
        (tmp_path / "a").write_text("x")
        os.rename(tmp_path / "a", tmp_path / "b")  # noqa: PTH104
        sys.settrace(sys.gettrace())
        thread = threading.Thread(target=(tmp_path / "b").unlink)
        thread.start()
        thread.join()
    assert not list(tmp_path.iterdir())
    assert not decisions


def test_a_pools_thread_that_a_plugin_began_serves_others(tmp_path: Path, subject: Subject) -> None:
    """What a plugin gives a shared pool is its own; what others give the same thread is not."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool, guarded(subject) as decisions:
        first = in_context(subject, pool.submit, os.mkdir, tmp_path / "a")
        assert isinstance(first.exception(), PermissionDenied)
        pool.submit(os.mkdir, tmp_path / "b").result()
    assert [one.verdict for one in decisions] == ["refused"]


def test_a_refused_import_leaves_the_users_imports_alone(
    tmp_path: Path, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import system remembers folders; a plugin must not make it believe one is empty."""
    (tmp_path / "users_module.py").write_text("x = 1")
    monkeypatch.syspath_prepend(tmp_path)
    with guarded(subject):
        with pytest.raises(PermissionError):
            in_context(subject, __import__, "users_module")
        assert __import__("users_module").x == 1
    sys.modules.pop("users_module")


def test_the_refusal_says_what_where_why_and_how(tmp_path: Path) -> None:
    """One line has all that is needed, and it can be typed as it is."""
    path = tmp_path / "it's here.txt"
    subject = Subject("my plugin", Rights([scope("filesystem")], ()))
    space: dict[str, Any] = {}
    exec(compile(f"def execute():\n    open({str(path)!r}, 'w')", "plugin.py", "exec"), space)  # noqa: S102
    with guarded(subject, space) as decisions, pytest.raises(PermissionError) as refused:
        space["execute"]()
    said = str(refused.value)
    assert "my plugin: wanted filesystem:write:" in said
    assert "by open (plugin.py, line 2, in execute): not granted" in said
    import shlex

    line = said.partition("run:  ")[2]
    assert shlex.split(line)[1:] == ["grant", "my plugin", f"filesystem:write:{path}"]
    assert decisions[0].place == "plugin.py, line 2, in execute"
    assert isinstance(refused.value, PermissionDenied)


def test_the_place_is_a_line_of_the_plugin_also_in_a_cell(tmp_path: Path, subject: Subject) -> None:
    """Not the line of the library that opened the file, and under the cell's name."""
    space: dict[str, Any] = {"path": tmp_path / "a"}
    exec(compile("def execute():\n\n    path.write_text('x')", "/tmp/cell.py", "exec"), space)  # noqa: S102, S108
    for watched in ((), (space,)):
        seen: list[Decision] = []
        guard = Guard(
            seen.append, lambda file, line: f"In [3], line {line}" if "cell" in file else ""
        )
        guard.watch(subject, *watched)
        guard.start()
        with (
            guard.inside(subject),
            pytest.raises(PermissionDenied, match=r"\(In \[3\], line 3, in"),
        ):
            space["execute"]()
        guard.stop()
        guard.forget(subject)
        assert seen[0].place == "In [3], line 3, in execute"


@pytest.mark.parametrize("bad", ["line\nbreak", "esc\x1b[31m", "x" * 400])
def test_a_hostile_path_does_not_paint_the_screen(
    tmp_path: Path, bad: str, subject: Subject
) -> None:
    """Control characters are escaped, no line is offered for them, and no text is endless."""
    with guarded(subject), pytest.raises(PermissionError) as refused:
        in_context(subject, open, str(tmp_path / bad))
    said = str(refused.value)
    assert said.isprintable()
    assert ("%midi grant" in said) == bad.isprintable()


def test_why_there_are_three_reasons(tmp_path: Path) -> None:
    """Not declared, not granted, denied: each is named, and in this order."""
    every = [scope("filesystem")]
    reasons = []
    for rights in (NONE, Rights(every, ()), Rights(every, every, every), Rights(every, every)):
        subject = Subject("blink", rights)
        with guarded(subject) as decisions, contextlib.suppress(PermissionError):
            in_context(subject, os.mkdir, tmp_path / "a")
        reasons += [one.why for one in decisions]
    assert reasons == ["not declared", "not granted", "denied", "granted"]


def test_revoking_is_effective_at_once(tmp_path: Path) -> None:
    """The next deed of a loop that runs already is refused."""
    every = [scope("filesystem")]
    subject = Subject("blink", Rights(every, every))
    done = []

    def loop() -> None:
        for index in range(4):
            os.mkdir(tmp_path / str(index))  # noqa: PTH102
            done.append(index)
            if index == 1:
                subject.rights = NONE

    with guarded(subject), pytest.raises(PermissionError):
        in_context(subject, loop)
    assert done == [0, 1]


def test_both_are_accused_where_one_plugin_calls_another(tmp_path: Path) -> None:
    """A plugin can not borrow another's rights by calling its functions, nor by being called."""
    every = [scope("filesystem")]
    rich, poor = Subject("rich", Rights(every, every)), Subject("poor", NONE)
    space: dict[str, Any] = {}
    exec("import os\ndef make(path): os.mkdir(path)", space)  # noqa: S102
    with guarded(rich, space) as decisions:
        with pytest.raises(PermissionDenied, match="poor"):
            in_context(poor, space["make"], tmp_path / "a")
        in_context(rich, space["make"], tmp_path / "b")
    assert [(one.subject, one.verdict) for one in decisions] == [
        (poor, "refused"),
        (rich, "allowed"),
    ]


def test_inside_is_for_what_runs_outside_of_its_context(tmp_path: Path, subject: Subject) -> None:
    """Importing a plugin's module is the plugin's deed."""
    guard = Guard()
    guard.start()
    with guard.inside(subject), pytest.raises(PermissionDenied):
        (tmp_path / "a").mkdir()
    (tmp_path / "a").mkdir()
    guard.stop()
    assert acting.get() is None


def test_what_runs_on_after_it_was_forgotten_is_still_held_to_its_rights(
    tmp_path: Path, subject: Subject
) -> None:
    """An unloaded plugin's tasks do not become free."""
    guard = Guard()
    guard.watch(subject)
    guard.start()
    context = contextvars.copy_context()
    context.run(acting.set, subject)
    guard.forget(subject)
    with pytest.raises(PermissionDenied):
        context.run(os.mkdir, tmp_path / "a")
    guard.stop()


def test_stopped_it_does_nothing_and_puts_back_what_it_replaced(
    tmp_path: Path, subject: Subject
) -> None:
    """Threads start as before, and nobody is refused."""
    import _thread
    from concurrent.futures import ThreadPoolExecutor

    before = _thread.start_new_thread, threading._start_new_thread, ThreadPoolExecutor.submit
    with guarded(subject):
        assert before[0] is not _thread.start_new_thread
    after = _thread.start_new_thread, threading._start_new_thread, ThreadPoolExecutor.submit
    assert before == after
    in_context(subject, os.mkdir, tmp_path / "a")


def test_two_guards_decide_about_their_own_plugins(tmp_path: Path) -> None:
    """Two sessions in one process do not note each other's."""
    one, two = Subject("one", NONE), Subject("two", NONE)
    with guarded(one) as ones, guarded(two) as twos:
        for subject in (one, two, one):
            with pytest.raises(PermissionDenied):
                in_context(subject, os.mkdir, tmp_path / "a")
    assert [len(ones), len(twos)] == [2, 1]


def test_a_log_that_breaks_lets_nothing_through(tmp_path: Path, subject: Subject) -> None:
    """The decision stands, whatever happens to the note of it."""

    def broken(_decision: Decision) -> None:
        raise ValueError("no space left")

    guard = Guard(broken)
    guard.start()
    with guard.inside(subject), pytest.raises(PermissionDenied):
        (tmp_path / "a").mkdir()
    guard.stop()


def test_the_log_may_write_while_a_plugin_acts(tmp_path: Path, subject: Subject) -> None:
    """What `decided` does is the host's."""
    file = tmp_path / "log"
    guard = Guard(lambda decision: file.write_text(decision.verdict))
    guard.start()
    with guard.inside(subject), pytest.raises(PermissionDenied):
        (tmp_path / "a").mkdir()
    guard.stop()
    assert file.read_text() == "refused"


def test_aside_is_for_what_the_host_does_itself(tmp_path: Path, subject: Subject) -> None:
    """Opening a port at the first `send` is nobody's deed; the next line is the plugin's again."""
    seen: list[Decision] = []
    guard = Guard(seen.append)
    guard.start()
    with guard.inside(subject):
        with guard.aside():
            with guard.aside():
                (tmp_path / "a").mkdir()
            (tmp_path / "b").mkdir()
        assert not seen
        with pytest.raises(PermissionDenied):
            (tmp_path / "c").mkdir()
    guard.stop()


def test_the_process_ends_without_a_word(tmp_path: Path) -> None:
    """The hook outlives what it uses, and must not complain while Python goes down."""
    code = (
        "import atexit, contextvars, tempfile, threading\n"
        "from midimon_live.plugin.guard.guard import Guard\n"
        "from midimon_live.plugin.guard.subject import Subject, acting\n"
        "from midimon_live.scopes import Rights\n"
        "class Late:\n"
        "    def __del__(self, open=open): open('/dev/null').close()\n"
        "guard = Guard(); guard.watch(Subject('a', Rights((), ())), {}); guard.start()\n"
        "late = Late(); late.late = late; __builtins__.late = Late()\n"
    )
    command = [sys.executable, "-X", "dev", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_bytecode_is_refused_without_a_word(tmp_path: Path, subject: Subject) -> None:
    """Python does without; the log stays readable."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own/helper.py").write_text("x = 1")
    code = f"import sys\nsys.path.insert(0, {str(tmp_path / 'own')!r})\nimport helper"
    space: dict[str, Any] = {}
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = False
    try:
        with guarded(subject, space) as decisions:
            exec(code, space)  # noqa: S102
    finally:
        sys.dont_write_bytecode = before
        sys.path.remove(str(tmp_path / "own"))
        sys.modules.pop("helper")
    assert not decisions
    assert [one.name for one in (tmp_path / "own").iterdir()] == ["helper.py"]


def test_a_granted_name_allows_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard asks for the name itself, and again when an address is not among the known ones."""
    from midimon_live.plugin.guard import addresses

    answers = iter(["192.0.2.1", "192.0.2.2"])

    def answer(_name: str, _port: None) -> list[Any]:
        return [(socket.AF_INET, 1, 6, "", (next(answers), 0))]

    monkeypatch.setattr(addresses, "_ask", answer)
    granted = [scope("network:api.example.com:443")]
    subject = Subject("blink", Rights(granted, granted))
    guard = Guard()
    guard.watch(subject)
    row = AUDITED["socket.connect"]

    def refusal(name: str, *args: Any) -> Any:
        row = AUDITED[name]
        return guard.judge(subject, row, list(row.deeds(args)), "", None)

    def connect(host: str, port: int = 443) -> Any:
        return guard.judge(subject, row, list(row.deeds((None, (host, port)))), "", None)

    assert connect("192.0.2.1") is not None  # nobody has asked for the name yet
    assert refusal("socket.getaddrinfo", "api.example.com", None, 0, 0, 0) is None
    assert refusal("socket.getaddrinfo", "evil.example.com", 443, 0, 0, 0) is not None
    assert connect("192.0.2.1") is None
    assert connect("192.0.2.1", 25) is not None  # asks again, and learns the second
    assert connect("192.0.2.2") is None


def test_every_row_has_a_reader() -> None:
    """The table says of each event what it is called and which heading it belongs to."""
    assert len(AUDITED) > 80
    assert all(row.operation and row.group and callable(row.deeds) for row in AUDITED.values())
