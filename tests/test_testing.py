"""The public helpers do what their documentation promises."""

import mido
import pytest

from midimon_live import ActionPlugin, Capability, cc, note
from midimon_live import testing as helpers
from midimon_live.errors import PermissionDenied, PortClosed
from midimon_live.testing import press, released, run_plugin, session, turn


class Echo(ActionPlugin):
    """Answer with the note that was played."""

    capabilities = frozenset({Capability.MIDI})

    def execute(self, params, context):
        """Send it back, a fifth higher if told so."""
        print("played", context.note)
        up = params.get("up", 0)
        self.host.send("note_on", note=context.note + up, velocity=context.velocity)


def test_five_line_example_of_the_docstring_works() -> None:
    """As it stands there."""
    with session() as midi:
        midi.map(note(36), Echo)
        midi.play(press(36, velocity=100))
        assert midi.sent == [press(36, velocity=100)]


def test_messages_are_those_of_mido() -> None:
    """Short ways to write them, and nothing else."""
    assert press(1, 2, channel=3) == mido.Message("note_on", note=1, velocity=2, channel=3)
    assert released(1, 2, channel=3) == mido.Message("note_off", note=1, velocity=2, channel=3)
    assert turn(1, 2, channel=3) == mido.Message("control_change", control=1, value=2, channel=3)


def test_time_stands_still_when_nothing_moves_it() -> None:
    """Two events played at once have one moment."""
    with session() as midi:
        midi.play(press(1), press(2))
        first, second = midi.traces()
    assert first.event.time == second.event.time == 0.0


def test_time_of_a_message_passes_before_it() -> None:
    """Like in a MIDI file, in seconds."""
    with session() as midi:
        midi.play(press(1, time=0.5), press(2, time=0.25))
        assert [trace.event.time for trace in midi.traces()] == [0.5, 0.75]


def test_advance_runs_what_falls_due_at_its_own_moment() -> None:
    """Also what that schedules in its turn; nothing from beyond the end."""
    moments = []

    class Ticks(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(1.0, self.tick)

        def tick(self):
            moments.append(midi.clock.now())
            self.host.schedule(1.0, self.tick)

    with session() as midi:
        midi.map(note(36), Ticks)
        midi.play(press(36))
        midi.advance(3.5)
        assert (moments, midi.clock.now()) == ([1.0, 2.0, 3.0], 3.5)


def test_play_takes_raw_bytes_unchecked() -> None:
    """To try what broken ones do."""
    with session() as midi:
        midi.play(b"\x90\xff")
        assert midi.counters() == {"malformed": 1}


def test_session_ends_with_its_block_when_a_test_raises() -> None:
    """Closed, so that nothing leaks into the next test."""
    with pytest.raises(ZeroDivisionError), session() as midi:
        _ = 1 / 0
    assert midi.closed
    with pytest.raises(PortClosed):
        midi.play(press(36))


def test_run_plugin_tells_what_was_sent_printed_and_counted() -> None:
    """With the default press of note 36."""
    run = run_plugin(Echo)
    assert run.sent == [press(36)]
    assert run.printed == "played 36\n"
    assert (run.stats.executions, run.stats.failures) == (1, 0)


def test_run_plugin_hands_over_params_and_events() -> None:
    """And maps the trigger it is given."""
    run = run_plugin(Echo, [press(40), press(41), press(40)], trigger=note(40), params={"up": 7})
    assert run.sent == [press(47), press(47)]


def test_run_plugin_takes_an_instance() -> None:
    """One that was built with arguments, for example."""

    class Counts(ActionPlugin):
        def __init__(self, start):
            self.count = start

        def execute(self, params, context):
            self.count += 1

    plugin = Counts(5)
    run_plugin(plugin, [turn(7, 1)] * 3, trigger=cc(7))
    assert plugin.count == 8


def test_run_plugin_grants_only_what_it_is_told() -> None:
    """Without the grant the plugin is refused, as in a notebook."""

    class Writes(ActionPlugin):
        capabilities = frozenset({Capability.FILESYSTEM})

        def execute(self, params, context):
            print("written")

    refused, allowed = run_plugin(Writes), run_plugin(Writes, grants=["filesystem"])
    assert (refused.printed, refused.stats.denied) == ("", 1)
    assert (allowed.printed, allowed.stats.denied) == ("written\n", 0)


def test_run_plugin_keeps_the_traceback_when_it_raises() -> None:
    """In `printed`, with the author's line; the test itself goes on."""

    class Undeclared(ActionPlugin):
        def execute(self, params, context):
            self.host.send("clock")

    run = run_plugin(Undeclared)
    assert PermissionDenied.__name__ in run.printed
    assert 'self.host.send("clock")' in run.printed
    assert run.stats.failures == 1


def test_every_helper_is_exported() -> None:
    """`__all__` is sorted, and what it names is there."""
    assert helpers.__all__ == sorted(helpers.__all__)
    assert all(hasattr(helpers, name) for name in helpers.__all__)


def test_async_handlers_end_before_play_returns() -> None:
    """No loop and no waiting is needed in a test."""
    seen = []

    async def handler(context):
        seen.append(context.note)

    with session() as midi:
        midi.map(note(36), handler)
        midi.play(press(36))
        assert seen == [36]
