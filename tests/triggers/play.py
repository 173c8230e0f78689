"""Playing a row of a truth table, in virtual time."""

import re
from typing import Any

from midimon_live import triggers
from midimon_live.testing import TestSession, bend, chosen, press, pressure, released, session, turn
from tests.triggers.truth import Row, Table

_END_S = 4.0
_BUILDERS = dict(triggers.TRIGGERS)


def fired(table: Table, row: Row) -> list[tuple[int, str, Any]]:
    """Play a row and return what fired: the moment in ms, the name, and the context."""
    log: list[tuple[int, str, Any]] = []
    with session() as midi:
        midi.define_mode("Other")
        for name, words in table.mapped.items():
            _map(midi, name, words, log)
        for words in row.play.split(", "):
            _do(midi, words)
        midi.advance(_END_S)
    return log


def _map(midi: TestSession, name: str, words: str, log: list[tuple[int, str, Any]]) -> None:
    def note_it(context: Any) -> None:
        log.append((round(midi.clock.now() * 1000), name, context))

    arguments = eval(  # noqa: S307 - the table's own words
        f"(lambda trigger, **options: (trigger, options))({words})", dict(_BUILDERS)
    )
    midi.map(arguments[0], note_it, **arguments[1])


def _do(midi: TestSession, words: str) -> None:
    channel, at, what, *rest = re.fullmatch(  # type: ignore[union-attr]
        r"(?:channel (\d+): )?(\d+) (\w+) ?(.*)", words
    ).groups()
    midi.advance(int(at) / 1000 - midi.clock.now())
    numbers = [int(one) for one in re.findall(r"-?\d+", rest[0])]
    on = int(channel or 0)
    if what == "mode":
        midi.mode = rest[0]
    elif what == "lose":
        lose(midi)
    elif what == "emit":
        plugin, event = rest[0].split(" ")[:2]
        midi._pump.emit(plugin, event, {"value": numbers[0]} if numbers else {})
    else:
        midi.play(_message(what, numbers, on))


def lose(midi: TestSession) -> None:
    """Let go of what is held, as when a device is unplugged."""
    for data in midi._engine._surface.note_offs("Virtual"):
        midi._pump.inject("Virtual", data)


def _message(what: str, numbers: list[int], channel: int) -> Any:
    if what == "press":
        return press(numbers[0], numbers[1], channel=channel)
    if what == "release":
        return released(numbers[0], channel=channel)
    if what == "turn":
        return turn(*numbers, channel=channel)
    if what == "bend":
        return bend(numbers[0] - 8192, channel=channel)
    if what == "pressure":
        note = numbers[1] if len(numbers) > 1 else None
        return pressure(numbers[0], note=note, channel=channel)
    return chosen(numbers[0], channel=channel)


def expected(row: Row) -> list[tuple[int, str, str, str]]:
    """Return what must fire: moment, name, and a field of the context with its value or ""."""
    found = []
    for words in row.fires.split(", ") if row.fires else []:
        place, _, said = words.partition(": ")
        moment, name = place.split(" ")
        what, _, value = said.partition(" ")
        found.append((int(moment), name, what, value))
    return found
