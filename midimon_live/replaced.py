"""What goes with a change: what the same cell made before, and what nothing fires any more."""

from collections.abc import Iterable, Sequence
from typing import Any

from midimon_live.actions import Action, PluginAction, function_name, walk
from midimon_live.changes import Change
from midimon_live.mappings import Mapping, MappingTable, Origin
from midimon_live.plugin.version import Definition, Kind


def outdated(table: MappingTable, change: Change, new: list[Mapping]) -> list[Mapping]:
    """Return what the same cell made before, and what a newer cell's mappings take the place of."""
    origin = change.origin
    redefined = {
        mapping.plugin
        for wanted, mapping in zip(change.mappings, new, strict=True)
        if wanted.redefines
        and isinstance(wanted.action, PluginAction)
        and function_name(wanted.action.plugin)[1]
    }
    if origin is None:
        return [one for one in table if redefined.intersection(one.plugins)]
    before = [one for one in table if one.origin is None or one.origin.run != origin.run]
    heard: dict[Any, list[Mapping]] = {}
    for one in new:
        heard.setdefault((one.trigger, one.mode, one.port), []).append(one)
    return [
        one
        for one in before
        if (origin.cell and _cell(one) == origin.cell)
        or _taken(one, heard.get((one.trigger, one.mode, one.port), ()))
        or (one.origin is not None and redefined.intersection(one.plugins))
    ]


def alike(one: object, other: object) -> bool:
    """Tell whether two things are equal; no, where they can not be compared, as some params.

    An array has no one answer to `==`, and an object of the user's may raise anything.
    """
    if one is other:
        return True
    try:
        return bool(one == other)
    except Exception:
        return False


def _taken(old: Mapping, new: Sequence[Mapping]) -> bool:
    """Tell whether a mapping of another cell goes because of those on the same trigger now.

    Alone, it does; one of several (`all`), one that no cell made, and one of the configuration only
    if it is there again.
    """
    return any(
        (one.all == old.all and alike(one.action, old.action))
        or not (one.all or old.all or old.origin is None or one.of_file != old.of_file)
        for one in new
    )


def _cell(mapping: Mapping) -> str | None:
    return mapping.origin.cell if mapping.origin else None


def rewired(
    table: MappingTable, change: Change, actions: Sequence[Action], names: Iterable[str]
) -> set[str]:
    """Return the plugins that a change maps otherwise than before: to other triggers, or params.

    What reached such a plugin last is not what will reach it now. Before is what the same cell has
    mapped; where it has not, because the plugin was in another one so far, what all have.
    """
    cell = change.origin.cell if change.origin is not None else None
    mine = [one for one in table if cell is None or _cell(one) == cell]
    found = set()
    for name in names:
        new = [
            (wanted.trigger, wanted.mode, wanted.port, params)
            for wanted, action in zip(change.mappings, actions, strict=True)
            for params in _params(action, name)
        ]
        if new and not alike(new, _wires(mine, name) or _wires(table, name)):
            found.add(name)
    return found


def _wires(mappings: Iterable[Mapping], name: str) -> list[Any]:
    """Return what fires a plugin, and with which params."""
    return [
        (one.trigger, one.mode, one.port, params)
        for one in mappings
        for params in _params(one.action, name)
    ]


def _params(action: Action, name: str) -> list[dict[str, Any]]:
    parts = (one for one in walk(action) if isinstance(one, PluginAction))
    return [dict(one.params) for one in parts if one.plugin == name]


def remarks(drop: list[Mapping], new: list[Mapping], change: Change) -> list[str]:
    """Return what took the place of another cell's mapping, a line each."""
    origin = change.origin
    if origin is None or origin.cell is None:
        return []
    heirs: dict[Any, list[Mapping]] = {}
    for one in new:
        heirs.setdefault((one.trigger, one.mode), []).append(one)
    return [
        f"{one.trigger} now plays {heirs[one.trigger, one.mode][-1].action} (was {one.action}, "
        f"{one.origin.label})"
        for one in drop
        if one.origin is not None
        and _cell(one) != origin.cell
        and (one.trigger, one.mode) in heirs
        and not any(alike(heir.action, one.action) for heir in heirs[one.trigger, one.mode])
    ]


def unused(
    live: dict[str, Definition],
    table: MappingTable,
    staged: Iterable[str],
    origin: Origin | None,
) -> list[str]:
    """Return what nothing fires any more: instances, functions, classes that left their cell."""
    used = {name for mapping in table for name in mapping.plugins}
    return [
        name
        for name, one in live.items()
        if name not in used
        and name not in staged
        and one.kind not in (Kind.FOLDER, Kind.PACKAGE)
        and (one.kind is not Kind.CLASS or _left_its_cell(one, origin))
    ]


def _left_its_cell(plugin: Definition, origin: Origin | None) -> bool:
    if origin is None or plugin.origin is None or origin.cell is None:
        return False
    return plugin.origin.cell == origin.cell and plugin.origin.run != origin.run
