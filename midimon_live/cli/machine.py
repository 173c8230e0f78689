"""What this machine offers for MIDI: systems, a port that opens, a press that arrives, time."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from midimon_live.backends import open_backend
from midimon_live.cli.findings import GOOD, MISSING, OPTIONAL, Finding, as_root, good, system_line
from midimon_live.cli.systems import (
    SystemState,
    hardware,
    in_use,
    not_a_backend,
    without_choice,
)
from midimon_live.clock import SystemClock, sleep
from midimon_live.errors import MidimonError, PortError
from midimon_live.show import counted, printable

PRESSES, TURNS = 50, 50
_LATE_MS = 10.0  # at the median; musicians hear about this much
_SEQUENCER = Path("/dev/snd/seq")
_BUSY = "end what keeps the processor busy, and look again"


def systems() -> list[Finding]:
    """Ask each MIDI system of this platform, and open a port on the one that would be used."""
    states = hardware()
    taken = in_use(states)
    return [*map(_system, states), _opened(taken)]


def presses() -> Finding:
    """Press the virtual port's pad and see whether, and how soon, a function hears of it."""
    try:
        late = _pressed()
    except MidimonError as error:
        return Finding("virtual port", MISSING, f"a press does not arrive: {error}", _BUSY)
    return _timed("virtual port", f"{PRESSES} presses, each heard", late)


def clock() -> Finding:
    """See how much later than asked the system wakes a thread."""
    now = SystemClock.now
    late = []
    for _ in range(TURNS):
        due = now() + 0.001
        sleep(0.001)
        late.append(now() - due)
    return _timed("clock", "asked to wake in 1 ms", late)


def loop() -> Finding:
    """See how much later than asked an event loop, as a kernel has one, calls a function."""
    return _timed("event loop", "asked for a call in 5 ms", asyncio.run(_loop_lateness()))


async def _loop_lateness() -> list[float]:
    running = asyncio.get_running_loop()
    late = []
    for _ in range(TURNS):
        due = running.time() + 0.005
        await asyncio.sleep(0.005)
        late.append(running.time() - due)
    return late


def _timed(name: str, what: str, late: Sequence[float]) -> Finding:
    middle, worst = median(late) * 1000, max(late) * 1000
    found = f"{what}; {middle:.1f} ms late at the median, {worst:.1f} ms at most"
    if middle < _LATE_MS:
        return good(name, found)
    return Finding(name, OPTIONAL, found, _BUSY)


def _pressed() -> list[float]:
    from midimon_live.sessions import Session
    from midimon_live.triggers import note

    now, heard = SystemClock.now, list[float]()
    session = Session(backend="virtual", home=None)
    try:
        session.map(note(36), lambda _context: heard.append(now()))
        late = []
        for number in range(PRESSES):
            pressed = now()
            session.virtual.press(36)
            session.settle()
            late.append(heard[number] - pressed)
        return late
    finally:
        session.close()


def _system(state: SystemState) -> Finding:
    api = state.name.partition("/")[2]
    if state.answers:
        counts = f"{counted(len(state.inputs), 'input')}, {counted(len(state.outputs), 'output')}"
        return good(state.name, f"{state.system}: {counts}")
    found, remedy = _REASONS.get(api, _unknown)(state)
    return Finding(state.name, OPTIONAL, f"{state.system}: {found}", remedy)


def _no_alsa(state: SystemState) -> tuple[str, str]:
    if not _SEQUENCER.exists():
        return f"there is no {_SEQUENCER}", f"{as_root()}modprobe snd-seq"
    try:
        with _SEQUENCER.open("r+b", buffering=0):
            return _unknown(state)
    except PermissionError:
        return f"{_SEQUENCER} is not yours to open", f"{as_root()}usermod -aG audio $USER"
    except OSError as error:
        return f"{_SEQUENCER} does not open: {error.strerror}", f"{as_root()}modprobe snd-seq"


def _no_jack(state: SystemState) -> tuple[str, str]:
    del state
    if shutil.which("jackd"):
        return "no server runs", "jackd -d alsa"
    return "there is no server", system_line("jackd2", homebrew="jack", winget="jackaudio.jack2")


def _unknown(state: SystemState) -> tuple[str, str]:
    return printable(state.said), "plug a controller in, then: midimon-live ports"


_REASONS: dict[str, Callable[[SystemState], tuple[str, str]]] = {"alsa": _no_alsa, "jack": _no_jack}


def _opened(system: str) -> Finding:
    if wrong := not_a_backend():
        found = f"MIDIMON_BACKEND: {wrong}"
        return Finding("hardware port", MISSING, printable(found), without_choice())
    if not system:
        found = "no MIDI system answers; the virtual port and the browser's ports work without"
        return Finding("hardware port", OPTIONAL, found, "in a notebook: midi.web()")
    try:
        backend = open_backend(system, SystemClock(), lambda: None)
    except PortError as error:
        return Finding("hardware port", MISSING, printable(str(error)), "midimon-live ports")
    try:
        if sys.platform == "win32":  # has no ports of one's own; a device may belong to another
            return Finding("hardware port", GOOD, "Windows opens a port when it is connected")
        backend.open_input("doctor", virtual=True)
        backend.open_output("doctor", virtual=True)
        return good("hardware port", f"{system} opens an input and an output")
    except PortError as error:
        return Finding("hardware port", MISSING, printable(str(error)), "midimon-live ports")
    finally:
        backend.close()
