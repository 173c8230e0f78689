"""What each plugin is granted and refused: the user decides, it is in force at once, and logged."""

from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache, partial
from shlex import quote

from midimon_live.capabilities import Capability
from midimon_live.errors import InvalidValue, PluginNotFound
from midimon_live.plugin.info import Party
from midimon_live.plugin.live import LivePlugins
from midimon_live.plugin.rights.audit import Refusal
from midimon_live.plugin.rights.grants import ALWAYS, ONCE, SESSION
from midimon_live.plugin.rights.standing import Standing, Waiting, merged, standings
from midimon_live.plugin.version import Version
from midimon_live.scopes import Scope, scope

Wanted = Scope | Capability | str
Decision = tuple[str | None, str | None, str | None]


# what is granted in this context is left out and noted here: a restored plugin has to ask
left_out: ContextVar[list[str] | None] = ContextVar("midimon_live_left_out", default=None)


def _nothing() -> None:
    """Take nothing back."""


class Permissions(LivePlugins):
    """The plugins in memory, and what they may do; any thread may call."""

    def set_auto_grant_safe(self, on: bool) -> None:  # noqa: FBT001 - MIDIMon's signature
        """Say whether capabilities of low risk are granted when a plugin declares them."""
        self.grants.auto_grant_safe = on
        self.refresh()

    def grant_capability(self, name: str, capability: Wanted, *, until: str | None = None) -> None:
        """Allow a plugin something it declares, or a part of it; in force at once.

        Args:
            name: of a plugin in memory, or of one that was found.
            capability: "network", or a scope such as "network:api.example.com:443".
            until: "once" (for the next execution), "session", or "always", which is kept in
                `~/.midimon/grants.toml` for the very files it has now. Without: always for a plugin
                from a folder, this session for a class in a package and for one from a cell.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability, the plugin does not declare it, it can not be
                granted for that long, or not be kept.
        """
        one = self._party(name)
        wanted = scope(capability, one.data)
        if not any(mine.covers(wanted) or wanted.covers(mine) for mine in one.scopes):
            declared = ", ".join(sorted(map(str, one.scopes))) or "nothing"
            raise InvalidValue(f"{name} does not declare {wanted}; it declares {declared}")
        span = one.span(until)
        if (noted := left_out.get()) is not None:
            noted.append(f"{name} {wanted}")
            return
        before = self.grants.decision(name, wanted)
        self.grants.grant(name, wanted, span)
        if span == ONCE:
            self._once.add(name)
        self._note(one, wanted, "grant", "granted", span)
        self.decided((name, str(wanted)), partial(self._decide, name, wanted, before))

    def revoke_capability(self, name: str, capability: Wanted) -> None:
        """Take a capability, or a part of it, back; in force at once.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability, it is part of what is granted as a whole
                (deny it, or revoke the whole), or it can not be kept.
        """
        one = self._party(name)
        wanted = scope(capability, one.data)
        version = self._live.get(name)
        granted = version.subject.rights.granted if version is not None else frozenset()
        wider = [str(whole) for whole in granted if whole.covers(wanted) and whole != wanted]
        if wider and not any(wanted.covers(part) for part in granted):
            line = f"%midi deny {quote(name)} {quote(str(wanted))}"
            raise InvalidValue(
                f"{name} is granted {', '.join(sorted(wider))}, of which {wanted} is a part; "
                f"to refuse that part: {line}"
            )
        before = self.grants.decision(name, wanted)
        self.grants.revoke(name, wanted)
        self._note(one, wanted, "revoke", "revoked", "")
        self.decided((name, str(wanted)), partial(self._decide, name, wanted, before))

    def deny_capability(self, name: str, capability: Wanted, *, until: str | None = None) -> None:
        """Refuse a plugin something whatever else it is granted; in force at once.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability, or it can not be kept.
        """
        one = self._party(name)
        unwanted = scope(capability, one.data)
        span = one.span(until, (SESSION, ALWAYS))
        before = self.grants.decision(name, unwanted)
        self.grants.deny(name, unwanted, span)
        self._note(one, unwanted, "deny", "denied", span)
        self.decided((name, str(unwanted)), partial(self._decide, name, unwanted, before))

    def scope_of(self, name: str, capability: Wanted) -> Scope:
        """Return what a text means for a plugin: relative paths are in its data folder.

        Raises:
            PluginNotFound: there is none of that name.
            InvalidValue: there is no such capability.
        """
        return scope(capability, self._party(name).data)

    def denial(self, name: str, capability: Wanted) -> str:
        """Return why a plugin in memory may not do that: "not declared", "not granted", "denied".

        "" where it may, and where it is only found.
        """
        wanted = self.scope_of(name, capability)
        version = self._live.get(name)
        return "" if version is None else version.subject.rights.refusal(wanted)

    def unused_grants(self, name: str) -> tuple[list[str], list[str]]:
        """Return what was granted and not used so far, and the scopes that were used.

        The second is what a smaller grant would be: it covers all that the plugin has done since
        the session began. Raises PluginNotFound.
        """
        version = self._version(name)
        used = list(self.audit.used(name))
        done = self._used(name)
        granted = version.subject.rights.granted
        unused = [one for one in granted if not any(one.covers(deed) for deed in done)]
        return sorted(map(str, unused)), used

    def standings(self, name: str) -> list[Standing]:
        """Return how each scope stands that a plugin declares, or somebody decided about.

        Raises:
            PluginNotFound: none of that name is in memory.
        """
        version = self._version(name)
        return standings(self.grants.told(name), version.subject.rights, self._used(name))

    def waiting(self) -> list[Waiting]:
        """Return what plugins in memory want and may not do, and nobody has denied.

        That is what they were refused and are refused still, and what those that may not run at
        all declare. What can be granted comes first, by how long it waits.
        """
        table = self._live
        found = [
            Waiting(name, one, "not granted")
            for name, version in table.items()
            if version.blocked == "denied"
            for one in self._missed(version)
        ]
        for refusal in self.audit.refusals():
            if (version := table.get(refusal.plugin)) is not None:
                found += self._still_wanted(refusal, version)
        return merged(found)

    def _still_wanted(self, refusal: Refusal, version: Version) -> Iterator[Waiting]:
        rights = version.subject.rights
        if refusal.op == "execute":  # it says the capability; what is to be granted was declared
            missed = self._missed(version)
            scopes = tuple(one for one in missed if one.capability.value == refusal.scope)
        else:
            scopes = _scopes_in(refusal.scope)
        for one in scopes:
            why = rights.refusal(one)
            if why not in ("", "denied"):
                first, last = refusal.first_ms, refusal.last_ms
                yield Waiting(
                    version.name, one, why, refusal.op, refusal.times, first, last, refusal.at
                )

    def _missed(self, version: Version) -> list[Scope]:
        """Return what a version declares of the capabilities without which it may not run."""
        missing, rights = self.missing(version), version.subject.rights
        return [
            one
            for one in version.scopes
            if one.capability in missing and rights.refusal(one) == "not granted"
        ]

    def _used(self, name: str) -> list[Scope]:
        return [one for text in self.audit.used(name) for one in _scopes_in(text)]

    def _decide(self, name: str, about: Scope, decision: Decision) -> None:
        """Let a scope be decided as it was, and log that."""
        self.grants.decide(name, about, decision)
        version = self._live.get(name)
        digest = version.definition.digest if version is not None else ""
        why = "its cell does not say so any more"
        self.audit.add(name, str(about), "cell", "taken back", why=why, digest=digest)
        if version is not None:
            self._refresh(version)
        self.decided((name, str(about)), _nothing)

    def refresh(self) -> None:
        """Bring what all may do up to date."""
        for version in self._live.values():
            self._refresh(version)

    def _party(self, name: str) -> Party:
        """Return a plugin as somebody who is granted something: in memory, or found."""
        version = self._live.get(name)
        if version is not None:
            definition = version.definition
            return Party(
                name, version.scopes, definition.digest, definition.data, version.is_executed
            )
        party = self._found(name)
        if party is None:
            raise PluginNotFound(name, self.unknown(name))
        self.grants.declare(name, party.scopes, party.digest)
        return party

    def _refresh(self, version: Version) -> None:
        """Bring what a version may do up to date, and stop or start what that changes."""
        was = version.blocked
        self._update(version)
        if version.blocked:
            self.retirement.quieten(version)
        elif was:
            self.later(partial(self._sources.start, version))

    def _note(self, one: Party, what: Scope, op: str, verdict: str, why: str) -> None:
        """Bring what was decided into force, and into the log."""
        self.audit.add(one.name, str(what), op, verdict, why=why, digest=one.digest)
        version = self._live.get(one.name)
        if version is not None:
            self._refresh(version)

    def _found(self, name: str) -> Party | None:
        """Return a plugin that is not in memory, where one was found."""
        raise NotImplementedError


@lru_cache(maxsize=4096)
def _scopes_in(text: str) -> tuple[Scope, ...]:
    """Return the scope that an entry of the log is about; none for what is no capability."""
    try:
        return (scope(text),)
    except InvalidValue:
        return ()
