"""`%midi`: each command parses its words, calls one `Session` method and shows its answer."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from midimon_live import views
from midimon_live.errors import CommandError, MidimonError
from midimon_live.magic_keeping import keep, restore
from midimon_live.magic_mappings import mappings, unmap
from midimon_live.magic_outputs import errors, log
from midimon_live.magic_rights import audit, deny, disable, enable, grant, revoke
from midimon_live.sessions import Session
from midimon_live.show import Table


class Command(NamedTuple):
    """One row of the table below."""

    arguments: str
    help: str
    run: Callable[..., Any]


def _ports(session: Session) -> Table:
    return session.ports()


def _connect(session: Session, port: str) -> str:
    return f"connected: {session.connect(port)}"


def _disconnect(session: Session, port: str | None = None) -> str:
    return f"disconnected: {', '.join(session.disconnect(port)) or 'nothing was connected'}"


def _send(session: Session, kind: str, *words: str) -> str:
    pairs = [word.partition("=") for word in words]
    wrong = [word for word, equals, _ in pairs if not equals]
    if wrong:
        raise CommandError(f"{wrong[0]!r} is no name=value; e.g. %midi send note_on note=60")
    fields: dict[str, Any] = {name: _number(value) for name, _, value in pairs}
    port = fields.pop("port", None)
    session.send(kind, port=None if port is None else str(port), **fields)
    return f"sent {kind} to {port or session.output}"


def _number(text: str) -> Any:
    try:
        return int(text, 0)
    except ValueError:
        return text


def _mode(session: Session, mode: str | None = None) -> str:
    if mode is not None:
        session.mode = mode
    if mode not in (None, session.mode):
        return f"mode: {mode}, when this cell has come into force"
    return f"mode: {session.mode}"


def _modes(session: Session) -> Table:
    return session.modes()


def _tempo(session: Session, bpm: str | None = None) -> str:
    if bpm is not None:
        session.tempo = None if bpm == "off" else _bpm(bpm)
    return str(session.clock_position() or "there is no clock")


def _meter(session: Session, beats: str | None = None) -> str:
    if beats is not None:
        session.meter = _number(beats)
    return f"{session.meter} beats a bar"


def _apply(session: Session, *boundary: str) -> str:
    if boundary:
        session.apply = " ".join(boundary)
    return f"cells come into force: {session.apply}"


def _at(session: Session, *boundary: str) -> None:
    session.at(" ".join(boundary))


def _bpm(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise CommandError(f"{text!r} is no tempo; allowed are beats a minute, and off") from None


def _actions(session: Session) -> Table:
    return session.actions()


def _cancel(session: Session, number: str | None = None) -> str:
    if number is not None and not number.isdecimal():
        raise CommandError(f"{number!r} is no action's number; %midi actions shows them")
    return f"cancelled: {session.cancel(None if number is None else int(number))}"


def _report(session: Session) -> Table:
    return session.report()


def _plugins(session: Session) -> Table:
    return views.plugins(session.plugins)


def _unload(session: Session, name: str) -> str:
    session.plugins.unload_plugin(name)
    return f"{name} is unloaded"


def _history(session: Session, name: str) -> Table:
    return session.history(name)


def _diff(session: Session, name: str, *numbers: str) -> Table:
    if len(numbers) > 2:
        raise CommandError("usage: %midi diff NAME [OLD [NEW]]")
    return session.diff(name, *map(_version, numbers))


def _rollback(session: Session, name: str, number: str | None = None) -> Table:
    return session.rollback(name, None if number is None else _version(number))


def _undo(session: Session, steps: str = "1") -> Table:
    return session.undo(_steps(steps))


def _redo(session: Session, steps: str = "1") -> Table:
    return session.redo(_steps(steps))


def _steps(text: str) -> int:
    if not text.isdecimal():
        raise CommandError(f"{text!r} is not how many steps")
    return int(text)


def _version(text: str) -> int:
    if not text.isdecimal():
        raise CommandError(f"{text!r} is no version's number; %midi history NAME shows them")
    return int(text)


def _discover(session: Session) -> Table:
    session.plugins.discover_plugins()
    return views.available(session.plugins)


def _new(session: Session, name: str, folder: str | None = None) -> str:
    made = session.plugins.new_plugin(name, None if folder is None else Path(folder).expanduser())
    return f"{made} is a plugin to begin with: edit plugin.py, then %midi load {name}"


def _export(session: Session, *words: str) -> Table:
    given = [word for word in words if word != "--overwrite"]
    if not 1 <= len(given) <= 2 or len(words) - len(given) > 1:
        raise CommandError("usage: %midi export NAME [FOLDER] [--overwrite]")
    return session.export(*given, overwrite=len(given) < len(words))


def _load(session: Session, name: str) -> str:
    plugins = session.plugins
    if name not in plugins.list_available():
        plugins.discover_plugins()
    plugins.load_plugin(name)
    return "\n".join(filter(None, (f"{name} is loaded", plugins.refusal(name))))


def _reload(session: Session, name: str) -> str:
    session.plugins.reload_plugin(name)
    return "\n".join(filter(None, (f"{name} is reloaded", session.plugins.refusal(name))))


def _why(session: Session, event: str = "last") -> Table:
    if event != "last" and not event.isdecimal():
        raise CommandError(f"{event!r} is no event number; %midi monitor shows them")
    return session.why(None if event == "last" else int(event))


def _monitor(session: Session, last: str = "20") -> Table:
    if not last.isdecimal():
        raise CommandError(f"{last!r} is not how many events to show")
    return session.monitor(int(last))


def _learn(session: Session, seconds: str = "10") -> Any:
    try:
        timeout = float(seconds)
    except ValueError:
        raise CommandError(f"{seconds!r} is not how many seconds to listen") from None
    print("play it now ...", flush=True)
    return session.learn(timeout)


def _config(session: Session, *words: str) -> Table:
    paths = [word for word in words if word != "--check"]
    check = len(paths) < len(words)
    if len(paths) > 1 or (check and not paths):
        raise CommandError("usage: %midi config [PATH] [--check]")
    return session.config(*paths, check=check)


def _save(session: Session, path: str | None = None) -> Table:
    return session.save(path)


def _template(session: Session, *name: str) -> Table:
    return session.template(" ".join(name) or None)


def _record(session: Session, path: str | None = None) -> Any:
    if path == "stop":
        if session.recording is None:
            raise CommandError("nothing is being recorded; begin with: %midi record [FILE]")
        return session.recording.stop()
    session.record(path)
    return "recording; to end it: %midi record stop"


def _replay(session: Session, path: str) -> Any:
    return session.replay(path)


def _follow(session: Session, word: str | None = None) -> Table:
    if word not in (None, "on", "off"):
        raise CommandError(f"{word!r} is neither on nor off: %midi follow [on|off]")
    return session.follow(None if word is None else word == "on")


def _panel(session: Session, name: str | None = None) -> Any:
    return session.panel(name)


def _check(session: Session, lesson: str) -> Table:
    return session.check(lesson)


def _lessons(session: Session) -> Any:
    return session.progress


def _panic(session: Session) -> str:
    failures = session.panic()
    return "\n".join(failures) or "all notes off"


def _reset(session: Session) -> Table:
    return session.reset()


def _help(_session: Session, name: str | None = None) -> Table:
    chosen = COMMANDS if name is None else {name: _command(name)}
    rows = [
        (f"%midi {name} {command.arguments}".rstrip(), command.help)
        for name, command in chosen.items()
    ]
    return Table("", ("", ""), rows)


COMMANDS: dict[str, Command] = {
    "status": Command("", "one glance at everything", Session.status),
    "ports": Command("", "all ports, with their numbers", _ports),
    "connect": Command("PORT", "receive from a port: its name, a part of it, or number", _connect),
    "disconnect": Command("[PORT]", "stop receiving from one, or from all", _disconnect),
    "send": Command("TYPE [name=value ...] [port=NAME]", "send a message, in mido's words", _send),
    "mode": Command("[NAME]", "show or change the active mode", _mode),
    "modes": Command("", "the modes, their colours and how much is mapped in them", _modes),
    "tempo": Command("[BPM|off]", "show or set the internal tempo", _tempo),
    "meter": Command("[BEATS]", "show or set the beats per bar", _meter),
    "apply": Command("[now|beat|bar ...]", "for what cells wait from now on", _apply),
    "at": Command("beat|bar ...", "for what this cell waits", _at),
    "actions": Command("", "the actions under way", _actions),
    "cancel": Command("[NUMBER]", "cancel one of them, or all", _cancel),
    "mappings": Command("[NUMBER]", "what is mapped, or one mapping as Python and TOML", mappings),
    "unmap": Command("NUMBER", "take a mapping out", unmap),
    "report": Command("", "mappings that never fire, or not always", _report),
    "plugins": Command("", "the plugins, their state and what they may do", _plugins),
    "enable": Command("NAME", "let a plugin run", enable),
    "disable": Command("NAME", "keep a plugin but do not run it", disable),
    "unload": Command("NAME", "take a plugin out", _unload),
    "discover": Command("", "look for plugins in folders and packages, and list them", _discover),
    "new": Command("NAME [FOLDER]", "write a folder to begin a plugin with", _new),
    "export": Command(
        "NAME [FOLDER] [--overwrite]", "write a plugin of a cell into a folder, to keep", _export
    ),
    "load": Command("NAME", "load a plugin that was found", _load),
    "reload": Command("NAME", "load it from its files again", _reload),
    "grant": Command(
        "NAME CAPABILITY [SCOPE] [--once|--session|--always]",
        "allow a plugin something it declares",
        grant,
    ),
    "revoke": Command("NAME CAPABILITY [SCOPE]", "take that back", revoke),
    "deny": Command(
        "NAME CAPABILITY [SCOPE] [--session|--always]", "refuse that, whatever else", deny
    ),
    "history": Command("NAME", "the versions of a plugin, and what became of them", _history),
    "diff": Command("NAME [OLD [NEW]]", "what has changed from one version to another", _diff),
    "rollback": Command("NAME [NUMBER]", "play a version of a plugin again", _rollback),
    "undo": Command("[STEPS]", "take back what the last cell has changed", _undo),
    "redo": Command("[STEPS]", "take that back", _redo),
    "audit": Command("[NAME] [--unused]", "what plugins were allowed and refused", audit),
    "log": Command("NAME [COUNT|on|off|clear]", "what a plugin printed and noted", log),
    "errors": Command("[NAME] [clear]", "what plugins raised, how often, because of what", errors),
    "stats": Command("[NAME]", "executions, failures, times", Session.stats),
    "why": Command("[last|NUMBER]", "why an event fired what it fired, or nothing", _why),
    "monitor": Command("[COUNT]", "the last events", _monitor),
    "learn": Command("[SECONDS]", "propose a trigger for what you play next", _learn),
    "config": Command("[PATH] [--check]", "load a TOML file and follow it, or only check", _config),
    "save": Command("[PATH]", "write it back, with what was mapped in cells", _save),
    "template": Command("[NAME ...]", "load the template of a controller, or list them", _template),
    "record": Command("[FILE|stop]", "record what is played and what comes of it", _record),
    "replay": Command("FILE", "play a take again: .jsonl, or .mid of any program", _replay),
    "follow": Command("[on|off]", "which files come into force when they are saved", _follow),
    "panel": Command("[NAME]", "show a panel, or all of them", _panel),
    "lessons": Command("", "the lessons, and how far you are", _lessons),
    "check": Command("LESSON", "see how far the exercise of a lesson is", _check),
    "keep": Command("[restore]", "keep this session in the browser; offer what it kept", keep),
    "restore": Command("FILE", "run the cells that such a file holds", restore),
    "reset": Command("", "everything as in a new session; %midi undo brings it back", _reset),
    "panic": Command("", "all notes off, all actions cancelled", _panic),
    "help": Command("[COMMAND]", "this list", _help),
}


def _command(name: str) -> Command:
    if name not in COMMANDS:
        raise CommandError(f"no command is called {name!r}; there are: {', '.join(COMMANDS)}")
    return COMMANDS[name]


def run(session: Session, line: str) -> Any:
    """Run one line of `%midi` and return what it answers.

    Raises:
        CommandError: an unknown command, or missing or superfluous words.
        MidimonError: what the session's method raised.
    """
    try:
        words = shlex.split(line) or ["status"]
    except ValueError as error:
        raise CommandError(f"{line!r}: {error}") from None
    command = _command(words[0])
    required = [word for word in command.arguments.split() if word.isupper() and word[0] != "["]
    given = words[1:]
    most = None if "..." in command.arguments else len(command.arguments.split())
    if len(given) < len(required) or (most is not None and len(given) > most):
        raise CommandError(f"usage: %midi {words[0]} {command.arguments}".rstrip())
    return command.run(session, *given)


def line_magic(current: Callable[[], Session]) -> Callable[[str], Any]:
    """Return the function behind `%midi`.

    Args:
        current: returns the session. IPython keeps the function for ever; it must not keep that.
    """

    def midi(line: str) -> Any:
        """Control MIDI: `%midi help` lists the commands."""
        try:
            answer = run(current(), line)
        except MidimonError as error:
            print(error)
            return None
        if isinstance(answer, str):
            print(answer)
            return None
        return answer

    return midi
