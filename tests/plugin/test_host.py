"""What a plugin may do outside itself: send, and schedule."""

from collections.abc import Callable
from typing import Any

import pytest

from midimon_live import ActionPlugin, Capability, note, plugin
from midimon_live.errors import InvalidValue, LoadError, PermissionDenied, PortNotFound
from midimon_live.testing import TestSession, press, released, run_plugin, session

MIDI = frozenset({Capability.MIDI})


class Later(ActionPlugin):
    """Schedule what the test wants, and log it with its moment."""

    def __init__(self, log: list[Any], now: Callable[[], float], delays: list[float]) -> None:
        self.log, self.now, self.delays = log, now, delays
        self.timers: list[Any] = []

    def execute(self, params, context):
        """Schedule one call for each delay."""
        self.timers = [self.host.schedule(delay, self.ring, delay) for delay in self.delays]

    def ring(self, delay):
        """Log it."""
        self.log.append((delay, self.now()))


def scheduled(midi: TestSession, *delays: float) -> tuple[Later, list[Any]]:
    """Map and play a plugin that schedules; returns it and its log."""
    log: list[Any] = []
    later = Later(log, midi.clock.now, list(delays))
    midi.map(note(36), later)
    midi.play(press(36))
    return later, log


@pytest.mark.parametrize(
    "send",
    [
        lambda host: host.send("note_on", note=60, velocity=100),
        lambda host: host.send(press(60)),
        lambda host: host.send(b"\x90\x3c\x64"),
        lambda host: host.send([0x90, 60, 100], port="virt"),
    ],
)
def test_send_takes_words_messages_and_bytes(send: Callable[[Any], None]) -> None:
    """All of them arrive as the same message."""

    class Sends(ActionPlugin):
        capabilities = MIDI

        def execute(self, params, context):
            send(self.host)

    assert run_plugin(Sends).sent == [press(60)]


def test_send_is_refused_when_midi_is_not_declared() -> None:
    """The text says what to add to the class."""

    class Undeclared(ActionPlugin):
        capabilities = frozenset({Capability.AUDIO})

        def execute(self, params, context):
            self.host.send("clock")

    done = run_plugin(Undeclared)
    assert done.sent == []
    assert "sends MIDI without declaring it" in done.stats.last_error
    assert "capabilities = {Capability.MIDI}" in done.stats.last_error


def test_send_is_refused_when_midi_was_revoked_meanwhile() -> None:
    """A handler that is under way is stopped at its next message; what it began is ended."""
    with session() as midi:

        class Sends(ActionPlugin):
            capabilities = MIDI

            def execute(self, params, context):
                self.host.send(press(1))
                midi.plugins.revoke_capability("sends", "midi")
                self.host.send(press(2))

        midi.map(note(36), Sends)
        midi.play(press(36))
        assert midi.sent == [press(1), released(1)]
        assert PermissionDenied.__name__ in midi.plugins.get_stats("sends").last_error


@pytest.mark.parametrize(
    ("send", "error"),
    [
        (lambda host: host.send("note_on", note=128), InvalidValue),
        (lambda host: host.send(press(1), port="Synth"), PortNotFound),
    ],
)
def test_send_raises_what_is_wrong(send: Callable[[Any], None], error: type[Exception]) -> None:
    """Where the author can catch it."""
    caught = []

    class Sends(ActionPlugin):
        capabilities = MIDI

        def execute(self, params, context):
            try:
                send(self.host)
            except error as raised:
                caught.append(raised)

    assert run_plugin(Sends).sent == []
    assert len(caught) == 1


def test_send_works_from_initialize_to_shutdown() -> None:
    """Lights on at the beginning, off at the end; what it forgets is ended for it."""

    class Lights(ActionPlugin):
        capabilities = MIDI

        def initialize(self):
            self.host.send(press(1))

        def execute(self, params, context):
            self.host.send(press(2))

        def shutdown(self):
            self.host.send(released(2))

    with session() as midi:
        midi.map(note(36), Lights)
        midi.play(press(36))
        midi.plugins.unload_plugin("lights")
        assert midi.sent == [press(1), press(2), released(2), released(1)]


def test_schedule_runs_each_call_at_its_moment_in_order() -> None:
    """The moment counts, not the order of scheduling."""
    with session() as midi:
        _, log = scheduled(midi, 2.0, 0.5, 1.0)
        midi.advance(5.0)
    assert log == [(0.5, 0.5), (1.0, 1.0), (2.0, 2.0)]


def test_schedule_and_events_keep_one_order() -> None:
    """What is due before an event runs before it."""
    with session() as midi:
        _, log = scheduled(midi, 1.0, 3.0)
        midi.map(note(37), lambda _context: log.append("event"))
        midi.play(press(37, time=2.0))
        midi.advance(2.0)
    assert log == [(1.0, 1.0), "event", (3.0, 3.0)]


