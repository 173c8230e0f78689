"""What the arguments of an audit event reach for, as scopes; `audited` has the table."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from types import FunctionType
from typing import Any

from midimon_live.capabilities import Capability
from midimon_live.plugin.guard.sealed import BUILTINS, OS, PATHS
from midimon_live.scopes import LISTEN, Scope, join_host
from midimon_live.scopes import host_name as name_of

globals().update(__builtins__=BUILTINS)

NATIVE = (
    "native code is not for guarded plugins; all of subprocess, which can do as much, allows it"
)
INTROSPECTION = "it would reach the guard itself"
ODD_PATH = "a path must be text, bytes or a plain pathlib path, so that it is the same when used"
ODD_ENVIRONMENT = "an environment must be a dict, so that it is the same when used"
RELATIVE = "os.open does not tell what a relative path is relative to; give an absolute path"
INTERPRETER = "another interpreter in this process would have no guard"
EXTENSION = "an SQLite extension is native code, which is not for guarded plugins"

Args = tuple[Any, ...]
Deeds = Sequence[Scope]


class Unfit(Exception):
    """What no right allows; the text says why."""


# ---- files


def text(path: Any) -> str:
    """Return a path as text, the way the operating system will understand it.

    Raises:
        Unfit: it is of a type that could answer differently the second time.
    """
    if isinstance(path, OS.DirEntry):
        path = path.path
    elif isinstance(path, PurePath):
        path = _plain(path)
    if isinstance(path, str):
        return str.__getitem__(path, slice(None))
    if isinstance(path, bytes):
        return bytes.decode(path, sys.getfilesystemencoding(), "surrogateescape")
    if path is None:
        return "."
    raise Unfit(ODD_PATH)


_FSPATH, _STR = PurePath.__fspath__, PurePath.__str__


def _plain(path: PurePath) -> str:
    kind = type(path)
    if not kind.__module__.startswith("pathlib") or kind.__fspath__ is not _FSPATH:
        raise Unfit(ODD_PATH)
    return _STR(path)


def followed(path: str) -> str:
    """Return where a path leads in the end."""
    return str(PATHS.realpath(path))


def itself(path: str) -> str:
    """Return where a path is, without following it if it is a link: what `os.remove` removes."""
    head, tail = PATHS.split(path.rstrip(OS.sep) or path)
    if tail in ("", ".", ".."):
        return followed(path)
    return str(PATHS.join(followed(head or "."), tail))


def files(kinds: str, path: Any, dir_fd: Any = -1, place: Callable[[str], str] = followed) -> Deeds:
    """Return the deeds of "r", "w" or "rw" on a path; a descriptor is no path."""
    if isinstance(path, int):
        return ()
    found = text(path)
    if "\0" in found:
        return ()
    if isinstance(dir_fd, int) and dir_fd >= 0 and not PATHS.isabs(found):
        try:
            found = PATHS.join(OS.readlink(f"/proc/self/fd/{dir_fd}"), found)
        except OSError:
            raise Unfit(RELATIVE) from None
    where = place(found)
    names = {"r": "read", "w": "write"}
    return [Scope(Capability.FILESYSTEM, f"{names[kind]}:{where}") for kind in kinds]


_WRITING = OS.O_CREAT | OS.O_TRUNC | OS.O_APPEND


def opening(args: Args) -> Deeds:
    """Return what `open` and `os.open` do: path, mode or None, flags."""
    path, mode, flags = args
    if isinstance(path, int):
        return ()
    mode, flags = mode or "", flags or 0
    access = flags & 3
    writes = access != 0 or flags & _WRITING or any(one in mode for one in "wax+")
    reads = access in (0, 2) or "r" in mode or "+" in mode
    if not mode and not PATHS.isabs(text(path)):
        raise Unfit(RELATIVE)
    return files(("r" if reads else "") + ("w" if writes else ""), path)


def pattern(args: Args) -> Deeds:
    """Glob: the folder before the first wildcard."""
    root = args[2] if len(args) > 2 and args[2] is not None else ""
    found = PATHS.join(text(root) if root else "", text(args[0]))
    first = min([found.find(one) for one in "*?[" if one in found], default=-1)
    return files("r", PATHS.dirname(found[:first]) or ".") if first >= 0 else ()


def database(args: Args) -> Deeds:
    """Return what `sqlite3.connect` does: it reads, and it writes when it likes."""
    found = text(args[0])
    if found in ("", ":memory:") or (found.startswith("file:") and "mode=memory" in found):
        return ()
    both = [*files("rw", found)]
    if found.startswith("file:"):  # an address, if `uri` is set, and that is not told
        path = found.removeprefix("file:").partition("?")[0].partition("#")[0]
        if path.startswith("//"):
            path = "/" + path[2:].partition("/")[2]
        both += files("rw", _unquoted(path))
    return both


def _unquoted(quoted: str) -> str:
    head, *parts = quoted.encode("utf-8", "surrogateescape").split(b"%")
    whole = head
    for part in parts:
        try:
            whole += bytes([int(part[:2], 16)]) + part[2:]
        except ValueError:
            whole += b"%" + part
    return whole.decode("utf-8", "surrogateescape")


def never(why: str) -> Callable[[Args], Deeds]:
    """Return the deeds of what no right allows."""

    def refuse(_args: Args) -> Deeds:
        raise Unfit(why)

    return refuse


def extension(args: Args) -> Deeds:
    """Return nothing for switching extensions of SQLite off."""
    if len(args) < 2 or args[1]:
        raise Unfit(EXTENSION)
    return ()


def on_two(
    first: str, second: str, place: Callable[[str], str] = followed
) -> Callable[[Args], Deeds]:
    """Return what an operation does to source and destination; descriptors may follow."""

    def deeds(args: Args) -> Deeds:
        fds = args[2:4] if len(args) >= 4 and isinstance(args[2], int) else (-1, -1)
        return [*files(first, args[0], fds[0], place), *files(second, args[1], fds[1], place)]

    return deeds


def on_one(
    kinds: str, fd: int = 99, place: Callable[[str], str] = followed
) -> Callable[[Args], Deeds]:
    """Return what an operation on one path does; `fd` is where the descriptor of its folder is."""
    return lambda args: files(kinds, args[0], args[fd] if len(args) > fd else -1, place)


def symlink(args: Args) -> Deeds:
    """Return what making a link does; where it leads is held against rights when it is used."""
    return files("w", args[1], args[2] if len(args) > 2 else -1, itself)


def archive(args: Args) -> Deeds:
    """Return what `shutil.make_archive` does."""
    return [*files("w", args[0]), *files("r", args[2] if len(args) > 2 else None)]


# ---- network


def host_name(host: Any) -> str:
    """Return a host in the form that scopes have; "" for what is none."""
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("latin-1")
    return name_of(str.__getitem__(host, slice(None))) if isinstance(host, str) else ""


def at_host(host: Any, port: Any) -> Deeds:
    """Return the deed of reaching a host and port."""
    name = host_name(host)
    if isinstance(port, (str, bytes)):
        digits = port if isinstance(port, str) else port.decode("latin-1")
        port = int(digits) if digits.isdecimal() else None
    if not name:
        return [Scope(Capability.NETWORK)]
    known = isinstance(port, int) and port > 0
    return [Scope(Capability.NETWORK, join_host(name, int(port) if known else ""))]


def _is_inet(address: Any) -> bool:
    return isinstance(address, tuple) and len(address) >= 2 and isinstance(address[0], (str, bytes))


def address_of(args: Args) -> Deeds:
    """Socket, address: a host and port, a socket in the file system, or something rarer."""
    address = args[1] if len(args) > 1 else None
    if address is None:  # sendmsg on a connected socket
        return ()
    if _is_inet(address):
        return at_host(address[0], address[1])
    if isinstance(address, (str, bytes)) and text(address)[:1] not in ("", "\0"):
        return files("w", address)
    return [Scope(Capability.NETWORK)]


def binding(args: Args) -> Deeds:
    """Return the deed of waiting for connections on a port."""
    address = args[1]
    if _is_inet(address):
        port = address[1] if isinstance(address[1], int) and address[1] > 0 else ""
        return [Scope(Capability.NETWORK, join_host(LISTEN, port))]
    return address_of(args)


def raw_socket(args: Args) -> Deeds:
    """A raw socket reaches every host without naming one."""
    raw = args[2] & 0xF == 3 or args[1] == 17
    return [Scope(Capability.NETWORK)] if raw else ()


def look_up(args: Args) -> Deeds:
    """Return the deed of asking for the address of a host."""
    return at_host(args[0], args[1] if len(args) > 1 else None) if args[0] is not None else ()


def url(args: Args) -> Deeds:
    """Return the deed of asking for an address of the web, also through a proxy."""
    scheme, colon, rest = str(args[0]).partition("://")
    place = rest.replace("\\", "/").partition("/")[0].partition("?")[0].partition("#")[0]
    if not colon or scheme.lower() == "file" or not place:
        return ()
    host, _, port = place.rpartition("@")[2].rpartition(":")
    if not port.isdecimal():
        host, port = (
            place.rpartition("@")[2],
            {"http": "80", "https": "443"}.get(scheme.lower(), ""),
        )
    return at_host(host.strip("[]"), port)


# ---- programs


def program(name: Any, folder: Any = None, path: Any = None) -> str:
    """Return the file that a program's name stands for, without links."""
    wanted = text(name)
    if OS.sep in wanted or (OS.altsep and OS.altsep in wanted):
        return followed(PATHS.join(text(folder) if folder else "", wanted))
    for one in (text(path) if path else OS.environ.get("PATH", OS.defpath)).split(OS.pathsep):
        found = PATHS.join(one, wanted)
        if OS.access(found, OS.X_OK) and not PATHS.isdir(found):
            return followed(found)
    return wanted


