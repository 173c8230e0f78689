"""`docs/configuration.md`, written from the models: ``python -m tests.config.page``."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from midimon_live.config import Loader, aliases
from midimon_live.config.models import models
from midimon_live.config.schema import json_schema
from midimon_live.config.text import DEEPEST, LARGEST
from tests.config import examples

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
SCHEMA = json_schema()
DEFINED = SCHEMA["$defs"]
ALSO_ACCEPTED = "## Also accepted"

_HEAD = f"""# Configuration files

Mappings may stand in a TOML file instead of, or besides, those of cells. This page is written from
the models that check the file (`python -m tests.config.page`); every example is loaded by a test.

```toml
{examples.WHOLE}```

## Reading and saving

| Say | And get |
|---|---|
| `midi.config("config.toml")`, `%midi config config.toml` | the file is in force beside the cells |
| save the file in an editor | it is read again, and its mappings are replaced between two events |
| `midi.save("config.toml")` | what is mapped is written in this form; comments in the file stay |
| `midimon-live check config.toml` | all there is to say about it, without starting anything |
| `midimon-live schema --output schema.json` | a JSON Schema of this form, for editors |

The path is taken as it is given, from the working directory of the notebook. Reading a file never
writes one. A file that does not load changes nothing: what was in force stays in force. What is
held or under way when a file is replaced ends on the mappings that it began with.

There are configurations to begin with, for controllers as they leave the factory, in
[`midimon_live/templates`](../midimon_live/templates).

"""

_SECTION_MODELS = {
    "device": ("Device", "The controller that the file is for: `[device]`."),
    "devices": (
        "NamedDevice",
        "Several controllers: `[[devices]]`. Triggers choose one with `device`.",
    ),
    "modes": ("ModeTable", "`[[modes]]`: what is mapped while that mode is active."),
    "mappings": (
        "MappingTable",
        "`[[modes.mappings]]`, and `[[global_mappings]]` for those of every mode.",
    ),
    "advanced_settings": ("Advanced", "`[advanced_settings]`: times of triggers that say none."),
    "logging": ("Logging", "`[logging]`: what is written down, and where."),
}

_TAIL = f"""## Limits

