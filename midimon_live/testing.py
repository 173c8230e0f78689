"""Testing plugins without hardware, threads or waiting; this project's own tests use it too.

A test of a plugin is five lines::

    from midimon_live import note
    from midimon_live.testing import press, session

    def test_blink_answers():
        with session() as midi:
            midi.map(note(36), Echo)
            midi.play(press(36, velocity=100))
            assert midi.sent == [press(36, velocity=100)]
"""

import contextlib
import io
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any

import mido

from midimon_live.actions import plugin as plugin_action
from midimon_live.backends.virtual import VirtualPort
from midimon_live.clock import ManualClock
from midimon_live.errors import InvalidValue
from midimon_live.plugin.api import ActionPlugin
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.loader import load
from midimon_live.plugin.stats import PluginStats
from midimon_live.sessions import Session
from midimon_live.takes.compare import difference, tolerance_of
from midimon_live.takes.replay import check_speed
from midimon_live.takes.take import Take, played_lines, taken
from midimon_live.triggers import note

__all__ = [
    "ManualClock",
    "Run",
    "Setup",
    "Take",
    "TestSession",
    "VirtualPort",
    "assert_take",
    "bend",
    "chosen",
    "load_module",
    "plugin_session",
    "press",
    "pressure",
    "released",
    "replayed",
    "run_plugin",
    "session",
    "turn",
]

_SAME_S = 1e-9


def press(note: int, velocity: int = 100, *, channel: int = 0, time: float = 0) -> mido.Message:
    """Return a note-on: note and velocity 0-127, channel 0-15, time in seconds before it."""
    return mido.Message("note_on", note=note, velocity=velocity, channel=channel, time=time)


def released(note: int, velocity: int = 64, *, channel: int = 0, time: float = 0) -> mido.Message:
    """Return a note-off: note and velocity 0-127, channel 0-15, time in seconds before it."""
    return mido.Message("note_off", note=note, velocity=velocity, channel=channel, time=time)


def turn(control: int, value: int, *, channel: int = 0, time: float = 0) -> mido.Message:
    """Return a control change: control and value 0-127, channel 0-15, time in seconds before it."""
    return mido.Message("control_change", control=control, value=value, channel=channel, time=time)


def bend(pitch: int, *, channel: int = 0, time: float = 0) -> mido.Message:
    """Return a pitch bend: pitch -8192 to 8191, channel 0-15, time in seconds before it."""
    return mido.Message("pitchwheel", pitch=pitch, channel=channel, time=time)


def pressure(
    value: int, *, note: int | None = None, channel: int = 0, time: float = 0
) -> mido.Message:
    """Return the pressure, 0-127, on one note or on a channel; time in seconds before it."""
    if note is None:
        return mido.Message("aftertouch", value=value, channel=channel, time=time)
    return mido.Message("polytouch", note=note, value=value, channel=channel, time=time)


def chosen(program: int, *, channel: int = 0, time: float = 0) -> mido.Message:
    """Return a program change: program 0-127, channel 0-15, time in seconds before it."""
    return mido.Message("program_change", program=program, channel=channel, time=time)


