"""Names and addresses of hosts: connecting shows an address, and what was granted is a name."""

import _socket
from collections.abc import Iterable
from threading import get_ident
from weakref import WeakKeyDictionary

from midimon_live.capabilities import Capability
from midimon_live.plugin.guard.deeds import host_name
from midimon_live.plugin.guard.sealed import BUILTINS
from midimon_live.plugin.guard.subject import Subject
from midimon_live.scopes import Rights, Scope, join_host, split_host

globals().update(__builtins__=BUILTINS)

_ask = _socket.getaddrinfo
_EVERYTHING = Scope(Capability.NETWORK)
busy: set[int] = set()
"""Threads on which the guard itself is acting."""


class Addresses:
    """For each plugin, the addresses of the names that it may reach and has asked for."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Subject, dict[str, frozenset[str]]] = WeakKeyDictionary()

    def forget(self, subject: Subject) -> None:
        """Drop what is known for a plugin."""
        self._known.pop(subject, None)

    def refusal(self, subject: Subject, rights: Rights, wanted: Scope, *, is_name: bool) -> str:
        """Return why a deed is not allowed, or "".

        Args:
            subject: who does it.
            rights: what it may do at this moment.
            wanted: what it reaches for.
            is_name: whether it only asks for the address of a host.
        """
        if wanted.capability is not Capability.NETWORK or not wanted.what:
            return rights.refusal(wanted)
        host, port = split_host(wanted.what)
        if is_name:
            why = _name_refusal(rights, host, port)
            if not why and rights.refusal(_EVERYTHING):
                self._resolve(subject, [host])
            return why
        why = rights.refusal(wanted)
        if why in ("", "denied"):
            return why
        names = self._known.get(subject, {})
        if self._is_allowed(names, rights, host, port):
            return ""
        if names and host not in names:  # names change their addresses, and give them in turns
            self._resolve(subject, list(names))
            if self._is_allowed(self._known.get(subject, {}), rights, host, port):
                return ""
        return why

    def _is_allowed(
        self, names: dict[str, frozenset[str]], rights: Rights, host: str, port: str
    ) -> bool:
        # a copy: another thread of the plugin may be asking for a name
        return any(
            host in addresses and rights.allows(Scope(Capability.NETWORK, join_host(name, port)))
            for name, addresses in list(names.items())
        )

    def _resolve(self, subject: Subject, names: Iterable[str]) -> None:
        ident = get_ident()
        known = self._known.setdefault(subject, {})
        for name in names:
            busy.add(ident)
            try:
                found = _ask(name, None)
            except (OSError, UnicodeError):
                continue
            finally:
                busy.discard(ident)
            addresses = frozenset(host_name(one[4][0]) for one in found)
            known[name] = known.get(name, frozenset()) | addresses


def _name_refusal(rights: Rights, host: str, port: str) -> str:
    """A name may be asked for by whoever may reach any of its ports."""
    every = rights.declared | rights.granted
    ports = {split_host(one.what)[1] for one in every if one.capability is Capability.NETWORK}
    whys = [
        rights.refusal(Scope(Capability.NETWORK, join_host(host, one)))
        for one in [port, *sorted(ports)]
    ]
    return "" if "" in whys else whys[0]
