"""The MIDI systems there are, by name."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from midimon_live.backends.virtual import VirtualBackend
from midimon_live.clock import Clock
from midimon_live.errors import BackendUnavailable

if TYPE_CHECKING:
    from midimon_live.backends.base import Backend

Wake = Callable[[], None]


def _virtual(clock: Clock, wake: Wake, api: str | None) -> "Backend":
    if api is not None:
        raise BackendUnavailable(f"the virtual backend knows no {api!r}")
    return VirtualBackend(clock, wake)


def _rtmidi(clock: Clock, wake: Wake, api: str | None) -> "Backend":
    del wake  # rtmidi's ports are polled
    from midimon_live.backends.rtmidi import RtMidiBackend

    return RtMidiBackend(clock, api)


BACKENDS: dict[str, Callable[[Clock, Wake, str | None], "Backend"]] = {
    "virtual": _virtual,
    "rtmidi": _rtmidi,
}


def open_backend(name: str, clock: Clock, wake: Wake) -> "Backend":
    """Open the backend `name`: a row of `BACKENDS`, optionally with its system: "rtmidi/jack".

    Args:
        name: as in the environment variable MIDIMON_BACKEND.
        clock: stamps what arrives.
        wake: called, on any thread, when a port that is not polled receives something.

    Raises:
        BackendUnavailable: no such backend, or nothing answers.
    """
    row, _, api = name.partition("/")
    if row not in BACKENDS:
        raise BackendUnavailable(f"no backend {row!r}; there are: {', '.join(BACKENDS)}")
    return BACKENDS[row](clock, wake, api or None)
