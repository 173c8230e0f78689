"""The volume of the default output: who changes it on which system, and with what words."""

from typing import Any

from midimon_live.errors import InvalidValue, MidimonError
from midimon_live.events import check_range
from midimon_live.processes import Process, program_missing

OPERATIONS = ("up", "down", "mute", "unmute", "set", "toggle")
MIXERS = ("wpctl", "pactl", "amixer")
"""What changes the volume on Linux; the first that is there does."""

_STEP = 10
_KEY_STEP = 2  # percent of one press of a volume key on Windows
_SWITCH = {"mute": "1", "unmute": "0", "toggle": "toggle"}
_MAC_SWITCH = {
    "mute": "true",
    "unmute": "false",
    "toggle": "(not (output muted of (get volume settings)))",
}


def check_volume(operation: Any, value: Any) -> tuple[str, int | None]:
    """Return an operation as `OPERATIONS` has it, and its value: 0-100, or None.

    Raises:
        InvalidValue: there is no such operation, or the value is out of range or misplaced.
    """
    text = operation.lower() if isinstance(operation, str) else ""
    name = text.removeprefix("volume").strip("_- ")
    if name not in OPERATIONS:
        raise InvalidValue(f"operation is {operation!r:.80}; allowed are {', '.join(OPERATIONS)}")
    if name in _SWITCH and value is not None:
        raise InvalidValue(f"value is {value!r:.80}, but {name!r} takes none; leave it away")
    if name in ("up", "down") and value is None:
        return name, None
    return name, None if name in _SWITCH else check_range("value", value, 0, 100)


def change_volume(operation: str, value: int | None, platform: str) -> None:
    """Change it, in the calling thread; takes up to 5 s.

    Raises:
        MidimonError: no mixer is there, or it refused.
    """
    if lack := mixer_missing(platform):
        raise MidimonError(lack)
    command = volume_command(_mixer(platform), operation, value)
    ended = Process(command, timeout=5).run()
    if ended.status or ended.why:
        said = (ended.output.strip().splitlines() or ["it gave no reason"])[-1]
        raise MidimonError(f"{command[0]} did not change the volume: {said:.200}")


def mixer_missing(platform: str) -> str:
    """Return one line that says what to install, or ""."""
    if _mixer(platform):
        return ""
    return f"none of {', '.join(MIXERS)} is on the PATH; install one of them to change the volume"


def _mixer(platform: str) -> str:
    if platform == "darwin":
        return "osascript"
    return next((name for name in MIXERS if not program_missing(name)), "")


def volume_command(mixer: str, operation: str, value: int | None) -> list[str]:
    """Return the command that changes the volume.

    Args:
        mixer: one of `MIXERS`, or "osascript".
        operation: one of `OPERATIONS`.
        value: percent, 0-100; None is 10 for "up" and "down".
    """
    amount = _STEP if value is None else value
    build = {"wpctl": _wpctl, "pactl": _pactl, "amixer": _amixer, "osascript": _osascript}
    return [mixer, *build[mixer](operation, amount)]


def _wpctl(operation: str, amount: int) -> list[str]:
    sink = "@DEFAULT_AUDIO_SINK@"
    if operation in _SWITCH:
        return ["set-mute", sink, _SWITCH[operation]]
    sign = {"up": "+", "down": "-"}.get(operation, "")
    return ["set-volume", "--limit", "1.0", sink, f"{amount}%{sign}"]


def _pactl(operation: str, amount: int) -> list[str]:
    sink = "@DEFAULT_SINK@"
    if operation in _SWITCH:
        return ["set-sink-mute", sink, _SWITCH[operation]]
    sign = {"up": "+", "down": "-"}.get(operation, "")
    return ["set-sink-volume", sink, f"{sign}{amount}%"]


def _amixer(operation: str, amount: int) -> list[str]:
    if operation in _SWITCH:
        return ["--quiet", "sset", "Master", operation]
    sign = {"up": "+", "down": "-"}.get(operation, "")
    return ["--quiet", "sset", "Master", f"{amount}%{sign}"]


def _osascript(operation: str, amount: int) -> list[str]:
    if operation in _SWITCH:
        return ["-e", f"set volume output muted {_MAC_SWITCH[operation]}"]
    sign = {"up": "+", "down": "-"}.get(operation)
    now = "(output volume of (get volume settings))"
    return ["-e", f"set volume output volume {f'({now} {sign} {amount})' if sign else amount}"]


def volume_keys(operation: str, value: int | None) -> list[str]:
    """Return the keys that do it on Windows, whose volume keys move by 2 percent.

    The key for louder also ends muting; what is muted already is not told, so "mute" begins there.
    """
    louder, softer, mute = (f"media_volume_{name}" for name in ("up", "down", "mute"))
    presses = round((_STEP if value is None else value) / _KEY_STEP)
    return {
        "up": [louder] * presses,
        "down": [softer] * presses,
        "set": [softer] * (100 // _KEY_STEP) + [louder] * presses,
        "toggle": [mute],
        "mute": [softer, louder, mute],
        "unmute": [softer, louder],
    }[operation]