class TestSession(Session):
    """A session whose time stands still until it is moved; events are handled on the spot.

    Attributes:
        clock: its manual clock.
    """

    __test__ = False  # the name begins with Test, but it holds none

    def __init__(self, home: str | PathLike[str] | None = None) -> None:
        self.clock = ManualClock()
        super().__init__(clock=self.clock, threads=False, backend="virtual", home=home)

    def play(self, *events: Any) -> None:
        """Let events arrive at the virtual port, one after another.

        Args:
            events: `mido.Message` (its `time` passes before it, in seconds) or raw bytes.
        """
        for event in events:
            if isinstance(event, mido.Message):
                self.advance(event.time)
            self.virtual.play(event)

    def advance(self, seconds: float) -> None:
        """Let time pass; what falls due meanwhile happens at its own moment, in order."""
        self._advance_to(self.clock.now() + seconds)

    def _advance_to(self, end: float) -> None:
        # sums of decimals are off by their last bits: those must not decide what comes first
        end = round(end, 9)
        while self._timers.next_due <= end + _SAME_S:
            self.clock.move_to(self._timers.next_due)
            self.settle()
        self.clock.move_to(end)

    def replay(  # type: ignore[override]  # here it is over when it returns
        self,
        take: Take | str | PathLike[str],
        *,
        speed: float = 1.0,
        port: str | None = None,
        emitted: bool = False,
    ) -> Take:
        """Play a take again in virtual time, up to its length, and return what came of it.

        In a new session that is set up alike this gives the same take, to the byte, every time.
        Notes that the take leaves down are released at the end, after what is returned.

        Args:
            take: or the path of one.
            speed: how many times as fast, 0.01 to 100.
            port: from which port all of it comes; None is from where it came.
            emitted: whether what plugins emitted is played too, for plugins that are not here.

        Raises:
            TakeError: there is no such take.
            InvalidValue: `speed` or `port` can not be.
        """
        chosen, speed, player = taken(take), check_speed(speed), self.player(port)
        self._enter_mode_of(chosen)
        recording = self.record()
        began = self.clock.now()
        for line in played_lines(chosen, emitted=emitted):
            moment = began + line.t / speed
            self._advance_to(moment)
            player.play(line, moment)
        self._advance_to(began + chosen.seconds / speed)
        heard = recording.stop()
        player.let_go()
        return heard

    def look(self) -> None:
        """Take over what was saved since the last look, as a session with threads does by itself.

        The first look at a module only learns what it is made of.
        """
        self._follower.look()

    @property
    def home(self) -> Path:
        """The folder of plugins, grants and logs."""
        return Path(self._home or "")

    @property
    def sent(self) -> list[mido.Message]:
        """The messages sent to the virtual port, oldest first."""
        return self.virtual.sent


@contextlib.contextmanager
def session(home: str | PathLike[str] | None = None) -> Any:
    """Give a `TestSession` and close it at the end.

    Args:
        home: the folder of plugins, grants and logs; None keeps nothing.
    """
    midi = TestSession(home)
    try:
        yield midi
    finally:
        midi.close()


@contextlib.contextmanager
def plugin_session(
    folder: str | PathLike[str],
    *,
    grants: Iterable[str] = (),
    capabilities: Iterable[str] | None = None,
    load: bool = True,
    live: bool = False,
) -> Iterator[Any]:
    """Give a `TestSession` with the plugin of a folder, in a home of its own that goes afterwards.

    Args:
        folder: of the plugin; it is copied.
        grants: what to grant it for the session, as "filesystem" or "network:example.org".
        capabilities: what it declares, in place of what its manifest says.
        load: False leaves it to the test to load the plugin.
        live: True gives a `Session` with threads and an event loop, on the virtual port and in real
            time: for plugins that are `async` and keep connections open.

    Raises:
        LoadError: it can not be loaded, and the other errors of `load_plugin`.
    """
    with tempfile.TemporaryDirectory(prefix="midimon-") as home:
        source = Path(folder)
        copy = Path(home) / "plugins" / source.name
        _copy(source, copy)
        if capabilities is not None:
            _declare(copy / "plugin.toml", list(capabilities))
        midi = Session(backend="virtual", home=home) if live else TestSession(home)
        with contextlib.closing(midi):
            midi.plugins.discover_plugins()
            _load(midi, midi.plugins.list_available() if load else (), grants)
            yield midi


def _copy(source: Path, copy: Path) -> None:
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "test_*"))


def _load(midi: Session, names: Iterable[str], grants: Iterable[str]) -> None:
    for name in names:
        midi.plugins.load_plugin(name)
        for one in grants:
            midi.plugins.grant_capability(name, one, until="session")


def _declare(manifest: Path, capabilities: list[str]) -> None:
    import tomlkit

    document = tomlkit.parse(manifest.read_text("utf-8"))
    plugin: Any = document["plugin"]
    plugin["capabilities"] = capabilities
    manifest.write_text(tomlkit.dumps(document), "utf-8")


def load_module(folder: str | PathLike[str]) -> ModuleType:
    """Return the module of a plugin's folder, to test its functions; raises LoadError."""
    return load(Bundle.read(Path(folder))).module


@dataclass(frozen=True, slots=True)
class Run:
    """What came of `run_plugin`.

    Attributes:
        sent: the messages it sent, oldest first.
        printed: what it printed, and its tracebacks.
        stats: its statistics.
    """

    sent: list[mido.Message]
    printed: str
    stats: PluginStats