A file has up to {LARGEST:,} bytes of UTF-8, nests tables and lists up to {DEEPEST} deep, and holds
whole numbers of 64 bits.
"""


def page() -> str:
    """Return the page."""
    parts = [
        _HEAD,
        _sections(),
        _kinds("Triggers", "trigger", examples.TRIGGERS, examples.with_trigger),
        "What fires when is in [triggers.md](triggers.md).\n\n",
        _kinds("Actions", "action", examples.ACTIONS, examples.with_action),
        "### Velocity mapping\n\n" + _described("VelocityCurve") + _table("VelocityCurve"),
        "The formulas are in [actions.md](actions.md#velocity).\n\n",
        _kinds("Conditions", "condition", examples.CONDITIONS, examples.with_condition),
        _problems(),
        _accepted(),
        _without_effect(),
        _TAIL,
    ]
    return "".join(parts)


def _sections() -> str:
    text = "## Sections\n\n"
    for name, (model, what) in _SECTION_MODELS.items():
        text += f"### {name}\n\n{what}\n\n{_table(model)}{_example(examples.SECTIONS[name])}"
    return text


def _kinds(title: str, kind: str, shown: Mapping[str, str], around: Any) -> str:
    found = models(kind)
    anchors = ", ".join(f"[{word}](#{_anchor(kind, word)})" for word in found)
    text = f"## {title}\n\n{anchors}.\n\n"
    if kind == "trigger":
        text += f"All of them also have:\n\n{_table('Note', only=('channel', 'device'))}"
    for word, model in found.items():
        name = model.__name__
        text += f"### {_heading(kind, word)}\n\n{_described(name)}"
        but = ("type", "channel", "device") if kind == "trigger" else ("type",)
        text += _table(name, but=but) + _example(around(shown[word]))
    return text


def _heading(kind: str, word: str) -> str:
    return f"{word} as a trigger" if (kind, word) == ("trigger", "Plugin") else word


def _anchor(kind: str, word: str) -> str:
    return _heading(kind, word).lower().replace(" ", "-")


def _described(name: str) -> str:
    return f"{DEFINED[name]['description']}\n\n"


def _example(text: str) -> str:
    return f"```toml\n{text}```\n\n"


def _table(name: str, *, but: Iterable[str] = (), only: Iterable[str] = ()) -> str:
    """Return one row for each key of a model."""
    definition = DEFINED[name]
    keys = [key for key in definition["properties"] if key in (only or {key} - {*but})]
    if not keys:
        return ""
    rows = [
        (f"`{key}`", words(value), _default(key, definition), value["description"])
        for key, value in ((key, definition["properties"][key]) for key in keys)
    ]
    return _rows(("Key", "Value", "Default", "Meaning"), rows)


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def _default(key: str, definition: dict[str, Any]) -> str:
    if key in definition.get("required", ()):
        return "required"
    value = definition["properties"][key].get("default")
    return "" if value in (None, "") else f"`{json.dumps(value)}`"


def words(schema: dict[str, Any]) -> str:
    """Return what is allowed, in words."""
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return _either(schema[key])
    if "$ref" in schema:
        return _named(schema["$ref"])
    if "const" in schema or "enum" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return ", ".join(f"`{json.dumps(one)}`" for one in allowed)
    if schema["type"] == "array":
        return f"list of {_span(schema, 'minItems', 'maxItems')}{words(schema['items'])}"
    if schema["type"] in ("integer", "number"):
        return f"{schema['type']} {_range(schema)}".strip()
    return {"string": "text", "boolean": "`true`, `false`", "object": "table"}[schema["type"]]


def _either(choices: list[dict[str, Any]]) -> str:
    references = {one.get("$ref", "").rpartition("/")[2] for one in choices}
    for kind in ("trigger", "action", "condition"):
        if {model.__name__ for model in models(kind).values()} == references:
            return f"[{kind}](#{kind}s)"
    return " or ".join(words(one) for one in choices)


def _named(reference: str) -> str:
    name = reference.rpartition("/")[2]
    sections = {model: section for section, (model, _) in _SECTION_MODELS.items()}
    if name == "VelocityCurve":
        return "[velocity mapping](#velocity-mapping)"
    return f"[{sections[name]}](#{sections[name]})"


def _span(schema: dict[str, Any], low: str, high: str) -> str:
    if low not in schema:
        return ""
    return f"{schema[low]} to {schema[high]}: " if high in schema else f"{schema[low]} or more: "


def _range(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        return f"above {schema['exclusiveMinimum']}, up to {high}"
    if low is None:
        return ""
    return f"from {low}" if high is None else f"{low} to {high}"


def _problems() -> str:
    said = "\n".join(str(one) for one in Loader().loads(examples.WRONG, "config.toml").problems)
    return (
        "## Problems\n\nAll of them are said at once, each with its place in the file, what was "
        "found, and what is allowed. Errors stop the load, warnings do not.\n\n"
        f"```text\n{examples.WRONG}```\n\n```text\n{said}\n```\n\n"
    )


def _accepted() -> str:
    text = (
        f"{ALSO_ACCEPTED}\n\nMIDIMon's files, and what its documents and plugins write, are "
        "brought into the form above. Case, `_`, `-` and blanks in type words do not matter.\n\n"
    )
    text += f"This is what each of the following means:\n\n{_example(examples.CANONICAL_SHAPE)}"
    for title, shape in examples.SHAPES.items():
        text += f"{title}:\n\n{_example(shape)}"
    for title, table in (
        ("Triggers", aliases.TRIGGER_TYPES),
        ("Actions", aliases.ACTION_TYPES),
        ("Conditions", aliases.CONDITION_TYPES),
    ):
        rows = [
            (f"`{canonical}`", _code(word for word, one in table.items() if one == canonical))
            for canonical in dict.fromkeys(table.values())
        ]
        text += f"### {title}, also called\n\n" + _rows(("Type", "Also"), rows)
    text += "### Keys, also called\n\n"
    rows = [
        (f"`{kind}`", f"`{key}`", _code(word for word, one in table.items() if one == key))
        for kind, table in aliases.KEYS.items()
        for key in dict.fromkeys(table.values())
    ]
    return text + _rows(("Type", "Key", "Also"), rows)


def _code(found: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in found)


def _without_effect() -> str:
    text = (
        "## Kept without effect\n\nThese load with a warning that says why, and are listed as "
        "dormant; a condition among them never holds.\n\n"
    )
    for title, table in (
        ("Trigger", aliases.NO_TRIGGERS),
        ("Action", aliases.NO_ACTIONS),
        ("Condition", aliases.NO_CONDITIONS),
    ):
        text += _rows((title, "Why"), [(f"`{word}`", why) for word, why in table.items()])
    text += "These keys are left out, with a warning:\n\n"
    rows = [
        (f"`{kind}`" if kind else "anywhere", f"`{key}`", why)
        for kind, table in aliases.MEANINGLESS.items()
        for key, why in table.items()
    ]
    return text + _rows(("In", "Key", "Why"), rows)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
