"""The `%midi` commands about what plugins may do; `magics.COMMANDS` has their rows."""

from collections.abc import Callable

from midimon_live import views
from midimon_live.errors import CommandError
from midimon_live.scopes import Scope, scope
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

    def deed() -> str:
        session.plugins.grant_capability(name, wanted, until=until)
        granted = session.plugins.scope_of(name, wanted)
        if why := session.plugins.denial(name, granted):
            return f"{name} is granted {granted}, but may not use it: {why}"
        return f"{name} may use {granted}{_risk(granted)}"

    return _decide_about(session, name, wanted, "{name} may use {scope}", deed)


def revoke(session: Session, *words: str) -> str:
    """Take back what a plugin was granted."""
    (name, wanted), _ = _span(words, "revoke NAME CAPABILITY [SCOPE]")

    def deed() -> str:
        session.plugins.revoke_capability(name, wanted)
        revoked = session.plugins.scope_of(name, wanted)
        if not session.plugins.denial(name, revoked):
            line = f"%midi deny {name} {revoked}"
            return (
                f"{name} may still use {revoked}, for more than that is granted; "
                f"to refuse it: {line}"
            )
        return f"{name} may not use {revoked} any more"

    return _decide_about(session, name, wanted, "{name} may not use {scope} any more", deed)


def deny(session: Session, *words: str) -> str:
    """Refuse a plugin something, whatever else it is granted."""
    (name, unwanted), until = _span(words, "deny NAME CAPABILITY [SCOPE] [--session|--always]")

    def deed() -> str:
        session.plugins.deny_capability(name, unwanted, until=until)
        denied = session.plugins.scope_of(name, unwanted)
        return f"{name} may not use {denied}, whatever else it is granted"

    answer = "{name} may not use {scope}, whatever else it is granted"
    return _decide_about(session, name, unwanted, answer, deed)


def enable(session: Session, name: str) -> str:
    """Let a plugin run."""

    def deed() -> str:
        session.plugins.enable_plugin(name)
        return f"{name} is enabled"

    return _decide(session, name, f"{name} is enabled", deed)


def disable(session: Session, name: str) -> str:
    """Keep a plugin, but do not run it."""

    def deed() -> str:
        session.plugins.disable_plugin(name)
        return f"{name} is disabled"

    return _decide(session, name, f"{name} is disabled", deed)


def _decide_about(
    session: Session, name: str, wanted: str, answer: str, deed: Callable[[], str]
) -> str:
    """Decide about a capability; `answer` is what that comes to if nothing is in the way.

    What is no capability at all is said at once, whenever it is decided.
    """
    about = scope(wanted)
    return _decide(session, name, answer.format(name=name, scope=about), deed, _risk(about))


def _decide(
    session: Session, name: str, answer: str, deed: Callable[[], str], risk: str = ""
) -> str:
    """Do it now, or with the running cell where that defines the plugin; returns the answer."""

    def later() -> str:
        said = deed()
        return "" if said.removesuffix(risk) == answer else said

    when = session.decide_later(name, later)
    return f"{answer} {when}{risk if ' may use ' in answer else ''}" if when else deed()


def _risk(about: Scope) -> str:
    risk, may = about.capability.risk.value, about.capability.description
    return "" if risk == "low" else f"; {risk} risk: it may {may}"


def audit(session: Session, *words: str) -> Table:
    """Return what plugins were allowed and refused, or were granted and have not used."""
    names = [word for word in words if word != "--unused"]
    if len(names) > 1:
        raise CommandError("usage: %midi audit [NAME] [--unused]")
    if len(names) < len(words):
        return views.unused(session.plugins, *names) if names else views.all_unused(session.plugins)
    return views.audit(session.plugins.audit_log(names[0] if names else None))
