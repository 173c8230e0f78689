"""What plugins print and display while a cell captures its own output (`%%capture`).

IPython has one publisher for the whole process, and puts another in its place for such a cell. That
one hands on what a plugin displays to the one before, which knows the plugin's cell by its context.
"""

from collections.abc import Callable
from typing import Any

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.utils.capture import capture_output

from midimon_live.plugin import streams
from midimon_live.plugin.offspring import speaking

_METHODS = ("publish", "clear_output")


class Displays:
    """Keeps what plugins display out of captured cells. The thread that loads the extension calls.

    Args:
        shell: the IPython shell.
    """

    def __init__(self, shell: Any) -> None:
        self._home = getattr(shell, "display_pub", None)
        self._replaced: list[tuple[str, Any, Any]] = []

    def watch(self) -> None:
        """Begin."""
        streams.covering(capture_output)
        if isinstance(self._home, CapturingDisplayPublisher):  # this cell is captured itself
            return
        for name in _METHODS:
            real = vars(CapturingDisplayPublisher)[name]
            ours = self._handing_on(name, real)
            setattr(CapturingDisplayPublisher, name, ours)
            self._replaced.append((name, real, ours))

    def unwatch(self) -> None:
        """End, unless somebody else has replaced ours since."""
        streams.uncover(capture_output)
        for name, real, ours in self._replaced:
            if vars(CapturingDisplayPublisher)[name] is ours:
                setattr(CapturingDisplayPublisher, name, real)
        self._replaced.clear()

    def _handing_on(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def hand_on(captured: Any, *args: Any, **kwargs: Any) -> Any:
            if speaking.get() is None or self._home is None:
                return real(captured, *args, **kwargs)
            return getattr(self._home, name)(*args, **kwargs)

        return hand_on
