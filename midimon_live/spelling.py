"""A mapping as the Python that makes it: triggers, actions and conditions back to their builders.

What has no exact text, as an object among a plugin's parameters, is written as `...`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from keyword import iskeyword
from typing import Any

from midimon_live import conditions as c
from midimon_live.actions import Action, PluginAction
from midimon_live.actions import desktop as d
from midimon_live.actions import flow as f
from midimon_live.actions.midi import TYPES, SendMidi
from midimon_live.actions.system import Launch, Shell
from midimon_live.conditions import Condition
from midimon_live.curves import Fixed, Linear, PassThrough, VelocityMapping
from midimon_live.triggers import (
    TRIGGERS,
    DoubleTap,
    EncoderTurn,
    Gamepad,
    InRange,
    LongPress,
    NoteChord,
    PluginTrigger,
    SequenceOf,
    Trigger,
)
from midimon_live.triggers.notes import CHORD_MS, DOUBLE_TAP_MS, GAP_MS, HOLD_MS

UNKNOWN = "..."

_TOP, _TRIGGERS, _CONDITIONS, _CURVES = (
    f"midimon_live{one}" for one in ("", ".triggers", ".conditions", ".curves")
)
_RANGED = ("note", "cc", "aftertouch", "poly_aftertouch", "pitch_bend")
_DEEPEST = 20


class Raw(str):
    """Text that is Python already."""

    __slots__ = ()


class Speller:
    """Writes builders' calls, and remembers what has to be imported for them."""

    def __init__(self) -> None:
        self._imports: dict[str, set[str]] = {}

    @property
    def imports(self) -> str:
        """The import lines for what was written, or ""."""
        return "".join(
            f"from {module} import {', '.join(sorted(names))}\n"
            for module, names in sorted(self._imports.items())
        )

    def mapping(
        self,
        trigger: Trigger,
        action: Action,
        *,
        mode: str | None = None,
        name: str = "",
        all: bool = False,  # noqa: A002 - the field's name
        port: str | None = None,
    ) -> str:
        """Return the line that makes a mapping."""
        about = {"mode": mode, "name": name or None, "all": all or None, "port": port}
        given = {key: value for key, value in about.items() if value is not None}
        return _called("midi.map", (self.trigger(trigger), self.action(action)), given)

    def trigger(self, trigger: Trigger) -> Raw:
        """Return a trigger, without what its builder takes for granted."""
        write = next((one for kind, one in _OF_TRIGGERS.items() if isinstance(trigger, kind)), None)
        return Raw(UNKNOWN) if write is None else Raw(write(self, trigger))

    def action(self, action: Action) -> Raw:
        """Return an action, without what its builder takes for granted."""
        write = _OF_ACTIONS.get(type(action))
        return Raw(UNKNOWN) if write is None else Raw(write(self, action))

    def condition(self, condition: Condition) -> Raw:
        """Return a condition."""
        if isinstance(condition, c.Function):
            name = getattr(condition.function, "__name__", "")
            return Raw(name if name.isidentifier() else UNKNOWN)
        write = _OF_CONDITIONS.get(type(condition))
        return Raw(UNKNOWN) if write is None else Raw(write(self, condition))

    def call(self, builder: str, *args: Any, module: str = _TOP, **options: Any) -> Raw:
        """Return the call of a builder; options that are None are left out."""
        self._imports.setdefault(module, set()).add(builder)
        given = {key: value for key, value in options.items() if value is not None}
        return Raw(_called(builder, args, given))


def literal(value: Any, depth: int = 0) -> str:
    """Return a plain value as it is written, `...` for one that is no plain value."""
    if isinstance(value, Raw):
        return str(value)
    if type(value) is str:
        text = repr(value)
        return text if text[0] == '"' or '"' in text or "\\'" in text else f'"{text[1:-1]}"'
    if value is None or type(value) in (bool, int):
        return repr(value)
    if type(value) is float and abs(value) < float("inf"):
        return repr(value)
    if depth < _DEEPEST and type(value) in (list, tuple, dict):
        return _many(value, depth + 1)
    return UNKNOWN


