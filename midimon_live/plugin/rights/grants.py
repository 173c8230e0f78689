"""Who may do what: what each plugin was granted or refused, for how long, and where that is kept.

Three spans: once (the next execution), this session, and always, which is kept in
`~/.midimon/grants.toml` and bound to the plugin's name and digest: for other bytes it is suspended.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from midimon_live.capabilities import Risk
from midimon_live.errors import InvalidValue
from midimon_live.plugin.rights.grantfile import GrantFile, Kept
from midimon_live.scopes import Rights, Scope

ONCE, SESSION, ALWAYS = "once", "session", "always"
SPANS = (ONCE, SESSION, ALWAYS)


@dataclass
class _Entry:
    """What was decided about one plugin; scope → how long."""

    granted: dict[Scope, str] = field(default_factory=dict)
    revoked: dict[Scope, str] = field(default_factory=dict)
    denied: dict[Scope, str] = field(default_factory=dict)
    digest: str = ""
    declared: frozenset[Scope] = frozenset()
    suspended: frozenset[Scope] = frozenset()


class Told(NamedTuple):
    """What was decided about one plugin.

    Attributes:
        granted: by scope, for how long.
        revoked: by scope, for how long.
        denied: by scope, for how long.
        suspended: what other files of that name were granted for good.
    """

    granted: Mapping[Scope, str]
    revoked: Mapping[Scope, str]
    denied: Mapping[Scope, str]
    suspended: frozenset[Scope]


class Grants:
    """Decisions about capabilities; the plugin manager asks and writes, and holds its lock.

    They belong to the plugin's name, so running its cell again asks nothing twice. Low risks are
    granted when declared, unless they were revoked or `auto_grant_safe` is off.

    Args:
        file: where those that stay are kept; None keeps none.
        notice: takes one line for the user.

    Attributes:
        auto_grant_safe: whether Low ones are granted when a plugin declares them.
        changes: how often anything was decided or declared.
    """

    def __init__(
        self, file: GrantFile | None = None, notice: Callable[[str], None] = lambda _line: None
    ) -> None:
        self.auto_grant_safe = True
        self.changes = 0
        self._file = file
        self._notice = notice
        self._entries: dict[str, _Entry] = {}

    def declare(self, plugin: str, declared: frozenset[Scope], digest: str = "") -> None:
        """A version of a plugin says what it needs; kept decisions for its digest apply."""
        entry = self._entries.setdefault(plugin, _Entry())
        self.changes += 1
        if digest != entry.digest:
            for some in (entry.granted, entry.revoked, entry.denied):
                for one in [one for one, span in some.items() if span == ALWAYS]:
                    del some[one]
            entry.suspended = frozenset()
            if digest:
                self._take_over(plugin, entry, declared, digest)
        entry.digest, entry.declared = digest, declared

    def grant(self, plugin: str, wanted: Scope, span: str = SESSION) -> None:
        """Allow `plugin` that from now on; raises InvalidValue when it can not be kept."""
        entry = self._copy(plugin, span)
        entry.revoked.pop(wanted, None)
        entry.denied.pop(wanted, None)
        entry.granted[wanted] = _longest(span, entry.granted.get(wanted, span))
        entry.suspended = frozenset(one for one in entry.suspended if not wanted.covers(one))
        self._put(plugin, entry)

    def revoke(self, plugin: str, wanted: Scope) -> None:
        """Take it back, and what is part of it; declaring it anew does not bring it back."""
        entry = self._copy(plugin, SESSION)
        entry.granted = {one: span for one, span in entry.granted.items() if not wanted.covers(one)}
        entry.revoked[wanted] = ALWAYS if entry.digest else SESSION
        self._put(plugin, entry)

    def deny(self, plugin: str, unwanted: Scope, span: str = SESSION) -> None:
        """Refuse that, whatever else is granted."""
        entry = self._copy(plugin, span)
        entry.denied[unwanted] = _longest(span, entry.denied.get(unwanted, span))
        self._put(plugin, entry)

    def used_once(self, plugin: str) -> bool:
        """An execution has ended: what was granted for one goes. Tells whether there was any."""
        entry = self._entries.get(plugin)
        if entry is None:
            return False
        gone = [one for one, span in entry.granted.items() if span == ONCE]
        for one in gone:
            del entry.granted[one]
        self.changes += 1
        return bool(gone)

    def remember(self, plugin: str) -> Any:
        """Return what `restore` takes, before a version declares what it needs."""
        entry = self._entries.get(plugin)
        return None if entry is None else self._copied(entry)

    def restore(self, plugin: str, remembered: Any) -> None:
        """Undo what was declared: that version did not come into force."""
        self.changes += 1
        if remembered is None:
            self._entries.pop(plugin, None)
        else:
            self._entries[plugin] = remembered

    def reinstate(self, plugin: str, remembered: Any) -> None:
        """Let what was decided be as it was, in the file too; what was for once is over.

        Raises:
            InvalidValue: it can not be kept; nothing was changed.
        """
        entry = _Entry() if remembered is None else self._copied(remembered)
        entry.granted = {one: span for one, span in entry.granted.items() if span != ONCE}
        now = self._entries.get(plugin, _Entry())
        entry.digest, entry.declared = now.digest, now.declared
        self._put(plugin, entry)

    def decision(self, plugin: str, about: Scope) -> tuple[str | None, str | None, str | None]:
        """Return for how long a scope is granted, revoked and denied."""
        entry = self._entries.get(plugin, _Entry())
        return entry.granted.get(about), entry.revoked.get(about), entry.denied.get(about)

    def decide(
        self, plugin: str, about: Scope, decision: tuple[str | None, str | None, str | None]
    ) -> None:
        """Let a scope be decided as `decision` told; raises InvalidValue if it can not be kept."""
        entry = self._copied(self._entries.get(plugin, _Entry()))
        for some, span in zip((entry.granted, entry.revoked, entry.denied), decision, strict=True):
            some.pop(about, None)
            if span is not None:
                some[about] = span
        self._put(plugin, entry)

    def decisions(self) -> dict[str, Any]:
        """Return all that was decided, by plugin, for `reinstate`."""
        return {
            name: self._copied(entry)
            for name, entry in self._entries.items()
            if entry.granted or entry.revoked or entry.denied
        }

    def in_words(self, decisions: Mapping[str, Any]) -> set[str]:
        """Return what `decisions` has told, a line each."""
        said = set()
        for name, entry in decisions.items():
            said |= {f"{name} may use {one}" for one in entry.granted}
            said |= {f"{one} is revoked for {name}" for one in entry.revoked}
            said |= {f"{name} is refused {one}, whatever it is granted" for one in entry.denied}
        return said

    def forget(self, plugin: str) -> None:
        """Drop the decisions of this session about a plugin that is gone; what is kept is kept."""
        self.changes += 1
        self._entries.pop(plugin, None)

    def rights(self, plugin: str, declared: frozenset[Scope] | None = None) -> Rights:
        """Return what `plugin` may do now, or a version of it that has declared something else."""
        entry = self._entries.get(plugin, _Entry())
        declared = entry.declared if declared is None else declared
        granted = set(entry.granted)
        if self.auto_grant_safe:
            low = {one for one in declared if one.capability.risk is Risk.LOW}
            granted |= {one for one in low if not any(r.covers(one) for r in entry.revoked)}
        return Rights(declared, granted, entry.denied)

    def rights_for(self, plugin: str, declared: frozenset[Scope], digest: str) -> Rights:
        """Return what `plugin` may do once it says that; nothing is changed by asking."""
        aside = Grants(self._file)
        aside.auto_grant_safe = self.auto_grant_safe
        aside.restore(plugin, self.remember(plugin))
        aside.declare(plugin, declared, digest)
        return aside.rights(plugin)

    def spans(self, plugin: str) -> dict[Scope, str]:
        """Return what was granted, and for how long each."""
        return dict(self._entries.get(plugin, _Entry()).granted)

    def told(self, plugin: str) -> Told:
        """Return all that was decided about a plugin, and for how long each."""
        entry = self._entries.get(plugin, _Entry())
        granted, revoked, denied = map(dict, (entry.granted, entry.revoked, entry.denied))
        return Told(granted, revoked, denied, entry.suspended)

    def _copy(self, plugin: str, span: str) -> _Entry:
        """Return what was decided about a plugin, to be changed and put back."""
        if span not in SPANS:
            raise InvalidValue(f"{span!r:.40} is no span; allowed are {', '.join(SPANS)}")
        entry = self._entries.get(plugin, _Entry())
        if span == ALWAYS and not entry.digest:
            raise InvalidValue(
                f"{plugin} does not come from a folder, so nothing tells whether it has changed: "
                "that can be said for this session; make it a folder to keep it"
            )
        return self._copied(entry)

    @staticmethod
    def _copied(entry: _Entry) -> _Entry:
        return replace(
            entry,
            granted=dict(entry.granted),
            revoked=dict(entry.revoked),
            denied=dict(entry.denied),
        )

    def _put(self, plugin: str, entry: _Entry) -> None:
        """Bring decisions into force, kept first: what can not be kept is not in force."""
        before = self._entries.get(plugin, _Entry())
        if self._file is not None and entry.digest and _kept(entry) != _kept(before):
            self._file.write(plugin, _kept(entry), _kept(before))
        self._entries[plugin] = entry
        self.changes += 1

    def _take_over(
        self, plugin: str, entry: _Entry, declared: frozenset[Scope], digest: str
    ) -> None:
        kept = self._file.read(plugin) if self._file is not None else None
        if kept is None:
            return
        if kept.digest == digest:
            entry.granted |= dict.fromkeys(kept.granted, ALWAYS)
            entry.revoked |= dict.fromkeys(kept.revoked, ALWAYS)
            entry.denied |= dict.fromkeys(kept.denied, ALWAYS)
            return
        # a refusal holds for whatever code comes under that name
        entry.revoked |= dict.fromkeys(kept.revoked, ALWAYS)
        entry.denied |= dict.fromkeys(kept.denied, ALWAYS)
        entry.suspended = kept.granted
        if kept.granted:
            self._notice(
                f"{plugin} has changed, so its grants are suspended{_news(kept, declared)}"
            )


def _longest(*spans: str) -> str:
    return max(spans, key=SPANS.index)


def _kept(entry: _Entry) -> Kept:
    groups = (_always(some) for some in (entry.granted, entry.revoked, entry.denied))
    return Kept(entry.digest, frozenset(entry.declared), *groups)


def _always(some: dict[Scope, str]) -> frozenset[Scope]:
    return frozenset(one for one, span in some.items() if span == ALWAYS)


def _news(kept: Kept, declared: Iterable[Scope]) -> str:
    """Return what the new code declares besides what the old did, and what was granted."""
    more = sorted(str(one) for one in set(declared) - kept.declared)
    was = ", ".join(sorted(map(str, kept.granted)))
    news = f"; it now declares {', '.join(more)} too" if more else "; it declares what it did"
    return f"{news}. Granted was: {was}; grant again what it may have"
