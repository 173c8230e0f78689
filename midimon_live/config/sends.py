"""MIDI that is sent: messages as tables of their own, and velocity mappings in all their forms."""

from collections.abc import Iterator, Mapping
from typing import Any

from midimon_live.actions.midi import TYPES, message_type
from midimon_live.config import aliases
from midimon_live.config.nodes import Node, node_of
from midimon_live.config.problems import Path, Report, clipped, did_you_mean, listed, shown

_CURVES = {
    "fixed": "Fixed",
    "passthrough": "PassThrough",
    "pass": "PassThrough",
    "linear": "Linear",
    "exponential": "Exponential",
    "exp": "Exponential",
    "logarithmic": "Logarithmic",
    "log": "Logarithmic",
    "scurve": "SCurve",
    "sigmoid": "SCurve",
    "curve": "Curve",
}
_CURVE_KEYS = {
    "output_min": "min",
    "output_max": "max",
    "min_velocity": "min",
    "max_velocity": "max",
    "min_output": "min",
    "max_output": "max",
    "value": "velocity",
    "fixed_velocity": "velocity",
}

_SENT = (
    "note",
    "velocity",
    "velocity_mapping",
    "controller",
    "value",
    "program",
    "pitch",
    "pressure",
)
_FIELD_NAMES = {
    ("pitchwheel", "value"): "pitch",
    ("control_change", "control"): "controller",
    ("aftertouch", "value"): "pressure",
    ("polytouch", "value"): "pressure",
}


_OF_CURVE: Mapping[str, tuple[str, ...]] = {
    "Fixed": ("velocity",),
    "PassThrough": (),
    "Linear": ("min", "max"),
    "Exponential": ("intensity", "upstream"),
    "Logarithmic": ("intensity", "upstream"),
    "SCurve": ("intensity", "upstream"),
}


def send(node: Node, report: Report) -> None:
    """Rewrite a SendMidi."""
    message = node.get("message")
    if isinstance(message, dict):
        del node["message"]
        _take_in(node, node_of(message, node.place("message")), report)
    elif "message" in node:
        node.rename("message", "message_type")
    for key in ("value_from_pressure", "value_from_bend"):
        if key in node:
            origin = node.place(key)
            if node.pop(key):
                node.put("value", "pass", origin)
    kind = message_type(node.get("message_type", "NoteOn"))
    for (of, field), better in _FIELD_NAMES.items():
        if kind == of and field in node:
            node.rename(field, better)
    _shape_velocity(node, report)
    if kind is not None:
        _only_its_fields(node, kind, report)


def _shape_velocity(node: Node, report: Report) -> None:
    """Put a velocity mapping, which may be called velocity, in its place."""
    key = "velocity_mapping" if "velocity_mapping" in node else "velocity"
    if isinstance(node.get(key), (dict, str)) and node[key] != "pass":
        raw, at = node.pop(key), node.place(key)
        node.pop("velocity", None)  # the mapping makes it from the event's
        node.put("velocity_mapping", velocity_mapping(raw, at, report), at)


def _take_in(node: Node, message: Node, report: Report) -> None:
    """Put a message's fields into its action."""
    if len(message) == 1 and "type" not in message:
        ((word, inner),) = message.items()
        if message_type(word) is not None and isinstance(inner, dict):
            message = node_of(inner, message.place(word))
            message.put("type", word, message.at)
    if "type" in message:
        message.rename("type", "message_type")
    if "type" in message:  # both are given, and the action's own type must stay
        report.warn(message.place("type"), "message_type is given too, and counts")
        del message["type"]
    for key, value in message.items():
        if key in node:
            report.warn(node.place(key), f"{clipped(key)} is in the message too; that one counts")
        node.put(key, value, message.place(key))
    for key, better in aliases.KEYS["SendMidi"].items():
        if key in node:
            node.rename(key, better)


