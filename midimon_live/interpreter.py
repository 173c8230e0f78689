"""What is set in the Python interpreter while the engine runs, and put back afterwards."""

import gc
import sys

_EAGER_S = 0.0005
_HEAP = 500_000


class Interpreter:
    """Tunes switching between threads, and garbage collection, for short waits.

    A thread that wants to run waits for the switch interval before it asks the running one to give
    way. The reader, asleep, is to be let in soon; once it runs it is to finish undisturbed. So the
    interval is short while it sleeps and the user's own while it works.
    """

    def __init__(self) -> None:
        self._before = sys.getswitchinterval()
        self._froze = False

    def enter(self) -> None:
        """Begin; any thread."""
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(_EAGER_S)
        # a full collection of a kernel's modules stops everything for 50 ms: leave those out of it
        if len(gc.get_objects()) < _HEAP:
            gc.collect()
            gc.freeze()
            self._froze = True

    def reader_sleeps(self) -> None:
        """Let the reader in soon when it wakes up."""
        sys.setswitchinterval(_EAGER_S)

    def reader_works(self) -> None:
        """Let the reader finish what it has begun."""
        sys.setswitchinterval(self._before)

    def leave(self) -> None:
        """Put back what was there; again is harmless."""
        sys.setswitchinterval(self._before)
        if self._froze:
            gc.unfreeze()
            self._froze = False
