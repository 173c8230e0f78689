"""What of a capability: one host, one folder, one program, one port, or all of it.

A scope is written as `capability` or `capability:what`::

    network                            every host
    network:api.example.com:443        one host and port; without a port any of them
    network:*.example.com:443          every host below a domain
    network:listen:8000                waiting for connections on a port
    filesystem:read:~/samples          a file, or a folder and all in it
    filesystem:write:out               relative: in the plugin's own data folder
    subprocess:/usr/bin/git            one program; a bare name is looked up on the PATH
    midi:out:Synth                     outputs whose name contains this, any case; midi:in:Pads
    system_control:keys                keys, mouse, volume, processes
    audio:out

What a plugin does is held against them as a scope too, with the host, path or program that it
reached for.
"""

import builtins
import ipaddress
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midimon_live.capabilities import Capability
from midimon_live.errors import InvalidValue

# our own copy: a plugin that replaces `any` must not change what it may do
globals().update(__builtins__=dict(vars(builtins)))

_KINDS: Mapping[Capability, tuple[str, ...]] = {
    Capability.FILESYSTEM: ("read", "write"),
    Capability.MIDI: ("in", "out"),
    Capability.AUDIO: ("in", "out"),
    Capability.SYSTEM_CONTROL: ("keys", "mouse", "volume", "processes"),
}
"""The words that may begin the pattern of a capability; the others have none."""
LISTEN = "listen"


@dataclass(frozen=True, slots=True)
class Scope:
    """A capability, and what of it.

    Attributes:
        capability: which.
        what: as above, in canonical form (absolute paths, lower-case hosts); "" is all of it.
    """

    capability: Capability
    what: str = ""

    def covers(self, wanted: "Scope") -> bool:
        """Tell whether having this is enough for doing that."""
        if self.capability is not wanted.capability:
            return False
        return not self.what or _COVERS.get(self.capability, _same)(self.what, wanted.what)

    def __str__(self) -> str:
        return f"{self.capability.value}:{self.what}" if self.what else self.capability.value


def scope(text: "Scope | Capability | str", folder: Path | None = None) -> Scope:
    """Return the scope that a text stands for.

    Args:
        text: as above.
        folder: what relative paths are in; the working directory without.

    Raises:
        InvalidValue: there is no such capability, or its scope is not of the form above.
    """
    if isinstance(text, Scope):
        return text
    if isinstance(text, Capability):
        return Scope(text)
    word, colon, what = str(text).partition(":")
    capability = Capability.of(word)
    what = what.strip()
    if colon and not what:
        raise InvalidValue(
            f"{text!r:.80} ends with a colon; without it, it is all of {word.strip()}"
        )
    if "\0" in what or any(not one.isprintable() for one in what):
        raise InvalidValue(f"{text!r:.80} has characters that no scope has")
    return Scope(capability, _CANONICAL.get(capability, _as_it_is)(what, folder) if what else "")


def scopes_of(declared: Any, folder: Path | None = None) -> frozenset[Scope]:
    """Return the scopes of a declaration, as classes and manifests have it.

    Args:
        declared: names, `Capability`s and scopes in a set or list, or a table of them:
            `{ network = ["api.example.com:443"], midi = true, filesystem = { read = ["~/a"] } }`.
        folder: what relative paths are in.

    Raises:
        InvalidValue: one of them is none, with all that is wrong, or it is no collection.
    """
    if isinstance(declared, str):
        raise InvalidValue(f'capabilities is the text {declared!r}; write a set: {{"{declared}"}}')
    if isinstance(declared, Capability):
        own = hasattr(Capability, declared.name)  # a package's has no attribute
        one = f"Capability.{declared.name}" if own else f'"{declared.value}"'
        raise InvalidValue(f"capabilities is {one} alone; write a set: {{{one}}}")
    if not isinstance(declared, Iterable):
        raise InvalidValue(
            f"capabilities is {declared!r:.40}; write a set, as {{Capability.MIDI}}, "
            "or leave the line out"
        )
    if isinstance(declared, Mapping):
        return frozenset(one for key, value in declared.items() for one in _row(key, value, folder))
    return frozenset(scope(one, folder) for one in declared)


def _row(key: Any, value: Any, folder: Path | None) -> Iterable[Scope]:
    capability = Capability.of(key)
    if isinstance(value, bool):
        return [Scope(capability)] if value else []
    if isinstance(value, str):
        value = [value]
    if isinstance(value, Mapping):
        pairs = [(kind, one) for kind, some in value.items() for one in _listed(key, some)]
        return [scope(f"{capability.value}:{kind}:{one}", folder) for kind, one in pairs]
    return [scope(f"{capability.value}:{one}", folder) for one in _listed(key, value)]


def _listed(key: Any, value: Any) -> list[str]:
    value = [value] if isinstance(value, str) else value
    if isinstance(value, (list, tuple, set, frozenset)) and all(
        isinstance(one, str) and one for one in value
    ):
        return list(value)
    raise InvalidValue(f"{key} is {value!r:.80}; allowed are true, false, and a list of texts")


