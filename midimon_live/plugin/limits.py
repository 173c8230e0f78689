"""How often a plugin may be executed: a token bucket.

Source: the "generic cell rate algorithm" in its virtual-scheduling form (ITU-T I.371, annex A): one
moment is kept instead of a count of tokens.
"""


class Rate:
    """Allows so many executions in a second, and as many at once. Whoever holds the baton calls.

    Args:
        per_s: how many, above 0.
    """

    __slots__ = ("_due", "_span", "_step")

    def __init__(self, per_s: float) -> None:
        self._step = 1 / per_s
        self._span = max(1.0, self._step)  # a burst is what one second holds, at least one
        self._due = 0.0

    def take(self, now: float) -> bool:
        """Tell whether one more may begin at this moment, and count it if it may."""
        due = max(self._due, now)
        if due + self._step - now > self._span + 1e-9:
            return False
        self._due = due + self._step
        return True
