"""Holding tables in canonical form against the models, with messages for people."""

from collections.abc import Iterable, Mapping
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
            if not _of_no_list(place, errors, said):
                report.error(place, _text(errors))
        return None


def _of_no_list(place: Path, errors: list[Any], said: Iterable[Path]) -> bool:
    """Whether a list is only said to be no text, while one of its items is said to be wrong."""
    inside = any(other[: len(place)] == place != other for other in said)
    return inside and all(one["type"] == "string_type" for one in errors)


def _field(error: Any, found: Any) -> str | None:
    """Return the field that a builder complains of: it is named, or its value is quoted."""
    if error["type"] != "value_error" or not isinstance(found, Node):
        return None
    said = str(error["ctx"]["error"])
    first, _, rest = said.partition(" ")
    named = _NAMED.get(first.rstrip(":"), (first.rstrip(":"),))
    fields = [field for field in named if field in found]
    quoted = [field for field in fields if _holds(found[field], rest)]
    valued = [field for field, value in found.items() if repr(value) == first]
    return next(iter((*quoted, *fields, *valued)), None)


def _holds(value: Any, said: str) -> bool:
    """Whether a message quotes a part of this value."""
    quoted = said.partition("'")[2].partition("'")[0]
    return bool(quoted) and quoted in str(value)


def _text(errors: list[Any]) -> str:
    """Return what is wrong with one value; its alternatives each say why they do not fit."""
    first = _words(errors[0])
    others = [_words(one).partition("; ")[2] for one in errors[1:]]
    return "; or ".join(dict.fromkeys([first, *filter(None, others)]))


def _words(error: Any) -> str:
    kind, found = error["type"], shown(error["input"])
    context = {key: _as_written(value) for key, value in error.get("ctx", {}).items()}
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


def _as_written(limit: Any) -> Any:
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


_NAMED: Mapping[str, tuple[str, ...]] = {
    "key": ("keys", "modifiers"),
    "day": ("days",),
    "chord": ("notes",),
    "sequence": ("notes",),
    "sequence_of": ("notes",),
    "velocity_min": ("velocity_min", "min"),
    "say": ("level",),
    "give": ("duration_ms",),
    "only": ("duration_ms", "until_release"),
}
"""The first words of builders' messages that are not the name of the field."""

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
