"""What a mapping may do, in canonical form; see `midimon_live.config.models`."""

from typing import Annotated, Any, Literal

from pydantic import Field

from midimon_live.config.condition_models import AnyCondition
from midimon_live.config.values import (
    Buildable,
    Channel,
    CustomModel,
    DormantModel,
    Model,
    Passed,
    SevenBits,
    Whole,
    Words,
)


class ActionModel(Buildable):
    """What a mapping does."""


class Keystroke(ActionModel):
    """Presses keys."""

    type: Literal["Keystroke"]
    keys: Words | list[Words] = Field(description='as "a", "cmd+shift+4" or a list')
    modifiers: list[Words] = Field(default=[], description="cmd, ctrl, alt, shift")


class Text(ActionModel):
    """Types a text."""

    type: Literal["Text"]
    text: Words


class Launch(ActionModel):
    """Starts an application and leaves it running."""

    type: Literal["Launch"]
    app: Words
    args: list[str] = Field(default=[], description="arguments")


class Shell(ActionModel):
    """Starts a program; without a shell unless `shell`."""

    type: Literal["Shell"]
    command: Words | list[Words]
    shell: bool = Field(default=False, description="hand the text to the system's shell")
    timeout: Annotated[float, Field(gt=0, le=86_400)] | None = Field(
        default=None, description="end it after so many seconds"
    )
    cwd: str | None = Field(default=None, description="the folder it starts in")


class Delay(ActionModel):
    """Waits; nothing else waits with it."""

    type: Literal["Delay"]
    ms: Annotated[float, Field(ge=0, le=86_400_000)]


class MouseClick(ActionModel):
    """Moves the mouse, if x and y are given, and clicks."""

    type: Literal["MouseClick"]
    button: Literal["left", "right", "middle"] = "left"
    x: Whole | None = None
    y: Whole | None = None
    clicks: Annotated[Whole, Field(ge=1, le=3)] = 1


class VolumeControl(ActionModel):
    """Changes the machine's volume."""

    type: Literal["VolumeControl"]
    operation: Literal["Up", "Down", "Mute", "Unmute", "Toggle", "Set"]
    value: Annotated[Whole, Field(ge=0, le=100)] | None = Field(
        default=None, description="for Set; the step of Up and Down"
    )


class ModeChange(ActionModel):
    """Makes another mode active."""

    type: Literal["ModeChange"]
    mode: Words | Annotated[Whole, Field(ge=0)] = Field(
        description='a name, an index from 0, "next" or "previous"'
    )
    while_held: bool = Field(default=False, description="go back at the release")


class Sequence(ActionModel):
    """Does actions one after another."""

    type: Literal["Sequence"]
    actions: Annotated[list["AnyAction"], Field(min_length=1)]
    stop_on_error: bool = Field(default=False, description="leave out the rest when one fails")


class Repeat(ActionModel):
    """Does an action several times."""

    type: Literal["Repeat"]
    action: "AnyAction"
    count: Annotated[Whole, Field(ge=1, le=1_000_000)]
    delay_ms: Annotated[float, Field(ge=0, le=86_400_000)] = Field(
        default=0, description="between two of them"
    )
    stop_on_error: bool = Field(default=False, description="leave out the rest when one fails")


class Conditional(ActionModel):
    """Does one action or another."""

    type: Literal["Conditional"]
    condition: "AnyCondition"
    then_action: "AnyAction"
    else_action: "AnyAction | None" = None


class VelocityCurve(Model):
    """How the velocity of a note comes from that of the event."""

    type: Literal["Fixed", "PassThrough", "Linear", "Exponential", "Logarithmic", "SCurve"]
    velocity: SevenBits | None = Field(default=None, description="for Fixed")
    min: SevenBits = Field(default=0, description="for Linear")
    max: SevenBits = Field(default=127, description="for Linear")
    intensity: Annotated[float | int, Field(ge=0, le=1)] = Field(
        default=0.5, description="for the curves"
    )
    upstream: bool = Field(default=False, description="MIDIMon's formula of that name")


class SendMidi(ActionModel):
    """Sends a MIDI message."""

    type: Literal["SendMidi"]
    port: str | None = Field(
        default=None, description="a part of an output's name; the default output without"
    )
    message_type: Words = Field(
        "NoteOn",
        description="NoteOn, NoteOff, CC, ProgramChange, PitchBend, Aftertouch, PolyAftertouch",
    )
    channel: Channel | Passed = Field(default=0, description='0-15, or "pass": that of the event')
    note: SevenBits | Passed | None = Field(
        default=None, description='for notes; 60 without; "pass" too'
    )
    velocity: SevenBits | Passed | None = Field(default=None, description='for notes; "pass" too')
    velocity_mapping: VelocityCurve | None = Field(default=None, description="instead of velocity")
    controller: SevenBits | Passed | None = Field(default=None, description="for CC")
    value: SevenBits | Passed | None = Field(default=None, description="for CC")
    program: SevenBits | Passed | None = Field(default=None, description="for ProgramChange")
    pitch: Annotated[Whole, Field(ge=-8192, le=8191)] | Passed | None = Field(
        default=None, description="for PitchBend"
    )
    pressure: SevenBits | Passed | None = Field(
        default=None, description="for Aftertouch and PolyAftertouch"
    )
    duration_ms: Annotated[float, Field(gt=0, le=3_600_000)] | None = Field(
        default=None, description="end the note after that"
    )
    until_release: bool = Field(default=False, description="end the note at the release")


class Plugin(ActionModel):
    """Executes a plugin."""

    type: Literal["Plugin"]
    plugin: Words
    params: dict[str, Any] = Field(default={}, description="handed to the plugin")


AnyAction = Annotated[
    Keystroke
    | Text
    | Launch
    | Shell
    | Sequence
    | Delay
    | MouseClick
    | VolumeControl
    | ModeChange
    | Repeat
    | Conditional
    | SendMidi
    | Plugin
    | CustomModel
    | DormantModel,
    Field(discriminator="type"),
]

for _model in (Sequence, Repeat, Conditional):
    _model.model_rebuild()
