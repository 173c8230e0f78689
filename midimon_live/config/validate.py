"""Holding tables in canonical form against the models, with messages for people."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from midimon_live.config.nodes import Node, place_of
from midimon_live.config.problems import Path, Report, did_you_mean, shown


def validated(adapter: TypeAdapter[Any], node: Node, report: Report) -> Any:
    """Return the model of a table, or None with errors in `report`, one for each place."""
    try:
        return adapter.validate_python(node)
    except ValidationError as error:
        said: dict[Path, list[Any]] = {}
        for one in error.errors(include_url=False):
            place, found = place_of(node, one["loc"])
            if one["type"] == "missing":
                place = (*place, str(one["loc"][-1]))
            field = _field(one, found)
            said.setdefault(place if field is None else found.place(field), []).append(one)
        for place, errors in said.items():
            report.error(place, _text(errors))
        return None


def _field(error: Any, found: Any) -> str | None:
    """Return the field that a builder complains of: its messages begin with it."""
    if error["type"] != "value_error" or not isinstance(found, Node):
        return None
    word = str(error["ctx"]["error"]).partition(" ")[0].rstrip(":")
    return word if word in found else None


def _text(errors: list[Any]) -> str:
    """Return what is wrong with one value; its alternatives each say why they do not fit."""
    first = _words(errors[0])
    others = [_words(one).partition("; ")[2] for one in errors[1:]]
    return "; or ".join(dict.fromkeys([first, *filter(None, others)]))


def _words(error: Any) -> str:
    kind, context, found = error["type"], error.get("ctx", {}), shown(error["input"])
    if kind == "value_error":
        return str(context["error"])
    if kind == "missing":
        return f"{error['loc'][-1]} is missing; add it"
    if kind in _LIMITS:
        return f"found {found}; {_LIMITS[kind].format(**context)}"
    if kind in _KINDS:
        return f"found {found}; allowed is {_KINDS[kind]}"
    if kind == "literal_error":
        expected = context["expected"]
        words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
        return f"found {found}; allowed is {expected}{did_you_mean(error['input'], words)}"
    return f"found {found}; {error['msg']}"


_LIMITS: Mapping[str, str] = {
    "less_than_equal": "at most {le} is allowed",
    "less_than": "less than {lt} is allowed",
    "greater_than_equal": "at least {ge} is allowed",
    "greater_than": "more than {gt} is allowed",
    "too_short": "at least {min_length} are needed",
    "too_long": "at most {max_length} are allowed",
    "string_too_short": "it may not be empty",
    "string_too_long": "at most {max_length} characters are allowed",
}
_KINDS: Mapping[str, str] = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
}
