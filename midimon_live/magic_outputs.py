"""The `%midi` commands about what plugins printed and raised; `magics.COMMANDS` has their rows."""

from midimon_live.errors import CommandError
from midimon_live.sessions import Session
from midimon_live.show import Table, as_word


def log(session: Session, name: str, what: str = "50") -> Table | str:
    """Show what a plugin printed and noted; show it under its cell too, or not; empty it."""
    if what in ("on", "off"):
        session.show_output(name, what == "on")
        where = "shown" if what == "on" else f"only in %midi log {as_word(name)}"
        return f"what {name} prints is {where}"
    if what == "clear":
        session.clear_log(name)
        return f"the log of {name} is empty"
    if not what.isdecimal():
        raise CommandError(f"{what!r} is not how many lines to show; or say on, off or clear")
    return session.log(name, int(what))


def errors(session: Session, name: str | None = None, what: str = "") -> Table | str:
    """Show what plugins raised, or forget it."""
    name, what = (None, "clear") if name == "clear" else (name, what)
    if what == "clear":
        session.clear_errors(name)
        return f"the errors of {name or 'all plugins'} are forgotten"
    if what:
        raise CommandError("usage: %midi errors [NAME] [clear]")
    return session.errors(name)
