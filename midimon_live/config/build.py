"""From validated models to triggers and actions, through the same builders that cells use."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from midimon_live import actions, conditions, triggers
from midimon_live.actions import Action
from midimon_live.actions.midi import message_type
from midimon_live.conditions import Condition
from midimon_live.config.models import (
    Advanced,
    ConditionModel,
    CustomModel,
    DormantModel,
    Model,
    SendMidi,
    TriggerModel,
    VelocityCurve,
)
from midimon_live.curves import Curve, Fixed, Linear, PassThrough, VelocityMapping
from midimon_live.errors import InvalidValue
from midimon_live.triggers import Trigger
from midimon_live.triggers.gamepad import (
    gamepad_button,
    gamepad_chord,
    gamepad_stick,
    gamepad_trigger,
)

_CURVES = {"Exponential": "exponential", "Logarithmic": "logarithmic", "SCurve": "s_curve"}
_COMPOSED = ("Sequence", "Repeat", "Conditional")  # their parts have been tried already
_SENT = ("note", "velocity", "value", "program", "pitch")


def try_to_build(model: Model) -> None:
    """Raise InvalidValue when the builder of this model refuses its values."""
    name = type(model).__name__
    if isinstance(model, CustomModel):
        _built(model, (Action, Condition, Trigger))
    elif isinstance(model, TriggerModel):
        trigger_of(model, Advanced())
    elif isinstance(model, ConditionModel):
        condition_of(model)
    elif name not in _COMPOSED:
        action_of(model)


def trigger_of(model: Model, advanced: Advanced) -> Trigger:
    """Return the trigger that a model describes.

    Raises:
        InvalidValue: its values do not go together.
    """
    if isinstance(model, DormantModel):
        return triggers.Dormant(model.what, model.reason)
    if isinstance(model, CustomModel):
        return cast("Trigger", _built(model, Trigger))
    name, given = type(model).__name__, _given(model, "device")
    if name == "LongPress":
        given.setdefault("duration_ms", advanced.hold_threshold_ms)
    elif name == "DoubleTap":
        given.setdefault("timeout_ms", advanced.double_tap_timeout_ms)
    elif name in ("NoteChord", "GamepadButtonChord"):
        given.setdefault("timeout_ms", advanced.chord_timeout_ms)
    return _TRIGGERS[name](given)


def action_of(model: Model) -> Action:
    """Return the action that a model describes.

    Raises:
        InvalidValue: its values do not go together.
    """
    if isinstance(model, DormantModel):
        return actions.Dormant(model.what, model.reason)
    if isinstance(model, CustomModel):
        return cast("Action", _built(model, Action))
    return _ACTIONS[type(model).__name__](model)


def condition_of(model: Model) -> Condition:
    """Return the condition that a model describes.

    Raises:
        InvalidValue: its values do not go together.
    """
    if isinstance(model, DormantModel):
        return conditions.never()
    if isinstance(model, CustomModel):
        return cast("Condition", _built(model, Condition))
    given = _given(model)
    name = type(model).__name__
    if name in ("And", "Or"):
        given["conditions"] = [condition_of(one) for one in model.conditions]  # type: ignore[attr-defined]
    elif name == "Not":
        given["condition"] = condition_of(model.condition)  # type: ignore[attr-defined]
    return conditions.CONDITIONS[name](**given)


def _built(model: CustomModel, kind: Any) -> Any:
    """Return what a builder of another package makes; raises InvalidValue."""
    try:
        made = model.build(**model.fields)
    except InvalidValue:
        raise
    except Exception as error:
        raise InvalidValue(f"{model.word}: {type(error).__name__}: {error}") from None
    if not isinstance(made, kind):
        raise InvalidValue(f"{model.word} made {made!r:.60}, which can not stand here")
    return made


def _given(model: Model, *but: str) -> dict[str, Any]:
    """Return the fields that are set, as they are."""
    left_out = {"type", *but}
    return {
        name: getattr(model, name)
        for name in type(model).model_fields
        if name not in left_out and getattr(model, name) is not None
    }


def _renamed(builder: Callable[..., Trigger], **names: str) -> Callable[[dict[str, Any]], Trigger]:
    def build(given: dict[str, Any]) -> Trigger:
        return builder(**{names.get(key, key): value for key, value in given.items()})

    return build


def _several(builder: Callable[..., Trigger], key: str) -> Callable[[dict[str, Any]], Trigger]:
    def build(given: dict[str, Any]) -> Trigger:
        several = given.pop(key)
        return builder(*several, **given)

    return build


def _velocity_range(given: dict[str, Any]) -> Trigger:
    return triggers.velocity_range(**given)


def _gamepad(builder: Callable[..., Trigger]) -> Callable[[dict[str, Any]], Trigger]:
    def build(given: dict[str, Any]) -> Trigger:
        given.pop("channel", None)
        several = given.pop("buttons", None)
        return builder(**given) if several is None else builder(*several, **given)

    return build


def _plugin_event(given: dict[str, Any]) -> Trigger:
    return triggers.plugin_event(given["plugin"], given.get("event"))


_TRIGGERS: Mapping[str, Callable[[dict[str, Any]], Trigger]] = {
    "Note": _renamed(triggers.note),
    "VelocityRange": _velocity_range,
    "Release": _renamed(triggers.release),
    "LongPress": _renamed(triggers.long_press),
    "DoubleTap": _renamed(triggers.double_tap),
    "NoteChord": _several(triggers.chord, "notes"),
    "SequenceOf": _several(triggers.sequence_of, "notes"),
    "EncoderTurn": _renamed(triggers.encoder, cc="control"),
    "CC": _renamed(triggers.cc, cc="control"),
    "Aftertouch": _renamed(triggers.aftertouch),
    "PolyAftertouch": _renamed(triggers.poly_aftertouch),
    "PitchBend": _renamed(triggers.pitch_bend),
    "ProgramChange": _renamed(triggers.program),
    "GamepadButton": _gamepad(gamepad_button),
    "GamepadButtonChord": _gamepad(gamepad_chord),
    "GamepadAnalogStick": _gamepad(gamepad_stick),
    "GamepadTrigger": _gamepad(gamepad_trigger),
    "PluginTrigger": _plugin_event,
}


def _keystroke(model: Any) -> Action:
    return actions.keys(model.keys, modifiers=tuple(model.modifiers))


def _launch(model: Any) -> Action:
    return actions.launch(model.app, *model.args)


def _shell(model: Any) -> Action:
    return actions.shell(model.command, shell=model.shell, timeout=model.timeout, cwd=model.cwd)


def _sequence(model: Any) -> Action:
    inner = [action_of(one) for one in model.actions]
    return actions.sequence(*inner, stop_on_error=model.stop_on_error)


def _repeat(model: Any) -> Action:
    return actions.repeat(
        action_of(model.action),
        model.count,
        delay_ms=model.delay_ms,
        stop_on_error=model.stop_on_error,
    )


def _conditional(model: Any) -> Action:
    other = None if model.else_action is None else action_of(model.else_action)
    return actions.when(condition_of(model.condition), action_of(model.then_action), other)


def _mouse(model: Any) -> Action:
    return actions.mouse(model.button, x=model.x, y=model.y, clicks=model.clicks)


def _volume(model: Any) -> Action:
    return actions.volume(model.operation, model.value)


def _send(model: SendMidi) -> Action:
    given = {name: value for name in _SENT if (value := getattr(model, name)) is not None}
    if model.controller is not None:
        given["control"] = model.controller
    if model.pressure is not None:
        given["value"] = model.pressure
    # without them MIDIMon sends these
    if message_type(model.message_type) in ("note_on", "note_off"):
        given.setdefault("note", 60)
    if model.velocity_mapping is not None:
        given["velocity"] = _curve(model.velocity_mapping)
    return actions.send(
        model.message_type,
        channel=model.channel,
        port=model.port or None,
        duration_ms=model.duration_ms,
        until_release=model.until_release,
        **given,
    )


def _curve(model: VelocityCurve) -> VelocityMapping:
    if model.type == "Fixed":
        return Fixed(100 if model.velocity is None else model.velocity)
    if model.type == "PassThrough":
        return PassThrough()
    if model.type == "Linear":
        return Linear(model.min, model.max)
    return Curve(_CURVES[model.type], float(model.intensity), model.upstream)


_ACTIONS: Mapping[str, Callable[[Any], Action]] = {
    "Keystroke": _keystroke,
    "Text": lambda model: actions.text(model.text),
    "Launch": _launch,
    "Shell": _shell,
    "Sequence": _sequence,
    "Delay": lambda model: actions.delay(model.ms),
    "MouseClick": _mouse,
    "VolumeControl": _volume,
    "ModeChange": lambda model: actions.mode(model.mode, while_held=model.while_held),
    "Repeat": _repeat,
    "Conditional": _conditional,
    "SendMidi": _send,
    "Plugin": lambda model: actions.plugin(model.plugin, **model.params),
}
