"""What a mapping may listen for, in canonical form; see `midimon_live.config.models`."""

from typing import Annotated, Literal

from pydantic import Field

from midimon_live.config.values import (
    Bend,
    Buildable,
    Channel,
    CustomModel,
    Direction,
    DormantModel,
    Edge,
    Milliseconds,
    SevenBits,
    Velocity,
    Whole,
    Words,
)


class TriggerModel(Buildable):
    """What a mapping listens for."""

    channel: Channel | None = Field(default=None, description="MIDI channel, 0-15; any without")
    device: str | None = Field(
        default=None,
        description="only from this device: an id of [[devices]], or a part of a port's name",
    )


class Note(TriggerModel):
    """A pad or key is pressed."""

    type: Literal["Note"]
    note: SevenBits | None = Field(default=None, description="any without")
    velocity_min: Velocity = Field(default=1, description="softest that counts")
    velocity_max: Velocity = Field(default=127, description="hardest that counts")
    eager: bool = Field(default=False, description="do not wait for a double tap or long press")


class VelocityRange(TriggerModel):
    """A pad or key is pressed soft, medium or hard."""

    type: Literal["VelocityRange"]
    note: SevenBits | None = Field(default=None, description="any without")
    level: Literal["soft", "medium", "hard"] | None = Field(
        default=None, description="which of the three"
    )
    soft_max: Annotated[Whole, Field(ge=1, le=126)] = Field(
        default=40, description="hardest that is soft"
    )
    medium_max: Annotated[Whole, Field(ge=1, le=126)] = Field(
        default=80, description="hardest that is medium"
    )
    min: Velocity | None = Field(
        default=None, description="softest that counts, instead of a level"
    )
    max: Velocity | None = Field(
        default=None, description="hardest that counts, instead of a level"
    )
    eager: bool = Field(default=False, description="do not wait for a double tap or long press")


class Release(TriggerModel):
    """A pad or key is let go."""

    type: Literal["Release"]
    note: SevenBits | None = Field(default=None, description="any without")


class LongPress(TriggerModel):
    """A pad or key is held; fires once, while it is."""

    type: Literal["LongPress"]
    note: SevenBits | None = Field(default=None, description="any without")
    duration_ms: Milliseconds | None = Field(default=None, description="hold_threshold_ms without")


class DoubleTap(TriggerModel):
    """A pad or key is pressed twice."""

    type: Literal["DoubleTap"]
    note: SevenBits | None = Field(default=None, description="any without")
    timeout_ms: Milliseconds | None = Field(
        default=None, description="press to press; double_tap_timeout_ms without"
    )


class NoteChord(TriggerModel):
    """Notes are pressed together."""

    type: Literal["NoteChord"]
    notes: Annotated[list[SevenBits], Field(min_length=2, max_length=32)]
    timeout_ms: Milliseconds | None = Field(
        default=None, description="first to last press; chord_timeout_ms without"
    )
    match: Literal["exact", "superset", "ordered"] = Field(
        default="exact", description="what else may be pressed, and the order"
    )
    pass_through: bool = Field(default=False, description="let the notes' own mappings fire too")


class SequenceOf(TriggerModel):
    """Notes are pressed one after another."""

    type: Literal["SequenceOf"]
    notes: Annotated[list[SevenBits], Field(min_length=2, max_length=32)]
    gap_ms: Milliseconds = Field(default=500, description="from one press to the next")
    pass_through: bool = Field(
        default=False, description="let the last note's own mappings fire too"
    )


class EncoderTurn(TriggerModel):
    """An encoder is turned."""

    type: Literal["EncoderTurn"]
    cc: SevenBits
    mode: Literal[
        "absolute",
        "relative_twos",
        "relative_offset64",
        "relative_signbit",
        "relative_01_7f",
        "auto",
    ] = Field(default="absolute", description="how it says how far it was turned")
    direction: Direction | None = Field(default=None, description="both without")
    acceleration: Annotated[Whole, Field(ge=1, le=32)] = Field(
        default=1, description="how often a fast step counts"
    )


class CC(TriggerModel):
    """A knob, fader or pedal sends a value in a range."""

    type: Literal["CC"]
    cc: SevenBits | None = Field(default=None, description="any without")
    value_min: SevenBits = Field(default=0, description="lowest that counts")
    value_max: SevenBits = Field(default=127, description="highest that counts")
    edge: Edge = Field(
        default="every", description="every message, or the one that enters the range"
    )
    takeover: Literal["jump", "pickup", "scale"] = Field(
        default="jump", description="when the knob is not where its value was left"
    )


class Aftertouch(TriggerModel):
    """Pressure on a channel."""

    type: Literal["Aftertouch"]
    pressure_min: SevenBits = Field(default=0, description="lightest that counts")
    pressure_max: SevenBits = Field(default=127, description="strongest that counts")
    edge: Edge = Field(
        default="every", description="every message, or the one that enters the range"
    )


class PolyAftertouch(TriggerModel):
    """Pressure on one key."""

    type: Literal["PolyAftertouch"]
    note: SevenBits | None = Field(default=None, description="any without")
    pressure_min: SevenBits = Field(default=0, description="lightest that counts")
    pressure_max: SevenBits = Field(default=127, description="strongest that counts")
    edge: Edge = Field(
        default="every", description="every message, or the one that enters the range"
    )


class PitchBend(TriggerModel):
    """The pitch wheel is in a range; -8192 to 8191 if either end is negative, else 0 to 16383."""

    type: Literal["PitchBend"]
    value_min: Bend | None = Field(default=None, description="lowest that counts")
    value_max: Bend | None = Field(default=None, description="highest that counts")
    edge: Edge = Field(
        default="every", description="every message, or the one that enters the range"
    )


class ProgramChange(TriggerModel):
    """A program is chosen."""

    type: Literal["ProgramChange"]
    program: SevenBits | None = Field(default=None, description="any without")


class GamepadButton(TriggerModel):
    """A gamepad's button; dormant."""

    type: Literal["GamepadButton"]
    button: Annotated[Whole, Field(ge=128, le=255)]
    velocity_min: Velocity = 1


class GamepadButtonChord(TriggerModel):
    """A gamepad's buttons together; dormant."""

    type: Literal["GamepadButtonChord"]
    buttons: Annotated[list[Annotated[Whole, Field(ge=128, le=255)]], Field(min_length=2)]
    timeout_ms: Milliseconds | None = None


class GamepadAnalogStick(TriggerModel):
    """A gamepad's stick; dormant."""

    type: Literal["GamepadAnalogStick"]
    axis: Annotated[Whole, Field(ge=128, le=131)]
    direction: Direction | None = None


class GamepadTrigger(TriggerModel):
    """A gamepad's squeezed trigger; dormant."""

    type: Literal["GamepadTrigger"]
    trigger: Annotated[Whole, Field(ge=132, le=133)]
    threshold: SevenBits = 0


class PluginTrigger(TriggerModel):
    """An event that a plugin makes of its own."""

    type: Literal["Plugin"]
    plugin: Words
    event: str | None = None


AnyTrigger = Annotated[
    Note
    | VelocityRange
    | Release
    | LongPress
    | DoubleTap
    | NoteChord
    | SequenceOf
    | EncoderTurn
    | CC
    | Aftertouch
    | PolyAftertouch
    | PitchBend
    | ProgramChange
    | GamepadButton
    | GamepadButtonChord
    | GamepadAnalogStick
    | GamepadTrigger
    | PluginTrigger
    | CustomModel
    | DormantModel,
    Field(discriminator="type"),
]