def _many(value: Any, depth: int) -> str:
    if isinstance(value, dict):
        pairs = (f"{literal(key, depth)}: {literal(one, depth)}" for key, one in value.items())
        return f"{{{', '.join(pairs)}}}"
    inner = ", ".join(literal(one, depth) for one in value)
    if isinstance(value, list):
        return f"[{inner}]"
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _called(function: str, args: Iterable[Any], options: Mapping[str, Any]) -> str:
    words = [literal(one) for one in args]
    words += [f"{key}={literal(one)}" for key, one in options.items() if _is_name(key)]
    others = {key: one for key, one in options.items() if not _is_name(key)}
    words += [f"**{literal(others)}"] if others else []
    return f"{function}({', '.join(words)})"


def _is_name(word: str) -> bool:
    return word.isidentifier() and not iskeyword(word)


def _unless(usual: Any, value: Any) -> Any:
    """Return a value, or None where it is what a builder takes for granted."""
    return None if value == usual else value


def _plain(number: float | None) -> float | None:
    """Return 300 for 300.0: what people write."""
    return int(number) if number is not None and float(number).is_integer() else number


def _number(trigger: Any) -> tuple[int, ...]:
    return () if trigger.number is None else (trigger.number,)


def _range(speller: Speller, trigger: InRange) -> str:
    if trigger.event not in TRIGGERS:
        return UNKNOWN
    low, high = trigger.whole
    limits: dict[str, Any] = {}
    if trigger.event == "velocity_range":
        limits = {"min": trigger.low, "max": trigger.high}
    elif trigger.event in _RANGED:
        what = trigger.what
        limits = {
            f"{what}_min": _unless(low, trigger.low),
            f"{what}_max": _unless(high, trigger.high),
        }
    return speller.call(
        trigger.event,
        *_number(trigger),
        **limits,
        eager=_unless(False, getattr(trigger, "eager", False)),  # noqa: FBT003 - the usual
        edge=_unless("every", getattr(trigger, "edge", "every")),
        takeover=_unless("jump", getattr(trigger, "takeover", "jump")),
        channel=trigger.channel,
    )


def _long_press(speller: Speller, one: LongPress) -> str:
    duration = _unless(HOLD_MS, one.duration_ms)
    return speller.call("long_press", *_number(one), duration_ms=duration, channel=one.channel)


def _double_tap(speller: Speller, one: DoubleTap) -> str:
    timeout = _unless(DOUBLE_TAP_MS, one.timeout_ms)
    return speller.call("double_tap", *_number(one), timeout_ms=timeout, channel=one.channel)


def _chord(speller: Speller, one: NoteChord) -> str:
    return speller.call(
        "chord",
        *one.notes,
        timeout_ms=_unless(CHORD_MS, one.timeout_ms),
        match=_unless("exact", one.match),
        pass_through=one.pass_through or None,
        channel=one.channel,
    )


def _in_a_row(speller: Speller, one: SequenceOf) -> str:
    return speller.call(
        "sequence_of",
        *one.notes,
        gap_ms=_unless(GAP_MS, one.gap_ms),
        pass_through=one.pass_through or None,
        channel=one.channel,
    )


def _encoder(speller: Speller, one: EncoderTurn) -> str:
    return speller.call(
        "encoder",
        one.number,
        mode=_unless("absolute", one.mode),
        direction=one.direction,
        acceleration=_unless(1, one.acceleration),
        channel=one.channel,
    )


def _plugin_event(speller: Speller, one: PluginTrigger) -> str:
    return speller.call("plugin_event", one.plugin, *(() if one.name is None else (one.name,)))


def _gamepad(speller: Speller, one: Gamepad) -> str:
    return speller.call(one.what, *one.ids, module=_TRIGGERS, **dict(one.options))


def _plugin(speller: Speller, one: PluginAction) -> str:
    name = str(one.plugin)
    if function := re.fullmatch(r"(\w+)\(\)", name):
        return function[1]
    if not isinstance(one.plugin, str) or re.search(r"^lambda(-\d+)?$|\(\)-\d+$", name):
        return UNKNOWN
    speller.call("plugin")
    return _called("plugin", (name,), one.params)


def _send(speller: Speller, one: SendMidi) -> str:
    fields = TYPES[one.type][1]
    given: dict[str, Any] = {}
    if fields[0] in ("note", "control", "program"):
        given[fields[0]] = one.first
    if fields[-1] in ("value", "pitch"):
        given[fields[-1]] = one.value
    if "velocity" in fields:
        usual = 100 if one.type == "note_on" else 64
        given["velocity"] = _unless(literal(usual), _velocity(speller, one.velocity))
    return speller.call(
        "send",
        one.type,
        **given,
        channel=_unless(0, one.channel),
        port=one.port,
        duration_ms=_plain(one.duration_ms),
        until_release=one.until_release or None,
    )


