"""Building the parts of a session and joining them; nothing runs before `Session` starts it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from midimon_live.backends import open_backend
from midimon_live.backends.base import Backend
from midimon_live.backends.virtual import VirtualBackend, VirtualPort
from midimon_live.clock import Clock
from midimon_live.engine import Engine
from midimon_live.errors import BackendUnavailable
from midimon_live.inline import Inline, Parts
from midimon_live.loops import InlineTasks, LoopTasks, Tasks, kernel_loop
from midimon_live.monitor import Monitor
from midimon_live.plugin.failures import Failures, NamePlace
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.runner import Runner
from midimon_live.ports import VIRTUAL, Ports
from midimon_live.pump import Pump
from midimon_live.running import Running
from midimon_live.stalls import StallMeter
from midimon_live.timers import Timers

HARDWARE = "rtmidi"


@dataclass(frozen=True, slots=True)
class Assembly:
    """Everything a session holds, joined."""

    monitor: Monitor
    running: Running
    timers: Timers
    tasks: Tasks
    ports: Ports
    virtual: VirtualPort
    plugins: PluginManager
    engine: Engine
    stalls: StallMeter
    pump: Inline


def assemble(
    shell: Any, clock: Clock, *, threads: bool, backend: str | None, name_place: NamePlace
) -> Assembly:
    """Build all parts.

    Args:
        shell: the IPython shell, or None.
        clock: what "now" is.
        threads: False for an engine in the caller's thread.
        backend: row of `BACKENDS`, with or without "/system"; the environment variable
            MIDIMON_BACKEND by default.
        name_place: turns a file and line into words.
    """
    monitor, running, timers = Monitor(clock), Running(clock), Timers()
    tasks = _tasks(shell, threads=threads)
    bell = _Bell()
    virtual = VirtualBackend(clock, bell)
    port = virtual.open_input(VIRTUAL, virtual=True)
    name = backend or os.environ.get("MIDIMON_BACKEND") or (HARDWARE if threads else "virtual")
    opener = _opener(name, clock)
    ports = Ports(virtual, opener, clock, monitor, in_process=name == "virtual")
    ports.connect(VIRTUAL)
    runner = Runner(clock, monitor, running, tasks, Failures(name_place))
    plugins = PluginManager(runner, clock, timers, ports.outputs.send)
    engine = Engine(clock, monitor, timers, plugins)
    stalls = StallMeter(clock, monitor, running)
    parts = Parts(engine, ports, timers, running, clock, monitor, tasks)
    pump = Pump(parts, lambda: kernel_loop(shell), stalls) if threads else Inline(parts)
    bell.ring = timers.changed = pump.wake
    plugins.later, plugins.defer, plugins.exclusive = pump.later, pump.defer, pump.paused
    ports.lost = lambda name: _release_held(engine, pump, name)
    return Assembly(monitor, running, timers, tasks, ports, port, plugins, engine, stalls, pump)


class _Bell:
    """Rings the pump, which is built after the ports that ring."""

    def __init__(self) -> None:
        self.ring: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        self.ring()


def _release_held(engine: Engine, pump: Inline, port: str) -> None:
    for data in engine.note_offs(port):
        pump.inject(port, data)


def _tasks(shell: Any, *, threads: bool) -> Tasks:
    if not threads:
        return InlineTasks()
    has_kernel = getattr(shell, "kernel", None) is not None
    return LoopTasks(lambda: kernel_loop(shell), has_kernel=has_kernel)


def _opener(backend: str, clock: Clock) -> Callable[[], Backend]:
    def opened() -> Backend:
        if backend == "virtual":
            raise BackendUnavailable("virtual ports only, as MIDIMON_BACKEND asks")
        return open_backend(backend, clock, lambda: None)

    return opened
