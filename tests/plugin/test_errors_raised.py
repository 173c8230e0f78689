"""What plugins raise: with the lines that ran, alike with alike, with the event, and no flood."""

import asyncio
import gc
import linecache
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from midimon_live import ActionPlugin, note, plugin
from midimon_live.clock import ManualClock
from midimon_live.errors import CommandError, PluginNotFound
from midimon_live.magics import run
from midimon_live.plugin.failures import SHOWN_PER_S, Failures
from midimon_live.plugin.groups import KEPT
from midimon_live.plugin.voices import Voice, Voices
from midimon_live.running import Running
from midimon_live.testing import TestSession, press, session
from midimon_live.timers import Timers


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """A session whose time stands still."""
    with session() as midi:
        yield midi


class Breaks(ActionPlugin):
    """Raise what the velocity says."""

    def execute(self, params, context):
        """Raise it."""
        if context.velocity == 1:
            raise ValueError("one")
        if context.velocity == 2:
            raise ValueError("two")
        raise KeyError(context.velocity)


# the lines that ran


CELL = """
from midimon_live import ActionPlugin, note
class Breaks(ActionPlugin):
    def execute(self, params, context):
        return self.{word}()
    def first(self):
        raise ValueError("the first version")
    def second(self): return self.third()
    def third(self):
        raise ValueError("the second version")
midi.map(note(36), Breaks)
"""


def test_traceback_has_the_cells_lines_though_linecache_has_forgotten_them(
    shell: InteractiveShell,
) -> None:
    """`linecache.clearcache()` is called by some libraries, and forgets cells for good."""
    shell.run_cell("%load_ext midimon_live")
    shell.run_cell(CELL.format(word="first"), store_history=True)
    linecache.clearcache()
    shell.run_cell("midi.virtual.press(36); midi.settle()")
    (group,) = shell.user_ns["midi"].errors()
    assert 'raise ValueError("the first version")' in group.traceback
    assert "In [" in group.traceback
    assert group.place.endswith("line 6")


WAITS = """
import asyncio, sys
from midimon_live import ActionPlugin
class Slow(ActionPlugin):
    async def execute(self, params, context):
        from . import helper
        sys.modules["gates_of_test"].append(asyncio.Event())
        await sys.modules["gates_of_test"][-1].wait()
"""


@pytest.mark.parametrize("file", ["plugin.py", "helper.py"])
def test_an_execution_that_ends_on_the_older_version_shows_the_older_lines(
    tmp_path: Path, file: str
) -> None:
    """A folder has the same file names in each version; some it imports only when it plays."""

    def write(line: str) -> None:
        inside = file == "plugin.py"
        last = f"        {line}\n" if inside else "        helper.fail()\n"
        (folder / "plugin.py").write_text(WAITS + last)
        (folder / "helper.py").write_text("" if inside else f"def fail():\n        {line}\n")

    async def play(midi: TestSession) -> None:
        midi.play(press(36))
        while len(gates) < 1:  # noqa: ASYNC110 - the plugin has no way to tell
            await asyncio.sleep(0)
        write("\n        raise ValueError('new')  # the new line")
        run(midi, "reload slow")
        midi.play(press(36))
        while len(gates) < 2:  # noqa: ASYNC110 - the plugin has no way to tell
            await asyncio.sleep(0)
        for gate in gates:
            gate.set()
        await midi.settled()

    gates: list[asyncio.Event] = []
    sys.modules["gates_of_test"] = gates  # type: ignore[assignment]
    with session(tmp_path) as midi:
        folder = midi.plugins.new_plugin("slow")
        write("raise ValueError('old')  # the old line")
        run(midi, "load slow")
        midi.map(note(36), plugin("slow"))
        asyncio.run(play(midi))
        del sys.modules["gates_of_test"]
        new, old = (one.traceback for one in midi.errors("slow"))
    assert "# the old line" in old
    assert "# the new line" in new


