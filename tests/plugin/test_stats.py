"""What a plugin has done: by how long it took, and by the second."""

import asyncio

import pytest

from midimon_live import ActionPlugin, note
from midimon_live.testing import press, session


def lasting(midi):
    """Return a function that takes as many milliseconds as the pad is hit hard."""
    return lambda context: midi.clock.move_to(midi.clock.now() + context.velocity / 1000)


def test_the_histogram_holds_every_execution_of_the_session() -> None:
    """Also those that are older than the last 1,000."""
    with session() as midi:
        handle = midi.map(note(36), lasting(midi))
        midi.play(*[press(36, velocity=2)] * 1_100, press(36, velocity=100))
        stats = midi.plugins.get_stats(handle.mapping.plugin)
    short, long = stats.histogram
    assert (short.times, long.times) == (1_100, 1)
    assert short.low_us <= 2_000 <= short.high_us
    assert long.low_us <= 100_000 <= long.high_us


def test_the_history_has_executions_and_failures_by_the_second() -> None:
    """At wall-clock times; a second without any is left out."""
    with session() as midi:

        def picky(context):
            assert context.velocity < 100

        handle = midi.map(note(36), picky)
        midi.play(press(36, velocity=1), press(36, velocity=100))
        midi.advance(5.0)
        midi.play(press(36, velocity=1))
        history = midi.plugins.get_stats(handle.mapping.plugin).history
        began = midi.clock.epoch_ms(0)
    assert history == ((began, 1, 2, 1), (began + 5_000, 1, 1, 0))


def test_histogram_and_history_survive_a_new_version() -> None:
    """As the counters do."""

    def blink():
        class Blink(ActionPlugin):
            def execute(self, params, context):
                """Do nothing."""

        return Blink

    with session() as midi:
        midi.map(note(36), blink())
        midi.play(press(36))
        midi.activate(blink())
        midi.play(press(36))
        stats = midi.plugins.get_stats("blink")
    assert [one.times for one in stats.histogram] == [2]
    assert [one.executions for one in stats.history] == [2]


def test_async_executions_count_in_the_second_in_which_they_end() -> None:
    """With the whole time that they took."""
    with session() as midi:

        async def slowly(_context):
            await asyncio.sleep(0)
            midi.clock.move_to(2.0)

        handle = midi.map(note(36), slowly)
        midi.play(press(36))
        stats = midi.plugins.get_stats(handle.mapping.plugin)
        two = midi.clock.epoch_ms(2.0)
    assert [(one.epoch_ms, one.executions) for one in stats.history] == [(two, 1)]
    assert stats.histogram[0].low_us <= 2_000_000 <= stats.histogram[0].high_us


def test_timers_that_raise_do_not_make_the_success_less_than_nothing() -> None:
    """They are failures, and no executions."""

    class Late(ActionPlugin):
        def execute(self, params, context):
            for _ in range(3):
                self.host.schedule(0.1, self.breaks)

        def breaks(self):
            raise ValueError

    with session() as midi:
        midi.map(note(36), Late)
        midi.play(press(36))
        midi.advance(0.2)
        stats = midi.plugins.get_stats("late")
    assert (stats.executions, stats.failures, stats.success_rate) == (1, 3, 0.0)


def test_the_text_of_a_snapshot_is_short() -> None:
    """However long its history is."""
    with session() as midi:
        handle = midi.map(note(36), lasting(midi))
        for _ in range(300):
            midi.play(press(36, velocity=1))
            midi.advance(1.0)
        assert len(repr(midi.plugins.get_stats(handle.mapping.plugin))) < 500


@pytest.mark.parametrize(
    ("sort", "first"),
    [("plugin", "a()"), ("-plugin", "c()"), ("-runs", "b()"), ("-p99", "a()"), ("p99", "b()")],
)
def test_the_table_is_sorted_by_any_column(sort: str, first: str) -> None:
    """With a minus, largest first; what has never run comes last either way."""
    with session() as midi:

        def a(_context):
            midi.clock.move_to(midi.clock.now() + 0.5)

        def b(_context):
            midi.clock.move_to(midi.clock.now() + 0.1)

        def c(_context):
            """Never run."""

        for number, function in enumerate((a, b, c), 36):
            midi.map(note(number), function)
        midi.play(press(36), press(37), press(37))
        rows = midi.stats(sort=sort).rows
    assert rows[0][0] == first
    if sort in ("-p99", "p99"):
        assert rows[-1][0] == "c()"


def test_the_table_claims_nothing_of_what_has_never_run() -> None:
    """No 100 %, and no time."""
    with session() as midi:
        midi.map(note(36), lambda _context: None)
        table = midi.stats()
    row = dict(zip(table.headings, table.rows[0], strict=True))
    assert row["success"] == row["p95 \N{MICRO SIGN}s"] == "\N{EN DASH}"


@pytest.mark.parametrize("sort", ["speed", "-", "--p99", 5])
def test_sorting_by_what_is_no_column_names_those_there_are(sort: object) -> None:
    """A plain error."""
    with session() as midi, pytest.raises(ValueError, match="allowed are plugin, runs"):
        midi.stats(sort=sort)
