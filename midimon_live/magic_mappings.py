"""`%midi mappings` and `%midi unmap`: what is mapped, and taking it out."""

from midimon_live.errors import CommandError
from midimon_live.sessions import Session
from midimon_live.show import Table


def mappings(session: Session, number: str | None = None) -> Table:
    """Show all mappings, or all there is to say about one."""
    return session.mapping(None if number is None else _number(number))


def unmap(session: Session, number: str) -> Table:
    """Take a mapping out; returns what brings it back."""
    return session.unmap(_number(number))


def _number(text: str) -> int:
    if not text.isdecimal():
        raise CommandError(f"{text!r} is no mapping's number; %midi mappings shows them")
    return int(text)