def run_plugin(
    plugin: type[ActionPlugin] | ActionPlugin,
    events: Iterable[Any] = (press(36),),
    *,
    trigger: Any = None,
    params: Mapping[str, Any] | None = None,
    grants: Iterable[str] = (),
) -> Run:
    """Map a plugin, play events to it, and return what it did.

    Args:
        plugin: class or instance.
        events: as for `TestSession.play`; by default one press of note 36.
        trigger: what fires it; note 36 by default.
        params: handed to `execute`.
        grants: names of capabilities to allow beyond the Low ones.
    """
    printed = io.StringIO()
    with (
        session() as midi,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        handle = midi.map(trigger or note(36), plugin_action(plugin, **(params or {})))
        for capability in grants:
            midi.plugins.grant_capability(handle.mapping.plugin, capability)
        midi.play(*events)
        stats = midi.plugins.get_stats(handle.mapping.plugin)
        return Run(midi.sent, printed.getvalue(), stats)


Setup = Callable[[TestSession], Any] | str | PathLike[str]


def replayed(
    take: Take | str | PathLike[str],
    setup: Setup | Sequence[Setup],
    *,
    emitted: bool = False,
    grants: Iterable[str] = (),
) -> Take:
    """Return what comes of a take in a new session, in virtual time; see `assert_take`."""
    chosen = taken(take)
    with _set_up(setup, grants) as midi:
        return midi.replay(chosen, emitted=emitted)


def assert_take(
    take: Take | str | PathLike[str],
    setup: Setup | Sequence[Setup],
    *,
    tolerance: float | None = None,
    update: bool = False,
    emitted: bool = False,
    grants: Iterable[str] = (),
) -> None:
    """Play a take again in virtual time, and fail unless the same comes of it as when it was made.

    Compared are what fired with its verdict, what was sent and emitted, and the modes entered: in
    order, each at its moment.

    Args:
        take: or the path of one.
        setup: what makes the session ready: a function that is given it and maps things, the path
            of a configuration, the folder of a plugin, or several of them, done in that order.
        tolerance: by how many seconds a result may be off, and change its order with others; 0.05
            where the take was recorded in real time, 0 where that was virtual.
        update: write what comes of it into the take's file, instead of comparing.
        emitted: whether what plugins emitted is played too, for plugins that are not here.
        grants: what to grant the plugins of folders, as "filesystem" or "network:example.org".

    Raises:
        AssertionError: something else came of it; the text says what, and at which second.
        TakeError: there is no such take, or it can not be written.
        InvalidValue: an argument can not be.
    """
    chosen = taken(take)
    allowed = tolerance_of(chosen) if tolerance is None else _checked_tolerance(tolerance)
    heard = replayed(chosen, setup, emitted=emitted, grants=grants)
    name = "the take" if isinstance(take, Take) else str(take)
    if update:
        if isinstance(take, Take):
            raise InvalidValue("update writes into the take's file; give its path")
        chosen.with_results(heard).save(take)
    elif not chosen.clock and not chosen.results:
        raise AssertionError(
            f"{name} has no results to compare with; run once with update=True to write them"
        )
    elif told := difference(chosen, heard, allowed, emitted=emitted):
        raise AssertionError(f"{name}: something else came of it than before; {told}")


def _checked_tolerance(tolerance: Any) -> float:
    if isinstance(tolerance, (int, float)) and not isinstance(tolerance, bool) and tolerance >= 0:
        return float(tolerance)
    raise InvalidValue(f"tolerance is {tolerance!r:.40}; allowed are seconds from 0 on")


@contextlib.contextmanager
def _set_up(setup: Setup | Sequence[Setup], grants: Iterable[str]) -> Iterator[TestSession]:
    """Give a session that is set up like that, and close it."""
    steps = [setup] if callable(setup) or isinstance(setup, (str, PathLike)) else list(setup)
    with tempfile.TemporaryDirectory(prefix="midimon-") as home, session(home) as midi:
        for step in steps:
            if callable(step):
                step(midi)
            elif Path(step).is_dir():
                _load_folder(midi, Path(step), grants)
            else:
                midi.config(step)
        yield midi


def _load_folder(midi: TestSession, folder: Path, grants: Iterable[str]) -> None:
    """Load a plugin from a copy of its folder."""
    _copy(folder, midi.home / "plugins" / folder.name)
    before = set(midi.plugins.list_available())
    midi.plugins.discover_plugins()
    _load(midi, [name for name in midi.plugins.list_available() if name not in before], grants)
