"""What a version of a plugin has opened, and gives back in reverse order at its end."""

from collections.abc import Callable, Iterator

from midimon_live.show import as_text

_FEW = 50


class Ledger:
    """Things with what closes each. Any thread may call."""

    def __init__(self) -> None:
        self._things: dict[object, tuple[str, Callable[[], object], Callable[[], bool]]] = {}
        self._full_at = _FEW

    def add(
        self, what: str, close: Callable[[], object], over: Callable[[], bool] = lambda: False
    ) -> None:
        """Own something from now on.

        Args:
            what: it is, for people.
            close: gives it back.
            over: tells whether somebody has done that already.
        """
        if len(self._things) >= self._full_at:
            gone = [ticket for ticket, (_, _, over) in list(self._things.items()) if over()]
            for ticket in gone:
                self._things.pop(ticket, None)
            self._full_at = max(2 * len(self._things), _FEW)
        self._things[object()] = what, close, over

    def __iter__(self) -> Iterator[str]:
        return iter([what for what, _, over in list(self._things.values()) if not over()])

    def close(self) -> list[str]:
        """Close all, the newest first; returns what could not be, a line each."""
        failures = []
        while self._things:
            what, close, _ = self._things.popitem()[1]
            try:
                close()
            except Exception as error:
                said = as_text(f"{type(error).__name__}: {error}")
                failures.append(f"{what} could not be closed: {said:.200}")
        return failures
