"""Actions that start programs: a command that is waited for, an application that is not."""

import math
import os
import re
import shlex
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from midimon_live.actions.base import OK, Action, ActionHost, Outcome, Steps, Wait
from midimon_live.actions.beside import beside
from midimon_live.calling import explained
from midimon_live.errors import InvalidValue
from midimon_live.events import TriggerContext
from midimon_live.processes import Ended, Process, program_missing, start_apart

_FIELDS = ("velocity", "note", "control", "value", "channel", "mode", "port")
_PLACEHOLDER = re.compile(rf"\{{({'|'.join(_FIELDS)})\}}")
_FOR_A_SHELL = {"|", "||", "&&", "&", ";", "<", ">", ">>", "2>", "2>&1"}


@dataclass(frozen=True, slots=True)
class Shell(Action):
    """Run a command beside the engine; its status and first lines of output become a notice.

    Attributes:
        command: the arguments, program first; a string is for the system's shell.
        timeout: seconds it may take; None is no limit.
        cwd: the folder it runs in; None is the kernel's.
        env: variables to add to the environment.
    """

    command: tuple[str, ...] | str
    timeout: float | None = None
    cwd: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        """What people call it: the program's name, or the beginning of what the shell gets."""
        if isinstance(self.command, str):
            return f"{self.command:.40}"
        return Path(self.command[0]).name

    def run(self, host: ActionHost, context: TriggerContext) -> Steps:
        """Run it to its end, unless it is cancelled or takes too long."""
        told = {name: _value(context, name) for name in _FIELDS}
        process = Process(
            self._filled(told),
            timeout=self.timeout,
            cwd=self.cwd,
            env={**self.env, **{f"MIDIMON_{name.upper()}": told[name] for name in _FIELDS}},
        )
        job = _caught(self.program, process.run, self._missing)
        ended = yield from beside(host, self.program, job, cancel=process.cancel)
        if not isinstance(ended, Ended):
            return ended if isinstance(ended, Outcome) else OK
        host.notice(_report(self.program, ended))
        return self._outcome(ended)

    def _filled(self, told: Mapping[str, str]) -> Sequence[str] | str:
        """Put the event's values into the arguments; never into a shell's text or the program."""
        if isinstance(self.command, str):
            return self.command
        program, *arguments = self.command
        return [program, *(_PLACEHOLDER.sub(lambda one: told[one[1]], arg) for arg in arguments)]

    def _outcome(self, ended: Ended) -> Outcome:
        if ended.why == "cancelled":
            return Outcome("cancelled", f"{self.program} was ended early")
        if ended.why == "timeout":
            return Outcome("failed", f"{self.program} took longer than {self.timeout:g} s, ended")
        if ended.status == 0:
            return OK
        lines = _lines(ended.output)
        last = f": {lines[-1]:.200}" if lines else ""
        return Outcome("failed", f"{self.program} ended with {ended.verdict}{last}")

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return what is missing: the program, the folder, a shell for what only shells know."""
        del modes
        found = self._missing()
        if not isinstance(self.command, str):
            found += [
                f"{word!r} is handed to {self.program} as it is; for a shell say shell=True"
                for word in self.command[1:]
                if word in _FOR_A_SHELL
            ]
        return found

    def _missing(self) -> list[str]:
        found = []
        if self.cwd is not None and not Path(self.cwd).is_dir():
            found.append(f"there is no folder {self.cwd!r} to run {self.program} in; create it")
        if not isinstance(self.command, str):
            path = self.env.get("PATH")
            found.append(program_missing(self.command[0], cwd=self.cwd, path=path))
        return [one for one in found if one]

    def __str__(self) -> str:
        words = self.command if isinstance(self.command, str) else shlex.join(self.command)
        return f"shell {words:.80}"


def _value(context: TriggerContext, name: str) -> str:
    value = getattr(context, name)
    return "" if value is None else str(value).replace("\0", "")


def _lines(output: str) -> list[str]:
    return [line.strip() for line in output.splitlines() if line.strip()]


def _report(program: str, ended: Ended) -> str:
    lines = _lines(ended.output)
    more = [f"({len(lines) - 3} more lines)"] if len(lines) > 3 else []
    said = " | ".join([f"{line:.200}" for line in lines[:3]] + more)
    how = {"": f"ended with {ended.verdict}", "timeout": "took too long and was ended"}
    return f"{program} {how.get(ended.why, 'was ended early')}{': ' + said if said else ''}"


def _caught(
    program: str, job: Callable[[], Any], missing: Callable[[], list[str]]
) -> Callable[[], Any]:
    """Return a job that says in words why a program could not be started."""

    def caught() -> Any:
        try:
            return job()
        except (OSError, ValueError) as error:
            reason = next(iter(missing()), "") or f"{program} could not be started: {error}"
            return Outcome("failed", reason, error)

    return caught


@explained
def shell(
    command: str | Sequence[str],
    *,
    shell: bool = False,
    timeout: float | None = None,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
) -> Shell:
    """Run a command, without a shell unless asked for: `shell(["say", "{note}"])`.

    It runs beside the engine and gets no input. Its exit status and the first lines of what it
    writes become a notice; any status but 0 is a failure. At most 64 KiB of output are kept.

    The event's values are in its environment as MIDIMON_VELOCITY, MIDIMON_NOTE, MIDIMON_CONTROL,
    MIDIMON_VALUE, MIDIMON_CHANNEL, MIDIMON_MODE and MIDIMON_PORT, empty where they do not apply.
    Arguments after the program may also hold them as `{velocity}`, `{note}` and so on. A shell's
    text may not, because a port's name could then be a command: write "$MIDIMON_PORT" there.

    Args:
        command: the arguments, program first; a string is split at spaces as a shell would, with
            quotes and backslashes, but `~`, `$` and `*` mean nothing.
        shell: hand the string to the system's shell instead.
        timeout: seconds it may take, above 0; then it is ended, with all that it started.
        cwd: the folder it runs in.
        env: variables to add to the environment.

    Raises:
        InvalidValue: there is no command, a quote is not closed, or a value is of the wrong kind.
    """
    if timeout is not None and not _positive(timeout):
        raise InvalidValue(f"timeout is {timeout!r}; allowed are seconds above 0, and None")
    added = dict(env or {})
    if not all(isinstance(one, str) for pair in added.items() for one in pair):
        raise InvalidValue(f"env is {env!r:.80}; allowed are names and values that are text")
    words = _script(command) if shell else _arguments("command", command)
    longest = None if timeout is None else float(timeout)
    return Shell(words, longest, None if cwd is None else os.fspath(cwd), added)


def _positive(seconds: Any) -> bool:
    number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    return number and math.isfinite(seconds) and seconds > 0


def _script(command: Any) -> str:
    if isinstance(command, str) and command.strip() and "\0" not in command:
        return command
    raise InvalidValue(
        f"command is {command!r:.80}; with shell=True it is the text that the shell gets"
    )


def _arguments(what: str, command: Any) -> tuple[str, ...]:
    if isinstance(command, str):
        try:
            words = _split(command)
        except ValueError as error:
            hint = "close it, or give a list of arguments"
            raise InvalidValue(f"{what} is {command!r:.80}: {error}; {hint}") from None
    else:
        words = list(command) if isinstance(command, Sequence) else []
    if words and all(isinstance(word, str) and "\0" not in word for word in words) and words[0]:
        return tuple(words)
    raise InvalidValue(
        f"{what} is {command!r:.80}; allowed is text, or a list of texts with a program first"
    )


def _split(command: str, *, windows: bool = os.name == "nt") -> list[str]:
    """Split at spaces outside of quotes; on Windows a backslash is part of a path."""
    lexer = shlex.shlex(command, posix=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    if windows:
        lexer.escape = ""
    return list(lexer)


@dataclass(frozen=True, slots=True)
class Launch(Action):
    """Start an application and leave it to itself; it outlives the session.

    Attributes:
        app: its name, or a path.
        args: what it is told.
    """

    app: str
    args: tuple[str, ...] = ()

    def run(self, host: ActionHost, context: TriggerContext) -> Generator[Wait, Any, Outcome]:
        """Start it; the outcome says whether that worked, not how it ends."""
        del context
        result = yield from beside(host, f"starting {self.app}", self._started)
        return result if isinstance(result, Outcome) else OK

    def _started(self) -> Outcome:
        error = launch_missing(self.app, sys.platform) or _launched(self.app, self.args)
        return Outcome("failed", f"{self.app} was not started: {error}") if error else OK

    def doubts(self, modes: Sequence[str]) -> list[str]:
        """Return that there is no such application, if so."""
        del modes
        missing = launch_missing(self.app, sys.platform)
        return [f"launch {self.app}: {missing}"] if missing else []

    def __str__(self) -> str:
        return f"launch {shlex.join((self.app, *self.args)):.80}"


def launch_missing(app: str, platform: str) -> str:
    """Return why an application can not be there, or ""; macOS and Windows know themselves."""
    if platform in ("darwin", "win32") or (_desktop_entry(app) and not program_missing(_GTK)):
        return ""
    return program_missing(app)


_GTK = "gtk-launch"


def _desktop_entry(app: str) -> bool:
    """Tell whether this Linux desktop has an application of that id ("org.gnome.Maps")."""
    home = os.environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser()
    others = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    name = f"{app.removesuffix('.desktop')}.desktop"
    return any(
        (Path(folder) / "applications" / name).is_file() for folder in (home, *others.split(":"))
    )


def launch_command(app: str, args: Sequence[str], platform: str) -> list[str]:
    """Return the command that starts an application on macOS or Linux."""
    if platform == "darwin":
        return ["open", "-a", app, *(["--args", *args] if args else [])]
    return [*([_GTK] if program_missing(app) else []), app, *args]


def _launched(app: str, args: Sequence[str]) -> str:
    """Start it; return what kept it from starting, or ""."""
    if sys.platform == "win32":
        import subprocess

        try:
            os.startfile(app, arguments=subprocess.list2cmdline(args))  # noqa: S606 - asked for
        except OSError as error:
            return str(error)
        return ""
    command = launch_command(app, args, sys.platform)
    if command[0] == app:
        return start_apart(command)
    ended = Process(command, timeout=10).run()  # it asks somebody else to start it, and ends
    if not ended.why and not ended.status:
        return ""
    return (_lines(ended.output) or [f"{command[0]} ended with {ended.verdict}"])[-1]


@explained
def launch(app: str, *arg: str, args: Sequence[str] = ()) -> Launch:
    """Start an application: `launch("Ableton Live")`, `launch("gimp", "picture.png")`.

    On macOS `open -a` finds it, on Windows the system. On Linux it is a program on the PATH, a
    path, or the id of a desktop entry (`gtk-launch` starts those). A leading `~` is the home
    folder.

    Args:
        app: its name, or a path.
        arg: what it is told; nothing in it is expanded.
        args: more of that.

    Raises:
        InvalidValue: there is no name, or an argument is no text.
    """
    words = _arguments("launch", [app, *arg, *([args] if isinstance(args, str) else args)])
    return Launch(os.path.expanduser(words[0]), words[1:])  # noqa: PTH111 - a name is no path
