"""The `%midi` commands about what plugins may do; `magics.COMMANDS` has their rows."""

from midimon_live import views
from midimon_live.errors import CommandError
from midimon_live.sessions import Session
from midimon_live.show import Table


def _span(words: tuple[str, ...], usage: str) -> tuple[list[str], str | None]:
    """Take --once, --session or --always out of the words; `network HOST` is `network:HOST`."""
    spans = [word[2:] for word in words if word.startswith("--")]
    rest = [word for word in words if not word.startswith("--")]
    if len(spans) > 1 or len(rest) not in (2, 3):
        raise CommandError(f"usage: %midi {usage}")
    return [rest[0], ":".join(rest[1:])], spans[0] if spans else None


def grant(session: Session, *words: str) -> str:
    """Allow a plugin something."""
    (name, wanted), until = _span(
        words, "grant NAME CAPABILITY [SCOPE] [--once|--session|--always]"
    )
    session.plugins.grant_capability(name, wanted, until=until)
    granted = session.plugins.scope_of(name, wanted)
    if why := session.plugins.denial(name, granted):
        return f"{name} is granted {granted}, but may not use it: {why}"
    risk, may = granted.capability.risk.value, granted.capability.description
    warning = "" if risk == "low" else f"; {risk} risk: it may {may}"
    return f"{name} may use {granted}{warning}"


def revoke(session: Session, *words: str) -> str:
    """Take back what a plugin was granted."""
    (name, wanted), _ = _span(words, "revoke NAME CAPABILITY [SCOPE]")
    session.plugins.revoke_capability(name, wanted)
    revoked = session.plugins.scope_of(name, wanted)
    if not session.plugins.denial(name, revoked):
        line = f"%midi deny {name} {revoked}"
        return (
            f"{name} may still use {revoked}, for more than that is granted; to refuse it: {line}"
        )
    return f"{name} may not use {revoked} any more"


def deny(session: Session, *words: str) -> str:
    """Refuse a plugin something, whatever else it is granted."""
    (name, unwanted), until = _span(words, "deny NAME CAPABILITY [SCOPE] [--session|--always]")
    session.plugins.deny_capability(name, unwanted, until=until)
    denied = session.plugins.scope_of(name, unwanted)
    return f"{name} may not use {denied}, whatever else it is granted"


def audit(session: Session, *words: str) -> Table:
    """Return what plugins were allowed and refused, or what one was granted and has not used."""
    names = [word for word in words if word != "--unused"]
    if len(names) > 1 or (len(names) < len(words) and not names):
        raise CommandError("usage: %midi audit [NAME] [--unused]")
    if len(names) < len(words):
        return views.unused(session.plugins, names[0])
    return views.audit(session.plugins.audit_log(names[0] if names else None))
