"""Every error this package raises on purpose, in one tree.

Each message says what was found, what is allowed and what to do::

    MidimonError
    ├── InvalidValue            a value, trigger or action that can not work (also ValueError)
    ├── SettleTimeout           events were still being handled (also TimeoutError)
    ├── HandlerTimeout          a handler did not come back (also TimeoutError)
    ├── CommandError            a %midi line that is not understood
    ├── ConfigError             a configuration that can not be loaded; nothing was changed
    ├── PortError
    │   ├── BackendUnavailable  this machine offers no such MIDI system
    │   ├── PortNotFound        no port of that name or index, or more than one
    │   └── PortClosed          the port was closed, or its device or server is gone
    └── PluginError
        ├── PluginNotFound
        ├── PluginDisabled
        ├── PermissionDenied    a capability was not granted (also PermissionError)
        ├── LoadError           the plugin could not be built or initialised
        └── ExecutionError      the plugin raised while it ran
"""

from collections.abc import Sequence
from typing import Any


class MidimonError(Exception):
    """The root: catching it catches whatever this package raises on purpose."""


class InvalidValue(MidimonError, ValueError):
    """Raised when a value is outside its range; the text names field, value and range."""


class SettleTimeout(MidimonError, TimeoutError):
    """Raised by `settle` and `paused` when events were still being handled after the given time."""


class HandlerTimeout(MidimonError, TimeoutError):
    """Raised inside a handler that has run past its deadline, to stop it."""

    def __init__(self, text: str = "it did not come back, and was stopped at its deadline") -> None:
        super().__init__(text)


class CommandError(MidimonError):
    """Raised when a `%midi` line names an unknown command or misses an argument."""


class ConfigError(MidimonError):
    """Raised when a configuration has errors; nothing was changed.

    Attributes:
        problems: all of them, and the warnings, in the order of the file.
    """

    def __init__(self, file: str, problems: Sequence[Any]) -> None:
        self.problems = list(problems)
        errors = [str(one) for one in self.problems if one.severity == "error"]
        count = f"{len(errors)} error{'' if len(errors) == 1 else 's'}"
        super().__init__("\n".join([f"{file or 'the configuration'} has {count}", *errors]))


class PortError(MidimonError):
    """The root of what can go wrong with a MIDI port."""


class BackendUnavailable(PortError):
    """Raised when a MIDI system (ALSA, JACK, CoreMIDI, WinMM) does not answer on this machine."""


class PortNotFound(PortError):
    """Raised when no port, or more than one, fits the name or index asked for."""


class PortClosed(PortError):
    """Raised when sending to a port that was closed or whose device or server is gone."""


class PluginError(MidimonError):
    """The root of what can go wrong with a plugin; `plugin` is its name."""

    def __init__(self, plugin: str, text: str) -> None:
        self.plugin = plugin
        super().__init__(f"{plugin}: {text}")


class PluginNotFound(PluginError):
    """Raised when no plugin of that name is known."""


class PluginDisabled(PluginError):
    """Raised when a disabled plugin is executed."""


class PermissionDenied(PluginError, PermissionError):
    """Raised when a plugin needs a capability that it was not granted."""


class LoadError(PluginError):
    """Raised when a plugin could not be built or its `initialize` raised; nothing was changed."""


class ExecutionError(PluginError):
    """Raised by `execute_plugin` when the plugin raised; the cause is chained."""
