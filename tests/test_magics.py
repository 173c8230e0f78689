"""`%midi`: each command, bad usage, unknown words."""

from collections.abc import Iterator

import pytest

from midimon_live import ActionPlugin, Capability, note
from midimon_live.errors import CommandError, MidimonError
from midimon_live.magics import COMMANDS, line_magic, run
from midimon_live.testing import TestSession, press, session


class Blink(ActionPlugin):
    """Print which pad was hit."""

    capabilities = frozenset({Capability.MIDI, Capability.FILESYSTEM})

    def execute(self, params, context):
        """Print it."""
        print("pad", context.note)


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """Return a session in which pad 36 plays `blink`, and pad 37 the same in mode Drums."""
    with session() as started:
        started.map(note(36), Blink)
        started.map(note(37), Blink, mode="Drums")
        yield started


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("connect virt", "connected: Virtual"),
        ("connect 0", "connected: Virtual"),
        ("disconnect", "disconnected: nothing was connected"),
        ("send note_on note=60 velocity=0x10 channel=9", "sent note_on to Virtual"),
        ("send clock port=virt", "sent clock to virt"),
        ("mode", "mode: Default"),
        ("mode Drums", "mode: Drums"),
        ("disable blink", "blink is disabled"),
        ("enable blink", "blink is enabled"),
        ("unload blink", "blink is unloaded"),
        ("grant blink midi", "blink may use midi"),
        ("grant blink filesystem", "blink may use filesystem; high risk: it may read and write f"),
        ("revoke blink MIDI", "blink may not use midi any more"),
        ("panic", "all notes off"),
        ("tempo", "there is no clock"),
        ("tempo 90", "bar 1, beat 1.0 of 4, 90.0 bpm"),
        ("tempo off", "there is no clock"),
        ("meter 3", "3 beats a bar"),
        ("meter", "4 beats a bar"),
        ("apply", "cells come into force: now"),
        ("apply bar", "cells come into force: bar"),
        ("apply 2 bars", "cells come into force: 2 bars"),
    ],
)
def test_command_answers_in_one_line(midi: TestSession, line: str, answer: str) -> None:
    """It says what it did."""
    assert run(midi, line).startswith(answer)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("", "midimon_live"),
        ("status", "1 guarded: blink"),
        ("ports", "Virtual"),
        ("plugins", "refused: wants filesystem"),
        ("stats", "blink"),
        ("stats blink", "blink"),
        ("why", "denied: wants filesystem"),
        ("why 1", "event 1: note on 36"),
        ("why last", "event 1: note on 36"),
        ("monitor", "note on 36, velocity 100"),
        ("monitor 1", "blink: denied"),
        ("help", "%midi grant NAME CAPABILITY [SCOPE]"),
        ("help send", "%midi send TYPE [name=value ...] [port=NAME]"),
    ],
)
def test_command_answers_with_a_table(midi: TestSession, line: str, shown: str) -> None:
    """The same in text and in HTML."""
    midi.play(press(36))
    table = run(midi, line)
    assert shown in repr(table)
    assert shown in table._repr_html_()


def test_send_reaches_the_port_with_its_values(midi: TestSession) -> None:
    """Words with numbers become mido's fields."""
    run(midi, "send note_on note=60 velocity=0x10 channel=9")
    assert midi.sent == [press(60, 16, channel=9)]


def test_words_in_quotes_are_one_word(midi: TestSession) -> None:
    """A plugin's name may hold a space."""

    class Two(ActionPlugin):
        name = "two words"

        def execute(self, params, context):
            pass

    midi.activate(Two)
    assert run(midi, 'disable "two words"') == "two words is disabled"


def test_granting_lets_the_next_press_through(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command is in force at the next event."""
    midi.play(press(36))
    run(midi, "grant blink filesystem")
    midi.play(press(36))
    assert capsys.readouterr().out == "pad 36\n"


@pytest.mark.parametrize(
    "line",
    [
        "connect",
        "connect a b",
        "enable",
        "grant blink",
        "grant blink midi out:Synth now and then",
        "send",
        "panic now",
        "status of it",
        "why 1 2",
    ],
)
def test_command_shows_its_usage_when_words_are_missing_or_too_many(
    midi: TestSession, line: str
) -> None:
    """The usage is that of the table."""
    name = line.split(maxsplit=1)[0]
    with pytest.raises(CommandError) as caught:
        run(midi, line)
    assert str(caught.value) == f"usage: %midi {name} {COMMANDS[name].arguments}".rstrip()


@pytest.mark.parametrize("line", ["play", "Status", "-h", "help play"])
def test_unknown_command_lists_those_there_are(midi: TestSession, line: str) -> None:
    """All of them, in their order."""
    with pytest.raises(CommandError, match=f"there are: {', '.join(COMMANDS)}"):
        run(midi, line)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('mode "Drums', "No closing quotation"),
        ("why yesterday", "'yesterday' is no event number"),
        ("why -1", "'-1' is no event number"),
        ("monitor all", "'all' is not how many"),
        ("send note_on 60", "'60' is no name=value"),
        ("send note_on note=sixty", "note"),
        ("send note_on note=128", "128"),
        ("send nothing", "'nothing' is no message type"),
        ("send sysex data=1,2", "sysex"),
        ("send clock port=Synth", "no output is called 'Synth'"),
        ("mode Nowhere", "no mode is called 'Nowhere'"),
        ("enable nobody", "no plugin is called 'nobody'; there are: blink"),
        ("grant blink magic", "no capability is called 'magic'"),
        ("grant blink audio", "blink does not declare audio; it declares filesystem, midi"),
        ("connect nowhere", "no input is called 'nowhere'"),
        ("disconnect nowhere", "no connected input is called 'nowhere'"),
        ("stats nobody", "no plugin is called 'nobody'"),
        ("tempo fast", "'fast' is no tempo; allowed are beats a minute, and off"),
        ("tempo 5", "allowed are 20 to 999 beats a minute"),
        ("meter 3.5", "allowed are whole numbers from 1 to 32"),
        ("apply soon", "is to wait for 'soon'; allowed are"),
        ("at", "is to wait for ''; allowed are"),
    ],
)
def test_bad_word_is_a_clear_error(midi: TestSession, line: str, text: str) -> None:
    """An error of ours, which says what was found."""
    with pytest.raises(MidimonError) as caught:
        run(midi, line)
    assert text in str(caught.value)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_a_line_for_each_command(midi: TestSession, name: str) -> None:
    """With its own words."""
    command = COMMANDS[name]
    usage = f"%midi {name} {command.arguments}".rstrip()
    assert run(midi, f"help {name}").rows == [[usage, command.help]]
    assert [usage, command.help] in run(midi, "help").rows


def test_magic_prints_an_error_and_returns_nothing(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line of text, not a traceback."""
    assert line_magic(lambda: midi)("enable nobody") is None
    assert capsys.readouterr().out.startswith("nobody: no plugin is called 'nobody'")


def test_magic_returns_a_table_for_the_notebook_to_show(
    midi: TestSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """And prints a short answer."""
    magic = line_magic(lambda: midi)
    assert magic("ports").title == "ports"
    assert magic("mode") is None
    assert capsys.readouterr().out == "mode: Default\n"