def test_schedule_without_delay_runs_after_the_handler() -> None:
    """Never inside it."""
    log = []

    class Soon(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(0, log.append, "call")
            log.append("handler")

    with session() as midi:
        midi.map(note(36), Soon)
        midi.play(press(36))
        midi.advance(0.001)
    assert log == ["handler", "call"]


def test_schedule_does_not_run_what_was_cancelled() -> None:
    """Cancelling again, or after it ran, is harmless."""
    with session() as midi:
        later, log = scheduled(midi, 1.0, 2.0)
        later.timers[0].cancel()
        later.timers[0].cancel()
        midi.advance(5.0)
        later.timers[1].cancel()
    assert log == [(2.0, 2.0)]


@pytest.mark.parametrize(
    "end",
    [
        lambda midi: midi.plugins.unload_plugin("later"),
        lambda midi: midi.panic(),
        lambda midi: midi.mappings() and midi.plugins.disable_plugin("later"),
    ],
    ids=["unload", "panic", "disable"],
)
def test_scheduled_calls_do_not_run_after(end: Callable[[TestSession], object]) -> None:
    """What a plugin scheduled goes with it, and with a panic."""
    with session() as midi:
        _, log = scheduled(midi, 1.0)
        end(midi)
        midi.advance(5.0)
    assert log == []


def test_scheduled_calls_go_with_their_version() -> None:
    """A new version of the class does not inherit them."""
    log = []

    def version(label: str) -> type[ActionPlugin]:
        class Beat(ActionPlugin):
            def execute(self, params, context):
                self.host.schedule(1.0, log.append, label)

        return Beat

    with session() as midi:
        midi.map(note(36), version("old"))
        midi.play(press(36))
        midi.activate(version("new"))
        midi.play(press(36))
        midi.advance(5.0)
    assert log == ["new"]


def test_scheduled_call_that_raises_is_counted_and_the_next_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is treated like a handler."""
    log = []

    class Beat(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(1.0, self.host.send, "clock")
            self.host.schedule(1.0, log.append, "next")

    with session() as midi:
        midi.map(note(36), Beat)
        midi.play(press(36))
        midi.advance(2.0)
        assert "declaring" in midi.plugins.get_stats("beat").last_error
    assert log == ["next"]


def test_scheduled_coroutine_is_run_to_its_end() -> None:
    """An `async` function can be scheduled too."""
    log = []

    class Beat(ActionPlugin):
        async def ring(self):
            log.append("rang")

        def execute(self, params, context):
            self.host.schedule(1.0, self.ring)

    with session() as midi:
        midi.map(note(36), Beat)
        midi.play(press(36))
        midi.advance(1.0)
    assert log == ["rang"]


@pytest.mark.parametrize("delay", [-0.1, float("inf"), float("nan"), "1", None])
def test_schedule_refuses_a_delay_that_never_comes(delay: object) -> None:
    """The text says what is allowed."""

    class Wrong(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(params["delay"], print)

    with session() as midi:
        midi.map(note(36), plugin(Wrong, delay=delay))
        midi.play(press(36))
        assert "allowed are 0 to 1000000 seconds" in midi.plugins.get_stats("wrong").last_error


def test_schedule_refuses_what_can_not_be_called() -> None:
    """Like the result of a call, written by mistake."""

    class Wrong(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(1.0, print())

    assert "None can not be called" in run_plugin(Wrong).stats.last_error


class Misses(ActionPlugin):
    """Do what the test says, which goes wrong."""

    wrong: Callable[[Any], Any]

    def execute(self, params, context):
        """Do it."""
        type(self).wrong(self)

    def end(self, number):
        """Return nothing."""

    @property
    def spoilt(self):
        """Miss something itself."""
        return self.execute.nothing


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            lambda plugin: plugin.host.schedule(0.3, plugin.end(50)),
            "pass the function, not what it returned: schedule(0.3, self.end, 50) calls self.end(",
        ),
        (lambda plugin: plugin.schedule(1, print), "'schedule'; did you mean self.host.schedule?"),
        (lambda plugin: plugin.send("note_on"), "'send'; did you mean self.host.send?"),
        (lambda plugin: plugin.cuont, "'Misses' object has no attribute 'cuont'"),
        (lambda plugin: plugin.spoilt, "no attribute 'nothing'"),
    ],
)
def test_what_is_missed_of_the_host_is_told(wrong: Callable[[Any], Any], said: str) -> None:
    """A call in place of a function, and what is the host's and not the plugin's."""
    Misses.wrong = staticmethod(wrong)
    with session() as midi:
        midi.map(note(36), Misses)
        midi.play(press(36))
        assert said in midi.plugins.get_stats("misses").last_error


def test_the_host_is_not_there_while_a_plugin_is_built() -> None:
    """And the error says from when on."""

    class Early(ActionPlugin):
        def __init__(self):
            self.midi = self.host

        def execute(self, params, context):
            """Do nothing."""

    with session() as midi, pytest.raises(LoadError, match="there from initialize on, and not in"):
        midi.map(note(36), Early)
