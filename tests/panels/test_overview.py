"""The overview: what it shows, and that its controls do what their twins do."""

from midimon_live import ActionPlugin, note
from midimon_live.testing import press, session
from tests.support.panels import Onlooker


class Blink(ActionPlugin):
    """Does nothing."""

    def execute(self, params, context):
        """Do it."""


def test_it_shows_events_and_then_says_nothing_until_something_changes() -> None:
    """A frame a change, and none without."""
    with session() as midi:
        midi.map(note(36), Blink)
        view = Onlooker(midi, "overview")
        empty = view.look(0.0)
        assert (empty["events"], empty["late"]) == (0, {})

        midi.play(press(36))

        state = view.look(0.3)
        assert (state["events"], state["rate"], state["plugins"]["enabled"]) == (1, 1, 1)
        assert view.look(1.0)["rate"] == 0
        assert view.look(60.0) is None


def test_panic_and_mode_are_the_session_s_own() -> None:
    """Clicking is calling."""
    with session() as midi:
        midi.define_mode("Drums", "orange")
        view = Onlooker(midi, "overview")

        assert view.ask("mode", mode="Drums") == "mode: Drums"
        assert midi.mode == "Drums"
        assert "no mode is called 'Nope'" in view.refused("mode", mode="Nope")
        midi.send("note_on", note=60)
        assert view.ask("panic") == "all notes off, all actions cancelled"
        assert midi.sent[1].type == "note_off"
