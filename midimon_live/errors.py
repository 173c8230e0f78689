"""Every error this package raises on purpose, in one tree.

Each message says what was found, what is allowed and what to do::

    MidimonError
    ├── InvalidValue            a value, trigger or action that can not work (also ValueError)
    ├── SettleTimeout           events were still being handled (also TimeoutError)
    ├── HandlerTimeout          a handler did not come back (also TimeoutError)
    ├── CommandError            a %midi line that is not understood
    ├── ConfigError             a configuration that can not be loaded; nothing was changed
    ├── TakeError               a take that can not be read or saved
    ├── PortError
    │   ├── BackendUnavailable  this machine offers no such MIDI system
    │   ├── PortNotFound        no port of that name or index, or more than one
    │   └── PortClosed          the port was closed, or its device or server is gone
    └── PluginError
        ├── PluginNotFound
        ├── PluginDisabled
        ├── PermissionDenied    a capability was not granted (also PermissionError)
        ├── DiscoveryError      a place where plugins are looked for has something else
        │   ├── ManifestError   a plugin.toml with errors
        │   └── DuplicatePlugin a second plugin of a name; the first is kept
        ├── LoadError           the plugin could not be built or initialised
        │   ├── InvalidPlugin   its folder or file is not what a plugin is made of
        │   └── ChecksumMismatch  its file is not the one that its manifest speaks of
        ├── ExportError         the plugin can not leave its notebook as it is
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


class TakeError(MidimonError):
    """Raised when a take can not be read or saved; the text names file and line."""


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


class DiscoveryError(PluginError):
    """Raised when a folder or package that should hold a plugin can not be read, or holds none."""


class ManifestError(DiscoveryError):
    """Raised when a plugin.toml has errors; the text has all of them, a line each.

    Attributes:
        problems: the errors, and the warnings, in the order of the file.
    """

    def __init__(self, plugin: str, problems: Sequence[Any]) -> None:
        self.problems = list(problems)
        errors = [str(one) for one in self.problems if one.severity == "error"]
        count = f"{len(errors)} error{'' if len(errors) == 1 else 's'}"
        super().__init__(plugin, "\n".join([f"its plugin.toml has {count}", *errors]))


class DuplicatePlugin(DiscoveryError):
    """Raised when a second plugin has a name that is taken; the first one is kept.

    Attributes:
        kept: where the first is.
        refused: where the second is.
    """

    def __init__(self, plugin: str, kept: str, refused: str) -> None:
        self.kept, self.refused = kept, refused
        super().__init__(
            plugin, f"{kept} and {refused} both have this name; the first is kept, rename the other"
        )


class LoadError(PluginError):
    """Raised when a plugin could not be built or its `initialize` raised; nothing was changed."""


class InvalidPlugin(LoadError):
    """Raised when a plugin's folder holds what it may not, or its file defines no plugin."""


class ChecksumMismatch(LoadError):
    """Raised when the SHA-256 of a plugin's file is not the one in its manifest; nothing ran.

    Attributes:
        expected: what the manifest says, 64 lower-case hex digits.
        actual: what the file has.
    """

    def __init__(self, plugin: str, expected: str, actual: str) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(
            plugin,
            f"its file has SHA-256 {actual}, its manifest says {expected}; "
            "get it again, or put the new sum there if you trust the change",
        )


class ExecutionError(PluginError):
    """Raised by `execute_plugin` when the plugin raised; the cause is chained."""


class ExportError(PluginError):
    """Raised when a plugin can not be written into a folder; nothing was written.

    Attributes:
        problems: all that has to be put right, a line each.
    """

    def __init__(self, plugin: str, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(
            plugin, "\n".join(["it can not be exported, nothing was written", *self.problems])
        )