def _only_its_fields(node: Node, kind: str, report: Report) -> None:
    """Leave out fields of other message types, and say so."""
    own = {_FIELD_NAMES.get((kind, field), field) for field in TYPES[kind][1]}
    if "velocity" in own:
        own.add("velocity_mapping")
    for key in _SENT:
        if key in node and key not in own:
            report.warn(node.place(key), f"a {kind} has no {key}; it has {listed(sorted(own))}")
            del node[key]


def shape_velocities(mapping: Node, report: Report) -> None:
    """Give a mapping's own velocity mapping to the notes that its action sends (H)."""
    raw, at = mapping.pop("velocity_mapping"), mapping.place("velocity_mapping")
    notes = [one for one in _notes(mapping["action"]) if "velocity_mapping" not in one]
    if not notes:
        reason = "only a note that is sent has a velocity"
        report.warn(at, f"velocity_mapping has no effect here: {reason}")
        return
    curve = velocity_mapping(raw, at, report)
    for note in notes:
        note.pop("velocity", None)
        note.put("velocity_mapping", curve, at)


def _notes(action: Any) -> Iterator[Node]:
    if isinstance(action, list):
        for one in action:
            yield from _notes(one)
    elif isinstance(action, Node):
        if action.get("type") == "SendMidi":
            if message_type(action.get("message_type", "NoteOn")) in ("note_on", "note_off"):
                yield action
        else:
            for key in ("actions", "action", "then_action", "else_action"):
                yield from _notes(action.get(key))


def velocity_mapping(raw: Any, at: Path, report: Report) -> Node:
    """Return a velocity mapping, however it was written (H)."""
    node = _shaped(raw, at, report)
    for key in ("curve_type", "curve"):
        if isinstance(node.get(key), str):
            value, origin = node.pop(key), node.place(key)
            node.put("type", value, origin)
    if "type" not in node:
        node.put("type", "Linear", at)
    for key, better in _CURVE_KEYS.items():
        if key in node:
            node.rename(key, better)
    word = str(node["type"]).replace("_", "").replace("-", "").replace(" ", "").lower()
    kind = node["type"] = _CURVES.get(word, node["type"])
    if kind == "Curve":
        steepness = node.pop("curve", None)
        what = "" if steepness is None else f" with curve = {shown(steepness)}"
        report.warn(at, f"a Curve{what} is taken as Exponential; write curve_type and intensity")
        kind = node["type"] = "Exponential"
    if not isinstance(kind, str) or kind not in _OF_CURVE:
        hint = did_you_mean(kind, _OF_CURVE)
        allowed = listed(list(_OF_CURVE))
        report.error(
            node.place("type"), f"no velocity mapping is {shown(kind)}; there are {allowed}{hint}"
        )
        node["type"] = "Linear"
        return node
    for key in [key for key in node if key not in ("type", *_OF_CURVE[kind])]:
        report.warn(node.place(key), _why_not(key, kind))
        del node[key]
    return node


def _shaped(raw: Any, at: Path, report: Report) -> Node:
    if isinstance(raw, str):
        return Node(at).holding(type=raw)
    if not isinstance(raw, dict):
        wanted = 'write "PassThrough" or { type = "Linear", min = 1, max = 127 }'
        report.error(at, f"velocity_mapping is {shown(raw)}; {wanted}")
        return Node(at).holding(type="PassThrough")
    if len(raw) == 1 and "type" not in raw:
        ((word, inner),) = raw.items()
        if isinstance(inner, dict):
            node = node_of(inner, (*at, word))
            node.put("type", word, (*at, word))
            return node
        if isinstance(inner, int) and word.lower() == "fixed":
            return Node((*at, word)).holding(type=word, velocity=inner)
    return node_of(raw, at)


def _why_not(key: str, kind: str) -> str:
    if key in ("input_min", "input_max"):
        return f"{key} has no effect here: velocity mappings start from the whole range"
    known = _OF_CURVE[kind]
    return f"{kind} knows no {clipped(key)}; it has {listed(known)}{did_you_mean(key, known)}"
