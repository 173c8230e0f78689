"""What users did that once broke it: each stays a test."""

import asyncio
import threading
from functools import partial

import pytest

from midimon_live import ActionPlugin, Capability, note
from midimon_live.changes import Change
from midimon_live.errors import MidimonError, PluginError, PortError
from midimon_live.sessions import Session
from midimon_live.testing import press, session


class Octave(ActionPlugin):
    """Play the note an octave higher, end it later."""

    capabilities = {Capability.MIDI}

    def execute(self, params, context):
        """Begin it."""
        self.host.send("note_on", note=context.note + 12)
        self.host.schedule(0.5, self.host.send, [0x80, context.note + 12, 64])


@pytest.mark.parametrize(
    "end",
    [
        lambda midi: midi.plugins.disable_plugin("octave"),
        lambda midi: midi.plugins.revoke_capability("octave", "midi"),
        lambda midi: midi.plugins.unload_plugin("octave"),
        lambda midi: midi.map(note(40), type("Octave", (Octave,), {})),
        lambda midi: midi.panic(),
    ],
    ids=["disable", "revoke", "unload", "new version", "panic"],
)
def test_a_note_never_outlives_the_version_that_began_it(end) -> None:
    """Its scheduled note-off goes with the version, so the note-off comes at once."""
    with session() as midi:
        midi.map(note(40), Octave)
        midi.play(press(40))
        end(midi)
        midi.advance(1)
        assert "0 notes sounding" in repr(midi.status())


def test_async_shutdown_is_called_once() -> None:
    """Its own end does not call it again."""
    calls = []

    class Lamp(ActionPlugin):
        def execute(self, params, context):
            """Do nothing."""

        async def shutdown(self):
            calls.append("shutdown")

    with session() as midi:
        midi.map(note(1), Lamp)
        midi.plugins.unload_plugin("lamp")
    assert calls == ["shutdown"]


def test_a_plugin_that_calls_itself_again_at_once_lets_events_through() -> None:
    """A timer without delay comes round at most every half millisecond."""
    ticks, hits = [], []

    class Ticker(ActionPlugin):
        def execute(self, params, context):
            self.tick()

        def tick(self):
            ticks.append(1)
            self.host.schedule(0, self.tick)

    with session() as midi:
        midi.map(note(1), Ticker)
        midi.map(note(2), lambda _context: hits.append(len(ticks)))
        midi.play(press(1))
        midi.advance(0.01)
        midi.play(press(2))
    assert 10 <= hits[0] <= 25


def test_commits_of_many_threads_lose_nothing() -> None:
    """Any thread may map."""
    midi = Session(backend="virtual")

    def work(number: int) -> None:
        for low in range(20):
            midi.map(note(number, velocity_min=low + 1), lambda _context: None)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = set(midi.plugins.list_loaded())
    mapped = [one.plugin for one in midi.mappings()]
    midi.close()
    assert len(mapped) == len(set(mapped)) == 120
    assert set(mapped) == loaded


def test_what_initialize_maps_is_not_lost() -> None:
    """It is committed before the version that maps it."""
    with session() as midi:

        class Maps(ActionPlugin):
            def initialize(self):
                midi.map(note(11), print)

            def execute(self, params, context):
                """Do nothing."""

        midi.map(note(10), Maps)
        assert sorted(one.trigger.number for one in midi.mappings()) == [10, 11]


@pytest.mark.parametrize("kind", ["partial", "method", "object", "lambda", "class"])
def test_things_of_one_name_stay_apart(kind: str) -> None:
    """Each pad plays its own."""
    hits = []

    class Thing:
        def __init__(self, number):
            self.number = number

        def __call__(self, _context):
            hits.append(self.number)

        def method(self, _context):
            hits.append(self.number)

    def add(number, _context):
        hits.append(number)

    def plugin_class(number):
        def execute(_self, _params, _context):
            hits.append(number)

        return type("P", (ActionPlugin,), {"execute": execute, "name": f"p{number}"})

    make = {
        "partial": lambda number: partial(add, number),
        "method": lambda number: Thing(number).method,
        "object": Thing,
        "lambda": lambda number: lambda _context: hits.append(number),
        "class": plugin_class,
    }[kind]
    with session() as midi:
        for number in (1, 2, 3):
            midi.map(note(number), make(number))
        midi.play(press(1), press(2), press(3))
    assert hits == [1, 2, 3]


def test_execute_plugin_waits_for_the_handler_that_runs() -> None:
    """One at a time, whoever calls."""
    midi = Session(backend="virtual")
    begun, ending, order = threading.Event(), threading.Event(), []

    def slow(_context):
        begun.set()
        ending.wait(5)
        order.append("slow")

    midi.map(note(1), slow)
    midi.map(note(2), lambda _context: order.append("quick"), name="quick")
    midi.virtual.press(1)
    begun.wait(5)
    threading.Timer(0.1, ending.set).start()
    midi.plugins.execute_plugin("lambda")
    midi.close()
    assert order == ["slow", "quick"]


