"""What plugins print: into their logs, with time, version and event, and as far as wanted shown."""

import contextlib
import io
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, delay, note, plugin, sequence
from midimon_live.clock import ManualClock
from midimon_live.errors import CommandError, InvalidValue, PluginNotFound
from midimon_live.magics import run
from midimon_live.plugin.log import LogLine
from midimon_live.plugin.voices import CHARACTERS_PER_S, LINES_PER_S, Voice, Voices
from midimon_live.running import Running
from midimon_live.sessions import Session
from midimon_live.testing import TestSession, press, session
from midimon_live.timers import Timers

PATIENCE_S = 10


def says(*texts: str, **options: Any) -> type[ActionPlugin]:
    """Return a plugin that prints texts."""

    class Says(ActionPlugin):
        def execute(self, params, context):
            for text in texts:
                print(text, **options)

    return Says


def lines_of(midi: Session, name: str = "says") -> list[LogLine]:
    """Return the log of a plugin."""
    return midi.plugins.log_of(name).lines()


def texts_of(midi: Session, name: str = "says") -> list[str]:
    """Return the log of a plugin, only the texts."""
    return [one.text for one in lines_of(midi, name)]


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """A session whose time stands still."""
    with session() as midi:
        yield midi


# into the log


def test_a_line_is_shown_and_is_in_the_log_with_time_version_and_event(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both, once."""
    midi.map(note(36), says("pad"))
    midi.play(press(40), press(36, time=2))
    assert capsys.readouterr().out == "pad\n"
    assert lines_of(midi) == [LogLine(1_700_000_002_000, "pad", "#1", 2, "stdout")]


def test_the_log_goes_on_over_versions(midi: TestSession) -> None:
    """And says which of them it was."""
    first, second = says("old"), says("new")

    midi.map(note(36), first)
    midi.play(press(36))
    midi.map(note(37), second)
    midi.play(press(37))
    assert [(one.text, one.version) for one in lines_of(midi)] == [
        ("old", "#1"),
        ("new", "#2"),
    ]


def test_parts_of_a_line_become_one(midi: TestSession) -> None:
    """Also over several events; what has not ended is there to be seen."""

    class Says(ActionPlugin):
        def execute(self, params, context):
            print("a", end="" if context.velocity < 100 else None)

    midi.map(note(36), Says)
    midi.play(press(36, velocity=1), press(36, velocity=1))
    assert texts_of(midi) == ["aa"]
    midi.play(press(36), press(36))
    assert texts_of(midi) == ["aaa", "a"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("10 %\r20 %\r30 %\n", ["30 %"]),
        ("10 %\r", ["10 %"]),
        ("dos\r\nlines\r\n", ["dos", "lines"]),
        ("\n", [""]),
        ("a\tb\x1b[31mred\n", ["a    b\N{REPLACEMENT CHARACTER}[31mred"]),
    ],
)
def test_a_carriage_return_begins_a_line_anew(
    midi: TestSession, text: str, kept: list[str]
) -> None:
    """As a terminal shows it: a progress bar is one line, and nothing moves the cursor."""
    midi.map(note(36), says(text, end=""))
    midi.play(press(36))
    assert texts_of(midi) == kept


def test_a_line_of_ten_megabytes_is_cut_in_the_log(midi: TestSession) -> None:
    """It says how much is missing."""
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        midi.map(note(36), says("x" * 10_000_000))
        midi.play(press(36))
    (text,) = texts_of(midi)
    assert text == "x" * 1000 + " \N{HORIZONTAL ELLIPSIS} 9,999,000 more characters"
    assert len(shown.getvalue()) == 10_000_001


def test_the_log_keeps_a_thousand_lines(midi: TestSession) -> None:
    """The newest."""
    midi.map(note(36), says(*map(str, range(3_000)), file=None))
    midi.play(press(36))
    assert texts_of(midi) == [str(number) for number in range(2_000, 3_000)]


def test_errors_go_to_the_log_too_in_one_line(midi: TestSession) -> None:
    """With the event; the traceback is in `midi.errors()`."""

    def hit(_context):
        print("careful", file=sys.stderr)
        raise ValueError("no lamp")

    midi.map(note(36), hit)
    midi.play(press(36))
    name = midi.plugins.list_loaded()[0]
    first, second = lines_of(midi, name)
    assert (first.text, first.source) == ("careful", "stderr")
    assert second.text.startswith("raised ValueError: no lamp (test_output.py")
    assert (second.source, second.event) == ("raised", 1)


def test_what_is_no_text_raises_as_always(midi: TestSession) -> None:
    """The plugin is told, with its line."""

    class Writes(ActionPlugin):
        def execute(self, params, context):
            sys.stdout.write(36)

    midi.map(note(36), Writes)
    midi.play(press(36))
    assert "TypeError" in midi.plugins.get_stats("writes").last_error


def test_what_writing_raises_reaches_the_plugin(midi: TestSession) -> None:
    """A terminal that is gone is its business too; the log has it before."""
    midi.map(note(36), says("pad"))
    closed = io.StringIO()
    closed.close()
    with contextlib.redirect_stdout(closed):
        midi.play(press(36))
    assert "closed file" in midi.plugins.get_stats("says").last_error
    assert texts_of(midi)[0] == "pad"


def test_what_is_called_later_knows_the_event_that_led_to_it(midi: TestSession) -> None:
    """A timer, a thread, the later part of a sequence."""

    class Later(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(1, print, "timer")
            thread = threading.Thread(target=print, args=("thread",))
            thread.start()
            thread.join(PATIENCE_S)

    midi.map(note(36), Later)
    midi.map(note(37), sequence(delay(500), says("sequence")))
    midi.play(press(36), press(37), press(40), press(40, time=2))
    assert [(one.text, one.event) for one in lines_of(midi, "later")] == [
        ("thread", 1),
        ("timer", 1),
    ]
    assert [(one.text, one.event) for one in lines_of(midi)] == [("sequence", 2)]


def test_what_no_event_led_to_has_none(midi: TestSession) -> None:
    """Loading and leaving are no events, also after some."""

    class Lives(ActionPlugin):
        def initialize(self):
            print("begins")

        def execute(self, params, context):
            print("plays")

        def shutdown(self):
            print("ends")

    midi.map(note(36), Lives)
    midi.play(press(36))
    midi.plugins.unload_plugin("lives")
    assert [(one.text, one.event) for one in lines_of(midi, "lives")] == [
        ("begins", 0),
        ("plays", 1),
        ("ends", 0),
    ]


# as far as wanted shown


def test_a_plugin_from_a_folder_prints_into_its_log_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until somebody wants to see it; also what its import prints."""
    with session(tmp_path) as midi:
        made = midi.plugins.new_plugin("quiet") / "plugin.py"
        text = "print('import')\n" + made.read_text().replace(
            "def execute(self, params, context):",
            "def execute(self, params, context):\n        print('pad')",
        )
        made.write_text(text)
        run(midi, "load quiet")
        midi.map(note(36), plugin("quiet"))
        midi.play(press(36))
        assert capsys.readouterr().out == ""
        assert texts_of(midi, "quiet") == ["import", "pad"]
        assert run(midi, "log quiet on") == "what quiet prints is shown"
        midi.play(press(36))
        assert capsys.readouterr().out == "pad\n"
        run(midi, "log quiet off")
        midi.play(press(36))
        assert capsys.readouterr().out == ""
        assert texts_of(midi, "quiet") == ["import", "pad", "pad", "pad"]


def test_log_command_shows_hides_and_clears(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """`%midi log NAME`, with how many, on, off, clear."""
    midi.map(note(36), says("one", "two"))
    midi.play(press(36))
    rows = repr(run(midi, "log says")).splitlines()
    assert [line.split()[1:] for line in rows[1:]] == [
        ["#1", "event", "1", "one"],
        ["#1", "event", "1", "two"],
    ]
    assert len(repr(run(midi, "log says 1")).splitlines()) == 2
    capsys.readouterr()
    assert run(midi, "log says off") == "what says prints is only in %midi log says"
    midi.play(press(36))
    assert capsys.readouterr().out == ""
    assert len(texts_of(midi)) == 4
    run(midi, "log says on")
    midi.play(press(36))
    assert capsys.readouterr().out == "one\ntwo\n"
    run(midi, "log says clear")
    assert repr(midi.log("says")) == "says has printed nothing"


def test_log_of_what_is_not_there(midi: TestSession) -> None:
    """A wrong name, a wrong word, a wrong number."""
    with pytest.raises(PluginNotFound, match="no plugin is called 'nobody'"):
        run(midi, "log nobody")
    midi.map(note(36), says("one"))
    with pytest.raises(CommandError, match="'many' is not how many lines to show"):
        run(midi, "log says many")
    with pytest.raises(InvalidValue, match="allowed are 1 to 1000 lines"):
        midi.log("says", 0)
    midi.plugins.unload_plugin("says")
    assert repr(midi.log("says")) == "says has printed nothing"


def test_host_log_and_print_share_the_log(midi: TestSession) -> None:
    """And `log_lines` still has what was noted, apart."""

    class Notes(ActionPlugin):
        def execute(self, params, context):
            self.host.log("noted")
            print("printed")

    midi.map(note(36), Notes)
    midi.play(press(36))
    assert texts_of(midi, "notes") == ["noted", "printed"]
    assert midi.plugins.log_lines("notes") == [(1_700_000_000_000, "noted")]


class Flood:
    """A voice, a clock, and what has been shown."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.clock, self.timers = ManualClock(), Timers()
        voices = Voices(self.clock, self.timers, Running(self.clock))
        self.voice = Voice(voices, "flood", 0, aloud=True)
        self.voice.context_here(None, None)
        self._capsys = capsys

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move_to(self.clock.now() + seconds)
        while (timer := self.timers.pop_due(self.clock.now())) is not None:
            if timer.action is not None:
                timer.action()

    def shown(self) -> str:
        """Return what was shown since the last time."""
        return self._capsys.readouterr().out


def test_a_flood_is_shown_in_part_and_the_rest_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """100 lines in a second; the number of the others when it is over; then it begins anew."""
    flood = Flood(capsys)
    for number in range(LINES_PER_S + 214):
        flood.voice.say("stdout", str(number))
        flood.voice.say("stdout", "\n")
    assert flood.shown().splitlines() == [str(number) for number in range(LINES_PER_S)]
    flood.advance(0.9)
    assert flood.shown() == ""
    flood.advance(0.1)
    assert flood.shown() == "\N{HORIZONTAL ELLIPSIS} 214 more lines in %midi log flood\n"
    flood.voice.say("stdout", "calm\n")
    assert flood.shown() == "calm\n"
    assert len(flood.voice.log.lines()) == LINES_PER_S + 215


def test_an_endless_line_is_shown_in_part(capsys: pytest.CaptureFixture[str]) -> None:
    """A cell gets 20,000 characters in a second."""
    flood = Flood(capsys)
    flood.voice.say("stdout", "x" * 10_000_000)
    assert flood.shown() == "x" * CHARACTERS_PER_S
    flood.advance(1)
    assert flood.shown() == (
        f"\n\N{HORIZONTAL ELLIPSIS} {10_000_000 - CHARACTERS_PER_S} more characters "
        "in %midi log flood\n"
    )


def test_a_flood_of_flushes_asks_the_stream_seldom(capsys: pytest.CaptureFixture[str]) -> None:
    """A kernel's stream lets each of them wait for another thread."""
    flood = Flood(capsys)
    assert sum(flood.voice.may_flush() for _ in range(1000)) == 20
    flood.advance(1)
    assert flood.voice.may_flush()


def test_a_dry_run_says_nothing(midi: TestSession, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither shown nor kept: it was played before, and is only tried with a new version."""
    midi.map(note(36), says("old"))
    midi.play(press(36), press(36))
    capsys.readouterr()
    midi.map(note(36), says("new"))
    assert capsys.readouterr().out == ""
    assert texts_of(midi) == ["old", "old"]
    midi.play(press(36))
    assert texts_of(midi)[-1] == "new"


# the streams


def test_streams_are_put_back_when_the_last_session_closes() -> None:
    """Two at a time too, in any order."""
    before = sys.stdout, sys.stderr, threading.Thread.start, ThreadPoolExecutor.submit
    one, other = TestSession(), TestSession()
    assert sys.stdout is not before[0]
    one.close()
    assert sys.stdout is not before[0]
    other.close()
    assert (sys.stdout, sys.stderr, threading.Thread.start, ThreadPoolExecutor.submit) == before
    assert "__enter__" not in vars(contextlib.redirect_stdout)


def test_a_stream_that_somebody_has_put_in_place_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing does not take it away; what held ours goes on writing."""
    mine, theirs = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", mine)
    midi = TestSession()
    kept = sys.stdout
    sys.stdout = theirs
    midi.close()
    assert sys.stdout is theirs
    kept.write("late")
    assert mine.getvalue() == "late"


def test_a_plugin_prints_to_the_stream_that_is_there_now(midi: TestSession) -> None:
    """As without a kernel one expects; and it is in the log too."""
    midi.map(note(36), says("pad"))
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        midi.play(press(36))
    by_hand = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", by_hand)
        midi.play(press(36))
    assert (shown.getvalue(), by_hand.getvalue()) == ("pad\n", "pad\n")
    assert texts_of(midi) == ["pad", "pad"]


def test_a_stream_that_writes_on_to_ours_gets_each_line_once(midi: TestSession) -> None:
    """A tee, for instance."""
    copy = io.StringIO()

    class Tee(io.StringIO):
        def write(self, text: str) -> int:
            copy.write(text)
            return below.write(text)

    below = sys.stdout
    midi.map(note(36), says("pad"))
    with contextlib.redirect_stdout(Tee()):
        midi.play(press(36))
    assert copy.getvalue() == "pad\n"
    assert texts_of(midi) == ["pad"]


def test_a_write_that_is_replaced_for_a_cell_sees_what_the_cell_prints_only(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """IPython replaces `sys.stdout.write`, to remember the outputs of the cell that runs."""
    midi.map(note(36), says("pad"))
    seen: list[str] = []
    original = sys.stdout.write

    def write(text: str) -> Any:
        seen.append(text)
        return original(text)

    sys.stdout.write = write  # type: ignore[method-assign, assignment]
    print("cell")
    midi.play(press(36))
    sys.stdout.write = original  # type: ignore[method-assign]
    print("after")
    assert "".join(seen) == "cell\n"
    assert capsys.readouterr().out == "cell\npad\nafter\n"


def test_ours_is_the_stream_below_in_all_but_writing(midi: TestSession) -> None:
    """`isinstance`, attributes, iteration, `with`."""
    below = io.StringIO()
    midi.map(note(36), says("pad"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", below)
        midi.play(press(36))
        ours: Any = sys.stdout
        assert ours is not below
        assert isinstance(ours, io.StringIO)
        assert repr(ours) == repr(below)
        assert ours.getvalue() == "pad\n"
        ours.mark = 1
        assert below.mark == 1  # type: ignore[attr-defined]
        del ours.mark
        assert not hasattr(below, "mark")
        ours.writelines(["a\n", "b\n"])
        del ours.write
        ours.seek(0)
        assert list(ours) == ["pad\n", "a\n", "b\n"]
        with ours:
            pass
        assert below.closed


def test_a_process_without_streams_plays(midi: TestSession) -> None:
    """`pythonw` has none; printing goes nowhere there, and to the log it does not either."""
    midi.map(note(36), says("pad"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        patch.setattr(sys, "stderr", None)
        midi.play(press(36))
    assert midi.plugins.get_stats("says").failures == 0


# threads


def on_thread(start: Callable[[Callable[[], None]], None]) -> type[ActionPlugin]:
    """Return a plugin that does something on a thread, and waits for it."""

    class Starts(ActionPlugin):
        def execute(self, params, context):
            done = threading.Event()

            def job() -> None:
                print("beside")
                done.set()

            start(job)
            done.wait(PATIENCE_S)

    return Starts


class Own(threading.Thread):
    """A thread that runs in a way of its own."""

    def __init__(self, job: Callable[[], None]) -> None:
        super().__init__()
        self._job = job

    def run(self) -> None:
        """Do the job."""
        self._job()


def _pooled(job: Callable[[], None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: None)
        pool.submit(job)


@pytest.mark.parametrize(
    "start",
    [
        lambda job: threading.Thread(target=job).start(),
        lambda job: Own(job).start(),
        lambda job: threading.Timer(0, job).start(),
        _pooled,
        lambda job: __import__("_thread").start_new_thread(job, ()),
    ],
    ids=["thread", "subclass", "timer", "pool", "bare"],
)
@pytest.mark.parametrize("kind", ["class", "function"])
def test_a_thread_speaks_for_the_plugin_that_started_it(
    midi: TestSession, start: Callable[[Callable[[], None]], None], kind: str
) -> None:
    """Guarded or not, however it was started."""
    made = on_thread(start)
    midi.map(note(36), made if kind == "class" else lambda context: made().execute({}, context))
    midi.play(press(36))
    name = midi.plugins.list_loaded()[0]
    assert [(one.text, one.event) for one in lines_of(midi, name)] == [("beside", 1)]


def test_a_pool_that_a_plugin_began_does_not_speak_for_it_ever_after(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its threads serve whoever gives them something to do."""
    with ThreadPoolExecutor(1) as pool:
        midi.map(note(36), lambda context: pool.submit(print, "plugin").result(PATIENCE_S))
        midi.play(press(36))
        pool.submit(print, "cell").result(PATIENCE_S)
    name = midi.plugins.list_loaded()[0]
    assert texts_of(midi, name) == ["plugin"]
    assert capsys.readouterr().out == "plugin\ncell\n"


def test_a_live_session_prints_from_its_own_threads(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the test's thread, and `async` beside both."""

    class Both(ActionPlugin):
        async def execute(self, params, context):
            print("async", file=sys.stderr)

    with closing(Session(backend="virtual", home=None)) as midi:
        midi.map(note(36), says("pad"))
        midi.map(note(37), Both)
        midi.virtual.press(36)
        midi.virtual.press(37)
        midi.settle()
        assert [(one.text, one.event) for one in lines_of(midi, "both")] == [("async", 2)]
    out, err = capsys.readouterr()
    assert out == "pad\n"
    assert err.startswith("async\n")