def test_a_module_that_was_edited_after_it_was_imported_shows_what_runs(
    midi: TestSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what somebody has put into it since shows the file as it is."""
    path = tmp_path / "edited_module.py"
    text = """
        from midimon_live import ActionPlugin
        class Edited(ActionPlugin):
            def execute(self, params, context):
                raise ValueError("x")  # {word}
        """
    path.write_text(textwrap.dedent(text.format(word="as it ran")))
    monkeypatch.syspath_prepend(tmp_path)
    module: Any = __import__("edited_module")
    midi.map(note(36), module.Edited)
    path.write_text("# one line more" + textwrap.dedent(text.format(word="as it is now")))
    midi.play(press(36))
    assert "# as it ran" in midi.errors()[0].traceback
    space: dict[str, Any] = {}
    exec(compile("\n" + path.read_text(), str(path), "exec"), space)  # noqa: S102 - as autoreload does
    path.write_text("\n" + path.read_text())
    module.Edited.execute.__code__ = space["Edited"].execute.__code__
    midi.play(press(36))
    assert "# as it is now" in midi.errors()[0].traceback


def test_causes_have_their_lines_too(midi: TestSession) -> None:
    """The exception that led to it, and those of a group."""

    def inner() -> None:
        raise OSError("inner")  # at the inner line

    def hit(_context):
        try:
            inner()
        except OSError as error:
            raise ExceptionGroup("some", [ValueError("one"), KeyError("two")]) from error

    midi.map(note(36), hit)
    linecache.clearcache()
    midi.play(press(36))
    text = midi.errors()[0].traceback
    assert text.index("# at the inner line") < text.index("direct cause")
    assert "KeyError: 'two'" in text


# alike with alike


def test_errors_are_grouped_by_type_and_place(midi: TestSession) -> None:
    """The newest first, with how often, when, and because of what."""
    midi.map(note(36), Breaks)
    midi.play(press(36, velocity=1), press(36, velocity=2), press(36, velocity=3))
    midi.play(press(36, velocity=1, time=5))
    groups = midi.errors()
    assert [(one.error, one.times) for one in groups] == [
        ("ValueError", 2),
        ("KeyError", 1),
        ("ValueError", 1),
    ]
    newest = groups[0]
    assert (newest.plugin, newest.version) == ("breaks", "#1")
    assert newest.last_ms - newest.first_ms == 5_000
    assert newest.first_event is not None
    assert newest.event is not None
    assert (newest.first_event.serial, newest.event.serial) == (1, 4)
    assert groups[:2] == list(groups)[:2]


def test_first_and_last_traceback_are_kept(midi: TestSession) -> None:
    """They may have come different ways."""

    class Ways(ActionPlugin):
        def execute(self, params, context):
            if context.velocity > 64:
                self.loud()
            self.fail()

        def loud(self):
            self.fail()

        def fail(self):
            raise ValueError("x")

    midi.map(note(36), Ways)
    midi.play(press(36, velocity=1), press(36, velocity=100))
    (group,) = midi.errors("ways")
    assert "in loud" not in group.first_traceback
    assert "in loud" in group.traceback


def test_the_table_names_count_line_and_event(midi: TestSession) -> None:
    """In the words of `%midi why`."""
    midi.map(note(36), Breaks)
    midi.play(press(36, velocity=1), press(36, velocity=1))
    shown = repr(run(midi, "errors breaks"))
    assert "\N{MULTIPLICATION SIGN}2  breaks" in shown
    assert "ValueError: one (test_errors_raised.py, line" in shown
    assert "event 2: note on 36, velocity 1, channel 0" in shown
    assert "print(midi.errors('breaks')[0].traceback)" in shown
    assert "breaks \N{MULTIPLICATION SIGN}2; %midi errors" in repr(midi.status())


def test_errors_are_forgotten_on_demand(midi: TestSession) -> None:
    """Of one plugin, or all; statistics stay."""
    midi.map(note(36), Breaks)
    midi.map(note(37), lambda context: 1 / 0)
    midi.play(press(36), press(37))
    assert len(midi.errors()) == 2
    assert run(midi, "errors breaks clear") == "the errors of breaks are forgotten"
    assert [one.error for one in midi.errors()] == ["ZeroDivisionError"]
    assert repr(midi.errors("breaks")) == "breaks has raised nothing"
    assert run(midi, "errors clear") == "the errors of all plugins are forgotten"
    assert repr(midi.errors()) == "no plugin has raised anything"
    assert "errors" not in repr(midi.status())
    assert midi.plugins.get_stats("breaks").failures == 1


def test_errors_of_what_is_not_there(midi: TestSession) -> None:
    """A wrong name, a wrong word."""
    with pytest.raises(PluginNotFound, match="no plugin is called 'nobody'"):
        midi.errors("nobody")
    midi.map(note(36), Breaks)
    with pytest.raises(CommandError, match="usage: %midi errors"):
        run(midi, "errors breaks away")


def test_an_event_of_a_plugin_is_named_as_the_cause(midi: TestSession) -> None:
    """With its values."""

    class Emits(ActionPlugin):
        def execute(self, params, context):
            self.host.emit("tick", left=3)

    from midimon_live import plugin_event

    midi.map(note(36), Emits)
    midi.map(plugin_event("emits", "tick"), Breaks)
    midi.play(press(36))
    assert "event 2: tick, left 3" in repr(midi.errors("breaks"))


def test_an_error_of_a_timer_names_the_event_that_set_it(midi: TestSession) -> None:
    """Other events have come in between."""

    class Later(ActionPlugin):
        def execute(self, params, context):
            self.host.schedule(1, self.fail)

        def fail(self):
            raise ValueError("late")

    midi.map(note(36), Later)
    midi.play(press(36), press(40), press(41, time=2))
    event = midi.errors("later")[0].event
    assert event is not None
    assert event.serial == 1


def code_that_raises(number: int) -> Callable[[], None]:
    """Return a function of a file of its own."""
    space: dict[str, Any] = {}
    text = "def fail(): raise ValueError('x' * 20_000)"
    exec(compile(text, f"made_{number}.py", "exec"), space)  # noqa: S102 - a place of its own
    return space["fail"]  # type: ignore[no-any-return]


def test_errors_without_end_keep_memory_bounded(midi: TestSession) -> None:
    """The newest 200 kinds, and of long tracebacks the beginning and the end."""

    def hit(context):
        code_that_raises(len(made))()

    made: list[int] = []
    midi.map(note(36), hit)
    for number in range(KEPT + 50):
        made.append(number)
        midi.play(press(36))
    groups = midi.errors()
    assert len(groups) == KEPT
    assert groups[0].place == f"made_{KEPT + 50}.py, line 1"
    assert max(len(one.traceback) for one in groups) < 11_000


def test_errors_keep_no_frames_alive(midi: TestSession) -> None:
    """What a failing handler held is free when it has ended."""

    class Held:
        pass

    def hit(_context):
        held = Held()
        raise ValueError(type(held).__name__)

    midi.map(note(36), hit)
    midi.play(press(36))
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one) is Held]


# no flood


def test_many_kinds_at_once_are_shown_in_part_and_the_rest_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Five in a second, of all plugins together; then how many more, for each of them."""
    clock, timers = ManualClock(), Timers()
    voices = Voices(clock, timers, Running(clock))
    failures = Failures(clock=clock)
    voice = {name: Voice(voices, name, 0, aloud=True) for name in ("blink", "strum")}
    for one in voice.values():
        one.context_here(None, None)
    for number in range(20):
        with pytest.raises(ValueError, match="x") as raised:
            code_that_raises(number)()
        failures.show(voice["blink" if number < 15 else "strum"], raised.value)
    assert capsys.readouterr().err.count("MIDI goes on") == SHOWN_PER_S
    clock.move_to(1)
    timer = timers.pop_due(1)
    assert timer is not None
    assert timer.action is not None
    timer.action()
    assert capsys.readouterr().err.splitlines() == [
        "\N{HORIZONTAL ELLIPSIS} 10 more errors: %midi errors blink",
        "\N{HORIZONTAL ELLIPSIS} 5 more errors: %midi errors strum",
    ]
    assert len(failures.groups.all()) == 20
