"""Undo and redo over mappings, modes, grants and plugins: 50 steps, each whole.

A step is what one cell, or one call outside of a cell, has changed. Tables and definitions are
never changed in place, so what is kept of a step is references to them.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from midimon_live.committer import Committer
from midimon_live.errors import InvalidValue
from midimon_live.mappings import MappingTable, Origin
from midimon_live.modes import Modes
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.version import Definition
from midimon_live.show import Table, counted
from midimon_live.versions import same

STEPS = 50


@dataclass(frozen=True, slots=True)
class State:
    """What is in force at one moment.

    Attributes:
        table: the mappings and modes.
        live: what defines each plugin.
        disabled: the plugins that do not run.
        decisions: what was granted and refused, by plugin.
    """

    table: MappingTable
    live: Mapping[str, Definition]
    disabled: frozenset[str]
    decisions: Mapping[str, Any]

    def lines(self) -> set[str]:
        """Return all of it in words, for what has changed from one state to another."""
        said = {f"mapping {one}" for one in self.table}
        said |= {f"mode {one}" for one in self.table.modes}
        said |= {f"plugin {name}" for name in self.live}
        said |= {f"{name} is disabled" for name in self.disabled}
        return said


@dataclass(slots=True)
class _Step:
    before: State
    label: str


class Undo:
    """The last 50 steps. Any thread may call.

    Args:
        plugins: has the plugins, and what they may do.
        modes: has the mappings.
        committer: brings states into force.
        origin: returns the running cell, or None.
    """

    def __init__(
        self,
        plugins: PluginManager,
        modes: Modes,
        committer: Committer,
        origin: Callable[[], Origin | None],
    ) -> None:
        self._plugins = plugins
        self._modes = modes
        self._committer = committer
        self._origin = origin
        self._past: deque[_Step] = deque(maxlen=STEPS)
        self._future: list[_Step] = []
        self._run: int | None = None
        self._now = self._state()

    def changed(self, origin: Origin | None = None) -> None:
        """Note that something has changed: a step, or more of the one that its cell has begun."""
        with self._committer.lock:
            state, before = self._state(), self._now
            if state == before:
                return
            self._now = state
            self._future.clear()
            origin = origin or self._origin()
            run = origin.run if origin is not None else None
            if run is None or run != self._run or not self._past:
                self._past.append(_Step(before, origin.label if origin is not None else "a call"))
                self._run = run
            elif self._past[-1].before == state:  # the cell has taken it all back
                self._past.pop()
                self._run = None

    def undo(self, steps: int = 1) -> Table:
        """Go back; returns what that has changed.

        Raises:
            InvalidValue: there are not so many steps, or what was granted can not be kept.
            LoadError: a plugin can not be built any more; nothing was changed.
        """
        return self._go(self._past, self._future, steps, "undo")

    def redo(self, steps: int = 1) -> Table:
        """Take back what `undo` did; raises as that does."""
        return self._go(self._future, self._past, steps, "redo")

    def _go(self, here: Any, there: Any, steps: int, what: str) -> Table:
        if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
            raise InvalidValue(f"{what} takes a number of steps from 1, not {steps!r:.40}")
        with self._committer.lock:
            if len(here) < steps:
                left = counted(len(here), "step") if here else "nothing"
                raise InvalidValue(f"there is {left} to {what}")
            moved = [here[-number] for number in range(1, steps + 1)]
            was = self._now
            self._put(moved[-1].before)
            now = was
            for step in moved:
                here.pop()
                there.append(_Step(now, step.label))
                now = step.before
            self._now, self._run = self._state(), None
            return _told(was, self._now, what, [one.label for one in moved])

    def _put(self, state: State) -> None:
        """Bring a state into force, whole."""
        live = self._plugins.definitions()
        wanted = [
            one if one.anew is None else one.anew()
            for name, one in state.live.items()
            if not same(live.get(name), one)
        ]
        out = [name for name in live if name not in state.live]
        before = self._state()

        def decide() -> None:
            try:
                self._plugins.reinstate(state.disabled, state.decisions)
            except BaseException:
                self._plugins.reinstate(before.disabled, before.decisions)
                raise

        self._committer.restore(state.table, wanted, out, decide)
        self._plugins.refresh()

    def _state(self) -> State:
        plugins = self._plugins
        return State(
            self._modes.table,
            plugins.definitions(),
            plugins.disabled(),
            plugins.grants.decisions(),
        )


def _told(was: State, now: State, what: str, labels: list[str]) -> Table:
    before, after = was.lines(), now.lines()
    rows = [("+", one) for one in sorted(after - before)]
    rows += [("-", one) for one in sorted(before - after)]
    remarks = [] if rows else ["other versions of plugins, or what they are granted"]
    return Table(f"{what}: {', '.join(labels)}", ("", "") if rows else (), rows, remarks)
