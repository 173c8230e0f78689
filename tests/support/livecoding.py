"""A plugin that is defined again and again, rightly and wrongly, while events arrive."""

import random
import threading
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from midimon_live.sessions import Session
from tests.support.notebook import Notebook

NOTES, VELOCITIES = 128, 126

ECHO = '''
class Echo(ActionPlugin):
    """Send each note on, version {version}."""
    capabilities = {{"midi"}}
    keep = ("sent",)

    def initialize(self):
        self.sent = 0
        self.ready = True

    def execute(self, params, context):
        if not self.ready:
            raise RuntimeError("half-built")
        velocity = 0 if context.event == "release" else context.velocity
        place = {{"note": context.note, "channel": context.channel}}
        self.host.midi.send("note_on", velocity=velocity, **place)
        self.sent += 1
        self.host.schedule(60, self.later)

    def later(self):
        pass

    def shutdown(self):
        self.ready = False

midi.map(note(), Echo)
midi.map(release(), Echo)
'''


@dataclass
class Played:
    """What was played meanwhile and what came of it.

    Attributes:
        notes: how many were pressed; each is told apart by note, velocity and channel.
        echoed: the note-ons that were sent, in order, as `told_apart` has them.
        seconds: for how long.
    """

    notes: int = 0
    echoed: "array[int]" = field(default_factory=lambda: array("i"))  # small: memory is compared
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        """How many were not echoed."""
        return sum((Counter(map(told_apart, range(self.notes))) - Counter(self.echoed)).values())

    @property
    def doubled(self) -> int:
        """How many were echoed once too often, or were never played."""
        return sum((Counter(self.echoed) - Counter(map(told_apart, range(self.notes)))).values())


def told_apart(number: int) -> int:
    """Return note, velocity and channel of the press of that number, as one number."""
    return _code(*_message(number))


def _message(number: int) -> tuple[int, int, int]:
    return number % NOTES, 1 + number // NOTES % VELOCITIES, number // NOTES // VELOCITIES % 16


def _code(note: int, velocity: int, channel: int) -> int:
    return channel << 14 | velocity << 7 | note


class Player:
    """Presses and lets go of notes on the virtual port, from a thread of its own.

    Args:
        midi: the session.
        rate: events a second.
    """

    def __init__(self, midi: Session, rate: float) -> None:
        self._midi = midi
        self._rate = rate
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="player", daemon=True)
        self.played = Played()
        port, echoed = midi.virtual, self.played.echoed
        send = port.send

        def heard(data: bytes) -> None:
            if data[0] >> 4 == 9 and data[2]:
                echoed.append(_code(data[1], data[2], data[0] & 0xF))
            send(data)

        port.send = heard  # type: ignore[method-assign]

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> Played:
        """End, and return what came of it when all is handled."""
        self._over.set()
        self._thread.join()
        self._midi.settle(30)
        return self.played

    def _serve(self) -> None:
        port, began = self._midi.virtual, time.perf_counter()
        while not self._over.is_set():
            due = int((time.perf_counter() - began) * self._rate / 2)
            for number in range(self.played.notes, due):
                note, velocity, channel = _message(number)
                port.press(note, velocity, channel)
                port.release(note, 64, channel)
                self.played.notes = number + 1
            time.sleep(0.002)
        self.played.seconds = time.perf_counter() - began


def session() -> Session:
    """Return a session with threads, on the virtual port, that keeps nothing."""
    return Session(backend="virtual", home=None)


def reload_under_events(
    midi: Session, reloads: int, rate: float, each: Callable[[int], Any] = lambda _number: None
) -> Played:
    """Run the cell again and again while events arrive.

    Args:
        midi: a session with threads.
        reloads: how often.
        rate: events a second.
        each: is called after each run.
    """
    notebook = Notebook(midi)
    notebook.run("plugin", ECHO.format(version=0))
    player = Player(midi, rate)
    player.start()
    for number in range(reloads):
        notebook.run("plugin", ECHO.format(version=number + 1))
        each(number)
    return player.stop()


Mutation = Callable[[str, random.Random], str]


def _insert(line: str, *places: str) -> Mutation:
    """Return what puts a line at the beginning of one of some functions, or at the top."""

    def mutate(source: str, chance: random.Random) -> str:
        place = chance.choice(places)
        if not place:
            return f"{line}\n{source}"
        head = f"    def {place}\n"
        return source.replace(head, f"{head}        {line}\n")

    return mutate


def _replace(old: str, new: str) -> Mutation:
    return lambda source, _chance: source.replace(old, new)


def _cut(source: str, chance: random.Random) -> str:
    """Take one sign out without which it is no Python."""
    places = [index for index, sign in enumerate(source) if sign in "():" and index > 60]
    place = chance.choice(places)
    return source[:place] + source[place + 1 :]


_INITIALIZE, _EXECUTE = "initialize(self):", "execute(self, params, context):"
MUTATIONS: dict[str, tuple[Mutation, ...]] = {
    "syntax": (_cut, _insert("this is no Python", "", _EXECUTE), _replace("def ", "dfe ")),
    "import": (
        _insert("import nothing_of_that_name", "", _INITIALIZE, _EXECUTE),
        _insert("from midimon_live import nothing_of_that_name", "", _INITIALIZE),
    ),
    "type": (
        _insert("1 + 'one'", "", _INITIALIZE, _EXECUTE),
        _replace("params, context", "params"),
        _replace('{"midi"}', "5"),
        _replace('("sent",)', "7"),
    ),
    "run time": (
        _insert("raise ValueError('no')", _INITIALIZE, _EXECUTE),
        _insert("{}['no']", _INITIALIZE, _EXECUTE),
        _replace("context.velocity", "context.speed"),
        _replace("self.sent += 1", "self.send += 1"),
        _replace('"note_on"', '"note_un"'),
    ),
    "missing method": (
        _replace("def execute", "def exeute"),
        _replace("self.later)", "self.never)"),
        _replace("def initialize", "def initialise"),
    ),
    "endless": (_insert("while True: pass", _INITIALIZE, _EXECUTE),),
}


@dataclass
class Mutated:
    """What came of the mutated plugins.

    Attributes:
        refused: how many of each kind did not come into force.
        passed: the texts of those that did.
        played: what was played meanwhile.
        failures: how many executions failed.
    """

    refused: Counter[str]
    passed: list[str]
    played: Played
    failures: int


def mutate_under_events(midi: Session, mutants: int, rate: float, seed: int) -> Mutated:
    """Run cells that are broken in one place each while events arrive.

    Args:
        midi: a session with threads.
        mutants: how many.
        rate: events a second.
        seed: the same one breaks the same places.
    """
    chance, notebook = random.Random(seed), Notebook(midi)  # noqa: S311 - mutants, no secrets
    notebook.run("plugin", ECHO.format(version=0))
    refused: Counter[str] = Counter()
    passed: list[str] = []
    player = Player(midi, rate)
    player.start()
    while not player.played.echoed:
        time.sleep(0.01)
    midi.deadline = 0.1
    for number in range(mutants):
        kind = list(MUTATIONS)[number % len(MUTATIONS)]
        code = chance.choice(MUTATIONS[kind])(ECHO.format(version=number), chance)
        try:
            notebook.run("plugin", code)
        except Exception:
            refused[kind] += 1
        else:
            passed.append(code)
    midi.deadline = 10
    played = player.stop()
    return Mutated(refused, passed, played, midi.plugins.get_stats("echo").failures)
