"""Which audit events the guard looks at, and what each of them reaches for.

The table is all there is: an event that has no row is nobody's business.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from midimon_live.capabilities import Capability
from midimon_live.plugin.guard import deeds as of
from midimon_live.plugin.guard.deeds import Args, Deeds
from midimon_live.plugin.guard.sealed import BUILTINS

globals().update(__builtins__=BUILTINS)


class Row(NamedTuple):
    """One audit event.

    Attributes:
        operation: what the log and messages call it.
        deeds: from the event's arguments to what is reached for; `Unfit` for what is never allowed.
        group: the capability, "native code" or "the guard itself", for people.
        special: "name" for asking for the address of a host, "import" where a library that is just
            being imported may do it, "direct" where only the plugin's own code may not.
    """

    operation: str
    deeds: Callable[[Args], Deeds]
    group: str
    special: str = ""


_READ, _WRITE = "filesystem, reading", "filesystem, writing"
_NETWORK, _PROGRAMS, _SYSTEM = "network", "subprocess", "system_control"
_NATIVE, _INSIDE = "native code", "the guard itself"


def _rows() -> Iterable[tuple[str, Row]]:
    yield "open", Row("open", of.opening, f"{_READ} and writing")
    for name in ("os.listdir", "os.scandir", "os.walk", "os.fwalk", "os.chdir", "os.getxattr"):
        yield name, Row(name, of.on_one("r"), _READ)
    for name in ("os.listxattr", "pathlib.Path.glob", "pathlib.Path.rglob"):
        yield name, Row(name, of.on_one("r"), _READ)
    for name in ("glob.glob", "glob.glob/2"):
        yield name, Row("glob.glob", of.pattern, _READ)
    places = {
        "remove": (1, of.itself),
        "rmdir": (1, of.itself),
        "mkdir": (2, of.itself),
        "chmod": (2, of.followed),
    }
    places |= {"chown": (3, of.followed), "utime": (3, of.followed), "truncate": (99, of.followed)}
    places |= {
        "setxattr": (99, of.followed),
        "removexattr": (99, of.followed),
        "chflags": (99, of.followed),
    }
    for name, (fd, place) in places.items():
        yield f"os.{name}", Row(f"os.{name}", of.on_one("w", fd, place), _WRITE)
    yield "os.rename", Row("os.rename", of.on_two("w", "w", of.itself), _WRITE)
    yield "os.link", Row("os.link", of.on_two("rw", "w", of.itself), _WRITE)
    yield "os.symlink", Row("os.symlink", of.symlink, _WRITE)
    for name in ("copyfile", "copytree", "unpack_archive"):
        yield f"shutil.{name}", Row(f"shutil.{name}", of.on_two("r", "w"), _WRITE)
    for name in ("copymode", "copystat"):
        yield f"shutil.{name}", Row(f"shutil.{name}", lambda args: of.files("w", args[1]), _WRITE)
    yield "shutil.move", Row("shutil.move", of.on_two("rw", "w", of.itself), _WRITE)
    yield "shutil.rmtree", Row("shutil.rmtree", of.on_one("w", 1, of.itself), _WRITE)
    yield "shutil.chown", Row("shutil.chown", of.on_one("w"), _WRITE)
    yield "shutil.make_archive", Row("shutil.make_archive", of.archive, _WRITE)
    for name in ("tempfile.mkstemp", "tempfile.mkdtemp"):
        yield name, Row(name, of.on_one("w", 99, of.itself), _WRITE)
    yield "sqlite3.connect", Row("sqlite3.connect", of.database, f"{_READ} and writing")
    yield from _network_rows()
    yield from _other_rows()


def _network_rows() -> Iterable[tuple[str, Row]]:
    for name in ("connect", "sendto", "sendmsg"):
        yield f"socket.{name}", Row(f"socket.{name}", of.address_of, _NETWORK)
    yield "socket.bind", Row("socket.bind", of.binding, _NETWORK)
    yield "socket.__new__", Row("a raw socket", of.raw_socket, _NETWORK)
    for name in ("getaddrinfo", "gethostbyname", "gethostbyaddr"):
        deeds = of.look_up if name == "getaddrinfo" else lambda args: of.look_up(args[:1])
        yield f"socket.{name}", Row(f"socket.{name}", deeds, _NETWORK, "name")
    name = "socket.getnameinfo"
    yield name, Row(name, lambda args: of.look_up(args[0]), _NETWORK, "name")
    yield "urllib.Request", Row("urllib.request", of.url, _NETWORK)
    for name in ("http.client", "ftplib", "smtplib", "poplib", "telnetlib.Telnet", "imaplib"):
        event = f"{name}.{'open' if name in ('imaplib', 'telnetlib.Telnet') else 'connect'}"
        yield event, Row(event, lambda args: of.at_host(args[1], args[2]), _NETWORK)


def _other_rows() -> Iterable[tuple[str, Row]]:
    yield "subprocess.Popen", Row("subprocess.Popen", of.popen, _PROGRAMS)
    yield "os.system", Row("os.system", of.shell, _PROGRAMS)
    for name in ("os.posix_spawn", "os.startfile", "os.startfile/2"):
        yield name, Row(name.partition("/")[0], lambda args: of.started(args[0]), _PROGRAMS)
    yield "os.exec", Row("os.exec", of.replacing, _PROGRAMS)
    yield "os.spawn", Row("os.spawn", lambda args: of.started(args[1]), _PROGRAMS)
    yield (
        "pty.spawn",
        Row("pty.spawn", lambda args: of.popen((None, args[0], None, None)), _PROGRAMS),
    )
    yield "_posixsubprocess.fork_exec", Row("fork_exec", of.fork_exec, _PROGRAMS)
    yield (
        "_winapi.CreateProcess",
        Row("CreateProcess", lambda args: of.popen((*args[:3], None)), _PROGRAMS),
    )
    for name in ("os.fork", "os.forkpty"):
        yield name, Row(name, of.all_of(Capability.SUBPROCESS), _PROGRAMS)
    processes = of.all_of(Capability.SYSTEM_CONTROL, "processes")
    names = ("os.kill", "os.killpg", "signal.pthread_kill", "resource.setrlimit", "os.sethostname")
    for name in (*names, "resource.prlimit", "socket.sethostname", "winreg.SetValue"):
        yield name, Row(name, processes, _SYSTEM)
    for name in ("winreg.CreateKey", "winreg.DeleteKey", "winreg.DeleteValue"):
        yield name, Row(name, processes, _SYSTEM)
    for name in ("os.putenv", "os.unsetenv"):
        yield name, Row(name, processes, _SYSTEM, "import")
    native = (
        "dlopen dlsym dlsym/handle cdata cdata/buffer string_at wstring_at call_function addressof"
    )
    for name in (*native.split(), "PyObj_FromPtr", "memoryview_at"):
        operation = f"ctypes.{name.partition('/')[0]}"
        yield f"ctypes.{name}", Row(operation, of.all_of(Capability.SUBPROCESS), _NATIVE, "import")
    yield "import", Row("import", of.module, _NATIVE, "module")
    name = "os.add_dll_directory"
    yield name, Row(name, of.all_of(Capability.SUBPROCESS), _NATIVE, "import")
    for name in ("sqlite3.enable_load_extension", "sqlite3.load_extension"):
        yield name, Row(name, of.extension, _NATIVE)
    never = (
        "sys._current_frames sys._current_exceptions sys.settrace sys.setprofile sys.addaudithook "
    )
    never += "gc.get_objects gc.get_referrers gc.get_referents sys.monitoring.register_callback "
    for name in (never + "sys.remote_exec").split():
        yield name, Row(name, of.never(of.INTROSPECTION), _INSIDE)
    yield "object.__getattr__", Row("reading a frame", of.read_attribute, _INSIDE, "direct")
    yield "object.__setattr__", Row("changing a function", of.set_attribute, _INSIDE)


AUDITED: Mapping[str, Row] = dict(_rows())
