"""Every MIDI system that this machine could have, asked one by one. Nothing of it is kept open."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from midimon_live.backends import BACKENDS, open_backend
from midimon_live.backends.driver import load_driver
from midimon_live.clock import SystemClock
from midimon_live.errors import PortError

_OF_PLATFORM = {"linux": ("alsa", "jack"), "darwin": ("core",), "win32": ("winmm",)}
_NAMES = {"alsa": "ALSA", "jack": "JACK", "core": "CoreMIDI", "winmm": "Windows MIDI"}
_WITHOUT_OWN_PORTS = ("winmm",)


@dataclass(frozen=True, slots=True)
class SystemState:
    """One MIDI system, as it answered.

    Attributes:
        name: "virtual", "web", or what MIDIMON_BACKEND takes: "rtmidi/alsa", "rtmidi/jack",
            "rtmidi/core", "rtmidi/winmm".
        system: its name for people.
        answers: whether its ports can be used.
        inputs: what can be received from.
        outputs: what can be sent to.
        own_ports: whether ports can be made on it that other programs see.
        said: why it does not answer, or what there is to know; "" for nothing.
    """

    name: str
    system: str
    answers: bool
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    own_ports: bool = False
    said: str = ""


def every() -> Iterator[SystemState]:
    """Ask all of them, those first that are there always."""
    yield SystemState(
        "virtual", "this process", answers=True, inputs=["Virtual"], outputs=["Virtual"]
    )
    at_browser = "ports at the browser: midi.web() in a notebook connects them"
    yield SystemState("web", "Web MIDI", answers=True, said=at_browser)
    yield from hardware()


def hardware() -> list[SystemState]:
    """Ask those of this platform, in the order in which a session tries them."""
    usual = _OF_PLATFORM.get(sys.platform, ())
    try:
        driver = load_driver()
    except PortError as error:
        said = str(error)
        return [
            SystemState(f"rtmidi/{one}", _NAMES[one], answers=False, said=said) for one in usual
        ]
    compiled = [driver.get_api_name(api) for api in driver.get_compiled_api()]
    return [_asked(one) for one in compiled if one in _NAMES]


def in_use(states: list[SystemState]) -> str:
    """Return the name of the system that a session would take for hardware; "" for none."""
    wanted = os.environ.get("MIDIMON_BACKEND") or "rtmidi"
    fitting = (one for one in states if one.answers and one.name.startswith("rtmidi/"))
    return next((one.name for one in fitting if wanted in (one.name, "rtmidi")), "")


def not_a_backend() -> str:
    """Return what is wrong with the name in MIDIMON_BACKEND; "" where a backend is called so."""
    wanted = os.environ.get("MIDIMON_BACKEND") or "rtmidi"
    there = [*BACKENDS, *(f"rtmidi/{one}" for one in _OF_PLATFORM.get(sys.platform, ()))]
    known = (*there, *(f"rtmidi/{one}" for one in _NAMES))  # JACK can be on every platform
    return "" if wanted in known else f"no backend {wanted!r}; there are {', '.join(there)}"


def without_choice() -> str:
    """Return the line, as it is typed on this platform, that takes MIDIMON_BACKEND away."""
    return "set MIDIMON_BACKEND=" if sys.platform == "win32" else "unset MIDIMON_BACKEND"


def _asked(api: str) -> SystemState:
    name, system = f"rtmidi/{api}", _NAMES[api]
    try:
        backend = open_backend(name, SystemClock(), lambda: None)
    except PortError as error:
        return SystemState(name, system, answers=False, said=str(error))
    try:
        inputs, outputs = backend.inputs(), backend.outputs()
    finally:
        backend.close()
    return SystemState(
        name,
        system,
        answers=True,
        inputs=inputs,
        outputs=outputs,
        own_ports=api not in _WITHOUT_OWN_PORTS,
    )
