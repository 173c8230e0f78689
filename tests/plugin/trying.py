"""Runs attempts: in this process, or `python -m tests.plugin.trying NAME FOLDER P Q` in its own."""

import contextlib
import contextvars
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from midimon_live.errors import PermissionDenied
from midimon_live.plugin.guard.guard import Decision, Guard
from midimon_live.plugin.guard.subject import Subject, acting
from midimon_live.scopes import Rights, scope
from tests.plugin.attempts import ATTEMPTS, PASSES, STOPPED, Attempt

ROOT = Path(__file__).parents[2]


class Outcome(NamedTuple):
    """What came of an attempt.

    Attributes:
        verdict: "stopped", "passes", or what else happened.
        detail: for whoever looks into it.
    """

    verdict: str
    detail: str


def furnish(folder: Path) -> None:
    """Make the folders and files that attempts find."""
    for name in ("own", "granted", "secret", "granted-not", "secret/empty"):
        (folder / name).mkdir(parents=True)
    for name in ("secret/private.txt", "granted-not/private.txt", "secret/held.txt"):
        (folder / name).write_text("private")
    (folder / "secret/private.ini").write_text("[a]\nb = 1\n")
    (folder / "secret/module.py").write_text("x = 1\n")
    (folder / "own/data.txt").write_text("data")
    (folder / "own/evil.so").write_bytes(b"\x7fELF")
    (folder / "granted/in.txt").write_text("in")
    (folder / "granted/link").symlink_to("../secret/private.txt")
    (folder / "granted/links").symlink_to("../secret")
    with contextlib.closing(sqlite3.connect(folder / "secret/p.db")) as base:
        base.execute("create table t (x)")
        base.execute("insert into t values (1)")
        base.commit()


def rights(attempt: Attempt, folder: Path, port: int) -> Rights:
    """Return what every attempt may do, and what this one may beyond it."""
    texts = [f"filesystem:{kind}:{folder}/granted" for kind in ("read", "write")]
    texts += [f"network:localhost:{port}", "subprocess:true", *attempt.may]
    scopes = [scope(one) for one in texts]
    return Rights(scopes, scopes)


@contextlib.contextmanager
def guarded(subject: Subject, *spaces: dict[str, Any]) -> Iterator[list[Decision]]:
    """Start a guard that watches a plugin, and stop it."""
    decisions: list[Decision] = []
    guard = Guard(decisions.append)
    guard.watch(subject, *spaces)
    guard.start()
    try:
        yield decisions
    finally:
        guard.stop()
        guard.forget(subject)


def in_context(subject: Subject, function: Callable[..., Any], *args: Any) -> Any:
    """Call a function as a version's calls are run: with `acting` set in its context."""
    context = contextvars.copy_context()
    context.run(acting.set, subject)
    return context.run(function, *args)


def run(attempt: Attempt, folder: Path, port: int, other: int) -> Outcome:
    """Run an attempt in this process."""
    later: list[Callable[[], Any]] = []
    space: dict[str, Any] = {"__name__": "a_plugin", "__file__": str(folder / "own/plugin.py")}
    space |= {"S": str(folder), "P": port, "Q": other, "LATER": later, "KEEP": []}
    space["RAISE"] = lambda: signal.raise_signal(signal.SIGUSR1)
    body = "\n".join("    " + line for line in attempt.code.splitlines())
    exec(compile(f"def execute():\n{body}", str(folder / "own/plugin.py"), "exec"), space)  # noqa: S102
    subject = Subject("a-plugin", rights(attempt, folder, port), folder / "own")
    watched = () if attempt.cell else (space,)
    with guarded(subject, *watched) as decisions:
        got, error = _call(subject, space["execute"])
        for one in later:
            with contextlib.suppress(PermissionError):
                one()
            got = (folder / "secret/new").exists()
    refused = [one for one in decisions if one.verdict == "refused"]
    detail = f"got {got!r:.200}, raised {error!r:.400}, refused {refused!r:.900}"
    if got:
        return Outcome(PASSES, detail)
    if refused or isinstance(error, PermissionDenied):
        return Outcome(STOPPED, detail)
    return Outcome("neither", detail)


def _call(subject: Subject, function: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    try:
        got = in_context(subject, function)
    except Exception as error:
        return None, error
    if hasattr(got, "close"):
        got.close()
        return True, None
    return got, None


def run_in_child(attempt: Attempt, folder: Path, port: int, other: int) -> Outcome:
    """Run an attempt in a process of its own."""
    command = [sys.executable, "-m", "tests.plugin.trying", attempt.name, str(folder)]
    held = os.open(folder / "secret/held.txt", os.O_RDONLY)
    try:
        done = subprocess.run(
            [*command, str(port), str(other)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            pass_fds=[held],
        )
    finally:
        os.close(held)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return Outcome("neither", f"status {done.returncode}: {done.stdout}{done.stderr}")
    found = json.loads(lines[-1])
    return Outcome(found["verdict"], found.get("detail", "") + done.stderr)


def attempt_called(name: str) -> Attempt:
    """Return the attempt of that name."""
    return next(one for one in ATTEMPTS if one.name == name)


def main() -> None:
    """Run one attempt and print its outcome."""
    name, folder, port, other = sys.argv[1:]
    outcome = run(attempt_called(name), Path(folder), int(port), int(other))
    print(json.dumps(outcome._asdict()), flush=True)


if __name__ == "__main__":
    assert shutil.which("true")
    main()
