"""The grants: what each plugin may do, what it was refused, and the answers to that."""

import struct
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from midimon_live.capabilities import Capability
from midimon_live.panels.base import Command, Frame, Panel, one_of
from midimon_live.plugin.rights.grants import SPANS
from midimon_live.plugin.rights.standing import Standing, Waiting
from midimon_live.plugin.version import Kind
from midimon_live.show import Table, as_text

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

_GUARDED = "guarded: what they do is checked, and that is not a sandbox"
_AUDIT = 50
_WAITING = 100
_USUAL = ""
_SHORTER = "to shorten that, revoke it first"
_ANSWERS = (*SPANS, _USUAL)


class View(Panel):
    """What plugins may do.

    A frame has the matrix where that has changed, and beside it how many decisions there were, as
    one float64: a plugin that does what it may sends no matrix.
    """

    name = "grants"
    hertz = 4.0

    def __init__(self, desk: "Desk") -> None:
        self._count = b""
        super().__init__(desk)

    def state(self) -> Mapping[str, Any]:
        """Return the matrix, and what waits for an answer."""
        plugins = self.session.plugins
        rows = [self._row(name) for name in self._named()]
        used = {word for row in rows for word in row["scopes"]}
        waiting = plugins.waiting()
        return {
            "closed": self.session.closed,
            "auto": plugins.grants.auto_grant_safe,
            "capabilities": [
                {"name": one.value, "risk": one.risk.value, "may": one.description}
                for one in Capability
                if one.value in used
            ],
            "rows": rows,
            "waiting": [_as_told(one) for one in waiting[:_WAITING]],
            "more": max(len(waiting) - _WAITING, 0),
        }

    def version(self) -> Hashable:
        """Return what differs when something is decided, refused, or used for the first time."""
        plugins, session = self.session.plugins, self.session
        audit, grants = plugins.audit, plugins.grants
        decided = grants.changes, grants.auto_grant_safe, audit.refused, audit.first_uses
        return *decided, plugins.journal.changes, plugins.disabled(), session.closed

    def frame(self, *, whole: bool) -> Frame | None:
        """Return what is new of the matrix, and of the count beside it."""
        frame = super().frame(whole=whole)
        count = struct.pack("<d", self.session.plugins.audit.count)
        if frame is None and count == self._count:
            return None
        self._count = count
        return Frame(b"" if frame is None else frame.state, (count,))

    def table(self) -> Table:
        """Return how each scope of each plugin stands."""
        plugins = self.session.plugins
        rows = [
            (name, one.scope, one.scope.capability.risk.value, one.verdict, one.span)
            for name in self._named()
            for one in plugins.standings(name)
        ]
        remarks = [
            f"{one.plugin} wants {one.scope}, {one.why}" for one in plugins.waiting()[:_WAITING]
        ]
        if not rows:
            return Table("no plugin asks for anything", (), (), remarks)
        headings = ("plugin", "scope", "risk", "", "")
        return Table(f"grants ({_GUARDED})", headings, rows, remarks)

    def _named(self) -> list[str]:
        """Return the names of the plugins; functions are their user's own, and ask for nothing."""
        kinds = self.session.plugins.definitions()
        return sorted(name for name, one in kinds.items() if one.kind is not Kind.FUNCTION)

    def _row(self, name: str) -> dict[str, Any]:
        plugins = self.session.plugins
        info = plugins.get_metadata(name)
        scopes: dict[str, list[Any]] = {}
        for one in plugins.standings(name):
            scopes.setdefault(one.scope.capability.value, []).append(_as_shown(one))
        return {
            "name": name,
            "disabled": name in plugins.disabled(),
            "refused": bool(info.missing),
            "files": bool(info.digest),
            "reasons": {one: as_text(text) for one, text in (info.reasons or {}).items()},
            "scopes": scopes,
        }

    def grant(self, name: str, scope: str, until: str) -> str:
        """Allow a plugin something; for as long as is usual where `until` is ""."""
        one_of(until, _ANSWERS, "until")
        plugins = self.session.plugins
        plugins.grant_capability(name, scope, until=until or None)
        granted = plugins.scope_of(name, scope)
        if why := plugins.denial(name, granted):
            return f"{name} is granted {granted}, but may not use it: {why}"
        span = plugins.grants.told(name).granted.get(granted, until)
        longer = f", as before; {_SHORTER}" if until not in ("", span) else ""
        return f"{name} may use {granted}{_how_long(span)}{longer}"

    def revoke(self, name: str, scope: str) -> str:
        """Take back what a plugin was granted."""
        plugins = self.session.plugins
        plugins.revoke_capability(name, scope)
        revoked = plugins.scope_of(name, scope)
        if not plugins.denial(name, revoked):
            return f"{name} may still use {revoked}, for more than that is granted; deny it instead"
        return f"{name} may not use {revoked} any more"

    def deny(self, name: str, scope: str, until: str) -> str:
        """Refuse a plugin something, whatever else it is granted."""
        one_of(until, _ANSWERS, "until")
        plugins = self.session.plugins
        plugins.deny_capability(name, scope, until=until or None)
        denied = plugins.scope_of(name, scope)
        return f"{name} may not use {denied}, whatever else it is granted"

    def grant_low(self, on: bool) -> str:  # noqa: FBT001 - a switch
        """Say whether low risks are granted when a plugin declares them."""
        self.session.plugins.set_auto_grant_safe(on)
        return f"low risks are {'granted when they are declared' if on else 'asked for'}"

    def audit(self, name: str | None) -> list[list[Any]]:
        """Return the last 50 decisions, the newest first."""
        return [
            [
                round(one.t * 1000),
                one.plugin,
                one.scope,
                one.op,
                one.verdict,
                one.n,
                one.why,
                one.at,
            ]
            for one in reversed(self.session.plugins.audit_log(name, _AUDIT))
        ]

    _about: ClassVar[Mapping[str, Any]] = {"name": str, "scope": str}
    commands: ClassVar[Mapping[str, Command]] = {
        "grant": Command(grant, {**_about, "until": str}),
        "revoke": Command(revoke, _about),
        "deny": Command(deny, {**_about, "until": str}),
        "grant low": Command(grant_low, {"on": bool}),
        "audit": Command(audit, {"name": (str, None)}),
    }


def _how_long(until: str) -> str:
    return {"once": " once", "session": " for this session", "always": " always"}.get(until, "")


def _as_shown(one: Standing) -> dict[str, Any]:
    return {
        "scope": str(one.scope),
        "declared": one.declared,
        "verdict": one.verdict,
        "span": one.span,
        "used": one.used,
    }


def _as_told(one: Waiting) -> dict[str, Any]:
    return {
        "plugin": one.plugin,
        "scope": str(one.scope),
        "risk": one.scope.capability.risk.value,
        "why": one.why,
        "op": one.op,
        "times": one.times,
        "last": one.last_ms,
        "at": one.at,
    }
