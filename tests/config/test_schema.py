"""The JSON Schema says what the loader says."""

import copy
import json
from typing import Any

import pytest
import tomli
from jsonschema import Draft202012Validator

from midimon_live.config import Loader
from midimon_live.config.models import models
from midimon_live.config.schema import json_schema
from tests.config import examples

SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
WHOLE = tomli.loads(examples.WHOLE)

BAD: dict[str, Any] = {
    "a note out of range": {"note": 128},
    "a word in place of a number": {"note": "36"},
    "a type that there is not": {"type": "Notes"},
    "no type": {"type": None},
    "a key that it does not have": {"velocity": 5},
    "what is only kept inside": {"type": "Dormant", "what": "a", "reason": "b"},
}


def test_it_is_a_schema_of_2020_12() -> None:
    """And says so first, where editors look."""
    Draft202012Validator.check_schema(SCHEMA)
    assert next(iter(SCHEMA.items())) == (
        "$schema",
        "https://json-schema.org/draft/2020-12/schema",
    )


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_it_refuses(change: dict[str, Any]) -> None:
    """The same file without the change is good."""
    assert VALIDATOR.is_valid(WHOLE)
    bad = copy.deepcopy(WHOLE)
    trigger = bad["modes"][0]["mappings"][0]["trigger"]
    trigger.update(change)
    if change.get("type", "") is None:
        del trigger["type"]
    assert not VALIDATOR.is_valid(bad)


@pytest.mark.parametrize("ms", [-1, 86_400_001, 0.5, 0])
def test_limits_of_numbers_are_those_of_the_loader(ms: float) -> None:
    """Also where whole and broken ones are allowed."""
    text = examples.with_action(f'{{ type = "Delay", ms = {ms} }}')
    assert VALIDATOR.is_valid(tomli.loads(text)) == (not Loader().loads(text).failed)


@pytest.mark.parametrize("kind", ["trigger", "action", "condition"])
def test_every_type_word_is_in_it(kind: str) -> None:
    """Under the model's name, as the one value of `type`."""
    for word, model in models(kind).items():
        assert SCHEMA["$defs"][model.__name__]["properties"]["type"]["const"] == word


def test_every_key_has_a_title_or_a_kind_and_a_description() -> None:
    """So that an editor has something to show."""
    for definition in (SCHEMA, *SCHEMA["$defs"].values()):
        assert definition["description"]
        for key, value in definition["properties"].items():
            assert value["description"], key
            assert "title" in value or "$ref" in value, key


def test_what_is_kept_inside_is_not_in_it() -> None:
    """Nor anything that TOML can not say."""
    text = json.dumps(SCHEMA)
    assert '"Dormant' not in text
    assert "/Dormant" not in text
    assert "null" not in text
