"""The mappings: each sent once, what is new and nothing else; learning, mapping, taking out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from midimon_live import ActionPlugin, TriggerPlugin, note, send
from midimon_live.panels.mappings import AT_ONCE
from midimon_live.testing import TestSession, press, released, session
from tests.support.notebook import Notebook
from tests.support.panels import Onlooker

HOSTILE = "<img src=x onerror=alert(1)>"


class Blink(ActionPlugin):
    """Does nothing."""

    def execute(self, params: Any, context: Any) -> None:
        """Do it."""


class Tick(TriggerPlugin):
    """Can not be executed."""

    def poll_events(self) -> Any:
        """Make no event."""
        return ()


@pytest.fixture
def midi() -> Iterator[TestSession]:
    """A session."""
    with session() as started:
        yield started


class Seen:
    """What a view knows after all frames, put together as the page does it."""

    def __init__(self, midi: TestSession, *, on: bool = True) -> None:
        self.view = Onlooker(midi, "mappings", on=on)
        self.rows: dict[int, list[Any]] = {}
        self.notes: dict[int, Any] = {}
        self.fired: dict[int, Any] = {}
        self.rest: dict[str, Any] = {}
        self.steps: list[int] = []
        self._read = 0

    def look(self, seconds: float = 0.2) -> Any:
        """Let time pass; returns the newest frame."""
        news = self.view.look(seconds)
        for _, state, _ in self.view.frames[self._read :]:
            if state is not None:
                self.steps.append(state.pop("step"))
                self._take(dict(state))
        self._read = len(self.view.frames)
        return news

    def _take(self, state: dict[str, Any]) -> None:
        if state.pop("whole", False):
            self.rows, self.notes, self.fired, self.rest = {}, {}, {}, {}
        for number in state.pop("gone", ()):
            del self.rows[number]
            self.notes.pop(number, None)
            self.fired.pop(number, None)
        self.rows |= {row[0]: row for row in state.pop("rows", ())}
        self.notes |= {one[0]: one[1:] for one in state.pop("notes", ())}
        self.fired |= {one[0]: one[1:] for one in state.pop("fired", ())}
        self.rest |= state


def test_a_mapping_is_sent_once_and_then_only_what_is_new(midi: TestSession) -> None:
    """Its row, that it fired, that it has gone; nothing while nothing changes."""
    seen = Seen(midi)
    seen.look()
    assert (seen.rest["total"], seen.rest["active"]) == (0, "Default")
    handle = midi.map(note(36, channel=9), send("note_on", note=60), name="kick", port="Virt")
    assert set(seen.look()) == {"total", "rows"}
    assert seen.rows[1] == [
        1,
        None,
        False,
        "note 36",
        "channel 9, Virt",
        "send note_on 60 velocity 100",
        "kick",
        "a call",
    ]
    midi.play(press(36, channel=9), press(36, channel=9))
    assert set(seen.look()) == {"fired"}
    assert seen.fired[1][0] == 2
    assert seen.look(60) is None
    handle.remove()
    assert set(seen.look()) == {"total", "gone"}
    assert seen.rows == {}
    midi.undo()
    seen.look()
    assert (list(seen.rows), seen.fired[1][0]) == ([1], 2)
    assert seen.steps == [1, 2, 3, 4, 5]


def test_what_was_refused_is_told_beside_what_fired(midi: TestSession) -> None:
    """Also where it fails later than it fires, and again after a look from the start."""

    async def fails(_context: Any) -> None:
        raise ValueError

    seen = Seen(midi)
    midi.map(note(36), fails)
    midi.plugins.disable_plugin("fails()")
    midi.play(press(36), press(36))
    seen.look()
    assert (seen.fired[1][0], seen.fired[1][2]) == (2, "refused 2")
    midi.map(note(37), lambda _context: None)
    midi.play(press(37))
    assert set(seen.look()) >= {"fired", "rows"}
    assert seen.fired[2][2] == ""
    assert Seen(midi).look()["fired"][0][3] == "refused 2"


def test_remarks_of_the_report_come_and_go(midi: TestSession) -> None:
    """Shadowed by another; refused while its plugin is disabled, without a new mapping."""
    seen = Seen(midi)
    midi.map(note(36), Blink)
    midi.map(note(36), Blink)
    seen.look()
    assert seen.notes == {2: [0, [["shadowed", "mapping 1 (note 36) always comes first"]]]}
    midi.plugins.disable_plugin("blink")
    assert set(seen.look()) == {"notes"}
    assert seen.notes[1] == [0, [["dead", "blink is disabled"]]]
    midi.plugins.enable_plugin("blink")
    seen.look()
    assert seen.notes[1] == [0, []]


def test_many_mappings_come_in_frames_of_500(midi: TestSession, tmp_path: Path) -> None:
    """None is left out, and their counters are there too; a second view gets all of them."""
    text = '[[modes]]\nname = "M"\n' + "".join(
        f'[[modes.mappings]]\ntrigger = {{ type = "CC", cc = {number % 128}, '
        f'value_min = {number // 128} }}\naction = {{ type = "SendMidi", note = 1 }}\n'
        for number in range(1201)
    )
    path = tmp_path / "pads.toml"
    midi.config(_written(path, text))
    midi.virtual.turn(1, 127)
    seen = Seen(midi)
    sizes = [len(seen.look()["rows"]) for _ in range(3)]
    assert sizes == [AT_ONCE, AT_ONCE, 201]
    assert seen.look() is None
    assert len(seen.rows) == len(seen.notes) == 1201
    assert seen.notes[1201][0] == 2 + 3 * 1200 + 1
    assert seen.fired[2][0] == 1
    other = Seen(midi)
    for _ in range(4):
        other.look()
    assert other.rows == seen.rows
    assert other.fired == seen.fired


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_a_frame_that_could_not_be_made_is_made_up_for(midi: TestSession) -> None:
    """Nothing that it would have said is lost."""
    seen = Seen(midi)
    seen.look()
    midi.map(note(36), Blink)
    panel: Any = seen.view.panel
    good, panel._row = panel._row, lambda _one: 1 / 0
    seen.look()
    assert "can not be worked out: ZeroDivisionError" in seen.view.trouble
    panel._row = good
    seen.look()
    assert list(seen.rows) == [1]


def test_what_waits_for_a_beat_is_shown_as_waiting(midi: TestSession) -> None:
    """With its boundary, until it lands."""
    midi.map(note(1), Blink)
    midi.tempo = 120
    midi.advance(0.25)
    seen = Seen(midi)
    with midi.at("bar"):
        midi.map(note(2), Blink, mode="Drums")
    seen.look()
    (waits,) = seen.rest["waiting"]
    assert (waits["about"], waits["boundary"]) == ("1 mapping", "bar")
    assert waits["rows"][0][1:4] == ["Drums", False, "note 2"]
    seen.look(4)
    assert (seen.rest["waiting"], list(seen.rows)) == ([], [1, 2])


# learning


def learned(seen: Seen, midi: TestSession) -> dict[str, Any]:
    """Press Learn, play note 40, and return what the panel shows of it."""
    assert seen.view.ask("learn") == "play it now"
    midi.play(press(40), released(40, time=0.1))
    seen.look(2)
    lesson: dict[str, Any] = seen.rest["lesson"]
    return lesson


FIELDS = {
    "plugin": {"plugin": "blink"},
    "note": {"note": 60, "velocity": "pass", "channel": 0, "until_release": True},
    "cc": {"control": 7, "value": "pass", "channel": 1},
    "mode": {"mode": "next", "while_held": False},
}


def wanted(lesson: dict[str, Any], action: str, **other: Any) -> dict[str, Any]:
    """Return the arguments of what a view maps."""
    rest = {"lesson": lesson["number"], "choice": 0, "mode": None, "name": ""}
    return {**rest, "action": action, "fields": FIELDS[action], **other}


def test_learning_shows_what_was_heard_and_what_it_may_be(midi: TestSession) -> None:
    """While it listens it says for how long; nothing that is played fires meanwhile."""
    midi.map(note(40), send("note_on", note=1))
    seen = Seen(midi)
    seen.view.ask("learn")
    assert seen.look()["lesson"] == {"number": 1, "listens": True, "why": "", "left": 9.8}
    assert seen.look(1) is None
    lesson = learned(seen, midi)
    assert (lesson["number"], lesson["listens"], midi.sent) == (2, False, [])
    assert "note 40" in lesson["heard"]
    codes = [one["code"] for one in lesson["choices"]]
    assert codes[0] == "note(40, channel=0)"
    assert "note(40)" in codes


def test_learning_ends_with_a_word_where_nothing_was_played_or_it_was_cancelled(
    midi: TestSession,
) -> None:
    """Also when a cell learns meanwhile."""
    seen = Seen(midi)
    for end in (lambda: seen.view.ask("cancel"), midi.panic, lambda: midi.learn(wait=False)):
        seen.view.ask("learn")
        end()
        seen.look()
        assert seen.rest["lesson"]["why"] == "learning was cancelled"
    seen.view.ask("learn")
    seen.look(11)
    assert "nothing was heard" in seen.rest["lesson"]["why"]


@pytest.mark.parametrize("action", FIELDS)
def test_what_is_mapped_is_what_was_drafted_and_undo_takes_it_back(
    midi: TestSession, action: str
) -> None:
    """The line that is shown, run in a cell, makes the same mapping."""
    midi.activate(Blink)
    midi.define_mode("Drums")
    seen = Seen(midi)
    want = wanted(learned(seen, midi), action, mode="Drums", name=HOSTILE)
    draft = seen.view.ask("draft", **want)
    assert midi.mappings() == []
    answer = seen.view.ask("map", **want)
    (made,) = midi.mappings()
    assert (answer["number"], answer["python"]) == (made.number, draft["python"])
    assert (made.mode, made.name) == ("Drums", HOSTILE)
    assert HOSTILE in draft["toml"]
    Notebook(midi).run("a", draft["imports"] + draft["python"])
    same = midi.mappings()[-1]
    assert (same.trigger, same.action, same.name) == (made.trigger, made.action, made.name)
    assert seen.view.ask("undo").startswith("undo")
    assert midi.mappings() == []
    assert seen.view.ask("redo").startswith("redo")
    assert len(midi.mappings()) == 1


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"lesson": 99}, "press Learn again"),
        ({"choice": 50}, "choice is 50"),
        ({"action": "shell"}, "allowed are plugin, note, cc, mode"),
        ({"fields": {"note": 60}}, "velocity is None"),
        ({"fields": {**FIELDS["note"], "note": 200}}, "note is 200"),
        ({"fields": {**FIELDS["note"], "port": "x"}}, "'port' is no argument"),
        ({"action": "plugin", "fields": {"plugin": ""}}, "no plugin is chosen"),
        ({"action": "plugin", "fields": {"plugin": "Nope"}}, "Nope"),
        ({"mode": " "}, "a mode is called"),
        ({"name": 7}, "name is 7"),
    ],
)
def test_what_can_not_be_mapped_changes_nothing(
    midi: TestSession, other: dict[str, Any], why: str
) -> None:
    """And says why, in words."""
    seen = Seen(midi)
    assert why in seen.view.refused("map", **{**wanted(learned(seen, midi), "note"), **other})
    assert midi.mappings() == []


def test_nothing_is_learned_yet(midi: TestSession) -> None:
    """A view that was kept from another session's life is told so."""
    seen = Seen(midi)
    assert "press Learn again" in seen.view.refused("map", **wanted({"number": 0}, "note"))


