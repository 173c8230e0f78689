"""One mapping that says what to do for each range of velocities, as one mapping for each."""

from collections.abc import Iterator
from typing import Any

from midimon_live.config.nodes import Node, node_of
from midimon_live.config.problems import Path, Report, shown
from midimon_live.config.rewrites import plain

_LEVELS = ("soft", "medium", "hard")
_NOTES = ("note", "midinote", "padpressed", "noteon", "velocityrange", "velocity")


def spread(raw: Any, at: Path, report: Report) -> list[Any]:
    """Return the mappings that one of a file stands for; mostly it alone."""
    if isinstance(raw, dict):
        node = node_of(raw, at)
        trigger = _fields(node, "trigger", "velocityrange") or _fields(node, "trigger", "velocity")
        if trigger is not None and _has_actions(trigger.get("ranges")):
            return list(_by_ranges(node, trigger, report))
        action = _fields(node, "action", "velocityrange")
        pressed = next(filter(None, (_fields(node, "trigger", word) for word in _NOTES)), None)
        if action is not None and pressed is not None and (found := _by_levels(action, report)):
            return [_one(node, pressed, *part) for part in found]
    return [raw]


def _fields(mapping: Node, key: str, word: str) -> Node | None:
    """Return the fields of a trigger or action of that type, whichever way it says so."""
    raw, at = mapping.get(key), mapping.place(key)
    if not isinstance(raw, dict):
        return None
    if "type" in raw:
        return node_of(raw, at) if plain(raw["type"]) == word else None
    if len(raw) == 1:
        ((tag, inner),) = raw.items()
        if plain(tag) == word and isinstance(inner, dict):
            return node_of(inner, (*at, tag))
    return None


def _has_actions(ranges: Any) -> bool:
    return isinstance(ranges, list) and any(
        isinstance(one, dict) and "action" in one for one in ranges
    )


def _by_ranges(mapping: Node, trigger: Node, report: Report) -> Iterator[Any]:
    """Yield a mapping for each of `ranges = [{ min, max, action }]`."""
    ranges, place = trigger.pop("ranges"), trigger.place("ranges")
    for index, raw in enumerate(ranges):
        if not isinstance(raw, dict):
            report.error((*place, index), f"found {shown(raw)}; each of ranges is a table")
            continue
        part = node_of(raw, (*place, index))
        action, at = part.pop("action", None), part.place("action")
        if action is None:
            action, at = mapping.get("action"), mapping.place("action")
        yield _one(mapping, trigger, part, action, at)


def _by_levels(action: Node, report: Report) -> list[tuple[Node, Any, Path]]:
    """Return the range, action and its place for soft, medium and hard."""
    edges = {}
    for key, without in (("soft_max", 40), ("medium_max", 80)):
        edge = action.get(key, without)
        if isinstance(edge, bool) or not isinstance(edge, int) or not 1 <= edge <= 126:
            report.error(action.place(key), f"{key} is {shown(edge)}; allowed is 1 to 126")
            return []
        edges[key] = edge
    parts, low = [], 1
    for level in _LEVELS:
        key = f"{level}_action"
        if key not in action:
            continue
        limits = Node(action.at)
        limits.put("min", low, action.at)
        edge = f"{level}_max"
        limits.put("max", edges.get(edge, 127), action.place(edge))
        parts.append((limits, action.pop(key), action.place(key)))
        low = edges.get(edge, 127) + 1
    for key in [key for key in action if key not in ("type", *edges)]:
        report.warn(action.place(key), f"VelocityRange knows no {key:.80}")
    return parts


def _one(mapping: Node, trigger: Node, limits: Node, action: Any, at: Path) -> Node:
    """Return the mapping of one range."""
    pressed = Node(trigger.at)
    for source in (trigger, limits):
        for key, value in source.items():
            pressed.put(key, value, source.place(key))
    pressed.put("type", "VelocityRange", trigger.place("type"))
    one = Node(mapping.at)
    for key, value in mapping.items():
        one.put(key, value, mapping.place(key))
    one.put("trigger", pressed, trigger.at)
    if action is not None:
        one.put("action", action, at)
    return one