def test_pausing_twice_is_pausing() -> None:
    """And settling meanwhile says that it would wait for itself."""
    with session() as midi, midi.paused(), midi.paused(), pytest.raises(MidimonError, match="wait"):
        midi.settle()


def test_closing_while_paused_still_shuts_down() -> None:
    """`with midi.paused(): %unload_ext midimon_live`."""
    calls = []

    class Lamp(ActionPlugin):
        def execute(self, params, context):
            """Do nothing."""

        def shutdown(self):
            calls.append("shutdown")

    midi = Session(backend="virtual")
    midi.map(note(1), Lamp)
    with midi.paused():
        midi.close()
    assert calls == ["shutdown"]


def test_an_async_loop_ends_with_its_plugin() -> None:
    """Disabling it is enough."""
    beats = []

    async def test() -> None:
        async def loop(_context):
            while True:
                beats.append(1)
                await asyncio.sleep(0)

        with session() as midi:
            midi.map(note(1), loop)
            midi.play(press(1))
            await asyncio.sleep(0.01)
            midi.plugins.disable_plugin("loop()")
            await asyncio.sleep(0.01)
            before = len(beats)
            await asyncio.sleep(0.01)
            assert len(beats) == before > 0

    asyncio.run(test())


_CAN = "capabilities"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("def execute(self, params, context):\n        yield 1", "execute is a generator"),
        ("async def execute(self, params, context):\n        yield 1", "execute is a generator"),
        ("def execute(self, context):\n        pass", "execute must take params and context"),
        ("execute = print\n    async def initialize(self):\n        pass", "initialize is async"),
        ("def exeucte(self, params, context):\n        pass", "did you mean execute?"),
        ("def Execute(self, params, context):\n        pass", "did you mean execute?"),
        ("def run(self):\n        pass", r"Odd has no execute; write in it: def execute\(self, "),
        (f"{_CAN} = Capability.MIDI\n    execute = print", r"write a set: {Capability.MIDI}"),
        (f"{_CAN} = 'midi'\n    execute = print", 'write a set: {"midi"}'),
        (f"{_CAN} = None\n    execute = print", "capabilities is None; write a set, as"),
    ],
)
def test_what_could_never_run_is_refused_at_once(body: str, complaint: str) -> None:
    """Instead of counting as a success that did nothing."""
    scope = {"ActionPlugin": ActionPlugin, "Capability": Capability}
    exec(f"class Odd(ActionPlugin):\n    {body}", scope)  # noqa: S102 - as a cell does
    with session() as midi, pytest.raises(PluginError, match=complaint):
        midi.map(note(1), scope["Odd"])


def test_a_class_that_is_only_defined_is_looked_at_too() -> None:
    """One whose execute is misspelled is told; a base without any is nobody's mistake."""
    scope = {"ActionPlugin": ActionPlugin}
    for name, method in (("Odd", "exeucte"), ("Base", "helper")):
        exec(f"class {name}(ActionPlugin):\n    def {method}(self): ...", scope)  # noqa: S102
    with session() as midi:
        midi.begin(Change())
        remarks = midi.end(commit=True, classes=[scope["Odd"], scope["Base"]])
    said = "Odd has exeucte, and no execute; did you mean execute? It is not live"
    assert remarks == [said]


def test_names_that_are_nearly_right_are_remarked_on() -> None:
    """The class is live all the same; a name that it uses itself is its own business."""

    class Odd(ActionPlugin):
        capabilitys = {"midi"}

        def execute(self, params, context):
            self.executed()

        def executed(self):
            """Be called."""

        def initalize(self):
            """Wait in vain."""

    with session() as midi:
        midi.begin(Change())
        remarks = midi.end(commit=True, classes=[Odd])
        assert midi.plugins.list_loaded() == ["odd"]
    assert remarks == [
        "Odd: nothing looks for capabilitys; did you mean capabilities?",
        "Odd: nothing looks for initalize; did you mean initialize?",
    ]


def test_grants_do_not_pass_to_another_plugin_of_the_name() -> None:
    """Unloading a plugin ends its grants."""

    class Risky(ActionPlugin):
        capabilities = {"filesystem"}

        def execute(self, params, context):
            """Do nothing."""

    with session() as midi:
        midi.map(note(1), Risky)
        midi.plugins.grant_capability("risky", "filesystem")
        midi.plugins.unload_plugin("risky")
        midi.activate(type("Risky", (Risky,), {}))
        assert midi.plugins.get_metadata("risky").missing


def test_a_closed_session_says_so() -> None:
    """Instead of taking mappings that nobody plays."""
    with session() as midi:
        pass
    for call in (lambda: midi.map(note(1), print), lambda: midi.connect("x"), midi.settle):
        with pytest.raises(MidimonError, match="has ended"):
            call()


@pytest.mark.parametrize("name", ["", " ", 5, None, "Virtual"])
def test_a_port_of_our_own_needs_a_name_of_its_own(name: object) -> None:
    """The built-in port keeps its."""
    with session() as midi, pytest.raises(PortError, match="name of its own"):
        midi.create_port(name)
