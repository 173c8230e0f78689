"""Writes docs/security.md from the tables: `python -m tests.plugin.page`."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from midimon_live.capabilities import Capability, Risk
from midimon_live.plugin.guard.audited import AUDITED
from tests.plugin.attempts import ATTEMPTS, MUST, PASSES, STOPPED

PAGE = Path(__file__).parents[2] / "docs/security.md"

FORMS = {
    Capability.NETWORK: "`network:HOST`, `network:HOST:PORT`, `network:*.DOMAIN:PORT`, "
    "`network:listen:PORT`",
    Capability.FILESYSTEM: "`filesystem:read:PATH`, `filesystem:write:PATH`: a file, or a folder "
    "and all in it",
    Capability.SUBPROCESS: "`subprocess:PROGRAM`: a path, or a name that is looked up on the PATH",
    Capability.MIDI: "`midi:out:NAME`, `midi:in:NAME`: ports whose name contains it",
    Capability.AUDIO: "`audio:out`, `audio:in`",
    Capability.SYSTEM_CONTROL: "`system_control:keys`, `:mouse`, `:volume`, `:processes`",
}

_HEAD = """# What plugins may do, and what stops them

Written by `python -m tests.plugin.page` from the tables that the tests run; do not edit.

## Guarded, not a sandbox

A plugin that runs in the kernel has your rights: it is Python code in your process. The guard looks
at what it does to files, the network, programs and the system, says which plugin did it, refuses what
was not declared and granted, and notes both. **It stops mistakes and undeclared use by well-meant
code. Code that means harm can get round it**, by the ways that are listed below and surely by others.
Run code that you did not write, and do not trust, in a process of its own.

A deed is allowed if the plugin *declares* it, somebody *granted* it, and nobody *denied* it. Each is
looked up at the moment of the deed, so what is revoked is refused at once, also in a loop that runs
already. A refusal is a `PermissionError`; its text says what was wanted, where in the plugin, why it
is refused and the line that would allow it. Nothing ever asks while you play.

## Capabilities
"""

_READABLE = """## What everybody may do

- **read** Python itself, its standard library, installed packages and midimon_live, time zones,
  certificates, tables of file types and translations, and the plugin's own folder (not write it);
- **import** whatever lies there, and all that such modules do with native code and environment
  variables while they are imported for the first time;
- use `/dev/null` and random numbers, pairs of sockets, descriptors that it was given, and data bases in
  memory.

Python's wish to write bytecode (`__pycache__`) is refused without a word: it does without.

## How it is known who is acting

Any of these accuses; if they accuse several plugins, each must have the right.

1. **The context** (`contextvars`) in which a version of a plugin is called; its tasks and timers
   inherit it.
2. **The thread**: one that was started on behalf of a plugin is that plugin's, and so is a job that it
   gives to a pool, for as long as the job runs.
3. **The stack**: a function whose globals are those of the plugin's module, whoever called it: a
   callback, `__del__`, a signal handler. Globals are compared by identity; a file name could be forged.
   The globals of a notebook belong to everybody, so plugins of cells are known by 1 and 2 only.

## Details worth knowing

- **Paths** are followed to where they lead before they are compared, `..` and links included.
- **Names and addresses.** When a plugin asks for the address of a host that it was granted, the guard
  asks as well and lets it connect to those addresses. `localhost`, `127.0.0.1` and `::1` are one host.
- **Files that are saved** are loaded again by themselves. A plugin's files that are others than those that
  were granted something for good have lost that; what was granted for the session stays with the name.
  IPython's autoreload, which patches functions from the disk, is kept off the modules of such plugins.
- **Denying** a name does not deny its addresses to a plugin that may reach everything else.
- **Packages that keep files in your home folder**, as matplotlib does, are best imported by a cell, before
  a plugin needs them; otherwise the plugin needs the right to read and write there.
