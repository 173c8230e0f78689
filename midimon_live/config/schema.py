"""The JSON Schema of the canonical form, for editors, and for `docs/configuration.md`."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, TypeAdapter

from midimon_live.config.models import (
    AnyAction,
    AnyTrigger,
    CustomModel,
    DormantModel,
    MappingModel,
    Mode,
    Root,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFINED = "#/$defs/"
_KEPT_INSIDE = [{"$ref": f"{_DEFINED}{one.__name__}"} for one in (DormantModel, CustomModel)]
_NOTHING = {"type": "null"}
_NUMBERS = ({"type": "integer"}, {"type": "number"})
# pydantic's words for the limits of a value with alternatives
_LIMITS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}

_MEANINGS: Mapping[str, str] = {
    "type": "which kind it is",
    "notes": "the notes",
    "cc": "number of the control change",
    "program": "number of the program",
    "button": "its number",
    "buttons": "their numbers",
    "axis": "its number",
    "trigger": "its number",
    "threshold": "how far it has to be squeezed",
    "velocity_min": "softest that counts",
    "timeout_ms": "first to last press; chord_timeout_ms without",
    "plugin": "name of the plugin",
    "event": "name of the event; any without",
    "direction": "both without",
    "app_name": "the program's name, or a part of it",
    "mode": "name of the mode",
    "conditions": "what has to hold",
    "condition": "what has to hold",
    "text": "what is typed",
    "app": "name or path of the application",
    "command": "program and arguments: a list, or a text that is split like a shell's line",
    "ms": "milliseconds",
    "x": "pixels from the left; where the mouse is without",
    "y": "pixels from the top; where the mouse is without",
    "clicks": "how often",
    "operation": "what to do",
    "actions": "what is done, in order",
    "action": "what is done",
    "count": "how often",
    "then_action": "done when it holds",
    "else_action": "done when it does not; nothing without",
    "id": "what triggers call it in device",
    "name": "what it is called",
    "level": "the least that is written down",
    "device": "the controller",
    "devices": "several controllers",
    "advanced_settings": "times",
    "logging": "what is written down",
}
"""What keys mean whose model does not say it."""

_HERE: Mapping[str, str] = {
    "MouseClick.button": "which button",
    "MappingTable.trigger": "what it listens for",
    "MappingTable.action": "what it does",
    "VelocityCurve.type": "the shape of the curve",
}
"""The same for keys that mean something else in one table."""


class MappingTable(MappingModel):
    """One mapping: what it listens for, and what it does then."""

    trigger: AnyTrigger
    action: AnyAction


class ModeTable(Mode):
    """A mode: its name, its colour, its mappings."""

    mappings: list[MappingTable] = Field(
        default=[], description="tried in order; the first that fits fires"
    )


class File(Root):
    """A configuration file of midimon_live."""

    modes: list[ModeTable] = Field(default=[], description="modes with their mappings")
    global_mappings: list[MappingTable] = Field(
        default=[], description="mappings of every mode, tried after those of the active one"
    )


def json_schema() -> dict[str, Any]:
    """Return the schema of a whole file as plain data.

    Keys that have no meaning are refused, so that an editor points at them; when the file is loaded
    they are only warned of.
    """
    schema = _cleaned(TypeAdapter(File).json_schema())
    definitions = schema.pop("$defs")
    for one in (DormantModel, CustomModel):
        del definitions[one.__name__]
    for name, definition in {**definitions, "File": schema}.items():
        _explain(name, definition)
    head = {"$schema": DIALECT, "title": "midimon_live configuration"}
    return {**head, **{key: schema[key] for key in schema if key != "title"}, "$defs": definitions}


def _cleaned(node: Any) -> Any:
    """Return it without what TOML can not say (null) and without what is only kept inside."""
    if isinstance(node, list):
        return [_cleaned(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {
        _LIMITS.get(key, key): _cleaned(value)
        for key, value in node.items()
        if key != "discriminator" and (key, value) != ("default", None)
    }
    for key in ("anyOf", "oneOf"):
        if isinstance(node.get(key), list):
            choices = [one for one in node.pop(key) if one not in (_NOTHING, *_KEPT_INSIDE)]
            if all(one in _NUMBERS for one in choices):
                choices = [{"type": "number"}]  # it includes the whole ones
            node |= {key: choices} if len(choices) > 1 else choices[0]
    if isinstance(node.get("properties"), dict):
        node["additionalProperties"] = False
    return node


def _explain(name: str, definition: dict[str, Any]) -> None:
    """Describe the keys that are not described yet."""
    for key, value in definition["properties"].items():
        meaning = _HERE.get(f"{name}.{key}") or _MEANINGS.get(key)
        if meaning is not None:
            value.setdefault("description", meaning)
