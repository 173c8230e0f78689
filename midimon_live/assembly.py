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
from midimon_live.gestures import Gestures
from midimon_live.host import Host
from midimon_live.inline import Inline, Parts
from midimon_live.loops import InlineTasks, LoopTasks, Tasks, kernel_loop
from midimon_live.modes import Modes
from midimon_live.monitor import Monitor
from midimon_live.plugin.failures import Failures, NamePlace
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.runner import Runner
from midimon_live.ports import VIRTUAL, Ports
from midimon_live.pump import Pump
from midimon_live.running import Running
from midimon_live.runs import Runs
from midimon_live.stalls import StallMeter
from midimon_live.surface import Surface
from midimon_live.timers import Timers
from midimon_live.watchdog import Watchdog
from midimon_live.workers import InlineWorkers, ThreadWorkers

HARDWARE = "rtmidi"
_LATE_S = 0.003  # how late an event may be handled and still count at its own moment


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
    modes: Modes
    surface: Surface
    gestures: Gestures
    runs: Runs
    engine: Engine
    stalls: StallMeter
    watchdog: Watchdog
    pump: Inline
    clock: Clock

    def plugins_in_use(self) -> set[str]:
        """Return the names of the plugins that gestures and actions under way may still need."""
        return self.gestures.plugins() | self.runs.plugins()

    def in_seconds(self, delay: float, job: Callable[[], None]) -> None:
        """Do a job in so many seconds, between two events."""
        self.timers.schedule(self.clock.now() + delay, job)


def assemble(
    shell: Any, clock: Clock, *, threads: bool, backend: str | None, name_place: NamePlace
) -> Assembly:
    """Build all parts; the arguments are those of `Session`."""
    monitor, running, timers = Monitor(clock), Running(clock), Timers()
    tasks = _tasks(shell, threads=threads)
    bell = _Bell()
    ports, port = _ports(clock, monitor, bell, backend, threads=threads)
    runner = Runner(clock, monitor, running, tasks, Failures(name_place))
    plugins = PluginManager(runner, clock, timers, ports.outputs.send)
    modes, surface = Modes(), Surface()
    gestures = Gestures(surface, timers, clock.now)
    gestures.slack = _LATE_S if threads else 0.0
    workers = ThreadWorkers() if threads else InlineWorkers()
    say = runner.describe
    host = Host(clock, modes, surface, ports.outputs, plugins, running, workers, monitor, say)
    runs = Runs(host, clock, timers, running, monitor, say)
    engine = Engine(clock, monitor, timers, surface, gestures, modes, runs)
    stalls = StallMeter(clock, monitor, running)
    parts = Parts(engine, ports, timers, running, clock, monitor, tasks)
    watchdog = Watchdog(running, monitor, stalls.line_of)
    pump = Inline(parts)
    if threads:
        pump = Pump(parts, lambda: kernel_loop(shell), stalls, watchdog)
    bell.ring = timers.changed = pump.wake
    plugins.defer, plugins.exclusive = pump.defer, pump.paused
    plugins.later = runs.later = pump.later
    ports.lost = lambda name: _release_held(surface, pump, name)
    return Assembly(
        monitor=monitor,
        running=running,
        timers=timers,
        tasks=tasks,
        ports=ports,
        virtual=port,
        plugins=plugins,
        modes=modes,
        surface=surface,
        gestures=gestures,
        runs=runs,
        engine=engine,
        stalls=stalls,
        watchdog=watchdog,
        pump=pump,
        clock=clock,
    )


def _ports(
    clock: Clock, monitor: Monitor, bell: "_Bell", backend: str | None, *, threads: bool
) -> tuple[Ports, VirtualPort]:
    virtual = VirtualBackend(clock, bell)
    port = virtual.open_input(VIRTUAL, virtual=True)
    name = backend or os.environ.get("MIDIMON_BACKEND") or (HARDWARE if threads else "virtual")
    opener = _opener(name, clock)
    ports = Ports(virtual, opener, clock, monitor, in_process=name == "virtual")
    ports.connect(VIRTUAL)
    return ports, port


class _Bell:
    """Rings the pump, which is built after the ports that ring."""

    def __init__(self) -> None:
        self.ring: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        self.ring()


def _release_held(surface: Surface, pump: Inline, port: str) -> None:
    for data in surface.note_offs(port):
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
