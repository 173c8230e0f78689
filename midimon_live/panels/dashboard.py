"""The dashboard: the overview on top, and the other panels behind tabs."""

from typing import TYPE_CHECKING, Any

from ipywidgets import Tab, VBox

from midimon_live.panels import PANELS
from midimon_live.panels.base import with_table

if TYPE_CHECKING:
    from midimon_live.panels.desk import Desk

_ON_TOP = "overview"


class Dashboard(VBox):  # type: ignore[misc]
    """All panels at once; made by `midi.panel()`. Those behind other tabs are not fed.

    Args:
        desk: the session's.

    Attributes:
        panels: the panels in it.
    """

    def __init__(self, desk: "Desk") -> None:
        self._top = desk.panel(_ON_TOP)
        names = [name for name in PANELS if name != _ON_TOP]
        below = [desk.panel(name) for name in names]
        self.panels = [self._top, *below]
        tabs = Tab(
            children=below,
            titles=[PANELS[name][1] for name in names],
        )
        tabs.add_class("mm-tabs")
        super().__init__(children=[self._top, tabs])
        self.add_class("mm-dashboard")
        self._tabs = tabs

    def close(self) -> None:
        """Take it off all screens, not its panels; again is harmless."""
        for one in (self._tabs.layout, self._tabs, self.layout):
            one.close()
        super().close()

    def __repr__(self) -> str:
        return repr(self._top)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return with_table(super()._repr_mimebundle_(**kwargs), self._top.table())
