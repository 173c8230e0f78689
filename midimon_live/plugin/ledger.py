"""What a version of a plugin has opened, and gives back in reverse order at its end."""

from collections.abc import Callable, Iterator

from midimon_live.show import as_text


class Ledger:
    """Things with what closes each. Any thread may call."""

    def __init__(self) -> None:
        self._things: dict[object, tuple[str, Callable[[], object]]] = {}

    def add(self, what: str, close: Callable[[], object]) -> Callable[[], None]:
        """Own something from now on.

        Args:
            what: it is, for people.
            close: gives it back.

        Returns:
            What lets go of it without closing it; again is harmless.
        """
        ticket = object()
        self._things[ticket] = what, close
        return lambda: self._things.pop(ticket, None) and None

    def __iter__(self) -> Iterator[str]:
        return iter([what for what, _ in list(self._things.values())])

    def close(self) -> list[str]:
        """Close all, the newest first; returns what could not be, a line each."""
        failures = []
        while self._things:
            what, close = self._things.popitem()[1]
            try:
                close()
            except Exception as error:
                said = as_text(f"{type(error).__name__}: {error}")
                failures.append(f"{what} could not be closed: {said:.200}")
        return failures
