"""The active mode, and the mapping table in force: both replaced whole, between two events."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from midimon_live.errors import InvalidValue
from midimon_live.mappings import DEFAULT_MODE, Lookup, MappingTable

_LONGEST = 100
_COLOR = re.compile(r"#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|[a-zA-Z]{3,30}")


def check_mode_name(mode: Any) -> str:
    """Return a mode's name; raises InvalidValue when it can not be one."""
    if not isinstance(mode, str) or not mode.strip() or len(mode) > _LONGEST:
        raise InvalidValue(
            f"a mode is called {mode!r:.80}; allowed is text, to {_LONGEST} characters"
        )
    return mode


def check_color(color: Any) -> str | None:
    """Return a colour: "#rgb", "#rrggbb", a name, or None; raises InvalidValue for others."""
    if color is None or (isinstance(color, str) and _COLOR.fullmatch(color)):
        return color
    raise InvalidValue(f'color is {color!r:.80}; allowed are "#rrggbb" and the names of colours')


class _Hold:
    """A mode that is active for as long as something is held."""

    __slots__ = ("before", "mode")

    def __init__(self, before: str, mode: str) -> None:
        self.before = before
        self.mode = mode


class Modes:
    """Which mode is active, and what it maps.

    Attributes:
        table: the mappings in force; never changed in place.
        name: the active mode.
        index: its place among the modes, from 0.
        lookup: the plans of the active mode by `control_key`.
        changed: called with the new mode's name whenever it is another one.
    """

    def __init__(self) -> None:
        self.table = MappingTable()
        self.name = DEFAULT_MODE
        self.index = 0
        self.lookup: Lookup = self.table.lookup(DEFAULT_MODE)
        self.changed: Callable[[str], None] = lambda _name: None
        self._holds: list[_Hold] = []

    def use(self, table: MappingTable) -> None:
        """Put a table in force, from the next event on; any thread may call."""
        self.table = table
        self._enter(self.name if self.name in table.modes else table.modes[0])

    def change(self, mode: str) -> None:
        """Make a mode active, from the next event on; any thread may call.

        Raises:
            InvalidValue: there is none of that name.
        """
        if mode not in self.table.modes:
            known = ", ".join(self.table.modes)
            raise InvalidValue(f"no mode is called {mode!r}; there are: {known}")
        self._enter(mode)

    def hold(self, mode: str) -> Callable[[], None]:
        """Make a mode active and return what ends that, in whatever order holds end.

        The mode before comes back, unless another one was entered meanwhile; where that was by
        another hold, it comes back when that one ends.

        Raises:
            InvalidValue: there is none of that name.
        """
        hold = _Hold(self.name, mode)
        self.change(mode)
        self._holds.append(hold)
        return partial(self._end_hold, hold)

    def _end_hold(self, hold: _Hold) -> None:
        place = self._holds.index(hold)
        later = self._holds[place + 1 :]
        del self._holds[place]
        if not later:
            if self.name == hold.mode:
                modes = self.table.modes  # a file that was replaced meanwhile may have others
                self.change(hold.before if hold.before in modes else modes[0])
        elif later[0].before == hold.mode:
            later[0].before = hold.before

    def _enter(self, mode: str) -> None:
        self.index = self.table.modes.index(mode)
        self.lookup = self.table.lookup(mode)
        before, self.name = self.name, mode
        if mode != before:
            self.changed(mode)
