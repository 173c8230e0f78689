"""The panels there are, by name: one module here, one `.js` and one `.css` in `widgets/` each."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from midimon_live.errors import InvalidValue

if TYPE_CHECKING:
    from midimon_live.panels.base import Panel
    from midimon_live.plugin.hooks import Hooks

PANELS: dict[str, tuple[str, str]] = {
    "overview": ("overview", "Overview"),
    "pads": ("pads", "Pads"),
    "monitor": ("monitor", "Monitor"),
    "mappings": ("mappings", "Mappings"),
    "plugins": ("plugins", "Plugins"),
    "grants": ("grants", "Grants"),
    "stats": ("stats", "Statistics"),
    "web": ("web", "Web MIDI"),
    "keep": ("keep", "Keep"),
}
"""By the name that `midi.panel` takes: its module here, whose class is `View`, and its title."""


def kind(name: str, hooks: "Hooks") -> "type[Panel]":
    """Return the class of a panel; those that packages offer are found too.

    Raises:
        InvalidValue: there is none of that name.
    """
    if name in PANELS:
        module: Any = import_module(f"midimon_live.panels.{PANELS[name][0]}")
        return module.View  # type: ignore[no-any-return]
    hooks.load_packages()
    offered = hooks.asked("midimon_panels")
    if name not in offered:
        raise InvalidValue(
            f"no panel is called {name!r:.40}; there are {', '.join([*PANELS, *offered])}"
        )
    return offered[name]  # type: ignore[no-any-return]
