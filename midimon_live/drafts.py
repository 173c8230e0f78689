"""What the running cell has asked for so far, brought into force at its end.

Outside of a cell, and inside a handler, what is asked for comes into force at once. Either may wait
for a beat or bar.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from midimon_live.actions import PluginAction, function_name, is_plugin_class, walk
from midimon_live.boundaries import span_of
from midimon_live.changes import Change, MappingHandle, WantedMapping
from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.mappings import Mapping, Origin
from midimon_live.plugin.api import Plugin, defined
from midimon_live.plugin.guard.subject import acting
from midimon_live.plugin.version import Definition
from midimon_live.running import Running
from midimon_live.waiting import WaitingChanges

# follows the code of a cell, also across `await`; a handler that runs meanwhile has a context of
# its own, in which this is empty or over
_cell_change: ContextVar[tuple["Drafts", Change] | None] = ContextVar(
    "midimon_live_cell", default=None
)
# the change whose decisions are done just now
_deciding: ContextVar[Change | None] = ContextVar("midimon_live_deciding", default=None)


class Drafts:
    """The changes that open cells have collected. Any thread may call.

    Args:
        waiting: brings them into force, now or on the beat.
        running: tells whether the caller is a handler.

    Attributes:
        at: for which boundary cells wait that do not say so themselves, as "bar" or "now".
    """

    def __init__(self, waiting: WaitingChanges, running: Running) -> None:
        self._waiting = waiting
        self.at = "now"
        self._running = running
        self._open: dict[int, Change] = {}
        self._ending: Origin | None = None
        self._decisions: dict[str, dict[tuple[str, str], Callable[[], None]]] = {}

    def begin(self, change: Change) -> None:
        """Collect what the running cell does to plugins and mappings, until `end`."""
        self._open[threading.get_ident()] = change
        _cell_change.set((self, change))

    def end(self, *, commit: bool, classes: Sequence[type[Plugin]] = ()) -> list[str]:
        """Bring into force what was collected since `begin`, or forget it.

        Args:
            commit: which of the two.
            classes: plugin classes that were defined meanwhile.

        Returns:
            Remarks: what took the place of what.

        Raises:
            LoadError, InvalidValue: it could not be; nothing was changed.
        """
        change = self._open.pop(threading.get_ident(), None)
        if change is None:
            return []
        change.over = True
        self._ending = change.origin
        try:
            return self._end(change, classes, commit=commit)
        finally:
            self._ending = None

    def _end(self, change: Change, classes: Sequence[type[Plugin]], *, commit: bool) -> list[str]:
        if commit:
            change.classes.extend(classes)
            try:
                remarks = self._waiting.commit(change, span_of(change.at or self.at))
            except BaseException:
                _take_back(change.taken_back)
                raise
            return remarks + self._replace_decisions(change, change.decisions)
        _take_back(change.taken_back)
        return []

    def decide_later(
        self, plugin: str, live: Definition | None, decision: Callable[[], str]
    ) -> str:
        """Note what is decided about a plugin that the running cell defines.

        Args:
            plugin: its name.
            live: what defines it now, if anything.
            decision: done when the cell has come into force; returns a remark, or "".

        Returns:
            When that is, in words; "" where the cell does not define it, and nothing was noted.
        """
        change = self._current()
        if change is None or not _defines(change, plugin, live):
            return ""
        change.decisions.setdefault(plugin, []).append(decision)
        change.decide = partial(self._decide, change)
        return self._when(change)

    def enter(self, mode: str, known: Collection[str]) -> bool:
        """Have a mode entered with the running cell, which makes it; False where it does not.

        Args:
            mode: its name.
            known: the modes that there are.
        """
        change = self._current()
        if change is None:
            return False
        made = (*change.modes, *(one.mode for one in change.mappings if one.mode is not None))
        later = mode not in known and mode in made
        change.enter = mode if later else ""  # the last one that the cell enters counts
        return later

    def _when(self, change: Change) -> str:
        waits = span_of(change.at or self.at) is not None
        return "when this cell comes into force" if waits else "when this cell has ended"

    def _decide(self, change: Change) -> list[str]:
        """Do what a cell has decided about its own plugins; returns what there is to say."""
        before, self._ending = self._ending, change.origin
        try:
            said = self._decide_now(change)
            if self._current() is None:  # the cell has said all that it will
                said += self._replace_decisions(change, change.decisions)
        finally:
            self._ending = before
        return [line for line in said if line]

    def _decide_now(self, change: Change) -> list[str]:
        """Do what is decided, as said by the cell of a change."""
        said = []
        token = _deciding.set(change)
        try:
            done = {name: some for name, some in change.decisions.items() if some}
            for decision in [one for some in done.values() for one in some]:
                try:
                    said.append(decision())
                except Exception as error:
                    said.append(str(error))
            for name in done:
                del change.decisions[name]
        finally:
            _deciding.reset(token)
        return said

    def decided(self, about: tuple[str, str], take_back: Callable[[], None]) -> None:
        """Note what the running cell decided about a plugin: a grant, or whether it may run.

        It is taken back when the cell fails, and when it is run again and does not say so any more.
        """
        change = _deciding.get() or self._current()
        if change is not None:
            change.taken_back.setdefault(about, take_back)

    @property
    def origin(self) -> Origin | None:
        """The running cell, or the one that ends just now."""
        change = self._current()
        return self._ending if change is None else change.origin

    def _replace_decisions(self, change: Change, spared: Collection[str]) -> list[str]:
        """Take back what an earlier run of the cell decided and this one did not.

        What is to be decided yet about the plugins of `spared` is not known, so all stays.
        """
        cell = change.origin.cell if change.origin is not None else None
        if cell is None:
            return []
        before = self._decisions.pop(cell, {})
        left = {
            about: one
            for about, one in before.items()
            if about not in change.taken_back and about[0] not in spared
        }
        kept = {**change.taken_back, **{one: before[one] for one in before if one not in left}}
        if kept:
            self._decisions[cell] = kept
        return _take_back(left)

    @contextmanager
    def apart(self, change: Change) -> Iterator[None]:
        """Collect into another change meanwhile, also in the middle of a cell, until `end`."""
        here = threading.get_ident()
        others = self._open.pop(here, None)
        token = _cell_change.set((self, change))
        self._open[here] = change
        try:
            yield
        finally:
            change.over = True
            self._open.pop(here, None)
            if others is not None:
                self._open[here] = others
            _cell_change.reset(token)

    def start_over(self) -> None:
        """Forget what the running cell has said so far, and what cells have decided."""
        self._decisions.clear()
        change = self._current()
        if change is not None:
            parts = (change.mappings, change.removals, change.classes, change.modes)
            for part in (*parts, change.taken_back, change.decisions):
                part.clear()
            change.enter = change.at = ""
            defined.clear()

    def wait(self, at: str) -> bool:
        """Let the running cell come into force at a boundary; False outside of a cell."""
        change = self._current()
        if change is not None:
            change.at = at
        return change is not None

    @contextmanager
    def block(self, at: str) -> Iterator[None]:
        """Let what is asked for inside come into force at a boundary; in a cell, all of the cell.

        Raises:
            LoadError, InvalidValue: at its end: it can not be; nothing was changed.
        """
        if self.wait(at):
            yield
            return
        change = Change(at=at, apart=True)
        token = _cell_change.set((self, change))
        try:
            yield
        finally:
            change.over = True
            _cell_change.reset(token)
        self._waiting.commit(change, span_of(at))

    def activate(self, plugin: type[Plugin] | None) -> list[str]:
        """Make a plugin class live now, or, without one, all that the cell has said so far.

        Returns:
            Remarks: what took the place of what.

        Raises:
            LoadError: it could not be built or initialised; nothing was changed.
            InvalidValue: it is no plugin class.
        """
        change = self._current()
        if plugin is not None:
            if not is_plugin_class(plugin):
                raise InvalidValue(f"{plugin!r:.80} is no plugin class")
            origin = change.origin if change is not None else None
            return self._waiting.commit(Change(origin, classes=[plugin]))
        if change is None:
            return []
        self.begin(Change(change.origin, taken_back=change.taken_back))
        change.over = True
        return self._waiting.commit(change)

    def map(self, wanted: WantedMapping) -> MappingHandle:
        """Add a mapping."""
        handle = wanted.handle = MappingHandle(wanted, self.remove)
        owner = wanted.owner = acting.get()
        if owner is not None and owner.drafts is not None:  # it comes into force with its owner
            owner.drafts.append(wanted)
            return handle
        change = self._current()
        if change is None:
            self._waiting.commit(Change(mappings=[wanted]))
        else:
            change.mappings.append(wanted)
        return handle

    @property
    def collecting(self) -> bool:
        """Whether a cell is open in the calling thread."""
        return threading.get_ident() in self._open

    @property
    def waiting(self) -> int:
        """How many mappings the running cell has asked for, in force when it has ended."""
        change = self._current()
        return 0 if change is None else len(change.mappings)

    @property
    def open(self) -> bool:
        """Whether a cell runs that has not said all yet."""
        return self._current() is not None

    def remove(self, handle: MappingHandle) -> None:
        """Take a mapping out; again is harmless."""
        change = self._current()
        if change is not None:
            change.mappings = [one for one in change.mappings if one.handle is not handle]
            change.removals.append(handle)
        elif handle.mapping is not None:
            self._waiting.commit(Change(removals=[handle]))
        else:
            self._waiting.remove(handle)

    def unmap(self, mapping: Mapping) -> None:
        """Take a mapping in force out, with the running cell where one runs."""
        wanted = WantedMapping(
            mapping.trigger, mapping.action, mapping.mode, mapping.name, mapping.all, mapping.port
        )
        handle = MappingHandle(wanted, self.remove)
        handle.mapping = mapping
        change = self._current()
        if change is not None:
            change.removals.append(handle)
        else:
            self._waiting.commit(Change(removals=[handle], label=f"unmap {mapping.number}"))

    def define_mode(self, mode: str, color: str | None) -> None:
        """Let a mode exist, with its colour or None."""
        change = self._current()
        if change is None:
            self._waiting.commit(Change(modes={mode: color}))
        else:
            change.modes[mode] = color

    def _current(self) -> Change | None:
        """Return what the running cell has said so far; None outside of one, and in a handler."""
        owner, change = _cell_change.get() or (None, None)
        if change is None or change.over or owner is not self:
            return None  # another session's cell is no cell of this one's
        return None if self._running.here() and not change.apart else change


def _defines(change: Change, plugin: str, live: Definition | None) -> bool:
    """Tell whether a cell defines a plugin of some name, other than what is live under it."""
    parts = (part for one in change.mappings for part in walk(one.action))
    mapped: list[Any] = [one.plugin for one in parts if isinstance(one, PluginAction)]
    classes = [one for one in list(defined) if one.__module__ == "__main__"]
    sources = [one for one in (*classes, *mapped) if live is None or one is not live.source]
    return any(_name(one) == plugin for one in sources)


def _name(source: Any) -> str:
    """Return how mappings will call a plugin; "" for what is only named."""
    if isinstance(source, str):
        return ""
    if is_plugin_class(source) or isinstance(source, Plugin):
        return str(source.name)
    return function_name(source)[0]


def _take_back(decisions: AnyMapping[tuple[str, str], Callable[[], None]]) -> list[str]:
    """Take decisions back, the last first; returns what that were, a line each."""
    said = []
    for (plugin, what), take_back in reversed(list(decisions.items())):
        try:
            take_back()
        except MidimonError as error:
            said.append(f"{plugin}: {what} is not taken back: {error}")
        else:
            said.append(f"{plugin}: {what} is as it was before this cell")
    return said
