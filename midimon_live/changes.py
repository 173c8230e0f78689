"""What a cell, or one call outside of a cell, wants to be different: plugins, mappings, modes."""

from collections.abc import Callable
from dataclasses import dataclass, field

from midimon_live.actions import Action
from midimon_live.mappings import Mapping, Origin
from midimon_live.plugin.api import Plugin
from midimon_live.plugin.version import Definition
from midimon_live.triggers import Trigger


class MappingHandle:
    """What `midi.map` returns: the mapping, once its cell has succeeded.

    Attributes:
        mapping: the mapping in force, or None before that.
    """

    def __init__(self, wanted: "WantedMapping", remove: Callable[["MappingHandle"], None]) -> None:
        self._wanted = wanted
        self._remove = remove
        self.mapping: Mapping | None = None

    def remove(self) -> None:
        """Take the mapping out; again is harmless."""
        self._remove(self)

    def __repr__(self) -> str:
        if self.mapping is not None:
            return str(self.mapping)
        return f"{self._wanted.trigger} -> {self._wanted.action}"


@dataclass(eq=False, slots=True)
class WantedMapping:
    """A mapping as asked for.

    Attributes:
        redefines: whether a mapping to an older function of the same name has to go.
        owner: the version of a plugin that made it, as the guard knows it, or None.
    """

    trigger: Trigger
    action: Action
    mode: str | None
    name: str | None
    all: bool
    port: str | None = None
    redefines: bool = False
    handle: MappingHandle | None = None
    owner: object = None


def _nothing() -> list[str]:
    """Decide nothing."""
    return []


@dataclass(slots=True)
class Change:
    """Everything one cell, or one call outside of a cell, wants to be different.

    Attributes:
        origin: the cell; None outside of one.
        classes: plugin classes it defined.
        mappings: mappings it asked for.
        removals: handles of mappings it wants gone.
        modes: modes it defined, with their colours or None.
        over: whether its cell has ended.
        forget: modes that go if nothing is mapped in them any more; None keeps all.
        taken_back: what takes back decisions that were made meanwhile, by what they are about.
        lenient: whether a plugin may be named that does not exist, as a configuration may.
        at: for which boundary it waits, as "bar" or "now"; "" is what the session says.
        apart: whether it is a block of its own, in no cell.
        definitions: new versions of plugins that were edited elsewhere, each under its name.
        label: what to call it where it comes from no cell.
        enter: a mode that it makes, to be entered with it; "" is none.
        decisions: what was decided about plugins that it makes, by their names.
        decide: called when it is in force, before the first event; does what was decided, and
            returns remarks.
    """

    origin: Origin | None = None
    classes: list[type[Plugin]] = field(default_factory=list)
    mappings: list[WantedMapping] = field(default_factory=list)
    removals: list[MappingHandle] = field(default_factory=list)
    modes: dict[str, str | None] = field(default_factory=dict)
    over: bool = False
    forget: tuple[str, ...] | None = None
    taken_back: dict[tuple[str, str], Callable[[], None]] = field(default_factory=dict)
    lenient: bool = False
    at: str = ""
    apart: bool = False
    definitions: list[Definition] = field(default_factory=list)
    label: str = ""
    enter: str = ""
    decisions: dict[str, list[Callable[[], str]]] = field(default_factory=dict)
    decide: Callable[[], list[str]] = _nothing
