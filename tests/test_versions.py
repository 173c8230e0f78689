"""Versions of plugins: what is kept, tried, rolled back and told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from midimon_live.errors import InvalidValue, LoadError, PluginNotFound
from midimon_live.plugin import building
from midimon_live.plugin.deadlines import within
from midimon_live.testing import TestSession, press, released, session, turn
from midimon_live.versions import FAILED, GONE, LIVE, REPLACED, ROLLED_BACK
from tests.support.notebook import Notebook

COUNTER = """
class Counter(ActionPlugin):
    keep = ("count",)
    def initialize(self):
        self.count = 0
    def execute(self, params, context):
        self.count += {step}
        self.host.state["count"] = self.count
midi.map(note(1), Counter)
"""


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    """A notebook with a session of its own."""
    with session() as midi:
        yield Notebook(midi)


def outcomes(midi: TestSession, name: str) -> list[str]:
    """Return what became of each version."""
    return [one.outcome for one in midi.plugins.journal.history(name)]


def plugin_of(midi: TestSession, name: str) -> object:
    """Return the live instance."""
    return midi.plugins._live[name].plugin


# state


def test_what_both_versions_keep_is_carried_over(notebook: Notebook) -> None:
    """The count goes on where it was."""
    notebook.run("a", COUNTER.format(step=1))
    notebook.midi.play(press(1), press(1))
    notebook.run("a", COUNTER.format(step=10))
    notebook.midi.play(press(1))
    assert plugin_of(notebook.midi, "counter").count == 12


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('("count",)', "()"), "count (the new version does not keep it)"),
        (("self.count = 0", "self.count = 'none'"), "count (was int, is str now)"),
    ],
)
def test_state_of_another_shape_begins_anew_and_that_is_told(
    notebook: Notebook, change: tuple[str, str], said: str
) -> None:
    """A value that the new version would not expect does not reach it."""
    notebook.run("a", COUNTER.format(step=1))
    notebook.midi.play(press(1))
    code = COUNTER.format(step=1).replace(*change).replace("self.count += 1", "pass")
    notebook.run("a", code)
    assert plugin_of(notebook.midi, "counter").count in (0, "none")
    assert f"counter: state was dropped: {said}" in str(notebook.midi.status())


def test_an_object_of_a_class_that_its_cell_defined_again_is_carried_over(
    notebook: Notebook,
) -> None:
    """The class has the same name; that it is another object is the cell's doing."""
    code = """
    class Song: pass
    class Player(ActionPlugin):
        keep = ("song",)
        def initialize(self):
            self.song = Song()
        def execute(self, params, context):
            self.song.played = True
    midi.map(note(1), Player)
    """
    notebook.run("a", code)
    notebook.midi.play(press(1))
    notebook.run("a", code)
    assert plugin_of(notebook.midi, "player").song.played


def test_migrate_stands_above_keep(notebook: Notebook) -> None:
    """It gets the old instance, and may make of it what it likes."""
    notebook.run("a", COUNTER.format(step=1))
    notebook.midi.play(press(1))
    code = COUNTER.format(step=1).replace(
        "midi.map", "    def migrate(self, old):\n        self.count = old.count * 100\nmidi.map"
    )
    notebook.run("a", code)
    assert plugin_of(notebook.midi, "counter").count == 100


def test_a_migrate_that_raises_changes_nothing(notebook: Notebook) -> None:
    """Plugin and mappings are those before, and the version that did not come was shut down."""
    notebook.run("a", COUNTER.format(step=1))
    code = COUNTER.format(step=100) + "midi.map(note(2), Counter)\n"
    notebook.names["ended"] = []
    bad = """    def migrate(self, old): 1 / 0
    def shutdown(self): ended.append(1)
midi.map(note(1)"""
    with pytest.raises(LoadError, match="migrate raised ZeroDivisionError"):
        notebook.run("a", code.replace("midi.map(note(1)", bad))
    notebook.midi.play(press(1), press(2))
    assert plugin_of(notebook.midi, "counter").count == 1
    assert notebook.names["ended"] == [1]
    assert outcomes(notebook.midi, "counter") == [LIVE, FAILED]


@pytest.mark.parametrize("keep", ["'count'", "(1,)", "('host',)", "('a b',)"])
def test_keep_is_a_tuple_of_names(notebook: Notebook, keep: str) -> None:
    """What can not be kept is said when the cell ends."""
    with pytest.raises(LoadError, match="keep"):
        notebook.run("a", COUNTER.format(step=1).replace('("count",)', keep))


