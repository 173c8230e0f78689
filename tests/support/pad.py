"""The pad that the tests of followed files hit, and what a session has noticed."""

from midimon_live.sessions import Session
from midimon_live.testing import TestSession, press, released


def played(midi: TestSession) -> list[int]:
    """Hit pad 36; returns the notes that begin."""
    midi.virtual.clear()
    midi.play(press(36), released(36))
    return [one.note for one in midi.sent if one.type == "note_on"]


def noticed(midi: Session) -> str:
    """Return all notices."""
    return "\n".join(midi.status().remarks)
