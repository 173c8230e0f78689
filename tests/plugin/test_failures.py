"""What a plugin's exception looks like to its author."""

from contextvars import ContextVar, copy_context
from pathlib import Path

import pytest

import midimon_live
from midimon_live import ActionPlugin, Capability, note
from midimon_live.clock import ManualClock
from midimon_live.plugin.failures import Failures, plain_place
from midimon_live.plugin.voices import Voice, Voices
from midimon_live.running import Running
from midimon_live.testing import press, session
from midimon_live.timers import Timers

PACKAGE = str(Path(midimon_live.__file__).parent)


def caught(what: str = "loud") -> ValueError:
    """Return an error that was raised here."""
    with pytest.raises(ValueError, match=what[:9]) as raised:
        raise ValueError(what)
    return raised.value


def voice_of(clock: ManualClock, timers: Timers | None = None, *, limited: bool = False) -> Voice:
    """Return the voice of a plugin that is called blink."""
    voices = Voices(clock, timers or Timers(), Running(clock), limited=limited)
    voice = Voice(voices, "blink", 0, aloud=True)
    voice.context_here(None, None)
    return voice


def shown_at(kinds: list[str], capsys: pytest.CaptureFixture[str]) -> list[int]:
    """Show an error for each of `kinds`; return at which, from 1, something was written."""
    failures, places, voice = Failures(), [], voice_of(ManualClock())
    for place, kind in enumerate(kinds, 1):
        failures.show(voice, caught(kind))
        if capsys.readouterr().err:
            places.append(place)
    return places


def test_same_error_is_shown_the_1st_10th_and_100th_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A pad that is hit a thousand times does not fill the notebook."""
    assert shown_at(["same"] * 1000, capsys) == [1, 10, 100, 1000]


def test_other_texts_from_the_same_line_are_the_same_kind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A message with a time in it is no news at each event."""
    assert shown_at([str(number) for number in range(100)], capsys) == [1, 10, 100]


def test_repeated_error_is_one_line_with_the_count(capsys: pytest.CaptureFixture[str]) -> None:
    """The traceback is written once."""
    failures, voice = Failures(), voice_of(ManualClock())
    for _ in range(10):
        failures.show(voice, caught())
    text = capsys.readouterr().err
    assert text.count("Traceback") == 1
    assert text.splitlines()[-1].startswith("blink raised \N{MULTIPLICATION SIGN}10: ValueError: l")


def test_traceback_shows_the_authors_frames_only(capsys: pytest.CaptureFixture[str]) -> None:
    """What lies between the event and the handler says nothing to them."""

    def helper():
        raise ValueError("here")

    def handler(_context):
        helper()

    with session() as midi:
        midi.map(note(36), handler)
        midi.play(press(36))
    text = capsys.readouterr().err
    assert "raised; MIDI goes on" in text
    assert text.index("in handler") < text.index("in helper")
    assert PACKAGE not in text


def test_traceback_ends_soon_when_a_handler_recursed(capsys: pytest.CaptureFixture[str]) -> None:
    """Not a thousand frames of it."""

    def handler(context):
        return handler(context)

    with session() as midi:
        midi.map(note(36), handler)
        midi.play(press(36))
    text = capsys.readouterr().err
    assert "RecursionError" in text
    assert text.count("in handler") <= 20


def test_line_points_at_the_authors_innermost_line() -> None:
    """Even if it was raised inside this package."""

    class Sends(ActionPlugin):
        capabilities = frozenset({Capability.MIDI})

        def execute(self, params, context):
            self.host.send("note_on", note=128)

    with session() as midi:
        midi.map(note(36), Sends)
        midi.play(press(36))
        error = midi.plugins.get_stats("sends").last_error
    assert error.startswith("InvalidValue: note is 128; allowed are")
    assert error.endswith(f"(test_failures.py, line {Sends.execute.__code__.co_firstlineno + 1})")


def test_line_is_short_when_the_message_is_long() -> None:
    """A repr of a megabyte does not travel."""
    assert len(Failures().line(caught("x" * 1_000_000))) < 600


def test_line_uses_the_words_for_places_it_is_given() -> None:
    """Cells, for example."""
    failures = Failures(lambda file, line: f"In [3], line {line}")
    line = caught.__code__.co_firstlineno + 3
    assert failures.line(caught()) == f"ValueError: loud (In [3], line {line})"


def test_line_of_a_syntax_error_is_where_it_was_found() -> None:
    """In the text that was compiled, not where that was asked for."""
    with pytest.raises(SyntaxError) as raised:
        compile("x = 1\ny = = 2\n", "typed.py", "exec")
    assert Failures().line(raised.value).endswith("(typed.py, line 2)")


def test_line_says_interrupted_when_ctrl_c_was_pressed() -> None:
    """Such an exception has no text of its own."""
    assert Failures().line(KeyboardInterrupt()) == "KeyboardInterrupt: interrupted"


def test_place_of_code_is_its_first_line() -> None:
    """To name a plugin that is slow."""
    first = caught.__code__.co_firstlineno
    assert Failures().place(caught.__code__) == f"test_failures.py, line {first}"
    assert plain_place("/far/away/file.py", 7) == "file.py, line 7"


def test_error_is_written_where_the_plugin_was_defined(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In its context, which leads to its cell; the caller's stays as it was."""
    where: ContextVar[str] = ContextVar("where", default="nowhere")
    seen = []

    def name_place(file: str, line: int) -> str:
        return "here"

    class Writer:
        def write(self, text):
            seen.append(where.get())

        def flush(self):
            pass

    voice = voice_of(ManualClock())
    voice.place = copy_context()
    voice.place.run(where.set, "cell 3")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stderr", Writer())
        Failures(name_place).show(voice, caught())
    assert (seen, where.get()) == (["cell 3"], "nowhere")