class Rights:
    """What a plugin may do now: what it declares and was granted, and is not denied. Immutable.

    Args:
        declared: what it says it needs.
        granted: what somebody allowed.
        denied: what somebody refused, whatever else is allowed.
    """

    __slots__ = ("declared", "denied", "granted")

    def __init__(
        self, declared: Iterable[Scope], granted: Iterable[Scope], denied: Iterable[Scope] = ()
    ) -> None:
        self.declared = frozenset(declared)
        self.granted = frozenset(granted)
        self.denied = frozenset(denied)

    def allows(self, wanted: Scope) -> bool:
        """Tell whether a deed is allowed."""
        return self.refusal(wanted) == ""

    def refusal(self, wanted: Scope) -> str:
        """Return why a deed is not allowed: "not declared", "not granted", "denied"; or ""."""
        if any(one.covers(wanted) for one in self.denied):
            return "denied"
        if not any(one.covers(wanted) for one in self.declared):
            return "not declared"
        if not any(one.covers(wanted) for one in self.granted):
            return "not granted"
        return ""

    def missing(self) -> list[Capability]:
        """Return the declared capabilities of which nothing is granted; with one it may not run."""
        granted = {one.capability for one in self.granted}
        wholly_denied = {one.capability for one in self.denied if not one.what}
        missing = {one.capability for one in self.declared} - granted | (
            {one.capability for one in self.declared} & wholly_denied
        )
        return sorted(missing, key=lambda one: one.value)


def real_path(path: str, folder: Path | None = None) -> str:
    """Return an absolute path without links; it need not exist. `~` is the home folder.

    Raises:
        InvalidValue: it begins with the home folder of nobody, or its links go round in circles.
    """
    try:
        return os.path.realpath(Path(folder or "") / Path(path).expanduser())
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidValue(f"{path!r:.80} is no path: {error}") from None


def _any_case(capability: Capability, what: str) -> str:
    kind, colon, rest = what.partition(":")
    kinds = _KINDS[capability]
    if kind.lower() not in kinds:
        raise InvalidValue(
            f"{capability.value}:{what:.80} does not say which; write "
            + " or ".join(f"{capability.value}:{one}" for one in kinds)
        )
    return f"{kind.lower()}{colon}{rest}"


def _path(what: str, folder: Path | None) -> str:
    kind, _, path = _any_case(Capability.FILESYSTEM, what).partition(":")
    if not path:
        raise InvalidValue(f"filesystem:{what} has no path; write filesystem:{kind}:PATH")
    return f"{kind}:{real_path(path, folder)}"


def host_name(text: str) -> str:
    """Return a host as it is compared: lower case, addresses in their shortest form, IDNA names."""
    name = text.lower().rstrip(".")
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        pass
    else:
        return str(getattr(address, "ipv4_mapped", None) or address)
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _host(what: str, _folder: Path | None) -> str:
    host, port = split_host(what)
    star = "*." if host.startswith("*.") else ""
    host = star + host_name(host.removeprefix("*."))
    if port not in ("", "*") and not (port.isdecimal() and 0 < int(port) < 65536):
        raise InvalidValue(f"network:{what:.80} has port {port!r}; allowed are 1 to 65535")
    if host == star or not _HOST(host.removeprefix("*.")):
        raise InvalidValue(f"network:{what:.80} is no host; write a name, or *.domain")
    return join_host(host, int(port) if port.isdecimal() else "")


def split_host(what: str) -> tuple[str, str]:
    """Return host, in lower case and without brackets, and port, or "" where there is none."""
    if what.startswith("["):
        host, _, port = what[1:].partition("]")
        return host.lower(), port.removeprefix(":")
    host, colon, port = what.rpartition(":")
    if not colon or ":" in host:  # no port, or an IPv6 address as it is
        return what.lower().rstrip("."), ""
    return host.lower().rstrip("."), port


def join_host(host: str, port: str | int) -> str:
    """Return "host:port", with brackets around an IPv6 address."""
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{port}" if port != "" else shown


def _program(what: str, folder: Path | None) -> str:
    if os.sep in what or (os.altsep and os.altsep in what):
        return real_path(what, folder)
    found = shutil.which(what)
    return os.path.realpath(found) if found else what


_CANONICAL: Mapping[Capability, Callable[[str, Path | None], str]] = {
    Capability.NETWORK: _host,
    Capability.FILESYSTEM: _path,
    Capability.SUBPROCESS: _program,
    Capability.MIDI: lambda what, _: _any_case(Capability.MIDI, what),
    Capability.AUDIO: lambda what, _: _any_case(Capability.AUDIO, what),
    Capability.SYSTEM_CONTROL: lambda what, _: _any_case(Capability.SYSTEM_CONTROL, what),
}


_HOST = re.compile(r"[a-z0-9._:-]+").fullmatch
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _covers_host(pattern: str, wanted: str) -> bool:
    host, port = split_host(pattern)
    wanted_host, wanted_port = split_host(wanted)
    if port and port != wanted_port:
        return False
    if LISTEN in (host, wanted_host):
        return host == wanted_host
    if host == wanted_host or (host.startswith("*.") and wanted_host.endswith(host[1:])):
        return True
    return host in _LOOPBACK and wanted_host in _LOOPBACK


def _covers_path(pattern: str, wanted: str) -> bool:
    kind, _, path = pattern.partition(":")
    wanted_kind, _, wanted_path = wanted.partition(":")
    if kind != wanted_kind:
        return False
    return wanted_path == path or wanted_path.startswith(path.rstrip(os.sep) + os.sep)


def _covers_name(pattern: str, wanted: str) -> bool:
    kind, _, name = pattern.partition(":")
    wanted_kind, _, wanted_name = wanted.partition(":")
    return kind == wanted_kind and name.lower() in wanted_name.lower()


def _same(pattern: str, wanted: str) -> bool:
    """Tell whether a scope of a package's own capability is that, or a part of it after a colon."""
    return wanted == pattern or wanted.startswith(f"{pattern}:")


def _as_it_is(what: str, _folder: Path | None) -> str:
    return what


_COVERS = {
    Capability.NETWORK: _covers_host,
    Capability.FILESYSTEM: _covers_path,
    Capability.SUBPROCESS: lambda pattern, wanted: pattern == wanted,
    Capability.MIDI: _covers_name,
    Capability.AUDIO: _covers_name,
    Capability.SYSTEM_CONTROL: _covers_name,
}
