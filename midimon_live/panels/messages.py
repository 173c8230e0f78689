"""What a browser may say: messages of a known shape and size, and not too many of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midimon_live.errors import InvalidValue

LARGEST = 256 * 1024
_LONGEST = 10_000
_MOST_VALUES = 64
_PER_SECOND = 400.0
_BURST = 800.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a view.

    Attributes:
        panel: which panel's, as its trait `_panel` says.
        view: which view of it.
        do: what is to be done: a command of the panel, or "hello", "look", "seen", "bye".
        id: the view's own number for it, which the answer carries.
        args: by name.
        buffers: what is packed; 256 kB at most, together.
    """

    panel: str
    view: str
    do: str
    id: int
    args: Mapping[str, Any]
    buffers: tuple[bytes, ...]


def read(content: Any, buffers: Sequence[Any] | None) -> Message:
    """Return a message as it came from a browser.

    Raises:
        InvalidValue: it has another shape, or is too large.
    """
    if not isinstance(content, dict):
        raise InvalidValue(f"a message is {type(content).__name__}; expected is a table")
    words = [content.get(name) for name in ("panel", "view", "do")]
    number, args = content.get("id"), content.get("args")
    if not all(isinstance(one, str) and 0 < len(one) <= 100 for one in words):
        raise InvalidValue(f"a message names {words!r:.200}; expected are panel, view and do")
    if isinstance(number, bool) or not isinstance(number, int) or not isinstance(args, dict):
        raise InvalidValue(f"a message to {words[2]} has no number, or no table of arguments")
    if len(args) > _MOST_VALUES or any(_too_long(one) for one in args.values()):
        raise InvalidValue(f"a message to {words[2]} has more than {_MOST_VALUES} values, or texts")
    packed = tuple(bytes(one) for one in buffers or () if _size(one) <= LARGEST)
    if len(packed) != len(buffers or ()) or sum(map(len, packed)) > LARGEST:
        raise InvalidValue(f"a message to {words[2]} is larger than {LARGEST} bytes")
    panel, view, do = map(str, words)
    return Message(panel, view, do, number, args, packed)


def _too_long(value: Any) -> bool:
    return isinstance(value, (str, list, dict)) and len(value) > _LONGEST


def _size(buffer: Any) -> int:
    return buffer.nbytes if isinstance(buffer, memoryview) else len(buffer)


def check_args(args: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a command, each of its kind.

    Args:
        args: as they came.
        wanted: the type of each by name, or a tuple of types; with None in it, it may be missing.

    Raises:
        InvalidValue: one is missing, superfluous or of another type.
    """
    if unknown := sorted(set(args) - set(wanted)):
        raise InvalidValue(f"{unknown[0]!r:.40} is no argument; there are {', '.join(wanted)}")
    found: dict[str, Any] = {}
    for name, kinds in wanted.items():
        value = args.get(name)
        types = kinds if isinstance(kinds, tuple) else (kinds,)
        if value is None and None in types:
            found[name] = None
            continue
        allowed = tuple(one for one in types if one is not None)
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            names = " or ".join(one.__name__ for one in allowed)
            raise InvalidValue(f"{name} is {value!r:.40}; expected is {names}")
        found[name] = value
    return found


class Flow:
    """How many messages are taken: 400 a second, and 800 at once.

    Args:
        now: tells monotonic seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._left = _BURST
        self._at = now()

    def admits(self) -> bool:
        """Tell whether one more message is taken now."""
        now = self._now()
        self._left = min(self._left + (now - self._at) * _PER_SECOND, _BURST)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
