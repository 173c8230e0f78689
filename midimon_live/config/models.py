"""The canonical form of a configuration, as models: what each key is, its range, what it means.

`docs/configuration.md` and the JSON Schema are written from here. Everything that people have
besides this form is brought into it by `midimon_live.config.dialects` first.
"""

from typing import Annotated, Literal, get_args

from pydantic import Field

from midimon_live.config.action_models import ActionModel, AnyAction, SendMidi, VelocityCurve
from midimon_live.config.condition_models import AnyCondition, ConditionModel
from midimon_live.config.trigger_models import AnyTrigger, TriggerModel
from midimon_live.config.values import CustomModel, DormantModel, Milliseconds, Model, Whole, Words

__all__ = [
    "ActionModel",
    "Advanced",
    "AnyAction",
    "AnyCondition",
    "AnyTrigger",
    "ConditionModel",
    "CustomModel",
    "Device",
    "DormantModel",
    "Logging",
    "MappingModel",
    "Mode",
    "Model",
    "NamedDevice",
    "Root",
    "SendMidi",
    "TriggerModel",
    "VelocityCurve",
    "models",
]


class MappingModel(Model):
    """One mapping, besides its trigger and action."""

    description: str = Field(default="", description="for people")
    all: bool = Field(default=False, description="go on to further mappings after this one fired")


class Mode(Model):
    """A mode: its name, its colour, what is mapped in it."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    color: str | None = Field(default=None, description='"#rrggbb" or a colour\'s name')


class Device(Model):
    """The controller."""

    name: str = Field(default="", description="a part of its port's name")
    port: Annotated[Whole, Field(ge=0)] | None = Field(
        default=None, description="its number in the list of inputs, when the name fits none"
    )
    auto_connect: bool = Field(default=True, description="connect when the configuration is loaded")
    auto_reconnect: bool = Field(default=True, description="connect again when it comes back")


class NamedDevice(Model):
    """One of several controllers, which triggers name by its id."""

    id: Words
    name: str | None = Field(default=None, description="a part of its port's name; the id without")


class Advanced(Model):
    """What triggers do that do not say it themselves."""

    chord_timeout_ms: Milliseconds = Field(default=50, description="NoteChord.timeout_ms")
    double_tap_timeout_ms: Milliseconds = Field(default=300, description="DoubleTap.timeout_ms")
    hold_threshold_ms: Milliseconds = Field(default=2000, description="LongPress.duration_ms")


class Logging(Model):
    """What is written down, and where."""

    level: Literal["trace", "debug", "info", "warn", "warning", "error"] = "info"
    file: str | None = Field(default=None, description="a file that notices are added to")


class Root(Model):
    """A configuration file."""

    device: Device | None = None
    devices: list[NamedDevice] = Field(default=[])
    advanced_settings: Advanced | None = None
    logging: Logging | None = None


def models(kind: str) -> dict[str, type[Model]]:
    """Return the models of a "trigger", "action" or "condition", by the word in their `type`."""
    bases: dict[str, type[Model]] = {
        "trigger": TriggerModel,
        "action": ActionModel,
        "condition": ConditionModel,
    }
    found: dict[str, type[Model]] = {}
    for model in bases[kind].__subclasses__():
        (word,) = get_args(model.model_fields["type"].annotation)
        found[word] = model
    return found
