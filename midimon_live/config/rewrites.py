"""What is more than another word: values and shapes that mean the same, or need a remark.

Each function changes one table that already says its canonical type, in place.
"""

import re
from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from midimon_live.config import aliases
from midimon_live.config.nodes import Node
from midimon_live.config.problems import Path, Report, did_you_mean, shown
from midimon_live.config.sends import send

MAIN_FIELD: Mapping[str, str] = {
    "Note": "note",
    "Release": "note",
    "LongPress": "note",
    "DoubleTap": "note",
    "NoteChord": "notes",
    "CC": "cc",
    "EncoderTurn": "cc",
    "ProgramChange": "program",
    "Keystroke": "keys",
    "Text": "text",
    "Launch": "app",
    "Shell": "command",
    "Sequence": "actions",
    "Delay": "ms",
    "VolumeControl": "operation",
    "ModeChange": "mode",
    "MouseClick": "button",
    "Plugin": "plugin",
    "ModeIs": "mode",
    "DayOfWeek": "days",
    "AppRunning": "app_name",
    "AppFrontmost": "app_name",
    "And": "conditions",
    "Or": "conditions",
    "Not": "condition",
}
"""The field that a bare value stands for: `{ Keystroke = "a" }`."""

_GUESSED = {
    "trigger": (
        ("notes", "NoteChord"),
        ("note", "Note"),
        ("pad", "Note"),
        ("encoder", "EncoderTurn"),
        ("cc", "CC"),
        ("controller", "CC"),
        ("button", "GamepadButton"),
    ),
    "action": (
        ("keys", "Keystroke"),
        ("command", "Shell"),
        ("app", "Launch"),
        ("plugin", "Plugin"),
        ("message_type", "SendMidi"),
        ("text", "Text"),
        ("actions", "Sequence"),
        ("ms", "Delay"),
    ),
    "condition": (
        ("conditions", "And"),
        ("start", "TimeRange"),
        ("days", "DayOfWeek"),
        ("mode", "ModeIs"),
    ),
}

_DIRECTIONS = {
    "clockwise": "Clockwise",
    "cw": "Clockwise",
    "right": "Clockwise",
    "increment": "Clockwise",
    "up": "Clockwise",
    "counterclockwise": "CounterClockwise",
    "anticlockwise": "CounterClockwise",
    "ccw": "CounterClockwise",
    "left": "CounterClockwise",
    "decrement": "CounterClockwise",
    "down": "CounterClockwise",
}
_VOLUME = {
    "up": "Up",
    "volumeup": "Up",
    "increase": "Up",
    "down": "Down",
    "volumedown": "Down",
    "decrease": "Down",
    "mute": "Mute",
    "unmute": "Unmute",
    "toggle": "Toggle",
    "togglemute": "Toggle",
    "mutetoggle": "Toggle",
    "set": "Set",
    "setvolume": "Set",
}
_STEPS = {"next": "next", "forward": "next", "previous": "previous", "prev": "previous"}
_STEPS |= {"back": "previous", "backward": "previous"}
_FOR_A_SHELL = re.compile(r"(^|\s)(\||\|\||&&|;|<|>>?|2>(&1)?)(\s|$)|;\s|(^|\s)[~$]|`")
_OPERATORS = {"and": "And", "all": "And", "or": "Or", "any": "Or"}

Rewrite = Callable[[Node, Report], None]


def plain(word: Any) -> str:
    """Return a word without what people write differently: case, spaces, hyphens."""
    return re.sub(r"[ _-]", "", str(word)).lower()


def guess(kind: str, raw: Mapping[str, Any]) -> str | None:
    """Return the type that a table without one most likely has, by its fields."""
    return next((word for key, word in _GUESSED[kind] if key in raw), None)


def make_dormant(node: Node, what: str, reason: str, report: Report) -> Node:
    """Turn a table into something that is kept and does nothing, and say so."""
    report.warn(node.at, f"{what} is kept, but does nothing: {reason}")
    node.clear()
    node.update(type="Dormant", what=what, reason=reason)
    return node


def message_of_type(node: Node, word: str) -> None:
    """Name the message of an action that is called after it: MidiCC sends a CC."""
    message = next((sent for name, sent in aliases.SENDS.items() if plain(name) == plain(word)), "")
    if message and "message_type" not in node:
        node.put("message_type", message, node.at)


def trigger(node: Node, report: Report) -> None:
    """Rewrite a trigger."""
    _fold(node, "direction", _DIRECTIONS)
    for key in ("level", "match", "edge", "takeover", "mode"):
        if isinstance(node.get(key), str):
            node[key] = node[key].lower()
    for key in ("device_id", "device_name", "port"):
        if key in node:
            node.rename(key, "device")
    _TRIGGERS.get(node["type"], _nothing)(node, report)


def action(node: Node, report: Report) -> None:
    """Rewrite an action."""
    _ACTIONS.get(node["type"], _nothing)(node, report)


