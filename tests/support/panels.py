"""A browser in front of a panel, without a browser: it speaks on the line and collects frames."""

import json
from itertools import count
from typing import Any

from midimon_live.panels.base import Panel
from midimon_live.testing import TestSession


class Onlooker:
    """One view of a panel.

    Args:
        midi: a session of `midimon_live.testing`, whose clock stands still.
        name: of the panel.
        on: whether it is on the screen.

    Attributes:
        panel: the panel.
        frames: all frames it was sent: what is said beside them, the state, the buffers.
        answers: what the line answered, by the number of the question.
    """

    _views = count(1)

    def __init__(self, midi: TestSession, name: str, *, on: bool = True) -> None:
        self._midi = midi
        self._asked = count(1)
        self.panel: Panel = midi.panel(name)
        self.view = f"view{next(self._views)}"
        self.frames: list[tuple[dict[str, Any], Any, list[bytes]]] = []
        self.answers: dict[int, dict[str, Any]] = {}
        self.panel.send = self._framed
        self.panel.desk.line.send = self._answered
        self.say("hello", on=on)

    def say(self, do: str, *buffers: bytes, **args: Any) -> int:
        """Say something and return its number."""
        number = next(self._asked)
        content = {"panel": self.panel.name, "view": self.view, "do": do, "id": number}
        self.raw({**content, "args": args}, *buffers)
        return number

    def raw(self, content: Any, *buffers: bytes) -> None:
        """Say what no view would."""
        self.panel.desk.line._handle_custom_msg(content, list(buffers))

    def ask(self, do: str, **args: Any) -> Any:
        """Have something done and return the answer; raises AssertionError where it is refused."""
        answer = self.answers[self.say(do, **args)]
        assert "error" not in answer, answer["error"]
        return answer["value"]

    def refused(self, do: str, **args: Any) -> str:
        """Return why something is not done; raises KeyError where it is."""
        return str(self.answers[self.say(do, **args)]["error"])

    def look(self, seconds: float = 1.0) -> Any:
        """Let that much time pass, and one tick; returns the newest state, or None without news."""
        before = len(self.frames)
        self._midi.advance(seconds)
        self.panel.desk.tick()
        return self.frames[-1][1] if len(self.frames) > before else None

    @property
    def trouble(self) -> str:
        """What the newest frame says is wrong."""
        return self.frames[-1][0]["trouble"]

    def _framed(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        state, *packed = buffers
        self.frames.append((content, json.loads(state) if state else None, packed))

    def _answered(self, content: dict[str, Any], buffers: Any = None) -> None:
        del buffers
        if content["view"] == self.view:
            self.answers[content["reply"]] = content
