"""How all that a change wants comes into force at once, or not at all.

Building and initialising plugins happens aside. Only when all of it worked are the plugin table and
the mapping table replaced, between two events. What the same cell made before goes.
"""

from collections.abc import Callable, Collection, Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from itertools import count
from types import MappingProxyType

from midimon_live.actions import Action
from midimon_live.changes import Change, WantedMapping
from midimon_live.definitions import Definitions
from midimon_live.inline import Inline
from midimon_live.mappings import Mapping, MappingTable, Origin
from midimon_live.modes import Modes
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.version import Definition, Version
from midimon_live.replaced import outdated, remarks, rewired, unused

_SWEEP_S = 1.0
_DEEPEST = 10


@dataclass(slots=True)
class Prepared:
    """A change whose plugins are built and initialised, and that can come into force.

    Attributes:
        change: what is wanted.
        actions: of its mappings, with the names of plugins in them.
        staged: the new versions.
        remarks: what the user may not expect, a line each.
        spared: names of plugins that stay though it does not have them any more.
    """

    change: Change
    actions: list[Action] = field(default_factory=list)
    staged: dict[str, Version] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    spared: set[str] = field(default_factory=set)


class Committer:
    """Brings changes into force.

    Args:
        plugins: builds and swaps plugins.
        modes: gets the new mapping table.
        pump: keeps events waiting meanwhile.
        in_use: returns the names of the plugins that gestures and actions under way may still need.
        later: does a job in so many seconds, between two events.
        now: tells the moment.

    Attributes:
        swap_s: for how long the last change kept events waiting, in seconds.
        lock: held by the one who changes something, so that changes come one after another.
        changed: called when something has come into force.
    """

    def __init__(
        self,
        plugins: PluginManager,
        modes: Modes,
        pump: Inline,
        in_use: Callable[[], set[str]],
        later: Callable[[float, Callable[[], None]], object],
        now: Callable[[], float],
    ) -> None:
        self._plugins = plugins
        self._modes = modes
        self._pump = pump
        self._in_use = in_use
        self._later = later
        self._now = now
        self.swap_s = 0.0
        self._numbers = count(1)
        self._modes_of: dict[str, frozenset[str]] = {}
        self.lock = plugins.lock
        self.changed: Callable[[Origin | None, str], None] = lambda _origin, _label: None
        plugins.rollback.in_force = self

    def commit(self, change: Change) -> list[str]:
        """Bring `change` into force, whole.

        Returns:
            Remarks for the user: what took the place of what.

        Raises:
            LoadError: a plugin could not be built or initialised; nothing was changed.
            InvalidValue: a mapping names a plugin that does not exist; nothing was changed.
        """
        with self.lock:
            return self.apply(self.prepare(change))

    def put(self, definition: Definition, label: str = "", *, proven: bool = False) -> None:
        """Bring one plugin into force; raises LoadError, and nothing was changed then.

        Args:
            definition: of it.
            label: what to call that where it is undone.
            proven: whether it has been in force before, so that it need not be tried.
        """
        with self.lock:
            staged = self._plugins.stage([definition], [definition.name] if proven else ())
            self.apply(self._with_mapped(Prepared(Change(label=label), staged=staged)))

    def take_out(self, name: str) -> None:
        """Take a plugin out, with what it has mapped."""
        with self.lock:
            self.apply(Prepared(Change()), out=[name])

    def prepare(
        self,
        change: Change,
        waiting: AnyMapping[str, Version] = MappingProxyType({}),
        taken: Collection[str] = (),
    ) -> Prepared:
        """Build and initialise what a change needs, aside; `apply` or `discard` has to follow.

        Args:
            change: what is wanted.
            waiting: instances that an earlier run of its cell has had prepared, to be gone on with.
            taken: names that others will have.

        Raises:
            LoadError, InvalidValue: as for `commit`.
        """
        live = {**self._plugins.definitions(), **_definitions(waiting)}
        wanted = Definitions(live, change.origin, taken)
        actions = [one.action.replaced(wanted.named) for one in change.mappings]
        for cls in change.classes:
            wanted.add_class(cls)
        if not change.lenient:
            wanted.check_names(self._plugins.unknown)
        edited = [one for one in change.definitions if one.name not in wanted.new]
        untried = rewired(self._modes.table, change, actions, wanted.new)
        staged = self._plugins.stage([*wanted.new.values(), *edited], untried)
        kept = waiting.keys() & set(wanted.mentioned) - staged.keys()
        staged.update({name: waiting[name] for name in kept})
        return self._with_mapped(Prepared(change, actions, staged, wanted.remarks))

    def differs(self, prepared: Prepared) -> bool:
        """Tell whether a change would change anything: a cell that only prints does not."""
        change = prepared.change
        if prepared.staged or change.mappings or change.removals or change.modes:
            return True
        cell = change.origin.cell if change.origin is not None else None
        made = [one.origin for one in (*self._modes.table, *self._plugins.definitions().values())]
        return cell is not None and (
            bool(self._modes_of.get(cell))
            or any(one is not None and one.cell == cell for one in made)
        )

    def discard(self, prepared: Prepared, why: str) -> None:
        """Shut down what was prepared and is not wanted any more."""
        self._plugins.drop(prepared.staged, why)

    def apply(self, prepared: Prepared, out: Collection[str] = ()) -> list[str]:
        """Bring what was prepared into force, between two events; `lock` has to be held.

        Args:
            prepared: by `prepare`.
            out: names of plugins that go.

        Returns:
            Remarks for the user.

        Raises:
            LoadError: a plugin could not take over the state of the one before; nothing was
                changed.
        """
        change, staged = prepared.change, prepared.staged
        before = self._modes.table
        mappings = [
            self._made(*pair, change.origin)
            for pair in zip(change.mappings, prepared.actions, strict=True)
        ]
        removed = [one.mapping for one in change.removals if one.mapping is not None]
        drop = [*removed, *outdated(before, change, mappings)]
        table, gone = self._next(before, mappings, drop, prepared, out)
        said = self._swap(staged, gone, table, change)
        self._plugins.end_notes({name for one in drop for name in one.plugins} - set(staged))
        self._hand_out(change, mappings)
        if change.origin is not None and change.origin.cell is not None:
            self._modes_of[change.origin.cell] = frozenset(change.modes)
        self._plugins.note_mappings(staged, mappings)
        self.changed(change.origin, change.label)
        if change.lenient:  # the report says it all, with places
            return said
        doubts = [
            f"{one.trigger} -> {one.action}: {line}"
            for one in mappings
            for line in one.doubts(table.modes)
        ]
        said += prepared.remarks + remarks(drop, mappings, change)
        return said + self._refusals(staged) + doubts

    def restore(
        self,
        table: MappingTable,
        definitions: Collection[Definition],
        out: Collection[str],
        also: Callable[[], None],
    ) -> None:
        """Put a table in force as it was, with the plugins that it had.

        Args:
            table: it was in force once.
            definitions: of the plugins that have to be built again.
            out: names of plugins that go.
            also: is done before, and may raise.

        Raises:
            LoadError: a plugin could not be built any more; nothing was changed.
            Exception: whatever `also` raised; nothing was changed.
        """
        with self.lock:
            prepared = Prepared(
                Change(), staged=self._plugins.stage(definitions, [one.name for one in definitions])
            )
            prepared = self._with_mapped(prepared)
            pairs = zip(prepared.change.mappings, prepared.actions, strict=True)
            mappings = [self._made(*pair, None) for pair in pairs]
            staying = {name for name in self._plugins.list_loaded() if name not in out}
            owners = self._plugins.subjects(staying - set(prepared.staged))
            left = [one for one in table if one.owner is not None and one.owner not in owners]
            before = list(self._modes.table)
            try:
                also()
            except BaseException as error:
                self.discard(prepared, str(error))
                raise
            self._swap(prepared.staged, out, table.changed(mappings, left), prepared.change)
            kept = set(self._modes.table)
            ended = {name for one in before if one not in kept for name in one.plugins}
            self._plugins.end_notes(ended - set(prepared.staged))
            self._plugins.note_mappings(prepared.staged, mappings)

    def _swap(
        self,
        staged: dict[str, Version],
        gone: Collection[str],
        table: MappingTable,
        change: Change,
    ) -> list[str]:
        """Put plugins and mappings in force by one assignment each, between two events.

        What was decided with them is in force before the next event too; returns remarks about it.
        """
        replaced = None
        try:
            with self._pump.between_events():
                began = self._now()
                replaced = self._plugins.swap(staged, gone)
                self._modes.use(table)
                if change.enter in table.modes:
                    self._modes.change(change.enter)
                said = change.decide()
                self.swap_s = self._now() - began
        except BaseException as error:
            if replaced is None:  # else they are live, and stay so
                self._plugins.drop(staged, str(error))
            raise
        finally:
            if replaced is not None:
                self._plugins.retirement.retire(replaced)
        return said

    def _with_mapped(self, prepared: Prepared, depth: int = 0) -> Prepared:
        """Add what plugins have mapped in `initialize`: it comes and goes with them."""
        for version in list(prepared.staged.values()):
            drafts, version.subject.drafts = version.subject.drafts, None
            if not drafts:
                continue
            live = {**self._plugins.definitions(), **_definitions(prepared.staged)}
            wanted = Definitions(live, prepared.change.origin)
            try:
                actions = [one.action.replaced(wanted.named) for one in drafts]
                wanted.check_names(self._plugins.unknown)
                new = self._plugins.stage(wanted.new.values()) if depth < _DEEPEST else {}
            except BaseException as error:
                self.discard(prepared, str(error))
                raise
            prepared.change.mappings += drafts
            prepared.actions += actions
            more = self._with_mapped(Prepared(prepared.change, [], new), depth + 1)
            prepared.actions += more.actions
            prepared.staged.update(new)
        return prepared

    def _next(
        self,
        before: MappingTable,
        mappings: list[Mapping],
        drop: list[Mapping],
        prepared: Prepared,
        out: Collection[str],
    ) -> tuple[MappingTable, list[str]]:
        """Return the table that is to be in force, and the plugins that go; adds to `drop`."""
        change, staged = prepared.change, prepared.staged
        needed = {*staged, *prepared.spared}
        live = self._plugins.definitions()
        ended: set[str] = {*staged, *out}
        while True:
            owners = self._plugins.subjects(ended)
            drop += [one for one in before if one.owner in owners and one not in drop]
            table = before.changed(mappings, drop, change.modes, change.forget)
            if left := self._left_modes(change):
                table = table.changed(forget=left)
            kept = {name: one for name, one in live.items() if name not in out}
            gone = [*out, *self._not_needed(unused(kept, table, needed, change.origin))]
            if ended.issuperset(gone):
                same = (before.modes, before.colors) == (table.modes, table.colors)
                return (before if same and not (mappings or drop) else table), gone
            ended.update(gone)

    def _left_modes(self, change: Change) -> set[str]:
        """Return the modes that the cell defined before and nobody defines any more."""
        cell = change.origin.cell if change.origin is not None else None
        if cell is None or change.forget is not None:
            return set()
        others = [modes for one, modes in self._modes_of.items() if one != cell]
        return set(self._modes_of.get(cell, ())).difference(change.modes, *others)

    def _hand_out(self, change: Change, mappings: Iterable[Mapping]) -> None:
        for handle in change.removals:
            handle.mapping = None
        for one, mapping in zip(change.mappings, mappings, strict=True):
            if one.handle is not None:
                one.handle.mapping = mapping

    def _not_needed(self, unused: list[str]) -> list[str]:
        """Leave out what a gesture or an action that has begun may still execute, for now."""
        needed = self._in_use().intersection(unused)
        if needed:
            self._later(_SWEEP_S, self._sweep)
        return [name for name in unused if name not in needed]

    def _sweep(self) -> None:
        """Drop what was needed for longer than its mapping; the engine calls, and must not wait."""
        if not self.lock.acquire(blocking=False):
            self._later(_SWEEP_S, self._sweep)
            return
        try:
            self.apply(Prepared(Change()))
        finally:
            self.lock.release()

    def _refusals(self, staged: dict[str, Version]) -> list[str]:
        """Say at once what would otherwise show only when a pad stays silent."""
        return [
            f"{name} {self._plugins.how_to_allow(version)}"
            for name, version in staged.items()
            if self._plugins.missing(version)
        ]

    def _made(self, wanted: WantedMapping, action: Action, origin: Origin | None) -> Mapping:
        return Mapping(
            number=next(self._numbers),
            trigger=wanted.trigger,
            action=action,
            mode=wanted.mode,
            name=wanted.name or "",
            all=wanted.all,
            port=wanted.port,
            origin=origin,
            owner=wanted.owner,
        )


def _definitions(versions: AnyMapping[str, Version]) -> dict[str, Definition]:
    return {name: version.definition for name, version in versions.items()}
