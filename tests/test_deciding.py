"""What a cell decides about plugins and modes that it defines itself."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from midimon_live.errors import InvalidValue
from midimon_live.magics import run
from midimon_live.testing import TestSession, press, session
from tests.support.notebook import Notebook

HIT = """
class Hit(ActionPlugin):
    capabilities = {wants}
    def execute(self, params, context):
        pass
midi.map(note(1), Hit)
"""
HIGH = HIT.format(wants='{"filesystem"}')


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """A notebook in which `say(line)` is `%midi line`, and `said` has the answers."""
    with session() as midi:
        notebook = Notebook(midi)
        said = notebook.names["said"] = []
        notebook.names["say"] = lambda line: said.append(str(run(midi, line)))
        yield notebook


def verdicts(midi: TestSession) -> list[str]:
    """Press the pad, and return what came of it."""
    midi.play(press(1))
    return [one.verdict for one in midi.traces()[-1].steps]


def test_a_grant_in_the_cell_that_defines_the_plugin(notebook: Notebook) -> None:
    """It is in force with the plugin, before the first event, and one step with it."""
    midi = notebook.midi
    remarks = notebook.run("a", f"{HIGH}\nsay('grant hit filesystem')")
    assert remarks == []
    assert notebook.names["said"] == [
        "hit may use filesystem when this cell has ended; high risk: it may read and write files"
    ]
    assert midi.plugins.refusal("hit") == ""
    midi.undo()
    assert midi.plugins.list_loaded() == []


def test_no_event_meets_the_plugin_without_its_grant(notebook: Notebook) -> None:
    """Whoever decides before the first event decides while events are kept waiting."""
    midi = notebook.midi
    between: list[bool] = []
    waits = midi.plugins.between_events

    @contextmanager
    def watched() -> Iterator[None]:
        with waits():
            yield
            between.append("hit" in midi.plugins.list_loaded() and not midi.plugins.refusal("hit"))

    midi._pump.between_events = watched  # type: ignore[method-assign]
    notebook.run("a", f"{HIGH}\nsay('grant hit filesystem')")
    assert between == [True]


def test_a_capability_that_is_new_in_a_later_run(notebook: Notebook) -> None:
    """What the version of before did not declare can be granted in the cell that declares it."""
    midi = notebook.midi
    notebook.run("a", HIGH)
    more = HIT.format(wants='{"filesystem", "network"}')
    notebook.run("a", f"{more}\nsay('grant hit filesystem'); say('grant hit network')")
    assert midi.plugins.refusal("hit") == ""


def test_it_goes_when_the_cell_does_not_say_so_any_more(notebook: Notebook) -> None:
    """Said again it stays; else it is taken back, as every decision of a cell."""
    midi = notebook.midi
    for _ in range(2):
        notebook.run("a", f"{HIGH}\nsay('grant hit filesystem')")
        assert midi.plugins.refusal("hit") == ""
    assert "hit: filesystem is as it was before this cell" in notebook.run("a", HIGH)
    assert "not granted" in midi.plugins.refusal("hit")


def test_a_cell_that_fails_forgets_it(notebook: Notebook) -> None:
    """As all that it has said."""
    midi = notebook.midi
    with pytest.raises(ZeroDivisionError):
        notebook.run("a", f"{HIGH}\nsay('grant hit filesystem')\n1 / 0")
    notebook.run("b", HIGH)
    assert "not granted" in midi.plugins.refusal("hit")


def test_a_decision_that_is_interrupted_leaves_later_cells_their_own(notebook: Notebook) -> None:
    """What a later cell decides is that cell's still, and goes when it fails."""

    def interrupt() -> str:
        raise KeyboardInterrupt

    notebook.names["interrupt"] = interrupt
    notebook.run("a", HIGH)
    with pytest.raises(KeyboardInterrupt):
        notebook.run("b", f"{HIGH.replace('Hit', 'Tap')}\nmidi.decide_later('tap', interrupt)")
    with pytest.raises(ZeroDivisionError):
        notebook.run("c", "say('disable hit')\n1 / 0")
    assert notebook.midi.plugins.disabled() == set()


def test_a_decision_that_is_interrupted_leaves_the_new_version_alive(notebook: Notebook) -> None:
    """It was in force already: it must not be shut down while the pads play it."""
    midi = notebook.midi

    def interrupted() -> str:
        raise KeyboardInterrupt

    notebook.names["interrupted"] = interrupted
    watched = HIGH.replace(
        "    def execute",
        "    ended = 0\n    def shutdown(self):\n        self.ended += 1\n    def execute",
    )
    with pytest.raises(KeyboardInterrupt):
        notebook.run("a", f"{watched}\nmidi.decide_later('hit', interrupted)")
    assert midi.plugins.list_loaded() == ["hit"]
    assert midi.plugins._live["hit"].plugin.ended == 0


def test_what_can_not_be_granted_is_said_at_the_end_of_the_cell(notebook: Notebook) -> None:
    """The plugin is live all the same, and what else was decided is in force."""
    midi = notebook.midi
    remarks = notebook.run("a", f"{HIGH}\nsay('grant hit network'); say('grant hit filesystem')")
    assert remarks == ["hit does not declare network; it declares filesystem"]
    assert midi.plugins.refusal("hit") == ""


