"""Changes that wait for a beat or bar: their plugins are built aside already, and land on it.

What waits is as a cell that has not ended yet: nothing of it is in force, a later run of the same
cell takes its place, and what a later change has said meanwhile counts.
"""

import sys
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial

from midimon_live.actions import Action, PluginAction
from midimon_live.actions.base import walk
from midimon_live.boundaries import Span
from midimon_live.changes import Change, MappingHandle, WantedMapping
from midimon_live.committer import Committer, Prepared
from midimon_live.mappings import Mapping, Origin
from midimon_live.monitor import Monitor
from midimon_live.plugin.version import Kind, Version
from midimon_live.show import counted
from midimon_live.tempo import Tempo
from midimon_live.timers import Timer

_AGAIN_S = 0.001


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A change that waits, to be looked at.

    Attributes:
        about: what it is: the cell, "In [5]", or "2 mappings".
        boundary: for which it waits: "bar", "2 beats".
        mappings: those that it brings; their numbers are 0, for they have none yet.
        removed: the numbers of those that it takes out by their handles.
    """

    about: str
    boundary: str
    mappings: tuple[Mapping, ...]
    removed: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.about}, for the next {self.boundary}: " + (
            "; ".join(map(str, self.mappings)) or "no mappings"
        )

    def __repr__(self) -> str:
        return f"<{self}>"


@dataclass(eq=False, slots=True)
class _Held:
    """A change that waits.

    Attributes:
        prepared: it, with its plugins.
        about: what it is, in words.
        span: for which boundary.
        context: where what there is to say goes: its cell.
        timer: lands it.
    """

    prepared: Prepared
    about: str
    span: Span
    context: Context = field(default_factory=copy_context)
    timer: Timer | None = None

    @property
    def cell(self) -> str | None:
        return _cell(self.prepared.change.origin)


class WaitingChanges:
    """Brings changes into force, now or on the beat. Any thread may call.

    Args:
        committer: builds aside, and swaps.
        tempo: tells when the boundary is.
        monitor: takes notices.
        later: does a job in so many seconds, between two events.
    """

    def __init__(
        self,
        committer: Committer,
        tempo: Tempo,
        monitor: Monitor,
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._committer = committer
        self._tempo = tempo
        self._monitor = monitor
        self._later = later
        self._held: list[_Held] = []

    def commit(self, change: Change, span: Span | None = None) -> list[str]:
        """Bring a change into force at the next boundary; now without one, and without a clock.

        Either way its plugins are built and initialised now, and what is wrong shows now.

        Returns:
            Remarks: what took the place of what, or for what it waits.

        Raises:
            LoadError, InvalidValue: it can not be brought into force; nothing was changed.
        """
        with self._committer.lock:
            earlier = [one for one in self._held if _same_cell(one, change.origin)]
            prepared = self._prepare(change, earlier)
            waits = span is not None and self._committer.differs(prepared)
            if span is not None and waits and self._tempo.runs():
                self._drop(earlier, prepared)
                return self._hold(prepared, span)
            try:
                said = self._apply(prepared, self._held)
            finally:
                self._drop(earlier, prepared)
            how = self._tempo.how_to_have_one() if waits else ""
            return [*said, how] if how else said

    def remove(self, handle: MappingHandle) -> None:
        """Take a mapping out that waits; for another one this does nothing."""
        with self._committer.lock:
            for one in self._held:
                self._leave_out(one, lambda wanted, _action: wanted.handle is handle)

    def waits(self) -> int:
        """Return how many changes wait."""
        return len(self._held)

    def held(self) -> list[WaitingChange]:
        """Return what waits, the one that began first first."""
        return [_seen(one) for one in list(self._held)]

    def call_off(self, number: int) -> list[str]:
        """Let go of the newest changes that wait; returns what they were, the newest first."""
        with self._committer.lock:
            gone = self._held[::-1][:number]
            for one in gone:
                self._let_go(one, set(one.prepared.staged), "it was undone before its time")
            return [f"{one.about}, which was waiting for the next {one.span}" for one in gone]

    def call_off_plugin(self, name: str, *, mappings: bool = False) -> bool:
        """Let go of what waits of a plugin, for the user has decided otherwise since.

        Args:
            name: the plugin's.
            mappings: whether those that fire it go too.

        Returns:
            Whether there was any.
        """
        with self._committer.lock:
            found = False
            for one in self._held:
                found |= name in one.prepared.staged
                one.prepared.spared.add(name)
                self._shut_down(one, {name}, "another version was put in its place")
                if mappings:
                    self._leave_out(one, lambda _wanted, action: name in _names([action]))
            return found

    def close(self) -> None:
        """Shut down all that waits; nothing of it comes into force any more."""
        held, self._held = self._held, []
        for one in held:
            if one.timer is not None:
                one.timer.cancel()
            self._committer.discard(one.prepared, "the session ended before it came into force")

    def _prepare(self, change: Change, earlier: list[_Held]) -> Prepared:
        """Have a change built; with an instance that waits already it goes on."""
        instances = {
            name: version
            for one in earlier
            for name, version in one.prepared.staged.items()
            if version.definition.kind is Kind.INSTANCE
        }
        taken = {name for one in self._held if one not in earlier for name in one.prepared.staged}
        prepared = self._committer.prepare(change, instances, taken)
        kept = {one.subject for name, one in instances.items() if name in prepared.staged}
        for one in earlier:
            staged = one.prepared.staged
            for wanted, action in _pairs(one.prepared):
                if wanted.owner in kept:  # what it has mapped when it began
                    prepared.change.mappings.append(wanted)
                    prepared.actions.append(action)
                    names = _names([action]) & staged.keys()
                    prepared.staged.update({name: staged[name] for name in names})
        return prepared

    def _hold(self, prepared: Prepared, span: Span) -> list[str]:
        change = prepared.change
        what = counted(len(change.mappings), "mapping")
        held = _Held(prepared, what if change.origin is None else change.origin.label, span)
        self._held.append(held)
        held.timer = self._tempo.at(span, partial(self._land, held), held.about)
        return [f"it comes into force at the next {span}, {self._tempo.when(held.timer)}"]

    def _land(self, held: _Held) -> None:
        """Bring what has waited into force; the engine calls, and must not wait."""
        lock = self._committer.lock
        if not lock.acquire(blocking=False):  # another change is being built just now
            self._later(_AGAIN_S, partial(self._land, held))
            return
        try:
            if held not in self._held:
                return
            older = self._held[: self._held.index(held)]
            self._held.remove(held)
            said, where = self._apply(held.prepared, older), sys.stdout
        except Exception as error:
            said, where = [f"{held.about} is not in force: {error}"], sys.stderr
            self._monitor.counters["changes refused"] += 1
            self._monitor.notice(said[0])
        finally:
            lock.release()
        for line in said:
            held.context.run(print, line, file=where)

    def _apply(self, prepared: Prepared, older: list[_Held]) -> list[str]:
        """Bring a change into force, and leave out of what has waited longer what it says anew."""
        change, names = prepared.change, set(prepared.staged)
        said = {_place(one) for one in change.mappings if not one.all}
        gone = [handle for handle in change.removals if handle.mapping is None]
        remarks = self._committer.apply(prepared)
        for one in older:
            self._leave_out(
                one,
                lambda wanted, _action: (
                    wanted.handle in gone or (not wanted.all and _place(wanted) in said)
                ),
            )
            self._shut_down(one, names, "a newer one is in force")
        return remarks

    def _leave_out(self, held: _Held, unwanted: Callable[[WantedMapping, Action], bool]) -> None:
        """Take mappings out of what waits, with the plugins that nothing of it fires any more."""
        prepared = held.prepared
        kept = [pair for pair in _pairs(prepared) if not unwanted(*pair)]
        if len(kept) == len(prepared.actions):
            return
        prepared.change.mappings[:] = [wanted for wanted, _ in kept]
        prepared.actions[:] = [action for _, action in kept]
        unused = prepared.staged.keys() - _names(prepared.actions)
        mapped_only = {name for name in unused if _needs_mapping(prepared.staged[name])}
        self._shut_down(held, mapped_only, "its mapping was taken out before it came into force")

    def _drop(self, earlier: list[_Held], heir: Prepared) -> None:
        """Let go of what earlier runs of a cell have left waiting, but for what goes on."""
        kept = list(heir.staged.values())
        for one in earlier:
            names = {name for name, version in one.prepared.staged.items() if version not in kept}
            self._let_go(one, names, "its cell was run again before it came into force")

    def _let_go(self, held: _Held, names: AbstractSet[str], why: str) -> None:
        """Have a change wait no longer, and shut down some of its plugins."""
        self._held = [one for one in self._held if one is not held]
        if held.timer is not None:
            held.timer.cancel()
        self._shut_down(held, names, why)

    def _shut_down(self, held: _Held, names: AbstractSet[str], why: str) -> None:
        """Shut down plugins that wait, with what they have mapped and what was decided of them."""
        staged, decisions = held.prepared.staged, held.prepared.change.decisions
        gone = {name: staged.pop(name) for name in list(staged) if name in names}
        for name in decisions.keys() & gone.keys():
            decisions[name].clear()
        if gone:
            self._committer.discard(Prepared(held.prepared.change, staged=gone), why)
            subjects = {version.subject for version in gone.values()}
            self._leave_out(held, lambda wanted, _action: wanted.owner in subjects)


def _seen(held: _Held) -> WaitingChange:
    change = held.prepared.change
    pairs = list(zip(change.mappings, held.prepared.actions, strict=False))  # it may change now
    made = (
        Mapping(0, one.trigger, action, one.mode, one.name or "", one.all, one.port, change.origin)
        for one, action in pairs
    )
    gone = [one.mapping.number for one in change.removals if one.mapping is not None]
    return WaitingChange(held.about, str(held.span), tuple(made), tuple(gone))


def _pairs(prepared: Prepared) -> list[tuple[WantedMapping, Action]]:
    return list(zip(prepared.change.mappings, prepared.actions, strict=True))


def _names(actions: Iterable[Action]) -> set[str]:
    """Return the names of the plugins that actions execute."""
    parts = (part for action in actions for part in walk(action))
    return {str(one.plugin) for one in parts if isinstance(one, PluginAction)}


def _place(wanted: WantedMapping) -> tuple[object, str | None, str | None]:
    return wanted.trigger, wanted.mode, wanted.port


def _cell(origin: Origin | None) -> str | None:
    return None if origin is None else origin.cell


def _same_cell(held: _Held, origin: Origin | None) -> bool:
    """Tell whether an earlier run of a cell has asked for what waits."""
    mine = held.prepared.change.origin
    if mine is None or origin is None or held.cell is None:
        return False
    return held.cell == origin.cell and mine.run != origin.run


def _needs_mapping(version: Version) -> bool:
    return version.definition.kind in (Kind.INSTANCE, Kind.FUNCTION)
