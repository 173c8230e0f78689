"""The reference: a page for each part of what may be imported, written from its docstrings."""

from typing import Any, NamedTuple

import midimon_live
from midimon_live import testing
from midimon_live.actions import ACTIONS
from midimon_live.triggers import TRIGGERS

_CONDITIONS = (
    "always never time_range day_of_week app_running app_frontmost mode_is all_of any_of not_"
)
_WITH_ALL_THEY_INHERIT = {
    "midimon_live.plugin.manager.PluginManager",
    "midimon_live.sessions.Session",
}


def _public(names: Any) -> list[str]:
    return [f"midimon_live.{name}" for name in names if name in midimon_live.__all__]


class Part(NamedTuple):
    """A page: its title, what it is about, and the names that are described there."""

    title: str
    about: str
    names: list[str]


PARTS: dict[str, Part] = {
    "session": Part(
        "The session",
        "What `%load_ext midimon_live` puts into the notebook as `midi`:"
        " [the session](../session.md) shows it at work.",
        ["midimon_live.session", "midimon_live.sessions.Session"],
    ),
    "triggers": Part(
        "Triggers",
        "Builders of what may fire. [Triggers](../triggers.md) says when each does.",
        _public(TRIGGERS),
    ),
    "actions": Part(
        "Actions",
        "Builders of what may be fired. [Actions and conditions](../actions.md) has a table.",
        _public(ACTIONS),
    ),
    "conditions": Part(
        "Conditions and curves",
        "For `when(...)`, and for the velocity of `send(...)`.",
        [
            *(f"midimon_live.conditions.{name}" for name in _CONDITIONS.split()),
            "midimon_live.curves.linear",
            "midimon_live.curves.curve",
        ],
    ),
    "plugins": Part(
        "Plugins",
        "What the author of a plugin derives from, is given, and may do."
        " [The guide](../plugins.md) shows them at work.",
        [
            "midimon_live.ActionPlugin",
            "midimon_live.TriggerPlugin",
            "midimon_live.plugin.api.Plugin",
            "midimon_live.TriggerContext",
            "midimon_live.plugin.api.Host",
            "midimon_live.plugin.api.HostMidi",
            "midimon_live.plugin.api.Timer",
            "midimon_live.Capability",
            "midimon_live.MidiEvent",
        ],
    ),
    "manager": Part(
        "The plugin manager",
        "`midi.plugins`, under MIDIMon's own method names.",
        ["midimon_live.plugin.manager.PluginManager"],
    ),
    "takes": Part(
        "Takes",
        "What was played, and what came of it. [Takes](../takes.md) shows them at work.",
        ["midimon_live.Take", "midimon_live.takes.recording.Recording"],
    ),
    "testing": Part(
        "Tests",
        "Sessions whose time stands still until it is moved."
        " [Testing a plugin](../testing.md) shows them at work.",
        [f"midimon_live.testing.{name}" for name in testing.__all__ if name != "Take"],
    ),
    "hooks": Part(
        "Hooks",
        "What another package can add, and what it is told.",
        ["midimon_live.plugin.hooks"],
    ),
    "panels": Part(
        "Panels of your own",
        "What a panel that a package offers is derived from: see the hook `midimon_panels`.",
        [
            "midimon_live.panels.base.Panel",
            "midimon_live.panels.base.Command",
            "midimon_live.panels.base.Frame",
        ],
    ),
    "errors": Part("Errors", "Everything that is raised on purpose.", ["midimon_live.errors"]),
}
"""By the name of the page."""


def navigation() -> list[Any]:
    """Return an entry for each page."""
    return ["api/index.md", *({part.title: f"api/{name}.md"} for name, part in PARTS.items())]


def pages() -> dict[str, str]:
    """Return the text of each page, by its place."""
    return {"api/index.md": _index()} | {
        f"api/{name}.md": f"# {part.title}\n\n{part.about}\n\n"
        + "\n".join(map(_described, part.names))
        for name, part in PARTS.items()
    }


def _described(name: str) -> str:
    inherited = str(name in _WITH_ALL_THEY_INHERIT).lower()
    return f"::: {name}\n    options:\n      inherited_members: {inherited}\n"


def _index() -> str:
    shown = [name for name in midimon_live.__all__ if not name.endswith("_ipython_extension")]
    rows = [f"| [{name}][midimon_live.{name}] | {_first_line(name)} |" for name in shown]
    parts = [f"- [{part.title}]({name}.md): {part.about}" for name, part in PARTS.items()]
    return "\n".join([_HEAD, *parts, _TABLE, *rows, ""])


_HEAD = """# Reference

What may be imported, and what it promises: ranges, units, which thread may call, what is raised.
Everything else is private.
"""
_TABLE = """
## from midimon_live import

| Name | |
|---|---|"""


def _first_line(name: str) -> str:
    text = getattr(midimon_live, name).__doc__ or ""
    return text.strip().partition("\n")[0].replace("|", "\\|")