def test_only_what_can_be_executed_is_offered(midi: TestSession) -> None:
    """Neither functions nor plugins that only make events."""
    midi.activate(Blink)
    midi.activate(Tick)
    midi.map(note(1), lambda _context: None)
    seen = Seen(midi)
    seen.look()
    assert seen.rest["plugins"] == ["blink"]


# one mapping


def test_one_is_shown_as_code_and_taken_out(midi: TestSession) -> None:
    """What makes it again is said; a function has no TOML, and the text says why."""
    Notebook(midi).run("a", "def hit(context): pass\nmidi.map(note(36), hit, all=True)")
    (mapping,) = midi.mappings()
    seen = Seen(midi)
    shown = seen.view.ask("show", number=mapping.number)
    assert shown["python"] == "midi.map(note(36), hit, all=True)"
    assert (shown["imports"], shown["toml"]) == ("from midimon_live import note\n", "")
    assert "make it a plugin" in shown["why_not"]
    assert "that cell, run again, maps it again" in shown["back"]
    assert "is out: note 36" in seen.view.ask("unmap", number=mapping.number)
    assert midi.mappings() == []
    for do in ("show", "unmap"):
        assert "there is no mapping" in seen.view.refused(do, number=mapping.number)


def test_two_views_are_told_the_same(midi: TestSession) -> None:
    """What one has learned and mapped, another sees, also one that came later."""
    first = Seen(midi)
    lesson = learned(first, midi)
    first.view.ask("map", **wanted(lesson, "note"))
    second = Seen(midi)
    second.look()
    assert second.rest["lesson"]["heard"] == lesson["heard"]
    assert len(second.rows) == 1


def test_without_a_kernel_a_table_is_left(midi: TestSession) -> None:
    """Escaped, as text and as HTML."""
    midi.map(note(36), Blink, name=HOSTILE)
    panel = midi.panel("mappings")
    assert "note 36" in repr(panel)
    bundle = panel._repr_mimebundle_()
    assert HOSTILE not in bundle[0]["text/html"]
