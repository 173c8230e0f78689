"""`%midi keep` and `%midi restore`: a session in the browser or in a file, and back again."""

from typing import Any

from midimon_live.errors import CommandError
from midimon_live.sessions import Session
from midimon_live.show import Table


def keep(session: Session, word: str | None = None) -> Any:
    """Show the panel that keeps the session; "restore" restores what the browser has kept."""
    if word not in (None, "restore"):
        raise CommandError(
            f"%midi keep {word}? There is `%midi keep`, and `%midi keep restore`. It keeps for as "
            "long as its panel is on the page: to end that, clear the output of its cell"
        )
    return session.keep(restore=word is not None)


def restore(session: Session, path: str) -> Table:
    """Run the cells that a file holds."""
    return session.restore(path)
