"""Live-code MIDI controllers from a notebook.

Importing this starts nothing and opens nothing. `%load_ext midimon_live` does, and puts the session
into the notebook as `midi`.
"""

import logging
from typing import TYPE_CHECKING, Any

from midimon_live.actions import (
    delay,
    keys,
    launch,
    mode,
    mouse,
    plugin,
    repeat,
    send,
    sequence,
    shell,
    text,
    volume,
    when,
)
from midimon_live.capabilities import Capability
from midimon_live.events import MidiEvent, TriggerContext
from midimon_live.plugin.api import ActionPlugin, TriggerPlugin
from midimon_live.takes.take import Take
from midimon_live.triggers import (
    aftertouch,
    cc,
    chord,
    double_tap,
    encoder,
    long_press,
    note,
    pitch_bend,
    plugin_event,
    poly_aftertouch,
    program,
    release,
    sequence_of,
    velocity_range,
)

if TYPE_CHECKING:
    from midimon_live.sessions import Session

__version__ = "0.2.0"

# what is said is shown in the notebook; nothing else of it appears unless somebody asks
logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = [
    "ActionPlugin",
    "Capability",
    "MidiEvent",
    "Take",
    "TriggerContext",
    "TriggerPlugin",
    "aftertouch",
    "cc",
    "chord",
    "delay",
    "double_tap",
    "encoder",
    "keys",
    "launch",
    "load_ipython_extension",
    "long_press",
    "mode",
    "mouse",
    "note",
    "pitch_bend",
    "plugin",
    "plugin_event",
    "poly_aftertouch",
    "program",
    "release",
    "repeat",
    "send",
    "sequence",
    "sequence_of",
    "session",
    "shell",
    "text",
    "unload_ipython_extension",
    "velocity_range",
    "volume",
    "when",
]


def load_ipython_extension(shell: Any) -> None:
    """Start the engine: what `%load_ext midimon_live` calls."""
    from midimon_live.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Stop it and leave nothing behind: what `%unload_ext midimon_live` calls."""
    from midimon_live.extension import unload

    unload(shell)


def session() -> "Session":
    """Return the session that `%load_ext midimon_live` started.

    Raises:
        RuntimeError: it was not loaded.
    """
    from midimon_live.extension import session as current

    return current()
