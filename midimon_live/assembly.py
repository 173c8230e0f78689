"""Building the parts of a session and joining them; nothing runs before `Session` starts it."""

import os
from asyncio import AbstractEventLoop
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from midimon_live.activity import ActivityMeter
from midimon_live.backends import BACKENDS, open_backend
from midimon_live.backends.base import Backend
from midimon_live.backends.virtual import VirtualBackend, VirtualPort
from midimon_live.backends.web import WebBackend
from midimon_live.clock import Clock
from midimon_live.engine import Engine
from midimon_live.errors import BackendUnavailable
from midimon_live.gestures import Gestures
from midimon_live.host import Host
from midimon_live.inline import Inline, Parts
from midimon_live.looped import Looped
from midimon_live.loops import InlineTasks, LoopTasks, Tasks, kernel_loop
from midimon_live.machine import in_browser
from midimon_live.modes import Modes
from midimon_live.monitor import Monitor, Trace
from midimon_live.plugin.failures import Failures, NamePlace
from midimon_live.plugin.groups import Groups
from midimon_live.plugin.guard.subject import acting
from midimon_live.plugin.hooks import Hooks
from midimon_live.plugin.manager import PluginManager
from midimon_live.plugin.runner import Runner
from midimon_live.plugin.streams import detach
from midimon_live.plugin.surroundings import Surroundings
from midimon_live.plugin.voices import Voices
from midimon_live.ports import VIRTUAL, Ports
from midimon_live.pump import Pump
from midimon_live.running import Running
from midimon_live.runs import Runs
from midimon_live.stalls import StallMeter
from midimon_live.surface import Surface
from midimon_live.takes.tape import Tape
from midimon_live.tempo import Tempo
from midimon_live.timers import Timers
from midimon_live.watchdog import Watchdog
from midimon_live.workers import InlineWorkers, ThreadWorkers, Workers

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
    web: WebBackend
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
    hooks: Hooks
    tempo: Tempo
    runner: Runner
    tape: Tape
    errors: Groups
    activity: ActivityMeter
    home: Path | None

    def plugins_in_use(self) -> set[str]:
        """Return the names of the plugins that gestures and actions under way may still need."""
        return self.gestures.plugins() | self.runs.plugins()

    def in_seconds(self, delay: float, job: Callable[[], None]) -> None:
        """Do a job in so many seconds, between two events."""
        self.timers.schedule(self.clock.now() + delay, job)


def assemble(
    shell: Any,
    clock: Clock,
    *,
    threads: bool,
    loop: AbstractEventLoop | None,
    backend: str | None,
    name_place: NamePlace,
    home: Path | None,
) -> Assembly:
    """Build all parts; the arguments are those of `Session`."""
    monitor, running, timers, bell = Monitor(clock), Running(clock), Timers(), _Bell()
    real = threads or loop is not None
    hooks, tasks = Hooks(monitor.notice), _tasks(shell, threads=threads)
    ports, port, web = _ports(clock, monitor, bell, backend, hooks, threads=threads)
    failures = Failures(name_place, clock)
    runner = Runner(clock, monitor, running, timers, tasks, failures)
    voices = Voices(clock, timers, running, partial(detach, shell), limited=real)
    places = ports.outputs, ports.output_names, home
    around = Surroundings(
        runner, voices, clock, timers, monitor, *places, threads, hooks, name_place
    )
    plugins = PluginManager(around)
    modes, surface, workers = Modes(), Surface(), _workers(threads=threads)
    gestures, say = _gestures(surface, timers, clock, real=real), runner.describe
    host = Host(clock, modes, surface, ports.outputs, plugins, running, workers, monitor, say)
    runs = Runs(host, clock, timers, running, monitor, say)
    tempo, stalls = Tempo(clock, timers, monitor), StallMeter(clock, monitor, running)
    tape = Tape(clock, timers, modes.name)
    engine = Engine(clock, monitor, timers, surface, gestures, modes, runs, tempo, tape)
    activity = ActivityMeter(clock, plugins.builder.stats)
    parts = Parts(engine, ports, timers, running, clock, monitor, tasks, activity)
    watchdog = Watchdog(running, monitor, stalls.line_of)
    pump = Inline(parts) if loop is None else Looped(parts, loop)
    pump = Pump(parts, partial(kernel_loop, shell), stalls, watchdog) if threads else pump
    bell.ring = timers.changed = pump.wake
    hooks.changed = partial(_tell_of_events, engine, hooks)
    _join(plugins, runs, pump, workers, ports, surface)
    _let_tape_run(tape, ports, modes, pump, running)
    first = monitor, running, timers, tasks, ports, port, web, plugins
    then, groups = (modes, surface, gestures, runs, engine, stalls), failures.groups
    last = tempo, runner, tape, groups, activity, home
    return Assembly(*first, *then, watchdog, pump, clock, hooks, *last)


