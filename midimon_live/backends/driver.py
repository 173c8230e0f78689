"""RtMidi's Python binding: python-rtmidi, or supriya-midi, which has wheels for newer Pythons.

Both wrap the same C++ library. What differs between them ends here: `Driver` is python-rtmidi's way
of saying things.
"""

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from midimon_live.errors import BackendUnavailable

_LIBJACK = "libjack.so.0"
_muting = threading.RLock()


@contextlib.contextmanager
def muted_stderr() -> Iterator[None]:
    """Keep what C libraries write to file descriptor 2 meanwhile out of the user's cell."""
    with _muting:
        try:
            kept = os.dup(2)
        except OSError:  # no stderr to protect
            yield
            return
        try:
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@dataclass(frozen=True, slots=True)
class Driver:
    """The binding that is installed.

    Attributes:
        MidiIn: makes a client for input: of an API, a name, and `queue_size_limit`.
        MidiOut: makes a client for output: of an API, and a name.
        get_compiled_api: returns the APIs it was built for.
        get_api_name: returns the short name of one: "alsa", "jack", "core", "winmm", "dummy".
        get_api_display_name: returns its name for people.
        errors: what its calls raise.
    """

    MidiIn: Callable[..., Any]
    MidiOut: Callable[..., Any]
    get_compiled_api: Callable[[], list[Any]]
    get_api_name: Callable[[Any], str]
    get_api_display_name: Callable[[Any], str]
    errors: tuple[type[Exception], ...]


def load_driver() -> Driver:
    """Import the binding that is installed, python-rtmidi where both are.

    Raises:
        BackendUnavailable: neither is, or it can not be imported here.
    """
    try:
        import rtmidi
    except ImportError as error:
        return _supriya(error)
    _silence_libjack(Path(rtmidi.__file__), "python_rtmidi*")
    return Driver(
        rtmidi.MidiIn,
        rtmidi.MidiOut,
        rtmidi.get_compiled_api,
        rtmidi.get_api_name,
        rtmidi.get_api_display_name,
        (NotImplementedError, rtmidi.RtMidiError),
    )


def _supriya(missing: ImportError) -> Driver:
    _prefer_libjack_of_the_machine()
    try:
        import supriya_midi as bound
    except ImportError as error:
        reason = error if error.name != "supriya_midi" else missing
        raise BackendUnavailable(
            f"no library for hardware ports is usable here ({reason}); the virtual port works "
            "without it. midimon-live doctor says what to install"
        ) from None
    _silence_libjack(Path(bound.__file__), "supriya_midi.*")
    return Driver(
        partial(_answering, bound.MidiIn),
        partial(_answering, bound.MidiOut),
        bound.get_compiled_apis,
        bound.get_api_name,
        bound.get_api_display_name,
        (NotImplementedError, bound.RtMidiError, RuntimeError),
    )


def _prefer_libjack_of_the_machine() -> None:
    """Load the machine's libjack, whose functions are then found before those of the wheel's.

    The wheel's speaks protocol 8, and servers since JACK 1.9.15 speak 9.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            _silence(ctypes.CDLL(_LIBJACK, mode=ctypes.RTLD_GLOBAL))


def _answering(kind: Callable[..., Any], *words: Any, **options: Any) -> Any:
    client = kind(*words, **options)
    client.get_ports()  # making one only warns where no JACK server runs; this raises
    return client


def _silence_libjack(module: Path, libraries: str) -> None:
    """Keep libjack's own messages, which its threads write at any time, out of the user's cells."""
    with contextlib.suppress(OSError):
        for library in module.parent.parent.glob(f"{libraries}/libjack*.so*"):  # its wheel's
            _silence(ctypes.CDLL(str(library)))


def _silence(jack: ctypes.CDLL) -> None:
    with contextlib.suppress(AttributeError):
        # a C function that takes a text and does nothing: no Python on libjack's threads
        ignore = ctypes.cast(ctypes.CDLL(None).strlen, ctypes.c_void_p)
        jack.jack_set_error_function(ignore)
        jack.jack_set_info_function(ignore)