def condition(node: Node, report: Report) -> None:
    """Rewrite a condition."""
    _CONDITIONS.get(node["type"], _nothing)(node, report)


def bare_condition(raw: Any, at: Path) -> Any:
    """Return the table that stands for true, a list, or "TimeRange:09:00-17:00"."""
    if isinstance(raw, bool):
        return "Always" if raw else "Never"
    if isinstance(raw, list):
        return Node(at).holding(type="And", conditions=raw)
    word, colon, rest = raw.partition(":")
    if not colon:
        return raw
    node, kind = Node(at).holding(type=word.strip()), plain(word)
    if kind in ("timerange", "time"):
        start, _, end = rest.partition("-")
        return node.holding(start=start.strip(), end=end.strip())
    if kind in ("dayofweek", "days"):
        days = [one.strip() for one in rest.split(",")]
        return node.holding(days=[int(one) if one.isdecimal() else one for one in days])
    return node.holding(name=rest.strip())


def _nothing(node: Node, report: Report) -> None:
    """Leave it as it is."""


def _fold(node: Node, key: str, words: Mapping[str, str]) -> None:
    """Put a word into its canonical form, whichever way it is written."""
    if isinstance(node.get(key), str):
        node[key] = words.get(plain(node[key]), node[key])


def _put_ends(node: Node, key: str, names: tuple[str, str], wanted: str, report: Report) -> None:
    """Put the ends of `[lo, hi]`, `{ range = [lo, hi] }` or `{ min = lo, max = hi }` in place."""
    value, at = node.pop(key), node.place(key)
    ends = {names[0]: ("min", 0), names[1]: ("max", 1)}
    if isinstance(value, dict) and "range" in value:
        for extra in value.keys() - {"range"}:
            report.warn((*at, extra), f"{key} knows no {extra:.80} beside range")
        value, at = value["range"], (*at, "range")
    if isinstance(value, dict) and value.keys() & {"min", "max"}:
        for extra in value.keys() - {"min", "max"}:
            report.warn((*at, extra), f"{key} knows no {extra:.80}; it has min, max, or range")
        found = {name: (value[end], (*at, end)) for name, (end, _) in ends.items() if end in value}
    elif isinstance(value, list) and len(value) == 2:
        found = {name: (value[index], (*at, index)) for name, (_, index) in ends.items()}
    else:
        report.error(at, f"{key} is {shown(value)}; {wanted}")
        return
    for name, (end, place) in found.items():
        if name in node:
            report.warn(place, f"{name} is given too, and counts")
        else:
            node.put(name, end, place)


def _never_silent(node: Node, key: str) -> None:
    """Read velocity 0, which is a release, as the softest press."""
    if node.get(key) == 0 and not isinstance(node[key], bool):
        node[key] = 1


def _note(node: Node, report: Report) -> None:
    names = ("velocity_min", "velocity_max")
    for key in ("velocity_range", "velocity", "range"):
        if key in node:
            _put_ends(node, key, names, "write it as [lowest, highest], each 0 to 127", report)
    _never_silent(node, "velocity_min")


def _velocity_range(node: Node, report: Report) -> None:
    for key in ("range", "velocity_range", "velocity"):
        if key in node:
            _put_ends(node, key, ("min", "max"), "write it as [lowest, highest]", report)
    if "ranges" in node:
        report.warn(
            node.place("ranges"), "ranges has no effect here: write one mapping for each range"
        )
        del node["ranges"]
    _never_silent(node, "min")
    if not any(key in node for key in ("level", "min", "max")):
        report.warn(node.at, 'no level is given, so every velocity fires; add level = "soft"')
        node.put("min", 1, node.at)


def _chord(node: Node, report: Report) -> None:
    if isinstance(node.get("notes"), list) and len(node["notes"]) == 1:
        report.warn(node.place("notes"), "a chord of one note is taken as a Note; add notes to it")
        place = (*node.place("notes"), 0)
        node.put("note", node.pop("notes")[0], place)
        node["type"] = "Note"


def _encoder(node: Node, report: Report) -> None:
    if "cc" not in node:
        make_dormant(node, "EncoderTurn", "it has no cc; add its controller, 0 to 127", report)


def _bend(node: Node, report: Report) -> None:
    del report
    low, high = node.get("value_min"), node.get("value_max")
    if isinstance(low, int) and low < 0 and high == 8192:
        node["value_max"] = 8191  # the wheel's end, where others write -8192 to 8192


def _held_or_tapped(node: Node, report: Report) -> None:
    note = node.get("note")
    if isinstance(note, int) and 128 <= note <= 255:
        make_dormant(node, f"{node['type']} {note}", "gamepads have no backend here", report)


def _gamepad_button(node: Node, report: Report) -> None:
    _never_silent(node, "velocity_min")
    _halve(node, "velocity_min", report)


def _halve(node: Node, key: str, report: Report) -> None:
    value = node.get(key)
    if isinstance(value, int) and 128 <= value <= 255:
        report.warn(node.place(key), f"{key} {value} is taken as {value // 2}: it goes up to 127")
        node[key] = value // 2


