"""What the models of a configuration are made of: numbers in ranges, words, the base classes."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


def _whole(value: Any) -> Any:
    """Return 36 for 36.0: TOML writers of some languages know one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]
SevenBits = Annotated[Whole, Field(ge=0, le=127)]
Velocity = Annotated[Whole, Field(ge=1, le=127)]
Channel = Annotated[Whole, Field(ge=0, le=15)]
Milliseconds = Annotated[Whole, Field(ge=1, le=60_000)]
Bend = Annotated[Whole, Field(ge=-8192, le=16383)]
Passed = Literal["pass"]
Words = Annotated[str, Field(min_length=1, max_length=10_000)]
Direction = Literal["Clockwise", "CounterClockwise"]
Edge = Literal["every", "rising"]


class Model(BaseModel):
    """What all models share: values are taken as written, and unknown keys are left out."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Buildable(Model):
    """What a builder makes something of: it must accept the values too."""

    @model_validator(mode="after")
    def _is_accepted(self) -> Self:
        from midimon_live.config.build import try_to_build

        try_to_build(self)
        return self


class CustomModel(Buildable):
    """Something that another package makes."""

    type: Literal["Custom"]
    word: str
    build: Any
    fields: dict[str, Any]


class DormantModel(Model):
    """Something that only exists elsewhere: kept, listed, and never fired."""

    type: Literal["Dormant"]
    what: str
    reason: str