def started(name: Any, folder: Any = None, env: Any = None) -> Deeds:
    """Return the deed of starting a program."""
    path = None
    if env is not None and env is not OS.environ:
        if not isinstance(env, dict):
            raise Unfit(ODD_ENVIRONMENT)
        path = env.get("PATH") or env.get(b"PATH") or OS.defpath
    return [Scope(Capability.SUBPROCESS, program(name, folder, path))]


def replacing(args: Args) -> Deeds:
    """Return what `os.exec` does: it starts a program, and this process is gone."""
    return [*started(args[0]), Scope(Capability.SYSTEM_CONTROL, "processes")]


def popen(args: Args) -> Deeds:
    """Return what `subprocess.Popen` does: executable or None, command, folder, environment."""
    executable, command, folder, env = args
    if executable is None:
        executable = command if isinstance(command, (str, bytes, PurePath)) else command[0]
    return started(executable, folder, env)


def fork_exec(args: Args) -> Deeds:
    """Return what the part of `subprocess` does that `multiprocessing` uses."""
    places = [text(one) for one in args[1]]
    found = [one for one in places if OS.access(one, OS.X_OK)] or places
    return [Scope(Capability.SUBPROCESS, program(one)) for one in found[:1]]


def shell(_args: Args) -> Deeds:
    """Return what `os.system` does: whoever may start the shell may start everything."""
    return started("/bin/sh" if OS.name == "posix" else OS.environ.get("COMSPEC", "cmd.exe"))


