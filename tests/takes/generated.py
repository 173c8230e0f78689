"""Takes of random playing; `python -m tests.takes.generated FIRST COUNT` prints what comes of them.

A line for each: its number, and the digest of what came of it, which is the same each time.
"""

import sys
from collections.abc import Iterator
from hashlib import sha256
from random import Random
from typing import Any

from midimon_live import (
    ActionPlugin,
    Take,
    aftertouch,
    cc,
    chord,
    delay,
    double_tap,
    encoder,
    long_press,
    mode,
    note,
    pitch_bend,
    plugin_event,
    program,
    release,
    repeat,
    send,
    sequence,
    sequence_of,
    velocity_range,
)
from midimon_live.takes.lines import IN, Line
from midimon_live.testing import TestSession, replayed

NOTES = range(36, 52)


class Strum(ActionPlugin):
    """Play three notes one after another, and say when that is over."""

    capabilities = {"midi"}

    def execute(self, params: Any, context: Any) -> None:
        """Begin."""
        for place, step in enumerate((0, 4, 7)):
            self.host.schedule(place / 30, self.pluck, context.note + step, context.velocity)

    def pluck(self, number: int, velocity: int) -> None:
        """Play one of them, and end it."""
        self.host.midi.send("note_on", note=number, velocity=velocity)
        self.host.schedule(0.1, self.host.midi.send, "note_off")
        if velocity > 100:
            self.host.emit("loud", note=number, velocity=velocity)


class Fails(ActionPlugin):
    """Raise at every third hit."""

    hits = 0

    def execute(self, params: Any, context: Any) -> None:
        """Count, and raise; whoever calls adds an address, which must not be in a take."""
        self.hits += 1
        if self.hits % 3 == 0:
            raise RuntimeError(f"{self.hits} hits of {object()}")


def set_up(midi: TestSession) -> None:
    """Map gestures, knobs, plugins, sequences and modes."""
    for name in ("Default", "Shift"):
        midi.define_mode(name)
    held = send("note_on", note=60, velocity="pass", until_release=True)
    phrase = sequence(send("note_on", note=72, duration_ms=90), delay(70), send("note_on", note=73))
    for trigger, action, options in (
        (note(36), held, {}),
        (release(36), Strum, {}),
        (double_tap(37), phrase, {}),
        (note(37), Strum, {}),
        (long_press(38, duration_ms=400), mode("Shift", while_held=True), {}),
        (chord(39, 40), phrase, {}),
        (note(39), Fails, {}),
        (chord(39, 40, 41), mode("next"), {}),
        (sequence_of(42, 43, 44, gap_ms=500), repeat(phrase, count=3, delay_ms=40), {}),
        (velocity_range(45, level="hard"), Strum, {"all": True}),
        (note(45), send("program_change", program=3), {"mode": "Shift"}),
        (note(46, velocity_min=64), Fails, {"port": "Keys"}),
        (cc(7, value_min=64, edge="rising"), phrase, {}),
        (cc(7, takeover="pickup"), send("control_change", control=8, value=1), {"mode": "Shift"}),
        (encoder(16, mode="relative_twos"), mode("next"), {}),
        (aftertouch(), send("aftertouch", value=9), {}),
        (pitch_bend(), send("pitchwheel", pitch=10), {}),
        (program(1), mode("Default"), {}),
        (plugin_event("strum", "loud"), send("note_on", note=1, velocity="pass"), {}),
    ):
        midi.map(trigger, action, **options)


def take(seed: int) -> Take:
    """Return a take of inputs alone."""
    lines = tuple(_played(Random(seed)))  # noqa: S311 - the same for a seed, that is what counts
    return Take(lines, lines[-1].t + 1.5)


def _played(dice: Random) -> Iterator[Line]:
    down: list[tuple[str, int]] = []
    moment = 0.0
    for _ in range(dice.randrange(5, 60)):
        # rounded, so that much falls together: at the end of a wait, or at once
        moment = round(moment + dice.choice((0, 0.005, 0.02, 0.05, 0.1, 0.3, dice.random())), 3)
        port = dice.choice(("Virtual", "Virtual", "Keys"))
        if down and dice.random() < 0.45:
            port, number = down.pop(dice.randrange(len(down)))
            data = bytes((0x80, number, 64))
        elif dice.random() < 0.75:
            number = dice.choice(NOTES)
            down.append((port, number))
            data = bytes((0x90, number, dice.randrange(1, 128)))
        else:
            data = dice.choice(
                (
                    bytes((0xB0, 7, dice.randrange(128))),
                    bytes((0xB0, 16, dice.choice((1, 127)))),
                    bytes((0xD0, dice.randrange(128))),
                    bytes((0xE0, 0, dice.randrange(128))),
                    bytes((0xC0, dice.randrange(3))),
                    b"\xf8",
                    b"\xf0\x01\xf7",
                    b"\x90",
                    bytes((0xB0, 123, 0)),
                )
            )
        yield Line(moment, IN, port=port, data=data)


def digest(seed: int) -> str:
    """Return what comes of a take in short, once two replays and a replay of that agree."""
    first = replayed(take(seed), set_up).dumps()
    for again in (take(seed), Take.loads(first)):
        if (other := replayed(again, set_up).dumps()) != first:
            raise AssertionError(f"take {seed} gives this once:\n{first}\nand then this:\n{other}")
    return sha256(first.encode()).hexdigest()[:16]


if __name__ == "__main__":
    begin, count = map(int, sys.argv[1:3])
    sys.stderr = None  # type: ignore[assignment]  # what `Fails` raises is shown there
    for number in range(begin, begin + count):
        print(number, digest(number))