# the dry run

DIVIDES = """
class Divides(ActionPlugin):
    capabilities = {{"midi"}}
    def execute(self, params, context):
        self.host.midi.send("note_on", note=context.note, velocity={velocity})
midi.map(note(1), Divides)
"""


@pytest.mark.parametrize("cell", ["a", "b"], ids=["the same cell", "a cell of its own"])
def test_a_version_that_fails_with_what_came_last_does_not_go_live(
    notebook: Notebook, cell: str
) -> None:
    """It is tried with the last events, wherever it stands, and nothing of that is heard."""
    notebook.run("a", DIVIDES.format(velocity="100"))
    notebook.midi.play(press(1))
    with pytest.raises(LoadError, match="dry run with note 1 at 100 raised ZeroDivisionError"):
        notebook.run(cell, DIVIDES.format(velocity="1 // 0"))
    notebook.midi.play(press(1))
    assert [one.velocity for one in notebook.midi.sent] == [100, 100]


def test_a_dry_run_leaves_no_trace(notebook: Notebook) -> None:
    """Nothing is sent, kept, scheduled or counted by it."""
    notebook.run("a", COUNTER.format(step=1))
    notebook.midi.play(press(1))
    body = 'self.host.schedule(0.1, self.later)\n        self.host.midi.send("note_on", note=9)'
    code = COUNTER.format(step=1).replace("self.count += 1", f"self.count += 1\n        {body}")
    code = code.replace("    keep", '    capabilities = {"midi"}\n    keep')
    code = code.replace("midi.map", "    def later(self):\n        1 / 0\nmidi.map")
    with pytest.raises(LoadError, match="dry run with note 1 at 100 raised ZeroDivisionError"):
        notebook.run("a", code)
    notebook.run("a", code.replace("1 / 0", "pass"))
    assert notebook.midi.sent == []
    assert dict(notebook.midi.plugins.get_state("counter")) == {"count": 1}
    assert plugin_of(notebook.midi, "counter").count == 1
    assert notebook.midi.plugins.get_stats("counter").executions == 1