- **Programs** have your rights and no guard: granting `sh` or `python` is granting everything.
- **Native code** (`ctypes`, an extension outside of installed packages) can not be guarded. It is refused
  unless all of `subprocess` is granted, which can do as much. Packages such as zmq or numpy that bring
  native code do what they like.
- **A refusal hands its caller the frame of the audit hook** in its traceback, as every exception does. That
  frame knows nothing but the event, yet its globals lead to the guard. Nothing written in Python can
  hide from Python in the same process.
- **A plugin's `host` leads to the engine**, by names that begin with an underscore: to its own rights, to
  the guard, to ports, and to what runs a function later on behalf of nobody. `sys._getframe` and
  `inspect.stack` lead there too, and a module that is replaced in `sys.modules` is so for everybody.
- **What runs on behalf of nobody**, such as a C function given to `os.register_at_fork`, is not held
  against a plugin.
- **Deeds without an audit event**, beside those in the table: `readline.read_history_file`,
  `os.memfd_create`, `os.pidfd_open`, `os.umask`, `os.setpriority`, `os.sched_setaffinity`,
  `signal.setitimer`, `signal.alarm`, `faulthandler.dump_traceback_later`.
- An audit hook can not be removed; when the guard is stopped, the hook stays and does nothing.
"""

_NUMBERS = """## What is stopped, and what passes

{every} attempts are made by `tests/plugin/test_guard.py`, as `tests/plugin/attempts.py` writes them:
{stopped} are stopped; {passing} pass that may surprise, or that one would like to see stopped, and why
is said; {must} pass as they must. The plugin that makes them may read and write one folder, reach one
server and start `true`.
"""

_EVENTS = """## What is looked at

Python announces what it does by
[audit events](https://docs.python.org/3/library/audit_events.html). Those in this table are looked at.
`_posixsubprocess.fork_exec` has no event; it is replaced while the guard is started, as are
`_thread.start_new_thread` and `ThreadPoolExecutor.submit`.
"""


def text() -> str:
    """Return the page."""
    stopped = [one for one in ATTEMPTS if one.expected == STOPPED]
    must = [one for one in ATTEMPTS if one.why == MUST]
    passing = [one for one in ATTEMPTS if one.expected == PASSES and one.why != MUST]
    parts = [
        _HEAD,
        _capabilities(),
        _READABLE,
        _NUMBERS.format(
            every=len(ATTEMPTS), stopped=len(stopped), passing=len(passing), must=len(must)
        ),
        *(_group(name) for name in dict.fromkeys(one.group for one in ATTEMPTS)),
        _EVENTS,
        _table(("heading", "audit events"), _events()),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _capabilities() -> str:
    rows = [
        (f"`{one.value}`", one.risk.value, one.description, f"`{one.value}`; {FORMS[one]}")
        for one in sorted(FORMS, key=lambda one: list(Risk).index(one.risk))
    ]
    return _table(("capability", "risk", "allows to", "scopes"), rows)


def _group(name: str) -> str:
    mine = [one for one in ATTEMPTS if one.group == name]
    stopped = [
        one.name + (f" ({one.why})" if one.why else "") for one in mine if one.expected == STOPPED
    ]
    passing = [
        f"**{one.name}**: {one.why}" for one in mine if one.expected == PASSES and one.why != MUST
    ]
    must = [one.name for one in mine if one.why == MUST]
    cells = ["; ".join(stopped), "<br>".join(passing) or "nothing that is known"]
    lines = f"### {name.capitalize()}\n\n{_table(('stopped', 'passes, and why'), [cells])}"
    return lines + (f"\n\nPasses, as it must: {'; '.join(must)}." if must else "")


def _events() -> list[tuple[str, str]]:
    groups = dict.fromkeys(row.group for row in AUDITED.values())
    return [
        (group, ", ".join(f"`{event}`" for event, row in AUDITED.items() if row.group == group))
        for group in groups
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in one) + " |" for one in lines
    )


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
