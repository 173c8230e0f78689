"""docs/configuration.md is true."""

import re

import pytest
import tomli
from jsonschema import Draft202012Validator

from midimon_live.config import Loader
from midimon_live.config.models import models
from midimon_live.config.schema import json_schema
from tests.config import examples
from tests.config.page import ALSO_ACCEPTED, PAGE, page

TEXT = PAGE.read_text("utf-8")
CANONICAL, OTHER = (
    re.findall(r"```toml\n(.*?)```", part, re.DOTALL) for part in TEXT.split(ALSO_ACCEPTED)
)


def test_the_page_is_what_the_models_say() -> None:
    """docs/configuration.md is written from them: `python -m tests.config.page`."""
    assert page() == TEXT


@pytest.mark.parametrize("example", CANONICAL)
def test_every_example_loads_and_is_in_canonical_form(example: str) -> None:
    """Only what is dormant may be remarked on, and the schema knows all of it."""
    loaded = Loader().loads(example)
    assert [str(one) for one in loaded.problems if "dormant" not in one.text] == []
    assert Draft202012Validator(json_schema()).is_valid(tomli.loads(example))


@pytest.mark.parametrize("example", OTHER)
def test_every_other_shape_means_the_same(example: str) -> None:
    """And loads without a remark."""
    loaded, canonical = Loader().loads(example), Loader().loads(examples.CANONICAL_SHAPE)
    assert loaded.problems == []
    assert loaded.config == canonical.config


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("trigger", examples.TRIGGERS),
        ("action", examples.ACTIONS),
        ("condition", examples.CONDITIONS),
    ],
)
def test_everything_has_an_example(kind: str, shown: dict[str, str]) -> None:
    """One of its own, and none is of something that there is not."""
    assert list(shown) == list(models(kind))
    assert all(f'type = "{word}"' in words for word, words in shown.items())