@pytest.mark.parametrize(
    "body",
    [
        "hits.append(1)",
        "globals()['hits'].append(1)",
        "self.seen.append(1); hits.extend(type(self).seen)",
        "add(1)",
        "Steps.n += 1; hits.append(Steps.n)",
        "add.n = getattr(add, 'n', 0) + 1; hits.append(add.n)",
        "params['given'](1)",
        "hits.append(random.random())",
        "midi.send('note_on', note=1)",
        "midi.map(note(99), print)",
        "print('heard')",
        "context.data['notes'].append(1)",
    ],
)
def test_a_dry_run_leaves_no_trace_of_any_kind(
    notebook: Notebook, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever code can reach in the notebook is as it was; and still a mistake is found."""
    code = f"""
    import random
    class Steps:
        n = 0
    def add(one):
        hits.append(one)
    class Notes(ActionPlugin):
        seen = []
        def execute(self, params, context):
            {body}
            if {{fails}}: raise ValueError
    midi.map(plugin_event("tell", "tick"), plugin(Notes, given=given))
    """
    midi, notebook.names["hits"] = notebook.midi, []
    notebook.names["given"] = notebook.names["hits"].append
    notebook.run("a", code.format(fails=False))
    for _ in range(3):
        midi.plugins.services.emit("tell", "tick", {"notes": []})
        midi.settle()
    hits, sent, mapped = list(notebook.names["hits"]), len(midi.sent), len(midi.mappings())
    capsys.readouterr()
    notebook.run("a", code.format(fails=False) + "    # the same again")
    with pytest.raises(LoadError, match="the dry run with plugin raised ValueError"):
        notebook.run("a", code.format(fails=True))
    assert notebook.names["hits"] == hits
    assert len(midi.sent) == sent
    assert len(midi.mappings()) <= mapped
    assert "heard" not in capsys.readouterr().out


@pytest.mark.parametrize("cell", ["a", "b"], ids=["the same cell", "a cell of its own"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("note(1), Plays", "cc(1), Plays"),
        ("note(1), Plays", "note(1), plugin(Plays, step=2)"),
    ],
)
def test_a_plugin_that_is_mapped_otherwise_is_not_tried(
    notebook: Notebook, before: str, after: str, cell: str
) -> None:
    """What reached it is not what will reach it."""
    code = """
    class Plays(ActionPlugin):
        def execute(self, params, context):
            {body}
    midi.map({mapped})
    """
    notebook.run("a", code.format(body="pass", mapped=before))
    notebook.midi.play(press(1))
    body = "params['step']" if "step" in after else "context.value + 1"
    notebook.run(cell, code.format(body=body, mapped=after))
    assert outcomes(notebook.midi, "plays") == [REPLACED, LIVE]


@pytest.mark.parametrize(
    "body",
    [
        "self.cards.pop()",
        "(self.held.remove if context.event == 'release' else self.held.add)(context.note)",
    ],
)
def test_what_the_version_before_can_not_play_either_is_no_reason(
    notebook: Notebook, body: str
) -> None:
    """Events of yesterday meet the state of today: the code may be right all the same."""
    code = f"""
    class Plays(ActionPlugin):
        keep = ("cards",)
        def initialize(self):
            self.cards, self.held = [1] * 8, set()
        def execute(self, params, context):
            {body}
    midi.map(note(), Plays)
    midi.map(release(), Plays)
    """
    notebook.run("a", code)
    notebook.midi.play(*(press(number) for number in range(4)))
    notebook.midi.play(*(released(number) for number in range(4)))
    notebook.run("a", code)
    notebook.midi.play(press(9))
    notebook.run("a", code)
    assert outcomes(notebook.midi, "plays") == [REPLACED, REPLACED, LIVE]


@pytest.mark.parametrize("head", ["dry_run = False", 'capabilities = {"network"}', "timeout = 5"])
def test_who_opts_out_or_may_more_than_midi_is_not_tried(notebook: Notebook, head: str) -> None:
    """Nor is what is async."""
    code = """
class Far(ActionPlugin):
    {head}
    def execute(self, params, context):
        if {fails}: raise ValueError
midi.map(note(1), Far)
"""
    if head.startswith("timeout"):
        code = code.replace("def execute", "async def execute")
    notebook.run("a", code.format(head=head, fails=False))
    notebook.midi.play(press(1))
    notebook.run("a", code.format(head=head, fails=True))
    assert outcomes(notebook.midi, "far") == [REPLACED, LIVE]


def test_a_dry_run_that_does_not_come_back_is_stopped(notebook: Notebook) -> None:
    """And the version with it."""
    notebook.run("a", DIVIDES.format(velocity="100"))
    notebook.midi.play(press(1))
    notebook.midi.deadline = 0.2
    code = DIVIDES.format(velocity="1").replace(
        "self.host.midi", "while True: pass\n        self.host.midi"
    )
    with pytest.raises(LoadError, match="did not come back within"):
        notebook.run("a", code)


# going back

FAILS = """
class Hit(ActionPlugin):
    dry_run = False
    def execute(self, params, context):
        {body}
midi.map(note(1), Hit)
"""


def test_three_failures_in_a_row_bring_the_version_before_back(notebook: Notebook) -> None:
    """Not two, and not three with a success between them; it is told, and undone by undo."""
    good = "self.host.state['n'] = self.host.state.get('n', 0) + 1"
    notebook.run("a", FAILS.format(body=good))
    notebook.run("a", FAILS.format(body="if context.velocity > 100: raise ValueError('loud')"))
    midi = notebook.midi
    midi.play(press(1, 120), press(1, 120), press(1, 1), press(1, 120), press(1, 120))
    assert outcomes(midi, "hit") == [REPLACED, LIVE]
    midi.play(press(1, 120), press(1))
    assert dict(midi.plugins.get_state("hit")) == {"n": 1}
    assert outcomes(midi, "hit") == [REPLACED, ROLLED_BACK, LIVE]
    assert "hit plays version 1 again" in str(midi.status())
    assert "ValueError: loud" in str(midi.history("hit"))
    midi.undo()
    midi.play(press(1))
    assert dict(midi.plugins.get_state("hit")) == {"n": 1}


def test_a_version_that_was_left_is_not_gone_back_to(notebook: Notebook) -> None:
    """Of three versions of which two fail the first comes back."""
    for body in ("pass", "1 / 0", "1 / 0.0"):
        notebook.run("a", FAILS.format(body=body))
        notebook.midi.play(press(1))
    notebook.midi.play(press(1), press(1))
    assert notebook.midi.plugins.journal.current("hit").again == 2
    notebook.midi.play(*[press(1)] * 6)  # three more, and three without the state it was left
    assert notebook.midi.plugins.journal.current("hit").again == 1


def test_a_new_version_after_a_rollback_is_left_as_any_other(notebook: Notebook) -> None:
    """Though it has never succeeded: it is not the one that was put back."""
    for again in (2, 6):
        for body in ("self.host.log('ok')", "self.host.log('well')", "1 / 0"):
            notebook.run("a", FAILS.format(body=body))
            notebook.midi.play(press(1))
        notebook.midi.play(press(1), press(1))
        assert notebook.midi.plugins.journal.current("hit").again == again
    assert notebook.midi.counters()["rolled back"] == 2


def test_a_good_version_that_was_left_spoilt_state_begins_anew(notebook: Notebook) -> None:
    """And is not left for an older one."""
    code = """
class Loop(ActionPlugin):
    keep = ("loop",)
    dry_run = False
    def initialize(self):
        self.loop = [60]
    def execute(self, params, context):
        self.loop.append({then})
        self.host.state["at"] = self.loop[-1] + 1
midi.map(note(1), Loop)
"""
    notebook.run("a", code.format(then="99"))
    notebook.run("a", code.format(then="self.loop[-1] + 1"))
    notebook.run("a", code.format(then="None"))
    notebook.midi.play(*[press(1)] * 7)
    assert notebook.midi.plugins.journal.current("loop").again == 2
    assert dict(notebook.midi.plugins.get_state("loop")) == {"at": 62}


def test_a_version_is_not_left_for_a_missing_port(notebook: Notebook) -> None:
    """A cable is no fault of the code."""
    body = "self.host.midi.send('note_on', note=1, port='Synth')"
    for _ in range(2):
        code = FAILS.format(body=body).replace("dry_run", 'capabilities = {"midi"}\n    dry_run')
        notebook.run("a", code)
    notebook.midi.play(*[press(1)] * 5)
    assert outcomes(notebook.midi, "hit") == [REPLACED, LIVE]


def test_shutdown_does_not_empty_what_the_next_version_keeps(notebook: Notebook) -> None:
    """Lists, tables and sets are copied; two names for one list are two names for one copy."""
    code = """
    class Loop(ActionPlugin):
        keep = ("loop", "same")
        def initialize(self):
            self.loop = self.same = []
        def execute(self, params, context):
            self.loop.append(1)
        def shutdown(self):
            self.loop.clear()
    midi.map(note(1), Loop)
    """
    notebook.run("a", code)
    notebook.midi.play(press(1), press(1))
    notebook.run("a", code)
    plugin = plugin_of(notebook.midi, "loop")
    assert plugin.loop == [1, 1]
    assert plugin.same is plugin.loop


def test_a_migrate_that_takes_long_keeps_events_waiting_for_a_moment_only(
    notebook: Notebook,
) -> None:
    """It is stopped, and the version before plays on."""
    notebook.run("a", COUNTER.format(step=1))
    code = COUNTER.format(step=1).replace(
        "midi.map", "    def migrate(self, old):\n        while True: pass\nmidi.map"
    )
    with pytest.raises(LoadError, match=r"migrate took longer than 0\.25 s"):
        notebook.run("a", code)


@pytest.mark.parametrize(("more", "watched"), [("", 1), ("    def migrate(self, old): pass\n", 2)])
def test_only_migrate_is_watched_while_events_wait(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, more: str, watched: int
) -> None:
    """Else `initialize` is: a timer or thread for each plugin would cost more than the swap."""
    notebook.run("a", COUNTER.format(step=1))
    calls: list[float] = []

    def counting(seconds: float, function: Callable[[], object]) -> object:
        calls.append(seconds)
        return within(seconds, function)

    monkeypatch.setattr(building, "within", counting)
    notebook.run("a", COUNTER.format(step=2).replace("midi.map", f"{more}midi.map"))
    assert len(calls) == watched


def test_a_state_that_can_not_be_taken_over_changes_nothing(notebook: Notebook) -> None:
    """An attribute that is set by code of its own may refuse."""
    notebook.run("a", COUNTER.format(step=1))
    notebook.midi.play(press(1))
    refuses = """    dry_run = False
    count = property(lambda self: 0, lambda self, to: 1 / (1 - to))
midi.map"""
    with pytest.raises(LoadError, match="taking over its state raised ZeroDivisionError"):
        notebook.run("a", COUNTER.format(step=1).replace("midi.map", refuses, 1))
    assert outcomes(notebook.midi, "counter") == [LIVE, FAILED]


def test_the_first_version_stays_where_it_fails(notebook: Notebook) -> None:
    """There is none to go back to."""
    notebook.run("a", FAILS.format(body="1 / 0"))
    notebook.midi.play(*[press(1)] * 9)
    assert outcomes(notebook.midi, "hit") == [LIVE]


def test_what_may_not_is_not_left_for_it(notebook: Notebook) -> None:
    """A refusal is not the code's fault."""
    notebook.run("a", FAILS.format(body="pass"))
    notebook.run("a", FAILS.format(body="self.host.midi.send('note_on', note=1)"))
    notebook.midi.play(*[press(1)] * 5)
    assert outcomes(notebook.midi, "hit") == [REPLACED, LIVE]


def test_functions_are_rolled_back_too(notebook: Notebook) -> None:
    """A decorated function is a plugin as any other."""
    notebook.names["heard"] = []
    code = "@midi.on(note(1))\ndef hit(context):\n    {body}\n"
    notebook.run("a", code.format(body="heard.append(context.velocity)"))
    notebook.run("a", code.format(body="1 / 0"))
    notebook.midi.play(*[press(1, velocity) for velocity in (1, 2, 3, 4)])
    assert notebook.names["heard"] == [4]


def test_rollback_plays_any_version_again(notebook: Notebook) -> None:
    """As a new one, with the state that is kept."""
    for step in (1, 10, 100):
        notebook.run("a", COUNTER.format(step=step))
        notebook.midi.play(press(1))
    midi = notebook.midi
    assert "version 1 again" in str(midi.rollback("counter", 1))
    midi.play(press(1))
    assert "version 3 again" in str(midi.rollback("counter"))
    midi.play(press(1))
    assert plugin_of(midi, "counter").count == 111 + 1 + 100


def test_rollback_says_what_it_can_not_do(notebook: Notebook) -> None:
    """What was found, and what there is."""
    midi = notebook.midi
    with pytest.raises(PluginNotFound):
        midi.rollback("counter")
    notebook.run("a", COUNTER.format(step=1))
    with pytest.raises(InvalidValue, match="no version before 1"):
        midi.rollback("counter")
    with pytest.raises(InvalidValue, match="no version 7; there are: 1"):
        midi.rollback("counter", 7)
    with pytest.raises(LoadError):
        notebook.run("a", COUNTER.format(step=1).replace("self.count = 0", "1 / 0"))
    with pytest.raises(InvalidValue, match="version 2 of counter never went live"):
        midi.rollback("counter", 2)


def test_diff_shows_what_has_changed(notebook: Notebook) -> None:
    """From one version to the next, or between any two."""
    for step in (1, 10, 100):
        notebook.run("a", COUNTER.format(step=step))
    said = str(notebook.midi.diff("counter"))
    assert "-        self.count += 10" in said
    assert "+        self.count += 100" in said
    assert "self.count += 1\n" in str(notebook.midi.diff("counter", 1, 3)) + "\n"


def test_an_unloaded_plugin_can_be_brought_back(notebook: Notebook) -> None:
    """Its history outlives it."""
    notebook.run("a", COUNTER.format(step=1))
    notebook.midi.plugins.unload_plugin("counter")
    assert outcomes(notebook.midi, "counter") == [GONE]
    notebook.midi.rollback("counter", 1)
    notebook.midi.play(press(1))
    assert plugin_of(notebook.midi, "counter").count == 1


def test_a_plugin_of_files_goes_back_to_the_bytes_it_had(tmp_path: Path) -> None:
    """The folder has changed since; what was read of it before is what runs."""
    folder = tmp_path / "plugins" / "a"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text('[plugin]\nname = "a"\nversion = "1"\n', "utf-8")
    code = (
        "from midimon_live import ActionPlugin\nclass A(ActionPlugin):\n"
        "    def execute(self, params, context):\n"
        "        from . import helper\n        self.host.state['said'] = helper.SAID\n"
    )
    (folder / "plugin.py").write_text(code, "utf-8")
    with session(tmp_path) as midi:
        for said in (1, 2):
            (folder / "helper.py").write_text(f"SAID = {said}\n", "utf-8")
            midi.plugins.discover_plugins()
            midi.plugins.load_plugin("a")
        midi.rollback("a")
        midi.plugins.execute_plugin("a")
        assert dict(midi.plugins.get_state("a")) == {"said": 1}


# what a version owns


def test_what_a_version_opened_is_closed_in_reverse_order(notebook: Notebook) -> None:
    """After its shutdown; what can not be closed is told, and keeps nothing else open."""
    notebook.names["closed"] = []
    code = """
    class Opens(ActionPlugin):
        def initialize(self):
            for name in "abc":
                self.host.own(object(), lambda name=name: closed.append(name))
            self.host.own(object(), lambda: 1 / 0)
        def execute(self, params, context): pass
        def shutdown(self): closed.append("shutdown")
    midi.map(note(1), Opens)
    """
    notebook.run("a", code)
    notebook.run("a", "pass")
    assert notebook.names["closed"] == ["shutdown", "c", "b", "a"]
    assert "could not be closed: ZeroDivisionError" in str(notebook.midi.status())


def test_own_says_what_it_can_not_close(notebook: Notebook) -> None:
    """There is no close, and none was given."""
    code = """
    class Opens(ActionPlugin):
        def initialize(self): self.host.own(5)
        def execute(self, params, context): pass
    midi.map(note(1), Opens)
    """
    with pytest.raises(LoadError, match=r"5 has no close\(\)"):
        notebook.run("a", code)


def test_what_initialize_maps_comes_and_goes_with_the_version(notebook: Notebook) -> None:
    """It is not there when the cell fails, and the next version takes its place."""
    code = """
    class Maps(ActionPlugin):
        def initialize(self):
            midi.map(cc({control}), plugin("maps"))
            {then}
        def execute(self, params, context): pass
    midi.map(note(1), Maps)
    """
    midi = notebook.midi
    with pytest.raises(LoadError):
        notebook.run("a", code.format(control=1, then="1 / 0"))
    assert midi.mappings() == []
    notebook.run("a", code.format(control=1, then="pass"))
    midi.play(turn(1, 5))
    assert midi.plugins.get_stats("maps").executions == 1
    notebook.run("a", code.format(control=2, then="pass"))
    assert sorted(str(one.trigger) for one in midi.mappings()) == ["cc 2", "note 1"]
    midi.plugins.unload_plugin("maps")
    assert [str(one.trigger) for one in midi.mappings()] == ["note 1"]


def test_a_plugin_may_define_itself_anew_while_it_executes(notebook: Notebook) -> None:
    """The call ends on the version that it began on; the next event goes to the new one."""
    notebook.names["told"] = []
    code = """
    def build(number):
        class Again(ActionPlugin):
            dry_run = False
            def execute(self, params, context):
                midi.activate(build(number + 1))
                told.append(number)
            def shutdown(self): told.append(-number)
        return Again
    midi.map(note(1), build(1))
    """
    notebook.run("a", code)
    notebook.midi.play(press(1), press(1))
    assert [one for one in notebook.names["told"] if one > 0] == [1, 2]
    assert sorted(notebook.names["told"])[:2] == [-2, -1]


HOLDS = """
class Holds(ActionPlugin):
    capabilities = {{"midi"}}
    def execute(self, params, context):
        kind = "note_off" if context.event == "release" else "note_on"
        self.host.midi.send(kind, note=context.note + {up})
        {also}
    def shutdown(self): ended.append({up})
midi.map(note(), Holds)
midi.map(release(), Holds)
"""


def test_a_held_note_ends_where_it_began(notebook: Notebook) -> None:
    """The release goes to the version that was pressed; what is pressed next, to the new one."""
    midi, notebook.names["ended"] = notebook.midi, []
    notebook.run("a", HOLDS.format(up=0, also=""))
    midi.play(press(60))
    notebook.run("a", HOLDS.format(up=12, also=""))
    assert notebook.names["ended"] == []
    midi.play(press(62), released(60), released(62), press(60), released(60))
    sent = [(one.type.removeprefix("note_"), one.note) for one in midi.sent]
    ons_and_offs = [("on", 60), ("on", 74), ("off", 60), ("off", 74), ("on", 72), ("off", 72)]
    assert sent == ons_and_offs
    assert notebook.names["ended"] == [0]


@pytest.mark.parametrize("end", ["panic", "unload", "close", "never released"])
def test_a_version_that_lingers_ends_in_any_case(notebook: Notebook, end: str) -> None:
    """With its notes."""
    midi, notebook.names["ended"] = notebook.midi, []
    notebook.run("a", HOLDS.format(up=0, also=""))
    midi.play(press(60))
    notebook.run("a", HOLDS.format(up=12, also=""))
    {
        "panic": midi.panic,
        "unload": lambda: midi.plugins.unload_plugin("holds"),
        "close": midi.close,
        "never released": lambda: midi.play(turn(123, 0)),
    }[end]()
    assert notebook.names["ended"][0] == 0
    assert ("note_off", 60) in [(one.type, getattr(one, "note", None)) for one in midi.sent]