def test_the_other_decisions(notebook: Notebook) -> None:
    """Revoking, refusing, disabling and enabling, of functions too; the last one counts."""
    midi = notebook.midi
    notebook.run(
        "a",
        HIT.format(wants='{"midi"}') + "say('revoke hit midi')\n"
        "@midi.on(note(2))\ndef tap(context): pass\n"
        "say('disable tap()')",
    )
    assert "not granted" in midi.plugins.refusal("hit")
    assert midi.plugins.refusal("tap()") == "tap() is disabled"
    assert notebook.names["said"] == [
        "hit may not use midi any more when this cell has ended",
        "tap() is disabled when this cell has ended",
    ]
    low = HIT.format(wants='{"midi"}')
    notebook.run("a", f"{low}\nsay('deny hit midi'); say('disable hit'); say('enable hit')")
    assert midi.plugins.disabled() == set()
    assert midi.plugins.refusal("hit") != ""


def test_what_another_cell_has_defined_is_decided_at_once(notebook: Notebook) -> None:
    """As ever."""
    notebook.run("a", HIGH)
    notebook.run("b", "midi.map(note(2), Hit); say('grant hit filesystem')")
    assert notebook.names["said"][-1].startswith("hit may use filesystem; high risk")


def test_a_cell_that_waits_has_its_grants_wait_too(notebook: Notebook) -> None:
    """They come with the version; until then the one before has what it was granted."""
    midi = notebook.midi
    notebook.run("a", f"{HIGH}\nsay('grant hit filesystem')")
    midi.tempo = 120
    midi.advance(0.25)
    more = HIT.format(wants='{"filesystem", "network"}')
    code = f"midi.at('bar')\n{more}\nsay('grant hit filesystem'); say('grant hit network')"
    notebook.run("a", code)
    assert "hit may use network when this cell comes into force" in notebook.names["said"][-1]
    assert verdicts(midi) == ["ok"]
    midi.advance(2)
    assert midi.plugins.get_metadata("hit").missing == set()
    assert verdicts(midi) == ["ok"]
    assert "In [" in midi.undo().title
    assert verdicts(midi) == ["ok"]
    midi.undo()
    assert midi.plugins.list_loaded() == []


def test_grants_of_a_version_that_is_called_off_do_not_come(notebook: Notebook) -> None:
    """They were for what it would have been; what was in force stays as it was granted."""
    midi = notebook.midi
    notebook.run("a", f"{HIGH}\nsay('grant hit filesystem')")
    midi.tempo = 120
    midi.advance(0.25)
    more = HIT.format(wants='{"filesystem", "network"}')
    notebook.run("a", f"midi.at('bar')\n{more}\nsay('grant hit network')")
    midi.undo()
    midi.advance(2)
    assert midi.plugins.refusal("hit") == ""
    notebook.run("a", f"midi.at('bar')\n{more}\nsay('grant hit network')")
    midi.plugins.unload_plugin("hit")
    midi.advance(2)
    assert midi.plugins.grants.decisions() == {}


# modes


@pytest.mark.parametrize("enter", ["midi.mode = 'Q'", "say('mode Q')"])
@pytest.mark.parametrize("make", ["midi.define_mode('Q')", "midi.map(note(1), print, mode='Q')"])
def test_a_mode_that_the_cell_defines_is_entered_with_it(
    notebook: Notebook, make: str, enter: str
) -> None:
    """When it has come into force, also on the beat; the name is not known before."""
    midi = notebook.midi
    notebook.run("a", f"{make}\n{enter}\nassert midi.mode == 'Default'")
    assert midi.mode == "Q"
    midi.undo()
    midi.tempo = 120
    midi.advance(0.25)
    notebook.run("a", f"midi.at('bar')\n{make}\n{enter}")
    assert midi.mode == "Default"
    midi.advance(2)
    assert midi.mode == "Q"


def test_the_answer_says_when_a_mode_is_entered(notebook: Notebook) -> None:
    """So nobody waits for it in the same cell."""
    notebook.run("a", "midi.define_mode('Q'); say('mode Q')")
    assert notebook.names["said"] == ["mode: Q, when this cell has come into force"]


def test_the_last_mode_that_a_cell_enters_counts(notebook: Notebook) -> None:
    """Also where the one before was still to come."""
    notebook.run("a", "midi.define_mode('Q'); midi.mode = 'Q'; midi.mode = 'Default'")
    assert notebook.midi.mode == "Default"


def test_a_cell_that_fails_enters_no_mode(notebook: Notebook) -> None:
    """There is none."""
    with pytest.raises(ZeroDivisionError):
        notebook.run("a", "midi.define_mode('Q'); midi.mode = 'Q'; 1 / 0")
    notebook.run("b", "midi.define_mode('Q')")
    assert notebook.midi.mode == "Default"


def test_a_mode_that_nobody_defines_is_refused(notebook: Notebook) -> None:
    """At once, in a cell too."""
    with pytest.raises(InvalidValue, match="no mode is called 'R'"):
        notebook.run("a", "midi.define_mode('Q'); midi.mode = 'R'")
