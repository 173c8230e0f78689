"""The outer structure of a file: sections, modes and their mappings, however they are laid out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from midimon_live.config import aliases
from midimon_live.config.dialects import FLAT, leave_out
from midimon_live.config.models import Advanced, Device, Logging, Mode, Model, NamedDevice
from midimon_live.config.nodes import Node, node_of
from midimon_live.config.problems import Path, Report, shown

_ROOT = ("device", "devices", "modes", "global_mappings", "advanced_settings", "logging")
_ALONE = ("trigger", "action", "velocity_mapping", *FLAT)
DEFAULT_MODE = "Default"


@dataclass
class Structure:
    """A file taken apart.

    Attributes:
        sections: device, advanced_settings, logging as nodes, where they are given.
        devices: the entries of [[devices]].
        modes: name and colour of each.
        mappings: the mode (None is global), the mapping as it is in the file, and its place.
    """

    sections: dict[str, Node] = field(default_factory=dict)
    devices: list[Node] = field(default_factory=list)
    modes: list[Node] = field(default_factory=list)
    mappings: list[tuple[str | None, Any, Path]] = field(default_factory=list)


def structure(data: dict[str, Any], report: Report) -> Structure:
    """Take a parsed file apart; what is wrong goes into `report`."""
    root = node_of(data, ())
    _rename(root, aliases.SECTIONS)
    found = Structure()
    for key, model in (("device", Device), ("advanced_settings", Advanced), ("logging", Logging)):
        if key in root and (section := _section(root, key, model, report)) is not None:
            found.sections[key] = section
    _lower(found.sections.get("logging"), "level")
    _read_devices(root, found, report)
    _read_modes(root, found, report)
    _read_mappings(root, "global_mappings", None, found, report)
    if "trigger" in root or "action" in root:
        alone = Node(())
        for key in [key for key in _ALONE if key in root]:
            alone.put(key, root.pop(key), (key,))
        found.mappings.append((None, alone, ()))
    for key in [key for key in root if key not in _ROOT]:
        leave_out(root, key, "", _ROOT, report)
    return found


def _rename(node: Node, same: Any) -> None:
    for key, better in same.items():
        if key in node:
            node.rename(key, better)


def _lower(node: Node | None, key: str) -> None:
    if node is not None and isinstance(node.get(key), str):
        node[key] = node[key].lower()


def _read_devices(root: Node, found: Structure, report: Report) -> None:
    if isinstance(root.get("devices"), dict) and not {"id", "name"} & set(root["devices"]):
        _name_tables(root, "devices", "id", report)
    for raw, at in _tables(root, "devices", report):
        device = node_of(raw, at)
        if "id" not in device and "name" in device:
            device.put("id", device["name"], device.place("name"))
        if any(one.get("id") == device.get("id", device) for one in found.devices):
            same = shown(device["id"])
            report.error(device.place("id"), f"two devices have the id {same}; change one")
        _only(device, "devices", NamedDevice, report)
        found.devices.append(device)


def _read_modes(root: Node, found: Structure, report: Report) -> None:
    modes, at = root.get("modes"), root.place("modes")
    if isinstance(modes, dict) and not {"name", "mappings", *aliases.MODE} & set(modes):
        _name_tables(root, "modes", "name", report)
    elif isinstance(modes, list) and any(isinstance(one, str) for one in modes):
        root["modes"] = [
            Node((*at, index)).holding(name=one) if isinstance(one, str) else one
            for index, one in enumerate(modes)
        ]
    seen: set[str] = set()
    for raw, place in _tables(root, "modes", report):
        mode = node_of(raw, place)
        _rename(mode, aliases.MODE)
        if "name" not in mode:
            name = DEFAULT_MODE if not found.modes else f"Mode {len(found.modes) + 1}"
            report.warn(place, f"the mode has no name; it is called {name!r}")
            mode.put("name", name, place)
        name = str(mode["name"])
        if name in seen:
            report.error(mode.place("name"), f"two modes are called {shown(name)}; rename one")
        seen.add(name)
        _read_mappings(mode, "mappings", name, found, report)
        mode.pop("mappings", None)
        _only(mode, "modes", Mode, report)
        found.modes.append(mode)


def _name_tables(root: Node, key: str, name: str, report: Report) -> None:
    """Read `[modes.Name]` as a mode of that name."""
    at = root.place(key)
    named = []
    for word, inner in root[key].items():
        if isinstance(inner, dict):
            table = node_of(inner, (*at, word))
            if name not in table:
                table.put(name, word, table.at)
            named.append(table)
        else:
            report.warn((*at, word), f"{word:.80} has no effect here: {key} is made of tables")
    root.put(key, named, at)


def _read_mappings(
    node: Node,
    key: str,
    mode: str | None,
    found: Structure,
    report: Report,
) -> None:
    inner, at = node.get(key), node.place(key)
    if inner == {}:
        return  # a heading whose mappings are comments
    if isinstance(inner, dict) and "mappings" in inner and not {"trigger", "action"} & set(inner):
        around = node_of(inner, at)
        _read_mappings(around, "mappings", mode, found, report)
        for extra in [extra for extra in around if extra != "mappings"]:
            leave_out(around, extra, key, ("mappings",), report)
        return
    found.mappings += [(mode, raw, place) for raw, place in _tables(node, key, report)]


def _tables(node: Node, key: str, report: Report) -> Iterator[tuple[dict[str, Any], Path]]:
    """Yield the tables of a list, or the one table that stands in its place, with their places."""
    if key not in node:
        return
    value, at = node[key], node.place(key)
    if isinstance(value, dict):
        yield value, value.at if isinstance(value, Node) else at
        return
    if not isinstance(value, list):
        report.error(at, f"{key} is {shown(value)}; write it as [[{key}]] tables")
        return
    for index, one in enumerate(value):
        if isinstance(one, dict):
            yield one, one.at if isinstance(one, Node) else (*at, index)
        else:
            report.error((*at, index), f"found {shown(one)}; each of {key} is a table")


def _section(root: Node, key: str, model: type[Model], report: Report) -> Node | None:
    value, at = root[key], root.place(key)
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        value, at = value[0], (*at, 0)
    if not isinstance(value, dict):
        if key == "device" and isinstance(value, str):
            return Node(at).holding(name=value)
        report.error(at, f"{key} is {shown(value)}; write it as a [{key}] table")
        return None
    node = node_of(value, at)
    _only(node, key, model, report)
    return node


def _only(node: Node, what: str, model: type[Model], report: Report) -> None:
    known = tuple(model.model_fields)
    for key in [key for key in node if key not in known]:
        leave_out(node, key, what, known, report)
