"""Undo and redo over mappings, modes, grants and plugins: 50 steps, each whole.

A step is what one cell, or one call outside of a cell, has changed. Tables and definitions are
never changed in place, so what is kept of a step is references to them. What waits for a beat or
bar has changed nothing yet: undo calls it off before it takes anything back.
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
from midimon_live.replaced import alike
from midimon_live.show import Table, counted
from midimon_live.versions import same
from midimon_live.waiting import WaitingChanges

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

    def is_like(self, other: "State") -> bool:
        """Tell whether the same is in force: what says the same counts as the same."""
        return (
            self.live.keys() == other.live.keys()
            and all(same(one, other.live[name]) for name, one in self.live.items())
            and self.disabled == other.disabled
            and self.decisions == other.decisions
            and (self.table is other.table or alike(_said(self.table), _said(other.table)))
        )


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
        waiting: has what waits for a beat or bar.
        origin: returns the running cell, or None.
    """

    def __init__(
        self,
        plugins: PluginManager,
        modes: Modes,
        committer: Committer,
        waiting: WaitingChanges,
        origin: Callable[[], Origin | None],
    ) -> None:
        self._plugins = plugins
        self._modes = modes
        self._committer = committer
        self._waiting = waiting
        self._origin = origin
        self._past: deque[_Step] = deque(maxlen=STEPS)
        self._future: list[_Step] = []
        self._run: int | None = None
        self._now = self._state()

    def changed(self, origin: Origin | None = None, label: str = "") -> None:
        """Note that something has changed: a step, or more of the one that its cell has begun.

        Args:
            origin: the cell; None is the one that runs, if any.
            label: what it is called where there is none.
        """
        with self._committer.lock:
            state, before = self._state(), self._now
            self._now = state
            if state.is_like(before):
                return
            self._future.clear()
            origin = origin or self._origin()
            run = origin.run if origin is not None else None
            if run is None or run != self._run or not self._past:
                called = origin.label if origin is not None else label or "a call"
                self._past.append(_Step(before, called))
                self._run = run
            elif self._past[-1].before.is_like(state):  # the cell has taken it all back
                self._past.pop()
                self._run = None

    def undo(self, steps: int = 1) -> Table:
        """Go back; returns what that has changed. What waits for a beat or bar goes first.

        Raises:
            InvalidValue: there are not so many steps, or what was granted can not be kept.
            LoadError: a plugin can not be built any more; nothing was changed.
        """
        with self._committer.lock:
            return self._go(self._past, self._future, steps, "undo", self._waiting.waits())

    def redo(self, steps: int = 1) -> Table:
        """Take back what `undo` did; raises as that does."""
        with self._committer.lock:
            return self._go(self._future, self._past, steps, "redo")

    def clear(self, label: str) -> None:
        """Take everything out, with what was granted for this session; a step like any other.

        Args:
            label: what that is called outside of a cell.
        """
        with self._committer.lock:
            names = self._plugins.list_loaded()
            self._put(State(MappingTable(), {}, frozenset(), self._plugins.grants.decisions()))
            for name in names:
                self._plugins.forget(name)
            self.changed(label=label)

    def _go(self, here: Any, there: Any, steps: int, what: str, waits: int = 0) -> Table:
        """Take steps from here to there, after what waits; `lock` has to be held."""
        if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
            raise InvalidValue(f"{what} takes a number of steps from 1, not {steps!r:.40}")
        most = waits + len(here)
        if most < steps:
            left = f"are {counted(most, 'step')}" if most > 1 else "is 1 step"
            raise InvalidValue(f"there {left if most else 'is nothing'} to {what}")
        moved = [here[-number] for number in range(1, steps - waits + 1)]
        was = self._now
        if moved:
            self._put(moved[-1].before)
        labels = self._waiting.call_off(min(waits, steps))
        now = was
        for step in moved:
            here.pop()
            there.append(_Step(now, step.label))
            now = step.before
        self._now, self._run = self._state(), None
        labels += [one.label for one in moved]
        return self._told(was, f"{what}: {', '.join(labels)}", moved=bool(moved))

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

    def _told(self, was: State, title: str, *, moved: bool) -> Table:
        """Return what is different now."""
        before, after = self._lines(was), self._lines(self._now)
        rows = [("+", one) for one in sorted(after - before)]
        rows += [("-", one) for one in sorted(before - after)]
        remarks = ["the order of mappings or modes"] if moved and not rows else []
        return Table(title, ("", "") if rows else (), rows, remarks)

    def _lines(self, state: State) -> set[str]:
        """Return a state in words."""
        said = {f"mapping {one}" for one in state.table}
        for mode in state.table.modes:
            color = state.table.colors.get(mode)
            said.add(f"mode {mode}, {color}" if color else f"mode {mode}")
        for name, definition in state.live.items():
            number = self._plugins.journal.number(definition)
            said.add(f"plugin {name}, version {number}" if number else f"plugin {name}")
        said |= {f"{name} is disabled" for name in state.disabled}
        return said | self._plugins.grants.in_words(state.decisions)


def _said(table: MappingTable) -> tuple[Any, ...]:
    """Return what a table says, in the order in which it is tried."""
    mappings = sorted(table, key=lambda one: one.place)
    parts = [(one.trigger, one.action, one.mode, one.name, one.all, one.port) for one in mappings]
    return table.modes, dict(table.colors), parts
