"""What may have to hold, in canonical form; see `midimon_live.config.models`."""

from typing import Annotated, Literal

from pydantic import Field

from midimon_live.config.values import (
    Buildable,
    CustomModel,
    DormantModel,
    Whole,
    Words,
)


class ConditionModel(Buildable):
    """What has to hold."""


class Always(ConditionModel):
    """Holds always."""

    type: Literal["Always"]


class Never(ConditionModel):
    """Holds never."""

    type: Literal["Never"]


class TimeRange(ConditionModel):
    """Holds from one minute to the end of the other, local time, also past midnight."""

    type: Literal["TimeRange"]
    start: Words = Field(description='"HH:MM"')
    end: Words = Field(description='"HH:MM"')


class DayOfWeek(ConditionModel):
    """Holds on these days."""

    type: Literal["DayOfWeek"]
    days: list[Whole | str] = Field(description="1-7 with 1 for Monday, or their names")


class AppRunning(ConditionModel):
    """Holds while a program of that name runs."""

    type: Literal["AppRunning"]
    app_name: Words


class AppFrontmost(ConditionModel):
    """Holds while a window of that program has the focus."""

    type: Literal["AppFrontmost"]
    app_name: Words


class ModeIs(ConditionModel):
    """Holds while that mode is active."""

    type: Literal["ModeIs"]
    mode: Words


class And(ConditionModel):
    """Holds when all of them do."""

    type: Literal["And"]
    conditions: list["AnyCondition"]


class Or(ConditionModel):
    """Holds when one of them does."""

    type: Literal["Or"]
    conditions: list["AnyCondition"]


class Not(ConditionModel):
    """Holds when the other does not."""

    type: Literal["Not"]
    condition: "AnyCondition"


AnyCondition = Annotated[
    Always
    | Never
    | TimeRange
    | DayOfWeek
    | AppRunning
    | AppFrontmost
    | ModeIs
    | And
    | Or
    | Not
    | CustomModel
    | DormantModel,
    Field(discriminator="type"),
]

for _model in (And, Or, Not):
    _model.model_rebuild()
