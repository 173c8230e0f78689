"""The session's panels: what is looked at and clicked on instead of typed."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from midimon_live.assembly import Assembly
from midimon_live.follows import Follows

if TYPE_CHECKING:  # what panels need is loaded when the first is asked for
    from midimon_live.panels.dashboard import Dashboard
    from midimon_live.panels.desk import Desk


class Screens(Follows):
    """What a session shows in a browser. Any thread may call anything."""

    def use_screens(self, parts: Assembly, shell: Any, *, threads: bool) -> None:
        """Be ready to show panels."""
        self._of_screens = parts, shell, threads

    @cached_property
    def _desk(self) -> "Desk":
        """What the panels of this session share."""
        from midimon_live.panels.desk import Desk

        parts, shell, threads = self._of_screens
        return Desk(self, parts, shell, threads=threads)  # type: ignore[arg-type]

    def panel(self, name: str | None = None) -> "Dashboard | Any":
        """Return a panel to be shown: the last line of a cell, as `midi.panel("stats")`.

        Asked for again, it is the same panel, and what is set in it stays.

        Args:
            name: "overview", "pads", "monitor", "mappings", "plugins", "grants", "stats", "web",
                "keep", in any case, or one that a package offers; without, all of them, with tabs.

        Raises:
            InvalidValue: there is none of that name.
        """
        self._check_open()
        if name is not None:
            return self._desk.panel(name)
        return self._desk.dashboard()

    def web(self) -> Any:
        """Return the panel that connects controllers at the browser, by Web MIDI."""
        return self.panel("web")

    def close_screens(self) -> None:
        """Take all panels off the screens; again is harmless."""
        if "_desk" in vars(self):
            self._desk.close()