# ---- what is left


def module(args: Args) -> Deeds:
    """Native modules are imported from a file; the guard knows which folders are the library's."""
    if args[0] in _INTERPRETERS:
        raise Unfit(INTERPRETER)
    return [Scope(Capability.SUBPROCESS)] if len(args) > 1 and args[1] else ()


# refusing to make one crashes Python 3.12, so what makes them is not imported
_INTERPRETERS = frozenset({"_interpreters", "_xxsubinterpreters"})

GUARDS_OWN: list[Mapping[str, Any]] = [globals()]


def read_attribute(args: Args) -> Deeds:
    """Frames that are not the plugin's own lead to the guard; so do its functions."""
    if args[1] in ("tb_frame", "gi_frame", "cr_frame", "ag_frame"):
        raise Unfit(INTROSPECTION)
    return ()


def set_attribute(args: Args) -> Deeds:
    """Return nothing for functions that are not the guard's own."""
    target = args[0]
    if isinstance(target, FunctionType) and any(target.__globals__ is one for one in GUARDS_OWN):
        raise Unfit(INTROSPECTION)
    return ()


def all_of(capability: Capability, what: str = "") -> Callable[[Args], Deeds]:
    """Return the deed that only a whole capability allows, or one kind of it."""
    return lambda _args: [Scope(capability, what)]
