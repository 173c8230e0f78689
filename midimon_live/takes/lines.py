"""One line of a take: an input, what was emitted, fired or sent, a change of mode."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from midimon_live.events import MALFORMED, control_key

if TYPE_CHECKING:
    import mido

IN, EMITTED, FIRED, SENT, MODE, PANIC, SKIPPED = (
    "in",
    "emitted",
    "fired",
    "sent",
    "mode",
    "panic",
    "skipped",
)
KINDS = (IN, EMITTED, FIRED, SENT, MODE, PANIC, SKIPPED)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}(?: |$))*")
_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened.

    Attributes:
        t: when, in seconds from the beginning of the take, to the microsecond.
        kind: "in", "emitted", "fired", "sent", "mode", "panic" or "skipped".
        what: the event's name, the mapping, the mode, or what was skipped; "" for messages.
        port: the input, the output, or the plugin that emitted.
        data: the bytes of a message that came in or was sent.
        verdict: of a mapping that fired: "ok", "failed", "denied", ...
        error: one line about what went wrong.
        values: what came with an event of a plugin.
        by_hand: whether a person did it, in a cell for instance, and no mapping.
    """

    t: float
    kind: str
    what: str = ""
    port: str = ""
    data: bytes = b""
    verdict: str = ""
    error: str = ""
    values: Mapping[str, Any] | None = None
    by_hand: bool = False

    @property
    def message(self) -> "mido.Message":
        """The message as a `mido.Message`; raises ValueError where its bytes are none."""
        import mido

        return mido.Message.from_bytes(self.data)

    @property
    def played(self) -> bool:
        """Whether a replay does it: what came in, and what a person did but send."""
        return self.kind in (IN, PANIC) or (self.kind == MODE and self.by_hand)

    @property
    def result(self) -> bool:
        """Whether it came of the inputs, and should come of them again."""
        return self.kind in (EMITTED, FIRED, SENT, MODE) and not self.by_hand

    def __str__(self) -> str:
        if self.kind == FIRED:
            return f"fired    {self.what}: {self.verdict}"
        if self.kind in (IN, SENT):
            where = "from" if self.kind == IN else "to"
            return f"{self.kind:<8} {spoken(self.data)} {where} {self.port}"
        if self.kind == EMITTED:
            values = f" {dict(self.values)}" if self.values else ""
            return f"emitted  {self.what} by {self.port}{values}"
        return f"{self.kind:<8} {self.what}".rstrip()


@lru_cache(_REMEMBERED)
def spoken(data: bytes) -> str:
    """Return a message in mido's words, without the time; what is no message, in hex digits."""
    import mido

    if control_key(data) != MALFORMED:
        text = str(mido.Message.from_bytes(data)).removesuffix(" time=0")
        if understood(text) == data:
            return text
    return data.hex(" ")


@lru_cache(_REMEMBERED)
def understood(text: str) -> bytes:
    """Return the bytes of a message in mido's words, or in hex digits; raises ValueError."""
    import mido

    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    try:
        return bytes(mido.Message.from_str(text).bytes())
    except (LookupError, TypeError) as error:
        raise ValueError(str(error)) from None
