"""What plugins are run in: the parts of a session that the plugin manager is given."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from midimon_live.clock import Clock
from midimon_live.monitor import Monitor
from midimon_live.outputs import Outputs
from midimon_live.plugin.failures import NamePlace
from midimon_live.plugin.hooks import Hooks
from midimon_live.plugin.runner import Runner
from midimon_live.plugin.voices import Voices
from midimon_live.timers import Timers


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What plugins are run in.

    Attributes:
        runner: calls them.
        voices: take what they print.
        clock: tells the moment.
        timers: keeps what they schedule.
        monitor: takes notices.
        outputs: sends MIDI.
        output_names: returns the names of all outputs there are.
        home: where grants, state and the audit log are kept; None keeps nothing.
        threads: whether files may be written on other threads.
        hooks: tell others what happens.
        name_place: turns file and line into words.
    """

    runner: Runner
    voices: Voices
    clock: Clock
    timers: Timers
    monitor: Monitor
    outputs: Outputs
    output_names: Callable[[], list[str]]
    home: Path | None
    threads: bool
    hooks: Hooks
    name_place: NamePlace
