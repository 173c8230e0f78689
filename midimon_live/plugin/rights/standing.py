"""How each scope of a plugin stands, and what waits for an answer."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from midimon_live.plugin.rights.grants import Told
from midimon_live.scopes import Rights, Scope

GRANTED, PARTLY, DENIED = "granted", "partly granted", "denied"
REVOKED, SUSPENDED, OPEN = "revoked", "suspended", "not granted"
DECLARED = "declared"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one scope of a plugin stands now.

    Attributes:
        scope: which.
        declared: whether the plugin declares it, or more than it.
        verdict: GRANTED, PARTLY (something that is less is), DENIED, REVOKED, SUSPENDED (it was
            granted for good to other files of that name) or OPEN.
        span: for how long it is granted or denied: "once", "session", "always", or "declared" for
            low risks, which are granted as long as they are declared; "" for the other verdicts.
        used: whether it, or a part of it, was used since the session began.
    """

    scope: Scope
    declared: bool
    verdict: str
    span: str
    used: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a plugin wants and may not do, and nobody has denied.

    Attributes:
        plugin: its name.
        scope: what it wants.
        why: "not granted", or "not declared": then its author has to, before it can be granted.
        op: how it tried, as the audit log has it; "" where it never did, and waits to run.
        times: how often it tried since the session began.
        first_ms: when first, in milliseconds since the Unix epoch; None where it never did.
        last_ms: when last; None likewise.
        at: where in its code the last was, or "".
    """

    plugin: str
    scope: Scope
    why: str
    op: str = ""
    times: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    at: str = ""


def standings(told: Told, rights: Rights, used: Collection[Scope]) -> list[Standing]:
    """Return how each scope stands that a plugin declares, or somebody decided about, in order.

    Args:
        told: what was decided.
        rights: what follows from it.
        used: what the plugin has used.
    """
    scopes = {*rights.declared, *told.granted, *told.denied, *told.suspended}
    return [_standing(one, told, rights, used) for one in sorted(scopes, key=str)]


def _standing(scope: Scope, told: Told, rights: Rights, used: Collection[Scope]) -> Standing:
    declared = any(one.covers(scope) for one in rights.declared)
    denied = [span for one, span in told.denied.items() if one.covers(scope)]
    granted = [span for one, span in told.granted.items() if one.covers(scope)]
    verdict, span = OPEN, ""
    if denied:
        verdict, span = DENIED, max(denied, key=_length)
    elif granted:
        verdict, span = GRANTED, max(granted, key=_length)
    elif any(one.covers(scope) for one in rights.granted):
        verdict, span = GRANTED, DECLARED
    elif any(scope.covers(one) for one in rights.granted):
        verdict = PARTLY
    elif scope in told.suspended:
        verdict = SUSPENDED
    elif any(one.covers(scope) for one in told.revoked):
        verdict = REVOKED
    return Standing(scope, declared, verdict, span, any(scope.covers(one) for one in used))


def _length(span: str) -> int:
    return ("once", "session", "always").index(span)


def merged(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return one for each plugin and scope: what can be granted first, by how long it waits."""
    found: dict[tuple[str, Scope], list[Waiting]] = {}
    for one in waiting:
        found.setdefault((one.plugin, one.scope), []).append(one)
    return sorted(map(_as_one, found.values()), key=_order)


def _order(one: Waiting) -> tuple[bool, int, str, str]:
    return one.why != "not granted", one.first_ms or 0, one.plugin, str(one.scope)


def _as_one(some: Sequence[Waiting]) -> Waiting:
    tried = [one for one in some if one.times]
    if not tried:
        return some[0]
    last = max(tried, key=lambda one: one.last_ms or 0)
    return Waiting(
        last.plugin,
        last.scope,
        last.why,
        last.op,
        sum(one.times for one in tried),
        min(one.first_ms or 0 for one in tried),
        last.last_ms,
        last.at or next((one.at for one in tried if one.at), ""),
    )