def _keystroke(node: Node, report: Report) -> None:
    if isinstance(node.get("modifiers"), str):
        node["modifiers"] = [node["modifiers"]]
    for key in ("modifiers", "keys"):
        names = node.get(key)
        if isinstance(names, str) and plain(names) == "fn":
            names = [names]
        if isinstance(names, list) and any(plain(one) == "fn" for one in names):
            node[key] = [one for one in names if plain(one) != "fn"]
            report.warn(node.place(key), "fn has no effect: no system lets programs press it")
    if node.get("keys") == []:
        if node.get("modifiers"):
            node["keys"] = node.pop("modifiers")
        else:
            make_dormant(node, "Keystroke", "it has no key that can be pressed", report)


def _mouse(node: Node, report: Report) -> None:
    del report
    if isinstance(node.get("button"), str):
        node["button"] = node["button"].lower()


def _volume(node: Node, report: Report) -> None:
    _fold(node, "operation", _VOLUME)
    if node.get("operation") == "Set" and "value" not in node:
        make_dormant(node, "VolumeControl Set", "it has no value; add one, 0 to 100", report)
    elif node.get("operation") in ("Mute", "Unmute", "Toggle") and "value" in node:
        report.warn(node.place("value"), f"{node['operation']} needs no value; it has no effect")
        del node["value"]


def _mode(node: Node, report: Report) -> None:
    if "relative" not in node or "mode" in node:
        return
    step, at = node.pop("relative"), node.place("relative")
    word = _STEPS.get(plain(step))
    if isinstance(step, int) and not isinstance(step, bool) and step:
        word = "next" if step > 0 else "previous"
        if abs(step) != 1:
            report.warn(at, f"relative = {step}: modes are changed one at a time")
    if word is None:
        report.error(at, f"relative is {shown(step)}; allowed are 1, -1, next and previous")
        word = "next"
    node.put("mode", word, at)


def _repeat(node: Node, report: Report) -> None:
    if node.get("count") == 0 and not isinstance(node["count"], bool):
        make_dormant(node, "Repeat", "its count is 0", report)


def _shell(node: Node, report: Report) -> None:
    command, more = node.get("command"), node.get("args")
    if isinstance(command, str) and isinstance(more, list) and not node.get("shell"):
        node["command"] = [command, *node.pop("args")]
    elif isinstance(command, str) and not node.get("shell") and _FOR_A_SHELL.search(command):
        what = "pipes, redirections, ~ and $ are handed over as they are"
        report.warn(node.place("command"), f"no shell reads this: {what}; add shell = true")


def _plugin(node: Node, report: Report) -> None:
    """Rewrite a plugin's action; a WebAssembly one keeps its name (D)."""
    if "path" in node and "plugin" not in node:
        path, at = str(node.pop("path")), node.place("path")
        name = path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or path
        does = f"the mapping executes the plugin {name!r:.80} if there is one"
        report.warn(at, f"WebAssembly is not run here; {does}")
        node.put("plugin", name, at)


def _conditional(node: Node, report: Report) -> None:
    """Rewrite several conditions with an operator (G3)."""
    if "conditions" not in node or "condition" in node:
        return
    several, at = node.pop("conditions"), node.place("conditions")
    operator, place = node.pop("operator", "And"), node.place("operator")
    word = _OPERATORS.get(plain(operator))
    if word is None:
        hint = did_you_mean(operator, ("And", "Or"))
        report.error(place, f"operator is {shown(operator)}; allowed are And and Or{hint}")
    if isinstance(several, list) and len(several) == 1:
        node.put("condition", several[0], (*at, 0))
    else:
        node.put("condition", Node(at).holding(type=word or "And", conditions=several), at)


def _times(node: Node, report: Report) -> None:
    del report
    for key in ("start", "end"):
        if isinstance(node.get(key), time):
            node[key] = f"{node[key]:%H:%M}"


def _days(node: Node, report: Report) -> None:
    del report
    if isinstance(node.get("days"), (str, int)):
        node["days"] = [node["days"]]


_TRIGGERS: Mapping[str, Rewrite] = {
    "Note": _note,
    "VelocityRange": _velocity_range,
    "NoteChord": _chord,
    "LongPress": _held_or_tapped,
    "DoubleTap": _held_or_tapped,
    "EncoderTurn": _encoder,
    "PitchBend": _bend,
    "GamepadButton": _gamepad_button,
    "GamepadTrigger": lambda node, report: _halve(node, "threshold", report),
}
_ACTIONS: Mapping[str, Rewrite] = {
    "Keystroke": _keystroke,
    "MouseClick": _mouse,
    "VolumeControl": _volume,
    "ModeChange": _mode,
    "Repeat": _repeat,
    "Shell": _shell,
    "SendMidi": send,
    "Plugin": _plugin,
    "Conditional": _conditional,
}
_CONDITIONS: Mapping[str, Rewrite] = {"DayOfWeek": _days, "TimeRange": _times}
