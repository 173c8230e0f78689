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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any

import mido

from midimon_live.actions import plugin as plugin_action
from midimon_live.backends.virtual import VirtualPort
from midimon_live.clock import ManualClock
from midimon_live.plugin.api import ActionPlugin
from midimon_live.plugin.folders.bundle import Bundle
from midimon_live.plugin.folders.loader import load
from midimon_live.plugin.stats import PluginStats
from midimon_live.sessions import Session
from midimon_live.triggers import note

__all__ = [
    "ManualClock",
    "Run",
    "TestSession",
    "VirtualPort",
    "bend",
    "chosen",
    "load_module",
    "plugin_session",
    "press",
    "pressure",
    "released",
    "run_plugin",
    "session",
    "turn",
]


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
        self._home = Path(home or "")
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
        end = self.clock.now() + seconds
        while self._timers.next_due <= end:
            self.clock.move_to(self._timers.next_due)
            self.settle()
        self.clock.move_to(end)

    @property
    def home(self) -> Path:
        """The folder of plugins, grants and logs."""
        return self._home

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
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "test_*"))
        if capabilities is not None:
            _declare(copy / "plugin.toml", list(capabilities))
        midi = Session(backend="virtual", home=home) if live else TestSession(home)
        with contextlib.closing(midi):
            midi.plugins.discover_plugins()
            for name in midi.plugins.list_available() if load else ():
                midi.plugins.load_plugin(name)
                for one in grants:
                    midi.plugins.grant_capability(name, one, until="session")
            yield midi


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