def _velocity(speller: Speller, velocity: VelocityMapping) -> Raw:
    if isinstance(velocity, Fixed):
        return Raw(literal(velocity.velocity))
    if isinstance(velocity, PassThrough):
        return Raw(literal("pass"))
    if isinstance(velocity, Linear):
        return speller.call("linear", velocity.low, velocity.high, module=_CURVES)
    upstream = velocity.upstream or None
    return speller.call(
        "curve", velocity.name, velocity.intensity, module=_CURVES, upstream=upstream
    )


def _sequence(speller: Speller, one: f.Sequence) -> str:
    inner = map(speller.action, one.actions)
    return speller.call("sequence", *inner, stop_on_error=one.stop_on_error or None)


def _repeat(speller: Speller, one: f.Repeat) -> str:
    return speller.call(
        "repeat",
        speller.action(one.action),
        one.count,
        delay_ms=_plain(one.delay_ms) or None,
        stop_on_error=one.stop_on_error or None,
    )


def _when(speller: Speller, one: f.Conditional) -> str:
    condition = speller.condition(one.condition)
    return speller.call("when", condition, *map(speller.action, one.inner()))


def _mode(speller: Speller, one: f.ModeChange) -> str:
    return speller.call("mode", one.mode, while_held=one.while_held or None)


def _shell(speller: Speller, one: Shell) -> str:
    through = True if isinstance(one.command, str) else None
    command = one.command if through else list(one.command)
    env = dict(one.env) or None
    return speller.call(
        "shell", command, shell=through, timeout=_plain(one.timeout), cwd=one.cwd, env=env
    )


def _keys(speller: Speller, one: d.Keystroke) -> str:
    return speller.call("keys", list(one.keys), modifiers=list(one.modifiers) or None)


def _mouse(speller: Speller, one: d.MouseClick) -> str:
    x, y = one.at or (None, None)
    return speller.call("mouse", one.button, x=x, y=y, clicks=_unless(1, one.clicks))


def _volume(speller: Speller, one: d.VolumeControl) -> str:
    return speller.call("volume", one.operation, *(() if one.value is None else (one.value,)))


def _several(builder: str) -> Callable[[Speller, Any], str]:
    def write(speller: Speller, one: Any) -> str:
        return speller.call(builder, *map(speller.condition, one.conditions), module=_CONDITIONS)

    return write


def _condition(builder: str, *fields: str) -> Callable[[Speller, Any], str]:
    def write(speller: Speller, one: Any) -> str:
        values = (getattr(one, field) for field in fields)
        return speller.call(builder, *values, module=_CONDITIONS)

    return write


_OF_TRIGGERS: dict[type[Trigger], Callable[[Speller, Any], str]] = {
    InRange: _range,
    LongPress: _long_press,
    DoubleTap: _double_tap,
    NoteChord: _chord,
    SequenceOf: _in_a_row,
    EncoderTurn: _encoder,
    PluginTrigger: _plugin_event,
    Gamepad: _gamepad,
}
_OF_ACTIONS: dict[type[Action], Callable[[Speller, Any], str]] = {
    PluginAction: _plugin,
    SendMidi: _send,
    f.Sequence: _sequence,
    f.Delay: lambda speller, one: speller.call("delay", _plain(one.ms)),
    f.Repeat: _repeat,
    f.Conditional: _when,
    f.ModeChange: _mode,
    Shell: _shell,
    Launch: lambda speller, one: speller.call("launch", one.app, *one.args),
    d.Keystroke: _keys,
    d.Text: lambda speller, one: speller.call("text", one.text),
    d.MouseClick: _mouse,
    d.VolumeControl: _volume,
}
_OF_CONDITIONS: dict[type[Condition], Callable[[Speller, Any], str]] = {
    c.Always: _condition("always"),
    c.Never: _condition("never"),
    c.TimeRange: _condition("time_range", "start", "end"),
    c.DayOfWeek: lambda speller, one: speller.call("day_of_week", *one.days, module=_CONDITIONS),
    c.AppRunning: _condition("app_running", "app_name"),
    c.AppFrontmost: _condition("app_frontmost", "app_name"),
    c.ModeIs: _condition("mode_is", "mode"),
    c.And: _several("all_of"),
    c.Or: _several("any_of"),
    c.Not: lambda speller, one: speller.call(
        "not_", speller.condition(one.condition), module=_CONDITIONS
    ),
}