def _ports(
    clock: Clock,
    monitor: Monitor,
    bell: "_Bell",
    backend: str | None,
    hooks: Hooks,
    *,
    threads: bool,
) -> tuple[Ports, VirtualPort, WebBackend]:
    virtual = VirtualBackend(clock, bell)
    port = virtual.open_input(VIRTUAL, virtual=True)
    name = backend or os.environ.get("MIDIMON_BACKEND") or (HARDWARE if threads else "virtual")
    opener = _opener(name, clock, hooks)
    web = WebBackend(clock, bell)
    in_process = name == "virtual"
    ports = Ports(virtual, opener, clock, monitor, others=[web], in_process=in_process)
    ports.connect(VIRTUAL)
    return ports, port, web


class _Bell:
    """Rings the pump, which is built after the ports that ring."""

    def __init__(self) -> None:
        self.ring: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        self.ring()


def _join(
    plugins: PluginManager,
    runs: Runs,
    pump: Inline,
    workers: Workers,
    ports: Ports,
    surface: Surface,
) -> None:
    """Tell plugins, actions and ports of what is built after them."""
    runs.later = pump.later
    ports.lost = partial(_release_held, surface, pump)
    plugins.defer, plugins.exclusive, plugins.later = pump.defer, pump.paused, pump.later
    plugins.between_events, plugins.services.emitted = pump.between_events, pump.emit
    plugins.retirement.later, plugins.retirement.held = pump.later, surface.held_by
    plugins.builder.rehearsals.still = pump.between_events
    plugins.beside = partial(_beside, workers)


def _tell_of_events(engine: Engine, hooks: Hooks) -> None:
    """Let the engine tell of events while somebody listens."""
    listens = "midimon_event" in hooks.heard
    engine.tell((lambda row: hooks.tell("midimon_event", trace=Trace.of(row))) if listens else None)


def _let_tape_run(tape: Tape, ports: Ports, modes: Modes, pump: Inline, running: Running) -> None:
    """Let the tape have what is sent and which mode is entered, and know whose doing that is."""
    ports.outputs.told, modes.changed = tape.sent, tape.entered
    tape.pump = pump
    tape.handler_here = lambda: running.here() or acting.get() is not None


def _gestures(surface: Surface, timers: Timers, clock: Clock, *, real: bool) -> Gestures:
    gestures = Gestures(surface, timers, clock.now)
    gestures.slack = _LATE_S if real else 0.0
    return gestures


def _workers(*, threads: bool) -> Workers:
    return ThreadWorkers() if threads else InlineWorkers()


def _beside(workers: Workers, job: Callable[[], None]) -> None:
    if not workers.do(job, "files"):
        job()


def _release_held(surface: Surface, pump: Inline, port: str) -> None:
    for data in surface.note_offs(port):
        pump.inject(port, data)


def _tasks(shell: Any, *, threads: bool) -> Tasks:
    if not threads:
        return InlineTasks()
    has_kernel = getattr(shell, "kernel", None) is not None
    return LoopTasks(lambda: kernel_loop(shell), has_kernel=has_kernel)


def _opener(backend: str, clock: Clock, hooks: Hooks) -> Callable[[], Backend]:
    def opened() -> Backend:
        if backend.partition("/")[0] not in BACKENDS:
            hooks.load_packages()
            if (found := hooks.asked("midimon_backends").get(backend)) is not None:
                return cast("Backend", found(clock))
        if backend == "virtual" and in_browser():
            raise BackendUnavailable("none in a browser; midi.web() brings its controllers here")
        if backend == "virtual":
            raise BackendUnavailable("virtual ports only, as MIDIMON_BACKEND asks")
        return open_backend(backend, clock, lambda: None)

    return opened
