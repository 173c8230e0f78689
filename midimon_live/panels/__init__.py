"""The panels there are, by name: one module here, one `.js` and one `.css` in `widgets/` each."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from midimon_live.errors import InvalidValue
from midimon_live.show import did_you_mean, near

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


def named(wanted: str, hooks: "Hooks") -> str:
    """Return the name of the panel that is called so in any case, or has that title.

    Raises:
        InvalidValue: there is none; the text lists them.
    """
    word = str(wanted).strip().lower()
    if word in PANELS:
        return word
    hooks.load_packages()
    names = [*PANELS, *hooks.asked("midimon_panels")]
    if wanted in names:
        return wanted
    called = {title.lower(): name for name, (_, title) in PANELS.items()}
    called |= {name.lower(): name for name in names}
    if word in called:
        return called[word]
    hint = did_you_mean(near(word, names))
    raise InvalidValue(f"no panel is called {wanted!r:.40}; there are {', '.join(names)}{hint}")


def kind(name: str, hooks: "Hooks") -> "type[Panel]":
    """Return the class of the panel that `named` gives; those that packages offer are found too."""
    if name in PANELS:
        module: Any = import_module(f"midimon_live.panels.{PANELS[name][0]}")
        return module.View  # type: ignore[no-any-return]
    return hooks.asked("midimon_panels")[name]  # type: ignore[no-any-return]
